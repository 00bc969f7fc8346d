// Command reference makes the compact reference files in internal/domain/region and internal/domain/calendar from two npm packages.
// build.sh fetches the packages and runs it; the same packages give the same bytes.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() {
	packages := flag.String("packages", "", "folder with the packed npm packages (.tgz)")
	root := flag.String("root", ".", "the repository's root, under which the files are written")
	flag.Parse()
	if err := run(*packages, *root); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

func run(packages, root string) error {
	division, err := chinaDivision.unpack(packages)
	if err != nil {
		return err
	}
	days, err := chineseDays.unpack(packages)
	if err != nil {
		return err
	}
	regions, err := divisionFile(division)
	if err != nil {
		return err
	}
	calendar, err := daysFile(days)
	if err != nil {
		return err
	}
	for path, content := range map[string][]byte{
		"internal/domain/region/divisions.txt.gz":              regions,
		"internal/domain/calendar/days.txt":                    calendar,
		"deploy/reference/LICENSES/china-division-LICENSE.txt": division["LICENSE"],
		"deploy/reference/LICENSES/chinese-days-LICENSE.txt":   days["LICENSE"],
	} {
		if err := os.WriteFile(filepath.Join(root, path), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// source is an npm package at a pinned version.
type source struct {
	tarball   string
	integrity string   // as the npm registry states it
	files     []string // those that are used, inside the package
	header    string   // the comment at the top of the file made from it
}

var chinaDivision = source{
	tarball:   "china-division-2.7.0.tgz",
	integrity: "sha512-4uUPAT+1WfqDh5jytq7omdCmHNk3j+k76zEG/2IqaGcYB90c2SwcixttcypdsZ3T/9tN1TTpBDoeZn+Yw/qBEA==",
	files:     []string{"LICENSE", "dist/provinces.csv", "dist/cities.csv", "dist/areas.csv", "dist/streets.csv"},
	header: `# Administrative divisions of China to township level: code, TAB, name; ascending. Made by deploy/reference/build.sh.
# Data: National Bureau of Statistics (国家统计局), 统计用区划代码和城乡划分代码 2023, as of 2023-06-30, published 2023-09-11.
# From: npm china-division 2.7.0 (2024-12-13), github.com/modood/Administrative-divisions-of-China.
# Licence: WTFPL version 2 by its LICENSE file (its package.json says MIT); kept in deploy/reference/LICENSES.
`,
}

var chineseDays = source{
	tarball:   "chinese-days-1.5.7.tgz",
	integrity: "sha512-8Z/afgDTct5jsoTLQTOZfpDl7w4pJH4jpr3DLxy6HING9U/e0EV7yiNxF/HVXp/c+eQFfFqv+HQZ/QDaIVJ1Vw==",
	files:     []string{"LICENSE", "dist/chinese-days.json"},
	header: `# Holidays and make-up work days of the State Council's yearly notices. Made by deploy/reference/build.sh.
# From: npm chinese-days 1.5.7 (2026-05-08), github.com/vsme/chinese-days.
# Licence: MIT, Copyright (c) 2024 Yawei sun; kept in deploy/reference/LICENSES.
# Format: internal/domain/calendar/parse.go.
`,
}

// unpack verifies the tarball and returns its used files by their path in the package.
func (s source) unpack(folder string) (map[string][]byte, error) {
	packed, err := os.ReadFile(filepath.Join(folder, s.tarball))
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(packed)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != s.integrity {
		return nil, fmt.Errorf("%s: integrity is %s, want %s", s.tarball, got, s.integrity)
	}
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.tarball, err)
	}
	found := map[string][]byte{}
	for archive := tar.NewReader(zip); len(found) < len(s.files); {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: has only %d of the files %v", s.tarball, len(found), s.files)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.tarball, err)
		}
		name := strings.TrimPrefix(entry.Name, "package/")
		if !slices.Contains(s.files, name) {
			continue
		}
		if found[name], err = io.ReadAll(archive); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", s.tarball, name, err)
		}
	}
	return found, nil
}

// divisionFile joins the four levels into one sorted list. Every unit's parent must be there: the code is the tree.
func divisionFile(files map[string][]byte) ([]byte, error) {
	names := map[string]string{}
	parent := 0
	for _, level := range []struct {
		file   string
		digits int
	}{{"dist/provinces.csv", 2}, {"dist/cities.csv", 4}, {"dist/areas.csv", 6}, {"dist/streets.csv", 9}} {
		rows, err := csv.NewReader(bytes.NewReader(files[level.file])).ReadAll()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", level.file, err)
		}
		for _, row := range rows[1:] {
			code, name := row[0], row[1]
			if len(code) != level.digits || names[code] != "" || name == "" || strings.ContainsAny(name, "\t\n") {
				return nil, fmt.Errorf("%s: bad or repeated row %q", level.file, row)
			}
			if parent > 0 && names[code[:parent]] == "" {
				return nil, fmt.Errorf("%s: %q has no parent", level.file, row)
			}
			names[code] = name
		}
		parent = level.digits
	}
	lines := make([]string, 0, len(names))
	for code, name := range names {
		lines = append(lines, code+"\t"+name+"\n")
	}
	slices.Sort(lines) // TAB sorts before digits, so a unit comes before its parts

	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression) // without name and time: the same bytes every time
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(zip, chinaDivision.header+strings.Join(lines, "")); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// daysFile writes the days by notice. A notice may rearrange the December before its year around New Year, and nothing
// else is ever rearranged in December, so December's days go to the next year's notice.
func daysFile(files map[string][]byte) ([]byte, error) {
	// Dates to "English,Chinese,days of the statutory holiday".
	var data struct{ Holidays, Workdays map[string]string }
	if err := json.Unmarshal(files["dist/chinese-days.json"], &data); err != nil {
		return nil, fmt.Errorf("chinese-days.json: %w", err)
	}
	notices := map[string][]string{}
	add := func(days map[string]string, kind string) (err error) {
		for date, names := range days {
			name := strings.Split(names, ",")
			if len(date) != len("2026-01-01") || len(name) < 2 {
				return fmt.Errorf("chinese-days.json: bad entry %q: %q", date, names)
			}
			year := date[:4]
			if date[5:7] == "12" {
				if name[1] != "元旦" {
					return fmt.Errorf("chinese-days.json: %s is for %s, not for New Year", date, name[1])
				}
				if year, err = yearAfter(year); err != nil {
					return err
				}
			}
			notices[year] = append(notices[year], date+" "+kind+" "+name[1]+"\n")
		}
		return nil
	}
	if err := errors.Join(add(data.Holidays, "off"), add(data.Workdays, "work")); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(chineseDays.header)
	for _, year := range slices.Sorted(maps.Keys(notices)) {
		fmt.Fprintf(&out, "\nnotice %s\n", year)
		slices.Sort(notices[year])
		for _, line := range notices[year] {
			out.WriteString(line)
		}
	}
	return out.Bytes(), nil
}

func yearAfter(year string) (string, error) {
	n, err := strconv.Atoi(year)
	return strconv.Itoa(n + 1), err
}

// Package region knows China's administrative divisions down to the township (乡级: towns, townships, sub-districts) by
// their statistical division codes (统计用区划代码): 2 digits a province, 4 a prefecture, 6 a county, 9 a township.
//
// The data is the National Bureau of Statistics' edition of 2023 (as of 2023-06-30), the last one published in full, so
// a township founded or renamed since is unknown or carries its old name. deploy/reference says where it comes from.
// Hong Kong, Macau and Taiwan are not in it.
//
// Where the hierarchy has no real unit the codes still do, and functions that only cut codes follow the codes:
//   - municipalities have the prefectures "市辖区" and "县" (1101, 5002);
//   - counties directly under a province have the prefecture "省直辖县级行政区划" or its like (4290);
//   - prefectures without counties (东莞 4419, 中山 4420, 儋州 4604, 嘉峪关 6202) have one county of the same name.
//
// Path leaves such stand-ins out.
package region

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
)

//go:embed divisions.txt.gz
var packed []byte

// Township is a division of the fourth level; Code has 9 digits.
type Township struct{ Code, Name string }

type divisions struct {
	townships []Township        // sorted by code
	upper     map[string]string // names of provinces, prefectures and counties by code
}

// load unpacks the data on first use (about 12 ms) and keeps it, about 3 MB.
var load = sync.OnceValue(func() *divisions {
	d, err := read(packed)
	if err != nil {
		panic("region: divisions in the program: " + err.Error()) // the tests read them, so this cannot ship
	}
	return d
})

// read takes gzipped lines "code<TAB>name", ascending, with "#" comments.
func read(packed []byte) (*divisions, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	var text strings.Builder // names are slices of it
	if _, err := io.Copy(&text, zip); err != nil {
		return nil, err
	}
	d := &divisions{townships: make([]Township, 0, 42000), upper: make(map[string]string, 3500)}
	last := ""
	for line := range strings.Lines(text.String()) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		code, name, ok := strings.Cut(line, "\t")
		if !ok || name == "" || code <= last {
			return nil, fmt.Errorf("bad or unsorted line %q", line)
		}
		last = code
		switch len(code) {
		case 2, 4, 6:
			d.upper[code] = name
		case 9:
			d.townships = append(d.townships, Township{code, name})
		default:
			return nil, fmt.Errorf("bad code in line %q", line)
		}
	}
	return d, nil
}

// find returns where code is, or would be, among the townships.
func (d *divisions) find(code string) (int, bool) {
	return slices.BinarySearchFunc(d.townships, code, func(t Township, code string) int {
		return strings.Compare(t.Code, code)
	})
}

// All yields every township, sorted by code.
func All() iter.Seq[Township] { return slices.Values(load().townships) }

// Townships returns the townships of a county (6 digits), sorted by code; none when the county is unknown.
func Townships(county string) []Township {
	if len(county) != 6 {
		return nil
	}
	return slices.Collect(Within(county))
}

// Within yields the townships whose codes begin with some digits, sorted by code.
func Within(code string) iter.Seq[Township] {
	return func(yield func(Township) bool) {
		d := load()
		for at, _ := d.find(code); at < len(d.townships) && strings.HasPrefix(d.townships[at].Code, code); at++ {
			if !yield(d.townships[at]) {
				return
			}
		}
	}
}

// Name returns the official name of a province, prefecture, county or township by its 2, 4, 6 or 9 digits; 12 digits (a
// village or community) name its township. It is "" when the code is unknown.
func Name(code string) string {
	switch len(code) {
	case 2, 4, 6:
		return load().upper[code]
	case 12:
		code = code[:9]
	case 9:
	default:
		return ""
	}
	d := load()
	if i, ok := d.find(code); ok {
		return d.townships[i].Name
	}
	return ""
}

// Known reports whether Name knows the code.
func Known(code string) bool { return Name(code) != "" }

// County returns the county a code lies in, its first 6 digits; "" when the code is shorter. It only cuts, and does not
// say whether the county exists.
func County(township string) string { return cut(township, 6) }

// Prefecture returns the prefecture a code lies in, its first 4 digits; "" when the code is shorter.
func Prefecture(code string) string { return cut(code, 4) }

func cut(code string, digits int) string {
	if len(code) < digits {
		return ""
	}
	return code[:digits]
}

// Path returns the names from the province down to the code as an address is written, "浙江省台州市仙居县安洲街道",
// without prefectures and counties that only stand in for a missing level. It is "" when the code is unknown.
func Path(code string) string {
	if !Known(code) {
		return ""
	}
	var path strings.Builder
	above := ""
	for _, digits := range []int{2, 4, 6, 9} {
		if len(code) < digits {
			break
		}
		name := Name(code[:digits])
		if digits == 4 && standsIn(name) && len(code) > 4 || name == above {
			continue
		}
		path.WriteString(name)
		above = name
	}
	return path.String()
}

// standsIn reports whether a prefecture's name only fills the level.
func standsIn(prefecture string) bool {
	switch prefecture {
	case "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划":
		return true
	}
	return false
}

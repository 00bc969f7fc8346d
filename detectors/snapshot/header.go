package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A snapshot goes on from the one before where it can: the large tables are cloned (the engine links the files, it copies
// nothing), and only what came since is worked out anew. A file says how in a header of YAML, in a comment at its top:
//
//	refresh:
//	  slips:                                  # a table that the file makes
//	    key: [scope_id, wage_month]           # columns of it that name a place
//	    sources:                              # what touches a place, and how the key is made of it:
//	      - {records: payroll, at: […]}       #   records that came since, and other versions of them
//	      - {touched: registrations, at: […]} #   the places touched in another table
//	      - {changed: agreed_pay_days, at: […]} # rows in which a table that is filled anew differs from the snapshot before
//	    from: work_date                       # optional: a record counts from that date of its own on, and touches its place then
//	    versions in: [attendance, unworked]   # optional, see Refresh
//	  lowest: {adds: attendance}              # records only add rows to this one
//	delta:
//	  payroll: [id, project_id, …]            # which columns of the records that came are looked at
//
// The file promises that what stands at a place follows from what has a version there alone. A record that came since the pass
// before touches every place where one of its versions stands; those places are emptied and filled again. In the table's
// INSERT, rendered by text/template,
//
//	{{touched "TABLE" "EXPRESSION"…}}         keeps rows at touched places
//	{{records "TABLE"}}                       keeps versions of records that have a version at a touched place
//	{{earliest "TABLE" "DATE" "FROM"}}        is the first DATE of a touched place, or FROM if that is later
//	{{came "RECORDS"}}                        of the records those that came since
//	{{newest "RECORDS" "CONDITION" "KEY"…}}   the records with their keys resolved; with a condition, those that meet it
//
// and in a snapshot made afresh the first two keep everything, the third is FROM and the fourth all records. To empty places
// the engine visits every part of a table, so a snapshot made afresh merges the parts of large tables (OPTIMIZE); one that
// goes on does not. Carried and fresh snapshots are equal, row by row (TestACarriedPassEqualsAFreshOne).

// Refresh says how a table is taken over from the snapshot before.
type Refresh struct {
	// Key are the columns of the table that name a place.
	Key []string `yaml:"key"`
	// Sources are what touches places.
	Sources []Source `yaml:"sources"`
	// From is the records' date from which they count; empty where they do at once.
	From string `yaml:"from"`
	// VersionsIn are tables of the snapshot that hold, as record, cityHash64(source, id) of whatever takes something away from
	// its place when another version of it comes; so other versions are looked for there, not among all records, and only of
	// those above the lowest version that their source sends (table lowest). Records that none of them knows are looked for
	// among all; so are all where there is no such table.
	VersionsIn []string `yaml:"versions in"`
	// Adds names the records that only add rows: such a table has no places.
	Adds string `yaml:"adds"`

	table    string
	byRecord bool // its INSERT asks for {{records}}
}

// Source is where touched places come from: one of Records, Touched and Changed is set, and At are the expressions that make
// the key of it; worker_key and account_key of records are those a person or account is known by now (keys.go).
type Source struct {
	Records string   `yaml:"records"`
	Touched string   `yaml:"touched"`
	Changed string   `yaml:"changed"`
	At      []string `yaml:"at"`
}

// header is what a file says of itself.
type header struct {
	Refresh map[string]Refresh  `yaml:"refresh"`
	Delta   map[string][]string `yaml:"delta"`
}

// tableOf finds the tables of a snapshot that a file creates or reads.
var tableOf = regexp.MustCompile(`(CREATE TABLE )?\{\{snapshot\}\}\.(\w+)`)

// readHeader takes the header off a file. Errors name the file and the line.
func readHeader(name, text string) (h header, body string, err error) {
	inside, ok := strings.CutPrefix(text, "/*\n")
	if !ok {
		return header{}, text, nil
	}
	inside, body, ok = strings.Cut(inside, "*/\n")
	if !ok {
		return header{}, "", fmt.Errorf("%s: line 1: the header's comment does not end", name)
	}
	// the comment's first line and the header's lines stand before the body, so that line numbers stay what they are
	decoder := yaml.NewDecoder(bytes.NewReader([]byte("\n" + inside)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&h); err != nil {
		return header{}, "", fmt.Errorf("%s: the header: %w", name, err)
	}
	body = strings.Repeat("\n", strings.Count(text[:len(text)-len(body)], "\n")) + body
	return h, body, h.check(name, "\n"+inside, body)
}

// check finds what a header says that cannot be; lines are those of the file.
func (h *header) check(name, text, body string) error {
	created := map[string]bool{}
	for _, m := range tableOf.FindAllStringSubmatch(body, -1) {
		created[m[2]] = created[m[2]] || m[1] != ""
	}
	lines := strings.Split(text, "\n")
	lineOf := func(table string) int {
		return slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), table+":") }) + 1
	}
	var problems []error
	for _, table := range sorted(h.Refresh) {
		r := h.Refresh[table]
		r.table, r.byRecord = table, strings.Contains(body, `records "`+table+`"`)
		h.Refresh[table] = r
		fail := func(format string, values ...any) {
			problems = append(problems, fmt.Errorf("%s: line %d: %s: %s", name, lineOf(table), table, fmt.Sprintf(format, values...)))
		}
		if !created[table] {
			fail("the file does not create this table")
		}
		if r.Adds != "" {
			if len(r.Key)+len(r.Sources)+len(r.VersionsIn) > 0 || r.From != "" {
				fail("a table to which records only add rows has no places: want adds alone")
			}
			if len(h.Delta[r.Adds]) == 0 {
				fail("delta has no columns of %s", r.Adds)
			}
			continue
		}
		if len(r.Key) == 0 || len(r.Sources) == 0 {
			fail("want key and sources, or adds")
		}
		for _, s := range r.Sources {
			named := slices.DeleteFunc([]string{s.Records, s.Touched, s.Changed}, func(of string) bool { return of == "" })
			switch {
			case len(named) != 1:
				fail("a source is one of records, touched and changed")
			case len(s.At) != len(r.Key):
				fail("source %s makes %d values, the key has %d columns", named[0], len(s.At), len(r.Key))
			case s.Records != "" && len(h.Delta[s.Records]) == 0:
				fail("delta has no columns of %s", s.Records)
			}
		}
		if !strings.Contains(body, `touched "`+table+`"`) {
			fail("its INSERT does not ask for what is {{touched}}")
		}
	}
	return errors.Join(problems...)
}

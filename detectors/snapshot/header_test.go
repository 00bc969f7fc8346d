package snapshot

import (
	"strings"
	"testing"
)

func TestTheShippedFilesCanBeRendered(t *testing.T) {
	files, err := readFiles()
	if err != nil {
		t.Fatal(err)
	}
	r := renderer{database: "d", lists: inMemory, refresh: map[string]Refresh{}}
	for _, f := range files {
		for table, one := range f.header.Refresh {
			r.refresh[table] = one
		}
	}
	for _, previous := range []string{"", "before"} {
		r.previous = previous
		cloned := 0
		for _, f := range files {
			statements, err := r.render(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range statements {
				if strings.Contains(s.text, "{{") {
					t.Errorf("%s: a template is left in %s", f.name, s.text)
				}
				if strings.Contains(s.text, " CLONE AS ") {
					cloned++
				}
			}
		}
		if want := len(r.refresh); previous != "" && cloned != want || previous == "" && cloned != 0 {
			t.Errorf("going on from %q clones %d tables of %d", previous, cloned, want)
		}
	}
}

func TestASlipInAHeaderIsAnErrorWithFileAndLine(t *testing.T) {
	const body = "CREATE TABLE {{snapshot}}.slips (a String) ENGINE = MergeTree ORDER BY a;\nINSERT INTO {{snapshot}}.slips SELECT a FROM payroll WHERE {{touched \"slips\" \"a\"}};\n"
	const good = "/*\nrefresh:\n  slips:\n    key: [a]\n    sources:\n      - {records: payroll, at: [a]}\ndelta:\n  payroll: [id, a]\n*/\n"
	if _, err := parseFiles([]named{{"01_slips.sql", good + body}}); err != nil {
		t.Fatalf("a good file: %v", err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"a key that is unknown", strings.Replace(good, "sources:", "source:", 1) + body, "01_slips.sql: the header: yaml: unmarshal errors:\n  line 5: field source not found"},
		{"no end", strings.Replace(good, "*/", "", 1) + body, "01_slips.sql: line 1: the header's comment does not end"},
		{"no key", strings.Replace(good, "    key: [a]\n", "", 1) + body, "01_slips.sql: line 3: slips: want key and sources"},
		{"another number of values", strings.Replace(good, "at: [a]", "at: [a, b]", 1) + body, "line 3: slips: source payroll makes 2 values, the key has 1 columns"},
		{"a source of two kinds", strings.Replace(good, "records: payroll,", "records: payroll, touched: other,", 1) + body, "line 3: slips: a source is one of records, touched and changed"},
		{"a table of another file", strings.Replace(good, "  slips:", "  slops:", 1) + body, "line 3: slops: the file does not create this table"},
		{"records without columns", strings.Replace(good, "payroll: [id, a]", "workers: [id]", 1) + body, "line 3: slips: delta has no columns of payroll"},
		{"adds beside a key", strings.Replace(good, "    key: [a]\n", "    key: [a]\n    adds: payroll\n", 1) + body, "line 3: slips: a table to which records only add rows has no places"},
		{"an insert that fills all", good + strings.Replace(body, `{{touched "slips" "a"}}`, "true", 1), "line 3: slips: its INSERT does not ask for what is {{touched}}"},
		{"places of a table that is not refreshed", strings.Replace(good, "records: payroll", "touched: lists", 1) + body, "01_slips.sql: slips: lists is not refreshed"},
		{"versions in a table that is not there", strings.Replace(good, "    key: [a]\n", "    key: [a]\n    versions in: [days]\n", 1) + body, "slips: no file makes days, in which versions are looked up"},
		{"a table that is not there", good + body + "INSERT INTO {{snapshot}}.lists SELECT 1;\n", "01_slips.sql reads lists, which no file before it creates"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := parseFiles([]named{{"01_slips.sql", c.text}}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
		})
	}
}

func TestATemplateThatCannotBeIsAnErrorWithFileAndLine(t *testing.T) {
	for _, c := range []struct{ call, want string }{
		{`{{touched "lists" "a"}}`, "no header says how lists is refreshed"},
		{`{{touched "slips" "a" "b"}}`, "a place of slips has 1 values, not 2"},
		{`{{stirred "slips"}}`, `01_slips.sql:11: function "stirred" not defined`},
	} {
		text := "/*\nrefresh:\n  slips:\n    key: [a]\n    sources:\n      - {records: payroll, at: [a]}\ndelta:\n  payroll: [id, a]\n*/\n" +
			"CREATE TABLE {{snapshot}}.slips (a String) ENGINE = MergeTree ORDER BY a;\nINSERT INTO {{snapshot}}.slips SELECT a FROM payroll WHERE {{touched \"slips\" \"a\"}} AND " + c.call + ";\n"
		files, err := parseFiles([]named{{"01_slips.sql", text}})
		if err != nil {
			t.Fatal(err)
		}
		r := renderer{database: "d", refresh: files[0].header.Refresh}
		if _, err := r.render(files[0]); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "01_slips.sql:11") {
			t.Errorf("%s: error %v does not say %q with file and line", c.call, err, c.want)
		}
	}
}

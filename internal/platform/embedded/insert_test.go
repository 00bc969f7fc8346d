//go:build linux && amd64

package embedded

import (
	"os"
	"strings"
	"testing"
)

func TestInsertsAreTakenApart(t *testing.T) {
	for statement, want := range map[string]string{ // ^ where the file belongs, | where data begins; empty: left alone
		"INSERT INTO t FORMAT Native\nDATA":                             "INSERT INTO t ^FORMAT Native\n|DATA",
		"insert into `a.b`.\"format\" (`format`, x) format CSV\r\n1":    "insert into `a.b`.\"format\" (`format`, x) ^format CSV\r\n|1",
		"/* FORMAT x */ INSERT INTO t -- FORMAT y\n FORMAT TSV 1":       "/* FORMAT x */ INSERT INTO t -- FORMAT y\n ^FORMAT TSV |1",
		"INSERT INTO t SETTINGS a = 'FORMAT', b = 1 FORMAT TSV\n\n1":    "INSERT INTO t ^SETTINGS a = 'FORMAT', b = 1 FORMAT TSV\n|\n1",
		"INSERT INTO t.format FORMAT TSV\n1":                            "INSERT INTO t.format ^FORMAT TSV\n|1",
		"INSERT INTO FUNCTION remote('x', view(SELECT 1)) FORMAT TSV\n": "INSERT INTO FUNCTION remote('x', view(SELECT 1)) ^FORMAT TSV\n|",
		"INSERT INTO t VALUES (1) FORMAT TSV":                           "",
		"INSERT INTO t SELECT 1 FORMAT TSV":                             "",
		"INSERT INTO t FROM INFILE 'x' FORMAT TSV":                      "",
		"SELECT 1 FORMAT TSV":                                           "",
		"CREATE TABLE t (x Int64)":                                      "",
		"INSERT INTO t FORMAT Values (1)":                               "",
		"INSERT INTO t FORMAT":                                          "",
		"INSERT INTO t (\"":                                             "",
		"":                                                              "",
	} {
		shape, ok := shapeInsert([]byte(statement))
		got := ""
		if ok {
			got = statement[:shape.clause] + "^" + statement[shape.clause:shape.data] + "|" + statement[shape.data:]
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", statement, got, want)
		}
	}
}

func FuzzInsertsAreTakenApart(f *testing.F) {
	f.Add("INSERT INTO t (a, `b`) SETTINGS x = 'y' FORMAT Native\n\x00")
	f.Fuzz(func(t *testing.T, statement string) {
		shape, ok := shapeInsert([]byte(statement))
		if !ok {
			return
		}
		if shape.clause < 0 || shape.clause > shape.end || shape.end > shape.data || shape.data > len(statement) {
			t.Fatalf("%q: %+v", statement, shape)
		}
		if rewritten := string(shape.fromFile([]byte(statement), os.Stdin)); !strings.HasPrefix(rewritten, statement[:shape.clause]) {
			t.Fatalf("%q became %q", statement, rewritten)
		}
	})
}

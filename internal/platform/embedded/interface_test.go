package embedded_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"

	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

// plainHTTP does what curl does: no driver, the password as HTTP basic.
func plainHTTP(t *testing.T, options *clickhouse.Options, method, query, body string, header ...string) answer {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	values.Set("database", options.Auth.Database)
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+options.Addr[0]+"/?"+values.Encode(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(options.Auth.Username, options.Auth.Password)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(text), err}
}

func TestPlainHTTPClientsGetWhatAServerGives(t *testing.T) {
	options := embeddedtest.Database(t)
	ask := func(method, query, body string, header ...string) answer {
		return plainHTTP(t, options, method, query, body, header...)
	}
	for name, test := range map[string]struct{ got, want string }{
		"query in the URL":            {ask("GET", "query=SELECT 1", "").body, "1\n"},
		"query in the body":           {ask("POST", "", "SELECT 1, 'a'").body, "1\ta\n"},
		"both":                        {ask("POST", "query=SELECT", "3").body, "3\n"},
		"FORMAT clause":               {ask("GET", "query=SELECT 1 AS x FORMAT JSONEachRow", "").body, "{\"x\":1}\n"},
		"default_format":              {ask("GET", "query=SELECT 1 AS x&default_format=CSVWithNames", "").body, "\"x\"\n1\n"},
		"format by header":            {ask("GET", "query=SELECT 1 AS x", "", "X-ClickHouse-Format", "JSONCompactEachRow").body, "[1]\n"},
		"a comment first":             {ask("POST", "", "-- who\n/* why */ SELECT 1").body, "1\n"},
		"a statement without SELECT":  {ask("POST", "", "SHOW TABLES").body, ""},
		"a parameter":                 {ask("GET", "query=SELECT {x:Array(String)}[2]&param_x=['a','安薪']", "").body, "安薪\n"},
		"a setting":                   {ask("GET", "query=SELECT getSetting('max_threads')&max_threads=3", "").body, "3\n"},
		"the end awaited":             {ask("GET", "query=SELECT sum(number) FROM numbers(10)&wait_end_of_query=1", "").body, "45\n"},
		"one document of a large set": {ask("POST", "", "SELECT count() FROM (SELECT 1) FORMAT JSONCompact").body[:1], "{"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", name, test.got, test.want)
		}
	}
	if big := ask("POST", "", "SELECT number FROM numbers(200000) FORMAT CSVWithNames"); strings.Count(big.body, "number") != 1 || strings.Count(big.body, "\n") != 200_001 {
		t.Errorf("a large CSV has %d headers", strings.Count(big.body, "number"))
	}
	if a := ask("POST", "", "SELECT * FROM absent"); a.status != 404 || a.header.Get("X-ClickHouse-Exception-Code") != "60" || !strings.HasPrefix(a.body, "Code: 60. DB::Exception:") {
		t.Errorf("an unknown table: %d %q", a.status, a.body)
	}
	if a := ask("POST", "query=SELECT throwIf(number = 3000000) FROM numbers(10000000)&max_threads=1", ""); a.err == nil || !strings.Contains(a.body, "__exception__") {
		t.Errorf("an error in the middle must break the body: %v", a.err)
	}
	if a := ask("POST", "query=SELECT throwIf(number = 3000000) FROM numbers(10000000)&max_threads=1&wait_end_of_query=1", ""); a.status != 500 {
		t.Errorf("an error in the middle, the end awaited: %d", a.status)
	}
	if a := ask("GET", "query=CREATE TABLE x (a Int64) ENGINE = Memory", ""); a.header.Get("X-ClickHouse-Exception-Code") != "164" {
		t.Errorf("GET must not change anything: %d %q", a.status, a.body)
	}
	ping, err := http.Get("http://" + options.Addr[0] + "/ping")
	if err != nil {
		t.Fatal(err)
	}
	ping.Body.Close()
	if ping.StatusCode != 200 {
		t.Errorf("/ping: %d", ping.StatusCode)
	}
	options.Auth.Password = ""
	if a := ask("GET", "query=SELECT 1", ""); a.status != 401 || a.header.Get("X-ClickHouse-Exception-Code") != "516" {
		t.Errorf("without a password: %d %q", a.status, a.body)
	}
}

func TestInsertedDataMayHoldAnyBytes(t *testing.T) {
	options := embeddedtest.Database(t)
	ask := func(query, body string, header ...string) {
		t.Helper()
		if a := plainHTTP(t, options, "POST", query, body, header...); a.status != 200 || a.body != "" {
			t.Fatalf("%s: %d %s", query, a.status, a.body)
		}
	}
	ask("", "CREATE TABLE t (x UInt64, s String) ENGINE = MergeTree ORDER BY x")
	// libchdb itself ends inline data at an empty line.
	ask("", "INSERT INTO t FORMAT JSONEachRow\n{\"x\": 1, \"s\": \"a\"}\n\n\n{\"x\": 2, \"s\": \"b; c\"}\n")
	ask("query=insert into t (x, s) settings max_threads = 1 format CSV", "3,\"c\n\n;\"\n4,d\n")
	ask("query=INSERT INTO t VALUES", "(5, 'e\n\nf'),\n\n(6, 'g;')")
	ask("", "INSERT INTO t VALUES (7, 'FORMAT'), (8, 'SELECT')")
	ask("query=INSERT INTO t FORMAT CSV", "") // nothing is fine, as on a server
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	writer.Write([]byte("9\th\n"))
	writer.Close()
	ask("query=INSERT INTO t FORMAT TSV", zipped.String(), "Content-Encoding", "gzip")
	got := plainHTTP(t, options, "GET", "query=SELECT groupArray(concat(toString(x), s)) FROM (SELECT x, s FROM t ORDER BY x)", "").body
	if want := `['1a','2b; c','3c\n\n;','4d','5e\n\nf','6g;','7FORMAT','8SELECT','9h']` + "\n"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestExternalTablesComeWithTheirQuery(t *testing.T) {
	conn := open(t, embeddedtest.Database(t))
	table, err := ext.NewTable("wanted", ext.Column("id", "UInt64"))
	if err != nil {
		t.Fatal(err)
	}
	for id := range uint64(3000) { // 2570 is two line breaks in binary
		if err := table.Append(id); err != nil {
			t.Fatal(err)
		}
	}
	ctx := clickhouse.Context(t.Context(), clickhouse.WithExternalTable(table))
	if got := queryValue[uint64](t, ctx, conn, "SELECT sum(id) FROM wanted"); got != 2999*3000/2 {
		t.Errorf("sum %d", got)
	}
	if err := conn.Exec(t.Context(), "SELECT * FROM wanted"); err == nil {
		t.Error("the external table outlived its query")
	}
}

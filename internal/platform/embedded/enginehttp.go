//go:build linux && amd64

package embedded

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/ClickHouse/ch-go/proto"
)

// waitBuffer bounds what wait_end_of_query holds back; beyond it the response starts, and a later error is reported in the stream.
const waitBuffer = 64 << 20

// interfaceHandler is ClickHouse's HTTP interface on top of libchdb: what clickhouse-go and plain HTTP clients use of it.
type interfaceHandler struct {
	pool     *pool
	password string
	version  string
	logger   *slog.Logger
	gate     gate
}

func (h *interfaceHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/ping":
		w.Write([]byte("Ok.\n"))
		return
	case "/", "":
	default:
		http.Error(w, "There is no such page here: this is ClickHouse's HTTP interface, send queries to /.", http.StatusNotFound)
		return
	}
	if !authorized(r, h.password) {
		w.Header().Set("WWW-Authenticate", `Basic realm="ClickHouse"`)
		writeError(w, badRequest(codeAuthentication, "Authentication failed: the password of this engine is made anew at each start of Anxin. (AUTHENTICATION_FAILED)"))
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, HEAD, POST")
		writeError(w, badRequest(codeNotImplemented, "Send queries by GET or POST. (NOT_IMPLEMENTED)"))
		return
	}
	if !h.gate.enter() {
		http.Error(w, "The engine is closing.", http.StatusServiceUnavailable)
		return
	}
	defer h.gate.leave()
	q, err := readRequest(r)
	defer q.close()
	if err != nil {
		writeError(w, err)
		return
	}
	if len(bytes.TrimSpace(q.statement)) == 0 {
		if r.Method != http.MethodPost && r.URL.RawQuery == "" {
			w.Write([]byte("Ok.\n"))
			return
		}
		writeError(w, badRequest(codeSyntaxError, "Syntax error: Empty query. (SYNTAX_ERROR)"))
		return
	}
	h.run(r.Context(), w, q)
}

func (h *interfaceHandler) run(ctx context.Context, w http.ResponseWriter, q *request) {
	l, err := h.pool.lease(ctx)
	if err != nil {
		writeError(w, err)
		return
	}
	defer l.release()
	stop := l.watch(ctx)
	defer stop() // before the release

	out := newOutput(w, q)
	defer out.discard()
	err = h.answer(ctx, out, l, q)
	if err == nil {
		err = out.finish()
	}
	if err == nil {
		return
	}
	// After an error libchdb keeps the failed statement, its tables and even its half-written output on the connection, and would put
	// that output before the next statement's result. Closing the connection is what clears it.
	l.dirty = true
	if ctx.Err() != nil {
		h.logger.Debug("query abandoned by its client", "query_id", q.queryID)
	}
	if out.started {
		out.fail(err)
		panic(http.ErrAbortHandler) // no proper end of the body: whoever does not know ClickHouse's marker notices too
	}
	writeError(w, err)
}

// The driver's greeting. It decodes the answer at its own protocol version and everything after it at the revision this answer gives.
var greeting = regexp.MustCompile(`(?i)^\s*SELECT\s+displayName\(\)\s*,\s*version\(\)\s*,\s*revision\(\)\s*,\s*timezone\(\)\s*;?\s*$`)

func (h *interfaceHandler) answer(ctx context.Context, out *output, l *lease, q *request) error {
	if err := l.prepare(q.database, q.settings); err != nil {
		return err
	}
	for _, table := range q.tables {
		l.dirty = true
		if err := l.exec("CREATE TEMPORARY TABLE " + quoteName(table.name) + " (" + table.structure + ") ENGINE = Memory"); err != nil {
			return err
		}
		if err := h.fill(l, table); err != nil {
			return err
		}
	}
	if q.protocolVersion && greeting.Match(q.statement) {
		block, err := h.greetingBlock()
		if err != nil {
			return err
		}
		out.format = "Native"
		return out.write(block)
	}
	switch q.keyword() {
	case "SELECT", "WITH":
		if format, ok := statementFormat(q.statement); ok {
			out.format = format
		}
		if streams[out.format] {
			done, err := h.stream(ctx, out, l, q)
			if done || err != nil {
				return err
			}
		}
	case "SET", "USE":
		l.dirty = true
	case "CREATE":
		if bytes.Contains(bytes.ToUpper(q.statement[:min(len(q.statement), 4096)]), []byte("TEMPORARY")) {
			l.dirty = true
		}
	}
	var result *result
	var err error
	if q.data != nil {
		result, err = h.insert(l, q)
	} else {
		result, err = l.query(q.statement, q.format, q.params)
	}
	if err != nil {
		return err
	}
	defer result.free()
	l.rest() // the engine's work is done; what remains is the client's reading
	return out.write(result.bytes())
}

func (h *interfaceHandler) fill(l *lease, table externalTable) error {
	var holder request
	defer holder.close()
	insert := []byte("INSERT INTO " + quoteName(table.name) + " FORMAT " + table.format + "\n")
	shape, ok := shapeInsert(insert)
	if !ok {
		return badRequest(36, "The external table %s has an unknown format. (BAD_ARGUMENTS)", table.name)
	}
	statement, err := holder.insertFromFile(insert, shape, bytes.NewReader(table.data))
	if err != nil {
		return err
	}
	return l.exec(string(statement))
}

// streams are the formats in which parts of a result can follow one another: libchdb formats each part as a document of its own.
var streams = map[string]bool{
	"Native": true, "RowBinary": true, "TabSeparated": true, "TSV": true, "TabSeparatedRaw": true, "TSVRaw": true, "CSV": true,
	"JSONEachRow": true, "JSONLines": true, "NDJSON": true, "JSONCompactEachRow": true, "TSKV": true, "LineAsString": true,
}

var formatClause = regexp.MustCompile(`(?is)\bFORMAT\s+([A-Za-z0-9_]+)\s*(?:SETTINGS\s.*)?;?\s*$`)

// statementFormat finds the FORMAT clause at the end of a SELECT. A wrong guess costs no correctness: the engine reads the clause itself,
// here it only decides between streaming and a whole result.
func statementFormat(statement []byte) (string, bool) {
	if m := formatClause.FindSubmatch(statement); m != nil {
		return string(m[1]), true
	}
	if bytes.Contains(bytes.ToUpper(statement), []byte("FORMAT ")) {
		return "", true // somewhere, perhaps before a comment: take the whole result
	}
	return "", false
}

// stream passes a result on part by part. It reports false, with nothing done, for statements that libchdb cannot stream.
func (h *interfaceHandler) stream(ctx context.Context, out *output, l *lease, q *request) (bool, error) {
	stream, err := l.stream(q.statement, q.format, q.params)
	if err != nil {
		if e := (*engineError)(nil); errors.As(err, &e) && e.code == 36 && strings.Contains(e.text, "Streaming query is not supported") {
			return false, nil
		}
		return false, err
	}
	defer stream.free()
	for {
		part, err := l.fetch(stream)
		if err != nil {
			return true, err
		}
		if part == nil {
			// A cancelled stream may look like one that ended.
			return true, ctx.Err()
		}
		l.rest()
		err = out.write(part.bytes())
		part.free()
		if err == nil {
			err = l.work(ctx)
		}
		if err != nil {
			l.cancelStream(stream)
			return true, err
		}
	}
}

// zone is the time zone of the engine's process.
func zone() string { return cmp.Or(os.Getenv("TZ"), "UTC") }

// greetingBlock reports revision 0, so that the driver decodes the plain Native blocks that libchdb gives.
func (h *interfaceHandler) greetingBlock() ([]byte, error) {
	var name, version, timezone proto.ColStr
	var revision proto.ColUInt32
	name.Append("Anxin embedded engine")
	version.Append(h.version)
	revision.Append(0)
	timezone.Append(zone())
	var buffer proto.Buffer
	block := proto.Block{Info: proto.BlockInfo{BucketNum: -1}, Columns: 4, Rows: 1}
	err := block.EncodeBlock(&buffer, proto.Version, []proto.InputColumn{
		{Name: "displayName()", Data: &name}, {Name: "version()", Data: &version},
		{Name: "revision()", Data: &revision}, {Name: "timezone()", Data: &timezone},
	})
	if err != nil {
		return nil, fmt.Errorf("encode the answer to the driver's greeting: %w", err)
	}
	return buffer.Buf, nil
}

// writeError answers with an exception as a server does: status, code in the header, text in the body.
func writeError(w http.ResponseWriter, err error) {
	code, text := exception(err)
	w.Header().Del("Content-Encoding")
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.Header().Set("X-ClickHouse-Exception-Code", strconv.Itoa(code))
	w.WriteHeader(errorStatus(code))
	fmt.Fprintln(w, text)
}

func exception(err error) (code int, text string) {
	e := (*engineError)(nil)
	switch {
	case errors.As(err, &e):
		return e.code, e.text
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return codeQueryCancelled, "Code: 394. DB::Exception: Query was cancelled: its client went away or the engine is being closed. (QUERY_WAS_CANCELLED)"
	}
	return 1001, "Code: 1001. DB::Exception: " + err.Error() + ". (STD_EXCEPTION)"
}

func errorStatus(code int) int {
	switch code {
	case codeAuthentication:
		return http.StatusUnauthorized
	case 497: // ACCESS_DENIED
		return http.StatusForbidden
	case codeUnknownTable, codeUnknownDatabase, 46, 47, 115: // functions, identifiers, settings
		return http.StatusNotFound
	case codeTimeout:
		return http.StatusRequestTimeout
	case codeNotImplemented:
		return http.StatusNotImplemented
	case 307:
		return http.StatusRequestEntityTooLarge
	case 6, 26, 27, 36, 38, 41, 43, 53, codeSyntaxError, 69, 70, 72, 117, 130, 131, 164, 179, 321, 386, 456, 457:
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

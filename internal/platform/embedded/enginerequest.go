//go:build linux && amd64

package embedded

import (
	"bytes"
	"compress/zlib"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"sort"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// maxRequestBody bounds one request's statement and data after decompression: libchdb takes an insert whole, in memory.
const maxRequestBody = 1 << 30

// request is one request of ClickHouse's HTTP interface, read to its end.
type request struct {
	statement []byte
	data      *os.File // of an INSERT … FORMAT, which reads it by its descriptor; nil otherwise
	format    string   // when the statement names none
	database  string
	queryID   string
	settings  map[string]string
	params    []param
	tables    []externalTable
	// nativeCompression is LZ4, ZSTD or NONE when the response shall be in ClickHouse's compressed frames, else empty.
	nativeCompression string
	contentEncoding   string // of the response; empty for none
	waitEndOfQuery    bool
	protocolVersion   bool // the client asked for blocks of a native protocol version
}

// externalTable is a temporary table sent along with a query.
type externalTable struct {
	name, structure, format string
	data                    []byte
}

// notSettings are parameters of the interface itself, or without effect here, and so not handed to the engine.
// Asynchronous inserts are done synchronously, which promises more. log_comment marks connections for cancelling.
var notSettings = map[string]bool{
	"query": true, "database": true, "default_format": true, "query_id": true, "quota_key": true, "user": true, "password": true,
	"session_id": true, "session_timeout": true, "session_check": true, "close_session": true, "session_timezone_check": true,
	"compress": true, "decompress": true, "network_compression_method": true, "network_zstd_compression_level": true,
	"wait_end_of_query": true, "buffer_size": true, "client_protocol_version": true, "stacktrace": true, "role": true,
	"enable_http_compression": true, "http_zlib_compression_level": true, "http_response_headers": true, "send_progress_in_http_headers": true,
	"http_headers_progress_interval_ms": true, "http_write_exception_in_output_format": true, "add_http_cors_header": true,
	"log_comment": true, "async_insert": true, "wait_for_async_insert": true, "implicit_select": true,
}

var (
	settingName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	firstKeyword = regexp.MustCompile(`(?is)^(?:\s+|--[^\n]*(?:\n|$)|#[! ][^\n]*(?:\n|$)|/\*.*?\*/|\()*([a-z]+)`)
)

// authorized compares in constant time; the user name is not looked at, there is one user.
func authorized(r *http.Request, password string) bool {
	given := r.Header.Get("X-ClickHouse-Key")
	if given == "" {
		_, given, _ = r.BasicAuth()
	}
	if given == "" {
		given = r.URL.Query().Get("password")
	}
	return subtle.ConstantTimeCompare([]byte(given), []byte(password)) == 1
}

func badRequest(code int, format string, args ...any) error {
	return &engineError{code: code, text: fmt.Sprintf("Code: %d. DB::Exception: ", code) + fmt.Sprintf(format, args...)}
}

// readRequest reads all of it. What it returns must be closed, also beside an error.
func readRequest(r *http.Request) (*request, error) {
	query := r.URL.Query()
	q := &request{
		format:          query.Get("default_format"),
		database:        first(query.Get("database"), r.Header.Get("X-ClickHouse-Database"), "default"),
		queryID:         first(query.Get("query_id"), r.Header.Get("X-ClickHouse-Query-Id")),
		settings:        map[string]string{},
		waitEndOfQuery:  enabled(query.Get("wait_end_of_query")),
		protocolVersion: query.Get("client_protocol_version") != "" && query.Get("client_protocol_version") != "0",
	}
	if format := r.Header.Get("X-ClickHouse-Format"); format != "" {
		q.format = format
	}
	q.format = first(q.format, "TabSeparated")
	if enabled(query.Get("compress")) {
		q.nativeCompression = strings.ToUpper(first(query.Get("network_compression_method"), "LZ4"))
	} else if enabled(query.Get("enable_http_compression")) {
		q.contentEncoding = acceptedEncoding(r.Header.Get("Accept-Encoding"))
	}

	text := []byte(query.Get("query"))
	body := io.Reader(r.Body)
	body, err := decoded(body, r.Header.Get("Content-Encoding"))
	if err != nil {
		return q, err
	}
	tableParameters := map[string]bool{}
	if kind, kindParams, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		text, err = q.readForm(text, query, multipart.NewReader(&limitedBody{from: body, left: maxRequestBody}, kindParams["boundary"]), tableParameters)
	} else {
		if enabled(query.Get("decompress")) {
			body = frameReader{compress.NewReader(body)}
		}
		text, err = q.readBody(text, body)
	}
	if err != nil {
		return q, err
	}
	q.statement = text

	for name, values := range query {
		value := values[len(values)-1]
		if bound, ok := strings.CutPrefix(name, "param_"); ok {
			q.params = append(q.params, param{bound, value})
			continue
		}
		if notSettings[name] || tableParameters[name] {
			continue
		}
		if !settingName.MatchString(name) {
			return q, badRequest(115, "Setting %s is neither a builtin setting nor a custom one. (UNKNOWN_SETTING)", name)
		}
		q.settings[name] = value
	}
	sort.Slice(q.params, func(i, j int) bool { return q.params[i].name < q.params[j].name })
	if r.Method != http.MethodPost && q.settings["readonly"] == "" {
		q.settings["readonly"] = "2" // as on a server: what changes data takes POST
	}
	return q, nil
}

// readBody returns the statement: from the URL, or the URL's, a newline and the body. The data of an insert goes to a file in memory.
func (q *request) readBody(text []byte, body io.Reader) ([]byte, error) {
	body = &limitedBody{from: body, left: maxRequestBody}
	if len(text) > 0 {
		text = append(text, '\n')
	}
	if shape, ok := shapeInsert(text); ok {
		return q.insertFromFile(text, shape, body)
	}
	var whole bytes.Buffer
	whole.Write(text)
	if _, err := whole.ReadFrom(body); err != nil {
		return nil, unreadable(err)
	}
	if shape, ok := shapeInsert(whole.Bytes()); ok {
		return q.insertFromFile(whole.Bytes(), shape, nil)
	}
	return whole.Bytes(), nil
}

func (q *request) insertFromFile(text []byte, shape insertShape, body io.Reader) ([]byte, error) {
	file, err := memoryFile()
	if err != nil {
		return nil, err
	}
	q.data = file
	if _, err := file.Write(text[shape.data:]); err != nil {
		return nil, fmt.Errorf("hold the data of an insert: %w", err)
	}
	if body != nil {
		if _, err := io.Copy(file, body); err != nil {
			return nil, unreadable(err)
		}
	}
	return shape.fromFile(text, file), nil
}

// close frees what the request holds.
func (q *request) close() {
	if q.data != nil {
		q.data.Close()
	}
}

func unreadable(err error) error {
	var e *engineError
	if errors.As(err, &e) {
		return err
	}
	return badRequest(codeCannotParseInput, "Cannot read the request: %v", err)
}

// limitedBody fails, rather than ends, at its limit: a cut insert must not look like a whole one.
type limitedBody struct {
	from io.Reader
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, tooLargeError()
	}
	return n, err
}

// frameReader ends with io.EOF itself where ch-go's reader wraps it.
type frameReader struct{ from io.Reader }

func (r frameReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.EOF
	}
	return n, err
}

func tooLargeError() error {
	return badRequest(307, "The request is larger than the %d bytes that the embedded engine takes at once; send smaller batches. (TOO_MANY_BYTES)", maxRequestBody)
}

// readForm reads a multipart request: the query as a field, external tables as files.
func (q *request) readForm(text []byte, query url.Values, form *multipart.Reader, tableParameters map[string]bool) ([]byte, error) {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return nil, badRequest(codeCannotParseInput, "Cannot read the multipart request: %v", err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, badRequest(codeCannotParseInput, "Cannot read the multipart request: %v", err)
		}
		name := part.FormName()
		switch {
		case part.FileName() != "" || query.Has(name+"_structure"):
			table := externalTable{name: name, structure: query.Get(name + "_structure"), format: first(query.Get(name+"_format"), "TabSeparated"), data: data}
			if table.structure == "" {
				return nil, badRequest(36, "The external table %s needs the parameter %s_structure. (BAD_ARGUMENTS)", name, name)
			}
			tableParameters[name+"_structure"], tableParameters[name+"_format"] = true, true
			q.tables = append(q.tables, table)
		case name == "query":
			text = append(text, data...)
		case strings.HasPrefix(name, "param_"):
			q.params = append(q.params, param{strings.TrimPrefix(name, "param_"), string(data)})
		}
	}
}

func decoded(body io.Reader, encoding string) (io.Reader, error) {
	var err error
	switch encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		body, err = gzip.NewReader(body)
	case "deflate":
		body, err = zlib.NewReader(body)
	case "br":
		body = brotli.NewReader(body)
	case "zstd":
		var d *zstd.Decoder
		if d, err = zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxRequestBody)); err == nil {
			body = d.IOReadCloser()
		}
	case "lz4":
		body = lz4.NewReader(body)
	default:
		return nil, badRequest(codeNotImplemented, "Unknown Content-Encoding %q: send none, gzip, deflate, br, zstd or lz4. (NOT_IMPLEMENTED)", encoding)
	}
	if err != nil {
		return nil, badRequest(codeCannotParseInput, "Cannot decompress the request: %v", err)
	}
	return body, nil
}

func (q *request) keyword() string {
	if m := firstKeyword.FindSubmatch(q.statement[:min(len(q.statement), 4096)]); m != nil {
		return strings.ToUpper(string(m[1]))
	}
	return ""
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

func enabled(value string) bool { return value != "" && value != "0" && value != "false" }

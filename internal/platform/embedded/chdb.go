//go:build linux && amd64

package embedded

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// chdb is the loaded library: the few functions of its C interface that the engine needs.
// The strings and buffers handed over are only read during the call.
type chdb struct {
	setSignalHandlersEnabled func(enabled int32)
	connect                  func(argc int32, argv unsafe.Pointer) unsafe.Pointer
	closeConn                func(conn unsafe.Pointer)
	query                    func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	stream                   func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	fetch                    func(conn, stream unsafe.Pointer) unsafe.Pointer
	cancel                   func(conn, stream unsafe.Pointer)
	destroy                  func(result unsafe.Pointer)
	buffer                   func(result unsafe.Pointer) unsafe.Pointer
	length                   func(result unsafe.Pointer) uintptr
	rowsRead                 func(result unsafe.Pointer) uint64
	errorText                func(result unsafe.Pointer) unsafe.Pointer
}

// loadChdb maps the library into this process. It stays until the process ends: libchdb cannot be unloaded.
func loadChdb(path string) (lib *chdb, err error) {
	handle, err := purego.Dlopen(path, purego.RTLD_LAZY|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w (is it libchdb %s for linux x86-64?)", path, err, libraryVersion)
	}
	defer func() { // RegisterLibFunc panics when a symbol is missing
		if p := recover(); p != nil {
			lib, err = nil, fmt.Errorf("%s lacks a function of libchdb %s: %v", path, libraryVersion, p)
		}
	}()
	lib = &chdb{}
	for name, fn := range map[string]any{
		"chdb_set_signal_handlers_enabled": &lib.setSignalHandlersEnabled,
		"chdb_connect":                     &lib.connect,
		"chdb_close_conn":                  &lib.closeConn,
		"chdb_query_with_params_n":         &lib.query,
		"chdb_stream_query_with_params_n":  &lib.stream,
		"chdb_stream_fetch_result":         &lib.fetch,
		"chdb_stream_cancel_query":         &lib.cancel,
		"chdb_destroy_query_result":        &lib.destroy,
		"chdb_result_buffer":               &lib.buffer,
		"chdb_result_length":               &lib.length,
		"chdb_result_rows_read":            &lib.rowsRead,
		"chdb_result_error":                &lib.errorText,
	} {
		purego.RegisterLibFunc(fn, handle, name)
	}
	return lib, nil
}

// session is one libchdb connection: one statement at a time, with its own current database and settings.
// Its methods must not be called concurrently.
type session struct {
	lib    *chdb
	handle unsafe.Pointer // chdb_connection *
	conn   unsafe.Pointer // chdb_connection
}

// open connects to the data folder named in args ("--path=…"). The first connection of a process starts the engine.
func (lib *chdb) open(args []string) (*session, error) {
	var pin runtime.Pinner
	defer pin.Unpin()
	argv := make([]unsafe.Pointer, 0, len(args)+1)
	for _, arg := range args {
		b := append([]byte(arg), 0)
		pin.Pin(&b[0])
		argv = append(argv, unsafe.Pointer(&b[0]))
	}
	argv = append(argv, nil)
	pin.Pin(&argv[0])
	var handle unsafe.Pointer
	err := keepSignalHandlers(func() { handle = lib.connect(int32(len(args)), unsafe.Pointer(&argv[0])) })
	if err != nil {
		return nil, err
	}
	if handle == nil {
		return nil, errors.New("libchdb refused the connection")
	}
	return &session{lib: lib, handle: handle, conn: *(*unsafe.Pointer)(handle)}, nil
}

// close ends the connection; closing the last one stops the engine and writes everything out.
func (s *session) close() {
	s.lib.closeConn(s.handle)
	s.handle, s.conn = nil, nil
}

// param is one bound query parameter; the value is escaped text as in TabSeparated, as ClickHouse's HTTP interface takes it.
type param struct{ name, value string }

// call holds what a statement's arguments look like in C, pinned while the library reads them.
type call struct {
	pin                                runtime.Pinner
	names, values                      []unsafe.Pointer
	nameLens, valueLens                []uintptr
	format                             []byte
	cNames, cValues, cNameLen, cValLen unsafe.Pointer
}

func newCall(format string, params []param) *call {
	c := &call{format: append([]byte(format), 0)}
	c.pin.Pin(&c.format[0])
	for _, p := range params {
		name, value := append([]byte(p.name), 0), append([]byte(p.value), 0)
		c.pin.Pin(&name[0])
		c.pin.Pin(&value[0])
		c.names = append(c.names, unsafe.Pointer(&name[0]))
		c.values = append(c.values, unsafe.Pointer(&value[0]))
		c.nameLens = append(c.nameLens, uintptr(len(p.name)))
		c.valueLens = append(c.valueLens, uintptr(len(p.value)))
	}
	if len(params) > 0 {
		c.pin.Pin(&c.names[0])
		c.pin.Pin(&c.values[0])
		c.pin.Pin(&c.nameLens[0])
		c.pin.Pin(&c.valueLens[0])
		c.cNames, c.cValues = unsafe.Pointer(&c.names[0]), unsafe.Pointer(&c.values[0])
		c.cNameLen, c.cValLen = unsafe.Pointer(&c.nameLens[0]), unsafe.Pointer(&c.valueLens[0])
	}
	return c
}

// query runs one statement to its end and returns the whole result, which the caller must free.
// The statement may carry the data of an insert after a newline.
func (s *session) query(statement []byte, format string, params []param) (*result, error) {
	return s.run(s.lib.query, statement, format, params)
}

// stream starts a SELECT-like statement; its blocks come from fetch.
func (s *session) stream(statement []byte, format string, params []param) (*result, error) {
	return s.run(s.lib.stream, statement, format, params)
}

func (s *session) run(
	fn func(conn, query unsafe.Pointer, queryLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer,
	statement []byte, format string, params []param,
) (*result, error) {
	if len(statement) == 0 {
		return nil, &engineError{code: codeSyntaxError, text: "Code: 62. DB::Exception: Empty query. (SYNTAX_ERROR)"}
	}
	c := newCall(format, params)
	defer c.pin.Unpin()
	c.pin.Pin(&statement[0])
	return s.lib.wrap(fn(s.conn, unsafe.Pointer(&statement[0]), uintptr(len(statement)),
		unsafe.Pointer(&c.format[0]), uintptr(len(format)),
		c.cNames, c.cNameLen, c.cValues, c.cValLen, uintptr(len(params))))
}

// fetch returns the next part of a stream, or nil at its end. The caller frees each part, and the stream itself.
func (s *session) fetch(stream *result) (*result, error) {
	part, err := s.lib.wrap(s.lib.fetch(s.conn, stream.p))
	if err != nil {
		return nil, err
	}
	if s.lib.length(part.p) == 0 && s.lib.rowsRead(part.p) == 0 {
		part.free()
		return nil, nil
	}
	return part, nil
}

// cancelStream ends a stream before its end, so that the connection is free for the next statement.
func (s *session) cancelStream(stream *result) { s.lib.cancel(s.conn, stream.p) }

// result is a result buffer owned by the library.
type result struct {
	lib *chdb
	p   unsafe.Pointer
}

func (lib *chdb) wrap(p unsafe.Pointer) (*result, error) {
	if p == nil {
		return nil, errors.New("libchdb returned no result")
	}
	r := &result{lib, p}
	if text := lib.errorText(p); text != nil {
		err := parseEngineError(cString(text))
		r.free()
		return nil, err
	}
	return r, nil
}

// bytes is the library's own memory: valid until free.
func (r *result) bytes() []byte {
	n := r.lib.length(r.p)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(r.lib.buffer(r.p)), n)
}

func (r *result) free() {
	if r.p != nil {
		r.lib.destroy(r.p)
		r.p = nil
	}
}

func cString(p unsafe.Pointer) string {
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}

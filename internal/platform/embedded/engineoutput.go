//go:build linux && amd64

package embedded

import (
	"bytes"
	"compress/zlib"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// output writes one response: nothing goes out before the first bytes, so that an early error still gets a status of its own.
type output struct {
	w       http.ResponseWriter
	format  string
	queryID string
	started bool

	held *bytes.Buffer // while wait_end_of_query holds the result back

	frames   *compress.Writer // ClickHouse's own compression
	plain    *compress.Writer // frames without compression, for exceptions
	encoding string
	encoder  io.WriteCloser // Content-Encoding
	tag      string
}

// A frame of this size is what ClickHouse itself uses.
const frameBytes = 1 << 20

func newOutput(w http.ResponseWriter, q *request) *output {
	o := &output{w: w, format: q.format, queryID: q.queryID, encoding: q.contentEncoding, tag: strings.ToLower(rand.Text()[:16])}
	if q.waitEndOfQuery {
		o.held = new(bytes.Buffer)
	}
	if q.nativeCompression != "" {
		method := compress.LZ4
		switch q.nativeCompression {
		case "ZSTD":
			method = compress.ZSTD
		case "NONE":
			method = compress.None
		}
		o.frames = compress.NewWriter(0, method)
	}
	return o
}

// write passes data on; it does not keep it.
func (o *output) write(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if o.held != nil {
		if o.held.Len()+len(data) <= waitBuffer {
			o.held.Write(data)
			return nil
		}
		if err := o.unhold(); err != nil {
			return err
		}
	}
	return o.send(data, o.frames)
}

func (o *output) unhold() error {
	held := o.held
	o.held = nil
	if held == nil || held.Len() == 0 {
		return nil
	}
	return o.send(held.Bytes(), o.frames)
}

func (o *output) send(data []byte, frames *compress.Writer) error {
	o.start()
	to := io.Writer(o.w)
	if o.encoder != nil {
		to = o.encoder
	}
	if frames == nil {
		_, err := to.Write(data)
		return err
	}
	for len(data) > 0 {
		n := min(len(data), frameBytes)
		if err := frames.Compress(data[:n]); err != nil {
			return fmt.Errorf("compress the result: %w", err)
		}
		if _, err := to.Write(frames.Data); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// start sends the headers of a successful response.
func (o *output) start() {
	if o.started {
		return
	}
	o.started = true
	header := o.w.Header()
	header.Set("Content-Type", contentType(o.format))
	if o.format != "" {
		header.Set("X-ClickHouse-Format", o.format)
	}
	header.Set("X-ClickHouse-Timezone", zone())
	header.Set("X-ClickHouse-Exception-Tag", o.tag)
	if o.queryID != "" {
		header.Set("X-ClickHouse-Query-Id", o.queryID)
	}
	if o.encoding != "" {
		header.Set("Content-Encoding", o.encoding)
		o.encoder = newEncoder(o.w, o.encoding)
	}
}

// finish ends a successful response.
func (o *output) finish() error {
	if err := o.unhold(); err != nil {
		return err
	}
	if !o.started {
		o.encoding = "" // nothing to encode: the driver wants an empty body to be empty
		o.start()
	}
	if o.encoder != nil {
		return o.encoder.Close()
	}
	return nil
}

// fail tells of an error after the response has begun, in the frame that ClickHouse uses for it. In compressed results the frame goes
// uncompressed, because the driver looks for the marker in the bytes as they came.
func (o *output) fail(err error) {
	_, text := exception(err)
	if len(text) > 8<<10 {
		text = text[:8<<10]
	}
	text += "\n"
	message := fmt.Sprintf("\r\n__exception__\r\n%s\r\n%s%d %s\r\n__exception__\r\n", o.tag, text, len(text), o.tag)
	if o.frames != nil {
		o.plain = compress.NewWriter(0, compress.None)
	}
	if o.send([]byte(message), o.plain) == nil && o.encoder != nil {
		o.encoder.Close()
	}
	// The error matters more than this: the connection is about to be closed.
	_ = http.NewResponseController(o.w).Flush()
}

// discard frees what the response holds, whether or not it was finished.
func (o *output) discard() { o.held = nil }

func newEncoder(w io.Writer, encoding string) io.WriteCloser {
	switch encoding {
	case "gzip":
		return gzip.NewWriter(w)
	case "deflate":
		return zlib.NewWriter(w)
	case "br":
		return brotli.NewWriterLevel(w, 3)
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // only wrong options fail, and these are constant
	}
	return z
}

// acceptedEncoding picks the first encoding that both sides know.
func acceptedEncoding(accept string) string {
	for entry := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(entry), ";")
		switch name = strings.TrimSpace(name); name {
		case "gzip", "deflate", "br", "zstd":
			if strings.ReplaceAll(weight, " ", "") != "q=0" {
				return name
			}
		}
	}
	return ""
}

func contentType(format string) string {
	switch {
	case format == "JSONEachRow" || format == "JSONLines" || format == "NDJSON":
		return "application/x-ndjson; charset=UTF-8"
	case strings.HasPrefix(format, "JSON"):
		return "application/json; charset=UTF-8"
	case strings.HasPrefix(format, "CSV"):
		return "text/csv; charset=UTF-8"
	case strings.HasPrefix(format, "TabSeparated"), strings.HasPrefix(format, "TSV"):
		return "text/tab-separated-values; charset=UTF-8"
	case format == "Native", strings.HasPrefix(format, "RowBinary"), format == "Parquet", strings.HasPrefix(format, "Arrow"):
		return "application/octet-stream"
	}
	return "text/plain; charset=UTF-8"
}

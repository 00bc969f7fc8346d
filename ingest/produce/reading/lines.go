package reading

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// MaxRecord is the longest record that is sent: brokers take about a million bytes by default, and the contract allows
// far less.
const MaxRecord = 900_000

// JsonSpace is what JSON calls white space (RFC 8259 §2). What else looks empty is no record, which is for ingest to say.
const JsonSpace = " \t\r\n"

var ErrTooLong = errors.New("too long")

// Lines reads a text line by line and knows where it is. A line ends in LF, CRLF or, as old systems and Excel for Mac write
// it, in a bare CR.
type Lines struct {
	From   *bufio.Reader
	JSON   bool  // a bare CR is white space, unless it stands between two records
	Offset int64 // behind the last line
	Line   int64 // of the last line, from 1
	long   []byte
}

// Next returns a line without its end, valid until the next call; io.EOF after the last; errTooLong beyond maxRecord.
func (l *Lines) Next() ([]byte, error) {
	l.long = l.long[:0]
	for seen := 0; ; { // so many bytes of the buffer hold no end of the line
		_, err := l.From.Peek(seen + 1)
		if err == bufio.ErrBufferFull {
			if err := l.keep(seen); err != nil {
				return nil, err
			}
			seen = 0
			continue
		}
		b, _ := l.From.Peek(l.From.Buffered()) // no more than there is
		if err != nil {
			if err != io.EOF || len(b)+len(l.long) == 0 {
				return nil, err
			}
			return l.take(len(b), 0)
		}
		end := lineEnd(b[seen:])
		if end < 0 {
			seen = len(b)
			continue
		}
		end += seen
		if b[end] == '\n' {
			return l.take(end, 1)
		}
		behind, err := l.From.Peek(end + 3) // fewer at the end of the file
		if err == bufio.ErrBufferFull {
			if err := l.keep(end); err != nil {
				return nil, err
			}
			seen = 0
			continue
		}
		before := behind[:end]
		switch behind = behind[end:]; {
		case bytes.HasPrefix(behind, []byte("\r\r\n")): // CRLF that was written as text once more
			return l.take(end, 3)
		case bytes.HasPrefix(behind, []byte("\r\n")):
			return l.take(end, 2)
		case l.JSON && !l.between(before, behind[1:]):
			seen = end + 1
		default:
			return l.take(end, 1)
		}
	}
}

// between says whether a CR stands between two records: within one no brace follows another without a comma.
func (l *Lines) between(before, behind []byte) bool {
	if before = bytes.TrimRight(before, JsonSpace); len(before) == 0 {
		before = bytes.TrimRight(l.long, JsonSpace)
	}
	return bytes.HasSuffix(before, []byte("}")) && (len(behind) == 0 || behind[0] == '{')
}

// lineEnd finds the first LF or CR. It looks piece by piece, for one of the two may be nowhere in the file.
func lineEnd(b []byte) int {
	const piece = 4 << 10
	for from := 0; from < len(b); from += piece {
		part := b[from:min(from+piece, len(b))]
		lf := bytes.IndexByte(part, '\n')
		if lf >= 0 {
			part = part[:lf]
		}
		if cr := bytes.IndexByte(part, '\r'); cr >= 0 {
			return from + cr
		}
		if lf >= 0 {
			return from + lf
		}
	}
	return -1
}

// keep takes n bytes of a line out of the buffer, which is too small for it.
func (l *Lines) keep(n int) error {
	b, err := l.From.Peek(n)
	if err != nil {
		return err
	}
	l.long = append(l.long, b...)
	_, _ = l.From.Discard(n) // peeked
	l.Offset += int64(n)
	if len(l.long) > MaxRecord {
		l.Line++
		return ErrTooLong
	}
	return nil
}

// take ends the line after n bytes of the buffer, behind which its end has so many bytes.
func (l *Lines) take(n, end int) ([]byte, error) {
	b, err := l.From.Peek(n + end)
	if err != nil {
		return nil, err
	}
	_, _ = l.From.Discard(n + end) // peeked; what b shows stays until the next read
	l.Offset += int64(n + end)
	l.Line++
	if b = b[:n]; len(l.long) > 0 {
		l.long = append(l.long, b...)
		b = l.long
	}
	if len(b) > MaxRecord {
		return nil, ErrTooLong
	}
	return b, nil
}

// Array reads the records of one JSON array, without holding more than one of them.
type Array struct {
	From   *bufio.Reader
	Offset int64
	Line   int64 // lines ended so far
	Begun  bool  // a record was read: what follows is a comma or the end
	Opened bool
	value  []byte
}

func (a *Array) byte() (byte, error) {
	c, err := a.From.ReadByte()
	if err == nil {
		a.Offset++
		if c == '\n' {
			a.Line++
		}
	}
	return c, err
}

func (a *Array) back(c byte) {
	_ = a.From.UnreadByte() // follows a ReadByte
	a.Offset--
	if c == '\n' {
		a.Line--
	}
}

var (
	ErrCutOff   = errors.New("the array is not closed with ]: the file is cut off")
	ErrArray    = errors.New("expected a comma or ] after a record of the array")
	ErrTrailing = errors.New("expected nothing after the array's ]")
	ErrNothing  = errors.New("expected a record before this comma or ]")
)

func (a *Array) visible() (byte, error) {
	for {
		c, err := a.byte()
		if err != nil {
			return 0, err
		}
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, nil
		}
	}
}

// Next returns a record as it stands and the line where it begins.
func (a *Array) Next() (value []byte, line int64, err error) {
	whole := func(err error) error {
		if err == io.EOF {
			return ErrCutOff
		}
		return err
	}
	if !a.Opened { // the caller has seen the [
		a.Opened = true
		if _, err := a.visible(); err != nil {
			return nil, 0, whole(err)
		}
	}
	c, err := a.visible()
	if err != nil {
		return nil, a.Line + 1, whole(err)
	}
	if c == ']' {
		if _, err := a.visible(); err == io.EOF {
			return nil, 0, io.EOF
		} else if err != nil {
			return nil, 0, err
		}
		return nil, a.Line + 1, ErrTrailing
	}
	if a.Begun {
		if c != ',' {
			return nil, a.Line + 1, ErrArray
		}
		if c, err = a.visible(); err != nil {
			return nil, a.Line + 1, whole(err)
		}
	}
	line = a.Line + 1
	if c == ',' || c == ']' {
		return nil, line, ErrNothing
	}
	a.Begun = true
	a.value = a.value[:0]
	depth, text := 0, false
	for {
		switch {
		case text:
			if c == '\\' {
				a.value = append(a.value, c)
				if c, err = a.byte(); err != nil {
					return nil, line, whole(err)
				}
			} else if c == '"' {
				text = false
			}
		case c == '"':
			text = true
		case c == '{' || c == '[':
			depth++
		case (c == ',' || c == ']') && depth == 0:
			a.back(c)
			return bytes.TrimRight(a.value, JsonSpace), line, nil
		case c == '}' || c == ']':
			depth--
		}
		if len(a.value) >= MaxRecord {
			return nil, line, ErrTooLong
		}
		a.value = append(a.value, c)
		if c, err = a.byte(); err != nil {
			return nil, line, whole(err)
		}
	}
}

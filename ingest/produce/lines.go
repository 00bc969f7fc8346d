package produce

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxRecord is the longest record that is sent: brokers take about a million bytes by default, and the contract allows
// far less.
const maxRecord = 900_000

// jsonSpace is what JSON calls white space (RFC 8259 §2). What else looks empty is no record, which is for ingest to say.
const jsonSpace = " \t\r\n"

var errTooLong = errors.New("too long")

// lines reads a text line by line and knows where it is.
type lines struct {
	from   *bufio.Reader
	offset int64 // behind the last line
	line   int64 // of the last line, from 1
	long   []byte
}

// next returns a line without its end, valid until the next call; io.EOF after the last; errTooLong beyond maxRecord.
func (l *lines) next() ([]byte, error) {
	b, err := l.from.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = append(l.long[:0], b...)
		for err == bufio.ErrBufferFull {
			if len(l.long) > maxRecord {
				l.line++
				return nil, errTooLong
			}
			b, err = l.from.ReadSlice('\n')
			l.long = append(l.long, b...)
		}
		b = l.long
	}
	l.offset += int64(len(b))
	if err == io.EOF && len(b) > 0 {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	l.line++
	if len(b) > maxRecord {
		return nil, errTooLong
	}
	return bytes.TrimRight(b, "\r\n"), nil
}

// array reads the records of one JSON array, without holding more than one of them.
type array struct {
	from   *bufio.Reader
	offset int64
	line   int64 // lines ended so far
	begun  bool  // a record was read: what follows is a comma or the end
	opened bool
	value  []byte
}

func (a *array) byte() (byte, error) {
	c, err := a.from.ReadByte()
	if err == nil {
		a.offset++
		if c == '\n' {
			a.line++
		}
	}
	return c, err
}

func (a *array) back(c byte) {
	_ = a.from.UnreadByte() // follows a ReadByte
	a.offset--
	if c == '\n' {
		a.line--
	}
}

var (
	errCutOff   = errors.New("the array is not closed with ]: the file is cut off")
	errArray    = errors.New("expected a comma or ] after a record of the array")
	errTrailing = errors.New("expected nothing after the array's ]")
	errNothing  = errors.New("expected a record before this comma or ]")
)

func (a *array) visible() (byte, error) {
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

// next returns a record as it stands and the line where it begins.
func (a *array) next() (value []byte, line int64, err error) {
	whole := func(err error) error {
		if err == io.EOF {
			return errCutOff
		}
		return err
	}
	if !a.opened { // the caller has seen the [
		a.opened = true
		if _, err := a.visible(); err != nil {
			return nil, 0, whole(err)
		}
	}
	c, err := a.visible()
	if err != nil {
		return nil, a.line + 1, whole(err)
	}
	if c == ']' {
		if _, err := a.visible(); err == io.EOF {
			return nil, 0, io.EOF
		} else if err != nil {
			return nil, 0, err
		}
		return nil, a.line + 1, errTrailing
	}
	if a.begun {
		if c != ',' {
			return nil, a.line + 1, errArray
		}
		if c, err = a.visible(); err != nil {
			return nil, a.line + 1, whole(err)
		}
	}
	line = a.line + 1
	if c == ',' || c == ']' {
		return nil, line, errNothing
	}
	a.begun = true
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
			return bytes.TrimRight(a.value, jsonSpace), line, nil
		case c == '}' || c == ']':
			depth--
		}
		if len(a.value) >= maxRecord {
			return nil, line, errTooLong
		}
		a.value = append(a.value, c)
		if c, err = a.byte(); err != nil {
			return nil, line, whole(err)
		}
	}
}

package reading

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Objects reads the objects of a list within JSON as rows: the answer of a platform, or several of them one after the other.
type Objects struct {
	path   string
	at     []string   // the way to the list; empty: the file is the list, or objects one after the other
	fields [][]string // the way to each cell in an object
	seen   []bool     // fields that some object has
	from   *newlines
	json   *json.Decoder
	single bool // each value of the file is an object that is a row itself
	open   int  // objects that lie around the list; -1: outside of a value
	n      int64
	cells  [][]byte
	marks  []Mark
}

// newlines remembers where lines ended, for what the decoder has not come to yet.
type newlines struct {
	from  io.Reader
	last  byte
	read  int64
	ends  []int64
	count int64
}

func (n *newlines) Read(b []byte) (int, error) {
	k, err := n.from.Read(b)
	for i, c := range b[:k] {
		if c == '\r' || c == '\n' && n.last != '\r' {
			n.ends = append(n.ends, n.read+int64(i))
		}
		n.last = c
	}
	n.read += int64(k)
	return k, err
}

// line is where an offset lies, from 1. Offsets may only grow.
func (n *newlines) line(offset int64) int64 {
	passed := 0
	for passed < len(n.ends) && n.ends[passed] < offset {
		passed++
	}
	n.ends = n.ends[passed:]
	n.count += int64(passed)
	return n.count + 1
}

// OpenObjects reads a list of a path such as data.rows, or ".".
func OpenObjects(path, list string, from *bufio.Reader) *Objects {
	o := &Objects{path: path, from: &newlines{from: from}, open: -1}
	if list != "." {
		o.at = strings.Split(list, ".")
	}
	start, _ := from.Peek(512)
	start = bytes.TrimLeft(start, JsonSpace)
	o.single = len(o.at) == 0 && len(start) > 0 && start[0] != '['
	o.json = json.NewDecoder(o.from)
	o.json.UseNumber()
	return o
}

// Field returns the column of a path.
func (o *Objects) Field(name string) int {
	for i, f := range o.fields {
		if strings.Join(f, ".") == name {
			return i
		}
	}
	o.fields, o.seen = append(o.fields, strings.Split(name, ".")), append(o.seen, false)
	return len(o.fields) - 1
}

// Absent are the fields that no object had.
func (o *Objects) Absent() (names []string) {
	for i, f := range o.fields {
		if !o.seen[i] && o.n > 0 {
			names = append(names, strings.Join(f, "."))
		}
	}
	return names
}

func (o *Objects) Place() int64 { return o.n }

func (o *Objects) SkipTo(place int64) error {
	for o.n < place {
		if _, _, _, err := o.Next(); err != nil {
			return err
		}
	}
	return nil
}

func (o *Objects) fault(want string) error {
	return &Problem{Path: o.path, Line: o.from.line(o.json.InputOffset()), Want: want}
}

// broken is about text that is no JSON, of which the library's own error would show a piece.
func (o *Objects) broken() error {
	return o.fault("is no JSON behind this line, or cut off: export it anew")
}

func (o *Objects) Next() (cells [][]byte, marks []Mark, line int64, err error) {
	for {
		if o.open < 0 {
			if o.single {
				if !o.json.More() {
					return nil, nil, 0, o.end()
				}
				return o.row()
			}
			if err := o.enter(); err != nil {
				return nil, nil, 0, err
			}
			continue
		}
		if o.json.More() {
			return o.row()
		}
		if err := o.leave(); err != nil {
			return nil, nil, 0, err
		}
	}
}

// end says whether the file really ends here.
func (o *Objects) end() error {
	if _, err := o.json.Token(); err != io.EOF {
		return o.broken()
	}
	return io.EOF
}

// enter goes to the beginning of the list within the next value of the file.
func (o *Objects) enter() error {
	name := strings.Join(o.at, ".")
	for i := 0; ; i++ {
		token, err := o.json.Token()
		if err == io.EOF && i == 0 {
			return io.EOF
		}
		if err != nil {
			return o.broken()
		}
		if i == len(o.at) {
			if token != json.Delim('[') {
				return o.fault(fmt.Sprintf("expected a list at %s", name))
			}
			o.open = i
			return nil
		}
		if token != json.Delim('{') {
			return o.fault(fmt.Sprintf("expected an object with %q in it, on the way to %s", o.at[i], name))
		}
		for found := false; !found; {
			if !o.json.More() {
				return o.fault(fmt.Sprintf("there is no %q on the way to %s: say in the mapping's file: {json: …} where the list is", o.at[i], name))
			}
			key, err := o.json.Token()
			if err != nil {
				return o.broken()
			}
			if found = key == o.at[i]; !found {
				var other json.RawMessage
				if o.json.Decode(&other) != nil {
					return o.broken()
				}
			}
		}
	}
}

// leave goes behind the value in which the list is.
func (o *Objects) leave() error {
	if _, err := o.json.Token(); err != nil { // ]
		return o.broken()
	}
	for ; o.open > 0; o.open-- {
		for o.json.More() {
			if _, err := o.json.Token(); err != nil {
				return o.broken()
			}
			var other json.RawMessage
			if o.json.Decode(&other) != nil {
				return o.broken()
			}
		}
		if _, err := o.json.Token(); err != nil { // }
			return o.broken()
		}
	}
	o.open = -1
	return nil
}

func (o *Objects) row() ([][]byte, []Mark, int64, error) {
	var raw json.RawMessage
	if o.json.Decode(&raw) != nil {
		return nil, nil, 0, o.broken()
	}
	line := o.from.line(o.json.InputOffset() - int64(len(raw)))
	if len(raw) > MaxRecord {
		return nil, nil, 0, &Problem{Path: o.path, Line: line, Want: fmt.Sprintf("the object is longer than %d bytes", MaxRecord)}
	}
	o.n++
	o.cells, o.marks = o.cells[:0], o.marks[:0]
	var top map[string]json.RawMessage
	whole := json.Unmarshal(raw, &top) == nil && top != nil
	for i, way := range o.fields {
		cell, m := []byte("?"), nesting
		if whole {
			var found bool
			cell, m, found = inner(top, way)
			o.seen[i] = o.seen[i] || found
		}
		o.cells, o.marks = append(o.cells, cell), append(o.marks, m)
	}
	return o.cells, o.marks, line, nil
}

// inner returns the text of the value at the end of a way.
func inner(object map[string]json.RawMessage, way []string) (cell []byte, m Mark, found bool) {
	value, found := object[way[0]]
	switch {
	case !found || string(value) == "null":
		return nil, Plain, found
	case len(way) > 1:
		var next map[string]json.RawMessage
		if json.Unmarshal(value, &next) != nil {
			return []byte("?"), nesting, true
		}
		return inner(next, way[1:])
	case value[0] == '"':
		var text string
		_ = json.Unmarshal(value, &text) // the decoder has read it
		return []byte(text), Plain, true
	case value[0] == '{' || value[0] == '[':
		return []byte("?"), nesting, true
	case bytes.ContainsAny(value, "eE") && value[0] != 't' && value[0] != 'f':
		v, err := strconv.ParseFloat(string(value), 64)
		if err != nil {
			return []byte("?"), nesting, true
		}
		if m = Plain; v >= keptDigits {
			m = CutOff
		}
		return strconv.AppendFloat(nil, v, 'f', -1, 64), m, true
	}
	return value, Plain, true
}

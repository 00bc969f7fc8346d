package produce

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/anxin-project/anxin/ingest/produce/notation"
	"github.com/anxin-project/anxin/ingest/produce/reading"
	"go.yaml.in/yaml/v3"
)

// fixed says that cells lie at fixed places of a line, as in files of banks: each so many bytes wide as the file is encoded, or
// so many characters.
type fixed struct {
	widths     []int // nil: they do not
	characters bool
}

func (f *fixed) want() string {
	total := 0
	for _, w := range f.widths {
		total += w
	}
	unit := "bytes"
	if f.characters {
		unit = "characters"
	}
	return fmt.Sprintf("expected a line of %d %s, cut between characters as the mapping's fixed: says: count the widths anew; banks count the bytes of GB18030, two for a Chinese character", total, unit)
}

// readFixed reads file.fixed.
func (m *Mapping) readFixed(node *yaml.Node, fail failure) {
	var f struct {
		Bytes      []int `yaml:"bytes"`
		Characters []int `yaml:"characters"`
	}
	if err := node.Decode(&f); err != nil || (f.Bytes == nil) == (f.Characters == nil) || len(node.Content) != 2 {
		fail(node.Line, "file.fixed: want {bytes: [6, 18, 20]}, the width of each cell as the file is encoded, or {characters: [6, 18, 20]}")
		return
	}
	m.fixed = fixed{widths: f.Bytes, characters: f.Bytes == nil}
	if m.fixed.characters {
		m.fixed.widths = f.Characters
	}
	total := 0
	for _, w := range m.fixed.widths {
		total += w
		if w < 1 || total > reading.MaxRecord {
			fail(node.Line, "file.fixed: want widths from 1")
			return
		}
	}
	if len(m.fixed.widths) == 0 || len(m.fixed.widths) > reading.MaxCells {
		fail(node.Line, "file.fixed: want the widths of 1 to %d cells", reading.MaxCells)
	}
}

// places cuts the row into cells by their places. A line may end early, where blanks at its end were cut off, but not within a
// character, and what stands behind the last cell may only be blank.
func (t *table) places() rowState {
	t.cells = t.cells[:0]
	f := &t.m.fixed
	if f.characters {
		if state := t.decoded(); state != rowWhole {
			return state
		}
		rest := t.text
		for _, w := range f.widths {
			n := 0
			for ; w > 0 && n < len(rest); w-- {
				_, size := utf8.DecodeRune(rest[n:])
				n += size
			}
			t.cells, rest = append(t.cells, rest[:n:n]), rest[n:]
		}
		return t.misplaced(rest)
	}
	if state := t.decoded(); state != rowWhole {
		return state
	}
	whole, rest := t.raw, t.raw
	defer func() { t.raw = whole }()
	for _, w := range f.widths {
		n := min(w, len(rest))
		t.raw, rest = rest[:n], rest[n:]
		if t.decoded() != rowWhole {
			return rowMisplaced
		}
		t.cells = append(t.cells, bytes.Clone(t.text))
	}
	return t.misplaced(rest)
}

func (t *table) misplaced(behind []byte) rowState {
	if len(bytes.TrimFunc(behind, notation.IsBlank)) > 0 {
		return rowMisplaced
	}
	return rowWhole
}

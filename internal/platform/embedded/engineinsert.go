//go:build linux && amd64

package embedded

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// insertShape is an INSERT … FORMAT statement taken apart: libchdb would end data that follows a statement at the first empty line, which
// binary data contains now and then. So the data goes into a file in memory, and the statement reads it FROM INFILE.
type insertShape struct {
	clause int // where FROM INFILE belongs: before SETTINGS and FORMAT
	end    int // of the format's name
	data   int // where data begins, after the line break
}

// shapeInsert finds the clauses of an INSERT at the top level, outside strings, names, parentheses and comments. It reports false for every
// other statement, for INSERT … SELECT, and for VALUES, whose end libchdb's own parser finds.
func shapeInsert(text []byte) (insertShape, bool) {
	shape := insertShape{clause: -1}
	depth, words := 0, 0
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'' || c == '"' || c == '`':
			i = skipQuoted(text, i)
		case c == '-' && bytes.HasPrefix(text[i:], []byte("--")), c == '#':
			i = skipPast(text, i, "\n")
		case c == '/' && bytes.HasPrefix(text[i:], []byte("/*")):
			i = skipPast(text, i+2, "*/")
		case c == '(':
			depth++
			i++
		case c == ')':
			depth--
			i++
		case isWord(c):
			start := i
			for i < len(text) && isWord(text[i]) {
				i++
			}
			// A part of a qualified name is no keyword, nor is anything in parentheses.
			if depth > 0 || (start > 0 && text[start-1] == '.') || (i < len(text) && text[i] == '.') {
				continue
			}
			words++
			word := strings.ToUpper(string(text[start:i]))
			if words == 1 && word != "INSERT" {
				return shape, false
			}
			switch word {
			case "SELECT", "WITH", "VALUES", "FROM", "WATCH":
				return shape, false
			case "SETTINGS":
				if shape.clause < 0 {
					shape.clause = start
				}
			case "FORMAT":
				if shape.clause < 0 {
					shape.clause = start
				}
				return shape.withFormat(text, i)
			}
		default:
			if words == 0 && c != ' ' && c != '\t' && c != '\r' && c != '\n' {
				return shape, false
			}
			i++
		}
	}
	return shape, false
}

func (s insertShape) withFormat(text []byte, i int) (insertShape, bool) {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n') {
		i++
	}
	start := i
	for i < len(text) && isWord(text[i]) {
		i++
	}
	s.end = i
	if start == i || strings.EqualFold(string(text[start:i]), "Values") {
		return s, false
	}
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r') {
		i++
	}
	if i < len(text) && text[i] == '\n' {
		i++
	}
	s.data = i
	return s, true
}

// fromFile is the statement that reads its data from the file.
func (s insertShape) fromFile(text []byte, file *os.File) []byte {
	return fmt.Appendf(nil, "%sFROM INFILE '/proc/self/fd/%d' COMPRESSION 'none' %s", text[:s.clause], file.Fd(), text[s.clause:s.end])
}

// memoryFile is a file without a name, in memory, gone once closed.
func memoryFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("insert", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("hold the data of an insert: %w", err)
	}
	return os.NewFile(uintptr(fd), "insert"), nil
}

func skipQuoted(text []byte, i int) int {
	for quote := text[i]; ; {
		i++
		if i >= len(text) {
			return i
		}
		switch text[i] {
		case '\\':
			i++
		case quote:
			return i + 1 // a doubled quote begins the next quoted part
		}
	}
}

func skipPast(text []byte, i int, end string) int {
	if n := bytes.Index(text[i:], []byte(end)); n >= 0 {
		return i + n + len(end)
	}
	return len(text)
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

package notation

import (
	"bytes"
	"unicode"

	"github.com/anxin-project/anxin/ingest/record"
)

// Clean takes off what exports put around cells: white space of any width, ="…" against scientific notation, and the
// leading apostrophe of spreadsheets.
func Clean(b []byte) []byte {
	b = bytes.TrimFunc(b, IsBlank)
	if len(b) >= 3 && b[0] == '=' && b[1] == '"' && b[len(b)-1] == '"' {
		b = bytes.TrimFunc(b[2:len(b)-1], IsBlank)
	}
	if len(b) > 1 && b[0] == '\'' {
		b = b[1:]
	}
	return b
}

func IsBlank(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\v', '\f', 0x85, 0xA0, 0x3000, 0x200B, 0x200E, 0x200F, 0xFEFF:
		return true
	}
	return false
}

// Narrow writes full-width letters, digits and signs (１２：３０) as ASCII.
func Narrow(b []byte) []byte {
	if bytes.IndexByte(b, 0xEF) < 0 { // U+FF01 to U+FF5E
		return b
	}
	return bytes.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			return r - 0xFF01 + '!'
		}
		return r
	}, b)
}

// ExactCode writes a credit code as the registry does: 91331024ma2xyk0005 and 9133 1024-MA2X YK0005 are typed and printed
// forms of one code, which would else be refused, or make a second employer.
func ExactCode(b []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch {
		case IsBlank(r), unicode.IsSpace(r), unicode.Is(unicode.Pd, r), r == '\u2212': // hyphens and dashes, and the minus sign
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, b)
}

// HoldsResident finds a resident identity number in an id.
func HoldsResident(b []byte) bool {
	run := 0
	for i, c := range b {
		if run >= 17 && (c-'0' <= 9 || c|0x20 == 'x') && record.ValidResident(string(b[i-17:i+1])) {
			return true
		}
		if c-'0' <= 9 {
			run++
		} else {
			run = 0
		}
	}
	return false
}

// OneLine joins the lines of a cell, which the contract does not take.
func OneLine(b []byte) []byte {
	if !bytes.ContainsAny(b, "\r\n\t") {
		return b
	}
	return bytes.Join(bytes.FieldsFunc(b, func(r rune) bool { return r == '\r' || r == '\n' || r == '\t' }), []byte{' '})
}

// AppendString writes valid UTF-8 as a JSON string.
func AppendString(to, s []byte) []byte {
	const digits = "0123456789abcdef"
	to = append(to, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			to = append(to, '\\', c)
		case c < ' ':
			to = append(to, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			to = append(to, c)
		}
	}
	return append(to, '"')
}

// Solid is a text without blanks, in narrow signs.
func Solid(b []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if IsBlank(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, Narrow(b))
}

// PersonalDigits is the length of the shortest personal number, that of a mobile phone.
const PersonalDigits = 11

// DigitRun is the length of the longest row of digits.
func DigitRun(b []byte) int {
	most, run := 0, 0
	for _, c := range b {
		if run++; c-'0' > 9 {
			run = 0
		}
		most = max(most, run)
	}
	return most
}

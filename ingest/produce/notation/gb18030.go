package notation

import (
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// own is the part of GB18030's two-byte characters that golang.org/x/text does not decode. Police and banks write rare names
// with them. The three areas that the standard leaves to its users, and the places that it keeps free, are characters of
// Unicode's private use, one after the other, as iconv has them too.
var own = []struct {
	from, to [2]byte // of a rectangle of first and second bytes; 7F is no second byte
	first    rune
}{
	{[2]byte{0xAA, 0xA1}, [2]byte{0xAF, 0xFE}, 0xE000},
	{[2]byte{0xF8, 0xA1}, [2]byte{0xFE, 0xFE}, 0xE234},
	{[2]byte{0xA1, 0x40}, [2]byte{0xA7, 0xA0}, 0xE4C6},
	{[2]byte{0xA2, 0xAB}, [2]byte{0xA2, 0xB0}, 0xE766},
	{[2]byte{0xA2, 0xE4}, [2]byte{0xA2, 0xE4}, 0xE76D},
	{[2]byte{0xA2, 0xEF}, [2]byte{0xA2, 0xF0}, 0xE76E},
	{[2]byte{0xA2, 0xFD}, [2]byte{0xA2, 0xFE}, 0xE770},
	{[2]byte{0xA4, 0xF4}, [2]byte{0xA4, 0xFE}, 0xE772},
	{[2]byte{0xA5, 0xF7}, [2]byte{0xA5, 0xFE}, 0xE77D},
	{[2]byte{0xA6, 0xB9}, [2]byte{0xA6, 0xC0}, 0xE785},
	{[2]byte{0xA6, 0xF6}, [2]byte{0xA6, 0xFE}, 0xE797},
	{[2]byte{0xA7, 0xC2}, [2]byte{0xA7, 0xD0}, 0xE7A0},
	{[2]byte{0xA7, 0xF2}, [2]byte{0xA7, 0xFE}, 0xE7AF},
	{[2]byte{0xA8, 0x96}, [2]byte{0xA8, 0xA0}, 0xE7BC},
	{[2]byte{0xA8, 0xC1}, [2]byte{0xA8, 0xC4}, 0xE7C9},
	{[2]byte{0xA8, 0xEA}, [2]byte{0xA8, 0xFE}, 0xE7CD},
	{[2]byte{0xA9, 0x58}, [2]byte{0xA9, 0x58}, 0xE7E2},
	{[2]byte{0xA9, 0x5B}, [2]byte{0xA9, 0x5B}, 0xE7E3},
	{[2]byte{0xA9, 0x5D}, [2]byte{0xA9, 0x5F}, 0xE7E4},
	{[2]byte{0xA9, 0x97}, [2]byte{0xA9, 0xA3}, 0xE7F4},
	{[2]byte{0xA9, 0xF0}, [2]byte{0xA9, 0xFE}, 0xE801},
	{[2]byte{0xD7, 0xFA}, [2]byte{0xD7, 0xFE}, 0xE810},
}

// standard are those that later editions of GB18030 (2005 and 2022) moved from private use to characters of Unicode.
var standard = map[[2]byte]rune{
	{0xA6, 0xD9}: 0xFE10, {0xA6, 0xDA}: 0xFE12, {0xA6, 0xDB}: 0xFE11, {0xA6, 0xDC}: 0xFE13, {0xA6, 0xDD}: 0xFE14, {0xA6, 0xDE}: 0xFE15,
	{0xA6, 0xDF}: 0xFE16, {0xA6, 0xEC}: 0xFE17, {0xA6, 0xED}: 0xFE18, {0xA6, 0xF3}: 0xFE19, {0xA8, 0xBC}: 0x1E3F,
	{0xFE, 0x51}: 0x20087, {0xFE, 0x52}: 0x20089, {0xFE, 0x53}: 0x200CC, {0xFE, 0x59}: 0x9FB4, {0xFE, 0x61}: 0x9FB5,
	{0xFE, 0x66}: 0x9FB6, {0xFE, 0x67}: 0x9FB7, {0xFE, 0x6C}: 0x215D7, {0xFE, 0x6D}: 0x9FB8, {0xFE, 0x76}: 0x2298F,
	{0xFE, 0x7E}: 0x9FB9, {0xFE, 0x90}: 0x9FBA, {0xFE, 0x91}: 0x241FE, {0xFE, 0xA0}: 0x9FBB,
}

// OwnCharacter returns what two bytes are that the library does not know, or 0.
func OwnCharacter(a, b byte) rune {
	if b == 0x7F {
		return 0
	}
	if r := standard[[2]byte{a, b}]; r != 0 {
		return r
	}
	second := func(b, from byte) rune { // counts from the first second byte
		n := rune(b) - rune(from)
		if from < 0x7F && b > 0x7F {
			n--
		}
		return n
	}
	for _, o := range own {
		if a >= o.from[0] && a <= o.to[0] && b >= o.from[1] && b <= o.to[1] {
			return o.first + rune(a-o.from[0])*(second(o.to[1], o.from[1])+1) + second(b, o.from[1])
		}
	}
	return 0
}

// DecodeOwn appends a row as UTF-8, character by character, for rows that the library cannot decode as a whole. ok is false
// for bytes that are no GB18030.
func DecodeOwn(to, raw []byte, decode *encoding.Decoder) (text []byte, ok bool) {
	var one [8]byte
	for len(raw) > 0 {
		n := 1
		switch {
		case raw[0] < 0x80:
			to, raw = append(to, raw[0]), raw[1:]
			continue
		case len(raw) >= 4 && raw[1] >= '0' && raw[1] <= '9':
			n = 4
		case len(raw) >= 2:
			n = 2
		}
		decode.Reset()
		written, read, err := decode.Transform(one[:], raw[:n], true)
		r, size := utf8.DecodeRune(one[:written])
		switch {
		case err == nil && read == n && size == written && r != utf8.RuneError:
			to = append(to, one[:written]...)
		case n == 2 && OwnCharacter(raw[0], raw[1]) != 0:
			to = utf8.AppendRune(to, OwnCharacter(raw[0], raw[1]))
		default:
			return to, false
		}
		raw = raw[n:]
	}
	return to, true
}

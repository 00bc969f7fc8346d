package record

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// kind is the JSON type of a field's value.
type kind uint8

const (
	absent kind = iota
	null
	boolean
	number
	text
	object
	array
)

// token is where a field's value stands in the message: for text between the quotes, else the whole literal.
type token struct {
	from, to int32
	kind     kind
	escaped  bool // text with \ escapes
	twice    bool // the field appeared again later
}

// maxDepth bounds nesting, and with it the stack that a message can use.
const maxDepth = 128

// scan reads the whole message, which must be one JSON object (RFC 8259) in UTF-8, and notes where each field of the
// schema stands. Values of other fields are checked as JSON and skipped. One pass, no allocation.
func (d *Decoder) scan(value []byte, s *schema) *Reject {
	d.value, d.schema = value, s
	d.scratch, d.sealing, d.listed, d.strays, d.named = d.scratch[:0], d.sealing[:0], d.listed[:0], d.strays[:0], d.named[:0]
	d.badRank = passed
	clear(d.tok[:len(s.fields)])
	if len(value) > d.rules.MaxBytes {
		return &Reject{Reason: TooLarge, Detail: "message: expected at most " + strconv.Itoa(d.rules.MaxBytes) + " bytes"}
	}
	p := skipSpace(value, 0)
	if p < len(value) && value[p] == '{' {
		end, ok := d.object(p+1, topScope)
		if ok {
			p = skipSpace(value, end)
			if p == len(value) {
				d.countStrays()
				return nil
			}
		} else {
			p = end
		}
	}
	return &Reject{Reason: NotJSON, Detail: "message: expected one JSON object in UTF-8; fault near byte " + strconv.Itoa(p)}
}

// object reads the members after "{" and returns the position behind "}", or where the fault is.
func (d *Decoder) object(p int, scope uint8) (int, bool) {
	v := d.value
	p = skipSpace(v, p)
	if p < len(v) && v[p] == '}' {
		return p + 1, true
	}
	for {
		if p >= len(v) || v[p] != '"' {
			return p, false
		}
		from := p + 1
		end, escaped, ok := scanString(v, from)
		if !ok {
			return end, false
		}
		key := v[from:end]
		if escaped {
			key, _ = d.unescape(key)
		}
		p = skipSpace(v, end+1)
		if p >= len(v) || v[p] != ':' {
			return p, false
		}
		p = skipSpace(v, p+1)
		if p >= len(v) {
			return p, false
		}

		field := d.schema.lookup(scope, key)
		t := token{from: int32(p)}
		switch c := v[p]; {
		case c == '"':
			end, t.escaped, ok = scanString(v, p+1)
			t.kind, t.from, t.to = text, int32(p+1), int32(end)
			p = end + 1
		case c == '-' || c-'0' <= 9:
			p, ok = scanNumber(v, p)
			t.kind, t.to = number, int32(p)
		case c == '{' && field >= 0 && d.schema.scope(field) != noScope && d.tok[field].kind == absent:
			t.kind = object
			p, ok = d.object(p+1, d.schema.scope(field))
			t.to = int32(p)
		default:
			t.kind = literalKind(c)
			p, ok = skipValue(v, p, 1)
			t.to = int32(p)
		}
		if !ok {
			return p, false
		}
		switch {
		case field < 0:
			if scope == topScope {
				d.strays = append(d.strays, key)
			}
		case d.tok[field].kind != absent:
			d.tok[field].twice = true
		default:
			d.tok[field] = t
		}

		p = skipSpace(v, p)
		if p >= len(v) {
			return p, false
		}
		if v[p] == '}' {
			return p + 1, true
		}
		if v[p] != ',' {
			return p, false
		}
		p = skipSpace(v, p+1)
	}
}

func literalKind(c byte) kind {
	switch c {
	case 'n':
		return null
	case 't', 'f':
		return boolean
	case '{':
		return object
	case '[':
		return array
	}
	return absent // not the start of any value: skipValue refuses it
}

func skipSpace(v []byte, p int) int {
	for p < len(v) && (v[p] == ' ' || v[p] == '\n' || v[p] == '\t' || v[p] == '\r') {
		p++
	}
	return p
}

// skipValue checks any JSON value and returns the position behind it.
func skipValue(v []byte, p, depth int) (int, bool) {
	if p >= len(v) || depth > maxDepth {
		return p, false
	}
	switch c := v[p]; {
	case c == '"':
		end, _, ok := scanString(v, p+1)
		return end + 1, ok
	case c == '-' || c-'0' <= 9:
		return scanNumber(v, p)
	case c == 't':
		return skipWord(v, p, "true")
	case c == 'f':
		return skipWord(v, p, "false")
	case c == 'n':
		return skipWord(v, p, "null")
	case c == '[':
		p = skipSpace(v, p+1)
		if p < len(v) && v[p] == ']' {
			return p + 1, true
		}
		for {
			var ok bool
			if p, ok = skipValue(v, p, depth+1); !ok {
				return p, false
			}
			p = skipSpace(v, p)
			if p >= len(v) {
				return p, false
			}
			if v[p] == ']' {
				return p + 1, true
			}
			if v[p] != ',' {
				return p, false
			}
			p = skipSpace(v, p+1)
		}
	case c == '{':
		p = skipSpace(v, p+1)
		if p < len(v) && v[p] == '}' {
			return p + 1, true
		}
		for {
			if p >= len(v) || v[p] != '"' {
				return p, false
			}
			end, _, ok := scanString(v, p+1)
			if !ok {
				return end, false
			}
			p = skipSpace(v, end+1)
			if p >= len(v) || v[p] != ':' {
				return p, false
			}
			if p, ok = skipValue(v, skipSpace(v, p+1), depth+1); !ok {
				return p, false
			}
			p = skipSpace(v, p)
			if p >= len(v) {
				return p, false
			}
			if v[p] == '}' {
				return p + 1, true
			}
			if v[p] != ',' {
				return p, false
			}
			p = skipSpace(v, p+1)
		}
	}
	return p, false
}

func skipWord(v []byte, p int, word string) (int, bool) {
	if len(v)-p < len(word) || string(v[p:p+len(word)]) != word {
		return p, false
	}
	return p + len(word), true
}

// scanNumber checks the number grammar of RFC 8259 §6: no leading zeros, no bare point, no plus sign.
func scanNumber(v []byte, p int) (int, bool) {
	if v[p] == '-' {
		p++
	}
	if p >= len(v) {
		return p, false
	}
	switch {
	case v[p] == '0':
		p++
	case v[p]-'1' <= 8:
		p = skipDigits(v, p)
	default:
		return p, false
	}
	if p < len(v) && v[p] == '.' {
		q := skipDigits(v, p+1)
		if q == p+1 {
			return q, false
		}
		p = q
	}
	if p < len(v) && v[p]|0x20 == 'e' {
		p++
		if p < len(v) && (v[p] == '+' || v[p] == '-') {
			p++
		}
		q := skipDigits(v, p)
		if q == p {
			return q, false
		}
		p = q
	}
	return p, true
}

func skipDigits(v []byte, p int) int {
	for p < len(v) && v[p]-'0' <= 9 {
		p++
	}
	return p
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// scanString returns the position of the closing quote of the string whose text starts at p, and whether it holds
// escapes. Eight bytes are looked at together: most of a message is the inside of strings. In each mask below the
// lowest set bit is exact (a borrow can only reach upwards), which is all that is used.
func scanString(v []byte, p int) (end int, escaped, ok bool) {
	from, wide := p, false
	for {
		var c byte
		for {
			if p+8 > len(v) {
				if p >= len(v) {
					return p, false, false
				}
				c = v[p]
				if c >= utf8.RuneSelf {
					wide = true
				} else if c == '"' || c == '\\' || c < ' ' {
					break
				}
				p++
				continue
			}
			x := binary.LittleEndian.Uint64(v[p:])
			quote, slash := x^('"'*ones), x^('\\'*ones)
			stop := ((quote-ones)&^quote | (slash-ones)&^slash | (x-' '*ones)&^x) & highs
			if stop == 0 {
				wide = wide || x&highs != 0
				p += 8
				continue
			}
			wide = wide || x&highs&(stop&-stop-1) != 0
			p += bits.TrailingZeros64(stop) >> 3
			c = v[p]
			break
		}
		switch {
		case c == '"':
			if wide && !utf8.Valid(v[from:p]) {
				return p, false, false
			}
			return p, escaped, true
		case c < ' ':
			return p, false, false
		}
		escaped = true
		if p+1 >= len(v) {
			return p, false, false
		}
		switch v[p+1] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			p += 2
		case 'u':
			if p+6 > len(v) {
				return p, false, false
			}
			if _, hex := hex4(v[p+2 : p+6]); !hex {
				return p, false, false
			}
			p += 6
		default:
			return p, false, false
		}
	}
}

func hex4(b []byte) (rune, bool) {
	var r rune
	for _, c := range b[:4] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unescape resolves the escapes of a checked string into the decoder's scratch space, valid until the next message.
// It is false for a lone surrogate, which denotes no character.
func (d *Decoder) unescape(b []byte) ([]byte, bool) {
	from, ok := len(d.scratch), true
	for i := 0; i < len(b); {
		c := b[i]
		if c != '\\' {
			d.scratch = append(d.scratch, c)
			i++
			continue
		}
		switch c = b[i+1]; c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(b[i+2:])
			i += 6
			if utf16.IsSurrogate(r) {
				var low rune
				if i+6 <= len(b) && b[i] == '\\' && b[i+1] == 'u' {
					low, _ = hex4(b[i+2:])
				}
				if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
					ok = false
				} else {
					i += 6
				}
			}
			d.scratch = utf8.AppendRune(d.scratch, r)
			continue
		}
		d.scratch = append(d.scratch, c)
		i += 2
	}
	return d.scratch[from:len(d.scratch):len(d.scratch)], ok
}

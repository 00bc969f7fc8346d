package record

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"
)

// Ids and texts, of which none may hold the number of a person.

func (d *Decoder) id(f int) string {
	if !d.given(f) {
		return ""
	}
	return d.anID(f)
}

func (d *Decoder) optID(f int) string {
	if !d.offered(f) {
		return ""
	}
	return d.anID(f)
}

func (d *Decoder) anID(f int) string {
	b, ok := d.str(f, wantID)
	if !ok {
		return ""
	}
	if !isID(b) {
		d.fail(f, BadValue, wantID)
		return ""
	}
	return d.string(b)
}

func isID(b []byte) bool {
	if len(b) == 0 || len(b) > maxID {
		return false
	}
	for _, c := range b {
		if !idByte[c] {
			return false
		}
	}
	return true
}

// optIDs returns the members of a list. Like all strings of a record they are good until the next message, unless it owns
// them.
func (d *Decoder) optIDs(f int) []string {
	if !d.offered(f) {
		return nil
	}
	if d.tok[f].kind != array {
		d.fail(f, BadType, wantIDs)
		return nil
	}
	v, from := d.raw(f), len(d.listed)
	for p := skipSpace(v, 1); v[p] != ']'; { // the scanner has checked the grammar
		if v[p] != '"' {
			d.fail(f, BadType, wantIDs)
			return nil
		}
		end, escaped, _ := scanString(v, p+1)
		b, ok := v[p+1:end], true
		if escaped {
			b, ok = d.unescape(b)
		}
		if !ok || !isID(b) || len(d.listed)-from == maxList {
			d.fail(f, BadValue, wantIDs)
			return nil
		}
		d.listed = append(d.listed, d.string(b))
		if p = skipSpace(v, end+1); v[p] == ',' {
			p = skipSpace(v, p+1)
		}
	}
	list := d.listed[from:len(d.listed):len(d.listed)]
	if d.own {
		return slices.Clone(list)
	}
	return list
}

func (d *Decoder) text(f, limit int) string {
	if !d.given(f) {
		return ""
	}
	return d.string(d.line(f, 1, limit))
}

func (d *Decoder) optText(f, limit int) string {
	if !d.offered(f) {
		return ""
	}
	return d.string(d.line(f, 0, limit))
}

func (d *Decoder) line(f, least, limit int) []byte {
	b, ok := d.str(f, "text")
	if !ok {
		return nil
	}
	fits := len(b) >= least && (len(b) <= limit || len(b) <= limit*utf8.UTFMax && utf8.RuneCount(b) <= limit)
	if fits && !hasControl(b) {
		return b
	}
	d.fail(f, BadValue, strconv.Itoa(least)+" to "+strconv.Itoa(limit)+" characters of text on one line")
	return nil
}

// hasControl finds C0 and C1 control characters and DEL (C1 in UTF-8 is C2 80 to C2 9F).
func hasControl(b []byte) bool {
	for i, c := range b {
		if c < ' ' || c == 0x7F || c == 0xC2 && i+1 < len(b) && b[i+1] < 0xA0 {
			return true
		}
	}
	return false
}

// note is text about the work in which sources also write what has its own field, or none: names are left, but a row of
// digits that may be a phone, identity or account number is stored as ***.
func (d *Decoder) note(f int) string {
	if !d.given(f) {
		return ""
	}
	return d.string(d.hideNumbers(d.line(f, 1, maxNote)))
}

func (d *Decoder) optNote(f int) string {
	if !d.offered(f) {
		return ""
	}
	return d.string(d.hideNumbers(d.line(f, 0, maxText)))
}

func (d *Decoder) hideNumbers(b []byte) []byte {
	from, kept := len(d.sealing), 0
	for p := 0; p < len(b); {
		end, digits := numberAt(b, p)
		if digits < shortestNumber {
			p = max(end, p+1)
			continue
		}
		d.sealing = append(append(d.sealing, b[kept:p]...), "***"...)
		if end < len(b) && b[end]|0x20 == 'x' { // the check character of an identity number
			end++
		}
		p, kept = end, end
	}
	if kept == 0 {
		return b
	}
	d.sealing = append(d.sealing, b[kept:]...)
	return d.sealing[from:len(d.sealing):len(d.sealing)]
}

// numberAt returns where a number that begins at p ends, and how many digits it has, of half or full width. People write long
// numbers in groups, as 139-8765-4321: groups of three digits or more with one sign or space between them are one number; a
// date's are shorter.
func numberAt(b []byte, p int) (end, digits int) {
	group := func(p int) (end, n int) {
		for p < len(b) {
			switch {
			case b[p]-'0' <= 9:
				p++
			case fullWidthDigit(b, p):
				p += 3
			default:
				return p, n
			}
			n++
		}
		return p, n
	}
	end, digits = group(p)
	for last := digits; last >= 3; {
		next := end + separatorAt(b, end)
		if next == end {
			break
		}
		after, n := group(next)
		if n < 3 {
			break
		}
		end, digits, last = after, digits+n, n
	}
	return end, digits
}

func fullWidthDigit(b []byte, p int) bool {
	return p+2 < len(b) && b[p] == 0xEF && b[p+1] == 0xBC && b[p+2]-0x90 <= 9 // U+FF10 to U+FF19
}

// separatorAt is how many bytes the sign or space between two groups of digits has; 0 where there is none.
func separatorAt(b []byte, p int) int {
	if p < len(b) && (b[p] == ' ' || b[p] == '-' || b[p] == '.' || b[p] == '/') {
		return 1
	}
	if p < len(b) && b[p] >= utf8.RuneSelf {
		switch r, n := utf8.DecodeRune(b[p:]); r {
		case '\u00a0', '\u3000', '－', '—', '–', '·', '．':
			return n
		}
	}
	return 0
}

// anonymous checks that what is stored and shown as it is, id and source, is not made of the numbers that say whom the
// record is about. That no id or source holds the identity number of anybody else, head has seen to; any other row of digits
// may be a serial number.
func (d *Decoder) anonymous(h *Head, numbers ...[]byte) {
	for _, n := range numbers {
		if len(n) < shortestNumber {
			continue
		}
		if containsFold(h.ID, n) {
			d.fail(fID, BadValue, wantNobody)
		}
		if containsFold(h.Source, n) {
			d.fail(fSource, BadValue, wantNobody)
		}
	}
}

// namesResident says whether a text holds a valid identity number of somebody who was twelve years old or more when the record
// was made: what looks like one of somebody younger is a serial number with a date in it.
func namesResident(text string, recorded time.Time) bool {
	for p := 0; p+18 <= len(text); {
		q := p + 16
		for q >= p && text[q]-'0' <= 9 {
			q--
		}
		if q >= p { // no seventeen digits begin before what is none
			p = q + 1
			continue
		}
		one := unsafe.Slice(unsafe.StringData(text[p:p+18]), 18)
		if year := text[p+6 : p+10]; year >= "1900" && year <= strconv.Itoa(recorded.Year()-12) && checkResident(one) == "" {
			return true
		}
		p++
	}
	return false
}

func containsFold(text string, part []byte) bool {
	for i := 0; i+len(part) <= len(text); i++ {
		if (text[i]|0x20 == part[0]|0x20) && strings.EqualFold(text[i:i+len(part)], unsafe.String(&part[0], len(part))) {
			return true
		}
	}
	return false
}

// shortestNumber is a mobile number's length; accounts and identity numbers are longer.
const shortestNumber = 11

var idByte = func() (t [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-" {
		t[c] = true
	}
	return t
}()

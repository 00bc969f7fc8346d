package record

import (
	"encoding/hex"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// The readers below take the field's index in the schema, note a fault with fail and then return the zero value.
// Those named opt… accept an absent or null field.

// given says whether a field that must be there is, once.
func (d *Decoder) given(f int) bool {
	switch t := &d.tok[f]; {
	case t.kind == absent || t.kind == null:
		d.fail(f, MissingField, "a value")
		return false
	case t.twice:
		d.fail(f, BadValue, "the field once")
	}
	return true
}

// offered says whether an optional field is there.
func (d *Decoder) offered(f int) bool {
	if d.tok[f].twice {
		d.fail(f, BadValue, "the field once")
	}
	return d.tok[f].kind > null
}

func (d *Decoder) raw(f int) []byte { return d.value[d.tok[f].from:d.tok[f].to] }

// str returns the text of a field that is there; want says what the text should be.
func (d *Decoder) str(f int, want string) ([]byte, bool) {
	t := &d.tok[f]
	if t.kind != text {
		d.fail(f, BadType, want+", as a string")
		return nil, false
	}
	b := d.value[t.from:t.to]
	if t.escaped {
		var ok bool
		if b, ok = d.unescape(b); !ok {
			d.fail(f, BadValue, want+", in characters that exist")
			return nil, false
		}
	}
	return b, true
}

const (
	maxID   = 64
	maxText = 256
	maxNote = 1000 // a person's reasons
	maxList = 100

	wantID       = "1 to 64 characters of A-Z a-z 0-9 . _ : -"
	wantIDs      = "a list of at most 100 ids, each 1 to 64 characters of A-Z a-z 0-9 . _ : -"
	wantKey      = "a key as it is shown, 32 hexadecimal digits that are not all 0"
	wantNobody   = "a text without the person's own identity, phone or account number in it, for it is stored and shown as it is"
	wantDate     = "a date YYYY-MM-DD from 1970-01-01 to 2149-06-06"
	wantMonth    = "a month YYYY-MM from 1970-01 to 2149-06"
	wantInstant  = "an RFC 3339 time with offset, from 1970-01-01 to 2106-02-07"
	wantYuan     = "an amount in yuan, not negative, with at most two decimals"
	wantUSCC     = "a unified social credit code, 18 characters of 0-9 A-Z without I O S V Z (GB 32100-2015)"
	wantResident = "a resident identity number of 18 characters (GB 11643-1999)"
	wantTownship = "a statistical division code of 9 or 12 digits"
	wantBool     = "true or false"
)

// Identifiers.

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

var idByte = func() (t [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-" {
		t[c] = true
	}
	return t
}()

// Text of one line, 1 to limit characters; optional text may be empty.

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

// shortestNumber is a mobile number's length; accounts and identity numbers are longer.
const shortestNumber = 11

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

// enum is a closed set of words. Its members are constants: a record's enum field never points into a message.
type enum []string

func (d *Decoder) enum(f int, e enum) string {
	if !d.given(f) {
		return ""
	}
	return d.anEnum(f, e)
}

func (d *Decoder) optEnum(f int, e enum) string {
	if !d.offered(f) {
		return ""
	}
	return d.anEnum(f, e)
}

func (d *Decoder) anEnum(f int, e enum) string {
	if d.tok[f].kind == text {
		if b, ok := d.str(f, ""); ok {
			for _, word := range e {
				if string(b) == word {
					return word
				}
			}
		}
		d.fail(f, UnknownEnum, "one of "+strings.Join(e, ", "))
		return ""
	}
	d.fail(f, BadType, "one of "+strings.Join(e, ", ")+", as a string")
	return ""
}

func (d *Decoder) boolean(f int) bool {
	if !d.given(f) {
		return false
	}
	if d.tok[f].kind != boolean {
		d.fail(f, BadType, wantBool)
		return false
	}
	return d.value[d.tok[f].from] == 't'
}

// Numbers.

// decimal is an exact decimal number: digits × 10^exp, with the digits of a checked JSON number or a yuan string.
type decimal struct {
	digits   [2][]byte // before and after the point
	exp      int       // of the last digit
	negative bool
}

// readDecimal splits a number that scanNumber has accepted.
func readDecimal(b []byte) (n decimal) {
	if b[0] == '-' {
		n.negative = true
		b = b[1:]
	}
	p := skipDigits(b, 0)
	n.digits[0] = b[:p]
	if p < len(b) && b[p] == '.' {
		q := skipDigits(b, p+1)
		n.digits[1] = b[p+1 : q]
		p = q
	}
	exp := 0
	if p < len(b) { // e or E
		p++
		down := b[p] == '-'
		if down || b[p] == '+' {
			p++
		}
		for ; p < len(b); p++ {
			exp = min(exp*10+int(b[p]-'0'), 1<<40) // beyond any message's digits, and no overflow
		}
		if down {
			exp = -exp
		}
	}
	n.exp = exp - len(n.digits[1])
	return n
}

func (n *decimal) len() int { return len(n.digits[0]) + len(n.digits[1]) }

// at returns the i-th digit; around the written digits there are only zeros.
func (n *decimal) at(i int) byte {
	k := len(n.digits[0])
	switch {
	case i < 0 || i >= n.len():
		return '0'
	case i >= k:
		return n.digits[1][i-k]
	}
	return n.digits[0][i]
}

func (n *decimal) zeroFrom(i int) bool {
	for ; i < n.len(); i++ {
		if n.at(i) != '0' {
			return false
		}
	}
	return true
}

// noise is how many digits behind the wanted decimals must be all 0 or all 9 for a number to be taken as the whole
// number that it lies less than 10^-noise away from.
const noise = 4

// scaled returns the magnitude of n × 10^places when that is a whole number or, if noisy is set, less than 10^-noise
// from one: then that one. It works on digits throughout. ok is false for other numbers and beyond 64 bits.
func (n *decimal) scaled(places int, noisy bool) (magnitude uint64, ok bool) {
	exp := n.exp + places
	whole := n.len() + min(exp, 0) // how many digits are before the point after scaling; may be negative
	carry := false
	for i := max(whole, 0); i < n.len(); i++ {
		if n.at(i) == '0' {
			continue
		}
		if !noisy {
			return 0, false
		}
		first := n.at(whole)
		if first != '0' && first != '9' {
			return 0, false
		}
		for j := range noise {
			if n.at(whole+j) != first {
				return 0, false
			}
		}
		if carry = first == '9'; carry && n.zeroFrom(whole+noise) {
			return 0, false // exactly 10^-noise away, as x.0001 is
		}
		break
	}
	for i := range max(whole, 0) {
		hi, lo := bits.Mul64(magnitude, 10)
		sum, over := bits.Add64(lo, uint64(n.at(i)-'0'), 0)
		if hi|over != 0 {
			return 0, false
		}
		magnitude = sum
	}
	for range max(exp, 0) {
		if magnitude == 0 {
			break
		}
		hi, lo := bits.Mul64(magnitude, 10)
		if hi != 0 {
			return 0, false
		}
		magnitude = lo
	}
	if carry {
		magnitude++
	}
	return magnitude, !carry || magnitude != 0
}

// yuan returns a required amount in fen. See Fen.
func (d *Decoder) yuan(f int) int64 {
	if !d.given(f) {
		return 0
	}
	return d.aYuan(f)
}

func (d *Decoder) optYuan(f int) Opt[int64] {
	if !d.offered(f) {
		return Opt[int64]{}
	}
	return some(d.aYuan(f))
}

func (d *Decoder) aYuan(f int) int64 {
	switch d.tok[f].kind {
	case number:
		if fen, ok := fenOfNumber(d.raw(f)); ok {
			return fen
		}
	case text:
		b, ok := d.str(f, wantYuan)
		if !ok {
			return 0
		}
		if fen, ok := Fen(b); ok {
			return fen
		}
	default:
		d.fail(f, BadType, wantYuan+", as a number or string")
		return 0
	}
	d.fail(f, BadValue, wantYuan)
	return 0
}

// Fen reads an amount in yuan written as text ("63504", "0.5", "1234.56") into fen, exactly: digits, and at most two
// decimals after a point. ok is false for anything else, for negative amounts and beyond 2^63−1 fen.
//
// A JSON number is read more widely, since a source that computes in floats cannot help how its numbers print:
// 63503.99999999999 lies less than 0.000001 yuan from a whole fen and is read as the 63504.00 that it denotes, and
// exponents are understood (1e3). 12.345 denotes no fen and is refused. A string is typed out or formatted, so there
// more than two decimals are an error of the source.
func Fen[T string | []byte](yuan T) (fen int64, ok bool) {
	b := []byte(yuan)
	point := -1
	for i, c := range b {
		switch {
		case c-'0' <= 9:
		case c == '.' && point < 0 && i > 0:
			point = i
		default:
			return 0, false
		}
	}
	if len(b) == 0 || point == len(b)-1 || point >= 0 && len(b)-point > 3 {
		return 0, false
	}
	return fenOfNumber(b)
}

func fenOfNumber(b []byte) (int64, bool) {
	n := readDecimal(b)
	fen, ok := n.scaled(2, true)
	if !ok || fen > math.MaxInt64 || n.negative && fen != 0 {
		return 0, false
	}
	return int64(fen), true
}

// hours returns hundredths of an hour, 0 to 2400, or HoursUnknown; float noise is read as for yuan.
func (d *Decoder) hours(f int) uint16 {
	const want = "a number of hours from 0 to 24 with at most two decimals"
	if !d.offered(f) {
		return HoursUnknown
	}
	if d.tok[f].kind != number {
		d.fail(f, BadType, want)
		return 0
	}
	n := readDecimal(d.raw(f))
	h, ok := n.scaled(2, true)
	if !ok || h > 2400 || n.negative && h != 0 {
		d.fail(f, BadValue, want)
		return 0
	}
	return uint16(h)
}

func (d *Decoder) integer(f int, least, most uint64, want string) uint64 {
	if !d.given(f) {
		return 0
	}
	return d.anInteger(f, least, most, want)
}

func (d *Decoder) optInteger(f int, least, most uint64, want string) (uint64, bool) {
	if !d.offered(f) {
		return 0, false
	}
	return d.anInteger(f, least, most, want), true
}

func (d *Decoder) anInteger(f int, least, most uint64, want string) uint64 {
	if d.tok[f].kind != number {
		d.fail(f, BadType, want)
		return 0
	}
	n := readDecimal(d.raw(f))
	v, ok := n.scaled(0, false)
	if !ok || v < least || v > most || n.negative && v != 0 {
		d.fail(f, BadValue, want)
		return 0
	}
	return v
}

// float returns a number that is a measurement, not money.
func (d *Decoder) float(f int) float64 {
	if !d.given(f) {
		return 0
	}
	if d.tok[f].kind != number {
		d.fail(f, BadType, "a number")
		return 0
	}
	b := d.raw(f)
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
	if err != nil {
		d.fail(f, BadValue, "a number within ±1.7e308")
		return 0
	}
	return v
}

// Calendar.

// The last day that ClickHouse's Date and the last second that its DateTime can hold.
var (
	lastDate    = civil.NewDate(2149, time.June, 6)
	lastInstant = int64(math.MaxUint32) * 1000
)

func (d *Decoder) date(f int) civil.Date {
	if !d.given(f) {
		return 0
	}
	return d.aDate(f)
}

func (d *Decoder) optDate(f int) Opt[civil.Date] {
	if !d.offered(f) {
		return Opt[civil.Date]{}
	}
	return some(d.aDate(f))
}

func (d *Decoder) aDate(f int) civil.Date {
	b, ok := d.str(f, wantDate)
	if !ok {
		return 0
	}
	v, err := civil.ParseDate(b)
	if err != nil || v < 0 || v > lastDate {
		d.fail(f, BadValue, wantDate)
		return 0
	}
	return v
}

func (d *Decoder) month(f int) civil.Month {
	if !d.given(f) {
		return 0
	}
	return d.aMonth(f)
}

func (d *Decoder) optMonth(f int) Opt[civil.Month] {
	if !d.offered(f) {
		return Opt[civil.Month]{}
	}
	return some(d.aMonth(f))
}

func (d *Decoder) aMonth(f int) civil.Month {
	b, ok := d.str(f, wantMonth)
	if !ok {
		return 0
	}
	v, err := civil.ParseMonth(b)
	if err != nil || v < 0 || v > lastDate.Month() {
		d.fail(f, BadValue, wantMonth)
		return 0
	}
	return v
}

func (d *Decoder) instant(f int) time.Time {
	if !d.given(f) {
		return time.Time{}
	}
	return d.anInstant(f)
}

func (d *Decoder) optInstant(f int) Opt[time.Time] {
	if !d.offered(f) {
		return Opt[time.Time]{}
	}
	return some(d.anInstant(f))
}

func (d *Decoder) anInstant(f int) time.Time {
	b, ok := d.str(f, wantInstant)
	if !ok {
		return time.Time{}
	}
	ms, ok := parseInstant(b)
	if !ok || ms < 0 || ms > lastInstant {
		d.fail(f, BadValue, wantInstant)
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// parseInstant reads an RFC 3339 date-time into milliseconds since 1970, cutting what is finer. Its offset may be
// −00:00 (RFC 3339 §4.3), T and Z may be small letters (§5.6); a leap second is refused, as Go's own parser does.
func parseInstant(b []byte) (ms int64, ok bool) {
	if len(b) < len("2006-01-02T15:04:05Z") || b[10]|0x20 != 't' || b[13] != ':' || b[16] != ':' {
		return 0, false
	}
	day, err := civil.ParseDate(b[:10])
	h, ok1 := twoDigits(b[11:])
	m, ok2 := twoDigits(b[14:])
	s, ok3 := twoDigits(b[17:])
	if err != nil || !ok1 || !ok2 || !ok3 || h > 23 || m > 59 || s > 59 {
		return 0, false
	}
	b = b[19:]
	if b[0] == '.' {
		p := skipDigits(b, 1)
		if p == 1 || p == len(b) {
			return 0, false
		}
		scale := int64(100)
		for _, c := range b[1:min(p, 4)] {
			ms += int64(c-'0') * scale
			scale /= 10
		}
		b = b[p:]
	}
	offset := 0
	switch {
	case len(b) == 1 && b[0]|0x20 == 'z':
	case len(b) == 6 && (b[0] == '+' || b[0] == '-') && b[3] == ':':
		oh, ok1 := twoDigits(b[1:])
		om, ok2 := twoDigits(b[4:])
		if !ok1 || !ok2 || oh > 23 || om > 59 {
			return 0, false
		}
		offset = oh*3600 + om*60
		if b[0] == '-' {
			offset = -offset
		}
	default:
		return 0, false
	}
	return ms + 1000*(int64(day)*86400+int64(h*3600+m*60+s-offset)), true
}

func twoDigits(b []byte) (int, bool) {
	if b[0]-'0' > 9 || b[1]-'0' > 9 {
		return 0, false
	}
	return int(b[0]-'0')*10 + int(b[1]-'0'), true
}

// Codes.

// township returns the first 9 digits of a division code.
func (d *Decoder) township(f int) string {
	if !d.given(f) {
		return ""
	}
	b, ok := d.str(f, wantTownship)
	if !ok {
		return ""
	}
	if len(b) != 9 && len(b) != 12 || skipDigits(b, 0) != len(b) {
		d.fail(f, BadValue, wantTownship)
		return ""
	}
	return d.string(b[:9])
}

func (d *Decoder) uscc(f int) string {
	if !d.given(f) {
		return ""
	}
	return d.aUSCC(f)
}

func (d *Decoder) optUSCC(f int) string {
	if !d.offered(f) {
		return ""
	}
	return d.aUSCC(f)
}

func (d *Decoder) aUSCC(f int) string {
	b, ok := d.str(f, wantUSCC)
	if !ok {
		return ""
	}
	if why := checkUSCC(b); why != "" {
		d.failCode(f, why, wantUSCC)
		return ""
	}
	return d.string(b)
}

func (d *Decoder) failCode(f int, why Reason, want string) {
	if why == BadChecksum {
		want = "the check character that belongs to the other 17"
	}
	d.fail(f, why, want)
}

const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY" // GB 32100-2015, table of code characters: no I, O, S, V, Z

var (
	usccDigit = func() (t [256]int8) {
		for i := range t {
			t[i] = -1
		}
		for i, c := range usccAlphabet {
			t[c] = int8(i)
		}
		return t
	}()
	usccWeight = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} // 3^i mod 31
)

// checkUSCC returns "" for a valid unified social credit code, BadValue for another shape and BadChecksum for a wrong
// check character (GB 32100-2015, annex).
func checkUSCC(b []byte) Reason {
	if len(b) != 18 {
		return BadValue
	}
	sum := 0
	for i, w := range usccWeight {
		v := usccDigit[b[i]]
		if v < 0 {
			return BadValue
		}
		sum += int(v) * w
	}
	v := usccDigit[b[17]]
	if v < 0 {
		return BadValue
	}
	if (31-sum%31)%31 != int(v) {
		return BadChecksum
	}
	return ""
}

// ValidUSCC says whether s is a unified social credit code with the right check character.
func ValidUSCC(s string) bool { return checkUSCC([]byte(s)) == "" }

var residentWeight = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// checkResident returns "" for a valid resident identity number, BadChecksum for a wrong check character
// (GB 11643-1999, ISO 7064 MOD 11-2) and BadValue for another shape or a birth date that no calendar has.
func checkResident(b []byte) Reason {
	if !residentShape(b) {
		return BadValue
	}
	sum := 0
	for i, w := range residentWeight {
		sum += int(b[i]-'0') * w
	}
	last := b[17]
	if last == 'x' {
		last = 'X'
	}
	if "10X98765432"[sum%11] != last {
		return BadChecksum
	}
	birth := [10]byte{b[6], b[7], b[8], b[9], '-', b[10], b[11], '-', b[12], b[13]}
	if _, err := civil.ParseDate(birth[:]); err != nil {
		return BadValue
	}
	return ""
}

func residentShape(b []byte) bool {
	return len(b) == 18 && skipDigits(b, 0) >= 17 && (b[17]-'0' <= 9 || b[17]|0x20 == 'x')
}

// ValidResident says whether s is a resident identity number with the right check character and a birth date.
func ValidResident(s string) bool { return checkResident([]byte(s)) == "" }

// Papers and accounts: these return views that must be hashed, never stored.

var idTypes = enum{"resident", "hk_macau", "taiwan", "foreign"}

const (
	resident     = "resident"
	hkMacau      = "hk_macau"
	maxPaper     = 64
	wantPaper    = "an identity number, 1 to 64 characters, of letters and digits"
	wantAccount  = "an account number, 1 to 64 characters, with all its digits as the bank writes them"
	maxAccountNo = 64
)

func (d *Decoder) paper(fType, fNumber int) (idType string, idNumber []byte) {
	idType = d.enum(fType, idTypes)
	if !d.given(fNumber) {
		return "", nil
	}
	b, ok := d.str(fNumber, wantPaper)
	if !ok {
		return "", nil
	}
	if idType == resident {
		if why := checkResident(b); why != "" {
			d.failCode(fNumber, why, wantResident)
		}
	} else if len(b) == 0 || utf8.RuneCount(b) > maxPaper || hasControl(b) || !paperWritten(d.plain(b)) {
		d.fail(fNumber, BadValue, wantPaper)
	}
	return idType, b
}

func (d *Decoder) account(f int) []byte {
	if !d.given(f) {
		return nil
	}
	b := d.line(f, 1, maxAccountNo)
	if b != nil {
		if plain := d.plain(b); len(plain) == 0 || mangled(plain) {
			d.fail(f, BadValue, wantAccount)
		}
	}
	return b
}

// plain is the plain spelling of a paper or an account, valid until the next.
func (d *Decoder) plain(b []byte) []byte {
	if allDigits(b) { // as nearly all are
		return b
	}
	d.spelled = plainSpelling(d.spelled[:0], b)
	return d.spelled
}

func (d *Decoder) optAccount(f int) []byte {
	if !d.offered(f) {
		return nil
	}
	b := d.line(f, 0, maxAccountNo)
	if mangled(d.plain(b)) {
		d.fail(f, BadValue, wantAccount)
	}
	return b
}

// optKey returns a key that was read off Anxin's own pages; zero for none.
func (d *Decoder) optKey(f int) (k Key) {
	if !d.offered(f) {
		return Key{}
	}
	b, ok := d.str(f, wantKey)
	if !ok {
		return Key{}
	}
	if len(b) != hex.EncodedLen(len(k)) {
		d.fail(f, BadValue, wantKey)
		return Key{}
	}
	if _, err := hex.Decode(k[:], b); err != nil || k.IsZero() {
		d.fail(f, BadValue, wantKey)
		return Key{}
	}
	return k
}

// members says whether a field with members of its own is there; its members are then read by their own indexes.
func (d *Decoder) members(f int) bool {
	if !d.offered(f) {
		return false
	}
	if d.tok[f].kind != object {
		d.fail(f, BadType, "an object")
		return false
	}
	return true
}

package record

import (
	"math"
	"math/bits"
	"strconv"
	"unsafe"
)

// Numbers: whole and fractional, amounts and hours, all read exactly on their digits.

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

// noise is how many digits behind the wanted decimals must be all 0 or all 9 for a number to be taken as the whole
// number that it lies less than 10^-noise away from.
const noise = 4

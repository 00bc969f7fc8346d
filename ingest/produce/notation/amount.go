package notation

import (
	"bytes"
	"math"
	"strconv"
)

// Units of an amount: how many decimal places lie between the unit and fen.
var AmountUnits = map[string]int{"fen": 0, "yuan": 2, "wan_yuan": 6}

// FenOf reads an amount into fen, exactly, on its digits: 5,300.00 and ¥5300 and 5300元 in yuan, 530000 in fen, 0.53 in
// wan_yuan (万元). Groups of thousands must be whole, so that a decimal comma is not taken for one. ok is false for what is
// no whole number of fen, but for the noise of floats, and beyond 2^63−1 fen.
func FenOf(b []byte, places int) (fen int64, ok bool) {
	negative := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		b = b[1:]
	}
	for _, sign := range []string{"¥", "￥"} {
		b = bytes.TrimPrefix(b, []byte(sign))
	}
	b = bytes.TrimSpace(bytes.TrimSuffix(b, []byte("元")))
	whole, fraction, point := bytes.Cut(b, []byte{'.'})
	if point && len(fraction) == 0 || len(whole) == 0 {
		return 0, false
	}
	whole, ok = ungrouped(whole)
	if !ok {
		return 0, false
	}
	up := false
	if len(fraction) > places {
		if up, ok = rounded(fraction[places:]); !ok {
			return 0, false
		}
		fraction = fraction[:places]
	}
	var v uint64
	add := func(digit byte) bool {
		if digit > 9 || v > (math.MaxInt64-uint64(digit))/10 {
			return false
		}
		v = v*10 + uint64(digit)
		return true
	}
	for _, c := range whole {
		if !add(c - '0') {
			return 0, false
		}
	}
	for i := range places {
		c := byte('0')
		if i < len(fraction) {
			c = fraction[i]
		}
		if !add(c - '0') {
			return 0, false
		}
	}
	if up {
		if v == math.MaxInt64 {
			return 0, false
		}
		v++
	}
	if negative {
		return -int64(v), true
	}
	return int64(v), true
}

// noise is how many digits behind the fen must be all 0 or all 9 for them to be the noise of a float.
const noise = 4

// rounded says what the digits behind the fen are: nothing, or the noise of a program that computes in floats, as in
// 7000.299999999999. It is the contract's rule for JSON numbers (docs/reference/record-contract.md, "Types"): what is less
// than 0.0001 fen from a whole one denotes that one, and anything else no fen at all.
func rounded(digits []byte) (up, ok bool) {
	if !AllDigits(digits) {
		return false, false
	}
	rest := bytes.TrimRight(digits, "0")
	if len(rest) == 0 {
		return false, true
	}
	first := rest[0]
	if first != '0' && first != '9' || len(rest) < noise {
		return false, false
	}
	for _, c := range rest[:noise] {
		if c != first {
			return false, false
		}
	}
	up = first == '9'
	return up, !up || len(rest) > noise // .9999 itself lies as far away as .0001
}

// AppendYuan writes fen as the contract's yuan.
func AppendYuan(to []byte, fen int64) []byte {
	if fen < 0 {
		to = append(to, '-')
		fen = -fen
	}
	to = strconv.AppendInt(to, fen/100, 10)
	return append(to, '.', byte('0'+fen%100/10), byte('0'+fen%10))
}

// ungrouped takes the commas out of 1,234,567. Digits without commas are returned as they are.
func ungrouped(b []byte) ([]byte, bool) {
	if bytes.IndexByte(b, ',') < 0 {
		return b, AllDigits(b)
	}
	groups := bytes.Split(b, []byte{','})
	for i, g := range groups {
		if !AllDigits(g) || i > 0 && len(g) != 3 || i == 0 && len(g) > 3 {
			return nil, false
		}
	}
	return bytes.Join(groups, nil), true
}

func AllDigits(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return len(b) > 0
}

// AppendNumber writes a decimal number as JSON does, without leading zeros.
func AppendNumber(to, b []byte, fractional bool) ([]byte, bool) {
	from := len(to)
	if len(b) > 0 && b[0] == '-' {
		to = append(to, '-')
		b = b[1:]
	}
	whole, fraction, point := bytes.Cut(b, []byte{'.'})
	whole, ok := ungrouped(whole)
	if !ok || point && !AllDigits(fraction) || point && !fractional && len(bytes.Trim(fraction, "0")) > 0 {
		return to[:from], false
	}
	for len(whole) > 1 && whole[0] == '0' {
		whole = whole[1:]
	}
	to = append(to, whole...)
	if point && fractional {
		to = append(append(to, '.'), fraction...)
	}
	return to, true
}

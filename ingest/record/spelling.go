package record

import (
	"unicode"
	"unicode/utf8"
)

// A paper or an account is one however it is written: banks, gates and offices write it with spaces, in full width, in small
// letters. What is hashed is its plain spelling.

// plainSpelling appends s without white space and invisible characters, in half width and upper case. Nearly all are plain
// already.
func plainSpelling(b, s []byte) []byte {
	from := len(b)
	for _, c := range s {
		switch {
		case c >= utf8.RuneSelf:
			return appendPlainRunes(b[:from], s)
		case c-'a' <= 'z'-'a':
			c -= 'a' - 'A'
		case c == ' ' || c-'\t' <= '\r'-'\t':
			continue
		}
		b = append(b, c)
	}
	return b
}

func appendPlainRunes(b, s []byte) []byte {
	for _, r := range string(s) {
		if r >= '！' && r <= '～' { // full width
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) { // Cf: zero-width characters, byte order marks, soft hyphens
			continue
		}
		b = utf8.AppendRune(b, unicode.ToUpper(r))
	}
	return b
}

// plainPaper is the plain spelling of a paper that is no resident identity number. The permit of people from Hong Kong and Macau
// has a letter and eight digits; two more count its renewals and make no other person.
func plainPaper(b []byte, idType string, number []byte) []byte {
	from := len(b)
	b = plainSpelling(b, number)
	if one := b[from:]; idType == hkMacau && len(one) == 11 && (one[0] == 'H' || one[0] == 'M') && allDigits(one[1:]) {
		b = b[:from+9]
	}
	return b
}

// paperWritten says whether the plain spelling of a paper is one: letters and digits, with the signs that some have.
func paperWritten(plain []byte) bool {
	some := false
	for _, c := range plain {
		switch {
		case c-'0' <= 9 || c-'A' <= 'Z'-'A':
			some = true
		case c != '-' && c != '/' && c != '(' && c != ')' && c != '.':
			return false
		}
	}
	return some
}

// mangled says whether a spreadsheet has spoilt an account number, in its plain spelling: shown it as a power of ten, as a cell
// too narrow, or kept fifteen of its digits. In a bank card the last is detected by the check digit (ISO/IEC 7812-1).
func mangled(plain []byte) bool {
	if !allDigits(plain) {
		hashes := 0
		for i, c := range plain {
			switch {
			case c == '#':
				hashes++
			case c == 'E' && i > 0 && powerOfTen(plain[:i], plain[i+1:]):
				return true
			}
		}
		return hashes > 0 && hashes == len(plain)
	}
	const kept, fewest = 15, 3 // of one or two zeros nothing can be said
	if len(plain) < kept+fewest || len(plain) > 19 || !bankCard(plain) {
		return false
	}
	for _, c := range plain[kept:] {
		if c != '0' {
			return false
		}
	}
	return !luhn(plain)
}

// powerOfTen says whether a spreadsheet writes a large number so: one digit, a point and more, or a signed exponent. Digits, an E and
// digits alone may be an account of letters and digits.
func powerOfTen(mantissa, exponent []byte) bool {
	signed := len(exponent) > 0 && exponent[0] == '+'
	if signed {
		exponent = exponent[1:]
	}
	if len(exponent) == 0 || len(exponent) > 2 || !allDigits(exponent) {
		return false
	}
	if len(mantissa) > 2 && mantissa[1] == '.' {
		return allDigits(mantissa[:1]) && allDigits(mantissa[2:])
	}
	return signed && allDigits(mantissa)
}

// bankCard says whether a number begins as those of cards do; accounts of other kinds have no check digit in common.
func bankCard(digits []byte) bool {
	return digits[0] == '6' && digits[1] == '2' || digits[0] == '4' || digits[0] == '5' || string(digits[:4]) == "9558"
}

func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return len(b) > 0
}

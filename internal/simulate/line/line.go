// Package line writes JSON by hand into a reused buffer: a simulated city has 25 million records. Each function appends to a
// buffer and returns it. Every text that goes in comes from the simulation's own lists and codes, none of which needs
// escaping.
package line

import (
	"strconv"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Key writes a comma, a key and a colon.
func Key(b []byte, key string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

// Text writes a text that needs no escaping.
func Text(b []byte, key, v string) []byte {
	b = append(Key(b, key), '"')
	b = append(b, v...)
	return append(b, '"')
}

// Bytes is Text for bytes.
func Bytes(b []byte, key string, v []byte) []byte {
	b = append(Key(b, key), '"')
	b = append(b, v...)
	return append(b, '"')
}

// Int writes a whole number.
func Int(b []byte, key string, v int64) []byte {
	return strconv.AppendInt(Key(b, key), v, 10)
}

// Bool writes true or false.
func Bool(b []byte, key string, v bool) []byte {
	return strconv.AppendBool(Key(b, key), v)
}

// Yuan writes fen as yuan with as many decimals as it needs, exactly.
func Yuan(b []byte, key string, fen int64) []byte {
	return Fen(Key(b, key), fen)
}

// Fen writes fen as yuan, without a key.
func Fen(b []byte, fen int64) []byte {
	if fen < 0 {
		b = append(b, '-')
		fen = -fen
	}
	b = strconv.AppendInt(b, fen/100, 10)
	if c := fen % 100; c != 0 {
		b = append(b, '.', byte('0'+c/10))
		if c%10 != 0 {
			b = append(b, byte('0'+c%10))
		}
	}
	return b
}

// Day writes YYYY-MM-DD as a text.
func Day(b []byte, key string, d civil.Date) []byte {
	b = append(Key(b, key), '"')
	b = Date(b, d)
	return append(b, '"')
}

// Month writes YYYY-MM as a text.
func Month(b []byte, key string, m civil.Month) []byte {
	b = append(Key(b, key), '"')
	b = Date(b, m.First())
	return append(b[:len(b)-3], '"')
}

// Date writes YYYY-MM-DD without going through time.Time (civil-from-days of the proleptic Gregorian calendar).
func Date(b []byte, d civil.Date) []byte {
	y, m, day := YMD(d)
	b = two(two(b, y/100), y%100)
	b = two(append(b, '-'), m)
	return two(append(b, '-'), day)
}

// CompactDate writes YYYYMMDD, without a key.
func CompactDate(b []byte, d civil.Date) []byte {
	y, m, day := YMD(d)
	return two(two(two(two(b, y/100), y%100), m), day)
}

// YMD takes a date apart without going through time.Time.
func YMD(d civil.Date) (y, m, day int) {
	z := int(d) + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, day
}

// Clock writes the time of day and the offset that complete a date to RFC 3339.
func Clock(b []byte, sec int) []byte {
	b = two(append(b, 'T'), sec/3600)
	b = two(append(b, ':'), sec/60%60)
	b = two(append(b, ':'), sec%60)
	return append(b, "+08:00"...)
}

func two(b []byte, v int) []byte { return append(b, byte('0'+v/10), byte('0'+v%10)) }

// Padded writes v with leading zeros to at least width digits.
func Padded(b []byte, v int64, width int) []byte {
	for n := digits(uint64(v)); n < width; n++ {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, v, 10)
}

func digits(v uint64) int {
	n := 1
	for v >= 10 {
		v /= 10
		n++
	}
	return n
}

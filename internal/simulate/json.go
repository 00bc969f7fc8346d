package simulate

import (
	"strconv"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// The records are written by hand into a reused buffer: a city has 25 million of them. Every text that goes in comes
// from this package's own lists and codes, none of which needs escaping.

func appendKey(b []byte, key string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

func appendText(b []byte, key, v string) []byte {
	b = append(appendKey(b, key), '"')
	b = append(b, v...)
	return append(b, '"')
}

func appendBytes(b []byte, key string, v []byte) []byte {
	b = append(appendKey(b, key), '"')
	b = append(b, v...)
	return append(b, '"')
}

func appendInt(b []byte, key string, v int64) []byte {
	return strconv.AppendInt(appendKey(b, key), v, 10)
}

func appendBool(b []byte, key string, v bool) []byte {
	return strconv.AppendBool(appendKey(b, key), v)
}

// appendYuan writes fen as yuan with as many decimals as it needs, exactly.
func appendYuan(b []byte, key string, fen int64) []byte {
	return appendFen(appendKey(b, key), fen)
}

func appendFen(b []byte, fen int64) []byte {
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

func appendDay(b []byte, key string, d civil.Date) []byte {
	b = append(appendKey(b, key), '"')
	b = appendDate(b, d)
	return append(b, '"')
}

func appendMonth(b []byte, key string, m civil.Month) []byte {
	b = append(appendKey(b, key), '"')
	b = appendDate(b, m.First())
	return append(b[:len(b)-3], '"')
}

// appendDate writes YYYY-MM-DD without going through time.Time (civil-from-days of the proleptic Gregorian calendar).
func appendDate(b []byte, d civil.Date) []byte {
	y, m, day := ymd(d)
	b = append2(append2(b, y/100), y%100)
	b = append2(append(b, '-'), m)
	return append2(append(b, '-'), day)
}

func appendCompactDate(b []byte, d civil.Date) []byte {
	y, m, day := ymd(d)
	return append2(append2(append2(append2(b, y/100), y%100), m), day)
}

func ymd(d civil.Date) (y, m, day int) {
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

// appendClock writes the time of day and the offset that complete a date to RFC 3339.
func appendClock(b []byte, sec int) []byte {
	b = append2(append(b, 'T'), sec/3600)
	b = append2(append(b, ':'), sec/60%60)
	b = append2(append(b, ':'), sec%60)
	return append(b, "+08:00"...)
}

func append2(b []byte, v int) []byte { return append(b, byte('0'+v/10), byte('0'+v%10)) }

// appendPadded writes v with leading zeros to at least width digits.
func appendPadded(b []byte, v int64, width int) []byte {
	for n := digitsOf(uint64(v)); n < width; n++ {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, v, 10)
}

func digitsOf(v uint64) int {
	n := 1
	for v >= 10 {
		v /= 10
		n++
	}
	return n
}

// Package civil holds the calendar units of the wage law: civil dates and wage months in Asia/Shanghai.
//
// China has one zone without daylight saving, so a civil date is plain day arithmetic and every day has 24 hours.
package civil

import (
	"errors"
	"fmt"
	"time"
)

// Zone is the zone in which work days, due dates and deadlines are civil dates (UTC+8 all year).
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a civil date, in days since 1970-01-01. The zero value is that day; use a pointer or a flag for "none".
type Date int32

// Month is a civil month (a wage month, 工资月份), in months since 1970-01.
type Month int32

// ErrFormat says that a text is not a date (YYYY-MM-DD) or month (YYYY-MM).
var ErrFormat = errors.New("not a calendar date")

// NewDate returns the date of a year, month and day that exist; other values are normalised as time.Date does.
func NewDate(year int, month time.Month, day int) Date {
	return fromUTC(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf returns the civil date in Asia/Shanghai at the instant t.
func DateOf(t time.Time) Date {
	return Date(floorDiv(t.Unix()+8*60*60, 86400))
}

// OfColumn returns the date of a ClickHouse Date, which the driver gives as midnight in the server's time zone, whatever that
// is: its instant says nothing.
func OfColumn(t time.Time) Date { return NewDate(t.Date()) }

// ParseDate reads YYYY-MM-DD; a day that does not exist (2026-02-30) is ErrFormat.
func ParseDate[T string | []byte](s T) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, ErrFormat
	}
	y, ok1 := digits(s, 0, 4)
	m, ok2 := digits(s, 5, 7)
	d, ok3 := digits(s, 8, 10)
	if !ok1 || !ok2 || !ok3 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, ErrFormat
	}
	return fromDays(y, m, d), nil
}

// ParseMonth reads YYYY-MM.
func ParseMonth[T string | []byte](s T) (Month, error) {
	if len(s) != 7 || s[4] != '-' {
		return 0, ErrFormat
	}
	y, ok1 := digits(s, 0, 4)
	m, ok2 := digits(s, 5, 7)
	if !ok1 || !ok2 || m < 1 || m > 12 {
		return 0, ErrFormat
	}
	return Month((y-1970)*12 + m - 1), nil
}

// Time returns midnight UTC of the date, the form in which ClickHouse takes a Date.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Start returns the first instant of the date in Asia/Shanghai.
func (d Date) Start() time.Time { return time.Unix(int64(d)*86400-8*60*60, 0).In(Zone) }

// End returns the first instant after the date in Asia/Shanghai: records known "as of d" were recorded before it.
func (d Date) End() time.Time { return (d + 1).Start() }

// AddDays returns the date n days later (earlier when n is negative).
func (d Date) AddDays(n int) Date { return d + Date(n) }

// Month returns the month the date lies in.
func (d Date) Month() Month {
	t := d.Time()
	return Month((t.Year()-1970)*12 + int(t.Month()) - 1)
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// Year returns the calendar year.
func (d Date) Year() int { return d.Time().Year() }

// String returns YYYY-MM-DD.
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText and UnmarshalText use YYYY-MM-DD, in JSON and YAML alike.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(b)
	if err != nil {
		return fmt.Errorf("%q: want YYYY-MM-DD", b)
	}
	*d = v
	return nil
}

// First returns the first day of the month.
func (m Month) First() Date { return NewDate(m.Year(), m.month(), 1) }

// Last returns the last day of the month.
func (m Month) Last() Date { return (m + 1).First() - 1 }

// Day returns the n-th day of the month (from 1); past the month's end it is the last day, as agreed pay days of 31 mean.
func (m Month) Day(n int) Date { return min(m.First()+Date(n-1), m.Last()) }

// Year returns the calendar year of the month.
func (m Month) Year() int { return 1970 + floorDiv(int(m), 12) }

func (m Month) month() time.Month { return time.Month(int(m) - floorDiv(int(m), 12)*12 + 1) }

// String returns YYYY-MM.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year(), int(m.month())) }

// MarshalText writes YYYY-MM.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads YYYY-MM.
func (m *Month) UnmarshalText(b []byte) error {
	v, err := ParseMonth(b)
	if err != nil {
		return fmt.Errorf("%q: want YYYY-MM", b)
	}
	*m = v
	return nil
}

func fromUTC(t time.Time) Date { return Date(floorDiv(t.Unix(), 86400)) }

func floorDiv[T int | int64](a, b T) T {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func digits[T string | []byte](s T, from, to int) (int, bool) {
	n := 0
	for i := from; i < to; i++ {
		c := s[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// fromDays is the days-from-civil algorithm over the proleptic Gregorian calendar; it allocates nothing, which
// matters where a million attendance dates are parsed.
func fromDays(y, m, d int) Date {
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	mp := (m + 9) % 12
	doy := (153*mp+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Date(era*146097 + doe - 719468)
}

package notation

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Readers are formats that are no pattern.
var Readers = map[string]func(b []byte, k Kind) (t time.Time, ok bool){
	"common":      Common,
	"serial":      func(b []byte, _ Kind) (time.Time, bool) { return serial(b, civil.NewDate(1899, time.December, 30)) },
	"serial-1904": func(b []byte, _ Kind) (time.Time, bool) { return serial(b, civil.NewDate(1904, time.January, 1)) }, // of old Macs
}

// Want says what a format takes, for messages.
func (l *Layout) Want(k Kind) string {
	switch {
	case l.Text == "common" && k == Month:
		return "a month such as 2026-01, 2026年1月 or 202601"
	case l.Text == "common" && k == Instant:
		return "a time such as 2026-1-5 8:05, 2026/1/5 8:05:30, 2026年1月5日 上午8:05 or 20260105080530"
	case l.Text == "common":
		return "a date such as 2026-1-5, 2026/1/5, 2026.1.5, 2026年1月5日 or 20260105"
	case l.read != nil:
		return "a spreadsheet's serial number such as 46310 or 46310.395833"
	}
	return l.Text
}

// serial reads the number that a spreadsheet keeps for a date, 46310 or with the time of day 46310.395833: days since an
// epoch. Only five digits are taken (1927 to 2173), so that 20261015, 202610 and 2026 are not read as days of other centuries.
func serial(b []byte, epoch civil.Date) (t time.Time, ok bool) {
	whole, _, _ := bytes.Cut(b, []byte{'.'})
	if len(whole) != 5 || !AllDigits(whole) || whole[0] == '0' || len(b) == len(whole)+1 {
		return t, false
	}
	for _, c := range b {
		if c-'0' > 9 && c != '.' {
			return t, false
		}
	}
	days, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return t, false
	}
	day, part := math.Modf(days)
	// A float of so many days is exact to the microsecond.
	return epoch.AddDays(int(day)).Start().Add(time.Duration(math.Round(part*86_400_000)) * time.Millisecond), true
}

// Common reads dates as people write them: 2026-1-5, 2026/1/5, 2026.1.5, 2026年1月5日 and 20260105, with or without a time
// behind (8:05, 08:05:30, 8时5分, 上午8:05, 8:05 PM, 080530). A month may be 2026-1, 2026/1, 2026年1月 or 202601, or stand in a
// date; 2026.1 may be what a spreadsheet left of 2026.10 and is no month. An instant needs its time.
func Common(b []byte, k Kind) (t time.Time, ok bool) {
	p := people{rest: b}
	year, digits := p.number(8)
	month, day, mark := 1, 1, ""
	switch digits {
	case 8:
		year, month, day = year/10_000, year/100%100, year%100
	case 6:
		if k != Month || len(p.rest) > 0 {
			return t, false
		}
		return inChina(year/100, year%100, 1, 0)
	case 4:
		mark = p.one("-", "/", ".", "年")
		n := 0
		if month, n = p.number(2); mark == "" || n == 0 {
			return t, false
		}
		if mark != "年" {
			if k == Month && len(p.rest) == 0 && (mark != "." || n == 2) {
				return inChina(year, month, 1, 0)
			}
			if p.one(mark) == "" {
				return t, false
			}
		} else if p.one("月") == "" {
			return t, false
		} else if k == Month && len(p.rest) == 0 {
			return inChina(year, month, 1, 0)
		}
		if day, n = p.number(2); n == 0 || mark == "年" && p.one("日", "号") == "" {
			return t, false
		}
	default:
		return t, false
	}
	zone := civil.Zone
	since := time.Duration(0)
	if len(p.rest) == 0 {
		if k == Instant {
			return t, false
		}
	} else if since, zone, ok = p.timeOfDay(digits == 8, digits == 8 || mark == "年"); !ok {
		return t, false
	}
	if t, ok = inChina(year, month, day, since); ok && zone != civil.Zone {
		t = time.Date(year, time.Month(month), day, 0, 0, 0, 0, zone).Add(since).In(civil.Zone)
	}
	return t, ok
}

func inChina(year, month, day int, since time.Duration) (time.Time, bool) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, civil.Zone)
	return t.Add(since), year > 0 && t.Day() == day && int(t.Month()) == month
}

// people reads what people write, piece by piece.
type people struct{ rest []byte }

// number reads at most so many digits, and says how many there were.
func (p *people) number(most int) (v, n int) {
	for n < len(p.rest) && n < most && p.rest[n]-'0' <= 9 {
		v = v*10 + int(p.rest[n]-'0')
		n++
	}
	p.rest = p.rest[n:]
	return v, n
}

// one reads one of some texts, or none.
func (p *people) one(texts ...string) string {
	for _, t := range texts {
		if len(p.rest) >= len(t) && strings.EqualFold(string(p.rest[:len(t)]), t) {
			p.rest = p.rest[len(t):]
			return t
		}
	}
	return ""
}

func (p *people) blanks() bool {
	n := len(p.rest)
	p.rest = bytes.TrimLeftFunc(p.rest, IsBlank)
	return len(p.rest) < n
}

// timeOfDay reads what stands behind a date: packed, where digits follow digits, or joined to it without a blank.
func (p *people) timeOfDay(packed, joined bool) (since time.Duration, zone *time.Location, ok bool) {
	blank := p.blanks() || p.one("T") != ""
	half := p.one("上午", "下午", "AM", "PM")
	if p.blanks(); !blank && !joined && half == "" {
		return 0, nil, false
	}
	hour, n := p.number(2)
	if n == 0 {
		return 0, nil, false
	}
	minute, second, milli := 0, 0, 0
	switch {
	case p.one(":") != "":
		if minute, n = p.number(2); n != 2 {
			return 0, nil, false
		}
		if p.one(":") != "" {
			if second, n = p.number(2); n != 2 {
				return 0, nil, false
			}
			if p.one(".") != "" {
				if milli, n = p.number(3); n == 0 {
					return 0, nil, false
				}
				for ; n < 3; n++ {
					milli *= 10
				}
				p.number(math.MaxInt) // what is finer than that says nothing
			}
		}
	case p.one("时", "点") != "":
		if minute, n = p.number(2); n > 0 {
			if p.one("分") == "" {
				return 0, nil, false
			}
			if second, n = p.number(2); n > 0 && p.one("秒") == "" {
				return 0, nil, false
			}
		}
	case n == 2 && len(p.rest) >= 2 && packed:
		if minute, n = p.number(2); n != 2 {
			return 0, nil, false
		}
		if second, n = p.number(2); n == 1 {
			return 0, nil, false
		}
	default:
		return 0, nil, false
	}
	p.blanks()
	if half == "" {
		half = p.one("AM", "PM")
	}
	zone = civil.Zone
	if len(p.rest) > 0 {
		z, used := parseOffset(p.rest)
		if used != len(p.rest) {
			return 0, nil, false
		}
		zone = z
	}
	if hour, ok = halfDay(hour, half); !ok {
		return 0, nil, false
	}
	return clock(hour, minute, second, milli), zone, hour <= 24 && minute < 60 && second < 60 && (hour < 24 || minute+second+milli == 0)
}

func clock(hour, minute, second, milli int) time.Duration {
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + time.Duration(milli)*time.Millisecond
}

// halfDay makes an hour of the day of one of its halves: 上午12时 is the day's beginning, 下午12时 its middle. Some write 下午14时.
func halfDay(hour int, half string) (int, bool) {
	switch half {
	case "上午", "AM":
		if hour == 12 {
			return 0, true
		}
		return hour, hour < 12
	case "下午", "PM":
		if hour < 12 {
			return hour + 12, hour > 0
		}
		return hour, hour < 24
	}
	return hour, true
}

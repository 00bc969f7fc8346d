package notation

import (
	"fmt"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Layout reads dates and times in a notation that people write: YYYY/MM/DD, YYYYMMDD, YYYY年M月D日 HH:mm:ss.
type Layout struct {
	Text  string
	parts []layoutPart
	has   [unitOffset + 1]bool
	read  func([]byte, Kind) (time.Time, bool) // instead of parts
}

type layoutUnit uint8

const (
	literal layoutUnit = iota
	unitYear
	unitMonth
	unitDay
	unitHour
	unitMinute
	unitSecond
	unitFraction
	unitHalf
	unitOffset
)

type layoutPart struct {
	unit     layoutUnit
	min, max int // digits
	literal  string
}

// The longest token that fits counts. One letter takes one or two digits, two letters take exactly two.
var layoutTokens = []struct {
	text string
	part layoutPart
}{
	{"YYYY", layoutPart{unit: unitYear, min: 4, max: 4}},
	{"MM", layoutPart{unit: unitMonth, min: 2, max: 2}}, {"M", layoutPart{unit: unitMonth, min: 1, max: 2}},
	{"DD", layoutPart{unit: unitDay, min: 2, max: 2}}, {"D", layoutPart{unit: unitDay, min: 1, max: 2}},
	{"HH", layoutPart{unit: unitHour, min: 2, max: 2}}, {"H", layoutPart{unit: unitHour, min: 1, max: 2}},
	{"mm", layoutPart{unit: unitMinute, min: 2, max: 2}}, {"m", layoutPart{unit: unitMinute, min: 1, max: 2}},
	{"ss", layoutPart{unit: unitSecond, min: 2, max: 2}}, {"s", layoutPart{unit: unitSecond, min: 1, max: 2}},
	{"SSS", layoutPart{unit: unitFraction, min: 3, max: 3}},
	{"A", layoutPart{unit: unitHalf}},
	{"Z", layoutPart{unit: unitOffset}},
}

const layoutWant = "letters YYYY, M or MM, D or DD, H or HH, m or mm, s or ss, SSS (milliseconds), A (上午 or 下午) and Z (offset), with anything but other Latin letters and digits between them, such as YYYY年M月D日 HH:mm; or common, serial or serial-1904"

func ParseLayout(text string) (Layout, error) {
	l := Layout{Text: text, read: Readers[text]}
	if l.read != nil {
		return l, nil
	}
	for rest := text; rest != ""; {
		part, n := layoutPart{}, 0
		for _, t := range layoutTokens {
			if len(t.text) > n && strings.HasPrefix(rest, t.text) {
				part, n = t.part, len(t.text)
			}
		}
		if n == 0 {
			c := rest[0]
			if c != 'T' && (c|0x20 >= 'a' && c|0x20 <= 'z' || c-'0' <= 9) {
				return l, fmt.Errorf("format %q: expected %s", text, layoutWant)
			}
			part, n = layoutPart{literal: rest[:1]}, 1
		} else if l.has[part.unit] {
			return l, fmt.Errorf("format %q names the same part of a time twice", text)
		}
		l.has[part.unit] = true
		l.parts = append(l.parts, part)
		rest = rest[n:]
	}
	if l.has[unitHalf] && !l.has[unitHour] {
		return l, fmt.Errorf("format %q: A says which half of the day an hour is of, and H is missing", text)
	}
	for i, p := range l.parts {
		if p.min != p.max && i+1 < len(l.parts) && l.parts[i+1].unit != literal {
			return l, fmt.Errorf("format %q: a part of one or two digits cannot be told from the next without something between them; use MM, DD, HH", text)
		}
	}
	return l, nil
}

// Fits says whether the layout holds what a field of the kind needs.
func (l *Layout) Fits(k Kind) bool {
	if l.read != nil {
		return true
	}
	yearMonth := l.has[unitYear] && l.has[unitMonth]
	switch k {
	case Month:
		return yearMonth
	case Date:
		return yearMonth && l.has[unitDay]
	}
	return yearMonth && l.has[unitDay] && l.has[unitHour]
}

// Parse reads a text; without an offset it is a time in China. Days and times that do not exist are refused, except that
// 24:00 is the end of the day.
func (l *Layout) Parse(b []byte, k Kind) (t time.Time, ok bool) {
	if l.read != nil {
		return l.read(b, k)
	}
	var v [unitOffset + 1]int
	v[unitMonth], v[unitDay] = 1, 1
	zone, half := civil.Zone, ""
	for _, p := range l.parts {
		switch p.unit {
		case literal:
			if len(b) == 0 || b[0] != p.literal[0] {
				return t, false
			}
			b = b[1:]
		case unitHalf:
			p := people{b}
			if half = p.one("上午", "下午", "AM", "PM"); half == "" {
				return t, false
			}
			b = p.rest
		case unitOffset:
			var n int
			if zone, n = parseOffset(b); n == 0 {
				return t, false
			}
			b = b[n:]
		default:
			n, x := 0, 0
			for n < len(b) && n < p.max && b[n]-'0' <= 9 {
				x = x*10 + int(b[n]-'0')
				n++
			}
			if n < p.min {
				return t, false
			}
			v[p.unit], b = x, b[n:]
		}
	}
	if v[unitHour], ok = halfDay(v[unitHour], half); !ok {
		return t, false
	}
	if len(b) > 0 || v[unitHour] > 24 || v[unitMinute] > 59 || v[unitSecond] > 59 ||
		v[unitHour] == 24 && v[unitMinute]+v[unitSecond]+v[unitFraction] > 0 {
		return t, false
	}
	day := time.Date(v[unitYear], time.Month(v[unitMonth]), v[unitDay], 0, 0, 0, 0, zone)
	if day.Day() != v[unitDay] || int(day.Month()) != v[unitMonth] {
		return t, false
	}
	return day.Add(clock(v[unitHour], v[unitMinute], v[unitSecond], v[unitFraction])), true
}

// parseOffset reads Z, +08:00, +0800 or +08.
func parseOffset(b []byte) (*time.Location, int) {
	if len(b) > 0 && b[0] == 'Z' {
		return time.UTC, 1
	}
	if len(b) < 3 || b[0] != '+' && b[0] != '-' {
		return nil, 0
	}
	var digits []byte
	n := 1
	for n < len(b) && len(digits) < 4 && (b[n]-'0' <= 9 || b[n] == ':' && len(digits) == 2) {
		if b[n] != ':' {
			digits = append(digits, b[n]-'0')
		}
		n++
	}
	seconds := 0
	switch len(digits) {
	case 4:
		if digits[2] > 5 {
			return nil, 0
		}
		seconds = int(digits[2]*10+digits[3]) * 60
	case 2:
	default:
		return nil, 0
	}
	if seconds += int(digits[0]*10+digits[1]) * 3600; seconds >= 24*3600 {
		return nil, 0
	}
	if b[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), n
}

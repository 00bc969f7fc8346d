package record

import (
	"math"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Dates, months and instants.

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

// The last day that ClickHouse's Date and the last second that its DateTime can hold.
var (
	lastDate    = civil.NewDate(2149, time.June, 6)
	lastInstant = int64(math.MaxUint32) * 1000
)

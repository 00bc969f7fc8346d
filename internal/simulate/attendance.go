package simulate

import (
	"math"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// stepWeather draws each county's day: rain keeps most of a site at home.
func (w *World) stepWeather(d civil.Date) {
	for i, c := range w.opt.Scale.Counties {
		w.dice.Reset(w.opt.Seed, subjectWeather|uint64(i), uint64(d))
		p := 0.05
		if _, m, _ := line.YMD(d); m == 5 || m == 6 { // the plum rains
			p = 0.11
		}
		w.county[c].rain = w.dice.Chance(p)
	}
}

// attend draws who works today. Every 64-bit draw serves one worker: presence, hours, arrival and upload.
func (w *World) attend(p *project, index int32, d civil.Date) {
	if len(p.crew) == 0 || !p.open(d) {
		return
	}
	share := 0.925
	if w.county[p.township[:6]].rain {
		share = 0.4
	}
	if !workday(d) && !workday(d-1) && !workday(d+1) {
		share *= 0.82 // inside a long holiday
	}
	if toGo := float64(p.shut.from - d); toGo > 0 && toGo < 12 {
		share *= 0.55 + 0.035*toGo // people travel home early …
	} else if since := float64(d - p.shut.to); since >= 0 && since < 10 {
		share *= 0.5 + 0.05*since // … and come back late
	}
	cut := uint64(share * math.MaxUint32)
	seen, last := p.gateSees(d), p.lastOf(d)
	upload := int32(66600 + p.num*37%3000)
	nobody := true
	for i := range p.crew {
		k := &p.crew[i]
		x := w.dice.Bits()
		// Somebody is on an open site every day, if only to watch it.
		// … and nobody is away for all of a month in which the site is open.
		if x>>32 > cut && (!nobody || i < len(p.crew)-1) && (!last || k.cur > 0) {
			continue
		}
		nobody = false
		quarters := 32 + int(x&7)
		if quarters > 36 {
			quarters = 36
		}
		k.cur++
		k.curQ += uint16(quarters)
		if !seen {
			continue
		}
		w.events = append(w.events, event{
			key: p.id, sec: upload + int32(x>>8&0x3ff), topic: topicAttendance,
			project: index, worker: int32(i), in: int16(375 + x>>20&0x3f), quarters: int16(quarters),
		})
		if p.twoSources {
			w.events = append(w.events, event{
				key: p.id, sec: 82800 + int32(x>>8&0x3ff), topic: topicAttendance, platform: true,
				project: index, worker: int32(i), in: int16(375 + x>>20&0x3f), quarters: int16(quarters),
			})
		}
	}
}

// lastOf says whether the site is open for the last time this month.
func (p *project) lastOf(d civil.Date) bool {
	for d++; d != d.Month().First(); d++ {
		if p.open(d) {
			return false
		}
	}
	return true
}

// appendAttendance writes a day's work recorded on the day itself.
func (w *World) appendAttendance(b []byte, e *event) []byte {
	return w.attendanceAs(b, e, e.sec, w.today, 1)
}

// attendanceAs writes today's work as recorded at second sec of the given day in the given version.
func (w *World) attendanceAs(b []byte, e *event, sec int32, on civil.Date, version byte) []byte {
	p := w.projects[e.project]
	k := &p.crew[e.worker]
	if e.platform {
		b = append(b, `{"id":"CP-`...)
	} else {
		b = append(b, `{"id":"AT-`...)
	}
	b = append(b, p.id[4:]...)
	b = append(b, '-')
	b = line.Padded(b, int64(k.seq), 4)
	b = append(b, '-')
	b = append(b, w.compact[:]...)
	if e.platform {
		b = append(b, `","source":"city-platform","version":`...)
	} else {
		b = append(b, `","source":"site-gate","version":`...)
	}
	b = append(b, '0'+version)
	b = append(b, `,"recorded_at":"`...)
	if on == w.today {
		b = append(b, w.datePart[:]...)
	} else {
		b = line.Date(b, on)
	}
	b = line.Clock(b, int(sec))
	b = append(b, `","id_type":"`...)
	b = append(b, k.IDType()...)
	b = append(b, `","id_number":"`...)
	b = append(b, k.Number()...)
	b = append(b, `","project_id":"`...)
	b = append(b, p.id...)
	b = append(b, `","employer_uscc":"`...)
	b = append(b, w.employers[k.emp].uscc...)
	b = append(b, `","work_date":"`...)
	b = append(b, w.datePart[:]...)
	in := int(e.in)
	b = append(b, `","check_in":"`...)
	b = append(b, w.datePart[:]...)
	b = line.Clock(b, in*60)
	// An hour and a half of midday rest is no work.
	b = append(b, `","check_out":"`...)
	b = append(b, w.datePart[:]...)
	b = line.Clock(b, (in+90+int(e.quarters)*15)*60)
	b = append(b, '"')
	if !p.noHours {
		b = append(b, `,"hours":`...)
		b = line.Fen(b, int64(e.quarters)*25)
	}
	b = append(b, `,"device":"G`...)
	return append(b, byte('1'+k.job%3), '"', '}')
}

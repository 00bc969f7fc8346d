package simulate

import (
	"strconv"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// answering are the days after the pay day on which a few workers of a site answer by its code whether they were paid, and answers
// the share of them that does so on each.
const (
	answering = 8
	answers   = 0.02
)

// stepVoices lets workers answer for the month that was to be paid last. What they say is true: whoever is owed says so. It draws
// apart from everything else, so that a world without voices is the same world.
func (w *World) stepVoices(d civil.Date) {
	r := &w.dice
	for _, p := range w.projects {
		s := &p.site
		if p.gone || len(s.crew) == 0 || d <= s.month.due || d > s.month.due+answering {
			continue
		}
		r.Reset(w.opt.Seed, subjectVoice|uint64(p.num), uint64(d))
		for i := range s.crew {
			k := &s.crew[i]
			if !r.Chance(answers) || k.entered > s.month.month.Last() {
				continue
			}
			sec := int32(61200 + r.N(18000)) // between five and ten in the evening
			start := len(w.arena)
			id := append(append(append([]byte("VOI-"), p.id[4:]...), '-'), line.CompactDate(nil, d)...)
			w.open(strconv.AppendInt(append(id, '-'), int64(k.seq), 10), "anxin", 1, sec)
			b := line.Text(w.arena, "project_id", p.id)
			b = line.Month(b, "month", s.month.month)
			b = line.Text(b, "answer", s.answer(k))
			w.arena = line.Day(b, "said_on", d)
			w.close(start, topicVoices, p.id, sec)
		}
	}
}

// answer is what a worker says of the month that was to be paid last: of a slip that names a payment nobody made, too, that it was
// not paid.
func (s *site) answer(k *worker) string {
	if k.prev > 0 && s.month.createOn != 0 { // worked, and on no list
		return "unpaid"
	}
	for i := range s.slips {
		sl := &s.slips[i]
		if sl.seq != k.seq || sl.month != s.month.month || sl.owed() <= 0 {
			continue
		}
		if sl.paid > 0 {
			return "partly"
		}
		return "unpaid"
	}
	return "paid"
}

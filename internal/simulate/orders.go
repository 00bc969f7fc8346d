package simulate

import (
	"strconv"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// order is what a site owes past due today and the order to pay that came of it.
type order struct {
	owedSince civil.Date
	workers   int
	fen       int64

	num           int
	opened, due   civil.Date
	orderedFen    int64
	orderedCount  int
	from, to      civil.Month // wage months
	outcome       string
	recordVersion int
	next          string // what followed an order that was not obeyed
	nextOn        civil.Date
	before        []order // earlier ones that were not obeyed, about wages that this one names again
}

// stepOrder orders payment when leads have gathered, and closes the order when it is obeyed or has run out.
func (w *World) stepOrder(s *site, d civil.Date) {
	r, o := &w.dice, &s.order
	switch {
	case o.opened == 0 || o.outcome != "" && o.fen > 0 && d > o.due+60:
		if len(s.leads) < 2 || o.fen == 0 || d < o.owedSince+25 || !workday(d) || !r.Chance(0.12) {
			return
		}
		if o.outcome == "failed" {
			past := *o
			past.before = nil
			o.before = append(o.before, past)
		}
		o.num++
		o.opened, o.due = d, d.AddDays(r.In(10, 15))
		o.orderedFen, o.orderedCount, o.outcome, o.recordVersion, o.next = o.fen, o.workers, "", 0, ""
		o.from, o.to = s.owedMonths(d)
		// Being ordered helps in a good third of the cases: whoever stands behind the employer pays.
		if t := s.trouble; t.running(d) && (t.recover == 0 || t.recover > o.due) && r.Chance(0.38) {
			t.recover = o.due - civil.Date(r.N(4))
		}
		w.recordProceeding(s, "rectification_order", d, "", 0)
	case (o.outcome == "" || o.outcome == "failed") && o.opened != 0 && o.fen == 0:
		w.closeOrder(s, d)
		for _, past := range o.before {
			latest := s.order
			s.order = past
			w.closeOrder(s, d)
			s.order = latest
		}
		o.before = nil
	case o.outcome == "" && d > o.due+20:
		o.outcome = "failed"
		w.recordProceeding(s, "rectification_order", d, o.outcome, 0)
	case o.outcome == "failed" && o.next == "" && workday(d) && r.Chance(0.05):
		o.next, o.nextOn = pick(r, "arbitration", "arbitration", "supported_suit", "enforcement", "criminal_referral", "emergency_fund"), d
		w.recordProceeding(s, o.next, d, "", 1)
	}
}

// closeOrder records that what was ordered has been paid, be it late, and ends what followed.
func (w *World) closeOrder(s *site, d civil.Date) {
	o := &s.order
	o.outcome = "fulfilled"
	w.recordProceeding(s, "rectification_order", d, o.outcome, 0)
	if o.next != "" {
		w.recordProceeding(s, o.next, d, "settled", 1) // what was advanced is given back
	}
}

// owedMonths returns the first and the last wage month of which something is past due.
func (s *site) owedMonths(d civil.Date) (first, last civil.Month) {
	for i := range s.slips {
		sl := &s.slips[i]
		if sl.dueBy >= d {
			continue
		}
		if first == 0 || sl.month < first {
			first = sl.month
		}
		last = max(last, sl.month)
	}
	return first, last
}

func (w *World) recordProceeding(s *site, kind string, d civil.Date, outcome string, next int) {
	o := &s.order
	version := 1
	if next == 0 {
		o.recordVersion++
		version = o.recordVersion
	} else if outcome != "" {
		version = 2
	}
	sec := int32(36000 + s.num*19%18000)
	start := len(w.arena)
	id := append(w.line[:0], "ORD-"...)
	id = append(id, s.key...)
	id = append(id, '-')
	id = strconv.AppendInt(id, int64(o.num*2+next), 10)
	w.line = id
	w.open(id, "inspection", version, sec)
	b := line.Text(w.arena, "kind", kind)
	if len(s.leads) > 0 {
		b = line.Text(b, "complaint_id", s.leads[0].id)
	}
	b = line.Text(b, "township", s.township)
	if s.id != "" {
		b = line.Text(b, "project_id", s.id)
	}
	b = line.Text(b, "employer_uscc", w.employers[s.emp].uscc)
	b = line.Int(b, "workers", int64(o.orderedCount))
	b = line.Yuan(b, "yuan", o.orderedFen)
	b = line.Month(b, "wage_from", o.from)
	b = line.Month(b, "wage_to", o.to)
	switch {
	case next == 0:
		b = line.Day(b, "opened_on", o.opened)
		b = line.Day(b, "due_on", o.due)
		if outcome == "fulfilled" {
			b = line.Yuan(b, "paid_yuan", o.orderedFen)
		}
	default:
		b = line.Day(b, "opened_on", o.nextOn)
		if kind == "emergency_fund" {
			b = line.Yuan(b, "paid_yuan", o.orderedFen/500*100) // a fifth, to live on
			if outcome != "" {
				b = line.Yuan(b, "recovered_yuan", o.orderedFen/500*100)
			}
		}
	}
	if outcome != "" {
		b = line.Day(b, "closed_on", d)
		b = line.Text(b, "outcome", outcome)
	}
	w.arena = b
	w.close(start, topicProceedings, s.key, sec)
}

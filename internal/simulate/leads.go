package simulate

import (
	"strconv"

	"github.com/anxin-project/anxin/internal/civil"
)

// lead is one complaint on its way.
type lead struct {
	id           string
	source       string
	channel      string
	township     string
	workers      int
	fen          int64
	version      int
	status       string
	statusOn     civil.Date
	receivedOn   civil.Date
	acceptOn     civil.Date
	workOn       civil.Date // mediation or investigation begins
	resolveOn    civil.Date // 0: when the wages are paid
	end          string     // how a small dispute ends
	participants int        // of a group incident
	satisfaction int
}

// order is what a site owes past due today and the order to pay that came of it.
type order struct {
	owedSince civil.Date
	workers   int
	fen       int64

	num           int
	opened, due   civil.Date
	orderedFen    int64
	orderedCount  int
	outcome       string
	recordVersion int
	escalated     bool
}

var leadChannels = [...][2]string{{"hotline", "hotline"}, {"hotline", "hotline"}, {"national_platform", "national-platform"}, {"national_platform", "national-platform"}, {"online", "online"}, {"window", "window"}, {"phone", "window"}, {"petition", "petition"}}

func (w *World) newLead(r *dice, id []byte, township string, d civil.Date) *lead {
	c := leadChannels[r.n(len(leadChannels))]
	return &lead{id: string(id), channel: c[0], source: c[1], township: township, receivedOn: d, statusOn: d, status: "received", satisfaction: r.in(3, 5)}
}

// stepLeads moves the site's leads on and lets new ones come: rarely and small where all is paid, gathering where not.
func (w *World) stepLeads(s *site, d civil.Date) {
	r := &w.dice
	kept := s.leads[:0]
	for _, l := range s.leads {
		if !w.moveLead(s, l, d) {
			kept = append(kept, l)
		}
	}
	s.leads = kept
	owing := s.order.fen > 0
	id := func() []byte {
		s.leadNum++
		b := append(w.line[:0], "LEAD-"...)
		b = append(b, s.key...)
		b = append(b, '-')
		b = appendPadded(b, int64(s.leadNum), 3)
		w.line = b
		return b
	}
	switch {
	case owing && d > s.order.owedSince+3:
		days := float64(d - s.order.owedSince)
		p := min(0.3, 0.006*float64(s.order.workers)) * min(1, days/25) / (1 + 0.25*float64(len(s.leads)))
		if r.chance(p) {
			l := w.newLead(r, id(), s.township, d)
			l.workers = min(s.order.workers, 1+r.n(6))
			l.fen = s.order.fen / int64(s.order.workers) * int64(l.workers) / 100 * 100
			l.acceptOn = addWorkdays(d, r.in(1, 4))
			if r.chance(0.08) {
				l.acceptOn = addWorkdays(d, r.in(6, 9))
			}
			l.workOn = addWorkdays(l.acceptOn, r.in(2, 6))
			l.satisfaction = r.in(2, 5)
			if days > 35 && s.order.workers >= 15 && r.chance(0.08) {
				l.participants = min(s.order.workers, 10+r.n(50))
				l.workers = max(l.workers, l.participants)
				l.fen = s.order.fen / int64(s.order.workers) * int64(l.workers) / 100 * 100
			}
			w.recordLead(s, l, d, int32(31000+r.n(27000)))
			s.leads = append(s.leads, l)
		}
	case len(s.crew) > 0 && d > s.quietUntil && r.chance(0.0011):
		// A difference about a day or an allowance, settled in time.
		l := w.newLead(r, id(), s.township, d)
		w.smallDispute(r, l, 1+r.n(2), d)
		s.quietUntil = d + 80
		w.recordLead(s, l, d, int32(31000+r.n(27000)))
		s.leads = append(s.leads, l)
	}
	w.stepOrder(s, d)
}

func (w *World) smallDispute(r *dice, l *lead, workers int, d civil.Date) {
	l.workers, l.fen = workers, int64(r.in(3, 40))*10000
	l.acceptOn = addWorkdays(d, r.in(1, 3))
	l.workOn = addWorkdays(l.acceptOn, r.in(1, 4))
	l.resolveOn = addWorkdays(l.workOn, r.in(2, 20))
	l.end = [...]string{"resolved", "resolved", "resolved", "resolved", "rejected", "withdrawn"}[r.n(6)]
}

// stepTownLeads brings the few leads that name neither project nor employer.
func (w *World) stepTownLeads(d civil.Date) {
	r := &w.dice
	kept := w.townLeads[:0]
	for _, l := range w.townLeads {
		if !w.moveLead(nil, l, d) {
			kept = append(kept, l)
		}
	}
	w.townLeads = kept
	for i := range w.townships {
		r.reset(w.opt.Seed, subjectTownship|uint64(i), uint64(d))
		t := w.townships[i].Code
		if !r.chance(0.0012) || d < w.townQuiet[t] {
			continue
		}
		w.townQuiet[t] = d + 60
		b := append(w.line[:0], "LEAD-"...)
		b = append(append(b, t...), '-')
		b = appendCompactDate(b, d)
		w.line = b
		l := w.newLead(r, b, t, d)
		w.smallDispute(r, l, 1, d)
		w.recordLead(nil, l, d, int32(31000+r.n(27000)))
		w.townLeads = append(w.townLeads, l)
	}
}

// moveLead takes a lead to its next stage when the day has come; true when it is closed.
func (w *World) moveLead(s *site, l *lead, d civil.Date) bool {
	before := l.status
	switch {
	case l.status == "received" && d >= l.acceptOn:
		l.status = "accepted"
	case l.status == "accepted" && d >= l.workOn:
		l.status = "mediating"
		if l.resolveOn == 0 {
			l.status = "investigating"
		}
	case l.status == "received" || l.status == "accepted":
	case l.resolveOn != 0 && d >= l.resolveOn:
		l.status = l.end
	case l.resolveOn == 0 && s.order.fen == 0:
		l.status = "resolved"
	case l.status == "investigating" && s.order.opened != 0 && s.order.outcome == "":
		l.status = "ordered"
	}
	if l.status == before {
		return false
	}
	l.statusOn = d
	w.recordLead(s, l, d, int32(32000+int32(len(l.id)*int(d))%26000))
	return l.status == "resolved" || l.status == "rejected" || l.status == "withdrawn"
}

func (w *World) recordLead(s *site, l *lead, d civil.Date, sec int32) {
	l.version++
	start := len(w.arena)
	key := l.township
	w.open([]byte(l.id), l.source, l.version, sec)
	b := appendText(w.arena, "channel", l.channel)
	b = appendText(b, "township", l.township)
	if s != nil {
		key = s.key
		if s.id != "" {
			b = appendText(b, "project_id", s.id)
		}
		b = appendText(b, "employer_uscc", w.employers[s.emp].uscc)
	}
	b = appendInt(b, "workers", int64(l.workers))
	b = appendYuan(b, "yuan", l.fen)
	b = appendDay(b, "received_on", l.receivedOn)
	b = appendText(b, "status", l.status)
	b = appendDay(b, "status_on", l.statusOn)
	if l.status != "received" {
		b = appendText(b, "department", "人力资源和社会保障局")
	}
	if l.status == "resolved" {
		b = appendDay(b, "resolved_on", d)
		b = appendYuan(b, "paid_yuan", l.fen)
	}
	if l.participants > 0 {
		b = appendText(b, "incident", "group")
		b = appendInt(b, "participants", int64(l.participants))
	} else {
		b = appendText(b, "incident", "none")
	}
	if l.status == "resolved" {
		b = appendInt(b, "satisfaction", int64(l.satisfaction))
	}
	w.arena = b
	w.close(start, topicComplaints, key, sec)
}

// stepOrder orders payment when leads have gathered, and closes the order when it is obeyed or has run out.
func (w *World) stepOrder(s *site, d civil.Date) {
	r, o := &w.dice, &s.order
	switch {
	case o.opened == 0 || o.outcome != "" && o.fen > 0 && d > o.due+60:
		if len(s.leads) < 2 || o.fen == 0 || d < o.owedSince+25 || !workday(d) || !r.chance(0.12) {
			return
		}
		o.num++
		o.opened, o.due = d, d.AddDays(r.in(10, 15))
		o.orderedFen, o.orderedCount, o.outcome, o.recordVersion, o.escalated = o.fen, o.workers, "", 0, false
		// Being ordered helps in a good third of the cases: whoever stands behind the employer pays.
		if t := s.trouble; t.running(d) && (t.recover == 0 || t.recover > o.due) && r.chance(0.38) {
			t.recover = o.due - civil.Date(r.n(4))
		}
		w.recordProceeding(s, "rectification_order", d, "", 0)
	case o.outcome == "" && o.fen == 0:
		o.outcome = "fulfilled"
		w.recordProceeding(s, "rectification_order", d, o.outcome, 0)
	case o.outcome == "" && d > o.due+20:
		o.outcome = "failed"
		w.recordProceeding(s, "rectification_order", d, o.outcome, 0)
	case o.outcome == "failed" && !o.escalated && workday(d) && r.chance(0.05):
		o.escalated = true
		w.recordProceeding(s, pick(r, "arbitration", "arbitration", "supported_suit", "enforcement", "criminal_referral"), d, "", 1)
	}
}

func (w *World) recordProceeding(s *site, kind string, d civil.Date, outcome string, next int) {
	o := &s.order
	version := 1
	if next == 0 {
		o.recordVersion++
		version = o.recordVersion
	}
	sec := int32(36000 + s.num*19%18000)
	start := len(w.arena)
	id := append(w.line[:0], "ORD-"...)
	id = append(id, s.key...)
	id = append(id, '-')
	id = strconv.AppendInt(id, int64(o.num*2+next), 10)
	w.line = id
	w.open(id, "inspection", version, sec)
	b := appendText(w.arena, "kind", kind)
	if len(s.leads) > 0 {
		b = appendText(b, "complaint_id", s.leads[0].id)
	}
	b = appendText(b, "township", s.township)
	if s.id != "" {
		b = appendText(b, "project_id", s.id)
	}
	b = appendText(b, "employer_uscc", w.employers[s.emp].uscc)
	b = appendInt(b, "workers", int64(o.orderedCount))
	b = appendYuan(b, "yuan", o.orderedFen)
	if next == 0 {
		b = appendDay(b, "opened_on", o.opened)
		b = appendDay(b, "due_on", o.due)
	} else {
		b = appendDay(b, "opened_on", d)
	}
	if outcome != "" {
		b = appendDay(b, "closed_on", d)
		b = appendText(b, "outcome", outcome)
	}
	w.arena = b
	w.close(start, topicProceedings, s.key, sec)
}

package simulate

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
	"github.com/anxin-project/anxin/internal/simulate/line"
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
	end          string     // how it ends when it has a day: a small dispute, a repeat
	conclusion   string     // what will be found
	repeats      string     // the lead that it repeats
	acceptedOn   civil.Date
	filedOn      civil.Date
	verifyOn     civil.Date // closed without a conclusion, which follows then
	participants int        // of a group incident
	satisfaction int
}

var leadChannels = [...][2]string{{"hotline", "hotline"}, {"hotline", "hotline"}, {"national_platform", "national-platform"}, {"national_platform", "national-platform"}, {"online", "online"}, {"window", "window"}, {"phone", "window"}, {"petition", "petition"}}

func (w *World) newLead(r *draw.Dice, id []byte, township string, d civil.Date) *lead {
	c := leadChannels[r.N(len(leadChannels))]
	return &lead{id: string(id), channel: c[0], source: c[1], township: township, receivedOn: d, statusOn: d, status: "received", satisfaction: r.In(3, 5)}
}

// handle plans when a lead is accepted and taken up. Some are left lying, some are closed before anything is found.
func (w *World) handle(r *draw.Dice, l *lead, d civil.Date) {
	l.acceptOn = addWorkdays(d, r.In(1, 4))
	if rate := w.opt.Rates.Unhandled; rate > 0 && r.Chance(rate) {
		if l.acceptOn = addWorkdays(d, r.In(6, 9)); r.Chance(0.5) {
			l.verifyOn = never
		}
	}
	l.workOn = addWorkdays(l.acceptOn, r.In(2, 6))
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
		b = line.Padded(b, int64(s.leadNum), 3)
		w.line = b
		return b
	}
	switch {
	case owing && d > s.order.owedSince+3:
		days := float64(d - s.order.owedSince)
		p := min(0.3, 0.006*float64(s.order.workers)) * min(1, days/25) / (1 + 0.25*float64(len(s.leads)))
		if r.Chance(p) {
			l := w.newLead(r, id(), s.township, d)
			l.workers = min(s.order.workers, 1+r.N(6))
			l.fen = s.order.fen / int64(s.order.workers) * int64(l.workers) / 100 * 100
			w.handle(r, l, d)
			l.verifyOn = 0
			l.satisfaction, l.conclusion = r.In(2, 5), pick(r, "true", "true", "true", "partly_true")
			if len(s.leads) > 0 && s.leads[0].repeats == "" && r.Chance(0.15) {
				l.repeats, l.end, l.conclusion = s.leads[0].id, "rejected", "duplicate"
				l.resolveOn = l.workOn + 1
			} else if days > 35 && s.order.workers >= 15 && r.Chance(0.08) {
				l.participants = min(s.order.workers, 10+r.N(50))
				l.workers = max(l.workers, l.participants)
				l.fen = s.order.fen / int64(s.order.workers) * int64(l.workers) / 100 * 100
			}
			w.recordLead(s, l, d, int32(31000+r.N(27000)))
			s.leads = append(s.leads, l)
		}
	case len(s.crew) > 0 && d > s.quietUntil && r.Chance(0.0011):
		// A difference about a day or an allowance, settled in time.
		l := w.newLead(r, id(), s.township, d)
		w.smallDispute(r, l, 1+r.N(2), d)
		s.quietUntil = d + 80
		w.recordLead(s, l, d, int32(31000+r.N(27000)))
		s.leads = append(s.leads, l)
	}
	w.stepOrder(s, d)
}

func (w *World) smallDispute(r *draw.Dice, l *lead, workers int, d civil.Date) {
	l.workers, l.fen = workers, int64(r.In(3, 40))*10000
	w.handle(r, l, d)
	l.resolveOn = min(addWorkdays(l.workOn, r.In(2, 20)), l.workOn.AddDays(15)) // mediation ends within 15 days
	end := [...][2]string{
		{"resolved", "settled"}, {"resolved", "settled"}, {"resolved", "true"}, {"resolved", "partly_true"},
		{"rejected", pick(r, "untrue", "out_of_scope", "works_price")}, {"withdrawn", "settled"},
	}[r.N(6)]
	if l.verifyOn != 0 {
		end[0] = pick(r, "rejected", "withdrawn")
	}
	l.end, l.conclusion = end[0], end[1]
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
		r.Reset(w.opt.Seed, subjectTownship|uint64(i), uint64(d))
		t := w.townships[i].Code
		if !r.Chance(0.0012) || d < w.townQuiet[t] {
			continue
		}
		w.townQuiet[t] = d + 60
		b := append(w.line[:0], "LEAD-"...)
		b = append(append(b, t...), '-')
		b = line.CompactDate(b, d)
		w.line = b
		l := w.newLead(r, b, t, d)
		w.smallDispute(r, l, 1, d)
		w.recordLead(nil, l, d, int32(31000+r.N(27000)))
		w.townLeads = append(w.townLeads, l)
	}
}

// moveLead takes a lead to its next stage when the day has come; true when it is closed.
func (w *World) moveLead(s *site, l *lead, d civil.Date) bool {
	before := l.status
	switch {
	case l.verifyOn == d:
		l.verifyOn = 0
		w.recordLead(s, l, d, int32(32000+int32(len(l.id)*int(d))%26000))
		return true
	case l.closed():
		return false
	case l.status == "received" && d >= l.acceptOn:
		l.status, l.acceptedOn = "accepted", d
	case l.status == "accepted" && d >= l.workOn:
		l.status = "mediating"
		if l.resolveOn == 0 {
			l.status, l.filedOn = "investigating", d
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
	if l.closed() && l.verifyOn == never {
		l.verifyOn = d.AddDays(30 + len(l.id)*int(d)%60)
	}
	w.recordLead(s, l, d, int32(32000+int32(len(l.id)*int(d))%26000))
	return l.closed() && l.verifyOn == 0
}

func (l *lead) closed() bool {
	return l.status == "resolved" || l.status == "rejected" || l.status == "withdrawn"
}

func (w *World) recordLead(s *site, l *lead, d civil.Date, sec int32) {
	l.version++
	start := len(w.arena)
	key := l.township
	w.open([]byte(l.id), l.source, l.version, sec)
	b := line.Text(w.arena, "channel", l.channel)
	b = line.Text(b, "township", l.township)
	if s != nil {
		key = s.key
		if s.id != "" {
			b = line.Text(b, "project_id", s.id)
		}
		b = line.Text(b, "employer_uscc", w.employers[s.emp].uscc)
	}
	b = line.Int(b, "workers", int64(l.workers))
	b = line.Yuan(b, "yuan", l.fen)
	b = line.Day(b, "received_on", l.receivedOn)
	b = line.Text(b, "status", l.status)
	b = line.Day(b, "status_on", l.statusOn)
	if l.status != "received" {
		b = line.Text(b, "department", "人力资源和社会保障局")
	}
	if l.acceptedOn != 0 {
		b = line.Day(b, "accepted_on", l.acceptedOn)
	}
	if l.filedOn != 0 {
		b = line.Day(b, "filed_on", l.filedOn)
	}
	if l.repeats != "" {
		b = line.Text(b, "merged_into", l.repeats)
	}
	if l.closed() && l.verifyOn == 0 {
		b = line.Text(b, "conclusion", l.conclusion)
		b = append(b, `,"concluded_by":"JC-`...)
		b = append(line.Padded(b, int64(len(l.id)*int(l.receivedOn)%89+1), 4), '"')
	}
	if l.status == "resolved" {
		b = line.Day(b, "resolved_on", l.statusOn)
		b = line.Yuan(b, "paid_yuan", l.fen)
	}
	if l.participants > 0 {
		b = line.Text(b, "incident", "group")
		b = line.Int(b, "participants", int64(l.participants))
	} else {
		b = line.Text(b, "incident", "none")
	}
	if l.status == "resolved" {
		b = line.Int(b, "satisfaction", int64(l.satisfaction))
	}
	w.arena = b
	w.close(start, topicComplaints, key, sec)
}

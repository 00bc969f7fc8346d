package causal

import (
	"fmt"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// record begins a record that its source records on a day at an hour; send ends it. What is recorded after the end is not sent.
func (w *world) record(id, source string, version int64, on civil.Date, hour int) {
	w.line = fmt.Appendf(w.line[:0], `{"id":%q,"source":%q,"version":%d,"recorded_at":"%sT%02d:00:00+08:00"`, id, source, version, on, hour)
}

func (w *world) send(topic string, on civil.Date) {
	if w.err == nil && on <= w.To {
		w.err = w.emit(topic, append(w.line, '}'))
	}
}

func (w *world) add(format string, values ...any) { w.line = fmt.Appendf(w.line, format, values...) }

func (w *world) yuan(name string, fen int64) { w.line = line.Yuan(w.line, name, fen) }

func (w *world) person(p *draw.Identity) {
	w.add(`,"id_type":%q,"id_number":%q`, p.IDType(), p.Number())
}

func (w *world) employer(uscc, town string, industry byte, headcount int) {
	on := w.From - 12
	w.record(uscc, "city-platform", int64(on), on, 9)
	w.add(`,"name":"演示%s有限公司","township":%q,"industry":"%c","legal_person":%q,"status":"active"`, uscc[12:], town, industry, draw.NewName(&w.r).Append(nil))
	if headcount > 0 {
		w.add(`,"headcount":%d`, headcount)
	}
	w.send("employers", on)
}

func (w *world) project(s *site, status string, on civil.Date) {
	w.record(s.id, "city-platform", int64(on), on, 9)
	w.add(`,"name":"演示%s号工程","township":%q,"sector":"construction","investment":"private","developer_uscc":%q,"contractor_uscc":%q,"contractor_name":"演示%s有限公司"`,
		s.id[3:], s.town, s.developer.uscc, s.builder.uscc, s.builder.uscc[12:])
	w.yuan("contract_yuan", s.agreed*50)
	w.add(`,"contract_signed_on":"%s","permit_on":"%s","started_on":"%s","status":%q,"pay_day":%d,"labor_cost_day":%d`, s.started-25, s.started-15, s.started, status, s.payDay, s.fundingDay)
	w.yuan("labor_cost_yuan", s.agreed)
	if status == "completed" {
		w.add(`,"completed_on":"%s"`, s.ended)
	}
	w.add(`,"payment_guarantee":true,"notice_board":true,"labor_officer":true,"account":{"id":"ACC-%s","opened_on":"%s","bank":"演示银行"},"deposit":{"form":"guarantee"`, s.id, s.started-12)
	w.yuan("yuan", s.agreed*2)
	w.add(`,"lodged_on":"%s","valid_until":"2031-12-31"}`, s.started-11)
	w.send("projects", on)
}

func (w *world) worker(s *site, i int) {
	p, on := &s.crew[i], s.started-1
	w.record(fmt.Sprintf("R-%s-%d", s.id, i), "city-platform", int64(on), on, 20)
	w.person(&p.Identity)
	w.add(`,"name":%q,"bank_account":%q,"project_id":%q,"employer_uscc":%q,"team":"1班","job":"普工","contract_signed_on":"%s","entered_on":"%s","settled_confirmed":false,"wage_basis":"day"`,
		p.Name.Append(nil), p.Bank[:], s.id, s.builder.uscc, on, s.started)
	w.yuan("wage_yuan", p.daily)
	w.send("workers", on)
}

func (w *world) staff(f *factory, i int) {
	p, on := &f.staff[i], w.From-5
	w.record(fmt.Sprintf("R-%s-%d", f.uscc, i), "city-platform", int64(on), on, 20)
	w.person(&p.Identity)
	w.add(`,"name":%q,"bank_account":%q,"employer_uscc":%q,"contract_signed_on":"%s","entered_on":"%s","settled_confirmed":false,"wage_basis":"day"`, p.Name.Append(nil), p.Bank[:], f.uscc, on, w.From-3)
	w.yuan("wage_yuan", p.daily)
	w.send("workers", on)
}

func (w *world) attendance(s *site, i int) {
	d := w.today
	w.record(fmt.Sprintf("A-%s-%d-%d", s.id, i, d), "site-gate", 1, d, 20)
	w.person(&s.crew[i].Identity)
	w.add(`,"project_id":%q,"employer_uscc":%q,"work_date":"%s","hours":9`, s.id, s.builder.uscc, d)
	w.send("attendance", d)
}

func (w *world) siteSlip(s *site, l *list, i int, paid civil.Date) {
	p, late := &l.slips[i], max(0, s.bankDays)
	if paid == 0 {
		late = s.listDays
	}
	w.paySlip(fmt.Sprintf("P-%s-%d-%s", s.id, p.worker, l.month), l, p, &s.crew[p.worker], s.builder.uscc, s.id, paid, late)
}

func (w *world) staffSlip(f *factory, l *list, i int, paid civil.Date) {
	p := &l.slips[i]
	w.paySlip(fmt.Sprintf("P-%s-%d-%s", f.uscc, p.worker, l.month), l, p, &f.staff[p.worker], f.uscc, "", paid, 0)
}

func (w *world) paySlip(id string, l *list, p *slip, of *person, employer, project string, paid civil.Date, late int) {
	on := w.today.AddDays(late)
	w.record(id, "wage-bank", int64(p.version+1), on, 21)
	w.person(&of.Identity)
	channel := "employer_account"
	if project != "" {
		w.add(`,"project_id":%q`, project)
		channel = "special_account"
	}
	w.add(`,"employer_uscc":%q,"wage_month":%q,"due_on":"%s"`, employer, l.month.String(), l.due)
	w.yuan("gross_yuan", p.payable)
	w.yuan("deducted_yuan", 0)
	w.yuan("payable_yuan", p.payable)
	w.yuan("paid_yuan", p.paid)
	if paid != 0 {
		w.add(`,"paid_on":"%s"`, paid)
	}
	w.add(`,"channel":%q,"payee_account":%q,"signed":true`, channel, of.Bank[:])
	w.send("payroll", on)
}

// book enters money into the account's ledger.
func (w *world) book(s *site, kind string, fen int64, counterparty string) {
	if kind == "wage_out" || kind == "other_out" {
		s.balance -= fen
	} else {
		s.balance += fen
	}
	w.numbers["entry"]++
	if s.bankDays < 0 {
		return
	}
	on := w.today.AddDays(s.bankDays)
	second := w.numbers["entry"] % 3600 // entries of a day keep their order
	w.record(fmt.Sprintf("E%d-%s-%07d", w.Seed, w.counties[0], w.numbers["entry"]), "wage-bank", 1, on, 22)
	w.add(`,"project_id":%q,"account_id":"ACC-%s","booked_at":"%sT10:%02d:%02d+08:00","kind":%q`, s.id, s.id, w.today, second/60, second%60, kind)
	w.yuan("yuan", fen)
	w.yuan("balance_yuan", s.balance)
	if counterparty != "" {
		w.add(`,"counterparty":%q`, counterparty)
	}
	w.send("account_entries", on)
}

func (w *world) lead(project, employer, town string, workers int, fen int64) {
	w.numbers["lead"]++
	id := fmt.Sprintf("L%d-%s-%06d", w.Seed, w.counties[0], w.numbers["lead"])
	status := func(version int64, status string, on civil.Date) {
		w.record(id, "hotline", version, on, 20)
		w.add(`,"channel":"hotline","township":%q`, town)
		if project != "" {
			w.add(`,"project_id":%q`, project)
		}
		w.add(`,"employer_uscc":%q,"workers":%d,"received_on":"%s","status":%q,"status_on":"%s","incident":"none"`, employer, workers, w.today, status, on)
		w.yuan("yuan", fen)
		if status == "resolved" {
			w.add(`,"resolved_on":"%s"`, on)
			w.yuan("paid_yuan", fen)
		}
		w.send("complaints", on)
	}
	status(1, "received", w.today)
	if project == "" && w.r.Chance(0.5) || fen < 300000 {
		status(2, "resolved", w.today.AddDays(w.r.In(3, 15)))
	}
}

func (w *world) signal(uscc string, month civil.Month, indicator string, value float64) {
	on := w.today
	w.record(fmt.Sprintf("S-%s-%s-%s", uscc, indicator, month), "city-platform", 1, on, 9)
	w.add(`,"employer_uscc":%q,"month":%q,"indicator":%q,"value":%.2f`, uscc, month.String(), indicator, value)
	w.send("signals", on)
}

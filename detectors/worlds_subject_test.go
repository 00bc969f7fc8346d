package detectors_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// subject is a project or an employer without projects of a scene, and what is to be found about it.
type subject struct {
	*scene
	scope, id string
	cause     string
	want      map[string]string // level by detector; empty: nothing
	may       map[string]bool   // detectors that may warn beside, at any level
}

// about adds what must be found about somebody else.
func (s *subject) about(scope, id, detector, level string) {
	s.others[scope+":"+id+" "+detector] = level
}

const (
	yellow = "yellow"
	red    = "red"
)

// registry is what the registry says of the project on the as-of date.
func (s *subject) registry() fact {
	all := s.newest(s.on(record.TopicProjects), s.asOf)
	if len(all) == 0 {
		return fact{}
	}
	return all[0]
}

// edit changes every version of the project.
func (s *subject) edit(change func(fact)) {
	for _, f := range s.on(record.TopicProjects) {
		change(f)
	}
}

func (s *subject) building() bool {
	return s.scope == "project" && s.registry().text("status") == "building"
}

// sign gives the project's contract another day; of permits that no longer go with it nobody knows.
func (s *subject) sign(on civil.Date) {
	s.edit(func(f fact) { f["contract_signed_on"] = on.String() })
	r := s.registry()
	for about := range s.facts[record.TopicPermits] {
		s.facts[record.TopicPermits][about] = slices.DeleteFunc(s.facts[record.TopicPermits][about], func(f fact) bool {
			return f.text("developer_uscc") == r.text("developer_uscc") && f.text("contractor_uscc") == r.text("contractor_uscc")
		})
	}
}

// seasoned: at work for at least a hundred days.
func (s *subject) seasoned() bool {
	on := s.registry().date(s.t, "started_on")
	return s.building() && on > 0 && on+100 < s.asOf
}

// on are the records about the subject.
func (s *subject) on(topic record.Topic) []fact { return slices.Clone(s.facts[topic][s.id]) }

func (s *subject) removeOn(topic record.Topic, is func(fact) bool) {
	if s.facts[topic] != nil {
		s.facts[topic][s.id] = slices.DeleteFunc(s.facts[topic][s.id], is)
	}
}

// stayers are those registered and not left by the end of the as-of date, in order.
func (s *subject) stayers() (people []string) {
	left := map[string]bool{}
	for _, f := range s.newest(s.on(record.TopicWorkers), s.asOf) {
		who := f.text("id_number")
		on := f.date(s.t, "left_on")
		left[who] = left[who] || on > 0 && on <= s.asOf || f.date(s.t, "entered_on") > s.asOf
	}
	for who, gone := range left {
		if !gone {
			people = append(people, who)
		}
	}
	slices.Sort(people)
	return people
}

// rich makes sure that money is no concern: the account holds plenty, so much came in that nothing can pile up, and so much
// went out in wages that no slip claims more.
func (s *subject) rich() {
	if s.scope == "project" {
		s.book("labor_cost_in", 5_000_000_000, s.asOf-1, 5_000_000_000)
		s.book("wage_out", 5_000_000_000, s.asOf-1, 5_000_000_000)
	}
	for _, f := range s.on(record.TopicAccountEntries) {
		f["balance_yuan"] = yuan(f.fen("balance_yuan") + 5_000_000_000)
	}
}

// slips returns the month's pay slips as they are known in the end, of stayers or of all; only these versions stay.
func (s *subject) slips(m civil.Month, of []string) (slips []fact) {
	mine := func(f fact) bool {
		return f.text("wage_month") == m.String() && (of == nil || slices.Contains(of, f.text("id_number")))
	}
	slips = s.newest(slices.DeleteFunc(s.on(record.TopicPayroll), func(f fact) bool { return !mine(f) }), s.asOf+200)
	kept := map[string]fact{}
	for _, f := range slips {
		kept[f.text("id")] = f
	}
	seen := map[string]bool{}
	s.removeOn(record.TopicPayroll, func(f fact) bool {
		id := f.text("id")
		if !mine(f) || kept[id] == nil {
			return false
		}
		first := !seen[id] && f.version() == kept[id].version()
		if first {
			seen[id] = true
		}
		return !first
	})
	slips = slips[:0]
	for _, f := range s.on(record.TopicPayroll) {
		if mine(f) && seen[f.text("id")] {
			slips = append(slips, f)
		}
	}
	slices.SortFunc(slips, func(a, b fact) int { return strings.Compare(a.text("id"), b.text("id")) })
	return slips
}

// cheap makes work cheap: no list is below it, and little piles up.
func (s *subject) cheap() {
	for _, f := range s.on(record.TopicWorkers) {
		f["wage_basis"], f["wage_yuan"] = "day", "150"
	}
}

// minimum is the month's minimum wage where the subject is, in fen.
func (s *subject) minimum(m civil.Month) int64 {
	fen, err := policy.National().Number("common", "minimum_wage_fen", s.township(), m.Last())
	if err != nil {
		s.t.Fatal(err)
	}
	return int64(fen)
}

// byPiece makes somebody a piece worker, whose work nobody can estimate.
func (s *subject) byPiece(who string) {
	for _, f := range s.on(record.TopicWorkers) {
		if f.text("id_number") == who {
			f["wage_basis"], f["wage_yuan"] = "piece", "12.5"
		}
	}
}

// late makes every day of the next month lawful to pay on.
func (s *subject) late() {
	if s.scope == "project" {
		s.edit(func(f fact) { f["pay_day"] = json.Number("31") })
	}
}

// payday gives the stayers' wages of a month another day on which they are due, and were paid in full.
func (s *subject) payday(m civil.Month, due civil.Date) []fact {
	s.rich()
	s.late()
	slips := s.slips(m, s.stayers())
	for _, f := range slips {
		f["due_on"] = due.String()
		pay(f, f.fen("payable_yuan"), s.payBy(due))
	}
	return slips
}

// pay makes a slip one that was paid once, or not at all.
func pay(f fact, fen int64, on civil.Date) {
	f["paid_yuan"], f["paid_on"] = yuan(fen), on.String()
	f.known(on)
	if fen == 0 {
		f["paid_on"] = nil
	}
}

// earn makes a slip one of so much, paid in full.
func earn(f fact, fen int64) {
	f["gross_yuan"], f["deducted_yuan"], f["payable_yuan"], f["paid_yuan"] = yuan(fen), "0", yuan(fen), yuan(fen)
	f["tax_yuan"], f["insurance_yuan"] = nil, nil
}

// monthOf is the wage month that is paid on a day.
func monthOf(due civil.Date) civil.Month { return due.Month() - 1 }

// paidShare is what was paid in money of the month's wages that are past due on the as-of date, and what was to pay.
func (s *subject) paidShare(m civil.Month) (paid, payable int64) {
	for _, f := range s.newest(s.on(record.TopicPayroll), s.asOf) {
		if f.text("wage_month") == m.String() && s.payBy(f.date(s.t, "due_on")) < s.asOf {
			payable += f.fen("payable_yuan")
			if f.text("channel") != "in_kind" {
				paid += min(f.fen("paid_yuan"), f.fen("payable_yuan"))
			}
		}
	}
	return paid, payable
}

// wantShort: a month of which a part was paid, for instance to those who left, is also short paid.
func (s *subject) wantShort(m civil.Month) {
	paid, payable := s.paidShare(m)
	switch {
	case paid == 0 || paid == payable:
	case 10*paid < 8*payable:
		s.want["short-paid"] = red
	case s.want["short-paid"] == "":
		s.want["short-paid"] = yellow
	}
}

// days are the dates a worker attended the project, as known on the as-of date.
func (s *subject) days(who string, from, to civil.Date) map[civil.Date]bool {
	worked := map[civil.Date]bool{}
	for _, f := range s.newest(s.on(record.TopicAttendance), s.asOf) {
		if d := f.date(s.t, "work_date"); f.text("id_number") == who && d >= from && d <= to && fmt.Sprint(f["hours"]) != "0" {
			worked[d] = true
		}
	}
	return worked
}

// attending counts the people on site between two dates.
func (s *subject) attending(from, to civil.Date) map[string]bool {
	people := map[string]bool{}
	for _, f := range s.newest(s.on(record.TopicAttendance), s.asOf) {
		if d := f.date(s.t, "work_date"); d >= from && d <= to && fmt.Sprint(f["hours"]) != "0" {
			people[f.text("id_number")] = true
		}
	}
	return people
}

// attend adds a day of work of somebody.
func (s *subject) attend(idType, who string, on civil.Date) {
	s.add(record.TopicAttendance, on, fact{
		"id_type": idType, "id_number": who, "project_id": s.id, "employer_uscc": s.registry().text("contractor_uscc"),
		"work_date": on.String(), "hours": json.Number("8"),
	})
}

// ledger writes the wage account anew: so much on each funding day up to the as-of date, from the start of work on. The
// funding day is the day before the as-of date's, so that one has just passed. Work is cheap, so that no wages pile up.
func (s *subject) ledger(fen func(due civil.Date, ago int) int64) { s.ledgerDue(s.asOf-1, fen) }

// ledgerDue writes the account with another funding day; the bank pays interest, so that its feed is alive.
func (s *subject) ledgerDue(last civil.Date, fen func(due civil.Date, ago int) int64) {
	agreed := s.registry().fen("labor_cost_yuan")
	day := s.day(last)
	s.edit(func(f fact) { f["labor_cost_day"] = day })
	s.removeOn(record.TopicAccountEntries, func(fact) bool { return true })
	s.cheap()
	started := s.registry().date(s.t, "started_on")
	s.book("interest_in", 1, s.asOf-30, 5_000_000_000)
	s.book("wage_out", 5_000_000_000, s.asOf-30, 5_000_000_000) // no slip claims more
	for m := started.Month(); m <= last.Month(); m++ {
		due := m.Day(day)
		if due < started {
			continue
		}
		amount := agreed
		if fen != nil {
			amount = fen(due, int(last.Month()-m))
		}
		if amount > 0 {
			s.book("labor_cost_in", amount, due, 5_000_000_000)
		}
	}
}

func (s *subject) day(d civil.Date) int { return int(d-d.Month().First()) + 1 }

func (s *subject) book(kind string, fen int64, on civil.Date, balance int64) fact {
	return s.add(record.TopicAccountEntries, on, fact{
		"project_id": s.id, "account_id": "ACC-TEST", "booked_at": on.String() + "T10:00:00+08:00",
		"kind": kind, "yuan": yuan(fen), "balance_yuan": yuan(balance),
	})
}

// lead brings a lead about the subject, of which no other is left; it is resolved unless the change says otherwise.
func (s *subject) lead(on civil.Date, workers int, change fact) {
	f := fact{
		"channel": "hotline", "township": s.township(), "workers": workers, "yuan": "1000", "received_on": on.String(),
		"status": "resolved", "status_on": on.String(), "resolved_on": on.String(), "incident": "none",
	}
	if s.scope == "project" {
		f["project_id"] = s.id
	} else {
		f["employer_uscc"] = s.id
	}
	for k, v := range change {
		f[k] = v
	}
	s.add(record.TopicComplaints, on, f)
}

func (s *subject) forgetLeads() { s.removeOn(record.TopicComplaints, func(fact) bool { return true }) }

func (s *subject) township() string {
	if s.scope == "project" {
		return s.registry().text("township")
	}
	return s.on(record.TopicEmployers)[0].text("township")
}

// order brings an order to pay.
func (s *subject) order(due civil.Date, workers int, fen int64, change fact) {
	f := fact{
		"kind": "rectification_order", "township": s.township(), "employer_uscc": s.id, "workers": workers,
		"yuan": yuan(fen), "opened_on": (due - 15).String(), "due_on": due.String(),
	}
	if s.scope == "project" {
		f["project_id"], f["employer_uscc"] = s.id, s.registry().text("contractor_uscc")
	}
	for k, v := range change {
		f[k] = v
	}
	s.add(record.TopicProceedings, due-15, f)
}

// signal reports an indicator of the employer; what others said of it is gone.
func (s *subject) signal(indicator string, values ...any) {
	s.removeOn(record.TopicSignals, func(f fact) bool { return f.text("indicator") == indicator })
	for i, v := range values {
		m := s.asOf.Month() - civil.Month(len(values)-1-i)
		s.add(record.TopicSignals, min(m.Last(), s.asOf), fact{"employer_uscc": s.id, "month": m.String(), "indicator": indicator, "value": v})
	}
}

// register brings the registration of somebody who entered on a day, with a contract of that day.
func (s *subject) register(idType, who string, entered civil.Date, change fact) {
	f := fact{
		"id_type": idType, "id_number": who, "name": "某某", "employer_uscc": s.id, "contract_signed_on": entered.String(),
		"entered_on": entered.String(), "settled_confirmed": false, "wage_basis": "day", "wage_yuan": "300",
	}
	if s.scope == "project" {
		f["project_id"], f["employer_uscc"] = s.id, s.registry().text("contractor_uscc")
	}
	for k, v := range change {
		f[k] = v
	}
	s.add(record.TopicWorkers, min(entered, s.asOf), f)
}

func itoa(n int) string { return fmt.Sprint(n) }

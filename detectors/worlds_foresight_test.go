package detectors_test

import (
	"encoding/json"
	"slices"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/calendar"
	"github.com/anxin-project/anxin/internal/civil"
)

func foresightCauses() (all []cause) {
	add := func(name string, fits func(*subject) bool, bring func(*subject)) {
		all = append(all, cause{name, fits, bring})
	}

	// last month's wages are on the list, to be paid later this month, and no funding comes before
	awaiting := func(s *subject) bool {
		if !s.seasoned() || s.day(s.asOf) < 2 || s.day(s.asOf-1) > 28 || s.registry().date(s.t, "started_on").Month() >= s.asOf.Month()-1 {
			return false
		}
		payDay, _ := s.registry()["pay_day"].(json.Number).Int64()
		m, people := s.asOf.Month()-1, s.stayers()
		listed := slices.DeleteFunc(s.on(record.TopicPayroll), func(f fact) bool {
			return f.text("wage_month") != m.String() || !slices.Contains(people, f.text("id_number"))
		})
		return s.payBy(s.asOf.Month().Day(int(payDay))) > s.asOf && len(listed) > 0
	}
	runway := func(balance func(owed int64) int64) func(*subject) {
		return func(s *subject) {
			m, owed, people := s.asOf.Month()-1, int64(0), s.stayers()
			for _, f := range s.slips(m, nil) {
				if slices.Contains(people, f.text("id_number")) {
					pay(f, 0, s.asOf-1)
					owed += f.fen("payable_yuan")
				} else {
					pay(f, f.fen("payable_yuan"), min(s.asOf-1, f.date(s.t, "paid_on")))
				}
			}
			s.ledger(nil)
			for _, f := range s.on(record.TopicAccountEntries) {
				f["balance_yuan"] = yuan(balance(owed))
			}
		}
	}
	add("the account holds just the wages to pay", awaiting, is("", "", runway(func(owed int64) int64 { return owed })))
	add("the account lacks a fen", awaiting, is(yellow, "account-runway", runway(func(owed int64) int64 { return owed - 1 })))
	add("the account holds half", awaiting, is(yellow, "account-runway", runway(func(owed int64) int64 { return (owed + 1) / 2 })))
	add("the account holds a fen less than half", awaiting, is(red, "account-runway", runway(func(owed int64) int64 { return (owed - 1) / 2 })))

	// lists: the last three pay lists that are due, and their mean
	lists := func(s *subject) (mean int64) {
		months := map[string]int64{}
		for _, f := range s.newest(s.on(record.TopicPayroll), s.asOf) {
			if s.payBy(f.date(s.t, "due_on")) <= s.asOf {
				months[f.text("wage_month")] += f.fen("payable_yuan")
			}
		}
		var names []string
		for m := range months {
			names = append(names, m)
		}
		slices.Sort(names)
		if len(names) < 3 {
			return 0
		}
		for _, m := range names[len(names)-3:] {
			mean += months[m]
		}
		return mean / 3
	}
	// of what was earned in 60 days all but so much of a month's wages came in; none of it has been paid since
	gap := func(earnedTenths, percent int64) func(*subject) {
		return func(s *subject) {
			month := lists(s)
			for _, f := range s.on(record.TopicPayroll) {
				if on := f.date(s.t, "paid_on"); on > s.asOf-60 && on <= s.asOf {
					f["paid_on"] = (s.asOf - 60).String()
				}
			}
			worked := map[string]bool{}
			for _, f := range s.newest(s.on(record.TopicAttendance), s.asOf) {
				if d := f.date(s.t, "work_date"); d > s.asOf-60 && d <= s.asOf {
					worked[f.text("id_number")+d.String()] = true
				}
			}
			wage := month*earnedTenths/10/int64(len(worked)) + 1
			for _, f := range s.on(record.TopicWorkers) {
				f["wage_basis"], f["wage_yuan"] = "day", yuan(wage)
			}
			s.edit(func(f fact) { f["labor_cost_yuan"] = "0" })
			s.removeOn(record.TopicAccountEntries, func(fact) bool { return true })
			earned := wage * int64(len(worked))
			s.book("labor_cost_in", earned-month*percent/100, s.asOf-10, 500_000_000_000)
		}
	}
	steady := func(s *subject) bool {
		return s.seasoned() && lists(s) > 0 && len(s.attending(s.asOf-59, s.asOf)) > 1
	}
	add("just under a month of wages piled up", steady, is("", "", gap(19, 99)))
	add("over a month of wages piled up", steady, is(yellow, "accrual-gap", gap(19, 101)))
	add("just under two months of wages piled up", steady, is(yellow, "accrual-gap", gap(25, 199)))
	add("over two months of wages piled up", steady, is(red, "accrual-gap", gap(25, 201)))
	add("a crew that grew, over a month of former wages and less than half of the present piled up", steady, is("", "", gap(30, 149)))

	// without a last year, months of the Spring Festival are not judged
	firm := func(s *subject) bool {
		return s.scope == "employer" && !s.festive(s.asOf.Month().First(), s.asOf.Month().Last())
	}
	type told map[string][]any
	signals := func(t told) func(*subject) {
		return func(s *subject) {
			s.removeOn(record.TopicSignals, func(fact) bool { return true })
			for indicator, values := range t {
				s.signal(indicator, values...)
			}
		}
	}
	add("every signal at its edge", firm, is("", "", signals(told{
		"electricity_kwh": {100, 100, 100, 50.1}, "insured_headcount": {100, 91, 91, 82}, "social_insurance_arrears_months": {1},
		"tax_arrears_yuan": {0}, "loan_overdue_days": {30}, "property_fee_overdue_days": {60}, "enforcement_yuan": {0, 0, 0}, "legal_person_changes": {0},
	})))
	add("power, water and gas down by half are one signal", firm, is("", "", signals(told{
		"electricity_kwh": {100, 100, 100, 50}, "water_m3": {80, 100, 120, 50}, "gas_m3": {100, 100, 100, 0},
	})))
	add("power down by half and tax owed", firm, is(yellow, "employer-distress", signals(told{"electricity_kwh": {90, 100, 110, 50}, "tax_arrears_yuan": {0.01}})))
	add("insured down by a fifth and a loan 31 days overdue", firm, is(yellow, "employer-distress", signals(told{"insured_headcount": {40, 40, 40, 32}, "loan_overdue_days": {31}})))
	add("insured down by nineteen of two hundred", firm, is("", "", signals(told{"insured_headcount": {200, 181}})))
	add("insured down by twenty of two hundred", firm, is(yellow, "mass-exit", signals(told{"insured_headcount": {200, 180}})))
	add("insured down by fifty", firm, is(red, "mass-exit", signals(told{"insured_headcount": {900, 850}})))
	add("insured down by ten of forty", firm, is(yellow, "mass-exit", signals(told{"insured_headcount": {40, 30}})))
	add("insured down by twelve of forty", firm, is(red, "mass-exit", signals(told{"insured_headcount": {40, 28}})))
	add("two months of insurance, property fee and enforcement", firm, is(red, "employer-distress", signals(told{
		"social_insurance_arrears_months": {2}, "property_fee_overdue_days": {61}, "enforcement_yuan": {1000, 0, 0},
	})))
	add("another legal person and tax owed, paid since", firm, is("", "", signals(told{"legal_person_changes": {1}, "tax_arrears_yuan": {5000, 0}})))

	anybody := func(s *subject) bool { return s.building() || s.scope == "employer" }
	leads := func(workers int, change fact, ago ...int) func(*subject) {
		return func(s *subject) {
			s.forgetLeads()
			for _, n := range ago {
				s.lead(s.asOf-civil.Date(n), workers, change)
			}
		}
	}
	add("two leads of nine workers", anybody, is("", "", func(s *subject) {
		leads(5, nil, 3)(s)
		s.lead(s.asOf-4, 4, nil)
	}))
	add("three leads in 30 days", anybody, is(yellow, "complaint-cluster", leads(1, nil, 0, 15, 29)))
	add("the third lead 30 days ago", anybody, is("", "", leads(1, nil, 0, 15, 30)))
	add("four leads", anybody, is(yellow, "complaint-cluster", leads(1, nil, 0, 1, 15, 29)))
	add("five leads", anybody, is(red, "complaint-cluster", leads(1, nil, 0, 1, 2, 15, 29)))
	closed := func(change fact) func(*subject) {
		return func(s *subject) {
			leads(1, nil, 0, 1)(s)
			for _, status := range []string{"rejected", "rejected", "withdrawn"} {
				f := fact{"status": status, "resolved_on": nil}
				for k, v := range change {
					f[k] = v
				}
				s.lead(s.asOf-2, 1, f)
			}
		}
	}
	add("five leads, two rejected, one withdrawn", anybody, is(red, "complaint-cluster", closed(nil)))
	add("five leads, three found untrue", anybody, is("", "", closed(fact{"conclusion": "untrue", "concluded_by": "某某"})))
	add("ten workers", anybody, is(yellow, "complaint-cluster", leads(10, nil, 9)))
	add("29 workers", anybody, is(yellow, "complaint-cluster", leads(29, nil, 9)))
	add("30 workers", anybody, is(red, "complaint-cluster", leads(15, nil, 9, 8)))
	add("a group incident", anybody, is(red, "complaint-cluster", leads(1, fact{"incident": "group", "participants": 12}, 29)))
	add("a lead told twice", anybody, is("", "", func(s *subject) {
		leads(4, nil, 5, 6)(s)
		again := fact{}
		all := s.on(record.TopicComplaints)
		for k, v := range all[len(all)-1] {
			again[k] = v
		}
		again["version"] = json.Number("2")
		s.put(record.TopicComplaints, again)
	}))
	return all
}

func handlingCauses() (all []cause) {
	add := func(name string, fits func(*subject) bool, bring func(*subject)) {
		all = append(all, cause{name, fits, bring})
	}
	anybody := func(s *subject) bool { return s.building() || s.scope == "employer" }
	open := func(workdays int, status string, movedAfter int, change fact) func(*subject) {
		return func(s *subject) {
			s.forgetLeads()
			on := s.workdaysAgo(workdays)
			moved, err := calendar.China().AddWorkdays(on, movedAfter)
			if err != nil {
				s.t.Fatal(err)
			}
			f := fact{"status": status, "status_on": moved.String(), "resolved_on": nil}
			for k, v := range change {
				f[k] = v
			}
			s.lead(on, 1, f)
		}
	}
	add("received 5 working days ago", anybody, is("", "", open(5, "received", 0, nil)))
	add("received 6 working days ago", anybody, is(yellow, "complaint-late", open(6, "received", 0, nil)))
	add("passed on, not accepted in 6 working days", anybody, is(yellow, "complaint-late", open(6, "transferred", 1, nil)))
	add("accepted on the 5th working day", anybody, is("", "", open(20, "accepted", 5, nil)))
	add("accepted on the 9th working day", anybody, is("", "", open(20, "accepted", 9, nil)))
	add("filed 60 working days ago", anybody, is("", "", open(69, "investigating", 9, nil)))
	add("filed 61 working days ago", anybody, is(red, "complaint-late", open(70, "investigating", 9, nil)))
	extended := func(s *subject) fact { return fact{"extended_on": (s.asOf - 1).String()} }
	add("filed 90 working days ago, extended", anybody, is("", "", func(s *subject) { open(99, "investigating", 9, extended(s))(s) }))
	add("filed 91 working days ago, extended", anybody, is(red, "complaint-late", func(s *subject) { open(100, "investigating", 9, extended(s))(s) }))
	add("filed 70 working days ago, suspended for ten", anybody, is("", "", func(s *subject) {
		open(70, "investigating", 0, fact{"suspended_from": s.workdaysAgo(40).String(), "suspended_to": s.workdaysAgo(30).String()})(s)
	}))
	mediating := func(days civil.Date) func(*subject) {
		return func(s *subject) {
			s.forgetLeads()
			s.lead(s.asOf-days-1, 1, fact{"status": "mediating", "status_on": (s.asOf - days).String(), "resolved_on": nil})
		}
	}
	add("in mediation for 15 days", anybody, is("", "", mediating(15)))
	add("in mediation for 16 days", anybody, is(red, "complaint-late", mediating(16)))

	// orders about several projects of one contractor add up
	unordered := func(s *subject) bool {
		who := s.id
		if s.scope == "project" {
			who = s.registry().text("contractor_uscc")
		}
		return anybody(s) && len(s.each(record.TopicProceedings, func(f fact) bool { return f.text("employer_uscc") == who })) == 0
	}
	blacklisted := func(s *subject) {
		if s.scope == "employer" {
			s.want["blacklist-candidate"] = red
		} else {
			s.about("employer", s.registry().text("contractor_uscc"), "blacklist-candidate", red)
		}
	}
	small := func(due civil.Date, change fact) func(*subject) {
		return func(s *subject) { s.order(s.asOf+due, 1, 100_000, change) }
	}
	add("order due today", unordered, is("", "", small(0, nil)))
	add("order due yesterday", unordered, is(red, "order-unmet", small(-1, nil)))
	add("order upheld and unmet", unordered, is(red, "order-unmet", small(-1, fact{"outcome": "upheld", "kind": "administrative_decision"})))
	add("order fulfilled", unordered, is("", "", small(-9, fact{"outcome": "fulfilled", "closed_on": "2021-01-01"})))
	add("order withdrawn", unordered, is("", "", small(-9, fact{"outcome": "withdrawn"})))
	add("mediation past its term", unordered, is("", "", small(-9, fact{"kind": "mediation"})))
	orders := func(workers int, fen int64, listed bool) func(*subject) {
		return func(s *subject) {
			s.order(s.asOf-1, workers, fen, nil)
			s.want["order-unmet"] = red
			if listed {
				blacklisted(s)
			}
		}
	}
	add("ordered for 10 workers, 30,000 yuan", unordered, orders(10, 3_000_000, true))
	add("ordered for 10 workers, a fen less than 30,000 yuan", unordered, orders(10, 2_999_999, false))
	add("ordered for 9 workers, 44,000 yuan", unordered, orders(9, 4_400_000, false))
	add("ordered for one worker, a year's pay", unordered, orders(1, 20_000_000, true))
	add("ordered for one worker, 4,999 yuan", unordered, orders(1, 499_900, false))
	incident := func(ago civil.Date, status string, listed bool) func(*subject) {
		return func(s *subject) {
			s.forgetLeads()
			on := s.asOf - ago
			s.lead(on, 1, fact{"incident": "group", "participants": 20, "status": status, "status_on": on.String()})
			orders(1, 100_000, listed)(s)
		}
	}
	add("order unmet after a group incident", unordered, incident(40, "resolved", true))
	add("order unmet, a group incident that was none", unordered, incident(40, "rejected", false))
	add("order unmet, a group incident a year before", unordered, incident(365, "resolved", false))
	add("an order of more than 2^53 fen", unordered, orders(5000, 900_719_925_474_099_300, true))
	return all
}

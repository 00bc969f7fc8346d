package detectors_test

import (
	"encoding/json"
	"slices"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
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

	// the last three wage months that were due stay unpaid, but for those who left; the account holds all but so much of a
	// month's wages, the mean of their lists
	gap := func(percent int64, deposit string) func(*subject) {
		return func(s *subject) {
			last := monthOf(s.asOf - 3)
			s.late()
			stock, month := int64(0), int64(0)
			for m := last - 2; m <= last; m++ {
				due := (m + 1).Day(s.day(s.asOf - 3))
				for _, f := range s.slips(m, nil) {
					month += f.fen("payable_yuan") / 3
				}
				for _, f := range s.slips(m, s.stayers()) {
					f["due_on"] = due.String()
					pay(f, 0, s.payBy(due))
					stock += f.fen("payable_yuan")
				}
				s.wantShort(m)
			}
			s.want["wages-overdue"], s.want["repeat-arrears"] = red, red
			s.edit(func(f fact) {
				f["contract_yuan"] = "100"
				f["deposit"] = fact{"form": "cash", "yuan": deposit, "lodged_on": f["contract_signed_on"]}
			})
			s.book("wage_out", 5_000_000_000, s.asOf-1, stock-month*percent/100)
			for _, f := range s.on(record.TopicAccountEntries) {
				f["balance_yuan"] = yuan(stock - month*percent/100)
			}
			// the account does not cover what is owed and the next pay day
			s.may["account-runway"], s.may["labor-cost-late"] = true, true
		}
	}
	steady := func(s *subject) bool {
		if !s.seasoned() || s.day(s.asOf-3) > 28 || !s.workday(s.asOf-3) {
			return false
		}
		last, people, mine, all := monthOf(s.asOf-3), s.stayers(), int64(0), int64(0)
		for m := last - 2; m <= last; m++ {
			n := 0
			for _, f := range s.newest(s.on(record.TopicPayroll), s.asOf+200) {
				if f.text("wage_month") != m.String() {
					continue
				}
				all += f.fen("payable_yuan")
				if slices.Contains(people, f.text("id_number")) {
					mine += f.fen("payable_yuan")
					n++
				}
			}
			if n == 0 {
				return false
			}
		}
		return mine*100 > all*75 // stayers' lists come to more than two months
	}
	add("just under a month of wages piled up", steady, gap(99, "99999999"))
	add("over a month of wages piled up", steady, is(yellow, "accrual-gap", gap(101, "99999999")))
	add("just under two months of wages piled up", steady, is(yellow, "accrual-gap", gap(199, "99999999")))
	add("over two months of wages piled up", steady, is(red, "accrual-gap", gap(201, "99999999")))
	add("half a month of wages piled up, more than the deposit", steady, is(red, "accrual-gap", gap(50, "1")))

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

package detectors_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/civil"
)

func paymentCauses() (all []cause) {
	add := func(name string, fits func(*subject) bool, bring func(*subject)) {
		all = append(all, cause{name, fits, bring})
	}
	// listed: pay lists of stayers exist for the months paid on the day so long ago and for the months before.
	listed := func(ago civil.Date, months, workers int) func(*subject) bool {
		return func(s *subject) bool {
			if s.scope == "project" && !s.building() {
				return false
			}
			people := s.stayers()
			if len(people) < workers || !s.workday(s.asOf-ago) {
				return false
			}
			for i := range months {
				names := map[string]bool{}
				m := monthOf(s.asOf-ago) - civil.Month(i)
				for _, f := range s.on(record.TopicPayroll) {
					if f.text("wage_month") == m.String() && slices.Contains(people, f.text("id_number")) {
						names[f.text("id_number")] = true
					}
				}
				if len(names) < workers {
					return false
				}
			}
			return true
		}
	}
	unpaid := func(ago civil.Date) func(*subject) {
		return func(s *subject) {
			for _, f := range s.payday(monthOf(s.asOf-ago), s.asOf-ago) {
				pay(f, 0, s.asOf-ago)
			}
			s.wantShort(monthOf(s.asOf - ago))
		}
	}
	add("wages 2 days past due", listed(2, 1, 1), is("", "", unpaid(2)))
	add("wages 3 days past due", listed(3, 1, 1), is(yellow, "wages-overdue", unpaid(3)))
	add("wages 29 days past due", listed(29, 1, 1), is(yellow, "wages-overdue", unpaid(29)))
	add("wages 30 days past due", listed(30, 1, 1), is(red, "wages-overdue", unpaid(30)))
	add("wages 90 days past due", listed(90, 1, 1), is(red, "wages-overdue", unpaid(90)))
	add("wages due on a rest day, 3 days past the working day before", func(s *subject) bool {
		return listed(3, 1, 1)(s) && !s.workday(s.asOf-2)
	}, is(yellow, "wages-overdue", func(s *subject) {
		m := monthOf(s.asOf - 3)
		rest := s.asOf - 2
		for !s.workday(rest + 1) {
			rest++ // the last day of a holiday: of the same working day before
		}
		for _, f := range s.payday(m, s.asOf-3) {
			f["due_on"] = rest.String()
			pay(f, 0, s.asOf-4)
		}
		s.wantShort(m)
	}))
	add("paid in full a month early", listed(3, 1, 1), is("", "", func(s *subject) {
		for _, f := range s.payday(monthOf(s.asOf-3), s.asOf-3) {
			pay(f, f.fen("payable_yuan"), s.asOf-33)
		}
	}))
	add("paid on the day, told tomorrow", listed(5, 1, 1), is(yellow, "wages-overdue", func(s *subject) {
		m := monthOf(s.asOf - 5)
		for _, f := range s.payday(m, s.asOf-5) {
			late := fact{}
			for k, v := range f {
				late[k] = v
			}
			late["version"] = json.Number("1000")
			late.known(s.asOf + 1)
			pay(f, 0, s.asOf-5)
			s.put(record.TopicPayroll, late)
		}
		s.wantShort(m)
	}))
	add("paid on the day, told today before the list itself", listed(5, 1, 1), is("", "", func(s *subject) {
		for _, f := range s.payday(monthOf(s.asOf-5), s.asOf-5) {
			first := fact{}
			for k, v := range f {
				first[k] = v
			}
			f["version"] = json.Number("1000")
			f.known(s.asOf - 4)
			pay(first, 0, s.asOf-3)
			s.put(record.TopicPayroll, first)
		}
	}))
	add("two months in a row overdue", listed(4, 2, 1), func(s *subject) {
		m := monthOf(s.asOf - 4)
		for _, f := range s.payday(m-1, m.Last()) { // the month before was put off until then
			pay(f, 0, s.payBy(m.Last()))
		}
		for _, f := range s.payday(m, s.asOf-4) {
			pay(f, 0, s.asOf-4)
		}
		s.wantShort(m - 1)
		s.wantShort(m)
		s.want["wages-overdue"], s.want["repeat-arrears"] = red, yellow
	})

	short := func(ago civil.Date, percent int64, extra int64) func(*subject) {
		return func(s *subject) {
			m := monthOf(s.asOf - ago)
			s.cheap()
			// those who left are on the list too: their shares are part of the month's
			for _, f := range s.payday(m, s.asOf-ago) {
				earn(f, 700_000)
				pay(f, 7_000*percent+extra, s.asOf-ago)
			}
			s.wantShort(m)
			if s.want["short-paid"] == "" && ago > 0 {
				s.t.Fatalf("%s: nothing is short", s.id)
			}
			if ago >= 3 {
				s.want["wages-overdue"] = yellow
			}
		}
	}
	// alone: all of the month's list are stayers, so that the shares are exact
	alone := func(ago civil.Date, workers int) func(*subject) bool {
		return func(s *subject) bool {
			if !listed(ago, 1, workers)(s) {
				return false
			}
			people := s.stayers()
			for _, f := range s.on(record.TopicPayroll) {
				if f.text("wage_month") == monthOf(s.asOf-ago).String() && !slices.Contains(people, f.text("id_number")) {
					return false
				}
			}
			return true
		}
	}
	add("99% paid, due today", alone(0, 1), is("", "", short(0, 99, 0)))
	add("99% paid, due yesterday", alone(1, 1), is(yellow, "short-paid", short(1, 99, 0)))
	add("80% paid", alone(1, 1), is(yellow, "short-paid", short(1, 80, 0)))
	add("a fen less than 80% paid", alone(1, 1), is(red, "short-paid", short(1, 80, -1)))
	add("a fen missing for 3 days", listed(3, 1, 1), func(s *subject) {
		slips := s.payday(monthOf(s.asOf-3), s.asOf-3)
		pay(slips[0], slips[0].fen("payable_yuan")-1, s.asOf-3)
		s.want["wages-overdue"], s.want["short-paid"] = yellow, yellow
	})
	add("nothing earned, nothing paid", listed(3, 1, 2), is("", "", func(s *subject) {
		slips := s.payday(monthOf(s.asOf-3), s.asOf-3)
		for _, f := range slips {
			if m := monthOf(s.asOf - 3); len(s.days(f.text("id_number"), m.First(), m.Last())) < 20 {
				s.byPiece(f.text("id_number"))
				earn(f, 0)
				pay(f, 0, s.asOf-3)
				return
			}
		}
	}))

	arrears := func(months int, late civil.Date) func(*subject) {
		return func(s *subject) {
			s.rich()
			for i := range months {
				m := s.asOf.Month() - 2 - civil.Month(i)
				due := s.payBy((m + 1).Day(15))
				for _, f := range s.payday(m, due) {
					pay(f, f.fen("payable_yuan"), due+late)
				}
			}
		}
	}
	past := func(months int) func(*subject) bool {
		return func(s *subject) bool {
			for i := range months {
				m := s.asOf.Month() - 2 - civil.Month(i)
				due := s.payBy((m + 1).Day(15))
				if !listed(s.asOf-due, 1, 1)(s) {
					return false
				}
			}
			return true
		}
	}
	add("three months paid 3 days late", past(3), is("", "", arrears(3, 3)))
	add("one month paid 4 days late", past(1), is("", "", arrears(1, 4)))
	add("two months paid 4 days late", past(2), is(yellow, "repeat-arrears", arrears(2, 4)))
	add("three months paid 4 days late", past(3), is(red, "repeat-arrears", arrears(3, 4)))

	project := func(s *subject) bool { return s.seasoned() }
	without := func(back civil.Month, share func(n int) int) func(*subject) {
		return func(s *subject) {
			s.rich()
			m := s.asOf.Month() - back
			worked := s.attending(m.First(), m.Last())
			lost := share(len(worked))
			for _, who := range s.stayers() {
				if lost > 0 && worked[who] {
					lost--
					s.removeOn(record.TopicPayroll, func(f fact) bool {
						return f.text("wage_month") == m.String() && f.text("id_number") == who
					})
				}
			}
		}
	}
	worked := func(back civil.Month, least, most int) func(*subject) bool {
		return func(s *subject) bool {
			m := s.asOf.Month() - back
			all, stay := s.attending(m.First(), m.Last()), 0
			for _, who := range s.stayers() {
				if all[who] {
					stay++
				}
			}
			return project(s) && len(all) >= least && len(all) <= most && stay > len(all)/10+1
		}
	}
	add("one without slip, the month after still open", worked(1, 2, 999), is("", "", without(1, func(int) int { return 1 })))
	add("a tenth without slip, the month after closed", worked(2, 10, 999), is(yellow, "attended-unpaid", without(2, func(n int) int { return n / 10 })))
	add("over a tenth without slip, the month after closed", worked(2, 10, 999), is(red, "attended-unpaid", without(2, func(n int) int { return n/10 + 1 })))
	add("one of a few without slip, the month after closed", worked(2, 2, 9), is(yellow, "attended-unpaid", without(2, func(int) int { return 1 })))

	minimum := func(below int64, everybody bool) func(*subject) {
		return func(s *subject) {
			m := monthOf(s.asOf - 3)
			for _, f := range s.payday(m, s.asOf-3) {
				if len(s.days(f.text("id_number"), m.First(), m.Last())) >= 20 {
					s.byPiece(f.text("id_number"))
					earn(f, 201_000-below)
					if !everybody {
						return
					}
				}
			}
		}
	}
	full := func(least int) func(*subject) bool {
		return func(s *subject) bool {
			if !alone(3, 2)(s) || !project(s) {
				return false
			}
			m, n := monthOf(s.asOf-3), 0
			for _, who := range s.stayers() {
				if len(s.days(who, m.First(), m.Last())) >= 20 {
					n++
				}
			}
			return n >= least
		}
	}
	add("a full month at the minimum wage", full(2), is("", "", minimum(0, false)))
	add("a full month a fen below the minimum wage", full(2), is(yellow, "below-minimum-wage", minimum(1, false)))
	add("all full months a fen below the minimum wage", full(1), is(red, "below-minimum-wage", minimum(1, true)))
	add("nineteen days below the minimum wage", full(2), is("", "", func(s *subject) {
		m := monthOf(s.asOf - 3)
		for _, f := range s.payday(m, s.asOf-3) {
			who, days := f.text("id_number"), []civil.Date{}
			for d := range s.days(f.text("id_number"), m.First(), m.Last()) {
				days = append(days, d)
			}
			if len(days) < 20 {
				continue
			}
			slices.Sort(days)
			s.removeOn(record.TopicAttendance, func(a fact) bool {
				return a.text("id_number") == who && slices.Contains(days[19:], a.date(s.t, "work_date"))
			})
			s.byPiece(who)
			earn(f, 190_000)
			return
		}
	}))

	anyone := func(s *subject) bool {
		return (s.scope == "employer" || s.seasoned()) && len(s.stayers()) > 3
	}
	// leave lets the first of the stayers leave so long ago, all slips paid on the last day.
	leave := func(s *subject, ago civil.Date, change fact) (who string) {
		s.rich()
		s.forgetLeads()
		who, left := s.stayers()[0], s.asOf-ago
		for _, f := range s.on(record.TopicWorkers) {
			if f.text("id_number") != who {
				continue
			}
			f["left_on"], f["settled_on"] = left.String(), nil
			f["entered_on"] = min(f.date(s.t, "entered_on"), left).String()
			f["contract_signed_on"] = f["entered_on"]
			for k, v := range change {
				f[k] = v
			}
		}
		s.removeOn(record.TopicAttendance, func(f fact) bool {
			return f.text("id_number") == who && f.date(s.t, "work_date") > left
		})
		for _, f := range s.on(record.TopicPayroll) {
			if f.text("id_number") == who && f.knownOn(s.t) <= s.asOf && f.fen("paid_yuan") < f.fen("payable_yuan") {
				pay(f, f.fen("payable_yuan"), left)
			}
		}
		return who
	}
	confirmed := fact{"settled_confirmed": true}
	// working: who leaves so long ago has worked since the last list.
	working := func(ago civil.Date) func(*subject) bool {
		return func(s *subject) bool {
			if !project(s) || !anyone(s) || (s.asOf-ago).Month() != s.asOf.Month() {
				return false
			}
			who, m := s.stayers()[0], s.asOf.Month()
			listed := slices.ContainsFunc(s.on(record.TopicPayroll), func(f fact) bool {
				return f.text("id_number") == who && f.text("wage_month") == m.String() && f.knownOn(s.t) <= s.asOf
			})
			return !listed && len(s.days(who, m.First(), s.asOf-ago)) > 0
		}
	}
	left := func(ago civil.Date, change fact) func(*subject) {
		return func(s *subject) { leave(s, ago, change) }
	}
	add("left 2 days ago, work without slip", working(2), is("", "", left(2, nil)))
	add("left 3 days ago, work without slip", working(3), is(yellow, "exit-unsettled", left(3, nil)))
	add("left 7 days ago, work without slip", working(7), is(yellow, "exit-unsettled", left(7, nil)))
	add("left 8 days ago, work without slip", working(8), is(red, "exit-unsettled", left(8, nil)))
	add("left 8 days ago, work without slip, a lead in handling", working(8), is(red, "exit-unsettled", func(s *subject) {
		leave(s, 8, nil)
		s.lead(s.asOf-1, 1, fact{"status": "investigating", "resolved_on": nil})
	}))
	add("left 8 days ago, work without slip, settlement confirmed", working(8), is("", "", left(8, confirmed)))
	add("left 8 days ago and paid, nobody recorded a settlement", anyone, is("", "", func(s *subject) {
		who := leave(s, 8, nil)
		listed := map[string]bool{}
		for _, f := range s.newest(s.on(record.TopicPayroll), s.asOf) {
			listed[f.text("id_number")+f.text("wage_month")] = true
		}
		s.removeOn(record.TopicAttendance, func(f fact) bool {
			return f.text("id_number") == who && !listed[who+f.date(s.t, "work_date").Month().String()]
		})
	}))
	add("left 8 days ago, a slip unpaid before its pay day", func(s *subject) bool {
		m := s.asOf.Month() - 1
		return anyone(s) && slices.ContainsFunc(s.newest(s.on(record.TopicPayroll), s.asOf), func(f fact) bool {
			return f.text("id_number") == s.stayers()[0] && f.text("wage_month") == m.String()
		}) && (s.asOf+5).Month() == s.asOf.Month()
	}, is(red, "exit-unsettled", func(s *subject) {
		s.late()
		who := leave(s, 8, confirmed)
		for _, f := range s.slips(s.asOf.Month()-1, []string{who}) {
			f["due_on"] = (s.asOf + 5).String()
			pay(f, 0, s.asOf-1)
		}
	}))
	add("left 20 days ago, settlement confirmed, wages unpaid", func(s *subject) bool { return anyone(s) && listed(1, 1, 4)(s) }, func(s *subject) {
		s.late()
		who, m := leave(s, 20, confirmed), monthOf(s.asOf-1)
		for _, f := range s.slips(m, []string{who}) {
			f["due_on"] = (s.asOf - 1).String()
			pay(f, 0, s.asOf-1)
			s.want["exit-unsettled"] = red
		}
		s.wantShort(m)
	})
	add("left 20 days ago, came back within a week", anyone, is("", "", func(s *subject) {
		who := leave(s, 20, nil)
		f := s.newest(slices.DeleteFunc(s.on(record.TopicWorkers), func(f fact) bool { return f.text("id_number") != who }), s.asOf)[0]
		// told by the same source: of two sources that know a worker on a site only one counts
		s.register(f.text("id_type"), who, s.asOf-13, fact{"source": f.text("source"), "employer_uscc": f.text("employer_uscc")})
	}))

	earnings := func(fen int64) func(*subject) {
		return func(s *subject) { earn(s.payday(monthOf(s.asOf-3), s.asOf-3)[0], fen) }
	}
	add("50,000 yuan in a month", listed(3, 1, 1), is("", "", earnings(5_000_000)))
	add("a fen over 50,000 yuan in a month", listed(3, 1, 1), is(red, "payment-outlier", earnings(5_000_001)))
	year := func(fen int64) func(*subject) {
		return func(s *subject) {
			s.rich()
			f := s.slips(monthOf(s.asOf-3), s.stayers())[0]
			who := f.text("id_number")
			s.removeOn(record.TopicPayroll, func(f fact) bool { return f.text("id_number") == who })
			for i := range civil.Month(12) {
				slip := fact{}
				for k, v := range f {
					slip[k] = v
				}
				m := s.asOf.Month() - 12 + i
				due := (m + 1).First() // on the first, paid by the working day before
				slip["wage_month"], slip["due_on"] = m.String(), due.String()
				earn(slip, fen)
				s.add(record.TopicPayroll, s.payBy(due), slip)
				pay(slip, fen, s.payBy(due))
			}
		}
	}
	add("300,000 yuan in twelve months", listed(3, 1, 1), is("", "", year(2_500_000)))
	add("over 300,000 yuan in twelve months", listed(3, 1, 1), is(red, "payment-outlier", year(2_500_001)))

	sharing := func(n int) func(*subject) {
		return func(s *subject) {
			s.drawn++
			account := "622848040" + itoa(1000000+s.drawn) + "123" // of nobody else
			for _, f := range s.payday(monthOf(s.asOf-3), s.asOf-3)[:n] {
				f["payee_account"] = account
			}
		}
	}
	add("two workers with one account", listed(3, 1, 2), is(yellow, "shared-payee", sharing(2)))
	add("three workers with one account", listed(3, 1, 3), is(red, "shared-payee", sharing(3)))
	add("one worker with another account", listed(3, 1, 1), is("", "", func(s *subject) {
		f := s.payday(monthOf(s.asOf-3), s.asOf-3)[0]
		f["payee_account"] = "62284804025648" + itoa(10000+s.dice.IntN(80000))
	}))

	ghosts := func(share func(n int) int) func(*subject) {
		return func(s *subject) {
			slips := s.payday(monthOf(s.asOf-3), s.asOf-3)
			for i := range share(len(slips)) {
				ghost := fact{}
				for k, v := range slips[0] {
					ghost[k] = v
				}
				ghost["id_type"], ghost["id_number"] = s.person()
				ghost["payee_account"] = "622848040" + itoa(1000000+s.drawn) + itoa(100+i)
				s.add(record.TopicPayroll, s.asOf-3, ghost)
			}
		}
	}
	with := func(fits ...func(*subject) bool) func(*subject) bool {
		return func(s *subject) bool {
			return !slices.ContainsFunc(fits, func(f func(*subject) bool) bool { return !f(s) })
		}
	}
	add("a twentieth ghosts", with(project, alone(3, 19)), is("", "", ghosts(func(n int) int { return n / 19 })))
	add("over a twentieth ghosts", with(project, alone(3, 5)), is(yellow, "ghost-payees", ghosts(func(n int) int { return n/19 + 1 })))
	add("a fifth ghosts", with(project, alone(3, 4)), is(yellow, "ghost-payees", ghosts(func(n int) int { return n / 4 })))
	add("over a fifth ghosts", with(project, alone(3, 1)), is(red, "ghost-payees", ghosts(func(n int) int { return n/4 + 1 })))

	// underlist lists so much of the work of some of a month's workers, all of them by the day
	underlist := func(percent, extra int64, share func(n int) int) func(*subject) {
		return func(s *subject) {
			m := monthOf(s.asOf - 3)
			slips := s.payday(m, s.asOf-3)
			for _, f := range s.on(record.TopicWorkers) {
				f["wage_basis"], f["wage_yuan"] = "day", "300"
			}
			some := share(len(slips))
			for i, f := range slips {
				work := int64(len(s.days(f.text("id_number"), m.First(), m.Last()))) * 30_000
				if i < some {
					earn(f, work*percent/100+extra)
				} else {
					earn(f, work)
				}
			}
		}
	}
	// everyday: all of the month's list are stayers who worked full days that were told in time
	everyday := func(workers int) func(*subject) bool {
		return func(s *subject) bool {
			if !alone(3, workers)(s) || !project(s) {
				return false
			}
			m := monthOf(s.asOf - 3)
			for _, f := range s.on(record.TopicAttendance) {
				if f.date(s.t, "work_date").Month() != m {
					continue
				}
				if hours := fmt.Sprint(f["hours"]); f["hours"] != nil && hours != "0" && f.fen("hours") < 800 || f.knownOn(s.t) > f.date(s.t, "work_date")+40 {
					return false
				}
			}
			for _, f := range s.slips(m, nil) {
				if len(s.days(f.text("id_number"), m.First(), m.Last())) < 8 {
					return false
				}
			}
			return true
		}
	}
	add("all listed for nine tenths of the work", everyday(1), is("", "", underlist(90, 0, func(n int) int { return n })))
	add("one listed for a fen less than nine tenths of the work", everyday(1), is(yellow, "underpaid-work", underlist(90, -1, func(int) int { return 1 })))
	add("all listed for eight tenths of the work", everyday(2), is(yellow, "underpaid-work", underlist(80, 0, func(n int) int { return n })))
	add("a tenth listed for less than eight tenths of the work", everyday(10), is(yellow, "underpaid-work", underlist(80, -1, func(n int) int { return n / 10 })))
	add("over a tenth listed for less than eight tenths of the work", everyday(10), is(red, "underpaid-work", underlist(80, -1, func(n int) int { return n/10 + 1 })))
	add("one of a few listed for less than eight tenths of the work", everyday(2), is(yellow, "underpaid-work", underlist(80, -1, func(int) int { return 1 })))

	// booked writes the ledger anew, so that it shows of what slips say was paid so many parts of ten thousand
	booked := func(parts int64, ago civil.Date) func(*subject) {
		return func(s *subject) {
			s.removeOn(record.TopicAccountEntries, func(fact) bool { return true })
			first, claimed := s.asOf-60, int64(0)
			for _, f := range s.newest(s.on(record.TopicPayroll), s.asOf) {
				if on := f.date(s.t, "paid_on"); f.text("channel") == "special_account" && on >= first && on <= s.asOf-ago {
					claimed += f.fen("paid_yuan")
				}
			}
			s.book("labor_cost_in", 5_000_000_000, first, 5_000_000_000)
			if claimed > 0 {
				s.book("wage_out", (claimed*parts+9_999)/10_000, s.asOf-1, 5_000_000_000)
			}
			s.may["labor-cost-late"] = true
		}
	}
	claiming := func(s *subject) bool {
		return project(s) && slices.ContainsFunc(s.newest(s.on(record.TopicPayroll), s.asOf), func(f fact) bool {
			on := f.date(s.t, "paid_on")
			return f.text("channel") == "special_account" && on >= s.asOf-60 && on <= s.asOf-10
		}) && !slices.ContainsFunc(s.newest(s.on(record.TopicPayroll), s.asOf), func(f fact) bool {
			on := f.date(s.t, "paid_on")
			return on > s.asOf-10 && on <= s.asOf
		})
	}
	add("the ledger shows 98% of what slips say", claiming, is("", "", booked(9800, 10)))
	add("the ledger shows less than 98% of what slips say", claiming, is(yellow, "paid-not-booked", booked(9790, 10)))
	add("the ledger shows 90% of what slips say", claiming, is(yellow, "paid-not-booked", booked(9000, 10)))
	add("the ledger shows less than 90% of what slips say", claiming, is(red, "paid-not-booked", booked(8990, 10)))

	add("paid in kind", with(listed(34, 1, 2)), is(red, "in-kind-payment", func(s *subject) {
		m := monthOf(s.asOf - 34)
		s.payday(m, s.asOf-34)[0]["channel"] = "in_kind"
		s.payday(m+1, s.payBy(s.asOf)) // so that this is the last month whose list is due
		s.wantShort(m)
		s.want["wages-overdue"] = red // what is given in kind is not paid
	}))
	unsigned := func(share func(n int) int) func(*subject) {
		return func(s *subject) {
			slips := s.payday(monthOf(s.asOf-3), s.asOf-3)
			for i, f := range slips {
				if i < share(len(slips)) {
					f["signed"], f["payee_account"] = false, nil
				}
			}
		}
	}
	add("a tenth unsigned", with(project, alone(3, 10)), is("", "", unsigned(func(n int) int { return n / 10 })))
	add("over a tenth unsigned", with(project, alone(3, 3)), is(yellow, "unsigned-paylist", unsigned(func(n int) int { return n/10 + 1 })))
	add("half unsigned", with(project, alone(3, 2)), is(yellow, "unsigned-paylist", unsigned(func(n int) int { return n / 2 })))
	add("over half unsigned", with(project, alone(3, 1)), is(red, "unsigned-paylist", unsigned(func(n int) int { return n/2 + 1 })))
	add("all unsigned in a factory", func(s *subject) bool { return s.scope == "employer" && alone(3, 1)(s) }, is("", "", unsigned(func(n int) int { return n })))
	add("all unsigned, paid by the bank into their own accounts", with(project, alone(3, 1)), is("", "", func(s *subject) {
		for _, f := range s.payday(monthOf(s.asOf-3), s.asOf-3) {
			f["signed"] = false
		}
	}))

	bypass := func(share func(n int) int) func(*subject) {
		return func(s *subject) {
			slips := s.payday(monthOf(s.asOf-3), s.asOf-3)
			s.cheap()
			for i, f := range slips {
				earn(f, 700_000)
				if i < share(len(slips)) {
					f["channel"] = []any{"cash", "employer_account"}[i%2]
				}
			}
		}
	}
	add("a fifth around the account", with(project, alone(3, 5)), is(yellow, "payment-bypass", bypass(func(n int) int { return n / 5 })))
	add("over a fifth around the account", with(project, alone(3, 1)), is(red, "payment-bypass", bypass(func(n int) int { return n/5 + 1 })))
	return all
}

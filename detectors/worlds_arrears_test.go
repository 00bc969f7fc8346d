package detectors_test

import (
	"encoding/json"
	"slices"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// listed: pay lists of stayers exist for the months paid on the day so long ago and for the months before.
func listed(ago civil.Date, months, workers int) func(*subject) bool {
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

// alone: all of the month's list are stayers, so that the shares are exact
func alone(ago civil.Date, workers int) func(*subject) bool {
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

// building sites at work for a hundred days
func project(s *subject) bool { return s.seasoned() }

// with fits where all do
func with(fits ...func(*subject) bool) func(*subject) bool {
	return func(s *subject) bool {
		return !slices.ContainsFunc(fits, func(f func(*subject) bool) bool { return !f(s) })
	}
}

// arrearsCauses are about wages that are not paid, or not all, or late, and about those who left.
func arrearsCauses() (all []cause) {
	add := func(name string, fits func(*subject) bool, bring func(*subject)) {
		all = append(all, cause{name, fits, bring})
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
	add("wages 120 days past due", listed(120, 1, 1), is(red, "wages-overdue", unpaid(120)))
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
	return append(all, exitCauses()...)
}

func exitCauses() (all []cause) {
	add := func(name string, fits func(*subject) bool, bring func(*subject)) {
		all = append(all, cause{name, fits, bring})
	}
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
	return all
}

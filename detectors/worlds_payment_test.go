package detectors_test

import (
	"fmt"
	"slices"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func paymentCauses() (all []cause) {
	add := func(name string, fits func(*subject) bool, bring func(*subject)) {
		all = append(all, cause{name, fits, bring})
	}
	minimum := func(below int64, everybody bool) func(*subject) {
		return func(s *subject) {
			m := monthOf(s.asOf - 3)
			for _, f := range s.payday(m, s.asOf-3) {
				if len(s.days(f.text("id_number"), m.First(), m.Last())) >= 20 {
					s.byPiece(f.text("id_number"))
					earn(f, s.minimum(m)-below)
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
			earn(f, s.minimum(m)-11_000)
			return
		}
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
	add("a twentieth ghosts", with(project, alone(3, 19)), is("", "", ghosts(func(n int) int { return n / 19 })))
	add("over a twentieth ghosts", with(project, alone(3, 5)), is(yellow, "ghost-payees", ghosts(func(n int) int { return n/19 + 1 })))
	add("a fifth ghosts", with(project, alone(3, 4)), is(yellow, "ghost-payees", ghosts(func(n int) int { return n / 4 })))
	add("over a fifth ghosts", with(project, alone(3, 1)), is(red, "ghost-payees", ghosts(func(n int) int { return n/4 + 1 })))

	// underlist lists so much of the work of some of a month's workers, all of them by the day and for less than anybody really earns
	underlist := func(percent, extra int64, share func(n int) int) func(*subject) {
		return func(s *subject) {
			m := monthOf(s.asOf - 3)
			slips := s.payday(m, s.asOf-3)
			for _, f := range s.on(record.TopicWorkers) {
				f["wage_basis"], f["wage_yuan"] = "day", "200"
			}
			some := share(len(slips))
			for i, f := range slips {
				work := int64(len(s.days(f.text("id_number"), m.First(), m.Last()))) * 20_000
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
		s.payday(m+1, s.payBy(min(s.asOf, (m+2).Last()))) // so that this is the last month whose list is due
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

package detectors_test

import (
	"encoding/json"
	"slices"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// cause is one thing gone wrong, or just not wrong, about one subject, as its sources would report it. What must be found
// is read off the definitions (detectors/catalog headers and the law), not off the queries.
type cause struct {
	name  string
	fits  func(*subject) bool
	bring func(*subject) // changes records and says in want what must be found, all of it
}

func is(level, detector string, bring func(*subject)) func(*subject) {
	return func(s *subject) {
		bring(s)
		if level != "" {
			s.want[detector] = level
		}
	}
}

func causes() []cause {
	return slices.Concat(safeguardCauses(), arrearsCauses(), paymentCauses(), foresightCauses(), handlingCauses())
}

func safeguardCauses() (all []cause) {
	add := func(name string, fits func(*subject) bool, bring func(*subject)) {
		all = append(all, cause{name, fits, bring})
	}
	building := (*subject).building

	for _, c := range []struct {
		days  int
		level string
	}{{20, ""}, {21, yellow}, {30, yellow}, {31, red}} {
		add("no account "+itoa(c.days)+" days after signing", building, is(c.level, "account-not-opened", func(s *subject) {
			s.sign(s.asOf - civil.Date(c.days))
			s.edit(func(f fact) { f["account"] = nil })
		}))
	}
	add("account opens tomorrow, 31 days after signing", building, is(red, "account-not-opened", func(s *subject) {
		s.sign(s.asOf - 31)
		s.edit(func(f fact) {
			f["account"] = fact{"id": "A", "bank": "禾岫银行", "opened_on": (s.asOf + 1).String()}
		})
	}))
	add("account closed while building", building, is(red, "account-not-opened", func(s *subject) {
		s.sign(s.asOf - 300)
		s.edit(func(f fact) {
			f["account"] = fact{"id": "A", "bank": "禾岫银行", "opened_on": (s.asOf - 290).String(), "closed_on": s.asOf.String()}
		})
	}))
	add("no account after completion", func(s *subject) bool { return s.registry().text("status") == "completed" }, is("", "", func(s *subject) {
		s.sign(s.asOf - 400)
		s.edit(func(f fact) { f["account"] = nil })
	}))

	for _, c := range []struct {
		days  int
		level string
	}{{20, ""}, {21, red}} {
		add("no deposit "+itoa(c.days)+" working days after the permit", building, is(c.level, "deposit-missing", func(s *subject) {
			s.edit(func(f fact) { f["permit_on"], f["deposit"] = s.workdaysAgo(c.days).String(), nil })
		}))
	}
	deposit := func(contract, yuan string, until int) func(*subject) {
		return func(s *subject) {
			s.edit(func(f fact) {
				f["contract_yuan"] = contract
				f["deposit"] = fact{"form": "guarantee", "yuan": yuan, "lodged_on": (s.asOf - 40).String(), "valid_until": (s.asOf + civil.Date(until)).String()}
			})
		}
	}
	add("deposit of exactly 1%", building, is("", "", deposit("12345678.00", "123456.78", 400)))
	add("deposit a fen below 1%", building, is(yellow, "deposit-missing", deposit("12345678.00", "123456.77", 400)))
	add("deposit of 1% of a contract above 2^53 fen", building, is("", "", deposit("90071992547409.00", "900719925474.09", 400)))
	add("deposit a fen below 1% of a contract above 2^53 fen", building, is(yellow, "deposit-missing", deposit("90071992547409.00", "900719925474.08", 400)))
	add("deposit ends in 31 days", building, is("", "", deposit("10000000", "100000", 31)))
	add("deposit ends in 30 days", building, is(yellow, "deposit-missing", deposit("10000000", "100000", 30)))
	add("deposit ends today", building, is(yellow, "deposit-missing", deposit("10000000", "100000", 0)))
	add("deposit ended yesterday", building, is(red, "deposit-missing", deposit("10000000", "100000", -1)))
	add("deposit waived", building, is("", "", func(s *subject) {
		s.edit(func(f fact) {
			f["deposit"] = fact{"form": "waived", "yuan": "0", "lodged_on": (s.asOf - 400).String()}
		})
	}))

	agreed := func(s *subject) int64 { return s.registry().fen("labor_cost_yuan") }
	funded := func(s *subject) bool { return s.seasoned() && s.day(s.asOf-10) <= 28 && s.day(s.asOf-9) <= 28 }
	funding := func(days civil.Date, short func(agreed int64, ago int) int64) func(*subject) {
		return func(s *subject) {
			a := agreed(s)
			s.ledgerDue(s.asOf-days, func(_ civil.Date, ago int) int64 { return a - short(a, ago) })
		}
	}
	last := func(share func(agreed int64) int64) func(agreed int64, ago int) int64 {
		return func(a int64, ago int) int64 {
			if ago == 0 {
				return share(a)
			}
			return 0
		}
	}
	all10th := func(a int64) int64 { return a / 10 }
	over10th := func(a int64) int64 { return a/10 + 1 }
	everything := func(a int64) int64 { return a }
	add("funded in full on every funding day", funded, is("", "", funding(10, func(int64, int) int64 { return 0 })))
	add("funding a tenth short", funded, is("", "", funding(10, last(all10th))))
	add("funding a fen more than a tenth short", funded, is(yellow, "labor-cost-late", funding(10, last(over10th))))
	add("nothing on the funding day ten days ago", funded, is(yellow, "labor-cost-late", funding(10, last(everything))))
	add("nothing on the funding day nine days ago", funded, is("", "", funding(9, last(everything))))
	add("nothing on the last two funding days", funded, func(s *subject) {
		funding(10, func(a int64, ago int) int64 {
			if ago <= 1 {
				return a
			}
			return 0
		})(s)
		s.want["labor-cost-late"] = red
	})
	add("two months in advance, then nothing for two", funded, is("", "", funding(10, func(a int64, ago int) int64 {
		switch ago {
		case 0, 1:
			return a
		case 2:
			return -2 * a
		}
		return 0
	})))
	add("funding day is today and nothing came yet", funded, is("", "", func(s *subject) {
		s.ledger(nil)
		s.edit(func(f fact) { f["labor_cost_day"] = s.day(s.asOf) })
		// what had come by yesterday meets the days of the months before
	}))

	account := func(s *subject) bool { return s.building() && len(s.on(record.TopicAccountEntries)) > 0 }
	entries := func(of ...any) func(*subject) {
		return func(s *subject) {
			s.rich()
			for i := 0; i < len(of); i += 2 {
				s.book(of[i].(string), 1000, s.asOf+civil.Date(of[i+1].(int)), 5_000_000_000)
			}
		}
	}
	add("another use 90 days ago", account, is(red, "account-misuse", entries("other_out", -90)))
	add("another use 200 days ago", account, is(red, "account-misuse", entries("other_out", -200)))
	add("another use that came back", account, is("", "", entries("other_out", -200, "other_in", -2)))
	add("another use that comes back tomorrow", account, is(red, "account-misuse", entries("other_out", -9, "refund_in", 1)))
	add("another use tomorrow", account, is("", "", entries("other_out", 1)))
	add("refund, interest and fees", account, is("", "", entries("refund_in", -3, "interest_in", -2, "other_in", -1, "fee_out", -1)))
	add("frozen long ago", account, is(yellow, "account-misuse", entries("frozen", -200)))
	frozenFor := func(reason string) func(*subject) {
		return func(s *subject) {
			s.rich()
			s.book("frozen", 1000, s.asOf-9, 5_000_000_000)["reason"] = reason
		}
	}
	add("frozen for a loan", account, is(red, "account-misuse", frozenFor("借款合同纠纷")))
	add("frozen for this project's wages", account, is("", "", frozenFor("支付本项目农民工工资")))
	add("frozen and released", account, is("", "", entries("frozen", -9, "unfrozen", -2)))
	add("frozen again", account, is(yellow, "account-misuse", entries("frozen", -9, "unfrozen", -5, "frozen", -1)))
	add("frozen, released tomorrow", account, is(yellow, "account-misuse", entries("frozen", -9, "unfrozen", 1)))

	strangers := func(ago civil.Date, share func(n int) int) func(*subject) {
		return func(s *subject) {
			s.rich()
			for range share(len(s.attending(s.asOf-29, s.asOf))) {
				idType, who := s.person()
				s.attend(idType, who, s.asOf-ago)
			}
		}
	}
	// a month that has closed also asks for the slips of those who worked in it
	crewed := func(least int, ago civil.Date) func(*subject) bool {
		return func(s *subject) bool {
			return s.building() && (s.asOf-ago).Month() >= s.asOf.Month()-1 && len(s.attending(s.asOf-29, s.asOf)) >= least
		}
	}
	add("a tenth unregistered", crewed(9, 29), is(yellow, "unregistered-labor", strangers(29, func(n int) int { return n / 9 })))
	add("over a tenth unregistered", crewed(9, 0), is(red, "unregistered-labor", strangers(0, func(n int) int { return n/9 + 1 })))
	add("over a tenth unregistered, and that is one", func(s *subject) bool {
		return crewed(1, 0)(s) && len(s.attending(s.asOf-29, s.asOf)) < 9
	}, is(yellow, "unregistered-labor", strangers(0, func(int) int { return 1 })))
	add("unregistered 30 days ago", crewed(5, 30), is("", "", strangers(30, func(n int) int { return 1 })))
	add("worked the day before entering", crewed(3, 1), func(s *subject) {
		s.rich()
		idType, who := s.person()
		s.register(idType, who, s.asOf, nil)
		s.attend(idType, who, s.asOf-1)
		s.want["unregistered-labor"] = yellow
	})

	contracts := func(share func(n int) int) func(*subject) {
		return func(s *subject) {
			people := s.stayers()
			without := people[:share(len(people))]
			for _, f := range s.on(record.TopicWorkers) {
				if slices.Contains(without, f.text("id_number")) {
					f["contract_signed_on"] = nil
				}
			}
		}
	}
	staffed := func(least int) func(*subject) bool {
		return func(s *subject) bool { return s.building() && len(s.stayers()) >= least }
	}
	add("a tenth without contract", staffed(10), is(yellow, "contract-gap", contracts(func(n int) int { return n / 10 })))
	add("over a tenth without contract", staffed(10), is(red, "contract-gap", contracts(func(n int) int { return n/10 + 1 })))
	add("over a tenth without contract, and that is one", func(s *subject) bool {
		return staffed(1)(s) && len(s.stayers()) < 10
	}, is(yellow, "contract-gap", contracts(func(int) int { return 1 })))
	add("a contract signed tomorrow", staffed(10), is(yellow, "contract-gap", func(s *subject) {
		who := s.stayers()[0]
		for _, f := range s.on(record.TopicWorkers) {
			if f.text("id_number") == who {
				f["contract_signed_on"] = (s.asOf + 1).String()
			}
		}
	}))

	for _, duty := range []string{"notice_board", "labor_officer", "payment_guarantee"} {
		add("no "+duty, building, is(yellow, "site-duties-missing", func(s *subject) { s.edit(func(f fact) { f[duty] = false }) }))
	}
	add("no duties before the start", func(s *subject) bool { return s.registry().text("status") == "preparing" }, is("", "", func(s *subject) {
		s.edit(func(f fact) { f["notice_board"], f["labor_officer"], f["payment_guarantee"] = false, false, false })
	}))

	silent := func(days civil.Date, status string) func(*subject) {
		return func(s *subject) {
			s.rich()
			last := s.asOf - days
			s.removeOn(record.TopicAttendance, func(f fact) bool { return f.date(s.t, "work_date") > last })
			if len(s.attending(last, last)) == 0 {
				idType, who := s.person()
				s.register(idType, who, last-3, nil)
				s.attend(idType, who, last)
			}
			s.edit(func(f fact) {
				if f.knownOn(s.t) > last && f.text("status") == "building" {
					f["status"] = status
				}
			})
			if s.registry().text("status") != status {
				f := fact{}
				for k, v := range s.registry() {
					f[k] = v
				}
				f["status"], f["version"] = status, json.Number("1000")
				f.known(s.asOf)
				s.put(record.TopicProjects, f)
			}
		}
	}
	// of those who came on the last day alone no slip is asked while the month after has not closed
	quiet := func(days civil.Date) func(*subject) bool {
		return func(s *subject) bool {
			return s.seasoned() && (s.asOf-days).Month() >= s.asOf.Month()-1 && !s.festive(s.asOf-days, s.asOf)
		}
	}
	add("silent for 14 days", quiet(14), is("", "", silent(14, "building")))
	add("silent for 15 days", quiet(15), is(yellow, "attendance-silent", silent(15, "building")))
	add("silent for 29 days", quiet(29), is(yellow, "attendance-silent", silent(29, "building")))
	add("silent for 30 days", quiet(30), is(red, "attendance-silent", silent(30, "building")))
	add("silent for 30 days while suspended", quiet(30), is("", "", silent(30, "suspended")))
	return all
}

package detectors_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// The properties of the index on the engine: random worlds of a township, each told as it is and with something left out or
// put otherwise, each telling in a township of its own, all judged in one pass.

// telling is a township as its sources tell it.
type telling struct {
	sites    []worldSite
	bound    []engagement
	days     []worldDay
	slips    []worldSlip
	bookings []booking
	leads    []worldLead
}

type worldSite struct {
	name    string
	started string
	fields  string
}

type engagement struct {
	site, worker int
	wage         string
}

type worldDay struct {
	site, worker int
	day          civil.Date
}

type worldSlip struct {
	site, worker int
	month        civil.Month
	due          string // empty: the agreed pay day
	gross, paid  int
	paidOn       string
	channel      string
	before       *worldSlip // an earlier version
}

type booking struct {
	site    int
	day     civil.Date
	kind    string
	yuan    int
	balance int
}

type worldLead struct {
	id, fields string
	site       int
}

func (t telling) clone() telling {
	t.sites, t.bound, t.days = slices.Clone(t.sites), slices.Clone(t.bound), slices.Clone(t.days)
	t.slips, t.bookings, t.leads = slices.Clone(t.slips), slices.Clone(t.bookings), slices.Clone(t.leads)
	return t
}

var (
	worldMonths = []civil.Month{civil.NewDate(2026, 6, 1).Month(), civil.NewDate(2026, 7, 1).Month(), civil.NewDate(2026, 8, 1).Month(), civil.NewDate(2026, 9, 1).Month()}
	worldAsOf   = civil.NewDate(2026, 10, 31)
)

// randomTelling draws a township of one to three sites, some of whose workers are not paid for some months.
func randomTelling(r *rand.Rand) telling {
	var t telling
	worker := 0
	for site := range 1 + r.IntN(3) {
		s := worldSite{name: fmt.Sprintf("P%d", site), started: "2026-06-01"}
		if r.IntN(3) == 0 {
			s.fields = ", notice_board: false"
		}
		t.sites = append(t.sites, s)
		crew := 12 + r.IntN(30)
		bad := []float64{0, 0.05, 0.3, 1}[r.IntN(4)]
		funded := 0
		paid := map[civil.Date]int{}
		for n := range crew {
			registered := n == 0 || r.IntN(15) > 0
			if registered {
				t.bound = append(t.bound, engagement{site, worker, []string{"wage_basis: day, wage_yuan: 300", "wage_basis: month, wage_yuan: 6000", "wage_basis: hour, wage_yuan: 38", "wage_basis: piece, wage_yuan: 5"}[r.IntN(4)]})
			}
			for m, month := range append(slices.Clone(worldMonths), worldMonths[3]+1) {
				for day := range 3 {
					t.days = append(t.days, worldDay{site, worker, month.First().AddDays(11 + 9*day)})
				}
				if m == len(worldMonths) {
					continue
				}
				slip := worldSlip{site: site, worker: worker, month: month, gross: 1200 + 100*r.IntN(4), channel: "special_account"}
				due := (month + 1).Day(15)
				switch {
				case r.Float64() >= bad || r.IntN(2) == 0:
					slip.paid, slip.paidOn = slip.gross, due.String()
				case r.IntN(4) == 0: // late
					slip.paid, slip.paidOn = slip.gross, due.AddDays(1+r.IntN(40)).String()
				case r.IntN(4) == 0: // in part
					slip.paid, slip.paidOn = slip.gross/2, due.String()
				case r.IntN(5) == 0:
					continue // and never listed
				}
				if on, err := civil.ParseDate(slip.paidOn); err == nil {
					if on > worldAsOf {
						slip.paid, slip.paidOn = 0, ""
					} else {
						paid[on] += slip.paid
						funded += slip.paid
					}
				}
				t.slips = append(t.slips, slip)
			}
			worker++
		}
		balance := funded + 100_000*r.IntN(3)
		t.bookings = append(t.bookings, booking{site, civil.NewDate(2026, 6, 10), "labor_cost_in", balance, balance})
		for _, on := range slices.Sorted(maps.Keys(paid)) {
			balance -= paid[on]
			t.bookings = append(t.bookings, booking{site, on, "wage_out", paid[on], balance})
		}
		t.bookings = append(t.bookings, booking{site, worldAsOf - 3, "interest_in", 1, balance + 1})
		if r.IntN(2) == 0 {
			t.leads = append(t.leads, worldLead{fmt.Sprintf("L%d", site), []string{
				"received_on: 2026-10-20, status: received", "received_on: 2026-10-20, status: accepted, status_on: 2026-10-22, accepted_on: 2026-10-22",
				"received_on: 2026-10-28, status: received", "received_on: 2026-05-06, status: investigating, accepted_on: 2026-05-07, filed_on: 2026-05-07, status_on: 2026-05-08",
			}[r.IntN(4)], site})
		}
	}
	return t
}

// text writes the telling for a township; number keeps its people and firms apart from every other's.
func (t telling) text(township string, number int) string {
	var b strings.Builder
	person := func(worker int) string { return fmt.Sprintf("W%d", number*1000+worker) }
	site := func(n int) string { return fmt.Sprintf("%s-%d", t.sites[n].name, number) }
	firm := func(n int) string { return fmt.Sprintf("C%d-%d", n, number) }
	section := func(name string, n int) {
		if n > 0 {
			fmt.Fprintf(&b, "%s:\n", name)
		}
	}
	section("projects", len(t.sites))
	for n, s := range t.sites {
		fmt.Fprintf(&b, "  - {id: %s, township: %s, contractor: %s, developer: D%s, labor_cost_yuan: 0, started_on: %s, contract_signed_on: 2026-05-01, permit_on: 2026-05-10, account: {opened_on: 2026-05-15}, deposit: {lodged_on: 2026-05-20}%s}\n",
			site(n), township, firm(n), firm(n), s.started, s.fields)
	}
	section("employers", len(t.sites))
	for n := range t.sites {
		fmt.Fprintf(&b, "  - {id: %s, township: %s}\n", firm(n), township)
	}
	section("workers", len(t.bound))
	for _, e := range t.bound {
		fmt.Fprintf(&b, "  - {worker: %s, project: %s, employer: %s, entered_on: 2026-06-01, %s}\n", person(e.worker), site(e.site), firm(e.site), e.wage)
	}
	section("attendance", len(t.days))
	crews := map[worldDay][]string{} // by site and day
	for _, d := range t.days {
		at := worldDay{site: d.site, day: d.day}
		crews[at] = append(crews[at], person(d.worker))
	}
	for at, crew := range crews {
		fmt.Fprintf(&b, "  - {worker: [%s], project: %s, employer: %s, days: %s}\n", strings.Join(crew, ", "), site(at.site), firm(at.site), at.day)
	}
	section("payroll", len(t.slips))
	write := func(s worldSlip, version string) {
		due, paidOn := "", ""
		if s.due != "" {
			due = ", due_on: " + s.due
		}
		if s.paidOn != "" {
			paidOn = ", paid_on: " + s.paidOn
		}
		fmt.Fprintf(&b, "  - {worker: %s, project: %s, employer: %s, months: %s, payable_yuan: %d, paid_yuan: %d, channel: %s%s%s%s}\n",
			person(s.worker), site(s.site), firm(s.site), s.month, s.gross, s.paid, s.channel, due, paidOn, version)
	}
	for _, s := range t.slips {
		version := ""
		if s.before != nil {
			write(*s.before, "")
			version = ", version: 2, recorded_at: " + s.paidOn
		}
		write(s, version)
	}
	section("account_entries", len(t.bookings))
	for _, e := range t.bookings {
		fmt.Fprintf(&b, "  - {project: %s, days: %s, kind: %s, yuan: %d, balance_yuan: %d}\n", site(e.site), e.day, e.kind, e.yuan, e.balance)
	}
	section("complaints", len(t.leads))
	for _, l := range t.leads {
		fmt.Fprintf(&b, "  - {id: %s-%d, project: %s, township: %s, %s}\n", l.id, number, site(l.site), township, l.fields)
	}
	return b.String()
}

// unpaidSlip tells whether a slip is not paid in full.
func unpaidSlip(s worldSlip) bool { return s.paid < s.gross }

// silences are ways to say less or something else of the same township. None of them may raise its index.
var silences = []struct {
	name   string
	change func(*telling, *rand.Rand)
}{
	{"unpaid slips left out", func(t *telling, r *rand.Rand) {
		t.slips = slices.DeleteFunc(t.slips, func(s worldSlip) bool { return unpaidSlip(s) && r.IntN(2) == 0 })
	}},
	{"all unpaid slips left out", func(t *telling, r *rand.Rand) {
		t.slips = slices.DeleteFunc(t.slips, unpaidSlip)
	}},
	{"whole lists left out", func(t *telling, r *rand.Rand) {
		site, month := r.IntN(len(t.sites)), worldMonths[r.IntN(len(worldMonths))]
		t.slips = slices.DeleteFunc(t.slips, func(s worldSlip) bool { return s.site == site && s.month == month })
	}},
	{"all lists left out", func(t *telling, r *rand.Rand) { t.slips = nil }},
	{"a ledger left out", func(t *telling, r *rand.Rand) {
		site := r.IntN(len(t.sites))
		t.bookings = slices.DeleteFunc(t.bookings, func(b booking) bool { return b.site == site })
	}},
	{"unpaid slips and all ledgers left out", func(t *telling, r *rand.Rand) {
		t.slips = slices.DeleteFunc(t.slips, unpaidSlip)
		t.bookings = nil
	}},
	{"a site's attendance left out", func(t *telling, r *rand.Rand) {
		site := r.IntN(len(t.sites))
		t.days = slices.DeleteFunc(t.days, func(d worldDay) bool { return d.site == site })
	}},
	{"due dates far away", func(t *telling, r *rand.Rand) {
		for i := range t.slips {
			if unpaidSlip(t.slips[i]) {
				t.slips[i].due = "2027-06-30"
			}
		}
	}},
	{"token lists", func(t *telling, r *rand.Rand) {
		for i := range t.slips {
			if s := &t.slips[i]; unpaidSlip(*s) {
				s.gross, s.paid, s.paidOn = 1, 1, (s.month + 1).Day(15).String()
			}
		}
	}},
	{"paid in kind", func(t *telling, r *rand.Rand) {
		for i := range t.slips {
			if s := &t.slips[i]; unpaidSlip(*s) {
				s.paid, s.paidOn, s.channel = s.gross, (s.month + 1).Day(15).String(), "in_kind"
			}
		}
	}},
	{"payments that the bank does not show", func(t *telling, r *rand.Rand) {
		for i := range t.slips {
			if s := &t.slips[i]; unpaidSlip(*s) {
				s.paid, s.paidOn = s.gross, (s.month + 1).Day(15).String()
			}
		}
	}},
	{"leads withdrawn", func(t *telling, r *rand.Rand) {
		for i := range t.leads {
			t.leads[i].fields = strings.NewReplacer("status: received", "status: withdrawn, status_on: 2026-10-30", "status: accepted, status_on: 2026-10-22", "status: rejected, status_on: 2026-10-30",
				"status: investigating", "status: rejected").Replace(t.leads[i].fields)
		}
	}},
}

// payments are ways to pay what is owed, late as it is. None of them may lower the index.
var payments = []struct {
	name string
	pay  func(worldSlip, *rand.Rand) bool // which unpaid slips are paid
	way  string
}{
	{"all is paid", func(worldSlip, *rand.Rand) bool { return true }, "special_account"},
	{"some is paid", func(_ worldSlip, r *rand.Rand) bool { return r.IntN(3) == 0 }, "special_account"},
	{"one month is paid", func(s worldSlip, _ *rand.Rand) bool { return s.month == worldMonths[1] }, "special_account"},
	{"some is paid in cash", func(_ worldSlip, r *rand.Rand) bool { return r.IntN(3) == 0 }, "cash"},
}

// payNow pays slips on the day before the as-of date: the developer gives the money, the bank books it.
func (t *telling) payNow(r *rand.Rand, pay func(worldSlip, *rand.Rand) bool, way string) {
	const on = "2026-10-30"
	out := map[int]int{}
	for i := range t.slips {
		if s := &t.slips[i]; unpaidSlip(*s) && pay(*s, r) {
			out[s.site] += s.gross - s.paid
			before := *s
			s.before = &before
			s.paid, s.paidOn, s.channel = s.gross, on, way
		}
	}
	for _, site := range slices.Sorted(maps.Keys(out)) {
		if way == "special_account" {
			last := 0
			for _, b := range t.bookings {
				if b.site == site {
					last = b.balance
				}
			}
			t.bookings = append(t.bookings, booking{site, worldAsOf - 1, "labor_cost_in", out[site], last + out[site]}, booking{site, worldAsOf - 1, "wage_out", out[site], last})
		}
	}
}

// judged returns the rows of tellings, each in a township of its own.
func judged(t *testing.T, all []telling) []index.Row {
	t.Helper()
	b := open(t, policy.National())
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = one.text(townshipOf(i), i+1)
	}
	b.tell(t, stories(texts...))
	rows := indexOf(b.pass(t, worldAsOf.String()))
	out := make([]index.Row, len(all))
	for i := range all {
		out[i] = rows[townshipOf(i)]
		if out[i].Code == "" {
			t.Fatalf("telling %d has no index", i)
		}
		lost := 0.0
		for _, l := range out[i].Lost {
			lost += l.Points
		}
		if out[i].Published() && math.Abs(100-out[i].Score.Index-lost) > 1e-6 {
			t.Errorf("%s at %.1f lost %.1f by subjects: %+v", out[i].Code, out[i].Score.Index, lost, out[i].Lost)
		}
	}
	return out
}

func townshipOf(n int) string { return fmt.Sprintf("3310%02d%03d", 10+n/900, 1+n%900) }

// higher tells whether a telling looks better than another: a higher index, or none where there was a bad one.
func higher(a, b index.Row) bool {
	return a.Score.Index > b.Score.Index || b.Published() && !a.Published() && b.Score.Light != index.Green
}

func TestSilenceNeverPaysAndPayingHelpsOnTheEngine(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 1))
	const worlds, mixed = 5, 3
	var all []telling
	var names []string
	for range worlds {
		honest := randomTelling(r)
		tell := func(name string, change func(*telling)) {
			other := honest.clone()
			change(&other)
			all, names = append(all, other), append(names, name)
		}
		tell("", func(*telling) {})
		for _, s := range silences {
			tell(s.name, func(t *telling) { s.change(t, r) })
		}
		for range mixed {
			a, b := silences[r.IntN(len(silences))], silences[r.IntN(len(silences))]
			tell(a.name+", "+b.name, func(t *telling) {
				a.change(t, r)
				b.change(t, r)
			})
		}
		for _, p := range payments {
			tell("+"+p.name, func(t *telling) { t.payNow(r, p.pay, p.way) })
		}
	}
	rows := judged(t, all)
	var honest index.Row
	for i, row := range rows {
		if names[i] == "" {
			honest = row
		}
		paid := strings.HasPrefix(names[i], "+")
		if paid && higher(honest, row) || !paid && higher(row, honest) {
			t.Errorf("world %d, %s: %s (%s), and told as it is %s (%s)\n%v\n%v", i*worlds/len(rows), names[i], shown(row), row.Score.Light, shown(honest), honest.Score.Light, row.Lost, honest.Lost)
		}
	}
}

func TestWhatHappensElsewhereChangesNothingOnTheEngine(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(12, 1))
	here := randomTelling(r)
	alone := judged(t, []telling{here})[0]
	among := judged(t, []telling{here, randomTelling(r), randomTelling(r), randomTelling(r)})[0]
	for _, row := range []*index.Row{&alone, &among} {
		row.Rank, row.RankedOf, row.RankPrefecture, row.RankedInPrefecture = 0, 0, 0, 0
	}
	if a, b := fmt.Sprintf("%+v", alone), fmt.Sprintf("%+v", among); a != b {
		t.Errorf("alone it is\n%s, among others\n%s", a, b)
	}
}

// add puts a site of a crew into the township, seen, listed and paid every month from an account with a year's wages; unpaid
// of them got nothing for the last months.
func (t *telling) add(crew, unpaid, months int) {
	site, from := len(t.sites), 0
	for _, e := range t.bound {
		from = max(from, e.worker+1)
	}
	t.sites = append(t.sites, worldSite{name: fmt.Sprintf("P%d", site), started: "2026-06-01"})
	balance := 1000_000
	t.bookings = append(t.bookings, booking{site, civil.NewDate(2026, 6, 10), "labor_cost_in", balance, balance})
	for n := range crew {
		t.bound = append(t.bound, engagement{site, from + n, "wage_basis: month, wage_yuan: 6000"})
	}
	for m, month := range append(slices.Clone(worldMonths), worldMonths[3]+1) {
		due := (month + 1).Day(15)
		paid := 0
		for n := range crew {
			for day := range 3 {
				t.days = append(t.days, worldDay{site, from + n, month.First().AddDays(11 + 9*day)})
			}
			if m == len(worldMonths) {
				continue
			}
			slip := worldSlip{site: site, worker: from + n, month: month, gross: 1200, channel: "special_account"}
			if n >= unpaid || m < len(worldMonths)-months {
				slip.paid, slip.paidOn = slip.gross, due.String()
				paid += slip.paid
			}
			t.slips = append(t.slips, slip)
		}
		if paid > 0 {
			balance -= paid
			t.bookings = append(t.bookings, booking{site, due, "wage_out", paid, balance})
		}
	}
	t.bookings = append(t.bookings, booking{site, worldAsOf - 3, "interest_in", 1, balance + 1})
}

// What was wrong with the first form, world by world.
func TestWithholdingDoesNotHelpAndTheInnocentAreNotPunished(t *testing.T) {
	t.Parallel()
	world := func(change ...func(*telling)) telling {
		var t telling
		for _, c := range change {
			c(&t)
		}
		return t
	}
	clean := func(t *telling) { t.add(36, 0, 0) }
	twoMonths := func(t *telling) {
		t.add(12, 12, 2)
		t.add(24, 0, 0)
	}
	unlisted := func(t *telling) { t.slips = slices.DeleteFunc(t.slips, unpaidSlip) }
	withheld := func(t *telling) {
		t.slips = slices.DeleteFunc(t.slips, func(s worldSlip) bool { return s.site == 0 })
		t.bookings = slices.DeleteFunc(t.bookings, func(b booking) bool { return b.site == 0 })
	}
	deferred := func(t *telling) {
		for i := range t.slips {
			if unpaidSlip(t.slips[i]) {
				t.slips[i].due = "2027-06-30"
			}
		}
	}
	overdue := func(t *telling) {
		t.leads = []worldLead{{"L1", "received_on: 2026-05-06, status: investigating, accepted_on: 2026-05-07, filed_on: 2026-05-07, status_on: 2026-05-08", 0}}
	}
	withdrawn := func(t *telling) {
		t.leads = []worldLead{{"L1", "received_on: 2026-05-06, status: withdrawn, accepted_on: 2026-05-07, filed_on: 2026-05-07, status_on: 2026-10-20", 0}}
	}
	rows := judged(t, []telling{
		world(clean), world(twoMonths), world(twoMonths, unlisted), world(twoMonths, withheld), world(twoMonths, deferred),
		world(func(t *telling) { t.add(60, 1, 1) }), world(clean, overdue), world(clean, withdrawn),
	})
	if r := rows[0]; r.Score.Index != 100 || len(r.Lost) > 0 {
		t.Errorf("nobody owed anything, everything on time, others of the county are bad: %s %+v", shown(r), r.Lost)
	}
	bad := rows[1].Score.Index
	if rows[1].Score.Light != index.Red {
		t.Errorf("a site of 12 (of 36) two months unpaid: %s", shown(rows[1]))
	}
	for n, name := range map[int]string{2: "its unpaid slips left out", 3: "all its slips and its ledger left out", 4: "the due dates put into 2027"} {
		if r := rows[n]; r.Score.Index > bad || !r.Published() {
			t.Errorf("%s: %s, told as it is %.1f", name, shown(r), bad)
		}
	}
	if r := rows[5]; r.Score.Light == index.Red {
		t.Errorf("one of 60 unpaid: %s", shown(r))
	}
	if o, w := rows[6].Score.Index, rows[7].Score.Index; w > o || o >= 100 {
		t.Errorf("a lead is overdue: %.1f, withdrawn: %.1f", o, w)
	}
}

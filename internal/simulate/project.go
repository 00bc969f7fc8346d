package simulate

import (
	"fmt"
	"math"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/simulate/draw"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// slot is a place where something is always being built: when its project nears completion the next one is signed.
type slot struct {
	township string
	size     float64 // workers at the height of the works
	nextOn   civil.Date
}

// span is the days from ≤ d < to; the zero value is none.
type span struct{ from, to civil.Date }

func (s span) has(d civil.Date) bool { return d >= s.from && d < s.to }

// project is a construction project from signing to final settlement. Dates lie in its future until they come.
type project struct {
	site
	name                         string
	sector, investment           string
	developer                    int32
	subs                         []int32
	signedOn, accountOn          civil.Date
	permitOn, depositOn, startOn civil.Date
	endOn, settledOn             civil.Date
	validUntil                   civil.Date
	depositForm                  string
	deposit, contract            int64
	required                     int64 // a deposit that a decision lowered
	laborDay                     int
	laborCost                    int64
	plateau                      int
	wageLevel                    float64
	pause                        span // suspended in good order
	shut                         span // this winter's Spring Festival rest
	longRest                     bool // … so long that the works are reported as suspended
	moveOn                       civil.Date
	moveTo                       string
	stalled                      bool // everybody has left over unpaid wages
	twoSources                   bool
	quarterly                    bool       // the developer pays for three months at once
	lateDays                     civil.Date // by which it is late now and then
	noHours                      bool       // the gate counts no hours
	noBoard, noOfficer           bool
	noGuarantee                  bool
	version                      int
	reported                     string // status last recorded
	gone                         bool
}

func (w *World) foundProjects() {
	sc := &w.opt.Scale
	// A township with a single small site would be too small for an index of its own, hence the floor of the sizes.
	n := slotsOf(sc)
	r := &w.dice
	r.Reset(w.opt.Seed, subjectWorld, 3)
	total := 0.0
	for i := range n - len(w.rural) {
		w.slots = append(w.slots, slot{township: w.busy[i%len(w.busy)], size: max(0.78, math.Exp(0.42*r.Bell()))})
		total += w.slots[i].size
	}
	// Crews are below their height in the first and last eighth and while suspended; the rest that
	// the factor leaves comes from those between two projects.
	for i := range w.slots {
		w.slots[i].size *= 1.01 * float64(sc.Workers) / total
	}
	for _, t := range w.townships {
		if w.rural[t.Code] {
			w.slots = append(w.slots, slot{township: t.Code, size: float64(r.In(11, 16))})
		}
	}
	for i := range w.slots {
		w.dice.Reset(w.opt.Seed, subjectSlot, uint64(i))
		if n > 3 && i%8 == 6 && !w.rural[w.slots[i].township] {
			w.slots[i].nextOn = w.opt.From + civil.Date(w.dice.N(80))
			continue
		}
		w.newProject(&w.slots[i], w.opt.From, true, i)
	}
}

// slotsOf is how many sites there are at a time.
func slotsOf(sc *Scale) int {
	return max(min(sc.Projects, 3), int(math.Round(float64(sc.Projects)*0.75)))
}

// stepSlots signs the projects whose time has come.
func (w *World) stepSlots(d civil.Date) {
	for i := range w.slots {
		if w.slots[i].nextOn == d {
			w.newProject(&w.slots[i], d, false, i)
		}
	}
}

func (w *World) newProject(sl *slot, on civil.Date, running bool, index int) {
	num := w.projectNum
	w.projectNum++
	r := &w.dice
	r.Reset(w.opt.Seed, subjectSite|uint64(num), 0)
	p := &project{plateau: max(4, int(sl.size)), version: 0}
	p.num = num
	p.township = sl.township
	p.id = fmt.Sprintf("PRJ-%s-%04d", sl.township[:6], num+1)
	p.key = p.id
	p.ledger.account = "ACC-" + p.id[4:]

	length := r.In(240, 1000)
	if running {
		// Some began long ago; every eleventh is about to end, so that completion is seen early.
		age := r.In(15, 430)
		rest := 60 + r.N(900)
		if index%11 == 1 {
			rest = r.In(40, 70)
		}
		p.startOn, p.endOn = on.AddDays(-age), on.AddDays(rest)
		length = age + rest
		p.permitOn = p.startOn.AddDays(-r.In(12, 25))
		p.signedOn = p.permitOn.AddDays(-r.In(8, 30))
	} else {
		p.signedOn = on
		p.permitOn = on.AddDays(r.In(8, 25))
		p.startOn = p.permitOn.AddDays(r.In(8, 20))
		p.endOn = p.startOn.AddDays(length)
	}
	p.accountOn = p.signedOn.AddDays(r.In(2, 6)) // before anyone enters, long before the 30 days are over
	p.depositOn = addWorkdays(p.permitOn, r.In(2, 12))
	p.settledOn = p.endOn.AddDays(r.In(35, 70))
	sl.nextOn = p.endOn.AddDays(-r.In(25, 45))

	p.emp = w.chooseContractor(r, sl.township[:6], p.startOn)
	p.developer = w.developers[r.N(len(w.developers))]
	for range 1 + min(3, p.plateau/15) {
		i := w.subs[(int(p.emp)*5+r.N(8))%len(w.subs)] // contractors work with the same few
		if !slices.Contains(p.subs, i) {
			p.subs = append(p.subs, i)
		}
	}
	p.describe(r, sl.township)
	w.settleHabits(p)
	p.payDay = [...]int{10, 15, 15, 18, 20, 25, 28, 31}[r.N(8)]
	p.laborDay = r.In(3, p.payDay-4)
	p.wageLevel = r.Between(0.9, 1.15)
	margin := r.Between(0.88, 0.96)
	w.drawTrouble(r, p)
	if t := p.trouble; t != nil && t.cause == CauseSloppy {
		k := r.N(4)
		p.noBoard, p.noOfficer, p.noGuarantee = k == 0 || k == 3, k == 1 || k == 3, k == 2
	}
	p.laborCost = int64(float64(p.plateau)*27*meanDaily*p.wageLevel*margin) / 100000 * 100000
	p.contract = int64(float64(p.laborCost)*float64(length)/30/r.Between(0.18, 0.3)) / 10000000 * 10000000
	p.contract = max(p.contract, 500000000)
	p.depositForm = [...]string{"guarantee", "guarantee", "guarantee", "insurance", "insurance", "cash", "cash", "guarantee", "insurance", "waived"}[r.N(10)]
	if p.depositForm != "waived" {
		p.deposit = p.contract * 3 / 100 // the top of the legal range holds anywhere
		if r.Chance(0.12) {
			p.required = p.contract / 200
			p.deposit = p.required // two years without arrears
		}
		p.validUntil = p.settledOn.AddDays(180)
	}
	if r.Chance(0.1) && length > 260 {
		from := p.startOn + (p.endOn-p.startOn)/3 + civil.Date(r.N(60))
		// From the middle of a month to the middle of the next: in no month everybody is away.
		from = from.Month().Day(r.In(10, 14))
		p.pause = span{from, from.AddDays(r.In(18, 40))}
	}
	if index == 3 && running {
		p.moveOn, p.moveTo = on.AddDays(r.In(40, 80)), w.neighbour(p.township)
	}
	p.twoSources = num%29 == 5 || num == 2
	p.winter(p.startOn.Year())
	if !running {
		w.projects = append(w.projects, p)
		return
	}
	p.winter(on.Year())
	for range p.target(on) {
		k := w.hire(r, p)
		k.entered = p.startOn + civil.Date(r.N(max(1, int(on-p.startOn)-1)))
		k.contractOn = k.entered - civil.Date(r.In(1, 5))
		p.crew = append(p.crew, k)
	}
	w.projects = append(w.projects, p)
}

func (p *project) describe(r *draw.Dice, township string) {
	p.sector = [...]string{"construction", "construction", "construction", "construction", "construction", "construction", "transport", "water", "other", "energy"}[r.N(10)]
	p.investment = [...]string{"government", "state_owned", "private", "private"}[r.N(4)]
	place := region.Name(township)
	switch p.sector {
	case "transport":
		p.investment = "government"
		p.name = place + pick(r, "农村公路提升工程", "省道改建工程", "桥梁改造工程")
	case "water":
		p.investment = "government"
		p.name = place + pick(r, "河道整治工程", "水库除险加固工程", "供水管网工程")
	case "energy":
		p.name = place + pick(r, "分布式光伏工程", "变电站工程", "天然气管网工程")
	case "other":
		p.name = place + pick(r, "高标准农田建设项目", "垃圾中转站项目", "景区提升项目")
	default:
		p.name = place + pick(r, "安置小区", "中心小学", "卫生院", "标准厂房", "商住楼", "产业园", "保障房", "文化中心", "污水处理厂") + pick(r, "一期工程", "二期工程", "新建工程", "扩建工程")
	}
}

func (w *World) neighbour(township string) string {
	for i, t := range w.townships {
		if t.Code == township {
			for _, n := range []int{i + 1, i - 1} {
				if n >= 0 && n < len(w.townships) && w.townships[n].Code[:6] == township[:6] {
					return w.townships[n].Code
				}
			}
		}
	}
	return township
}

// chooseContractor prefers firms of the county; big ones work anywhere. Nobody signs with a firm that is going down.
func (w *World) chooseContractor(r *draw.Dice, county string, start civil.Date) int32 {
	best := w.contractors[r.N(len(w.contractors))]
	for range 12 {
		i := w.contractors[r.N(len(w.contractors))]
		e := w.employers[i]
		if e.failing != nil && start > e.failing.from {
			continue
		}
		best = i
		if e.township[:6] == county || r.Chance(0.35) {
			break
		}
	}
	return best
}

// winter sets the Spring Festival rest of a year: a fortnight at most, or a longer one that is reported.
func (p *project) winter(year int) {
	sf := springFestival(year)
	x := draw.Mix(uint64(p.num)<<16 | uint64(year))
	before, after := civil.Date(3+x%3), civil.Date(5+x>>8%3)
	p.longRest = x>>16%5 == 0
	if p.longRest {
		before, after = before+8, after+9
	}
	p.shut = span{sf - before, sf + after}
}

// open says whether work goes on.
func (p *project) open(d civil.Date) bool {
	return d >= p.startOn && d < p.endOn && !p.pause.has(d) && !p.shut.has(d)
}

func (p *project) status(d civil.Date) string {
	switch {
	case d >= p.settledOn && len(p.slips) == 0 && len(p.leavers) == 0:
		return "settled"
	case d >= p.endOn:
		return "completed"
	case d < p.startOn:
		return "preparing"
	case p.stalled || p.pause.has(d) || p.longRest && p.shut.has(d):
		return "suspended"
	}
	return "building"
}

func (w *World) stepProject(p *project, index int32, d civil.Date) {
	r := &w.dice
	r.Reset(w.opt.Seed, subjectSite|uint64(p.num), uint64(d))
	if first := d.Month().First(); d == first {
		p.rollMonth(d.Month() - 1)
		if _, m, _ := line.YMD(d); m == 1 {
			p.winter(d.Year())
		}
	}
	if d == d.Month().First() || p.month.due == 0 {
		w.plan(&p.site, r, d.Month()-1, d)
	}
	if d == w.opt.From && p.startOn < d {
		w.connect(p, d)
	}
	if t := p.trouble; t.is(CauseBadPayer, d) && !t.flagged {
		t.flagged = true
		p.flagTeam()
	}
	w.catchFailing(p, d)
	w.stepOwed(&p.site, d)
	if d == p.moveOn && p.moveTo != "" {
		p.township = p.moveTo
	}
	p.stalled = p.startOn < d && d < p.endOn && len(p.crew) < 3 && p.trouble.running(d) && p.order.fen > 0
	w.stepCrew(p, d)
	if now := p.status(d); now != p.reported || d == p.accountOn || d == p.permitOn || d == p.depositOn || d == p.moveOn {
		if d == p.permitOn {
			w.recordPermit(p, d)
		}
		p.reported = now
		w.recordProject(p, d, int32(19800+p.num%900))
		p.gone = now == "settled"
	}
	if t := p.trouble; t.over(d) && len(p.ledger.untold) > 0 {
		w.connectBank(p, d)
	}
	w.stepFunding(p, d)
	w.stepPay(&p.site, d)
	w.stepSettlements(&p.site, d)
	w.stepLeads(&p.site, d)
	w.attend(p, index, d)
}

// connect records a project that was running before its systems were connected, with its crew and its account.
func (w *World) connect(p *project, d civil.Date) {
	for i := range p.crew {
		if k := &p.crew[i]; k.registerOn == 0 {
			w.recordWorker(&p.site, k, 0, int32(14400+(p.num*31+i)%3600))
		} else {
			p.trouble.truth.seen(d)
		}
	}
	if p.permitOn < d {
		w.recordPermit(p, d)
	}
	p.pastWork(d.Month() - 1)
	w.backfill(p, d)
	if p.month.createOn < d && p.month.payOn >= d {
		w.list(&p.site, d)
	}
}

// pastWork counts the month before the systems were connected, of which a list is made though no gate saw it.
func (p *project) pastWork(m civil.Month) {
	open := 0
	for d := m.Last(); d >= max(m.First(), p.startOn); d-- {
		if p.open(d) {
			open++
		}
		for i := range p.crew {
			if k := &p.crew[i]; k.entered == d || d == max(m.First(), p.startOn) && k.entered < d {
				k.prev = uint8(open * 23 / 25)
				k.prevQ = uint16(k.prev) * 34
			}
		}
	}
}

func (w *World) recordProject(p *project, d civil.Date, sec int32) {
	p.version++
	if d >= p.startOn && (p.noBoard || p.noOfficer || p.noGuarantee) {
		p.trouble.truth.seen(d)
	}
	start := len(w.arena)
	w.open([]byte(p.id), "city-platform", p.version, sec)
	b := line.Text(w.arena, "name", p.name)
	b = line.Text(b, "township", p.township)
	b = line.Text(b, "sector", p.sector)
	b = line.Text(b, "investment", p.investment)
	b = line.Text(b, "developer_uscc", w.employers[p.developer].uscc)
	b = line.Text(b, "contractor_uscc", w.employers[p.emp].uscc)
	b = line.Text(b, "contractor_name", w.employers[p.emp].name)
	b = line.Yuan(b, "contract_yuan", p.contract)
	b = line.Day(b, "contract_signed_on", p.signedOn)
	if d >= p.permitOn {
		b = line.Day(b, "permit_on", p.permitOn)
	}
	if d >= p.startOn {
		b = line.Day(b, "started_on", p.startOn)
	}
	if d >= p.endOn {
		b = line.Day(b, "completed_on", p.endOn)
	}
	b = line.Text(b, "status", p.reported)
	b = line.Int(b, "pay_day", int64(p.payDay))
	b = line.Int(b, "labor_cost_day", int64(p.laborDay))
	b = line.Yuan(b, "labor_cost_yuan", p.laborCost)
	if d >= p.accountOn {
		b = append(b, `,"account":{"id":"`...)
		b = append(b, p.ledger.account...)
		b = append(b, '"')
		b = line.Day(b, "opened_on", p.accountOn)
		b = line.Text(b, "bank", [...]string{"禾岫银行", "芃澍农商银行", "璟汀村镇银行"}[p.num%3])
		if p.reported == "settled" {
			b = line.Day(b, "closed_on", d)
		}
		b = append(b, '}')
	}
	if d >= p.depositOn {
		b = append(b, `,"deposit":{"form":"`...)
		b = append(b, p.depositForm...)
		b = append(b, '"')
		b = line.Yuan(b, "yuan", p.deposit)
		b = line.Day(b, "lodged_on", p.depositOn)
		if p.validUntil != 0 {
			b = line.Day(b, "valid_until", p.validUntil)
		}
		if p.required > 0 {
			b = line.Yuan(b, "required_yuan", p.required)
		}
		b = append(b, '}')
	}
	b = line.Bool(b, "payment_guarantee", !p.noGuarantee)
	b = line.Bool(b, "notice_board", d >= p.startOn && !p.noBoard)
	w.arena = line.Bool(b, "labor_officer", !p.noOfficer)
	w.close(start, topicProjects, p.key, sec)
}

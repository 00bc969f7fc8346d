package simulate

import (
	"math"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/simulate/draw"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

type trade uint8

const (
	contractor trade = iota
	subcontractor
	developer
	business
)

// employer is an entry of the registry with the state of its operating signals.
type employer struct {
	uscc, name string
	township   string
	industry   byte
	legal      draw.Name
	legalID    string // of the person who heads the firm
	investorID string // of who owns it: the same, somebody else, or another firm
	headcount  int
	trade      trade
	status     string
	version    int
	weak       bool // a contractor that draws most of the trouble: firms in trouble have it on several sites
	electricity,
	water, gas float64 // per month in good times; 0: not reported
	failing *failing
	changed bool // to be recorded again today
}

// failing is how an employer goes down: its signals worsen month by month from the start of it.
type failing struct {
	from    civil.Date
	recover civil.Date // 0: never
	depth   float64    // 0.6 to 1
	truth   *Truth
}

func (f *failing) months(d civil.Date) float64 {
	if f == nil || d < f.from || f.recover != 0 && d >= f.recover {
		return 0
	}
	return float64(d-f.from) / 30
}

func (w *World) foundEmployers() {
	sc := &w.opt.Scale
	contractors := max(2, int(math.Round(float64(sc.Projects)/4.5)))
	w.contractors = w.found(contractor, contractors)
	w.subs = w.found(subcontractor, max(4, sc.Projects))
	w.developers = w.found(developer, max(2, sc.Projects/2))
	for _, i := range w.contractors[:max(1, contractors*28/100)] {
		w.employers[i].weak = true
	}
	for _, i := range w.found(business, sc.Employers) {
		w.foundBusiness(i)
	}
}

// startFailing lets an employer go down from a day on.
func (w *World) startFailing(r *draw.Dice, i int32, cause Cause, from civil.Date) *failing {
	e := w.employers[i]
	f := &failing{from: from, depth: r.Between(0.6, 1)}
	f.recover = f.from.AddDays(r.In(150, 360))
	f.truth = &Truth{Subject: "employer:" + e.uscc, Scope: "employer", Township: e.township, Cause: cause, From: f.from, Severity: f.depth}
	w.truths = append(w.truths, f.truth)
	e.failing = f
	return f
}

func (w *World) found(t trade, n int) []int32 {
	r := &w.dice
	r.Reset(w.opt.Seed, subjectEmployer, uint64(t))
	out := make([]int32, n)
	for i := range out {
		at := w.townships[r.N(len(w.townships))].Code
		if t == business {
			at = w.busy[(i+7)%len(w.busy)]
		}
		e := &employer{township: at, trade: t, status: "active", uscc: draw.NewUSCC(r, at[:6])}
		w.head(r, e)
		place, brand := shortName(at[:6]), draw.NewBrand(r)
		switch t {
		case contractor:
			e.industry, e.headcount = 'E', r.In(80, 600)
			e.name = place + brand + pick(r, "建设集团有限公司", "建设工程有限公司", "建筑工程有限公司", "市政工程有限公司")
			e.electricity = r.Between(8e3, 60e3)
		case subcontractor:
			e.industry, e.headcount = 'E', r.In(15, 90)
			e.name = place + brand + pick(r, "建筑劳务有限公司", "劳务分包有限公司", "建筑装饰工程有限公司", "钢结构安装有限公司")
		case developer:
			e.industry, e.headcount = 'K', r.In(10, 120)
			e.name = place + brand + pick(r, "置业有限公司", "城市建设投资有限公司", "房地产开发有限公司", "交通投资有限公司", "水务发展有限公司")
		case business:
			k := r.N(len(businessKinds))
			e.industry = businessKinds[k].industry
			e.name = place + brand + businessKinds[k].suffix
			e.headcount = int(24 * math.Exp(0.45*r.Bell()))
			e.electricity = float64(e.headcount) * r.Between(60, 900)
			e.water = float64(e.headcount) * r.Between(2, 12)
			if e.industry == 'C' || e.industry == 'H' {
				e.gas = float64(e.headcount) * r.Between(5, 40)
			}
		}
		out[i] = int32(len(w.employers))
		w.employers = append(w.employers, e)
	}
	return out
}

// head gives a firm somebody who heads it and who owns it. Now and then the same person heads two.
func (w *World) head(r *draw.Dice, e *employer) {
	p := draw.NewIdentity(r, w.opt.From.Year()-8)
	e.legal, e.legalID = p.Name, string(p.Number())
	if n := len(w.employers); n > 0 && e.trade != developer && r.Chance(0.04) {
		if other := w.employers[r.N(n)]; other.trade == e.trade {
			e.legal, e.legalID = other.legal, other.legalID
		}
	}
	e.investorID = e.legalID
	if r.Chance(0.3) {
		owner := draw.NewIdentity(r, w.opt.From.Year()-8)
		e.investorID = string(owner.Number())
	}
}

var businessKinds = []struct {
	industry byte
	suffix   string
}{
	{'C', "纺织有限公司"}, {'C', "机械制造有限公司"}, {'C', "工艺品有限公司"}, {'C', "家具有限公司"}, {'C', "电子有限公司"}, {'C', "食品有限公司"},
	{'H', "餐饮管理有限公司"}, {'H', "酒店管理有限公司"}, {'N', "物业环境服务有限公司"}, {'G', "物流有限公司"}, {'F', "商贸有限公司"}, {'O', "家政服务有限公司"},
}

// shortName is a county's name without its kind: 仙居县 becomes 仙居.
func shortName(county string) string {
	name := []rune(region.Name(county))
	if len(name) > 2 {
		name = name[:len(name)-1]
	}
	return string(name)
}

func pick(r *draw.Dice, of ...string) string { return of[r.N(len(of))] }

func (w *World) stepEmployers(d civil.Date) {
	if d == w.opt.From {
		for i, e := range w.employers {
			w.recordEmployer(e, int32(600+i%3000))
		}
	}
	for i, e := range w.employers {
		if e.changed {
			e.changed = false
			w.recordEmployer(e, int32(31000+i%1000))
		}
	}
	w.stepSignals(d)
}

func (w *World) recordEmployer(e *employer, sec int32) {
	e.version++
	start := len(w.arena)
	w.open([]byte(e.uscc), "registry", e.version, sec)
	b := line.Text(w.arena, "name", e.name)
	b = line.Text(b, "township", e.township)
	b = append(b, `,"industry":"`...)
	b = append(b, e.industry, '"')
	b = append(b, `,"legal_person":"`...)
	b = append(e.legal.Append(b), '"')
	b = line.Text(b, "legal_person_id", e.legalID)
	b = line.Text(b, "investor_id", e.investorID)
	b = line.Int(b, "headcount", int64(e.headcount))
	w.arena = line.Text(b, "status", e.status)
	w.close(start, topicEmployers, e.uscc, sec)
}

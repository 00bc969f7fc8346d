package simulate

import (
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate/draw"
	"github.com/anxin-project/anxin/internal/simulate/line"
)

// site is whoever owes wages to a crew: a construction project, or an employer without projects.
type site struct {
	num        int
	id         string // project id; "" for an employer without projects
	key        string // message key
	township   string
	emp        int32 // who answers: the general contractor, or the employer itself
	payDay     int
	payPlace   uint8 // channel of a regular payment
	crewSeq    int32
	crew       []worker
	joining    []worker // registered today, on site from tomorrow
	leavers    []leaver
	slips      []slip // created or owed, and not fully paid
	month      payMonth
	ledger     ledger
	trouble    *trouble
	returned   int // slips whose payment the bank sent back
	leads      []*lead
	leadNum    int
	order      order
	exits      []civil.Date // of those who left in the last month
	quietUntil civil.Date   // no background lead before
	lastPaid   civil.Date   // last attempt to pay what is overdue
}

// payMonth is the calendar of paying the wages of the month before.
type payMonth struct {
	month    civil.Month // wage month
	due      civil.Date  // the agreed day
	dueBy    civil.Date  // the last day to pay: the working day before when the agreed day is a rest day
	createOn civil.Date
	payOn    civil.Date
	paid     bool
}

// plan lays down when the wages of month m are listed and paid: listed in the first days of the next month, paid on the
// agreed day or, as the law has it, on the working day before when that is a rest day; many pay a little earlier.
func (w *World) plan(s *site, r *draw.Dice, m civil.Month, d civil.Date) {
	next := m + 1
	due := next.Day(s.payDay)
	by := workdayOnOrBefore(due)
	pay := by
	for range r.N(3) {
		pay = workdayOnOrBefore(pay - 1)
	}
	create := next.First() + civil.Date(r.N(3))
	pay = max(pay, next.First())
	s.month = payMonth{month: m, due: due, dueBy: by, createOn: min(create, pay), payOn: pay}
	if w.opt.Rates.Lapse > 0 {
		w.lapse(s, r, d)
	}
}

// lapse lets a pay day be missed now and then: the clerk is ill, a signature is missing. Weak firms do it more often.
func (w *World) lapse(s *site, r *draw.Dice, d civil.Date) {
	rate := w.opt.Rates.Lapse / 12 * 0.61
	if w.employers[s.emp].weak {
		rate = w.opt.Rates.Lapse / 12 * 2
	}
	if !r.Chance(rate) || !s.calm(d) || w.employers[s.emp].failing != nil {
		return
	}
	late := r.In(6, 12)
	if r.Chance(0.1) {
		late = r.In(13, 22)
	}
	s.month.payOn = s.month.dueBy.AddDays(late)
	w.trouble(s, &trouble{cause: CauseLapse, from: d, recover: s.month.payOn + 1, severity: r.Between(0.2, 0.6)})
}

func (s *site) subject() string {
	if s.id != "" {
		return "project:" + s.id
	}
	return "employer:" + s.key
}

// worker is one engagement.
type worker struct {
	draw.Identity
	seq        int32
	emp        int32
	wage       int32 // fen per unit of the basis
	basis      uint8
	job        uint8
	flags      uint16
	version    uint8
	cur, prev  uint8  // days worked in this month and the one before (until its slip is made)
	curQ       uint16 // quarters of an hour likewise
	prevQ      uint16
	entered    civil.Date
	contractOn civil.Date
	left       civil.Date // 0: still there
	registerOn civil.Date // 0: done; far away: never
}

const (
	noContract uint16 = 1 << iota
	paidCash
	sharedPayee
	reached   // the payer keeps this worker's wages back while the cause lasts
	underpaid // … or part of them
	unsigned
	unreported // leaves, and nobody tells the register
)

const never civil.Date = 1 << 30

// leaver is a worker who has left and is not settled yet.
type leaver struct {
	worker
	settleOn civil.Date
	listed   bool // the slips are made, money is lacking
}

var (
	bases = [...]string{"day", "month", "hour", "piece"}
	jobs  = [...]string{"木工", "钢筋工", "混凝土工", "瓦工", "架子工", "电工", "焊工", "普工", "抹灰工", "塔吊司机", "管道工", "管理员"}
	posts = [...]string{"操作工", "质检员", "服务员", "司机", "保洁员", "库管员", "文员", "维修工"}
)

const (
	basisDay = iota
	basisMonth
	basisHour
	basisPiece
)

// unitsPerDay of piece work; the price per unit is set so that a day earns what others earn.
const unitsPerDay = 22

// earned is what n days (and q quarters of an hour) earn: by the month in proportion to its 21.75 paid days, in whole
// yuan rounded up.
func (k *worker) earned(n, q int) int64 {
	wage := int64(k.wage)
	switch k.basis {
	case basisMonth:
		return min(wage, (wage*int64(n)*4+8699)/8700*100)
	case basisHour:
		return wage * int64(q) / 4
	case basisPiece:
		return wage * int64(n*unitsPerDay+int(k.seq)%7)
	}
	return wage * int64(n)
}

// recordWorker writes the registration as it stands; settled is 0 when it is not.
func (w *World) recordWorker(s *site, k *worker, settled civil.Date, sec int32) {
	k.version++
	start := len(w.arena)
	id := append(w.line[:0], "REG-"...)
	id = append(id, s.key...)
	id = append(id, '-')
	id = line.Padded(id, int64(k.seq), 4)
	w.line = id
	w.open(id, "real-name", int(k.version), sec)
	b := line.Text(w.arena, "id_type", k.IDType())
	b = line.Bytes(b, "id_number", k.Number())
	b = append(b, `,"name":"`...)
	b = append(k.Name.Append(b), '"')
	b = line.Bytes(b, "phone", k.Phone[:])
	b = line.Bytes(b, "bank_account", k.Bank[:])
	if s.id != "" {
		b = line.Text(b, "project_id", s.id)
		b = append(b, `,"team":"`...)
		b = append(b, byte('1'+k.job%6))
		b = append(b, `班"`...)
		b = line.Text(b, "job", jobs[int(k.job)%len(jobs)])
	} else {
		b = line.Text(b, "job", posts[int(k.job)%len(posts)])
	}
	b = line.Text(b, "employer_uscc", w.employers[k.emp].uscc)
	if k.flags&noContract == 0 {
		b = line.Day(b, "contract_signed_on", k.contractOn)
	}
	b = line.Day(b, "entered_on", k.entered)
	if k.left != 0 {
		b = line.Day(b, "left_on", k.left)
	}
	if settled != 0 {
		b = line.Day(b, "settled_on", settled)
	}
	b = line.Bool(b, "settled_confirmed", settled != 0)
	b = line.Text(b, "wage_basis", bases[k.basis])
	w.arena = line.Yuan(b, "wage_yuan", int64(k.wage))
	w.close(start, topicWorkers, s.key, sec)
}

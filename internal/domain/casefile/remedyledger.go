package casefile

import (
	"cmp"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Proceeding is a record of another system about an order, a mediation, a court or police matter, or money advanced (topic
// proceedings). Amounts are fen; PaidFen and RecoveredFen are nil where nobody has reported them.
type Proceeding struct {
	Source, ID   string
	Kind         string
	Scope        catalog.Scope
	ScopeID      string
	Name         string
	Township     string
	Sector       string
	Employer     string
	Workers      uint32
	AmountFen    int64
	PaidFen      *int64
	RecoveredFen *int64
	OpenedOn     civil.Date
	ClosedOn     *civil.Date
	Outcome      string
}

// LedgerLine is one remedy in the ledger (清偿台账): by a case, by a record, or by both, which is one.
type LedgerLine struct {
	Remedy       Remedy
	On           civil.Date
	Scope        catalog.Scope
	ScopeID      string
	Name         string
	Place        string // township
	Sector       string
	CaseID       string // empty: no case took it
	Seq          uint32 // of its event in the case
	DocumentNo   string
	Record       string // source and id; empty: no record tells of it
	AmountFen    int64
	PaidFen      int64
	PaidKnown    bool
	RecoveredFen int64
	// Doubtful says that a case and a record may mean the same: one subject, within the days of sameMatter, of other amounts. Both
	// count until somebody names the record in the case.
	Doubtful bool
}

// sameMatter is within how many days a case and a record of one subject, remedy and amount are the same: a record is written when the
// money moves, the case's paper before or after.
const sameMatter = 60

// InLedger are the remedies by which money moves, in the order of Remedies.
func InLedger() []Remedy {
	return slices.DeleteFunc(slices.Clone(Remedies), func(r Remedy) bool { return !r.Pays() })
}

// LedgerOf joins what cases and records tell of remedies that pay; each is one line. A record that a case names is the case's; else one
// about the same subject, remedy and amount within sixty days, the nearest first. Of a line that both tell the larger payment and
// recovery counts.
func LedgerOf(cases []Case, records []Proceeding) []LedgerLine {
	var lines []LedgerLine
	named := map[int]string{} // the record that a line's case names
	for _, c := range cases {
		for _, r := range c.Remedies {
			if !r.Remedy.Pays() {
				continue
			}
			if r.RecordID != "" {
				named[len(lines)] = r.RecordID
			}
			lines = append(lines, LedgerLine{Remedy: r.Remedy, On: r.On, Scope: c.Scope, ScopeID: c.ScopeID, Name: c.Name, Place: c.Township, Sector: c.Sector, CaseID: c.ID, Seq: r.Seq,
				DocumentNo: r.DocumentNo, AmountFen: r.AmountFen, PaidFen: r.PaidFen, PaidKnown: true, RecoveredFen: r.RecoveredFen})
		}
	}
	records = slices.DeleteFunc(slices.Clone(records), func(p Proceeding) bool { return !Remedy(p.Kind).Pays() })
	slices.SortStableFunc(records, func(a, b Proceeding) int {
		return cmp.Or(cmp.Compare(a.OpenedOn, b.OpenedOn), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
	})
	taken := make([]bool, len(records))
	join := func(line, record int) {
		l, p := &lines[line], records[record]
		taken[record], l.Record = true, p.Source+" "+p.ID
		if p.PaidFen != nil {
			l.PaidFen = max(l.PaidFen, *p.PaidFen)
		}
		if p.RecoveredFen != nil {
			l.RecoveredFen = max(l.RecoveredFen, *p.RecoveredFen)
		}
	}
	for i := range lines {
		for j, p := range records {
			if id := named[i]; id != "" && !taken[j] && lines[i].Remedy == Remedy(p.Kind) && (id == p.ID || id == p.Source+" "+p.ID) {
				join(i, j)
				break
			}
		}
	}
	type pair struct {
		line, record int
		days         civil.Date
	}
	var pairs []pair
	for i, l := range lines {
		for j, p := range records {
			if l.Record == "" && !taken[j] && l.about(p) && l.AmountFen == p.AmountFen {
				pairs = append(pairs, pair{i, j, apart(l.On, p.OpenedOn)})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(a.days, b.days) })
	for _, one := range pairs {
		if lines[one.line].Record == "" && !taken[one.record] {
			join(one.line, one.record)
		}
	}
	own := len(lines)
	for j, p := range records {
		if taken[j] {
			continue
		}
		l := LedgerLine{Remedy: Remedy(p.Kind), On: p.OpenedOn, Scope: p.Scope, ScopeID: p.ScopeID, Name: p.Name, Place: p.Township, Sector: p.Sector, Record: p.Source + " " + p.ID, AmountFen: p.AmountFen}
		if p.PaidFen != nil {
			l.PaidFen, l.PaidKnown = *p.PaidFen, true
		}
		if p.RecoveredFen != nil {
			l.RecoveredFen = *p.RecoveredFen
		}
		for i := range lines[:own] {
			if lines[i].Record == "" && lines[i].about(p) {
				lines[i].Doubtful, l.Doubtful = true, true
			}
		}
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b LedgerLine) int {
		return cmp.Or(-cmp.Compare(a.On, b.On), cmp.Compare(a.ScopeID, b.ScopeID), cmp.Compare(a.CaseID, b.CaseID), cmp.Compare(a.Record, b.Record))
	})
	return lines
}

// about reports whether a record may mean a case's remedy.
func (l LedgerLine) about(p Proceeding) bool {
	return l.Remedy == Remedy(p.Kind) && l.Scope == p.Scope && l.ScopeID == p.ScopeID && apart(l.On, p.OpenedOn) <= sameMatter
}

func apart(a, b civil.Date) civil.Date { return max(a-b, b-a) }

// LedgerSum is what a county's remedies of one kind come to.
type LedgerSum struct {
	County       string `json:"county"` // of who answers for a township alone: that
	Remedy       Remedy `json:"remedy"`
	Count        int    `json:"count"`
	AmountFen    int64  `json:"amount_fen"` // asked for, drawn or advanced
	PaidFen      int64  `json:"paid_fen"`   // reached workers
	Unreported   int    `json:"unreported"` // of which nobody has said what reached workers
	RecoveredFen int64  `json:"recovered_fen"`
	Doubtful     int    `json:"doubtful"` // lines that may tell of one matter twice
}

// SumLedger adds up lines by place and remedy, places in the order of their codes, of so many digits: 6 for counties.
func SumLedger(lines []LedgerLine, digits int) []LedgerSum {
	type key struct {
		county string
		remedy Remedy
	}
	by := map[key]*LedgerSum{}
	var all []*LedgerSum
	for _, l := range lines {
		k := key{l.Place[:min(digits, len(l.Place))], l.Remedy}
		if by[k] == nil {
			by[k] = &LedgerSum{County: k.county, Remedy: k.remedy}
			all = append(all, by[k])
		}
		s := by[k]
		s.Count++
		s.AmountFen, s.PaidFen, s.RecoveredFen = s.AmountFen+l.AmountFen, s.PaidFen+l.PaidFen, s.RecoveredFen+l.RecoveredFen
		if !l.PaidKnown {
			s.Unreported++
		}
		if l.Doubtful {
			s.Doubtful++
		}
	}
	sums := []LedgerSum{}
	for _, s := range all {
		sums = append(sums, *s)
	}
	slices.SortFunc(sums, func(a, b LedgerSum) int {
		return cmp.Or(cmp.Compare(a.County, b.County), cmp.Compare(slices.Index(Remedies, a.Remedy), slices.Index(Remedies, b.Remedy)))
	})
	return sums
}

// InstrumentSum is how often a county used an instrument (多元化), how long it took and what it brought.
type InstrumentSum struct {
	County     string   `json:"county"`
	Kind       string   `json:"kind"` // as topic proceedings names it
	Count      int      `json:"count"`
	Closed     int      `json:"closed"`
	Days       int64    `json:"-"` // of the closed ones, added up
	MeanDays   *float64 `json:"mean_days"`
	Succeeded  int      `json:"succeeded"` // fulfilled, settled, upheld or convicted
	Workers    int64    `json:"workers"`   // somebody may be in several
	AmountFen  int64    `json:"amount_fen"`
	PaidFen    int64    `json:"paid_fen"`
	Unreported int      `json:"unreported"`
}

// Instruments are the kinds of proceedings that the view of instruments counts, in its order.
var Instruments = []string{"mediation", "procuratorial_hearing", "supported_suit", "payment_order", "judicial_confirmation", "legal_aid", "arbitration", "enforcement", "criminal_referral"}

// SumInstruments adds up proceedings by place and kind, places of so many digits.
func SumInstruments(records []Proceeding, digits int) []InstrumentSum {
	type key struct{ county, kind string }
	by := map[key]*InstrumentSum{}
	for _, p := range records {
		if !slices.Contains(Instruments, p.Kind) {
			continue
		}
		k := key{p.Township[:min(digits, len(p.Township))], p.Kind}
		if by[k] == nil {
			by[k] = &InstrumentSum{County: k.county, Kind: k.kind}
		}
		s := by[k]
		s.Count++
		s.Workers, s.AmountFen = s.Workers+int64(p.Workers), s.AmountFen+p.AmountFen
		if p.PaidFen != nil {
			s.PaidFen += *p.PaidFen
		} else {
			s.Unreported++
		}
		if p.ClosedOn != nil {
			s.Closed++
			s.Days += int64(*p.ClosedOn - p.OpenedOn)
		}
		switch p.Outcome {
		case "fulfilled", "settled", "upheld", "convicted":
			s.Succeeded++
		}
	}
	sums := []InstrumentSum{}
	for _, s := range by {
		if s.Closed > 0 {
			mean := float64(s.Days) / float64(s.Closed)
			s.MeanDays = &mean
		}
		sums = append(sums, *s)
	}
	slices.SortFunc(sums, func(a, b InstrumentSum) int {
		return cmp.Or(cmp.Compare(a.County, b.County), cmp.Compare(slices.Index(Instruments, a.Kind), slices.Index(Instruments, b.Kind)))
	})
	return sums
}

package overview

import (
	"strconv"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// FiguresAnswer is what is counted of a place.
type FiguresAnswer struct {
	Watched     uint64         `json:"monitored_workers"`
	People      uint64         `json:"arrears_workers"` // beyond the index's grace
	Fen         int64          `json:"arrears_fen"`
	Estimated   int64          `json:"estimated_fen"` // of arrears_fen
	Silent      uint64         `json:"silent_workers"`
	Missing     uint64         `json:"unaccounted_workers"`
	Red         int            `json:"red"`
	Yellow      int            `json:"yellow"`
	Likely      int            `json:"likely"`
	LeadsOpen   uint64         `json:"leads_open"`
	LeadsLate   uint64         `json:"leads_late"`
	Projects    uint64         `json:"projects"`
	NoLists     uint64         `json:"projects_without_lists"`
	NoGate      uint64         `json:"projects_without_gate"`
	NoLedger    uint64         `json:"projects_without_ledger"`
	CasesOpen   int            `json:"cases_open"`
	CasesLate   int            `json:"cases_late"`
	CasesNear   int            `json:"cases_near"`
	CasesStages map[string]int `json:"cases_by_stage"` // of cases that have not ended
}

// EarlierAnswer are the figures of an earlier date, and the townships whose light changed since.
type EarlierAnswer struct {
	AsOf    civil.Date   `json:"as_of"`
	Edition uint32       `json:"edition"` // 0: an earlier run
	Watched uint64       `json:"monitored_workers"`
	People  uint64       `json:"arrears_workers"`
	Fen     int64        `json:"arrears_fen"`
	Worse   []MoveAnswer `json:"worse"`
	Better  []MoveAnswer `json:"better"`
}

// MoveAnswer is a township whose light changed.
type MoveAnswer struct {
	Code string `json:"code"`
	Name string `json:"name"`
	From string `json:"from"`
	To   string `json:"to"`
}

// PartAnswer is a part of a place, with its figures.
type PartAnswer struct {
	Code string `json:"code"`
	Name string `json:"name"`
	FiguresAnswer
}

// LightAnswer is the light of a township; none where nobody is watched.
type LightAnswer struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Light string `json:"light"`
}

// Answer is what GET /api/v1/overview answers.
type Answer struct {
	view.OfRun
	Place string `json:"place"`
	Name  string `json:"name"`
	FiguresAnswer
	Grace     int             `json:"grace_days"`
	Bands     []view.OwedBand `json:"bands"` // by how long it has been owed; somebody may be in several
	Lights    map[string]int  `json:"lights"`
	Parts     []PartAnswer    `json:"parts"`
	Townships []LightAnswer   `json:"townships"`
	Opened    int             `json:"opened"`      // warnings since yesterday
	NewRed    int             `json:"newly_red"`   // came as red ones, or rose to red, since yesterday
	Verdicts  map[string]int  `json:"verdicts"`    // of active warnings: none, true, untrue, settled; empty where casework is not known
	Ended     int             `json:"ended"`       // since yesterday
	Yesterday *EarlierAnswer  `json:"yesterday"`   // null: there is no earlier date
	Compared  *EarlierAnswer  `json:"compared"`    // with the last edition; null: with nothing
	Due       []dueDay        `json:"due"`         // in the next two weeks
	Unplaced  int             `json:"unplaced"`    // subjects of which nobody knows the township
	Failing   int             `json:"failing"`     // detectors that failed: their warnings stand as they were
	Connected bool            `json:"casework"`    // false: cases are not known here
	Known     bool            `json:"facts_known"` // false: the run's facts are gone; leads, bands and feeds are unknown
}

// Answer answers GET /api/v1/overview.
func (p *Pages) Answer(r *web.Request) (web.Answer, error) {
	d, err := p.overview(r)
	if err != nil {
		return web.Answer{}, err
	}
	a := Answer{
		OfRun: r.View.OfRun(), Place: d.Place, Name: d.Name, FiguresAnswer: d.figures.answer(), Grace: d.Grace, Bands: view.List(d.Bands), Lights: view.LightsAnswer(d.Lights),
		Parts:     view.Each(d.Areas, func(one area) PartAnswer { return PartAnswer{one.Code, one.Name, one.figures.answer()} }),
		Townships: []LightAnswer{}, Opened: len(d.Opened), NewRed: len(d.NewlyRed), Ended: len(d.Ended), Yesterday: d.Yesterday.answer(), Compared: d.Compared.answer(), Due: view.List(d.Due),
		Unplaced: d.Unplaced, Failing: d.Failing, Connected: d.Connected, Known: !d.Unread,
	}
	for _, county := range d.Counties {
		for _, t := range county.Tiles {
			a.Townships = append(a.Townships, LightAnswer{t.Code, t.Name, t.Light})
		}
	}
	a.Verdicts = map[string]int{}
	for _, one := range d.Found {
		a.Verdicts[one.Kind] = one.Warnings
	}
	return web.Answer{JSON: a}, nil
}

func (f figures) answer() FiguresAnswer {
	stages := map[string]int{}
	for _, s := range f.Cases.Stages {
		stages[string(s.Stage)] = s.Cases
	}
	return FiguresAnswer{f.Watched, f.People, f.Fen, f.Estimated, f.Silent, f.Missing, f.Red, f.Yellow, f.Likely, f.Tally.LeadsOpen, f.Tally.LeadsLate,
		f.Tally.Projects, f.Tally.NoLists, f.Tally.NoGate, f.Tally.NoLedger, f.Cases.Open, f.Cases.Late, f.Cases.Near, stages}
}

func (e *earlier) answer() *EarlierAnswer {
	if e == nil {
		return nil
	}
	moves := func(all []move) []MoveAnswer {
		return view.Each(all, func(m move) MoveAnswer { return MoveAnswer{m.Unit.Code, m.Unit.Name, m.From, m.To} })
	}
	return &EarlierAnswer{e.AsOf, e.Edition, e.Watched, e.People, e.Fen, moves(e.Worse), moves(e.Better)}
}

// Export is the export at /overview.csv and /overview.xlsx: the parts of the place, each with its figures.
func (p *Pages) Export(r *web.Request) (web.Answer, error) {
	d, err := p.overview(r)
	if err != nil {
		return web.Answer{}, err
	}
	s := spreadsheet.NewTable(string(r.Lang), web.Column("csv.as_of"), web.Column("csv.code"), web.Column("csv.name"), web.Coded("csv.light", codebook.Light), web.Column("csv.index"), web.Column("csv.monitored"),
		web.Column("csv.arrears_workers"), web.Column("csv.yuan"), web.Column("csv.estimated_yuan"), web.Column("csv.red"), web.Column("csv.yellow"), web.Column("csv.leads_open"), web.Column("csv.leads_late"),
		web.Column("csv.cases_open"), web.Column("csv.cases_late"), web.Column("csv.projects_active"), web.Column("csv.no_lists"))
	whole := func(n uint64) string { return strconv.FormatUint(n, 10) }
	for _, one := range d.Areas {
		light, index, cases, late := "", "", "", ""
		leads := [4]string{}
		if one.Unit != nil {
			light = view.LightClass(one.Unit.Light)
			if one.Unit.Index != nil {
				index = strconv.FormatFloat(*one.Unit.Index, 'f', 1, 64)
			}
		}
		if d.Connected {
			cases, late = strconv.Itoa(one.Cases.Open), strconv.Itoa(one.Cases.Late)
		}
		if !d.Unread { // else unknown, and no zero
			leads = [4]string{whole(one.Tally.LeadsOpen), whole(one.Tally.LeadsLate), whole(one.Tally.Projects), whole(one.Tally.NoLists)}
		}
		s.Line(r.View.Run.AsOf.String(), one.Code, one.Name, light, index, whole(one.Watched), whole(one.People), spreadsheet.Yuan(one.Fen), spreadsheet.Yuan(one.Estimated),
			strconv.Itoa(one.Red), strconv.Itoa(one.Yellow), leads[0], leads[1], cases, late, leads[2], leads[3])
	}
	return r.Export(s, "anxin-overview-"+d.Place+"-"+r.View.Run.AsOf.String(), language.Fill(r.Lang, "overview.title", d.Name), r.OfRun())
}

package arrears

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// zeroData is the zero-arrears view (零欠薪): what remains today, by place, and since when the rest is clear.
type zeroData struct {
	AsOf     civil.Date
	Place    string // code of the county or township chosen
	Counties []zeroPlace
	Towns    []zeroPlace // of the county chosen, of all where there is one
	Total    zeroPlace
	Stage    string
	Stages   []casefile.Stage
	Rows     []zeroRow
	Pager    web.Pager
}

// zeroPlace is what remains in a place.
type zeroPlace struct {
	Code, Name string
	Subjects   int
	Workers    uint64 // somebody on two subjects counts twice
	Fen        int64
	Estimated  int64
	Since      *civil.Date
	NoCase     int                    // subjects that nobody has a case of
	ByStage    map[casefile.Stage]int // subjects by the stage of their case
	Clear      *view.Clear            // of a township that owes nothing
}

// zeroRow is one subject that remains.
type zeroRow struct {
	view.Remaining
	Case *casefile.Case // nil: nobody has one
}

// Stage is that of its case; empty without one.
func (z zeroRow) Stage() string {
	if z.Case == nil {
		return ""
	}
	return string(z.Case.Stage)
}

func (z *zeroPlace) add(row zeroRow) {
	z.Subjects++
	z.Workers += row.Workers
	z.Fen, z.Estimated = z.Fen+row.Fen, z.Estimated+row.Estimated
	if since := row.Since; z.Since == nil || since < *z.Since {
		z.Since = &since
	}
	if row.Case == nil || row.Case.Stage.Ended() {
		z.NoCase++
		return
	}
	if z.ByStage == nil {
		z.ByStage = map[casefile.Stage]int{}
	}
	z.ByStage[row.Case.Stage]++
}

// noCase stands in the filter for subjects that nobody has a case of, or one that has ended.
const noCase = "none"

func (p *Pages) zero(r *web.Request, size int) (*zeroData, error) {
	d := &zeroData{AsOf: r.View.Run.AsOf, Place: r.Query.Code("county", 4, 6, 9), Stages: slices.DeleteFunc(slices.Clone(casefile.Stages), casefile.Stage.Ended), Total: zeroPlace{Name: language.Message(r.Lang, "zero.all")}}
	allowed := []string{"", noCase}
	for _, s := range d.Stages {
		allowed = append(allowed, string(s))
	}
	d.Stage = r.Query.Choice("stage", allowed...)
	remaining, err := view.ReadRemaining(r.Context, p.Conn, r.View.Run)
	if err != nil {
		return nil, err
	}
	remaining = access.MayRead(r.Person(), remaining, view.Remaining.Object)
	list, err := p.myCases(r)
	if err != nil {
		return nil, err
	}
	of := map[string]*casefile.Case{}
	for i := range list {
		of[list[i].ID] = &list[i]
	}
	clear, err := view.ClearSince(r.Context, p.Conn, r.View.Runs)
	if err != nil {
		return nil, err
	}
	counties, towns := map[string]*zeroPlace{}, map[string]*zeroPlace{}
	place := func(in map[string]*zeroPlace, code string) *zeroPlace {
		if in[code] == nil {
			in[code] = &zeroPlace{Code: code, Name: cmp.Or(p.Regions.Name(code), code, language.Message(r.Lang, "zero.unplaced"))}
		}
		return in[code]
	}
	for _, u := range r.View.Units { // also those that owe nothing
		switch {
		case u.RankOnly || !strings.HasPrefix(u.Code, d.Place):
		case u.Level == "county":
			place(counties, u.Code)
		case u.Level == "township":
			place(towns, u.Code)
		}
	}
	for _, one := range remaining {
		if !strings.HasPrefix(one.Township, d.Place) {
			continue
		}
		row := zeroRow{one, of[casefile.ID(one.Scope, one.ID)]}
		d.Total.add(row)
		if digits(r) == 6 {
			place(counties, one.Township[:min(6, len(one.Township))]).add(row)
		}
		place(towns, one.Township).add(row)
		if stage := row.Stage(); d.Stage == "" || d.Stage == stage || d.Stage == noCase && (stage == "" || row.Case.Stage.Ended()) {
			d.Rows = append(d.Rows, row)
		}
	}
	for code, town := range towns {
		if at, ok := clear[code]; ok && town.Subjects == 0 {
			town.Clear = &at
		}
	}
	d.Counties, d.Towns = ordered(counties), ordered(towns)
	d.Pager = r.Query.Rows(len(d.Rows), size)
	d.Rows = d.Rows[d.Pager.From:d.Pager.To]
	return d, nil
}

// ordered are places by what they owe, the most first; those that owe nothing by their code.
func ordered(places map[string]*zeroPlace) []zeroPlace {
	var all []zeroPlace
	for _, z := range places {
		all = append(all, *z)
	}
	slices.SortFunc(all, func(a, b zeroPlace) int {
		return cmp.Or(-cmp.Compare(a.Fen+a.Estimated, b.Fen+b.Estimated), -cmp.Compare(a.Subjects, b.Subjects), cmp.Compare(a.Code, b.Code))
	})
	return all
}

// ZeroPage is the page at /zero.
func (p *Pages) ZeroPage(r *web.Request) (web.Answer, error) {
	d, err := p.zero(r, p.PageSize)
	return web.Answer{Template: "zero", Title: language.Message(r.Lang, "zero.title"), Data: d}, err
}

// ZeroExport is the export at /zero.csv and /zero.xlsx: what remains, subject by subject.
func (p *Pages) ZeroExport(r *web.Request) (web.Answer, error) {
	d, err := p.zero(r, 0)
	if err != nil {
		return web.Answer{}, err
	}
	s := spreadsheet.NewTable(string(r.Lang), web.Column("csv.as_of"), web.Coded("csv.scope", codebook.Scope), web.Column("csv.id"), web.Column("csv.name"), web.Column("csv.township"), web.Column("csv.place"),
		column("zero.employers", "employers", spreadsheet.Text), column("zero.workers", "workers", spreadsheet.Number), web.Column("csv.owed_yuan"), web.Column("csv.estimated_yuan"), web.Column("csv.since"), web.Coded("case.stage", codebook.Stage))
	for _, row := range d.Rows {
		s.Line(d.AsOf.String(), string(row.Scope), row.ID, row.Name, row.Township, p.Regions.Path(row.Township), strings.Join(row.Employers, spreadsheet.Separator), strconv.FormatUint(row.Workers, 10),
			spreadsheet.Yuan(row.Fen), spreadsheet.Yuan(row.Estimated), row.Since.String(), row.Stage())
	}
	return r.Export(s, "anxin-zero-"+d.AsOf.String(), language.Message(r.Lang, "zero.title"), r.OfRun())
}

// ZeroAnswer is what GET /api/v1/zero answers.
type ZeroAnswer struct {
	AsOf      civil.Date   `json:"as_of"`
	Counties  []PlaceLine  `json:"counties"`
	Townships []PlaceLine  `json:"townships"`
	Total     int          `json:"total"`
	Remaining []RemainLine `json:"remaining"` // oldest first
}

// PlaceLine is what remains in a place.
type PlaceLine struct {
	Code         string                 `json:"code"`
	Name         string                 `json:"name"`
	Subjects     int                    `json:"subjects"`
	Workers      uint64                 `json:"workers"`
	OwedFen      int64                  `json:"owed_fen"`
	EstimatedFen int64                  `json:"estimated_fen"`
	Since        *civil.Date            `json:"since"`
	WithoutCase  int                    `json:"without_case"`
	ByStage      map[casefile.Stage]int `json:"by_stage"`
	ClearSince   *view.Clear            `json:"clear_since"` // of a township that owes nothing
}

// RemainLine is a subject that owes.
type RemainLine struct {
	Scope        catalog.Scope `json:"scope"`
	ScopeID      string        `json:"scope_id"`
	Name         string        `json:"name"`
	Township     string        `json:"township"`
	Employers    []string      `json:"employers"`
	Workers      uint64        `json:"workers"`
	OwedFen      int64         `json:"owed_fen"`
	EstimatedFen int64         `json:"estimated_fen"`
	Since        civil.Date    `json:"since"`
	Stage        string        `json:"stage"` // of its case; empty without one
}

// ZeroAnswer answers GET /api/v1/zero.
func (p *Pages) ZeroAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.zero(r, p.PageSize)
	if err != nil {
		return web.Answer{}, err
	}
	line := func(z zeroPlace) PlaceLine {
		return PlaceLine{z.Code, z.Name, z.Subjects, z.Workers, z.Fen, z.Estimated, z.Since, z.NoCase, z.ByStage, z.Clear}
	}
	return web.Answer{JSON: ZeroAnswer{d.AsOf, view.Each(d.Counties, line), view.Each(d.Towns, line), d.Pager.Total, view.Each(d.Rows, func(z zeroRow) RemainLine {
		return RemainLine{z.Scope, z.ID, z.Name, z.Township, z.Employers, z.Workers, z.Fen, z.Estimated, z.Since, z.Stage()}
	})}}, nil
}

package editions

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/codebook"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/platform/editionstore"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// editionsData is the list of editions, newest first.
type editionsData struct {
	Editions []edition.Edition
	Talks    []talkRow // of the latest
}

type talkRow struct {
	edition.Talk
	Unit *view.Unit
}

// EditionsPage is the page at /editions.
func (p *Pages) EditionsPage(r *web.Request) (web.Answer, error) {
	d, err := p.editions(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "editions", Title: language.Message(r.Lang, "editions.title"), Data: d}, nil
}

// editions gathers the editions and the talks that the latest proposes.
func (p *Pages) editions(r *web.Request) (*editionsData, error) {
	d := &editionsData{Editions: r.View.NewestFirst()}
	if latest := r.View.Latest(); latest != nil {
		units, err := p.editionUnits(r, latest)
		if err != nil {
			return nil, err
		}
		d.Talks = talkRows(r.View.Talks, units)
	}
	return d, nil
}

// editionUnits reads the units of an edition that who asks may read.
func (p *Pages) editionUnits(r *web.Request, e *edition.Edition) ([]edition.Unit, error) {
	units, err := editionstore.Units(r.Context, p.Conn, *e)
	return access.MayRead(r.Person(), units, func(u edition.Unit) access.Object { return access.Object{Place: u.Code} }), err
}

func talkRows(talks []edition.Talk, units []edition.Unit) []talkRow {
	rows := make([]talkRow, len(talks))
	for i, t := range talks {
		rows[i] = talkRow{Talk: t}
		for _, u := range units {
			if u.Code == t.Township {
				rows[i].Unit = view.OfEdition(u)
			}
		}
	}
	return rows
}

// editionData is one edition: its ranking and the talks it proposes.
type editionData struct {
	Edition  edition.Edition
	Previous uint32 // the edition changes are measured against; 0 for the first
	Newest   bool
	Unit     string // township or county
	County   string
	Counties []*view.Unit
	Light    string
	Lights   []view.LightCount
	Rows     []*view.Unit
	Talks    []talkRow
}

// named returns the edition of the address.
func (p *Pages) named(r *web.Request) (*edition.Edition, error) {
	n, err := strconv.ParseUint(r.HTTP.PathValue("number"), 10, 32)
	if err != nil {
		return nil, web.ErrNotFound
	}
	if e := r.View.Numbered(uint32(n)); e != nil {
		return e, nil
	}
	return nil, web.ErrNotFound
}

func (p *Pages) edition(r *web.Request) (*editionData, error) {
	e, err := p.named(r)
	if err != nil {
		return nil, err
	}
	q := r.Query
	d := &editionData{
		Edition: *e, Newest: e.Number == r.View.Latest().Number,
		Unit: q.Choice("unit", "township", "county"), County: q.Code("county", 6), Light: q.Choice("light", "", "green", "yellow", "red", "grey"),
	}
	units, err := p.editionUnits(r, e)
	if err != nil {
		return nil, err
	}
	before, err := p.unitsBefore(r, e.Number)
	if err != nil {
		return nil, err
	}
	if before != nil {
		d.Previous = e.Number - 1
	}
	counts := map[string]int{}
	for _, one := range units {
		u := view.OfEdition(one)
		u.Previous = before[u.Code]
		if u.Level == "county" {
			d.Counties = append(d.Counties, u)
		}
		if u.Level != d.Unit || !view.Inside(u, "", d.County) {
			continue
		}
		counts[view.LightClass(u.Light)]++
		if d.Light == "" || view.LightClass(u.Light) == d.Light {
			d.Rows = append(d.Rows, u)
		}
	}
	for _, l := range view.LightNames {
		d.Lights = append(d.Lights, view.LightCount{Light: l, Count: counts[l]})
	}
	view.SortUnits(d.Rows, "rank", false, d.County != "")
	talks, err := editionstore.Talks(r.Context, p.Conn, *e)
	d.Talks = talkRows(view.TalksFor(r.Person(), talks), units)
	return d, err
}

// unitsBefore reads the edition before one by code; nil for the first.
func (p *Pages) unitsBefore(r *web.Request, number uint32) (map[string]*view.Unit, error) {
	e := r.View.Numbered(number - 1)
	if e == nil {
		return nil, nil
	}
	units, err := p.editionUnits(r, e)
	before := make(map[string]*view.Unit, len(units))
	for _, u := range units {
		before[u.Code] = view.OfEdition(u)
	}
	return before, err
}

// EditionPage is the page at /editions/{number}.
func (p *Pages) EditionPage(r *web.Request) (web.Answer, error) {
	d, err := p.edition(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "edition", Title: language.Fill(r.Lang, "edition.title", language.Whole(d.Edition.Number)), Data: d}, nil
}

// EditionExport is the export at /editions/{number}/ranking.csv and ranking.xlsx.
func (p *Pages) EditionExport(r *web.Request) (web.Answer, error) {
	d, err := p.edition(r)
	if err != nil {
		return web.Answer{}, err
	}
	s := spreadsheet.NewTable(string(r.Lang), web.Column("csv.edition"), web.Column("csv.as_of"), web.Column("csv.rank"), web.Column("csv.code"), web.Column("csv.name"), web.Column("csv.place"),
		web.Coded("csv.light", codebook.Light), web.Column("csv.index"), web.Column("csv.change"), web.Column("csv.monitored"), web.Column("csv.arrears_workers"), web.Column("csv.yuan"))
	for _, u := range d.Rows {
		rank, change := "", ""
		if n := view.RankOf(u, d.County != ""); n < 1<<31 {
			rank = language.Whole(n)
		}
		if v, ok := u.Change(); ok {
			change = strconv.FormatFloat(language.Tenths(v), 'f', 1, 64)
		}
		s.Line(language.Whole(d.Edition.Number), d.Edition.AsOf.String(), rank, u.Code, u.Name, p.Regions.Path(u.Code), view.LightClass(u.Light),
			csvIndex(u.Index), change, language.Whole(u.MonitoredWorkers), language.Whole(u.ArrearsWorkers), spreadsheet.Yuan(u.ArrearsFen))
	}
	return r.Export(s, "anxin-edition-"+language.Whole(d.Edition.Number), language.Fill(r.Lang, "edition.title", language.Whole(d.Edition.Number)), r.OfEdition(d.Edition))
}

// diffData is what moved between two editions.
type diffData struct {
	From, To edition.Edition
	Others   []edition.Edition // that To can be compared with
	Unit     string
	County   string
	Counties []*view.Unit
	Rows     []diffRow
	Widest   float64
	Names    []string // of the parts
}

// diffRow is the change of a unit, with the parts in the order of the columns; nil where one edition has no index of it.
type diffRow struct {
	*view.Unit // as in the newer edition that has it
	From       *view.Unit
	To         *view.Unit
	Total      *float64
	Parts      []float64
}

// diffParts are the columns of a difference between two editions of the form; between two forms nothing is said to move.
func diffParts(form uint8) []string {
	first := "arrears"
	if form == 1 {
		first = "incidence"
	}
	return []string{first, "timeliness", "safeguards", "resolution", "hazard", edition.Cap}
}

func (p *Pages) diff(r *web.Request) (*diffData, error) {
	to, err := p.named(r)
	if err != nil {
		return nil, err
	}
	q := r.Query
	with := to.Number - 1
	if q.Given.Get("with") != "" {
		with = uint32(q.Number("with"))
	}
	from := r.View.Numbered(with)
	if from == nil || from.Number == to.Number {
		return nil, web.ErrNotFound
	}
	d := &diffData{From: *from, To: *to, Unit: q.Choice("unit", "township", "county"), County: q.Code("county", 6), Counties: r.View.Counties}
	for _, e := range r.View.Editions {
		if e.Number != to.Number {
			d.Others = append(d.Others, e)
		}
	}
	before, err := p.editionUnits(r, from)
	if err != nil {
		return nil, err
	}
	after, err := p.editionUnits(r, to)
	if err != nil {
		return nil, err
	}
	d.Names = diffParts(to.Form)
	for _, change := range edition.Compare(before, after) {
		row := diffRow{Unit: view.OfEdition(*change.Unit()), Total: change.Moved}
		if row.Level != d.Unit || !view.Inside(row.Unit, "", d.County) {
			continue
		}
		if change.From != nil {
			row.From = view.OfEdition(*change.From)
		}
		if change.To != nil {
			row.To = view.OfEdition(*change.To)
		}
		if change.Moved != nil {
			row.Parts = make([]float64, len(d.Names))
			for _, part := range change.Parts {
				if i := slices.Index(d.Names, part.Component); i >= 0 {
					row.Parts[i] = part.Points
				}
			}
			d.Widest = max(d.Widest, *change.Moved, -*change.Moved)
		}
		d.Rows = append(d.Rows, row)
	}
	slices.SortStableFunc(d.Rows, func(a, b diffRow) int { // what fell most comes first, what cannot be compared last
		switch {
		case a.Total != nil && b.Total != nil:
			return cmp.Or(cmp.Compare(*a.Total, *b.Total), cmp.Compare(a.Code, b.Code))
		case a.Total != nil:
			return -1
		case b.Total != nil:
			return 1
		}
		return cmp.Compare(a.Code, b.Code)
	})
	return d, nil
}

// DiffPage is the page at /editions/{number}/diff.
func (p *Pages) DiffPage(r *web.Request) (web.Answer, error) {
	d, err := p.diff(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "diff", Title: language.Fill(r.Lang, "diff.title", language.Whole(d.From.Number), language.Whole(d.To.Number)), Data: d}, nil
}

// DiffExport is the export at /editions/{number}/diff.csv and diff.xlsx.
func (p *Pages) DiffExport(r *web.Request) (web.Answer, error) {
	d, err := p.diff(r)
	if err != nil {
		return web.Answer{}, err
	}
	columns := []spreadsheet.Column{web.Column("csv.code"), web.Column("csv.name"), web.Column("csv.place"), web.Coded("csv.light_from", codebook.Light), web.Coded("csv.light_to", codebook.Light),
		web.Column("csv.rank_from"), web.Column("csv.rank_to"), web.Column("csv.index_from"), web.Column("csv.index_to"), web.Column("csv.change")}
	for _, part := range d.Names {
		heading, _ := codebook.Word(codebook.Component, part)
		columns = append(columns, web.Points(heading))
	}
	s := spreadsheet.NewTable(string(r.Lang), columns...)
	for _, row := range d.Rows {
		cells := []string{row.Code, row.Name, p.Regions.Path(row.Code)}
		light, rank, index := [2]string{}, [2]string{}, [2]string{}
		for i, u := range []*view.Unit{row.From, row.To} {
			if u == nil {
				continue
			}
			light[i], index[i] = view.LightClass(u.Light), csvIndex(u.Index)
			if u.Rank > 0 {
				rank[i] = language.Whole(u.Rank)
			}
		}
		cells = append(cells, light[0], light[1], rank[0], rank[1], index[0], index[1], csvIndex(row.Total))
		for i := range d.Names {
			if row.Parts == nil {
				cells = append(cells, "")
			} else {
				cells = append(cells, csvIndex(&row.Parts[i]))
			}
		}
		s.Line(cells...)
	}
	return r.Export(s, "anxin-editions-"+language.Whole(d.From.Number)+"-"+language.Whole(d.To.Number),
		language.Fill(r.Lang, "diff.title", language.Whole(d.From.Number), language.Whole(d.To.Number)), r.OfEdition(d.From)+" → "+r.OfEdition(d.To))
}

// csvIndex writes an index or points, empty where there is none.
func csvIndex(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(language.Tenths(*v), 'f', 1, 64)
}

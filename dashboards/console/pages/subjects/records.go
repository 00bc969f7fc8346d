package subjects

import (
	"slices"
	"strconv"
	"time"

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

// recordData is the page of the records of an id that evidence names: mostly one.
type recordData struct {
	Scope, ID, Name, Record string
	Rows                    []*view.Record
	Workers                 bool // who asks may see masked names
	AsOf                    civil.Date
}

// about says of whom a request is: of a project, an employer, or a township with warnings of its own.
func (p *Pages) about(r *web.Request) (scope catalog.Scope, id, name string, object access.Object, err error) {
	scope, id = catalog.Scope(r.HTTP.PathValue("scope")), r.HTTP.PathValue("id")
	if scope == catalog.Township && r.All != nil && r.All.ByCode[id] != nil {
		return scope, id, p.Regions.Name(id), access.Object{Place: id}, nil
	}
	f, _, err := p.subjectOf(r)
	if err != nil {
		return scope, id, "", object, err
	}
	return scope, id, f.Name, access.At(f.Township, string(casefile.Route(f.Scope, f.Sector))), nil
}

// records reads records of the subject that the address names, as far as who asks may see them.
func (p *Pages) records(r *web.Request, ids []string) (d *recordData, err error) {
	scope, id, name, object, err := p.about(r)
	if err != nil {
		return nil, err
	}
	d = &recordData{Scope: string(scope), ID: id, Name: name, AsOf: r.View.Run.AsOf, Workers: access.Allow(r.Person(), access.Reveal, object)}
	d.Rows, err = view.RecordsOf(r.Context, p.Conn, r.View.Run, scope, id, ids, func(township string) bool {
		return access.Allow(r.Person(), access.Read, access.At(township, ""))
	}, d.Workers)
	return d, err
}

// RecordPage is the page at /subjects/{scope}/{id}/records/{record}.
func (p *Pages) RecordPage(r *web.Request) (web.Answer, error) {
	record := r.HTTP.PathValue("record")
	if !view.SubjectID.MatchString(record) {
		return web.Answer{}, web.ErrNotFound
	}
	d, err := p.records(r, []string{record})
	if err != nil {
		return web.Answer{}, err
	}
	if len(d.Rows) == 0 {
		return web.Answer{}, web.ErrNotFound
	}
	d.Record = record
	return web.Answer{Template: "record", Title: record, Data: d}, nil
}

// RecordsAnswer is what GET /api/v1/subjects/{scope}/{id}/records/{record} answers.
type RecordsAnswer struct {
	view.OfRun
	Total   int            `json:"total"`
	Records []recordAnswer `json:"records"` // of several sources or topics that use one id
}

type recordAnswer struct {
	view.Record
	Fields []view.RecordField `json:"fields"` // of the values, in their order
}

// RecordsAnswer answers GET /api/v1/subjects/{scope}/{id}/records/{record}.
func (p *Pages) RecordsAnswer(r *web.Request) (web.Answer, error) {
	record := r.HTTP.PathValue("record")
	if !view.SubjectID.MatchString(record) {
		return web.Answer{}, web.ErrNotFound
	}
	d, err := p.records(r, []string{record})
	if err == nil && len(d.Rows) == 0 {
		err = web.ErrNotFound
	}
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{JSON: RecordsAnswer{r.View.OfRun(), len(d.Rows), view.Each(d.Rows, func(one *view.Record) recordAnswer { return recordAnswer{*one, one.Fields()} })}}, nil
}

// evidenceData is the list of evidence of a warning: an annex to papers.
type evidenceData struct {
	*recordData
	Warning *view.Warning
	Missing []string // records that the store has no more, or that are not for who asks
	Now     time.Time
	By      string
}

// evidence gathers the records that a warning of the subject names.
func (p *Pages) evidence(r *web.Request) (*evidenceData, error) {
	scope, id := r.HTTP.PathValue("scope"), r.HTTP.PathValue("id")
	detector := r.Query.Word("detector")
	i := slices.IndexFunc(r.View.WarningsOf[view.SubjectKey(scope, id)], func(w *view.Warning) bool { return w.Detector == detector })
	if i < 0 {
		return nil, web.ErrNotFound
	}
	w := r.View.WarningsOf[view.SubjectKey(scope, id)][i]
	ids := view.EvidenceRecords(p.Detectors.Header(detector), w.Evidence)
	records, err := p.records(r, ids)
	if err != nil {
		return nil, err
	}
	d := &evidenceData{recordData: records, Warning: w, Now: p.Now(), By: r.Person().Name}
	for _, one := range ids {
		if !slices.ContainsFunc(d.Rows, func(r *view.Record) bool { return r.ID == one }) {
			d.Missing = append(d.Missing, one)
		}
	}
	return d, nil
}

// EvidencePage is the page at /subjects/{scope}/{id}/evidence: the list to be printed.
func (p *Pages) EvidencePage(r *web.Request) (web.Answer, error) {
	d, err := p.evidence(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "evidence", Title: language.Message(r.Lang, "evidence.list"), Data: d}, nil
}

// EvidenceExport is the export at /subjects/{scope}/{id}/evidence.csv and evidence.xlsx.
func (p *Pages) EvidenceExport(r *web.Request) (web.Answer, error) {
	d, err := p.evidence(r)
	if err != nil {
		return web.Answer{}, err
	}
	l := r.Lang
	s := spreadsheet.NewTable(string(l), web.Coded("csv.topic", codebook.Topic), web.Column("csv.source"), web.Column("csv.record"), web.Column("csv.version"), web.Column("csv.recorded_at"), web.Column("csv.used"),
		web.Column("csv.worker_masked"), web.Column("csv.project"), web.Column("csv.employer"), web.Column("csv.told"))
	for _, one := range d.Rows {
		for _, v := range one.Versions {
			used := ""
			if v.Used {
				used = l.Word("yes_no", "yes")
			}
			s.Line(one.Topic, one.Source, one.ID, strconv.FormatUint(v.Version, 10), l.Second(v.RecordedAt), used, one.Masked, one.Project, one.Employer, told(l, one, v))
		}
	}
	return r.Export(s, "anxin-evidence-"+d.ID, language.Message(l, "evidence.list"), r.OfRun())
}

// told writes what a version says in one cell.
func told(l language.Locale, r *view.Record, v view.RecordVersion) string {
	line := ""
	for i, f := range r.Fields() {
		if v.Values[i] == "" {
			continue
		}
		if line != "" {
			line += "; "
		}
		line += f.Label.In(string(l)) + ": " + recordValue(l, f, v.Values[i])
	}
	return line
}

// recordValue writes a value of a record as a page shows it.
func recordValue(l language.Locale, f view.RecordField, value string) string {
	if value == "" {
		return "—"
	}
	switch f.Kind {
	case view.RecordFen:
		if fen, err := strconv.ParseInt(value, 10, 64); err == nil {
			return l.ExactYuan(fen)
		}
	case view.RecordDay:
		if day, ok := view.ParseDay(value); ok {
			return l.ShortDate(day)
		}
	case view.RecordMonth:
		if day, ok := view.ParseDay(value); ok {
			return l.Month(day.Month())
		}
	case view.RecordYes:
		if value == "true" || value == "1" {
			return l.Word("yes_no", "yes")
		}
		return l.Word("yes_no", "no")
	case view.RecordHours:
		n, err := strconv.Atoi(value)
		switch {
		case err != nil:
		case n == unknownHours:
			return language.Message(l, "record.hours_unknown")
		default:
			return language.Fixed(float64(n)/100, 2)
		}
	}
	if f.Codes != "" {
		return l.Word(f.Codes, value)
	}
	return value
}

// unknownHours are stored for somebody who was present for nobody knows how long.
const unknownHours = 65535

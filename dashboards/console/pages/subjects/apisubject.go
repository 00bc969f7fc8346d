package subjects

import (
	"slices"

	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

// SubjectAnswer is a project or employer. Of people there are counts only.
type SubjectAnswer struct {
	view.OfRun
	Scope       catalog.Scope        `json:"scope"`
	ScopeID     string               `json:"scope_id"`
	Name        string               `json:"name"`
	Township    string               `json:"township"`
	Place       string               `json:"place"`
	Sector      string               `json:"sector"`
	Level       string               `json:"level"`     // the worst of the active warnings; empty without one
	HasFacts    bool                 `json:"has_facts"` // false: the run's snapshot has been dropped, and only warnings are known
	Project     *view.ProjectFacts   `json:"project"`
	Employer    *view.EmployerFacts  `json:"employer"`
	Workers     *registeredAnswer    `json:"workers"` // of a project
	Safeguards  []SafeguardAnswer    `json:"safeguards"`
	Owed        view.Owed            `json:"owed"`
	Months      []view.MonthFacts    `json:"months"`
	Days        []view.DayFacts      `json:"days"`
	Account     []view.AccountMonth  `json:"account"`
	Leads       []view.Lead          `json:"leads"`
	Proceedings []view.Proceeding    `json:"proceedings"`
	Signals     []view.Signal        `json:"signals"`
	Voices      []view.VoiceMonth    `json:"voices"`
	Projects    []view.ProjectRef    `json:"projects"`
	Grade       *edition.Grade       `json:"grade"` // of an employer, in the latest edition
	Case        string               `json:"case"`  // empty without one
	Warnings    []view.WarningAnswer `json:"warnings"`
	Past        []pastWarningAnswer  `json:"past"`
	Law         []view.LawAnswer     `json:"law"` // what the active warnings cite
}

type registeredAnswer struct {
	Registered uint64 `json:"registered"` // ever
	Present    uint64 `json:"present"`
	Contracts  uint64 `json:"contracts"` // of those present
}

// SafeguardAnswer is what the registry says of a safeguard; it is no judgement.
type SafeguardAnswer struct {
	Safeguard string `json:"safeguard"`
	State     string `json:"state"` // yes, no, partly or expired
}

// pastWarningAnswer is an episode that has ended.
type pastWarningAnswer struct {
	Detector  string        `json:"detector"`
	Title     catalog.Text  `json:"title"`
	Level     catalog.Level `json:"level"` // the highest
	OpenedOn  civil.Date    `json:"opened_on"`
	ClosedOn  *civil.Date   `json:"closed_on"`
	Since     civil.Date    `json:"since"`
	Workers   uint32        `json:"workers"`
	AmountFen int64         `json:"amount_fen"`
	Unknown   bool          `json:"amount_unknown"`
}

// SubjectAnswer answers GET /api/v1/subjects/{scope}/{id}.
func (p *Pages) SubjectAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.subject(r)
	if err != nil {
		return web.Answer{}, err
	}
	var cited []string
	for _, w := range d.Active {
		cited = append(cited, w.Basis...)
	}
	slices.Sort(cited)
	one := SubjectAnswer{
		OfRun: r.View.OfRun(), Scope: d.Facts.Scope, ScopeID: d.ID, Name: d.Name, Township: d.Township, Place: d.Path, Sector: d.Sector, Level: d.Worst, HasFacts: !d.Gone,
		Project: d.Project, Employer: d.Employer, Owed: d.Owed.Answer(), Months: view.List(d.Months), Days: view.List(d.Days),
		Account: view.List(d.Account), Leads: view.List(d.Leads), Proceedings: view.List(d.Proceedings), Signals: view.List(d.Signals), Voices: view.List(d.Voices), Projects: view.List(d.Projects), Grade: d.Grade, Case: d.CaseID,
		Warnings:   view.Each(d.Active, p.Answers.Warning),
		Safeguards: view.Each(d.Safeguards, func(s safeguard) SafeguardAnswer { return SafeguardAnswer{s.Name, s.State} }),
		Past: view.Each(d.Past, func(w *view.Warning) pastWarningAnswer {
			h := p.Detectors.Header(w.Detector)
			return pastWarningAnswer{w.Detector, h.Title, w.Level, w.Opened, w.Closed, w.Since, w.Workers, w.AmountFen, w.AmountFen == 0 && h.ClaimsMoney()}
		}),
		Law: view.Each(slices.Compact(cited), p.Answers.Law),
	}
	if d.Project != nil {
		one.Workers = &registeredAnswer{d.Registered, d.Present, d.Contracts}
	}
	return web.Answer{JSON: one}, nil
}

// WorkerAnswer is a worker, masked.
type WorkerAnswer struct {
	Worker     string      `json:"worker"` // the keyed hash, by which one is revealed
	NameMasked string      `json:"name_masked"`
	PhoneLast4 string      `json:"phone_last4"`
	Team       string      `json:"team"`
	Job        string      `json:"job"`
	EnteredOn  civil.Date  `json:"entered_on"`
	LeftOn     *civil.Date `json:"left_on"`
	OwedFen    int64       `json:"owed_fen"`
	Estimated  int64       `json:"estimated_fen"` // of it
	OwedMonths uint64      `json:"owed_months"`
	Unheard    string      `json:"unheard"` // silent, unaccounted or empty
}

// WorkersAnswer is what GET /api/v1/subjects/{scope}/{id}/workers answers.
type WorkersAnswer struct {
	view.OfRun
	Total int `json:"total"`
	// Others are people owed who are not registered here.
	Others    int            `json:"others"`
	OthersFen int64          `json:"others_owed_fen"`
	Workers   []WorkerAnswer `json:"workers"`
}

// WorkersAnswer answers GET /api/v1/subjects/{scope}/{id}/workers.
func (p *Pages) WorkersAnswer(r *web.Request) (web.Answer, error) {
	d := &workersData{}
	if err := p.listWorkers(r, d); err != nil {
		return web.Answer{}, err
	}
	return web.Answer{JSON: WorkersAnswer{r.View.OfRun(), d.Pager.Total, d.OtherPeople, d.Others.Fen, view.Each(d.Rows, func(w workerRow) WorkerAnswer {
		return WorkerAnswer{w.Key, w.Masked, w.Last, w.Team, w.Job, w.Entered, w.Left, w.Owed.Fen, w.Owed.Estimated, w.Owed.Months, w.Owed.Unheard}
	})}}, nil
}

// RevealedAnswer is one worker in clear.
type RevealedAnswer struct {
	Worker string `json:"worker"`
	Name   string `json:"name"`
	Phone  string `json:"phone"`
}

// RevealAnswer answers POST /api/v1/subjects/{scope}/{id}/workers.
func (p *Pages) RevealAnswer(r *web.Request) (web.Answer, error) {
	var body struct {
		Worker  string `json:"worker"`
		Purpose string `json:"purpose"`
	}
	if err := r.ReadJSON(&body); err != nil {
		return web.Answer{}, err
	}
	clear, err := p.reveal(r, body.Worker, body.Purpose)
	return web.Answer{JSON: RevealedAnswer{body.Worker, clear.Name, clear.Phone}}, err
}

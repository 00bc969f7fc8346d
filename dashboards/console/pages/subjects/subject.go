package subjects

import (
	"errors"
	"slices"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/closure"
	"github.com/anxin-project/anxin/internal/domain/edition"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

// subjectData is the page of a project or employer.
type subjectData struct {
	*view.Facts
	AsOf       civil.Date
	Path       string
	Active     []*view.Warning
	Worst      string // the worst active level, or ""
	Safeguards []safeguard
	CaseID     string // "" when there is none
	// What is owed on the projects of an employer, as far as who asks may see them; somebody on two of them counts twice.
	ProjectsFen     int64
	ProjectsWorkers uint64
	Past            []*view.Warning
	Grade           *edition.Grade // of an employer in the latest edition; nil when it has none
	Edition         *edition.Edition
	SiteCode        string            // of its public page; empty without keys
	Fresh           []leadfile.Lead   // taken in here, and not yet in the version that this run shows
	Workers         bool              // who asks may see the list of workers
	Gone            bool              // the run's snapshot has been dropped: warnings are known, facts are not
	Closing         []closure.Closure // of it that were proposed here, with what the run does not know yet
	MayClose        bool              // who asks may propose one
}

// safeguard is one line of the checklist: what the registry says, not a judgement; that is what warnings are for.
type safeguard struct {
	Name   string // key of the text
	State  string // yes, no, partly or expired
	Detail string
}

// ListExpected reports whether a pay list for a wage month must have come: wages are paid by the end of the next month.
func (d *subjectData) ListExpected(m civil.Month) bool { return m < d.AsOf.Month()-1 }

// SubjectPage is the page at /subjects/{scope}/{id}.
func (p *Pages) SubjectPage(r *web.Request) (web.Answer, error) {
	scope, id := catalog.Scope(r.HTTP.PathValue("scope")), r.HTTP.PathValue("id")
	if scope == catalog.Township && r.View.ByCode[id] != nil {
		return web.Answer{Redirect: "/townships/" + id}, nil
	}
	d, err := p.subject(r)
	if err != nil {
		return web.Answer{}, err
	}
	title := d.Name
	if title == "" {
		title = id
	}
	return web.Answer{Template: "subject", Title: title, Data: d}, nil
}

// subject gathers what there is to say of the subject that the address names.
func (p *Pages) subject(r *web.Request) (*subjectData, error) {
	f, gone, err := p.subjectOf(r)
	if err != nil {
		return nil, err
	}
	scope, id := string(f.Scope), f.ID
	d := &subjectData{Facts: f, AsOf: r.View.Run.AsOf, Path: p.Regions.Path(f.Township), Active: r.View.WarningsOf[view.SubjectKey(scope, id)]}
	d.Gone = gone
	d.Workers = access.Allow(r.Person(), access.Reveal, access.At(f.Township, string(casefile.Route(f.Scope, f.Sector))))
	if len(d.Active) > 0 {
		d.Worst = string(d.Active[0].Level)
	}
	if f.Project != nil {
		d.Safeguards = checklist(r.Lang, f, r.View.Run.AsOf)
	}
	shown := *f
	shown.Projects = access.MayRead(r.Person(), f.Projects, func(project view.ProjectRef) access.Object { return access.At(project.Township, "") })
	d.Facts = &shown
	for _, project := range shown.Projects {
		d.ProjectsFen, d.ProjectsWorkers = d.ProjectsFen+project.OwedFen, d.ProjectsWorkers+project.OwedWorkers
	}
	for _, w := range f.Episodes {
		if w.Closed != nil {
			d.Past = append(d.Past, r.View.Judged(w))
		}
	}
	if f.Scope == catalog.Employer {
		d.Grade, d.Edition = r.View.Grade[id], r.View.Latest()
	}
	if p.Leads != nil {
		d.SiteCode = p.Leads.SiteCode(scope, id)
		if err := p.fresh(r, d); err != nil {
			p.Logger.Warn("reading the leads that were taken in here", "error", err) // the page stands without them
		}
	}
	p.addClosures(r, d)
	d.CaseID = view.CaseOf(r.Context, p.Cases, p.Logger, r.Person(), scope, id)
	return d, nil
}

// fresh finds the leads about the subject that the run does not show as they are now.
func (p *Pages) fresh(r *web.Request, d *subjectData) error {
	f := leadfile.Filter{ProjectID: d.ID}
	if d.Scope == catalog.Employer {
		f = leadfile.Filter{Employer: d.ID}
	}
	all, err := p.Leads.List(r.Context, f)
	for _, l := range all {
		known := slices.ContainsFunc(d.Leads, func(in view.Lead) bool {
			return in.Source == leadfile.Source && in.ID == l.ID && in.Status == string(l.Status) && in.StatusOn == l.StatusOn
		})
		if !known && civil.DateOf(l.UpdatedAt) >= d.AsOf && access.Allow(r.Person(), access.Leads, l.Object(r.Person())) {
			d.Fresh = append(d.Fresh, l)
		}
	}
	return err
}

// addClosures adds the closures of the subject. A page about a subject must not fail because casework does.
func (p *Pages) addClosures(r *web.Request, d *subjectData) {
	if p.Closures == nil || d.Gone {
		return
	}
	list, err := p.Closures.List(r.Context)
	if err != nil {
		p.Logger.Warn("reading a subject's closures failed", "error", err)
		return
	}
	for _, c := range access.MayRead(r.Person(), list, closure.Closure.Object) {
		if c.Scope == d.Facts.Scope && c.ScopeID == d.ID {
			d.Closing = append(d.Closing, c)
		}
	}
	d.MayClose = d.Workers && r.Person().Is(access.Inspector) && len(d.Owed.Months) > 0
}

// subjectOf reads the facts of the subject that the address names; gone says that the run's snapshot has been dropped, so
// that only its warnings are known.
func (p *Pages) subjectOf(r *web.Request) (f *view.Facts, gone bool, err error) {
	scope, id := catalog.Scope(r.HTTP.PathValue("scope")), r.HTTP.PathValue("id")
	if scope != catalog.Project && scope != catalog.Employer || !view.SubjectID.MatchString(id) || r.All == nil {
		return nil, false, web.ErrNotFound
	}
	f, err = p.subjectFacts(r, scope, id)
	if errors.Is(err, view.ErrUnknownSubject) {
		return nil, false, web.ErrNotFound
	}
	if gone = view.SnapshotGone(err); gone {
		f, err = p.withoutFacts(r.All, scope, id)
	}
	return f, gone, err
}

// RecordObject is what a route about records of a subject touches.
func (p *Pages) RecordObject(r *web.Request) (access.Object, error) {
	_, _, _, object, err := p.about(r)
	return object, err
}

// SubjectObject is what a route about a subject touches.
func (p *Pages) SubjectObject(r *web.Request) (access.Object, error) {
	if scope, id := r.HTTP.PathValue("scope"), r.HTTP.PathValue("id"); scope == string(catalog.Township) && r.All != nil && r.All.ByCode[id] != nil {
		return access.Object{Place: id}, nil
	}
	f, _, err := p.subjectOf(r)
	if err != nil {
		return access.Object{}, err
	}
	return access.At(f.Township, string(casefile.Route(f.Scope, f.Sector))), nil
}

// subjectFacts reads the facts of a subject, remembered per run. When the run's snapshot is gone because a newer run
// has completed meanwhile, it looks for that run and answers from it.
func (p *Pages) subjectFacts(r *web.Request, scope catalog.Scope, id string) (*view.Facts, error) {
	f, err := p.Keeper.Facts(r.Context, r.All, scope, id)
	if err == nil || errors.Is(err, view.ErrUnknownSubject) || r.Context.Err() != nil {
		return f, err
	}
	if refreshErr := p.Keeper.Refresh(r.Context); refreshErr != nil {
		return nil, errors.Join(err, refreshErr)
	}
	if next := p.Keeper.Latest(); next != nil && next != r.All {
		if err := r.Show(next); err != nil {
			return nil, err
		}
		return p.Keeper.Facts(r.Context, next, scope, id)
	}
	return nil, err
}

// withoutFacts is what the warnings alone tell of a subject.
func (p *Pages) withoutFacts(v *view.View, scope catalog.Scope, id string) (*view.Facts, error) {
	active := v.WarningsOf[view.SubjectKey(string(scope), id)]
	if len(active) == 0 {
		return nil, web.ErrNotFound
	}
	w := active[0]
	return &view.Facts{Scope: scope, ID: id, Name: w.Name, Township: w.Township, Sector: w.Sector}, nil
}

// checklist states a project's safeguards from its registry, those of the six systems (六项制度).
func checklist(l language.Locale, f *view.Facts, asOf civil.Date) []safeguard {
	p := f.Project
	yes := func(ok bool) string {
		if ok {
			return "yes"
		}
		return "no"
	}
	share := func(part, whole uint64) string {
		switch {
		case whole == 0 || part == 0:
			return "no"
		case part < whole:
			return "partly"
		}
		return "yes"
	}
	account := safeguard{Name: "account", State: yes(p.AccountOpenedOn != nil && (p.AccountClosedOn == nil || *p.AccountClosedOn > asOf))}
	switch {
	case p.AccountClosedOn != nil:
		account.Detail = language.Fill(l, "safeguard.closed_on", l.Date(*p.AccountClosedOn))
	case p.AccountOpenedOn != nil:
		account.Detail = language.Fill(l, "safeguard.opened_on", l.Date(*p.AccountOpenedOn), l.Count(int64(*p.AccountOpenedOn-p.SignedOn), catalog.Days))
	default:
		account.Detail = language.Fill(l, "safeguard.days_since", l.Count(int64(asOf-p.SignedOn), catalog.Days))
	}
	deposit := safeguard{Name: "deposit", State: yes(p.DepositForm == "waived" || p.DepositLodgedOn != nil)}
	if p.DepositForm == "waived" {
		deposit.Detail = l.Word("deposit_form", "waived")
	} else if p.DepositLodgedOn != nil {
		deposit.Detail = l.Word("deposit_form", p.DepositForm) + " · " + l.Yuan(p.DepositFen)
		if p.ContractFen > 0 {
			deposit.Detail += " (" + l.Percent(float64(p.DepositFen)/float64(p.ContractFen)) + ")"
		}
		if p.DepositValidUntil != nil {
			deposit.Detail += " · " + language.Fill(l, "safeguard.valid_until", l.Date(*p.DepositValidUntil))
			if *p.DepositValidUntil < asOf {
				deposit.State = "expired"
			}
		}
	}
	contracts := safeguard{Name: "contracts", State: share(f.Contracts, f.Present)}
	if f.Present > 0 {
		contracts.Detail = language.Fill(l, "safeguard.of", language.Group(int64(f.Contracts)), language.Group(int64(f.Present)))
	}
	registered := safeguard{Name: "registration", State: yes(f.Registered > 0), Detail: language.Fill(l, "safeguard.registered", l.Count(int64(f.Present), catalog.Workers))}
	return []safeguard{
		account, deposit, registered, contracts,
		{Name: "officer", State: yes(p.LaborOfficer)},
		{Name: "board", State: yes(p.NoticeBoard)},
		{Name: "guarantee", State: yes(p.PaymentGuarantee)},
	}
}

package subjects

import (
	"errors"
	"regexp"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/access/reveal"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
)

// workersData is the list of a subject's workers, masked; one of them in clear after a purpose has been given.
type workersData struct {
	Scope, ID, Name string
	Rows            []workerRow
	Pager           web.Pager
	Others          view.WorkerOwed // people owed who are not registered here, all together
	OtherPeople     int
	Shown           string // the key of the worker shown in clear
	Clear           reveal.Clear
	Purpose         string
	Problem         string // key of a text under workers.
	MinChars, Max   int
}

// workerRow is a worker as the newest real-name registration on the subject has them.
type workerRow struct {
	Key          string // hexadecimal
	Masked, Last string // 王*, the phone's last four digits
	Team, Job    string
	Entered      civil.Date
	Left         *civil.Date
	Owed         view.WorkerOwed

	name, phone string // sealed
}

var workerKey = regexp.MustCompile(`^[0-9a-f]{32}$`)

// WorkersPage is the page at /subjects/{scope}/{id}/workers.
func (p *Pages) WorkersPage(r *web.Request) (web.Answer, error) {
	return p.workers(r, &workersData{})
}

func (p *Pages) workers(r *web.Request, d *workersData) (web.Answer, error) {
	if err := p.listWorkers(r, d); err != nil {
		return web.Answer{}, err
	}
	return web.Answer{Template: "workers", Title: language.Message(r.Lang, "workers.title"), Data: d, Status: web.ProblemStatus(d.Problem)}, nil
}

// listWorkers gathers the workers of the subject that the address names, masked.
func (p *Pages) listWorkers(r *web.Request, d *workersData) error {
	f, _, err := p.subjectOf(r)
	if err != nil {
		return err
	}
	d.Scope, d.ID, d.Name = string(f.Scope), f.ID, f.Name
	d.MinChars, d.Max = reveal.MinPurpose, reveal.MaxPurpose
	rows, err := p.readWorkers(r, f.Scope, f.ID, "")
	if err != nil {
		return err
	}
	owed, err := view.OwedByWorker(r.Context, p.Conn, r.View.Run, f.Scope, f.ID)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Owed = owed[rows[i].Key]
		delete(owed, rows[i].Key)
	}
	for _, o := range owed {
		if o.Fen == 0 {
			continue
		}
		d.OtherPeople++
		d.Others.Fen, d.Others.Estimated = d.Others.Fen+o.Fen, d.Others.Estimated+o.Estimated
	}
	d.Pager = r.Query.Rows(len(rows), p.PageSize)
	d.Rows = rows[d.Pager.From:d.Pager.To]
	return nil
}

// RevealForm shows one worker in clear, if the vault opens it.
func (p *Pages) RevealForm(r *web.Request) (web.Answer, error) {
	key, purpose := r.HTTP.PostFormValue("worker"), r.HTTP.PostFormValue("purpose")
	clear, err := p.reveal(r, key, purpose)
	switch {
	case errors.Is(err, reveal.ErrPurpose):
		return p.workers(r, &workersData{Problem: "purpose", Purpose: purpose})
	case errors.Is(err, reveal.ErrNoKeys):
		return p.workers(r, &workersData{Problem: "no_keys", Purpose: purpose})
	case err != nil:
		return web.Answer{}, err
	}
	return p.workers(r, &workersData{Shown: key, Clear: clear, Purpose: purpose})
}

// reveal opens what is sealed of a worker of the subject that the address names.
func (p *Pages) reveal(r *web.Request, key, purpose string) (reveal.Clear, error) {
	object, err := p.SubjectObject(r)
	if err != nil {
		return reveal.Clear{}, err
	}
	if !workerKey.MatchString(key) {
		return reveal.Clear{}, web.ErrNotFound
	}
	scope, id := catalog.Scope(r.HTTP.PathValue("scope")), r.HTTP.PathValue("id")
	rows, err := p.readWorkers(r, scope, id, key)
	if err != nil {
		return reveal.Clear{}, err
	}
	if len(rows) == 0 {
		return reveal.Clear{}, web.ErrNotFound
	}
	clear, err := p.Vault.Open(r.Context, r.Person(), reveal.Worker{
		Subject: casefile.ID(scope, id), Key: key, Where: object, Name: rows[0].name, Phone: rows[0].phone,
	}, purpose, signin.Origin(r.HTTP))
	r.Recorded = true // by the vault, where there was something to write down
	if errors.Is(err, reveal.ErrForbidden) {
		err = web.ErrForbidden
	}
	return clear, err
}

// readWorkers reads the workers ever registered on a subject, as known at the end of the run's date; one, when key is not
// empty.
func (p *Pages) readWorkers(r *web.Request, scope catalog.Scope, id, key string) ([]workerRow, error) {
	column := map[catalog.Scope]string{catalog.Project: "project_id", catalog.Employer: "employer_uscc"}[scope]
	if p.Conn == nil || column == "" {
		return nil, web.ErrNotFound
	}
	rows, err := p.Conn.Query(view.WithParameters(r.Context, clickhouse.Parameters{
		"id": id, "key": key, "end": r.View.Run.AsOf.End().UTC().Format("2006-01-02 15:04:05.000"),
	}), `
WITH registered AS
(
    SELECT
        worker_key,
        name_masked,
        name_sealed,
        phone_last4,
        phone_sealed,
        team,
        job,
        entered_on,
        left_on,
        source,
        id AS record
    FROM workers
    WHERE `+column+` = {id:String}
        AND recorded_at < {end:DateTime64(3, 'UTC')}
        AND ({key:String} = '' OR worker_key = unhex({key:String}))
    ORDER BY version DESC, recorded_at ASC
    LIMIT 1 BY source, record
)
SELECT
    lower(hex(worker_key)) AS worker, -- as text a key would lose the zero bytes at its end
    name_masked,
    name_sealed,
    phone_last4,
    phone_sealed,
    team,
    job,
    entered_on,
    left_on
FROM registered
ORDER BY entered_on DESC, source, record
LIMIT 1 BY worker`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []workerRow
	for rows.Next() {
		var w workerRow
		var entered time.Time
		var left *time.Time
		if err := rows.Scan(&w.Key, &w.Masked, &w.name, &w.Last, &w.phone, &w.Team, &w.Job, &entered, &left); err != nil {
			return nil, err
		}
		w.Entered, w.Left = civil.OfColumn(entered), view.MaybeDate(left)
		all = append(all, w)
	}
	return all, rows.Err()
}

package system

import (
	"time"

	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/quality"
	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// feedAnswer is what one source sends on one topic, as judged now. Numbers are of messages.
type feedAnswer struct {
	Topic         string          `json:"topic"`
	Source        string          `json:"source"`      // empty: refused messages whose sender cannot be told
	SourceName    *catalog.Text   `json:"source_name"` // null where policy does not name it
	Light         string          `json:"light"`
	Faults        []quality.Fault `json:"faults"` // the worst first
	Stored        uint64          `json:"stored"` // within the window
	StoredTotal   uint64          `json:"stored_total"`
	Rejected      uint64          `json:"rejected"`
	RejectedShare float64         `json:"rejected_share"`
	Rejects       []CountAnswer   `json:"rejects"`        // by reason
	UnknownFields []CountAnswer   `json:"unknown_fields"` // by field
	LateP50       *uint32         `json:"late_p50_s"`     // seconds; null where nothing was stored, or beyond all bounds
	LateP95       *uint32         `json:"late_p95_s"`
	Afterwards    uint64          `json:"afterwards"` // of Stored: more than 45 days after they were recorded
	LatestAt      *time.Time      `json:"latest_at"`
}

// CountAnswer is how many messages there are of something.
type CountAnswer struct {
	Of       string `json:"of"`
	Messages uint64 `json:"messages"`
}

func (p *Pages) feedOf(f feedRow) feedAnswer {
	counts := func(all []quality.Count) []CountAnswer {
		return view.Each(all, func(n quality.Count) CountAnswer { return CountAnswer{n.Of, n.N} })
	}
	within := func(bound *uint32) *uint32 {
		if bound == nil || *bound == quality.Beyond {
			return nil
		}
		return bound
	}
	one := feedAnswer{
		Topic: f.Topic, Source: f.Source, Light: f.Light, Faults: view.List(f.Faults), Stored: f.Stored, StoredTotal: f.Total, Rejected: f.Rejected(),
		RejectedShare: f.RejectedShare(), Rejects: counts(f.Rejects), UnknownFields: counts(f.Unknown), LateP50: within(f.P50()), LateP95: within(f.P95()),
		Afterwards: f.After(),
	}
	if name, ok := p.Sources[f.Source]; ok {
		one.SourceName = &name
	}
	if !f.Latest.IsZero() {
		latest := f.Latest.UTC()
		one.LatestAt = &latest
	}
	return one
}

// QualityAnswer is what GET /api/v1/quality answers.
type QualityAnswer struct {
	Days   int          `json:"days"` // the window
	Red    int          `json:"red"`  // of all feeds
	Yellow int          `json:"yellow"`
	Total  int          `json:"total"`
	Feeds  []feedAnswer `json:"feeds"`
}

// QualityAnswer answers GET /api/v1/quality.
func (p *Pages) QualityAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.feeds(r)
	if err != nil {
		return web.Answer{}, err
	}
	shown := r.Query.Rows(len(d.Rows), 0)
	return web.Answer{JSON: QualityAnswer{d.Days, d.Red, d.Yellow, len(d.Rows), view.Each(d.Rows[shown.From:shown.To], p.feedOf)}}, nil
}

// RunsAnswer is what GET /api/v1/runs answers.
type RunsAnswer struct {
	Total    int            `json:"total"`
	Attempts []runs.Attempt `json:"attempts"` // newest first
}

// RunsAnswer answers GET /api/v1/runs.
func (p *Pages) RunsAnswer(r *web.Request) (web.Answer, error) {
	_, _, all, err := p.attempts(r)
	if err != nil {
		return web.Answer{}, err
	}
	shown := r.Query.Rows(len(all), 0)
	return web.Answer{JSON: RunsAnswer{len(all), view.List(all[shown.From:shown.To])}}, nil
}

// entryAnswer is an entry of the audit log.
type entryAnswer struct {
	Seq     uint64    `json:"seq"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Action  string    `json:"action"`
	Object  string    `json:"object"`
	Purpose string    `json:"purpose"`
	Outcome string    `json:"outcome"`
	Origin  string    `json:"origin"`
}

// AuditAnswer is what GET /api/v1/audit answers.
type AuditAnswer struct {
	Checkpoint string        `json:"checkpoint"` // the last entry that is whole, as anxin audit verify takes it
	Broken     string        `json:"broken"`     // what is wrong with the log; empty: nothing
	Total      int           `json:"total"`
	Entries    []entryAnswer `json:"entries"` // newest first
}

// AuditAnswer answers GET /api/v1/audit.
func (p *Pages) AuditAnswer(r *web.Request) (web.Answer, error) {
	d, err := p.auditLog(r)
	if err != nil {
		return web.Answer{}, err
	}
	return web.Answer{JSON: AuditAnswer{d.Checkpoint.String(), d.Broken, d.Pager.Total, view.Each(d.Rows, func(e audit.Entry) entryAnswer {
		return entryAnswer{e.Seq, e.At.UTC(), e.Actor, e.Action, e.Object, e.Purpose, e.Outcome, e.Origin}
	})}}, nil
}

package schedule

import (
	"context"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/runs"
)

// What is due is told from the tables, not from what a process remembers: so a run that was missed, because no process ran,
// because it failed, or because its process was killed, is found by whoever leads next.

// progress is what has been done.
type progress struct {
	first  civil.Date               // earliest date of any run
	latest map[civil.Date]time.Time // when the latest completed run of each date began
	months map[civil.Month]bool     // whose editions were made
}

// ended tells whether a date was judged after it had ended, with all that was known of it.
func (p progress) ended(on civil.Date) bool {
	began, ok := p.latest[on]
	return ok && !began.Before(on.End())
}

func (d *Scheduler) progress(ctx context.Context) (progress, error) {
	p := progress{latest: map[civil.Date]time.Time{}, months: map[civil.Month]bool{}}
	var rows []struct {
		AsOf  time.Time `ch:"as_of"`
		Began time.Time `ch:"began"`
	}
	if err := d.passes.Conn.Select(ctx, &rows, "SELECT as_of, max(started_at) AS began FROM runs GROUP BY as_of ORDER BY as_of"); err != nil {
		return p, fmt.Errorf("reading runs: %w", err)
	}
	for i, r := range rows {
		if i == 0 {
			p.first = civil.OfColumn(r.AsOf)
		}
		p.latest[civil.OfColumn(r.AsOf)] = r.Began
	}
	attempts, err := runs.History(ctx, d.passes.Conn, runs.Choice{Kind: runs.Monthly, Status: runs.Done})
	if err != nil {
		return p, err
	}
	for _, a := range attempts {
		p.months[policy.EditionOf(a.AsOf)] = true
	}
	return p, nil
}

// missed returns the dates that no run has judged after their end: those after the last one that was, up to yesterday, not
// further back than catch-up goes. Where nothing was ever judged, nothing was missed.
func (p progress) missed(yesterday civil.Date, days int) []civil.Date {
	if len(p.latest) == 0 {
		return nil
	}
	from := max(p.first, yesterday.AddDays(1-days))
	for on := yesterday; on >= from; on-- {
		if p.ended(on) {
			from = on + 1
		}
	}
	var dates []civil.Date
	for on := from; on <= yesterday; on++ {
		dates = append(dates, on)
	}
	return dates
}

// due returns the runs whose turn has come and that are not made yet, in the order to make them.
func (s *schedule) due(p progress, now time.Time) []task {
	today := civil.DateOf(now)
	yesterday := today - 1
	byKind := map[runs.Kind][]task{}
	// add takes up the run over a date that has ended, unless there are none of the kind or its turn is still to come
	add := func(kind runs.Kind, on civil.Date) {
		if s.lines[kind] == nil {
			return
		}
		if turn := s.turn(kind, on.End().Add(-time.Second)); !turn.After(now) {
			byKind[kind] = append(byKind[kind], task{kind: kind, asOf: on, catchUp: turn.Before(s.since), afresh: kind == runs.Nightly})
		}
	}
	for _, on := range p.missed(yesterday, s.config.CatchUpDays) {
		add(runs.Nightly, on)
	}
	// the index of a day that comes after days still missed would open episodes too late
	if began, judged := p.latest[yesterday]; judged && len(byKind[runs.Nightly]) == 0 && s.lines[runs.Daily] != nil && began.Before(s.turn(runs.Daily, yesterday.End().Add(-time.Second))) {
		add(runs.Daily, yesterday)
	}
	for on := yesterday.AddDays(1 - s.config.CatchUpDays); on <= yesterday; on++ {
		month := on.Month() - 1
		if day, err := s.passes.Policy.EditionDay(month); err == nil && on == day && p.ended(on) && !p.months[month] { // New has asked for the error
			add(runs.Monthly, on)
		}
	}
	if s.lines[runs.Fast] != nil && !now.Before(s.fastNext) {
		byKind[runs.Fast] = []task{{kind: runs.Fast, asOf: today}}
	}
	var tasks []task
	for _, kind := range order {
		tasks = append(tasks, byKind[kind]...)
	}
	return tasks
}

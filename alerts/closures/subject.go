package closures

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/closure"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// Subject is what can be closed of a project or an employer.
func (s *Store) Subject(ctx context.Context, scope catalog.Scope, id string) (*closure.Subject, error) {
	subject, _, err := s.read(ctx, scope, id, closure.Proposal{})
	return subject, err
}

// read reads what the latest run says is owed by a subject, and how much of it a proposal names. An employer's closure reaches what it
// owes on projects, too.
func (s *Store) read(ctx context.Context, scope catalog.Scope, id string, p closure.Proposal) (*closure.Subject, closure.Claim, error) {
	var claim closure.Claim
	column, ok := map[catalog.Scope]string{catalog.Project: "owed.scope = 'project' AND owed.scope_id", catalog.Employer: "owed.employer_uscc"}[scope]
	if !ok {
		return nil, claim, fmt.Errorf("closing what a %s owes: %w", scope, closure.NotFound)
	}
	var runs []struct {
		AsOf     time.Time `ch:"as_of"`
		Run      uint64    `ch:"run"`
		Snapshot string    `ch:"snapshot"`
	}
	if err := s.conn.Select(ctx, &runs, "SELECT as_of, run, snapshot FROM runs ORDER BY as_of DESC, run DESC LIMIT 1"); err != nil {
		return nil, claim, fmt.Errorf("reading the latest run: %w", err)
	}
	if len(runs) == 0 {
		return nil, claim, closure.NotFound
	}
	facts := store.Quote(runs[0].Snapshot)
	var named []struct {
		Name     string `ch:"name"`
		Township string `ch:"township"`
		Sector   string `ch:"sector"`
	}
	if err := s.conn.Select(ctx, &named, "SELECT name, toString(township) AS township, toString(sector) AS sector FROM "+facts+".subjects WHERE scope = ? AND scope_id = ? LIMIT 1", string(scope), id); err != nil {
		return nil, claim, gone(err)
	}
	if len(named) == 0 {
		return nil, claim, fmt.Errorf("%s %s: %w", scope, id, closure.NotFound)
	}
	subject := &closure.Subject{
		Scope: scope, ID: id, Name: named[0].Name, Township: named[0].Township, Department: string(casefile.Route(scope, named[0].Sector)),
		AsOf: civil.OfColumn(runs[0].AsOf), Run: runs[0].Run,
	}
	var rows []struct {
		Month    time.Time `ch:"wage_month"`
		Worker   string    `ch:"worker"`
		Masked   string    `ch:"masked"`
		Township string    `ch:"township"`
		Fen      int64     `ch:"fen"`
	}
	if err := s.conn.Select(ctx, &rows, fmt.Sprintf(`
SELECT
    owed.wage_month AS wage_month,
    lower(hex(owed.worker_key)) AS worker,
    any(names.masked) AS masked,
    toString(subjects.township) AS township,
    sum(owed.owed_fen) AS fen
FROM %[1]s.owed AS owed
LEFT JOIN %[1]s.subjects AS subjects ON subjects.scope = owed.scope AND subjects.scope_id = owed.scope_id
LEFT JOIN
(
    SELECT worker_key, argMax(name_masked, recorded_at) AS masked
    FROM workers
    WHERE worker_key IN (SELECT worker_key FROM %[1]s.owed AS owed WHERE %[2]s = ?)
    GROUP BY worker_key
) AS names ON names.worker_key = owed.worker_key
WHERE %[2]s = ?
GROUP BY wage_month, worker, township
ORDER BY wage_month, worker, township`, facts, column), id, id); err != nil {
		return nil, claim, gone(err)
	}
	workers, months, claimed := map[string]*closure.Worker{}, map[civil.Month]map[string]bool{}, map[string]bool{}
	amounts := map[civil.Month]int64{}
	claim.AsOf, claim.Run = subject.AsOf, subject.Run
	for _, r := range rows {
		month := civil.OfColumn(r.Month).Month()
		if months[month] == nil {
			months[month] = map[string]bool{}
		}
		months[month][r.Worker] = true
		amounts[month] += r.Fen
		if workers[r.Worker] == nil {
			workers[r.Worker] = &closure.Worker{Key: r.Worker, Masked: r.Masked}
		}
		workers[r.Worker].AmountFen += r.Fen
		if r.Township != "" && r.Township != subject.Township && !slices.Contains(subject.Elsewhere, r.Township) {
			subject.Elsewhere = append(subject.Elsewhere, r.Township)
		}
		if month == p.Month && (p.WorkerKey == "" || p.WorkerKey == r.Worker) {
			claimed[r.Worker] = true
			claim.AmountFen += r.Fen
		}
	}
	claim.Workers = uint32(len(claimed))
	for month, of := range months {
		subject.Months = append(subject.Months, closure.Month{Month: month, Workers: uint32(len(of)), AmountFen: amounts[month]})
	}
	slices.SortFunc(subject.Months, func(a, b closure.Month) int { return int(a.Month - b.Month) })
	for _, w := range workers {
		subject.Workers = append(subject.Workers, *w)
	}
	slices.SortFunc(subject.Workers, func(a, b closure.Worker) int {
		if a.AmountFen != b.AmountFen {
			return int(min(1, max(-1, b.AmountFen-a.AmountFen)))
		}
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return subject, claim, nil
}

// gone takes a snapshot that a later run has dropped for one that is being replaced: who asks again finds the later one.
func gone(err error) error {
	var e *clickhouse.Exception
	const unknownTable, unknownDatabase = 60, 81
	if errors.As(err, &e) && (e.Code == unknownTable || e.Code == unknownDatabase) {
		return fmt.Errorf("the run's facts are being replaced: %w", casefile.ErrConflict)
	}
	return fmt.Errorf("reading what is owed: %w", err)
}

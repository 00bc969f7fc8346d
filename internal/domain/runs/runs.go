// Package runs holds the history of runs as the table run_attempts keeps it: every attempt, done, failed or interrupted. What
// a run found is not told by it: a run is visible by its row in the table runs alone.
package runs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Kind is why a run is made.
type Kind string

// The kinds of run. Fast, nightly and daily ones are passes over a date, as is a manual one; a monthly one makes the edition.
const (
	Fast    Kind = "fast"
	Nightly Kind = "nightly"
	Daily   Kind = "daily"
	Monthly Kind = "monthly"
	Manual  Kind = "manual" // asked for by a command
)

// Kinds in the order in which they are listed.
var Kinds = []Kind{Fast, Nightly, Daily, Monthly, Manual}

// Status is how an attempt stands.
type Status string

// The statuses of an attempt.
const (
	Running     Status = "running"
	Done        Status = "done"
	Failed      Status = "failed"
	Interrupted Status = "interrupted" // the process stopped, was killed or lost the lead
)

// Statuses in the order in which they are listed.
var Statuses = []Status{Running, Done, Failed, Interrupted}

// Attempt is one attempt at a run.
type Attempt struct {
	Started  time.Time          `json:"started_at"`
	Finished time.Time          `json:"finished_at"` // of one that is running its start
	Process  string             `json:"process"`     // host:pid
	Status   Status             `json:"status"`
	Kind     Kind               `json:"kind"`
	AsOf     civil.Date         `json:"as_of"`
	CatchUp  bool               `json:"catch_up"`
	Attempt  int                `json:"attempt"`
	Run      uint64             `json:"run,omitempty"`
	Warnings int                `json:"warnings"`
	Policy   string             `json:"policy_version"`
	Stages   map[string]float64 `json:"seconds"` // by stage
	Error    string             `json:"error,omitempty"`
}

// Write writes how attempts stand.
func Write(ctx context.Context, conn driver.Conn, all []Attempt) error {
	batch, err := conn.PrepareBatch(ctx, `INSERT INTO run_attempts (started_at, process, status, finished_at, kind, as_of, catch_up, attempt, run,
warnings, policy_version, stages, error)`)
	if err != nil {
		return fmt.Errorf("writing the history of runs: %w", err)
	}
	for _, a := range all {
		err := batch.Append(a.Started, a.Process, string(a.Status), a.Finished, string(a.Kind), a.AsOf.Time(), a.CatchUp, uint32(a.Attempt), a.Run,
			uint32(a.Warnings), a.Policy, a.Stages, a.Error)
		if err != nil {
			return fmt.Errorf("writing the history of runs: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("writing the history of runs: %w", err)
	}
	return nil
}

// Choice says which attempts History returns.
type Choice struct {
	Kind   Kind   // empty for any
	Status Status // empty for any
	Most   int    // the newest ones; 0 for all
}

// History returns attempts at runs, the newest first.
func History(ctx context.Context, conn driver.Conn, c Choice) ([]Attempt, error) {
	// the row that finished last is how an attempt stands; one that began and ended within a millisecond is no longer running
	const query = `
WITH attempts AS
(
    SELECT
        started_at, finished_at, process, status, kind, as_of, catch_up, attempt, run, warnings, policy_version, stages, error
    FROM run_attempts
    ORDER BY started_at DESC, process, finished_at DESC, status = 'running'
    LIMIT 1 BY started_at, process
)
SELECT
    started_at, finished_at, process, toString(status), toString(kind), as_of, catch_up, attempt, run, warnings, policy_version, stages, error
FROM attempts
WHERE (? = '' OR kind = ?)
    AND (? = '' OR status = ?)
ORDER BY started_at DESC, process
LIMIT ?`
	most := uint64(c.Most)
	if most == 0 {
		most = 1 << 62
	}
	rows, err := conn.Query(ctx, query, string(c.Kind), string(c.Kind), string(c.Status), string(c.Status), most)
	if err != nil {
		return nil, fmt.Errorf("reading the history of runs: %w", err)
	}
	defer rows.Close()
	var all []Attempt
	for rows.Next() {
		var a Attempt
		var asOf time.Time
		var status, kind string
		var attempt, warnings uint32
		if err := rows.Scan(&a.Started, &a.Finished, &a.Process, &status, &kind, &asOf, &a.CatchUp, &attempt, &a.Run, &warnings, &a.Policy, &a.Stages, &a.Error); err != nil {
			return nil, fmt.Errorf("reading the history of runs: %w", err)
		}
		a.Status, a.Kind, a.AsOf, a.Attempt, a.Warnings = Status(status), Kind(kind), civil.OfColumn(asOf), int(attempt), int(warnings)
		all = append(all, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the history of runs: %w", err)
	}
	return all, nil
}

// Took is how long the attempt took; 0 while it is running.
func (a Attempt) Took() time.Duration { return a.Finished.Sub(a.Started) }

// LongestStages returns the names of the stages, the one that took longest first.
func (a Attempt) LongestStages() []string {
	return slices.SortedFunc(maps.Keys(a.Stages), func(x, y string) int {
		return cmp.Or(cmp.Compare(a.Stages[y], a.Stages[x]), cmp.Compare(x, y))
	})
}

package detectors

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/anxin-project/anxin/internal/domain/runs"
)

// takeOver clears away what runs that did not end have left: processes that were killed, or cut off. A process that leads
// knows that nobody else is at work.
func (d *Detectors) takeOver(ctx context.Context) error {
	select {
	case d.passing <- struct{}{}:
		defer func() { <-d.passing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	return d.sweep(ctx)
}

// settle ends the attempts that are still running by the history.
func (d *Detectors) settle(ctx context.Context) error {
	if err := d.record(ctx); err != nil { // of this process's own it knows better how they ended
		return err
	}
	attempts, err := runs.History(ctx, d.conn, runs.Choice{Status: runs.Running})
	if err != nil || len(attempts) == 0 {
		return err
	}
	var rows []struct {
		AsOf     time.Time `ch:"as_of"`
		Started  time.Time `ch:"started_at"`
		Run      uint64    `ch:"run"`
		Warnings uint32    `ch:"warnings"`
	}
	if err := d.conn.Select(ctx, &rows, "SELECT as_of, started_at, run, warnings FROM runs WHERE started_at >= ?", attempts[len(attempts)-1].Started); err != nil {
		return fmt.Errorf("reading runs: %w", err)
	}
	for i := range attempts {
		a := &attempts[i]
		a.Finished, a.Status, a.Error = d.now(), runs.Interrupted, "the process ended before its run did"
		for _, r := range rows { // it may have been killed after the run was published
			if day(r.AsOf) == a.AsOf && r.Started.Equal(a.Started) {
				a.Status, a.Error, a.Run, a.Warnings = runs.Done, "", r.Run, int(r.Warnings)
			}
		}
		d.log.Warn("a run was left by a process that has ended", "kind", a.Kind, "as_of", a.AsOf.String(), "process", a.Process, "status", a.Status)
	}
	return runs.Write(ctx, d.conn, attempts)
}

// sweep drops the snapshots that belong to no completed run.
func (d *Detectors) sweep(ctx context.Context) error {
	var rows []struct {
		Name string `ch:"name"`
	}
	err := d.conn.Select(ctx, &rows, "SELECT name FROM system.databases WHERE startsWith(name, ?) AND name NOT IN (SELECT snapshot FROM runs)", d.database+"_")
	if err != nil {
		return fmt.Errorf("looking for snapshots left behind: %w", err)
	}
	ours := regexp.MustCompile("^" + regexp.QuoteMeta(d.database) + `_(asof|facts)_\d{8}_\d+$`) // as pass and Facts name them
	for _, row := range rows {
		if !ours.MatchString(row.Name) {
			continue
		}
		if err := d.dropSnapshot(ctx, row.Name); err != nil {
			return err
		}
		d.log.Info("dropped a snapshot that a run had left behind", "database", row.Name)
	}
	return nil
}

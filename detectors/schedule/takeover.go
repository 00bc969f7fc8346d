package schedule

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/runs"
)

// takeOver clears away what runs that did not end have left: processes that were killed, or cut off. A process that leads
// knows that nobody else is at work.
func (d *Scheduler) takeOver(ctx context.Context) error {
	if err := d.passes.Admit(ctx); err != nil {
		return err
	}
	defer d.passes.Release()
	if err := d.settle(ctx); err != nil {
		return err
	}
	if err := d.sweep(ctx); err != nil {
		return err
	}
	d.tidy(ctx)
	return nil
}

// tidy removes what failed runs have left in the tables. Nothing depends on it: where it fails, the next night's run tries again.
func (d *Scheduler) tidy(ctx context.Context) {
	if err := d.passes.RemoveLeftovers(ctx); err != nil && ctx.Err() == nil {
		d.passes.Log.Error("what failed runs have left could not be removed; it is tried again after the next nightly run", "error", err)
	}
}

// settle ends the attempts that are still running by the history.
func (d *Scheduler) settle(ctx context.Context) error {
	if err := d.record(ctx); err != nil { // of this process's own it knows better how they ended
		return err
	}
	attempts, err := runs.History(ctx, d.passes.Conn, runs.Choice{Status: runs.Running})
	if err != nil || len(attempts) == 0 {
		return err
	}
	var rows []struct {
		AsOf     time.Time `ch:"as_of"`
		Started  time.Time `ch:"started_at"`
		Run      uint64    `ch:"run"`
		Warnings uint32    `ch:"warnings"`
	}
	if err := d.passes.Conn.Select(ctx, &rows, "SELECT as_of, started_at, run, warnings FROM runs WHERE started_at >= ?", attempts[len(attempts)-1].Started); err != nil {
		return fmt.Errorf("reading runs: %w", err)
	}
	for i := range attempts {
		a := &attempts[i]
		a.Finished, a.Status, a.Error = d.passes.Now(), runs.Interrupted, "the process ended before its run did"
		for _, r := range rows { // it may have been killed after the run was published
			if civil.OfColumn(r.AsOf) == a.AsOf && r.Started.Equal(a.Started) {
				a.Status, a.Error, a.Run, a.Warnings = runs.Done, "", r.Run, int(r.Warnings)
			}
		}
		d.passes.Log.Warn("a run was left by a process that has ended", "kind", a.Kind, "as_of", a.AsOf.String(), "process", a.Process, "status", a.Status)
	}
	return runs.Write(ctx, d.passes.Conn, attempts)
}

// sweep drops the snapshots that belong to no completed run.
func (d *Scheduler) sweep(ctx context.Context) error {
	var rows []struct {
		Name string `ch:"name"`
	}
	err := d.passes.Conn.Select(ctx, &rows, "SELECT name FROM system.databases WHERE startsWith(name, ?) AND name NOT IN (SELECT snapshot FROM runs)", d.passes.Database+"_")
	if err != nil {
		return fmt.Errorf("looking for snapshots left behind: %w", err)
	}
	ours := regexp.MustCompile("^" + regexp.QuoteMeta(d.passes.Database) + `_(asof|facts)_\d{8}_\d+$`) // as pass and Facts name them
	for _, row := range rows {
		if !ours.MatchString(row.Name) {
			continue
		}
		if err := d.passes.Snapshots.Drop(ctx, row.Name); err != nil {
			return err
		}
		d.passes.Log.Info("dropped a snapshot that a run had left behind", "database", row.Name)
	}
	return nil
}

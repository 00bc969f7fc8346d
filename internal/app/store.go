package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/ledger"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// WithStore opens the store of a configuration for one task, upgrades its schema and closes it afterwards.
func WithStore(ctx context.Context, c Configuration, log *slog.Logger, do func(context.Context, *store.Store) error) error {
	return onStore(ctx, c, log, func(ctx context.Context, s *store.Store) error {
		if err := s.Migrate(ctx); err != nil {
			return err
		}
		return do(ctx, s)
	})
}

// onStore opens the store as it is.
func onStore(ctx context.Context, c Configuration, log *slog.Logger, do func(context.Context, *store.Store) error) (err error) {
	s, err := store.Open(ctx, c.Store, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(ctx, s)
}

// WithRegister opens the register of people and the audit log for one task.
func WithRegister(ctx context.Context, c Configuration, log *slog.Logger, do func(context.Context, *people.Register, *audit.Log) error) error {
	return WithStore(ctx, c, log, func(ctx context.Context, s *store.Store) error {
		trail, err := audit.Open(ctx, audit.Dependencies{Conn: s, Clock: time.Now, Logger: log})
		if err != nil {
			return err
		}
		register, err := people.Open(ctx, people.Dependencies{Conn: s, Clock: time.Now, Cost: people.DefaultCost})
		if err != nil {
			return err
		}
		return do(ctx, register, trail)
	})
}

// ChangeRegister changes the register of people by command and writes down in the audit log what was done to whom. What the
// register says no to is BadInput.
func ChangeRegister(ctx context.Context, c Configuration, log *slog.Logger, action, id string, do func(context.Context, *people.Register) error) error {
	return WithRegister(ctx, c, log, func(ctx context.Context, r *people.Register, trail *audit.Log) error {
		err := do(ctx, r)
		var refusal people.Refusal
		var weak people.ErrWeakPassword
		if errors.As(err, &refusal) || errors.As(err, &weak) || errors.Is(err, people.ErrUnknown) {
			return BadInput(err)
		}
		if err != nil {
			return err
		}
		return trail.Record(ctx, audit.Event{Actor: audit.Command, Action: action, Object: id, Outcome: audit.Done})
	})
}

// AuditEntries hands over the entries of the audit log that pass a filter, oldest first, one after the other: the log grows for years.
func AuditEntries(ctx context.Context, c Configuration, log *slog.Logger, f audit.Filter, each func(audit.Entry) error) error {
	return WithStore(ctx, c, log, func(ctx context.Context, s *store.Store) error {
		trail, err := audit.Open(ctx, audit.Dependencies{Conn: s, Clock: time.Now, Logger: log})
		if err != nil {
			return err
		}
		return trail.List(ctx, f, each)
	})
}

// VerifyAudit recomputes the audit log, against an earlier checkpoint where one is given, and the register of people. It
// returns how far each goes, or tells the first entry that is not as it was written.
func VerifyAudit(ctx context.Context, c Configuration, log *slog.Logger, earlier ledger.Checkpoint) (trail, register ledger.Checkpoint, err error) {
	err = WithStore(ctx, c, log, func(ctx context.Context, s *store.Store) (err error) {
		if trail, err = ledger.New(s, audit.Table, time.Now).Verify(ctx, earlier); err != nil {
			return err
		}
		register, err = ledger.New(s, people.Table, time.Now).Verify(ctx, ledger.Checkpoint{})
		return err
	})
	return trail, register, err
}

// RunHistory reads the attempts at runs from the store as it is: a task that only looks must not upgrade the schema under a
// running service.
func RunHistory(ctx context.Context, c Configuration, log *slog.Logger, choice runs.Choice) (attempts []runs.Attempt, err error) {
	err = onStore(ctx, c, log, func(ctx context.Context, s *store.Store) (err error) {
		attempts, err = runs.History(ctx, s, choice)
		var refused *clickhouse.Exception
		if errors.As(err, &refused) && refused.Code == codeUnknownTable {
			return BadInput(errors.New("the store was never set up, so there were no runs: anxin migrate sets it up, and so does the first service that starts"))
		}
		return err
	})
	return attempts, err
}

// codeUnknownTable is the engine's.
const codeUnknownTable = 60

// Migrate tells each upgrade of the schema that is pending, then makes them unless dry is set, and returns the name of the
// database.
func Migrate(ctx context.Context, c Configuration, log *slog.Logger, dry bool, tell func(store.Migration)) (database string, err error) {
	err = onStore(ctx, c, log, func(ctx context.Context, s *store.Store) error {
		database = s.Database()
		pending, err := store.Pending(ctx, s, store.Layout{Cluster: c.Store.Cluster, Database: database})
		if err != nil {
			return err
		}
		for _, m := range pending {
			tell(m)
		}
		if dry {
			return nil
		}
		return s.Migrate(ctx)
	})
	return database, err
}

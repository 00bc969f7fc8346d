package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/anxin-project/anxin/detectors/risk"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/access/people"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// AdoptScorecard puts a scorecard in force from the next pass on, in the name of a person who may decide. It stands in the audit
// log with its id and digest. What is wrong with the file or the person is BadInput.
func AdoptScorecard(ctx context.Context, c Configuration, log *slog.Logger, text []byte, by, reason string) (risk.Scorecard, error) {
	card, err := risk.Read(text)
	if err != nil {
		return card, BadInput(err)
	}
	if reason == "" {
		return card, BadInput(errors.New("--reason is missing: say why this scorecard is better than the one in force"))
	}
	return card, WithStore(ctx, c, log, func(ctx context.Context, s *store.Store) error {
		register, err := people.Open(ctx, people.Dependencies{Conn: s, Clock: time.Now, Cost: people.DefaultCost})
		if err != nil {
			return err
		}
		who, err := register.Get(by)
		switch {
		case errors.Is(err, people.ErrUnknown):
			return BadInput(fmt.Errorf("--by %s: %w", by, err))
		case err != nil:
			return err
		case who.Disabled || !who.Is(access.Supervisor, access.Administrator):
			return BadInput(fmt.Errorf("--by %s: a scorecard is adopted by a supervisor or an administrator who is not disabled", by))
		}
		sum := sha256.Sum256(text)
		digest := hex.EncodeToString(sum[:])
		trail, err := audit.Open(ctx, audit.Dependencies{Conn: s, Clock: time.Now, Logger: log})
		if err != nil {
			return err
		}
		err = s.Exec(ctx, "INSERT INTO scorecards (id, digest, text, adopted_by, reason, adopted_at) VALUES (?, ?, ?, ?, ?, ?)", card.ID, digest, string(text), by, reason, time.Now().UTC())
		return errors.Join(err, trail.Record(ctx, audit.Event{
			Actor: by, Action: "scorecard_adopted", Object: card.ID + " " + digest[:16], Purpose: reason, Outcome: audit.OutcomeOf(err),
		}))
	})
}

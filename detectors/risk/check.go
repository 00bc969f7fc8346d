package risk

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Check is what came of the odds that a scorecard tells of past dates.
type Check struct {
	At        time.Time
	Scorecard string
	From, To  civil.Date
	Scope     catalog.Scope
	Trial
	Drift   float64 // of the feature that moved most: its population stability index
	Drifted string  // that feature
}

// CheckHistory holds a scorecard against a history.
func CheckHistory(card Scorecard, rows []Row, yellow, red float64, at time.Time) []Check {
	var checks []Check
	for _, p := range card.Parts {
		own := ofScope(rows, p.Scope)
		if len(own) == 0 {
			continue
		}
		c := Check{At: at, Scorecard: card.ID, Scope: p.Scope, From: own[0].AsOf, To: own[0].AsOf, Trial: Try("history", p, own, yellow, red, nil)}
		for _, r := range own {
			c.From, c.To = min(c.From, r.AsOf), max(c.To, r.AsOf)
		}
		for _, curve := range p.Curves {
			if moved := drift(curve, own); moved > c.Drift {
				c.Drift, c.Drifted = moved, curve.Feature
			}
		}
		checks = append(checks, c)
	}
	return checks
}

// drift is the population stability index of a feature: Σ (now − then) · ln(now ÷ then) over its bins. Below 0.1 nothing moved to
// speak of; above 0.25 the feature no longer means what it meant. A share of nothing counts as one in a thousand.
func drift(c Curve, rows []Row) (moved float64) {
	if len(c.Shares) != len(c.Points)+1 {
		return 0
	}
	now := make([]float64, len(c.Shares))
	for _, r := range rows {
		b := len(c.Points)
		if v := r.Values[place[c.Feature]]; !math.IsNaN(v) {
			b = bin(c.Edges, v)
		}
		now[b] += 1 / float64(len(rows))
	}
	for b := range now {
		after, before := max(now[b], 0.001), max(c.Shares[b], 0.001)
		moved += (after - before) * math.Log(after/before)
	}
	return moved
}

// Record keeps checks in the store; metrics and pages read the latest.
func Record(ctx context.Context, conn driver.Conn, checks []Check) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO scorecard_checks (checked_at, scorecard, scope, first_date, last_date, events, warnings, precision, recall, calibration, drift, drifted)")
	if err != nil {
		return fmt.Errorf("keeping the check: %w", err)
	}
	for _, c := range checks {
		err := batch.Append(c.At, c.Scorecard, string(c.Scope), c.From.Time(), c.To.Time(), uint32(c.Events), uint32(c.Yellow.Warnings), c.Yellow.Precision, c.Yellow.Recall, c.Calibration, c.Drift, c.Drifted)
		if err != nil {
			return fmt.Errorf("keeping the check: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("keeping the check: %w", err)
	}
	return nil
}

package app

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/platform/backoff"
)

// A machine whose clock is minutes wrong refuses records as coming from the future, judges a day before it has ended, or takes a
// deadline for passed. It is compared with the store's, which stamps the rows.

const (
	clockEvery = time.Minute
	// clockWrong is what is told in the log; the alert ClockOff says the same.
	clockWrong = 60 * time.Second
)

// watchClock compares this machine's clock with the store's until the context ends.
func (p *Parts) watchClock(ctx context.Context) error {
	offset := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "anxin_clock_offset_seconds", Help: "How far the store's clock is ahead of this process's, to within the time of a question; negative where it is behind.",
	})
	if err := p.Registry.Register(offset); err != nil {
		return err
	}
	for told := false; ; {
		off, err := p.clockOffset(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			p.Log.Warn("comparing clocks", "error", err)
		default:
			offset.Set(off.Seconds())
			if wrong := off.Abs() > clockWrong; wrong != told {
				if told = wrong; wrong {
					p.Log.Error("this machine's clock and the store's differ: set both by NTP", "store_is_ahead_by", off.Round(time.Second))
				} else {
					p.Log.Info("this machine's clock and the store's agree again")
				}
			}
		}
		if backoff.Sleep(ctx, clockEvery) != nil {
			return nil
		}
	}
}

// clockOffset is the store's time less this process's, halfway through the question.
func (p *Parts) clockOffset(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, clockEvery)
	defer cancel()
	asked := p.Now()
	var at time.Time
	if err := p.Store.QueryRow(ctx, "SELECT now64(3, 'UTC')").Scan(&at); err != nil {
		return 0, fmt.Errorf("asking the store for the time: %w", err)
	}
	answered := p.Now()
	return at.Sub(asked.Add(answered.Sub(asked) / 2)), nil
}

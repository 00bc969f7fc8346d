// Package backoff says how long to wait before something that failed is tried again.
package backoff

import (
	"context"
	"math/rand/v2"
	"time"
)

// Doubling is a wait that doubles with every failure in a row, from First up to Most. Both must be positive.
type Doubling struct{ First, Most time.Duration }

// After returns the wait after a number of earlier failures in a row: First after none, and never more than Most.
func (d Doubling) After(failures int) time.Duration {
	wait := d.First
	for range failures {
		if wait > d.Most/2 {
			return d.Most
		}
		wait *= 2
	}
	return min(wait, d.Most)
}

// Spread returns a wait at random between half of After and the whole, so that those who failed together do not all try again
// together.
func (d Doubling) Spread(failures int) time.Duration {
	wait := d.After(failures)
	return wait/2 + rand.N(wait/2+1)
}

// Sleep waits; it returns early, with the context's error, when the context ends first.
func Sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

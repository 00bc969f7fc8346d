package backoff

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"
)

func TestAWaitDoublesUpToTheLongest(t *testing.T) {
	for _, c := range []struct {
		d        Doubling
		failures int
		want     time.Duration
	}{
		{Doubling{time.Second, time.Minute}, 0, time.Second},
		{Doubling{time.Second, time.Minute}, 1, 2 * time.Second},
		{Doubling{time.Second, time.Minute}, 5, 32 * time.Second},
		{Doubling{time.Second, time.Minute}, 6, time.Minute},
		{Doubling{time.Second, time.Minute}, math.MaxInt, time.Minute},
		{Doubling{time.Second, math.MaxInt64}, 100, math.MaxInt64},
		{Doubling{time.Minute, time.Second}, 0, time.Second},
	} {
		if got := c.d.After(c.failures); got != c.want {
			t.Errorf("%v after %d failures waits %v, want %v", c.d, c.failures, got, c.want)
		}
		for range 100 {
			if got := c.d.Spread(c.failures); got < c.want/2 || got > c.want {
				t.Fatalf("%v after %d failures waits %v at random, want %v to %v", c.d, c.failures, got, c.want/2, c.want)
			}
		}
	}
}

func TestSleepEndsWithTheContext(t *testing.T) {
	if err := Sleep(t.Context(), time.Millisecond); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("a sleep of an ended context returns %v", err)
	}
}

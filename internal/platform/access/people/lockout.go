package people

import (
	"sync"
	"time"

	"github.com/anxin-project/anxin/internal/platform/backoff"
)

// After freeFailures failures in a row a name is locked out, for firstLock and then twice as long after each further
// failure, at most longestLock: guessing becomes hopeless, and somebody who mistypes is not shut out for the day.
const (
	freeFailures = 5
	firstLock    = 30 * time.Second
	longestLock  = 15 * time.Minute
	forgetAfter  = 24 * time.Hour
	mostNames    = 10_000
)

// lockout counts failures by the name typed, known or not, so that it does not tell which names exist. It lives in memory:
// a restart forgets it.
type lockout struct {
	mu    sync.Mutex
	names map[string]*failures
}

type failures struct {
	count int
	last  time.Time
	until time.Time
}

func newLockout() *lockout { return &lockout{names: map[string]*failures{}} }

// attempt returns how long a name is locked out still; 0 lets the attempt be made. It counts as a failure from the start,
// so that many at once do not all slip through: succeed takes it back.
func (l *lockout) attempt(name string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.names[name]
	if f == nil || now.Sub(f.last) > forgetAfter {
		l.makeRoom(now)
		f = &failures{}
		l.names[name] = f
	}
	if wait := f.until.Sub(now); wait > 0 {
		return wait
	}
	f.count++
	f.last = now
	if f.count >= freeFailures {
		f.until = now.Add(backoff.Doubling{First: firstLock, Most: longestLock}.After(f.count - freeFailures))
	}
	return 0
}

// locked returns for how long a name is locked out, having failed.
func (l *lockout) locked(name string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.names[name]; f != nil {
		return max(0, f.until.Sub(now))
	}
	return 0
}

// makeRoom forgets old names when there are many, and the oldest one when all are new.
func (l *lockout) makeRoom(now time.Time) {
	if len(l.names) < mostNames {
		return
	}
	oldest := ""
	for name, f := range l.names {
		if now.Sub(f.last) > forgetAfter {
			delete(l.names, name)
		} else if oldest == "" || f.last.Before(l.names[oldest].last) {
			oldest = name
		}
	}
	if len(l.names) >= mostNames {
		delete(l.names, oldest)
	}
}

// succeed forgets a name's failures.
func (l *lockout) succeed(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.names, name)
}

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

// lockout counts failures by the name typed, known or not, so that it does not tell which names exist. Names of the register are
// kept apart: however many others are invented, theirs are not forgotten for them. It lives in memory: a restart forgets it.
type lockout struct {
	mu       sync.Mutex
	known    map[string]*failures // no more than the register has
	invented map[string]*failures // at most mostNames
}

type failures struct {
	count int
	last  time.Time
	until time.Time
}

func newLockout() *lockout {
	return &lockout{known: map[string]*failures{}, invented: map[string]*failures{}}
}

// of returns where a name's failures are counted.
func (l *lockout) of(known bool) map[string]*failures {
	if known {
		return l.known
	}
	return l.invented
}

// attempt returns how long a name is locked out still; 0 lets the attempt be made. It counts as a failure from the start,
// so that many at once do not all slip through: succeed takes it back.
func (l *lockout) attempt(name string, known bool, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := l.of(known)
	f := names[name]
	if f == nil || now.Sub(f.last) > forgetAfter {
		if !known {
			l.makeRoom(now)
		}
		f = &failures{}
		names[name] = f
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

// undo takes an attempt back that was not made: its password was never looked at.
func (l *lockout) undo(name string, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.of(known)[name]; f != nil && f.count > 0 {
		if f.count--; f.count < freeFailures {
			f.until = time.Time{}
		}
	}
}

// locked returns for how long a name is locked out, having failed.
func (l *lockout) locked(name string, known bool, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.of(known)[name]; f != nil {
		return max(0, f.until.Sub(now))
	}
	return 0
}

// makeRoom forgets old invented names when there are many, and the oldest one when all are new.
func (l *lockout) makeRoom(now time.Time) {
	if len(l.invented) < mostNames {
		return
	}
	oldest := ""
	for name, f := range l.invented {
		if now.Sub(f.last) > forgetAfter {
			delete(l.invented, name)
		} else if oldest == "" || f.last.Before(l.invented[oldest].last) {
			oldest = name
		}
	}
	if len(l.invented) >= mostNames {
		delete(l.invented, oldest)
	}
}

// succeed forgets a name's failures.
func (l *lockout) succeed(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.known, name)
}

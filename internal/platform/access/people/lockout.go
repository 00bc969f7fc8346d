package people

import (
	"sync"
	"time"

	"github.com/anxin-project/anxin/internal/platform/backoff"
)

// After freeFailures failures in a row from one address a name is locked out there, for firstLock and then twice as long after each
// further failure, at most longestLock: guessing becomes hopeless, and somebody who mistypes is not shut out for the day. From
// another address the name is let in still, so that nobody locks others out by typing their names; only after so many failures as
// freeAnywhere, from wherever they come, is it locked everywhere, for that is guessing by many machines.
const (
	freeFailures = 5
	freeAnywhere = 50
	firstLock    = 30 * time.Second
	longestLock  = 15 * time.Minute
	forgetAfter  = 24 * time.Hour
	mostNames    = 10_000
)

// lockout counts failures by the name typed, known or not, so that it does not tell which names exist. Names of the register are
// kept apart: however many others are invented, theirs are not forgotten for them. It lives in memory: a restart forgets it.
type lockout struct {
	mu       sync.Mutex
	known    map[string]*failures    // from anywhere; no more than the register has
	invented map[string]*failures    // from anywhere; at most mostNames
	here     map[[2]string]*failures // of a name, known or not, from an address; at most mostNames
}

type failures struct {
	count int
	last  time.Time
	until time.Time
}

func newLockout() *lockout {
	return &lockout{known: map[string]*failures{}, invented: map[string]*failures{}, here: map[[2]string]*failures{}}
}

// fail counts one more failure, of which so many are free.
func (f *failures) fail(now time.Time, free int) {
	f.count++
	f.last = now
	if f.count >= free {
		f.until = now.Add(backoff.Doubling{First: firstLock, Most: longestLock}.After(f.count - free))
	}
}

func (f *failures) undo(free int) {
	if f != nil && f.count > 0 {
		if f.count--; f.count < free {
			f.until = time.Time{}
		}
	}
}

func (f *failures) wait(now time.Time) time.Duration {
	if f == nil {
		return 0
	}
	return max(0, f.until.Sub(now))
}

// of returns where a name's failures from anywhere are counted.
func (l *lockout) of(known bool) map[string]*failures {
	if known {
		return l.known
	}
	return l.invented
}

// attempt returns how long a name is locked out still at an address; 0 lets the attempt be made. It counts as a failure from the
// start, so that many at once do not all slip through: succeed takes it back.
func (l *lockout) attempt(name string, known bool, address string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := l.wait(name, known, address, now); wait > 0 {
		return wait
	}
	names := l.of(known)
	if f := names[name]; f == nil || now.Sub(f.last) > forgetAfter {
		if !known {
			makeRoom(names, now)
		}
		names[name] = &failures{}
	}
	names[name].fail(now, freeAnywhere)
	at := [2]string{name, address}
	if f := l.here[at]; f == nil || now.Sub(f.last) > forgetAfter {
		makeRoom(l.here, now)
		l.here[at] = &failures{}
	}
	l.here[at].fail(now, freeFailures)
	return 0
}

// undo takes an attempt back that was not made: its password was never looked at.
func (l *lockout) undo(name string, known bool, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of(known)[name].undo(freeAnywhere)
	l.here[[2]string{name, address}].undo(freeFailures)
}

// locked returns for how long a name is locked out at an address, having failed.
func (l *lockout) locked(name string, known bool, address string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wait(name, known, address, now)
}

func (l *lockout) wait(name string, known bool, address string, now time.Time) time.Duration {
	return max(l.of(known)[name].wait(now), l.here[[2]string{name, address}].wait(now))
}

// makeRoom forgets old failures when there are many, and the oldest when all are new.
func makeRoom[K comparable](all map[K]*failures, now time.Time) {
	if len(all) < mostNames {
		return
	}
	var oldest *failures
	var key K
	for k, f := range all {
		if now.Sub(f.last) > forgetAfter {
			delete(all, k)
		} else if oldest == nil || f.last.Before(oldest.last) {
			oldest, key = f, k
		}
	}
	if len(all) >= mostNames {
		delete(all, key)
	}
}

// succeed forgets a name's failures at an address, and takes back the attempt that was none. What others have failed elsewhere
// stays.
func (l *lockout) succeed(name, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.here, [2]string{name, address})
	l.known[name].undo(freeAnywhere)
}

// forget wipes a name's slate everywhere, as when it is given a new password.
func (l *lockout) forget(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.known, name)
	for at := range l.here {
		if at[0] == name {
			delete(l.here, at)
		}
	}
}

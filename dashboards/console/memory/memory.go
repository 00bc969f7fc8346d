// Package memory remembers what was worked out: each value is computed once, however many ask for it.
package memory

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Memory keeps up to a number of values by key, and up to a weight, and computes each once, however many ask for it at the same
// time. The oldest entry leaves first. Errors are not kept.
type Memory[T any] struct {
	limit int
	most  int64 // weight of all values; 0 where none is weighed
	weigh func(T) int64

	mu      sync.Mutex
	entries map[string]*entry[T]
	order   []string // oldest first
	weight  int64
}

type entry[T any] struct {
	done    chan struct{}
	value   T
	weight  int64
	err     error
	expires time.Time // zero: stays until it is pushed out or cleared
}

// New remembers up to limit values.
func New[T any](limit int) *Memory[T] {
	return &Memory[T]{limit: limit, entries: map[string]*entry[T]{}}
}

// NewWeighed remembers up to limit values that weigh up to most together, with their keys.
func NewWeighed[T any](limit int, most int64, weigh func(T) int64) *Memory[T] {
	m := New[T](limit)
	m.most, m.weigh = most, weigh
	return m
}

// Get returns the value of a key, computing it when it is missing or expired. life 0 keeps it until cleared. A caller
// whose context ends while another computes gets the context's error.
func (m *Memory[T]) Get(ctx context.Context, key string, now time.Time, life time.Duration, compute func() (T, error)) (T, error) {
	m.mu.Lock()
	if e, ok := m.entries[key]; ok && (e.expires.IsZero() || now.Before(e.expires)) {
		m.mu.Unlock()
		select {
		case <-e.done:
			if errors.Is(e.err, context.Canceled) && ctx.Err() == nil {
				// Whoever computed it went away; that is no reason to fail for this caller.
				return m.Get(ctx, key, now, life, compute)
			}
			return e.value, e.err
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
	}
	e := &entry[T]{done: make(chan struct{})}
	if life > 0 {
		e.expires = now.Add(life)
	}
	if known := m.entries[key]; known != nil {
		m.weight -= known.weight
	} else {
		m.order = append(m.order, key)
	}
	m.entries[key] = e
	m.shrink()
	m.mu.Unlock()

	finished := false
	defer func() {
		// Also when compute panics: who waits must not wait for ever.
		m.mu.Lock()
		if m.entries[key] == e {
			if !finished || e.err != nil {
				m.drop(key)
			} else if m.weigh != nil {
				e.weight = m.weigh(e.value) + int64(len(key))
				m.weight += e.weight
				m.shrink()
			}
		}
		m.mu.Unlock()
		if !finished {
			e.err = context.Canceled
		}
		close(e.done)
	}()
	e.value, e.err = compute()
	finished = true
	return e.value, e.err
}

// shrink lets the oldest entries go until what is left may stay; a value that is too heavy alone goes too.
func (m *Memory[T]) shrink() {
	for len(m.order) > m.limit || m.most > 0 && m.weight > m.most {
		m.drop(m.order[0])
	}
}

func (m *Memory[T]) drop(key string) {
	m.weight -= m.entries[key].weight
	delete(m.entries, key)
	if at := slices.Index(m.order, key); at >= 0 {
		m.order = slices.Delete(m.order, at, at+1)
	}
}

// Clear forgets everything.
func (m *Memory[T]) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.entries)
	m.order, m.weight = nil, 0
}

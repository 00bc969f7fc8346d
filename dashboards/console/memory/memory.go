// Package memory remembers what was worked out: each value is computed once, however many ask for it.
package memory

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Memory keeps up to a number of values by key and computes each once, however many ask for it at the same time. The
// oldest entry leaves first. Errors are not kept.
type Memory[T any] struct {
	limit int

	mu      sync.Mutex
	entries map[string]*entry[T]
	order   []string // oldest first
}

type entry[T any] struct {
	done    chan struct{}
	value   T
	err     error
	expires time.Time // zero: stays until it is pushed out or cleared
}

// New remembers up to limit values.
func New[T any](limit int) *Memory[T] {
	return &Memory[T]{limit: limit, entries: map[string]*entry[T]{}}
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
	if _, known := m.entries[key]; !known {
		m.order = append(m.order, key)
	}
	m.entries[key] = e
	for len(m.order) > m.limit {
		delete(m.entries, m.order[0])
		m.order = m.order[1:]
	}
	m.mu.Unlock()

	finished := false
	defer func() {
		// Also when compute panics: who waits must not wait for ever.
		if !finished || e.err != nil {
			m.mu.Lock()
			if m.entries[key] == e {
				delete(m.entries, key)
				for i, k := range m.order {
					if k == key {
						m.order = append(m.order[:i:i], m.order[i+1:]...)
						break
					}
				}
			}
			m.mu.Unlock()
		}
		if !finished {
			e.err = context.Canceled
		}
		close(e.done)
	}()
	e.value, e.err = compute()
	finished = true
	return e.value, e.err
}

// Clear forgets everything.
func (m *Memory[T]) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.entries)
	m.order = nil
}

package bulletin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/platform/ledger"
)

// Table holds what was published and withdrawn, as a ledger.
const Table = "bulletin_events"

// The kinds of entries.
const (
	published = "published"
	withdrawn = "withdrawn"
)

// Refusal says why something is not done.
type Refusal struct{ Key string } // of a text

func (r Refusal) Error() string { return "refused: " + r.Key }

// State is how a bulletin stands.
type State struct {
	Content     Content   `json:"content"`
	PublishedBy string    `json:"published_by"` // a person's id
	PublishedAt time.Time `json:"published_at"`
	WithdrawnBy string    `json:"withdrawn_by"` // empty: it stands
	WithdrawnAt time.Time `json:"-"`
	Reason      string    `json:"reason"` // why it was withdrawn
	Entry       uint64    `json:"entry"`  // of the ledger
}

// Stands reports whether it is published and was not withdrawn.
func (s *State) Stands() bool { return s != nil && s.WithdrawnBy == "" }

// at is when it came to stand as it does.
func (s *State) at() time.Time {
	if s.WithdrawnBy != "" {
		return s.WithdrawnAt
	}
	return s.PublishedAt
}

// Store keeps the bulletins: what the ledger adds up to. Any process may write it; nothing is held that the ledger does not say.
type Store struct {
	ledger *ledger.Ledger
	mu     sync.Mutex
	last   ledger.Entry
	states map[string]*State // by place:period; a State never changes
}

// NewStore returns the store over the main database.
func NewStore(conn driver.Conn, clock func() time.Time) *Store {
	return &Store{ledger: ledger.New(conn, Table, clock), states: map[string]*State{}}
}

// catchUp reads what was added since.
func (s *Store) catchUp(ctx context.Context) error {
	return s.ledger.Read(ctx, s.last.Seq, func(e ledger.Entry) error {
		if e.Seq != s.last.Seq+1 {
			return nil // two entries under one number: the first counts, and the audit tells
		}
		next := &State{}
		if before := s.states[e.Object]; before != nil {
			*next = *before
		}
		switch e.Kind {
		case published:
			*next = State{PublishedBy: e.Actor, PublishedAt: e.At, Entry: e.Seq}
			if err := json.Unmarshal([]byte(e.Detail), &next.Content); err != nil {
				return fmt.Errorf("bulletin %s: entry %d: %w", e.Object, e.Seq, err)
			}
		case withdrawn:
			var why struct{ Reason string }
			if err := json.Unmarshal([]byte(e.Detail), &why); err != nil {
				return fmt.Errorf("bulletin %s: entry %d: %w", e.Object, e.Seq, err)
			}
			next.WithdrawnBy, next.WithdrawnAt, next.Reason = e.Actor, e.At, why.Reason
		}
		s.states[e.Object], s.last = next, e
		return nil
	})
}

// All are the bulletins that were ever published, by place:period.
func (s *Store) All(ctx context.Context) (map[string]*State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.catchUp(ctx); err != nil {
		return nil, err
	}
	all := make(map[string]*State, len(s.states))
	for id, one := range s.states {
		all[id] = one
	}
	return all, nil
}

// Get is one of them; nil where it never was published.
func (s *Store) Get(ctx context.Context, place, period string) (*State, error) {
	all, err := s.All(ctx)
	return all[place+":"+period], err
}

// Publish publishes a bulletin in somebody's name. One that stands is not published twice.
func (s *Store) Publish(ctx context.Context, by string, c *Content) error {
	return s.act(ctx, by, published, c.Place+":"+c.Period, c, func(now *State) error {
		if now.Stands() {
			return Refusal{"bulletin.refused.stands"}
		}
		return nil
	})
}

// Withdraw takes a published bulletin back, with a reason.
func (s *Store) Withdraw(ctx context.Context, by, place, period, reason string) error {
	return s.act(ctx, by, withdrawn, place+":"+period, struct{ Reason string }{reason}, func(now *State) error {
		if !now.Stands() {
			return Refusal{"bulletin.refused.not_published"}
		}
		return nil
	})
}

// act appends an entry if what is true now allows it; where another process was first, it is decided anew.
func (s *Store) act(ctx context.Context, by, kind, id string, detail any, allowed func(*State) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range 5 {
		if err := s.catchUp(ctx); err != nil {
			return err
		}
		if err := allowed(s.states[id]); err != nil {
			return err
		}
		_, err := s.ledger.Append(ctx, s.last, ledger.Draft{Actor: by, Kind: kind, Object: id, Detail: detail})
		if !errors.Is(err, ledger.ErrTaken) {
			return err
		}
	}
	return fmt.Errorf("bulletin %s: %w", id, ledger.ErrTaken)
}

package closures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/closure"
)

// Sender hands a record of a topic of the contract (without its prefix) to the broker and returns when all replicas have it.
type Sender interface {
	Send(ctx context.Context, topic, key string, value []byte) error
}

const topic = "closures"

// message is a record of wage.closures (docs/reference/record-contract.md).
type message struct {
	ID         string      `json:"id"`
	Source     string      `json:"source"`
	Version    uint32      `json:"version"`
	RecordedAt string      `json:"recorded_at"`
	ProjectID  string      `json:"project_id,omitempty"`
	Employer   string      `json:"employer_uscc,omitempty"`
	WageMonth  civil.Month `json:"wage_month"`
	WorkerKey  string      `json:"worker_key,omitempty"`
	Reason     string      `json:"reason"`
	Note       string      `json:"note"`
	By         string      `json:"by"`
	ApprovedBy string      `json:"approved_by"`
	ClosedOn   civil.Date  `json:"closed_on"`
	ReopenedOn *civil.Date `json:"reopened_on,omitempty"`
}

// recordOf is the record of a closure as it stands: the same event always gives the same bytes, so that what is sent again is the same
// record.
func recordOf(c closure.Closure) (key string, value []byte, err error) {
	last := *c.Decided
	m := message{
		ID: c.ID, Source: closure.Source, Version: c.Seq, WageMonth: c.Month, WorkerKey: c.WorkerKey, Reason: c.Reason, Note: c.Note,
		By: signed(c.Proposed), ApprovedBy: signed(*c.Decided), ClosedOn: civil.DateOf(c.Decided.At),
	}
	if c.Scope == catalog.Project {
		m.ProjectID = c.ScopeID
	} else {
		m.Employer = c.ScopeID
	}
	if c.Reopened != nil {
		on := civil.DateOf(c.Reopened.At)
		m.ReopenedOn, last = &on, *c.Reopened
	}
	m.RecordedAt = last.At.In(civil.Zone).Format("2006-01-02T15:04:05.000Z07:00")
	value, err = json.Marshal(m)
	return c.ScopeID, value, err
}

// signed is a person in a record: officials stand there by name, as in the papers that they sign.
func signed(s closure.Signature) string { return s.ByName + " (" + s.By + ")" }

// resendAfter is how long an event may be without the broker's word before another process sends it: the one that wrote it is still
// waiting until then.
const resendAfter = time.Minute

// deliver sends the record of a closure and notes that the broker has it.
func (s *Store) deliver(ctx context.Context, c closure.Closure) error {
	key, value, err := recordOf(c)
	if err != nil {
		return err
	}
	if s.sender == nil {
		return fmt.Errorf("closure %s: %w", c.ID, closure.ErrNotSent)
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	if err := s.sender.Send(ctx, topic, key, value); err != nil {
		s.failed.Inc()
		return fmt.Errorf("closure %s, version %d: %w: %w", c.ID, c.Seq, closure.ErrNotSent, err)
	}
	s.confirm(c.ID, c.Seq)
	return nil
}

func (s *Store) confirm(id string, version uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.confirmed[id] = max(s.confirmed[id], version)
}

// unsent are the closures with a record that the broker is not known to have, and since when.
func (s *Store) unsent() map[string]time.Time {
	s.mu.RLock()
	defer s.mu.RUnlock()
	waiting := map[string]time.Time{}
	for id, c := range s.all {
		if c.Recorded() && s.confirmed[id] < c.Seq {
			waiting[id] = s.at[id]
		}
	}
	return waiting
}

// Resend sends again what the broker has not confirmed to any process: the store is asked which versions have come through.
func (s *Store) Resend(ctx context.Context) error {
	if err := s.Current(ctx); err != nil {
		return err
	}
	waiting := s.unsent()
	if len(waiting) == 0 || s.sender == nil {
		return nil
	}
	ids := make([]string, 0, len(waiting))
	for id := range waiting {
		ids = append(ids, id)
	}
	var rows []struct {
		ID      string `ch:"id"`
		Version uint64 `ch:"latest"`
	}
	if err := s.conn.Select(ctx, &rows, "SELECT id, max(version) AS latest FROM closures WHERE source = ? AND id IN (?) GROUP BY id", closure.Source, ids); err != nil {
		return fmt.Errorf("asking which closures have come through: %w", err)
	}
	for _, r := range rows {
		s.confirm(r.ID, uint32(r.Version))
	}
	var failed []error
	for id, at := range s.unsent() {
		if s.clock().Sub(at) < resendAfter {
			continue
		}
		if c, ok := s.known(id); ok {
			if err := s.deliver(ctx, c); err != nil {
				failed = append(failed, err)
				break // the broker is away: the next turn tries again
			}
		}
	}
	return errors.Join(failed...)
}

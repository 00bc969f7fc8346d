package leads

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
	"github.com/anxin-project/anxin/internal/domain/region"
)

// Sender hands a record of a topic of the contract (without its prefix) to the broker and returns when all replicas have it.
type Sender interface {
	Send(ctx context.Context, topic, key string, value []byte) error
}

// The topics that are sent to from here.
const (
	complaints = "complaints"
	voices     = "voices"
)

type kafkaSender struct {
	writer *kafka.Writer
	prefix string
}

// NewSender sends to topics with a prefix by a writer that waits for all replicas (ingest.Kafka.Writer).
func NewSender(w *kafka.Writer, prefix string) Sender { return kafkaSender{w, prefix} }

func (s kafkaSender) Send(ctx context.Context, topic, key string, value []byte) error {
	return s.writer.WriteMessages(ctx, kafka.Message{Topic: s.prefix + topic, Key: []byte(key), Value: value})
}

// complaint is a record of wage.complaints (docs/reference/record-contract.md).
type complaint struct {
	ID           string      `json:"id"`
	Source       string      `json:"source"`
	Version      uint32      `json:"version"`
	RecordedAt   string      `json:"recorded_at"`
	Channel      string      `json:"channel"`
	Township     string      `json:"township"`
	ProjectID    string      `json:"project_id,omitempty"`
	Employer     string      `json:"employer_uscc,omitempty"`
	Workers      uint32      `json:"workers"`
	Yuan         yuan        `json:"yuan"`
	ReceivedOn   civil.Date  `json:"received_on"`
	Status       string      `json:"status"`
	StatusOn     civil.Date  `json:"status_on"`
	Department   string      `json:"department,omitempty"`
	ResolvedOn   *civil.Date `json:"resolved_on,omitempty"`
	PaidYuan     *yuan       `json:"paid_yuan,omitempty"`
	Incident     string      `json:"incident"`
	Participants *uint32     `json:"participants,omitempty"`
	Satisfaction *uint8      `json:"satisfaction,omitempty"`
	Conclusion   string      `json:"conclusion,omitempty"`
	ConcludedBy  string      `json:"concluded_by,omitempty"`
	ReopenedOn   *civil.Date `json:"reopened_on,omitempty"`
	AcceptedOn   *civil.Date `json:"accepted_on,omitempty"`
	FiledOn      *civil.Date `json:"filed_on,omitempty"`
	ExtendedOn   *civil.Date `json:"extended_on,omitempty"`
	MergedInto   string      `json:"merged_into,omitempty"`
}

// yuan is fen written as yuan, exactly.
type yuan int64

func (y yuan) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `"%d.%02d"`, int64(y)/100, int64(y)%100), nil
}

// message is the record of a lead as it stands after its last event: the same event always gives the same bytes, so that what is
// sent again is the same record. What complainants enter in words is in none, and of who concluded it only the office.
func message(l leadfile.Lead) (key string, value []byte, err error) {
	c := complaint{
		ID: l.ID, Source: leadfile.Source, Version: l.Seq, RecordedAt: l.UpdatedAt.In(civil.Zone).Format("2006-01-02T15:04:05.000Z07:00"),
		Channel: l.Channel, Township: l.Township, ProjectID: l.ProjectID, Employer: l.Employer, Workers: l.Workers, Yuan: yuan(l.AmountFen),
		ReceivedOn: l.ReceivedOn, Status: string(l.Status), StatusOn: l.StatusOn, Department: office(l), Incident: l.Incident, Participants: l.Participants,
		Satisfaction: l.Satisfaction, Conclusion: string(l.Conclusion), ReopenedOn: l.ReopenedOn, AcceptedOn: l.AcceptedOn, FiledOn: l.FiledOn,
		ExtendedOn: l.ExtendedOn, MergedInto: l.MergedInto,
	}
	if l.Status == leadfile.Resolved {
		c.ResolvedOn = l.ConcludedOn
	}
	if l.Conclusion != "" {
		c.ConcludedBy = office(l)
	}
	// What was reported as paid counts once the complainant has confirmed it, or a person concluded after he was asked.
	if s := l.Settlement; s != nil && (s.State == leadfile.Confirmed || l.Conclusion == leadfile.Settled) {
		paid := yuan(s.AmountFen)
		c.PaidYuan = &paid
	}
	key = l.ProjectID
	if key == "" {
		key = l.Employer
	}
	if key == "" {
		key = l.Township
	}
	value, err = json.Marshal(c)
	return key, value, err
}

// office is who handles a lead, as a text: the place and the department.
func office(l leadfile.Lead) string { return region.Name(l.Territory) + l.Department.Title().ZH }

// resendAfter is how long an event may be without the broker's word before another process sends it: the one that wrote it is
// still waiting until then.
const resendAfter = time.Minute

// deliver sends the record of a lead and notes that the broker has it.
func (s *Store) deliver(ctx context.Context, id string) error {
	known := s.state(id)
	key, value, err := message(known.lead)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	if err := s.sender.Send(ctx, complaints, key, value); err != nil {
		s.metrics.failed.Inc()
		s.fail(id)
		return fmt.Errorf("lead %s, version %d: %w: %w", id, known.lead.Seq, leadfile.ErrNotSent, err)
	}
	s.confirm(id, known.lead.Seq)
	return nil
}

// Resend sends again what the broker has not confirmed to any process.
func (s *Store) Resend(ctx context.Context) error {
	if err := s.Current(ctx); err != nil {
		return err
	}
	if err := s.lookUp(ctx); err != nil || s.sender == nil {
		return err
	}
	for id, at := range s.unsent() {
		if s.clock().Sub(at) >= resendAfter {
			if err := s.deliver(ctx, id); err != nil {
				return err // the broker is away: the next turn tries again
			}
		}
	}
	return nil
}

// lookUp asks the store which versions have come through.
func (s *Store) lookUp(ctx context.Context) error {
	ids := slices.Sorted(maps.Keys(s.unsent()))
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.conn.Query(ctx, "SELECT id, max(version) FROM complaints WHERE source = ? AND id IN (?) GROUP BY id", leadfile.Source, ids)
	if err != nil {
		return fmt.Errorf("asking which leads have come through: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var version uint64
		if err := rows.Scan(&id, &version); err != nil {
			return fmt.Errorf("asking which leads have come through: %w", err)
		}
		s.confirm(id, uint32(version))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("asking which leads have come through: %w", err)
	}
	return nil
}

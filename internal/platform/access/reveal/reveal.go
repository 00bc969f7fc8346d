// Package reveal opens what is sealed of workers, and is the only way to it: with the right to it, for a purpose, and
// after the audit log has it.
package reveal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/platform/audit"
)

// Opener opens sealed fields: ingest/record's Protector. Its fields are Name and Phone.
type Opener interface {
	Open(field string, sealed []byte) ([]byte, error)
}

// The sealed fields of a worker, as ingest/record names them.
const (
	Name  = "name"
	Phone = "phone"
)

// Worker is one worker of a project or employer, sealed.
type Worker struct {
	Subject string // the case's name of the project or employer: project:P-1
	Key     string // the keyed hash, hexadecimal: what the audit log calls the worker
	Where   access.Object
	Name    string // sealed
	Phone   string // sealed; may be empty
}

// Clear is what was asked for.
type Clear struct{ Name, Phone string }

// What Open says no to.
var (
	ErrForbidden = errors.New("not among the workers this person may see")
	ErrPurpose   = errors.New("the purpose is missing or too long")
	ErrNoKeys    = errors.New("this process has no keys to open sealed values")
)

// Lengths of a purpose, in characters.
const (
	MinPurpose = 4
	MaxPurpose = 200
)

// Vault opens sealed values.
type Vault struct {
	opener Opener
	audit  *audit.Log
	opened *prometheus.CounterVec
}

// NewVault returns a vault. Without an opener it opens nothing. r takes its metric; nil keeps it.
func NewVault(o Opener, a *audit.Log, r prometheus.Registerer) *Vault {
	v := &Vault{o, a, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "anxin_names_opened_total", Help: "Workers whose sealed name and number somebody asked to see, by outcome (done, refused, failed).",
	}, []string{"outcome"})}
	for _, outcome := range []string{audit.Done, audit.Refused, audit.Failed} {
		v.opened.WithLabelValues(outcome)
	}
	if r != nil {
		r.MustRegister(v.opened)
	}
	return v
}

// Open returns a worker's name and phone to a person, for a purpose. The entry in the audit log is written before
// anything is opened; where it cannot be written, nothing is. origin is the address the request came from.
func (v *Vault) Open(ctx context.Context, who *access.Person, w Worker, purpose, origin string) (Clear, error) {
	c, err := v.open(ctx, who, w, purpose, origin)
	switch {
	case err == nil:
		v.opened.WithLabelValues(audit.Done).Inc()
	case errors.Is(err, ErrForbidden):
		v.opened.WithLabelValues(audit.Refused).Inc()
	case !errors.Is(err, ErrPurpose):
		v.opened.WithLabelValues(audit.Failed).Inc()
	}
	return c, err
}

func (v *Vault) open(ctx context.Context, who *access.Person, w Worker, purpose, origin string) (Clear, error) {
	purpose = strings.TrimSpace(purpose)
	event := audit.Event{Action: "reveal", Object: w.Subject + " worker " + w.Key, Purpose: purpose, Outcome: audit.Done, Origin: origin}
	if who != nil {
		event.Actor = who.ID
	}
	if n := utf8.RuneCountInString(purpose); n < MinPurpose || n > MaxPurpose || !utf8.ValidString(purpose) {
		return Clear{}, ErrPurpose
	}
	if !access.Allow(who, access.Reveal, w.Where) {
		event.Outcome = audit.Refused
		return Clear{}, errors.Join(ErrForbidden, v.audit.Record(ctx, event))
	}
	if v.opener == nil {
		return Clear{}, ErrNoKeys
	}
	if err := ctx.Err(); err != nil { // nobody waits for it: nothing is opened
		return Clear{}, err
	}
	if err := v.audit.Record(ctx, event); err != nil {
		return Clear{}, err
	}
	var c Clear
	for field, to := range map[string]struct {
		sealed string
		clear  *string
	}{Name: {w.Name, &c.Name}, Phone: {w.Phone, &c.Phone}} {
		if to.sealed == "" {
			continue
		}
		clear, err := v.opener.Open(field, []byte(to.sealed))
		if err != nil {
			return Clear{}, fmt.Errorf("opening the %s of a worker: %w", field, err)
		}
		*to.clear = string(clear)
	}
	return c, nil
}

// Package letters works with dead letters, the records that ingest refused: it finds them, opens one with its personal data
// hidden, and evaluates which could be replayed.
package letters

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
)

// Filter says which dead letters are meant; what is empty or zero does not restrict them.
type Filter struct {
	Topic  record.Topic
	Reason record.Reason
	Since  time.Time // rejected then or later
	Before time.Time // rejected earlier than that
}

// Find reads the dead letters that pass a filter, in the order of ingest.DeadLetters.
func Find(ctx context.Context, k ingest.Kafka, f Filter) ([]ingest.DeadLetter, error) {
	all, err := ingest.DeadLetters(ctx, k)
	if err != nil {
		return nil, err
	}
	var kept []ingest.DeadLetter
	for _, l := range all {
		if (f.Topic == "" || l.Topic == k.Prefix+string(f.Topic)) && (f.Reason == "" || l.Reason == f.Reason) &&
			!l.At.Before(f.Since) && (f.Before.IsZero() || l.At.Before(f.Before)) {
			kept = append(kept, l)
		}
	}
	return kept, nil
}

// Open returns the letter at a place, and its message in clear. That there is none is app.BadInput.
func Open(ctx context.Context, k ingest.Kafka, p *record.Protector, place ingest.Place) (ingest.DeadLetter, []byte, error) {
	all, err := ingest.DeadLetters(ctx, k)
	if err != nil {
		return ingest.DeadLetter{}, nil, err
	}
	for _, l := range all {
		if l.Place() == place {
			_, message, err := unseal(p, l)
			return l, message, err
		}
	}
	return ingest.DeadLetter{}, nil, none(place)
}

func none(place ingest.Place) error {
	return app.BadInput(fmt.Errorf("there is no dead letter %s: see anxin deadletters list", place))
}

// unseal opens a letter with the keys that ingest runs with.
func unseal(p *record.Protector, l ingest.DeadLetter) (key, value []byte, err error) {
	text, err := p.OpenLetter(l.Sealed)
	if err != nil {
		return nil, nil, fmt.Errorf("opening dead letter %s: %w; are these the keys that ingest runs with?", l.Place(), err)
	}
	return ingest.UnpackLetter(text)
}

// Choice says which of some letters are to be replayed, and as what.
type Choice struct {
	Places []ingest.Place // these alone; empty for all
	Again  bool           // also those that were replayed before
	Fixed  []byte         // the record to send instead of the original; nil for the original
}

// Verdict is which letters can be replayed.
type Verdict struct {
	Good    []ingest.Correction // to be sent
	Refused int                 // ingest would refuse them again
	Before  int                 // replayed before, and left alone
}

// Evaluate evaluates the chosen letters again by the rules of a configuration, and tells refused of each that ingest would still
// refuse. A place where there is no letter is app.BadInput.
func Evaluate(c ingest.Configuration, p *record.Protector, all []ingest.DeadLetter, choice Choice, refused func(ingest.Place, *record.Reject)) (Verdict, error) {
	decoder := record.NewDecoder(p, c.Rules, time.Now)
	wanted := map[ingest.Place]bool{}
	for _, place := range choice.Places {
		wanted[place] = true
	}
	var v Verdict
	for _, l := range all {
		if len(choice.Places) > 0 && !wanted[l.Place()] {
			continue
		}
		delete(wanted, l.Place())
		if !l.ReplayedAt.IsZero() && !choice.Again {
			v.Before++
			continue
		}
		one, err := evaluate(decoder, p, c.Kafka.Prefix, l, choice.Fixed)
		var reject *record.Reject
		switch {
		case errors.As(err, &reject):
			v.Refused++
			refused(l.Place(), reject)
		case err != nil:
			return v, err
		default:
			v.Good = append(v.Good, one)
		}
	}
	for place := range wanted {
		return v, none(place)
	}
	return v, nil
}

// evaluate opens a letter and returns what to send for it, or a *record.Reject where ingest would refuse that too.
func evaluate(d *record.Decoder, p *record.Protector, prefix string, l ingest.DeadLetter, correction []byte) (ingest.Correction, error) {
	topic, ok := record.ParseTopic(prefix, l.Topic)
	if !ok {
		return ingest.Correction{}, fmt.Errorf("dead letter %s is of no topic with prefix %q", l.Place(), prefix)
	}
	key, value, err := unseal(p, l)
	if err != nil {
		return ingest.Correction{}, err
	}
	if correction != nil {
		key, value = produce.Key(topic, correction), correction
	}
	if reject := d.Add(record.NewBatch(topic), value); reject != nil {
		return ingest.Correction{}, reject
	}
	return ingest.Correction{Letter: l, Key: key, Value: value}, nil
}

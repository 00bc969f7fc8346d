package detectors

import (
	"bytes"
	"context"
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/simulate"
)

// world loads a simulated world and returns it.
func (l *loader) world(o simulate.Options) *simulate.World {
	l.t.Helper()
	w, err := simulate.New(o)
	if err != nil {
		l.t.Fatal(err)
	}
	values := map[record.Topic][][]byte{}
	for w.Today() < o.To {
		err := w.Day(context.Background(), func(r simulate.Record) error {
			values[record.Topic(r.Topic)] = append(values[record.Topic(r.Topic)], bytes.Clone(r.JSON))
			return nil
		})
		if err != nil {
			l.t.Fatal(err)
		}
	}
	for _, topic := range record.Topics() {
		l.put(topic, values[topic])
	}
	return w
}

func TestAWorldWithoutTroubleRaisesNothing(t *testing.T) {
	last := date(t, "2026-10-31")
	for _, seed := range []uint64{1, 2} {
		d, conn := open(t, policy.National())
		newLoader(t, conn).world(simulate.Options{
			Seed: seed, From: date(t, "2025-12-01"), To: last, Noise: true, Rates: &simulate.Rates{},
			Scale: simulate.Scale{Counties: []string{"331024", "522601"}, Projects: 24, Workers: 400, Employers: 8},
		})
		// month ends, days right before and after pay days, and the weeks around the Spring Festival
		for _, asOf := range []civil.Date{
			date(t, "2026-01-31"), date(t, "2026-02-14"), date(t, "2026-03-02"), date(t, "2026-03-20"), date(t, "2026-05-05"),
			date(t, "2026-07-01"), date(t, "2026-08-16"), date(t, "2026-10-08"), last,
		} {
			result, err := d.Pass(t.Context(), asOf)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range result.Active() {
				t.Errorf("seed %d, as of %s: %s %s %s %s", seed, asOf, w.Detector, w.Level, w.ScopeID, w.Evidence)
			}
		}
	}
}

package detectors_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/simulate"
)

// records simulates a world and returns what its sources send, by topic.
func records(t *testing.T, o simulate.Options) map[record.Topic][][]byte {
	t.Helper()
	w, err := simulate.New(o)
	if err != nil {
		t.Fatal(err)
	}
	values := map[record.Topic][][]byte{}
	for w.Today() < o.To {
		err := w.Day(context.Background(), func(r simulate.Record) error {
			values[record.Topic(r.Topic)] = append(values[record.Topic(r.Topic)], bytes.Clone(r.JSON))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return values
}

func (l *loader) all(values map[record.Topic][][]byte) {
	l.t.Helper()
	for _, topic := range record.Topics() {
		l.put(topic, values[topic])
	}
}

func TestAWorldWithoutTroubleRaisesNothing(t *testing.T) {
	t.Parallel()
	last := date(t, "2026-10-31")
	b := open(t, policy.National())
	// two counties with seeds of their own are two worlds in one database
	for seed, county := range []string{"331024", "522601"} {
		b.all(records(t, simulate.Options{
			Seed: uint64(seed) + 1, From: date(t, "2025-12-01"), To: last, Noise: true, Rates: &simulate.Rates{},
			Scale: simulate.Scale{Counties: []string{county}, Projects: 24, Workers: 250, Employers: 8},
		}))
	}
	all := make([]string, len(b.Catalogue))
	for i, one := range b.Catalogue {
		all[i] = one.ID
	}
	// a month's end, days right after funding and pay days, and those around the Spring Festival and National Day
	for _, asOf := range []string{"2026-01-31", "2026-03-02", "2026-03-20", "2026-07-01", "2026-08-16", "2026-10-08"} {
		found, err := b.Judge(t.Context(), date(t, asOf), all...)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range found {
			t.Errorf("as of %s: %s %s %s %s", asOf, w.Detector, w.Level, w.ScopeID, w.Evidence)
		}
	}
	// nobody is owed anything or missed, every claim is covered, and what sources send is there
	for _, asOf := range []string{"2026-01-05", "2026-10-08"} {
		for _, line := range b.facts(t, date(t, asOf),
			"SELECT concat('owed ', scope_id, ' ', kind, ' ', toString(wage_month)) FROM owed",
			"SELECT concat('silent ', project_id, ' ', toString(month)) FROM silent",
			"SELECT concat('unbooked ', project_id, ' ', toString(unbooked_fen)) FROM unbooked",
			`SELECT concat('not alive ', feeds.project_id, ' ', toString((gate_alive, ledger_alive, lists_alive)))
FROM feeds INNER JOIN projects ON projects.project_id = feeds.project_id
WHERE status = 'building' AND feeds.started_on < toDate('`+asOf+`') - 10 AND NOT (gate_alive AND ledger_alive AND lists_alive)`,
		) {
			t.Errorf("as of %s: %s", asOf, line)
		}
	}
}

package detectors_test

import (
	"math"
	"slices"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/risk"
	"github.com/anxin-project/anxin/detectors/snapshot"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/simulate/causal"
)

func TestTheDetectorSaysOfEveryFeatureWhatItsFileSays(t *testing.T) {
	all, err := shipped.Read("")
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(d shipped.Detector) bool { return d.ID == "arrears-risk" })
	fields := map[string]catalog.Field{}
	for _, f := range all[at].Evidence {
		fields[f.Name] = f
	}
	for _, f := range risk.Features {
		if got := fields[f.Name]; got.Label != f.Label || string(got.Unit) != f.Unit {
			t.Errorf("evidence %s is called %v in %s, the feature %v in %s", f.Name, got.Label, got.Unit, f.Label, f.Unit)
		}
		if got := fields["factors"].Words[f.Name]; got != f.Label {
			t.Errorf("among factors %s is called %v, the feature %v", f.Name, got, f.Label)
		}
		if got, said := fields["would_lower"].Words[f.Name]; said && got != f.Lowers {
			t.Errorf("what lowers %s is %v, of the feature %v", f.Name, got, f.Lowers)
		}
	}
}

// The detector's query adds up what Go adds up, of the very table that fitting reads; and nothing recorded later is in it.
func TestTheDetectorTellsTheOddsOfTheScorecard(t *testing.T) {
	b := open(t, policy.National())
	values := map[record.Topic][][]byte{}
	_, err := causal.Simulate(causal.Options{Seed: 5, From: date(t, "2025-11-01"), To: date(t, "2026-10-31"), Families: []string{"developers", "factories"}, Projects: 14},
		func(topic string, json []byte) error {
			values[record.Topic(topic)] = append(values[record.Topic(topic)], slices.Clone(json))
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	b.all(values)
	card, err := risk.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	asOf := date(t, "2026-08-15")
	want := map[string]float64{}
	told := 0
	err = b.Facts(t.Context(), asOf, snapshot.Part{"risk_subjects"}, func(facts driver.Conn) error {
		rows, err := risk.Load(t.Context(), facts, asOf)
		for _, r := range rows {
			for _, p := range card.Parts {
				if p.Scope != r.Scope {
					continue
				}
				told++
				if odds := p.Odds(r.Values); odds >= 0.3 {
					want[r.ID] = odds
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := b.Judge(t.Context(), asOf, "arrears-risk")
	if err != nil {
		t.Fatal(err)
	}
	if told < 30 || len(found) < 2 || len(found) != len(want) {
		t.Errorf("of %d subjects the detector warns of %d, the scorecard of %d", told, len(found), len(want))
	}
	for _, w := range found {
		if math.Abs(w.Score-want[w.ScopeID]) > 1e-6 {
			t.Errorf("%s %s: the detector says %.4f, the scorecard %.4f", w.Scope, w.ScopeID, w.Score, want[w.ScopeID])
		}
		if w.Level != catalog.Red && w.Score >= 0.6 || w.AmountFen <= 0 || w.Workers == 0 {
			t.Errorf("%s %s: %s with odds of %.2f, %d fen, %d workers", w.Scope, w.ScopeID, w.Level, w.Score, w.AmountFen, w.Workers)
		}
	}
}

package detectors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
)

// officesOwn is a detector of an office's own: its header, with a query over the projects.
func officesOwn(id, query string) string {
	return fmt.Sprintf(`/*
id: %s
title: {zh: "自设", en: "Own"}
question: {zh: "有无？", en: "Is there?"}
group: handling
scope: [project]
department: human_resources
basis: [Reg. 12]
levels:
  yellow: {zh: "有", en: "there is"}
advice: {zh: "核对。", en: "Check."}
evidence:
  - {name: share, unit: share, label: {zh: "比例", en: "share"}}
*/
%s`, id, query)
}

const ownQuery = `SELECT scope_id, township, 'yellow' AS level, {as_of:Date} AS since, %s AS workers, toInt64(%s) AS amount_fen, %s AS score, %s AS share
FROM payers WHERE scope = 'project'`

// withOwn is the component with an office's own detectors over the bench's store.
func (b bench) withOwn(t *testing.T, queries map[string]string) *detectors.Detectors {
	t.Helper()
	dir := t.TempDir()
	for id, query := range queries {
		if err := os.WriteFile(filepath.Join(dir, id+".sql"), []byte(officesOwn(id, query)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config := detectors.DefaultConfiguration()
	config.Settling, config.Catalog, config.MostWarnings, config.DetectorTimeout = 0, dir, 1000, 2e9
	all, err := detectors.New(config, b.deps)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What an office's own detector does wrong costs the freshness of its own warnings: they stand as they were, neither found
// again nor closed, and everything else is published.
func TestADetectorThatFailsLosesItsOwnFreshnessAlone(t *testing.T) {
	good := fmt.Sprintf(ownQuery, "1", "5", "0.5", "0.25")
	broken := map[string]string{
		"own-not-a-number":     fmt.Sprintf(ownQuery, "1", "5", "0 / 0", "0.25"),
		"own-evidence":         fmt.Sprintf(ownQuery, "1", "5", "0.5", "1 / 0"),
		"own-negative-workers": fmt.Sprintf(ownQuery, "-1", "5", "0.5", "0.25"),
		"own-negative-amount":  fmt.Sprintf(ownQuery, "1", "-5", "0.5", "0.25"),
		"own-texts":            fmt.Sprintf(ownQuery, "'many'", "5", "0.5", "0.25"),
		"own-no-level":         strings.Replace(good, "'yellow'", "'purple'", 1),
		"own-column-missing":   strings.Replace(good, " AS share", " AS portion", 1),
		"own-twice":            good + " UNION ALL " + good,
		"own-no-table":         strings.Replace(good, "FROM payers", "FROM nowhere", 1),
		"own-many":             strings.Replace(strings.Replace(good, "FROM payers", "FROM (SELECT * FROM payers CROSS JOIN numbers(1001))", 1), "SELECT scope_id,", "SELECT scope_id || toString(number) AS scope_id,", 1),
		"own-for-ever":         strings.Replace(good, "WHERE", "WHERE (SELECT sum(cityHash64(number)) FROM system.numbers) > 0 AND", 1),
	}
	sound := map[string]string{}
	for id := range broken {
		sound[id] = good
	}
	b := open(t, policy.National())
	b.tell(t, `{payroll: [{worker: W1..W40, project: P1, months: 2026-08, paid_yuan: 0}]}`)
	make := func(all *detectors.Detectors, asOf string) (mine map[string]pass.Warning, others int, failed []pass.Failure) {
		t.Helper()
		r, err := all.Pass(t.Context(), date(t, asOf))
		if err != nil {
			t.Fatal(err)
		}
		mine = map[string]pass.Warning{}
		for _, w := range r.Warnings {
			switch _, own := broken[w.Detector]; {
			case own:
				mine[w.Detector] = w
			case w.ClosedOn == nil:
				others++
			}
		}
		return mine, others, r.Failed
	}
	whole, ill := b.withOwn(t, sound), b.withOwn(t, broken)
	first, others, failed := make(whole, "2026-10-14")
	if len(first) != len(broken) || others == 0 || len(failed) > 0 {
		t.Fatalf("with sound detectors: %d warnings, %d of others, failed %v", len(first), others, failed)
	}
	since := map[string]int64{}
	for _, asOf := range []string{"2026-10-14", "2026-10-15", "2026-10-15"} {
		mine, others, failed := make(ill, asOf)
		for id := range broken {
			was, is := first[id], mine[id]
			if is.Episode != was.Episode || is.OpenedOn != was.OpenedOn || is.Since != was.Since || is.ClosedOn != nil || string(is.Evidence) != string(was.Evidence) {
				t.Errorf("as of %s the warning of %s is %+v, was %+v", asOf, id, is, was)
			}
		}
		if others == 0 {
			t.Errorf("as of %s there are no warnings of others", asOf)
		}
		if len(failed) != len(broken) {
			t.Errorf("as of %s failed are %v", asOf, failed)
		}
		for _, f := range failed {
			if at, known := since[f.Detector]; f.Why == "" || known && at != f.Since.UnixMilli() {
				t.Errorf("%s fails since %v (%s), and before since %d", f.Detector, f.Since, f.Why, at)
			}
			since[f.Detector] = f.Since.UnixMilli()
		}
	}
	if ran := texts(t, b.conn, "SELECT arrayStringConcat(arrayFilter(d -> startsWith(d, 'own-'), detectors), ' ') FROM runs ORDER BY as_of DESC, run DESC LIMIT 1"); ran[0] != "" {
		t.Errorf("the run says that %s ran", ran[0])
	}
	if h := texts(t, b.conn, "SELECT error FROM run_attempts WHERE status = 'done' ORDER BY finished_at DESC LIMIT 1"); !strings.Contains(h[0], "own-column-missing failed") {
		t.Errorf("the history says %q", h)
	}
	again, _, failed := make(whole, "2026-10-16")
	for id, was := range first {
		if is := again[id]; is.Episode != was.Episode || is.Since != date(t, "2026-10-16") {
			t.Errorf("mended, %s finds %+v", id, is)
		}
	}
	if len(failed) > 0 {
		t.Errorf("mended, there fail %v", failed)
	}
}

// An index without the detectors that it rests on would look safer than it is: where one of these fails nothing is published.
func TestAPassFailsWithADetectorOnWhichTheIndexRests(t *testing.T) {
	b := open(t, policy.National())
	b.tell(t, `{payroll: [{worker: W1..W40, project: P1, months: 2026-08, paid_yuan: 0}]}`)
	b.pass(t, "2026-10-14")
	hazards, err := policy.National().Texts("index", "hazard_detectors", "", date(t, "2026-10-14"))
	if err != nil || len(hazards) == 0 {
		t.Fatal(err, hazards)
	}
	ill := b.withOwn(t, map[string]string{hazards[0]: fmt.Sprintf(ownQuery, "1", "5", "0 / 0", "0.25")})
	if _, err := ill.Pass(t.Context(), date(t, "2026-10-15")); err == nil || !strings.Contains(err.Error(), hazards[0]) {
		t.Errorf("the pass ends with %v", err)
	}
	if dates := texts(t, b.conn, "SELECT toString(as_of) FROM runs"); !slices.Equal(dates, []string{"2026-10-14"}) {
		t.Errorf("published are %s", dates)
	}
}

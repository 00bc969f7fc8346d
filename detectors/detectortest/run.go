package detectortest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/detectors"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// Loader stores records of one topic, in the format of the record contract and in this order, as ingest does; ShowKeys fills in
// the keys that they name. It returns why it refused one, by its place.
type Loader func(ctx context.Context, topic string, values [][]byte) (refused map[int]string, err error)

// Bench is the component on a database of its own without records.
type Bench struct {
	Detectors *detectors.Detectors
	Load      Loader
	Close     func() // drops the database; may be nil
}

// Open makes a bench with a policy in force.
type Open func(ctx context.Context, p *policy.Policy) (Bench, error)

// Outcome is what came of a test; without problems it holds.
type Outcome struct {
	Test     Test
	Problems []string
}

// Run runs tests of a catalogue's detectors and returns their outcomes in the same order. The error is of the bench, or of
// a detector whose query fails; a test that does not hold is none.
func Run(ctx context.Context, catalogue []shipped.Detector, tests []Test, open Open) ([]Outcome, error) {
	outcomes := make([]Outcome, len(tests))
	byPolicy := map[string][]*told{}
	for i, t := range tests {
		outcomes[i].Test = t
		s, err := t.expand(fmt.Sprintf("t%d.", i+1))
		if err != nil {
			return nil, fmt.Errorf("%s, %q: %w", t.Detector, t.Name, err)
		}
		byPolicy[t.policy] = append(byPolicy[t.policy], &told{test: t, story: s, outcome: &outcomes[i]})
	}
	for _, text := range slices.Sorted(maps.Keys(byPolicy)) {
		if err := runPolicy(ctx, catalogue, text, byPolicy[text], open); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// told is a test in the course of a run.
type told struct {
	test    Test
	story   *Story
	outcome *Outcome
}

func (t *told) fail(format string, args ...any) {
	t.outcome.Problems = append(t.outcome.Problems, fmt.Sprintf(format, args...))
}

// runPolicy runs the tests of one policy on one bench.
func runPolicy(ctx context.Context, catalogue []shipped.Detector, text string, tests []*told, open Open) error {
	p, err := policy.National().With([]byte(text), shipped.Headers(catalogue))
	if err != nil {
		return fmt.Errorf("policy of %q: %w", tests[0].test.Name, err)
	}
	bench, err := open(ctx, p)
	if err != nil {
		return err
	}
	if bench.Close != nil {
		defer bench.Close()
	}
	if err := load(ctx, tests, bench.Load); err != nil {
		return err
	}
	wanted := map[civil.Date]map[string]bool{}
	for _, t := range tests {
		for _, c := range t.test.checks {
			if wanted[c.asOf] == nil {
				wanted[c.asOf] = map[string]bool{}
			}
			wanted[c.asOf][t.test.Detector] = true
		}
	}
	for _, asOf := range slices.Sorted(maps.Keys(wanted)) {
		found, err := bench.Detectors.Judge(ctx, asOf, slices.Sorted(maps.Keys(wanted[asOf]))...)
		if err != nil {
			return err
		}
		compare(asOf, tests, found)
		worded(asOf, tests, found, shipped.Headers(catalogue))
	}
	return nil
}

// load stores the records of all tests, topic by topic.
func load(ctx context.Context, tests []*told, load Loader) error {
	var stories []*Story
	for _, t := range tests {
		stories = append(stories, t.story)
	}
	return loadStories(ctx, stories, load, func(story int, problem string) { tests[story].fail("%s", problem) })
}

// compare holds what was found as of a date against what the tests want of it.
func compare(asOf civil.Date, tests []*told, found []pass.Warning) {
	claimed := make([]bool, len(found))
	for _, t := range tests {
		var own []pass.Warning
		for i, w := range found {
			if _, ok := t.story.aliases[w.ScopeID]; ok && w.Detector == t.test.Detector {
				own = append(own, w)
				claimed[i] = true
			}
		}
		for _, c := range t.test.checks {
			if c.asOf == asOf {
				t.compare(c, own)
			}
		}
	}
	for i, w := range found {
		of := slices.IndexFunc(tests, func(t *told) bool { return t.test.Detector == w.Detector })
		if !claimed[i] && of >= 0 && w.Scope != catalog.Township && !spokenOf(tests, w.ScopeID) {
			tests[of].fail("as of %s: a warning about %s %s, of which no record speaks", asOf, w.Scope, w.ScopeID)
		}
	}
}

// code is how a code is written, as opposed to a name, a number, a day or a record's id.
var code = regexp.MustCompile(`^[a-z]+(_[a-z0-9]+)*$`)

// worded finds codes in evidence that people would be shown as they are: texts that are written like a code, or whose field
// says that they are codes, without words.
func worded(asOf civil.Date, tests []*told, found []pass.Warning, headers []catalog.Header) {
	for _, w := range found {
		of := slices.IndexFunc(tests, func(t *told) bool { return t.test.Detector == w.Detector })
		h := slices.IndexFunc(headers, func(h catalog.Header) bool { return h.ID == w.Detector })
		figures := map[string]any{}
		if of < 0 || h < 0 || json.Unmarshal(w.Evidence, &figures) != nil {
			continue
		}
		for _, f := range headers[h].Evidence {
			if f.Unit != catalog.Plain {
				continue
			}
			values, isList := figures[f.Name].([]any)
			if !isList {
				values = []any{figures[f.Name]}
			}
			for _, v := range values {
				text, _ := v.(string)
				if _, ok := codebook.OfField(f, text); !ok && text != "" && (f.Codes != "" || f.Words != nil || code.MatchString(text)) {
					tests[of].fail("as of %s: the evidence %s has the code %q without words: name its enumeration (codes: …) or give it words", asOf, f.Name, text)
				}
			}
		}
	}
}

// spokenOf tells whether a subject belongs to one of the tests: those of other detectors raise warnings too.
func spokenOf(tests []*told, id string) bool {
	return slices.ContainsFunc(tests, func(t *told) bool { return t.story.aliases[id] != "" })
}

func (t *told) compare(c check, found []pass.Warning) {
	left := slices.Clone(found)
	for _, want := range c.want {
		field := subjectOf(want)
		alias := want[field].text()
		at := slices.IndexFunc(left, func(w pass.Warning) bool {
			return string(w.Scope) == field && (t.story.aliases[w.ScopeID] == alias || w.ScopeID == alias)
		})
		if at < 0 {
			t.fail("as of %s: %s %s has no warning, want %s", c.asOf, field, alias, want["level"].text())
			continue
		}
		w := left[at]
		left = slices.Delete(left, at, at+1)
		if problems := t.differences(want, w); len(problems) > 0 {
			t.fail("as of %s: %s %s: %s\n\tfound: %s", c.asOf, field, alias, strings.Join(problems, "; "), t.describe(w))
		}
	}
	for _, w := range left {
		t.fail("as of %s: a warning not wanted: %s", c.asOf, t.describe(w))
	}
}

// describe writes a warning as a test would want it.
func (t *told) describe(w pass.Warning) string {
	return fmt.Sprintf("{%s: %s, level: %s, since: %s, workers: %d, amount_fen: %d, township: %s, evidence: %s}",
		w.Scope, t.story.aliases[w.ScopeID], w.Level, w.Since, w.Workers, w.AmountFen, w.Township, t.evidence(w))
}

// evidence is the warning's evidence with record ids as the test knows them.
func (t *told) evidence(w pass.Warning) []byte {
	return bytes.ReplaceAll(w.Evidence, []byte(`"`+t.story.namespace), []byte(`"`))
}

// differences tells where a warning is not as wanted.
func (t *told) differences(want entry, w pass.Warning) []string {
	figures := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(t.evidence(w)))
	decoder.UseNumber()
	if err := decoder.Decode(&figures); err != nil {
		return []string{"evidence is no JSON object: " + err.Error()}
	}
	township := cmp.Or(t.story.aliases[w.Township], w.Township)
	maps.Copy(figures, map[string]any{
		"level": string(w.Level), "since": w.Since.String(), "workers": num(int64(w.Workers)), "amount_fen": num(w.AmountFen), "township": township,
	})
	var problems []string
	for _, name := range want.keys() {
		if name == subjectOf(want) {
			continue
		}
		if got := figures[name]; !same(want[name].v, got) {
			problems = append(problems, fmt.Sprintf("%s is %v, want %v", name, shown(got), shown(want[name].v)))
		}
	}
	return problems
}

func shown(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// same compares whole numbers exactly, whatever their size, and others to six digits.
func same(want, got any) bool {
	switch w := want.(type) {
	case json.Number:
		if text, ok := got.(string); ok { // digits that are no number, such as a township
			return text == w.String()
		}
		g, ok := got.(json.Number)
		if !ok {
			return false
		}
		a, whole := new(big.Int).SetString(w.String(), 10)
		b, whole2 := new(big.Int).SetString(g.String(), 10)
		if whole && whole2 {
			return a.Cmp(b) == 0
		}
		x, _ := w.Float64()
		y, _ := g.Float64()
		return math.Abs(x-y) <= 1e-6*math.Max(1, math.Abs(x))
	case []any:
		g, ok := got.([]any)
		return ok && slices.EqualFunc(w, g, same)
	}
	return cmp.Or(want, any("")) == cmp.Or(got, any("")) && (want == nil) == (got == nil)
}

package detectortest

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

func TestACodeInEvidenceNeedsWords(t *testing.T) {
	for _, c := range []struct {
		name, evidence string
		field          catalog.Field
		want           string // part of the problem; empty: none
	}{
		{"a code of an enumeration", `{"x":"in_kind"}`, catalog.Field{Codes: string(codebook.PayChannel)}, ""},
		{"codes of an enumeration", `{"x":["cash","in_kind"]}`, catalog.Field{Codes: string(codebook.PayChannel)}, ""},
		{"a code that the enumeration lacks", `{"x":["cash","BARTER"]}`, catalog.Field{Codes: string(codebook.PayChannel)}, `"BARTER"`},
		{"a code with the field's own words", `{"x":"idle"}`, catalog.Field{Words: map[string]catalog.Text{"idle": {ZH: "闲置", EN: "idle"}}}, ""},
		{"a code of no enumeration", `{"x":["in_kind"]}`, catalog.Field{}, `"in_kind"`},
		{"a name, a record's id and nothing", `{"x":["某某工程","PB-2026-08-0001",""]}`, catalog.Field{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.field.Name, c.field.Unit = "x", catalog.Plain
			one := &told{test: Test{Detector: "own"}, outcome: &Outcome{}}
			worded(0, []*told{one}, []pass.Warning{{Detector: "own", Evidence: []byte(c.evidence)}}, []catalog.Header{{ID: "own", Evidence: []catalog.Field{c.field}}})
			problems := strings.Join(one.outcome.Problems, "\n")
			if (c.want == "") != (problems == "") || !strings.Contains(problems, c.want) {
				t.Errorf("the problems are %q, want %q among them", problems, c.want)
			}
		})
	}
}

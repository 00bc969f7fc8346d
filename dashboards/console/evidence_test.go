package console

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func TestEvidenceIsReadableAndImpersonal(t *testing.T) {
	h := &headers[0]
	e := evidence(language.English, h, `{"unpaid_fen":"9007199254740993","unpaid_workers":1,"oldest_due_by":"2026-09-15","days_past_due":66,"months":["2026-08","2026-09-01"],
		"records":["a","b"],"worker_keys":["k1"],"payee_key":"k2","note":"x","empty":null,"flag":true}`)
	want := "overdue: ¥90,071,992.5M; workers: 1 worker; oldest due date: 15 Sep 2026; days past due: 66 days; wage months: Aug 2026, Sep 2026; flag: yes; note: x"
	if got := e.line(); got != want {
		t.Errorf("evidence is\n%s\nwant\n%s", got, want)
	}
	if len(e.Records) != 2 || strings.Contains(e.line(), "k1") || strings.Contains(e.line(), "k2") {
		t.Errorf("records %v, line %s", e.Records, e.line())
	}
	if e := evidence(language.Chinese, h, "not json"); e.Raw != "not json" {
		t.Errorf("faulty evidence is shown as %+v", e)
	}
}

func TestAnEstimateIsCalledOneWhereverItStands(t *testing.T) {
	part := []catalog.Field{{Name: "estimated_fen", Unit: catalog.Fen}}
	for _, c := range []struct {
		name     string
		header   catalog.Header
		evidence string
		want     int64
		zh       string
	}{
		{"a detector of estimates", catalog.Header{Estimated: true}, `{}`, 50_000, "估算"},
		{"a part", catalog.Header{Evidence: part}, `{"estimated_fen":20000}`, 20_000, "其中估算 200元"},
		{"a part written as text", catalog.Header{Evidence: part}, `{"estimated_fen":"20000"}`, 20_000, "其中估算 200元"},
		{"no more than the amount", catalog.Header{Evidence: part}, `{"estimated_fen":90000}`, 50_000, "估算"},
		{"a detector without", catalog.Header{}, `{"estimated_fen":20000}`, 0, ""},
		{"evidence that is none", catalog.Header{Evidence: part}, `[]`, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &Warning{AmountFen: 50_000, Evidence: c.evidence}
			if got := estimatedFen(&c.header, w); got != c.want || language.Chinese.EstimatedPart(w.AmountFen, got) != c.zh {
				t.Errorf("%d fen are an estimate, said as %q", got, language.Chinese.EstimatedPart(w.AmountFen, got))
			}
		})
	}
}

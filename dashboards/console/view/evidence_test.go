package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// overdue is a header with evidence of most units.
var overdue = &catalog.Header{Evidence: []catalog.Field{
	{Name: "unpaid_fen", Unit: catalog.Fen, Label: catalog.Text{ZH: "逾期未付", EN: "overdue"}},
	{Name: "unpaid_workers", Unit: catalog.Workers, Label: catalog.Text{ZH: "涉及人数", EN: "workers"}},
	{Name: "oldest_due_by", Unit: catalog.Date, Label: catalog.Text{ZH: "最早应付日", EN: "oldest due date"}},
	{Name: "days_past_due", Unit: catalog.Days, Label: catalog.Text{ZH: "最长逾期", EN: "days past due"}},
	{Name: "months", Unit: catalog.Month, Label: catalog.Text{ZH: "欠付工资月", EN: "wage months"}},
	{Name: "records", Unit: catalog.Records, Label: catalog.Text{ZH: "工资单记录", EN: "pay slips"}},
}}

func TestEvidenceIsReadableAndImpersonal(t *testing.T) {
	h := overdue
	e := EvidenceIn(language.English, h, `{"unpaid_fen":"9007199254740993","unpaid_workers":1,"oldest_due_by":"2026-09-15","days_past_due":66,"months":["2026-08","2026-09-01"],
		"records":["a","b"],"worker_keys":["k1"],"payee_key":"k2","note":"x","empty":null,"flag":true}`)
	want := "overdue: ¥90,071,992.5M; workers: 1 worker; oldest due date: 15 Sep 2026; days past due: 66 days; wage months: Aug 2026, Sep 2026; flag: yes; note: x"
	if got := e.Line(); got != want {
		t.Errorf("evidence is\n%s\nwant\n%s", got, want)
	}
	if len(e.Records) != 2 || strings.Contains(e.Line(), "k1") || strings.Contains(e.Line(), "k2") {
		t.Errorf("records %v, line %s", e.Records, e.Line())
	}
	if e := EvidenceIn(language.Chinese, h, "not json"); e.Raw != "not json" {
		t.Errorf("faulty evidence is shown as %+v", e)
	}
}

func TestAnEstimateIsCalledOneWhereverItStands(t *testing.T) {
	part := []catalog.Field{{Name: "estimated_fen", Unit: catalog.Fen}}
	for _, c := range []struct {
		name       string
		header     catalog.Header
		EvidenceIn string
		want       int64
		zh         string
	}{
		{"a detector of estimates", catalog.Header{Estimated: true}, `{}`, 50_000, "估算"},
		{"a part", catalog.Header{Evidence: part}, `{"estimated_fen":20000}`, 20_000, "其中估算 200元"},
		{"a part written as text", catalog.Header{Evidence: part}, `{"estimated_fen":"20000"}`, 20_000, "其中估算 200元"},
		{"no more than the amount", catalog.Header{Evidence: part}, `{"estimated_fen":90000}`, 50_000, "估算"},
		{"a detector without", catalog.Header{}, `{"estimated_fen":20000}`, 0, ""},
		{"evidence that is none", catalog.Header{Evidence: part}, `[]`, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &Warning{AmountFen: 50_000, Evidence: c.EvidenceIn}
			if got := EstimatedFen(&c.header, w); got != c.want || language.Chinese.EstimatedPart(w.AmountFen, got) != c.zh {
				t.Errorf("%d fen are an estimate, said as %q", got, language.Chinese.EstimatedPart(w.AmountFen, got))
			}
		})
	}
}

func TestPersonalFiguresAreLeftOutHoweverDeep(t *testing.T) {
	e := evidenceOf(overdue, `{"unpaid_fen":1,"payees":[{"account_id":"62","worker_key":"ab","fen":7}],"by":{"phone":"138","fen":8},"records":["R-1"]}`)
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"62", "ab", "138"} {
		if bytes.Contains(text, []byte(`"`+bad+`"`)) {
			t.Errorf("%s is shown: %s", bad, text)
		}
	}
	if !bytes.Contains(text, []byte(`[{"fen":7}]`)) || !bytes.Contains(text, []byte(`{"fen":8}`)) {
		t.Errorf("the rest is not shown: %s", text)
	}
}

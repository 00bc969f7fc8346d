package bulletin

import (
	"strings"
	"testing"
)

func TestTheShippedWordsMakeABulletin(t *testing.T) {
	w, err := LoadWords("")
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := w.Write(Values{Place: "仙居县", Period: "2026年10月", Compared: "第 5 期", First: "甲镇", Last: "乙镇", Rose: 3})
	if err != nil {
		t.Fatal(err)
	}
	if blocks[0] != (Block{"title", "仙居县2026年10月根治欠薪工作通报"}) {
		t.Errorf("it begins with %+v", blocks[0])
	}
	tables, said := 0, ""
	for _, b := range blocks {
		if b.Kind == "table" {
			tables++
		}
		said += b.Text + "\n"
	}
	if tables != len(Tables) || !strings.Contains(said, "首位为甲镇，末位为乙镇") || !strings.Contains(said, "与第 5 期相比") || strings.Contains(said, "{{") {
		t.Errorf("%d tables; it says %s", tables, said)
	}
}

func TestWordsThatCannotBeUsedAreRefusedWithWhatThereIs(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"no template":         {"# {{.Place", "not a template"},
		"an unknown figure":   {"# 通报\n{{.Salary}}", "line 2: there is no {{.Salary}}; there are {{.Place}} {{.Period}}"},
		"hidden in a branch":  {"# 通报\n{{if not .Compared}}{{.Nothing}}{{end}}", "there is no {{.Nothing}}"},
		"an unknown table":    {"# 通报\n[[names]]", "there is no table [[names]]; there are [[ranking]] [[moves]]"},
		"no title":            {"通报", "it has no title"},
		"text without an end": {"# 通报\n{{range 100000000}}很长很长{{end}}", "longer than"},
	} {
		if _, err := NewWords(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestPeriodsAreMonthsAndQuarters(t *testing.T) {
	for period, ok := range map[string]bool{"2026-10": true, "2026-Q4": true, "2026-13": false, "2026-Q5": false, "2026": false, "2026-Q4 ": false} {
		if _, _, got := lastMonth(period); got != ok {
			t.Errorf("%q is a period: %v", period, got)
		}
	}
	month, months, _ := lastMonth("2026-Q3")
	if month.String() != "2026-09" || months != 3 || strings.Join(periodsOf(month), " ") != "2026-09 2026-Q3" || strings.Join(periodsOf(month+1), " ") != "2026-10" {
		t.Errorf("the third quarter ends with %s and has %d months", month, months)
	}
}

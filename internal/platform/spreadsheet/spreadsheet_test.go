package spreadsheet

import (
	"math"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

func TestASheetOpensWithADoubleClickAndComputesNothing(t *testing.T) {
	s := New("名称", "金额")
	s.Row("=1+1", "-12.50")
	s.Row(`甲,"乙"`, "@x")
	if got, want := string(s.Bytes()), "\uFEFF名称,金额\r\n'=1+1,-12.50\r\n\"甲,\"\"乙\"\"\",'@x\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestYuanIsExact(t *testing.T) {
	for fen, want := range map[int64]string{0: "0.00", 5: "0.05", -5: "-0.05", 123456: "1234.56", math.MinInt64: "-92233720368547758.08"} {
		if got := Yuan(fen); got != want {
			t.Errorf("%d fen are %s, want %s", fen, got, want)
		}
	}
}

func TestAColumnOfCodesHasTheirWordsBesideIt(t *testing.T) {
	columns := []Column{
		Coded(catalog.Text{ZH: "级别", EN: "level"}, codebook.Level),
		Plain(catalog.Text{ZH: "名称", EN: "name"}),
		Coded(catalog.Text{ZH: "渠道", EN: "channels"}, codebook.PayChannel),
	}
	for lang, want := range map[string]string{
		"zh": "\uFEFF级别代码,级别,名称,渠道代码,渠道\r\nred,红,甲,cash; in_kind,现金；实物\r\n,,乙,unheard_of,unheard_of\r\n",
		"en": "\uFEFFlevel_code,level,name,channels_code,channels\r\nred,Red,甲,cash; in_kind,cash; in kind\r\n,,乙,unheard_of,unheard_of\r\n",
	} {
		table := NewTable(lang, columns...)
		table.Line("red", "甲", "cash; in_kind")
		table.Line("", "乙", "unheard_of")
		if got := string(table.Bytes()); got != want {
			t.Errorf("in %s: %q, want %q", lang, got, want)
		}
	}
}

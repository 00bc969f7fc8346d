package spreadsheet

import (
	"bytes"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

func plain(zh string) Column { return Plain(catalog.Text{ZH: zh}) }

func TestATableOpensWithADoubleClickAndComputesNothing(t *testing.T) {
	s := NewTable("zh", plain("名称"), Typed(catalog.Text{ZH: "金额"}, Money))
	s.Line("=1+1", "-12.50")
	s.Line(`甲,"乙"`, "@x")
	if got, want := string(s.CSV()), "\uFEFF名称,金额\r\n'=1+1,-12.50\r\n\"甲,\"\"乙\"\"\",'@x\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNoCellOfACSVIsAFormula(t *testing.T) {
	formulas := []string{
		"=1+1", "+1+1", "-1+1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)", "\t=1", "\tx", "\rx", "\nx", " =1+1", "\u3000=1+1", "\u200b=1+1", "\uFEFF=1+1",
		"-0x10", "+1e3", "-Inf", "-", "=", "\x00=1",
	}
	others := []string{"", "甲", "1+1", "12.50", "-12.50", "+86", "2026-10-31", "a=b", "（=）", " 甲", "—"}
	var b bytes.Buffer
	if err := WriteCSV(&b, [][]string{formulas, others}); err != nil {
		t.Fatal(err)
	}
	for _, cell := range formulas {
		if got := harmless(cell); got != "'"+cell {
			t.Errorf("%q is written as %q", cell, got)
		}
	}
	for _, cell := range others {
		if got := harmless(cell); got != cell {
			t.Errorf("%q is written as %q", cell, got)
		}
	}
	if text := b.String(); !strings.HasPrefix(text, "'=1+1,'+1+1,'-1+1,'@SUM(A1),'＝1+1,") || strings.Contains(text, "\r\n") || !strings.HasSuffix(text, "（=）,\" 甲\",—\n") {
		t.Errorf("the file is %q", text)
	}
}

// Who writes CSV by other means writes formulas.
func TestEveryCSVIsWrittenHere(t *testing.T) {
	err := filepath.WalkDir("../../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && bytes.Contains(text, []byte("csv.NewWriter(")) && filepath.ToSlash(path) != "../../../internal/platform/spreadsheet/csv.go" {
			t.Errorf("%s writes CSV itself: use spreadsheet.WriteCSV", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
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
		if got := string(table.CSV()); got != want {
			t.Errorf("in %s: %q, want %q", lang, got, want)
		}
	}
}

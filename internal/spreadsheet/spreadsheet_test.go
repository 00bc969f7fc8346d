package spreadsheet

import (
	"math"
	"testing"
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

package warnings

import (
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func TestAnAmountThatNobodyKnowsIsNotSaidToBeZero(t *testing.T) {
	fen := []catalog.Field{{Name: "owed_fen", Unit: catalog.Fen}}
	for _, c := range []struct {
		name        string
		header      catalog.Header
		fen         int64
		zh, en, csv string
	}{
		{"people left unsettled, nobody knows with how much", catalog.Header{Group: catalog.Payment, Evidence: fen}, 0, "金额待核", "to be checked", "金额待核"},
		{"an amount", catalog.Header{Group: catalog.Payment, Evidence: fen}, 123400, "1,234元", "¥1,234", "1234.00"},
		{"a detector that does not speak of money", catalog.Header{Group: catalog.Payment}, 0, "—", "—", ""},
		{"a safeguard lacks nothing in money", catalog.Header{Group: catalog.Safeguards, Evidence: fen}, 0, "—", "—", ""},
		{"a detector that has left the catalogue", catalog.Header{}, 0, "—", "—", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if zh, en, csv := language.Chinese.Amount(&c.header, c.fen), language.English.Amount(&c.header, c.fen), csvAmount(language.Chinese, &c.header, c.fen); zh != c.zh || en != c.en || csv != c.csv {
				t.Errorf("it is said as %s, %s, in an export %q", zh, en, csv)
			}
		})
	}
}

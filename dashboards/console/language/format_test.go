package language

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func TestFiguresAreWrittenAsReadersExpect(t *testing.T) {
	for _, tt := range []struct{ name, got, want string }{
		{"small yuan in Chinese", Chinese.Yuan(123_456), "1,234.56元"},
		{"whole yuan in Chinese", Chinese.Yuan(500_000), "5,000元"},
		{"large yuan in Chinese", Chinese.Yuan(128_456_000), "128.5万元"},
		{"huge yuan in Chinese", Chinese.Yuan(12_860_000_000), "1.29亿元"},
		{"negative yuan in Chinese", Chinese.Yuan(-2_500_000), "−2.5万元"},
		{"nothing in Chinese", Chinese.Yuan(0), "0元"},
		{"small yuan in English", English.Yuan(12_345), "¥123.45"},
		{"large yuan in English", English.Yuan(128_456_000), "¥1,284,560"},
		{"huge yuan in English", English.Yuan(12_860_000_000), "¥128.6M"},
		{"exact yuan above 2^53 fen", Chinese.ExactYuan(9_007_199_254_740_993), "¥90,071,992,547,409.93"},
		{"the smallest amount", Chinese.ExactYuan(math.MinInt64), "−¥92,233,720,368,547,758.08"},
		{"a date in Chinese", Chinese.Date(civil.NewDate(2026, 2, 9)), "2026年2月9日"},
		{"a date in English", English.Date(civil.NewDate(2026, 2, 9)), "9 Feb 2026"},
		{"one worker in English", English.Count(1, catalog.Workers), "1 worker"},
		{"workers in English", English.Count(1200, catalog.Workers), "1,200 workers"},
		{"months in Chinese", Chinese.Count(3, catalog.Months), "3 个月"},
		{"a share", Chinese.Percent(.0834), "8.3%"},
		{"a whole share", Chinese.Percent(1), "100%"},
		{"a tiny share", Chinese.Percent(.0004), "0.04%"},
		{"no index", English.Index(nil), "—"},
		{"a change that rounds to nothing", English.Signed(-.04), "0.0"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestPartsAddUpToTheirTotalAsShown(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		parts, sum := make([]float64, 1+random.IntN(6)), 0.0
		for i := range parts {
			if random.IntN(4) > 0 {
				parts[i] = random.NormFloat64() * 12
			}
			sum += parts[i]
		}
		shown, total := Apportion(parts, sum), 0.0
		for i, v := range shown {
			total += v
			if math.Abs(v-parts[i]) > .25 {
				t.Fatalf("%v became %v", parts, shown)
			}
		}
		if math.Abs(total-Tenths(sum)) > 1e-6 {
			t.Fatalf("%v adds up to %v, its parts as shown to %v", parts, Tenths(sum), total)
		}
	}
}

func TestWageMonthsAreWrittenAsSpans(t *testing.T) {
	m := func(year, month int) civil.Month { return civil.NewDate(year, 1, 1).Month() + civil.Month(month-1) }
	for _, c := range []struct {
		months []civil.Month
		zh, en string
	}{
		{nil, "", ""},
		{[]civil.Month{m(2026, 3)}, "2026年3月", "Mar 2026"},
		{[]civil.Month{m(2026, 3), m(2026, 4), m(2026, 5)}, "2026年3月至5月", "Mar–May 2026"},
		{[]civil.Month{m(2025, 12), m(2026, 1), m(2026, 3)}, "2025年12月至2026年1月、2026年3月", "Dec 2025–Jan 2026, Mar 2026"},
	} {
		if zh, en := Chinese.Months(c.months), English.Months(c.months); zh != c.zh || en != c.en {
			t.Errorf("%v are written %q and %q, want %q and %q", c.months, zh, en, c.zh, c.en)
		}
	}
}

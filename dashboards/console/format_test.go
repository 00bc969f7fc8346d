package console

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func TestFiguresAreWrittenAsReadersExpect(t *testing.T) {
	for _, tt := range []struct{ name, got, want string }{
		{"small yuan in Chinese", chinese.yuan(123_456), "1,234.56元"},
		{"whole yuan in Chinese", chinese.yuan(500_000), "5,000元"},
		{"large yuan in Chinese", chinese.yuan(128_456_000), "128.5万元"},
		{"huge yuan in Chinese", chinese.yuan(12_860_000_000), "1.29亿元"},
		{"negative yuan in Chinese", chinese.yuan(-2_500_000), "−2.5万元"},
		{"nothing in Chinese", chinese.yuan(0), "0元"},
		{"small yuan in English", english.yuan(12_345), "¥123.45"},
		{"large yuan in English", english.yuan(128_456_000), "¥1,284,560"},
		{"huge yuan in English", english.yuan(12_860_000_000), "¥128.6M"},
		{"exact yuan above 2^53 fen", chinese.exactYuan(9_007_199_254_740_993), "¥90,071,992,547,409.93"},
		{"the smallest amount", chinese.exactYuan(math.MinInt64), "−¥92,233,720,368,547,758.08"},
		{"a date in Chinese", chinese.date(civil.NewDate(2026, 2, 9)), "2026年2月9日"},
		{"a date in English", english.date(civil.NewDate(2026, 2, 9)), "9 Feb 2026"},
		{"one worker in English", english.count(1, catalog.Workers), "1 worker"},
		{"workers in English", english.count(1200, catalog.Workers), "1,200 workers"},
		{"months in Chinese", chinese.count(3, catalog.Months), "3 个月"},
		{"a share", chinese.percent(.0834), "8.3%"},
		{"a whole share", chinese.percent(1), "100%"},
		{"a tiny share", chinese.percent(.0004), "0.04%"},
		{"no index", english.index(nil), "—"},
		{"a change that rounds to nothing", english.signed(-.04), "0.0"},
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
		shown, total := apportion(parts, sum), 0.0
		for i, v := range shown {
			total += v
			if math.Abs(v-parts[i]) > .25 {
				t.Fatalf("%v became %v", parts, shown)
			}
		}
		if math.Abs(total-tenths(sum)) > 1e-6 {
			t.Fatalf("%v adds up to %v, its parts as shown to %v", parts, tenths(sum), total)
		}
	}
}

func TestEvidenceIsReadableAndImpersonal(t *testing.T) {
	h := &headers[0]
	e := english.evidence(h, `{"unpaid_fen":"9007199254740993","unpaid_workers":1,"oldest_due_by":"2026-09-15","days_past_due":66,"months":["2026-08","2026-09-01"],
		"records":["a","b"],"worker_keys":["k1"],"payee_key":"k2","note":"x","empty":null,"flag":true}`)
	want := "overdue: ¥90,071,992.5M; workers: 1 worker; oldest due date: 15 Sep 2026; days past due: 66 days; wage months: Aug 2026, Sep 2026; flag: yes; note: x"
	if got := e.line(); got != want {
		t.Errorf("evidence is\n%s\nwant\n%s", got, want)
	}
	if len(e.Records) != 2 || strings.Contains(e.line(), "k1") || strings.Contains(e.line(), "k2") {
		t.Errorf("records %v, line %s", e.Records, e.line())
	}
	if e := chinese.evidence(h, "not json"); e.Raw != "not json" {
		t.Errorf("faulty evidence is shown as %+v", e)
	}
}

func TestSnapshotNamesThatNeedEscapingAreRefused(t *testing.T) {
	for _, name := range []string{"", "a b", "x`; DROP DATABASE y", "数据", "1a", "a.b"} {
		if got, err := (Run{Snapshot: name}).from("projects"); err == nil {
			t.Errorf("%q gives %s", name, got)
		}
	}
	if got, err := (Run{Snapshot: "anxin_facts_1"}).from("projects"); err != nil || got != "`anxin_facts_1`.projects" {
		t.Errorf("got %s, %v", got, err)
	}
}

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
			if zh, en, csv := chinese.amount(&c.header, c.fen), english.amount(&c.header, c.fen), chinese.csvAmount(&c.header, c.fen); zh != c.zh || en != c.en || csv != c.csv {
				t.Errorf("it is said as %s, %s, in an export %q", zh, en, csv)
			}
		})
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
			if got := estimatedFen(&c.header, w); got != c.want || chinese.estimatedPart(w.AmountFen, got) != c.zh {
				t.Errorf("%d fen are an estimate, said as %q", got, chinese.estimatedPart(w.AmountFen, got))
			}
		})
	}
}

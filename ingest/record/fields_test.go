package record

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/uscc"
)

func TestYuanIsReadExactlyIntoFen(t *testing.T) {
	const refused = -1
	tests := []struct {
		json string
		want int64
	}{
		{`0`, 0}, {`-0`, 0}, {`-0.00`, 0}, {`0.1`, 10}, {`0.10`, 10}, {`0.01`, 1}, {`1`, 100}, {`63504`, 6350400}, {`12.34`, 1234},
		{`"0"`, 0}, {`"0.1"`, 10}, {`"0.10"`, 10}, {`"12.34"`, 1234}, {`"007.50"`, 750},
		// 2^53+1 fen and 2^63−1 fen: a float would lose the last digit.
		{`90071992547409.93`, 9007199254740993}, {`"90071992547409.93"`, 9007199254740993},
		{`92233720368547758.07`, 9223372036854775807}, {`"92233720368547758.07"`, 9223372036854775807},
		{`92233720368547758.08`, refused}, {`"92233720368547758.08"`, refused}, {`184467440737095516.16`, refused},
		{`99999999999999999999999999`, refused}, {`1e30`, refused}, {`1e999999999999999999999`, refused},
		// Exponents are understood in numbers only.
		{`1e3`, 100000}, {`1.5E+2`, 15000}, {`12345e-2`, 12345}, {`1e-2`, 1}, {`5e-3`, refused}, {`0e99999`, 0}, {`"1e3"`, refused},
		// Noise of less than 0.000001 yuan around a whole fen, in numbers only.
		{`63503.99999999999`, 6350400}, {`0.30000000000000004`, 30}, {`12.340000`, 1234}, {`12.3400009999`, 1234}, {`12.340001`, refused},
		{`12.3399991`, 1234}, {`12.339999`, refused}, {`12.33999900`, refused}, {`12.339999000001`, 1234}, {`12.33999`, refused}, {`12.3399989`, refused}, {`0.9999999`, 100}, {`1e-12`, 0}, {`-1e-12`, 0},
		{`4.9e-324`, 0}, {`9e-3`, refused}, {`0.0099999999`, 1}, {`9.999999999e-1`, 100}, {`92233720368547758.0699999999`, 9223372036854775807}, {`92233720368547758.0799999999`, refused},
		{`"63503.99999999999"`, refused}, {`"12.340"`, refused},
		{`12.345`, refused}, {`"12.345"`, refused}, {`0.005`, refused}, {`12.349`, refused}, {`12.3405`, refused},
		{`-0.01`, refused}, {`-5`, refused}, {`"-5"`, refused}, {`"-0"`, refused},
		{`"+5"`, refused}, {`".5"`, refused}, {`"5."`, refused}, {`"1,000"`, refused}, {`" 5"`, refused}, {`"5元"`, refused}, {`"1.2.3"`, refused}, {`"."`, refused}, {`""`, refused},
	}
	d := testDecoder(t, sampleNow)
	for _, test := range tests {
		r, bad := d.AccountEntry(with(TopicAccountEntries, map[string]any{"yuan": raw(test.json)}))
		switch {
		case test.want == refused && reasonOf(bad) != BadValue:
			t.Errorf("%s is read as %d fen (%v), want bad_value", test.json, r.AmountFen, bad)
		case test.want != refused && (bad != nil || r.AmountFen != test.want):
			t.Errorf("%s is read as %d fen (%v), want %d", test.json, r.AmountFen, bad, test.want)
		}
	}
}

// FuzzYuan holds the reading of numbers against rational arithmetic.
func FuzzYuan(f *testing.F) {
	for _, s := range []string{"0", "12.34", "63503.99999999999", "1e3", "12345e-4", "-1e-9", "0.999999", "9.99999951e-1", "1e-400", "123456789012345678.9e-3"} {
		f.Add(s)
	}
	tolerance := big.NewRat(1, 10000)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 40 || len(s) == 0 || s[0] != '-' && s[0]-'0' > 9 {
			return
		}
		if end, ok := scanNumber([]byte(s), 0); !ok || end != len(s) {
			return
		}
		if i := strings.IndexAny(s, "eE"); i >= 0 && len(s)-i > 5 {
			return
		}
		yuan, ok := new(big.Rat).SetString(s)
		if !ok {
			return
		}
		fen := new(big.Rat).Mul(yuan, big.NewRat(100, 1))
		// The whole number beside it, if it is near enough.
		half := new(big.Rat).Add(new(big.Rat).Abs(fen), big.NewRat(1, 2))
		whole := new(big.Int).Quo(half.Num(), half.Denom())
		if fen.Sign() < 0 {
			whole.Neg(whole)
		}
		off := new(big.Rat).Sub(fen, new(big.Rat).SetInt(whole))
		want := off.Abs(off).Cmp(tolerance) < 0 && whole.Sign() >= 0 && whole.IsInt64()
		got, ok := fenOfNumber([]byte(s))
		if ok != want || ok && got != whole.Int64() {
			t.Fatalf("%s: %d, %v; want %v, %v", s, got, ok, whole, want)
		}
	})
}

func TestInstantsAreReadAsGoReadsThem(t *testing.T) {
	for _, s := range []string{"2026-10-28T19:30:00+08:00", "2026-10-28T19:30:00.5Z", "2026-10-28T19:30:00.123999-11:30", "2024-02-29T23:59:59+00:00",
		"1970-01-01T08:00:00+08:00", "2026-10-28T19:30:60Z", "2026-10-28T19:60:00Z", "2026-10-28T19:30:00+08", "2026-10-28T19:30:00+0800",
		"2026-10-28T19:30Z", "20261028T193000Z", "2026-10-28T19:30:00", "2026-10-28T19:30:00.+08:00", "2026-10-28T19:30:00ZZ"} {
		want, err := time.Parse(time.RFC3339Nano, s)
		ms, ok := parseInstant([]byte(s))
		if ok != (err == nil) || ok && ms != want.UnixMilli() {
			t.Errorf("%s: %d, %v; Go reads %v, %v", s, ms, ok, want.UnixMilli(), err)
		}
	}
	for _, s := range []string{"2026-10-28T19:30:00+24:00", "2026-10-28T1:30:00+08:00", "2026-10-28T19:30:00,5Z"} { // Go reads them, RFC 3339 does not
		if _, ok := parseInstant([]byte(s)); ok {
			t.Errorf("%s is accepted", s)
		}
	}
	for _, s := range []string{"2026-10-28t11:30:00z", "2026-10-28T11:30:00-00:00"} { // RFC 3339 allows them
		if ms, ok := parseInstant([]byte(s)); !ok || time.UnixMilli(ms).UTC().Format(time.RFC3339) != "2026-10-28T11:30:00Z" {
			t.Errorf("%s: %d, %v", s, ms, ok)
		}
	}
}

func TestCheckCharactersFindEverySingleWrongCharacter(t *testing.T) {
	for _, code := range []string{"91331024PBRNYTPLXX", "913310240TEQY7L1WP", "91331024YUN57J464C"} {
		if !ValidUSCC(code) {
			t.Fatalf("%s is refused", code)
		}
		for i := range len(code) {
			for _, c := range uscc.Alphabet {
				if s := code[:i] + string(c) + code[i+1:]; s != code && ValidUSCC(s) {
					t.Errorf("%s passes for %s", s, code)
				}
			}
		}
	}
	const id = "52260119830514112X"
	for i := range len(id) {
		for _, c := range "0123456789X" {
			if s := id[:i] + string(c) + id[i+1:]; s != id && ValidResident(s) {
				t.Errorf("%s passes for %s", s, id)
			}
		}
	}
}

func TestARecordIsReadIntoItsUnits(t *testing.T) {
	d := testDecoder(t, sampleNow)
	a, bad := d.Attendance(with(TopicAttendance, nil))
	if bad != nil {
		t.Fatal(bad)
	}
	if got, want := fmt.Sprint(a.ID, " ", a.Source, " ", a.Version, " ", a.RecordedAt, " ", a.WorkDate, " ", a.CheckOut.V, " ", a.Centihours, " ", a.KeyID),
		"ATT-1 gate 1793215800 2026-10-28 11:30:00.123 +0000 UTC 2026-10-27 2026-10-27 21:30:00 +0000 UTC 950 h-test"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	w, bad := d.Worker(with(TopicWorkers, nil))
	if bad != nil {
		t.Fatal(bad)
	}
	if w.WorkerKey != a.WorkerKey || w.WorkerKey.IsZero() {
		t.Error("the same person has another key at the gate than in the register")
	}
	if got, want := fmt.Sprint(w.NameMasked, w.PhoneLast4, w.Person, w.WageFen, w.EnteredOn), "吴* 3420 {1990 M 52} 28000 2026-06-27"; strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("got %s, want %s", got, want)
	}
	p, bad := d.Project(with(TopicProjects, nil))
	if bad != nil {
		t.Fatal(bad)
	}
	if got, want := fmt.Sprint(p.Township, " ", p.LaborCostFen, " ", p.DepositFen, " ", p.AccountOpenedOn, " ", p.NoticeBoard, " ", p.PayDay),
		"331024102 10160640 30000050 {2026-06-12 true} false 15"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	e, bad := d.AccountEntry(with(TopicAccountEntries, nil))
	if bad != nil {
		t.Fatal(bad)
	}
	if e.AccountKey != p.AccountKey || e.CounterpartyMasked != "演*" || e.BalanceFen != 6350400 {
		t.Errorf("got %+v", e)
	}
	m, bad := d.Employer(with(TopicEmployers, nil))
	if bad != nil {
		t.Fatal(bad)
	}
	if m.LegalPersonKey != w.WorkerKey {
		t.Error("a legal person who works as a resident has another key")
	}
	s, bad := d.Payroll(with(TopicPayroll, map[string]any{"project_id": nil, "payee_account": nil, "paid_on": nil}))
	if bad != nil {
		t.Fatal(bad)
	}
	if s.ProjectID != "" || !s.PayeeKey.IsZero() || s.PaidOn.OK || s.WageMonth.String() != "2026-07" || s.DeductedFen != 4050 {
		t.Errorf("got %+v", s)
	}
}

func TestNumbersOfPersonsAreHiddenInTextAboutTheWork(t *testing.T) {
	d := testDecoder(t, sampleNow)
	for text, want := range map[string]string{
		"":                                    "",
		"1班":                                  "1班",
		"王秀班 13845733420":                     "王秀班 ***",
		"522601199810192213,13845733420":      "***,***",
		"班52260119981019221X组":                "班***组",
		"2026年10月31日第1234567890号":             "2026年10月31日第1234567890号",
		"6233506349220423 和 6233506349220424": "*** 和 ***",
	} {
		w, bad := d.Worker(with(TopicWorkers, map[string]any{"team": text, "job": text}))
		if bad != nil || w.Team != want || w.Job != want || w.NameMasked != "吴*" {
			t.Errorf("%s is kept as %q and %q (%v), want %q", text, w.Team, w.Job, bad, want)
		}
		c, bad := d.Complaint(with(TopicComplaints, map[string]any{"department": text}))
		if bad != nil || c.Department != want {
			t.Errorf("%s is kept as department %q (%v), want %q", text, c.Department, bad, want)
		}
	}
}

func TestTypedRecordsDoNotPointIntoTheMessage(t *testing.T) {
	d := testDecoder(t, sampleNow)
	m := with(TopicWorkers, nil)
	w, bad := d.Worker(m)
	if bad != nil {
		t.Fatal(bad)
	}
	before := fmt.Sprintf("%+v", w)
	clear(m)
	if _, bad := d.Worker(with(TopicWorkers, map[string]any{"name": "李\\u0041", "id": "Z"})); bad != nil {
		t.Fatal(bad)
	}
	if after := fmt.Sprintf("%+v", w); after != before {
		t.Errorf("the record changed:\n%s\n%s", before, after)
	}
}

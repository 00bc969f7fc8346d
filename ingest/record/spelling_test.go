package record

import (
	"strings"
	"testing"
	"time"
)

func TestOnePaperIsOnePersonHoweverItIsWritten(t *testing.T) {
	for idType, spellings := range map[string][]string{
		"hk_macau": {"H10203040", "h10203040", "H10203040 ", " H1020 3040", "Ｈ１０２０３０４０", "H10203040\u200b", "H1020304001", "H 10203040 02", "\ufeffH10203040"},
		"taiwan":   {"12345678", "1234 5678", "１２３４５６７８", "12345678\u00a0"},
		"foreign":  {"AB1234567", "ab1234567", "ＡＢ 123 4567", "AB1234567\u3000"},
	} {
		want := string(appendPerson(nil, idType, []byte(spellings[0])))
		for _, s := range spellings {
			if got := string(appendPerson(nil, idType, []byte(s))); got != want {
				t.Errorf("%s %q is hashed as %q, want %q", idType, s, got, want)
			}
		}
	}
	for _, other := range [][2]string{{"H10203040", "H10203041"}, {"H10203040", "M10203040"}, {"H102030400", "H10203040"}} {
		if string(appendPerson(nil, "hk_macau", []byte(other[0]))) == string(appendPerson(nil, "hk_macau", []byte(other[1]))) {
			t.Errorf("%q and %q are one person", other[0], other[1])
		}
	}
	for _, s := range []string{"", " ", "————", "张三", "#####", "护照E123"} {
		if paperWritten(plainSpelling(nil, []byte(s))) {
			t.Errorf("%q is taken for a paper", s)
		}
	}
}

func TestAnAccountThatASpreadsheetSpoiltIsNone(t *testing.T) {
	for _, s := range []string{"6.21700331E+18", "6.21700331e18", "6E+18", "62E+17", "６．２Ｅ＋18", "########", "6217003310000010000", "6217 0033 1000 0010 000", "621700331000001000"} {
		if !mangled(plainSpelling(nil, []byte(s))) {
			t.Errorf("%q is taken for an account", s)
		}
	}
	for _, s := range []string{
		"6217003310000004471", "4111111111111111", "62170033100000", "3301040160000010000", // no card: firms' accounts have no such check digit
		"ACCT-E1", "E18", "1E", "123456789012345E12", "9E07", "6228480012345670", "62284800123456700", "95588", "GB29NWBK60161331926819", "6222000000000000000"[:15],
	} {
		if mangled(plainSpelling(nil, []byte(s))) {
			t.Errorf("%q is refused", s)
		}
	}
	// a card whose check digit is right may end in zeros
	card := []byte("621700331000001")
	for n := range 10 {
		one := append(append([]byte{}, card...), byte('0'+n))
		if luhn(one) && n == 0 && mangled(one) {
			t.Errorf("%s is refused", one)
		}
	}
	a, b := string(appendAccount(nil, []byte("6217 0033 1000 0004 471"))), string(appendAccount(nil, []byte("６２１７003310000004471\u200b")))
	if a != b {
		t.Errorf("one account is hashed as %q and as %q", a, b)
	}
}

func TestWhoForgotToCheckOutWasThere(t *testing.T) {
	d := NewDecoder(testProtector(t), Rules{}, func() time.Time { return sampleNow })
	for times, want := range map[string]uint16{
		`"check_in":"2026-07-01T07:00:00+08:00","hours":0,`: HoursUnknown,
		`"check_in":"2026-07-01T07:00:00+08:00",`:           HoursUnknown,
		`"hours":0,`: 0,
		`"check_in":"2026-07-01T07:00:00+08:00","check_out":"2026-07-01T07:00:00+08:00","hours":0,`: 0,
		`"check_in":"2026-07-01T07:00:00+08:00","hours":7.5,`:                                       750,
	} {
		var r Attendance
		bad := d.attendance([]byte(`{"id":"A-1","source":"gate","version":1,"recorded_at":"2026-07-01T19:30:00+08:00","id_type":"resident","id_number":"11010519491231002X",
			"project_id":"P-1",`+times+`"employer_uscc":"91331024AT64PJY4LG","work_date":"2026-07-01"}`), &r)
		if bad != nil || r.Centihours != want {
			t.Errorf("%s: %d hundredths of hours (%v), want %d", times, r.Centihours, bad, want)
		}
	}
}

func TestNumbersOfPeopleAreSeenHoweverTheyAreWritten(t *testing.T) {
	d := NewDecoder(testProtector(t), Rules{}, func() time.Time { return sampleNow })
	for text, want := range map[string]string{
		"139-8765-4321": "***", "139 8765 4321": "***", "１３９８７６５４３２１": "***", "组长139－8765－4321接": "组长***接", "110105 19491231 002X": "***",
		"6217 0033 1000 0004 471": "***", "13987654321": "***",
		"木工班 2026-10-31 至 2026-11-30": "木工班 2026-10-31 至 2026-11-30", "3号楼 1200-1500 元": "3号楼 1200-1500 元", "2026/10/31 08:30": "2026/10/31 08:30",
	} {
		if got := string(d.hideNumbers([]byte(text))); got != want {
			t.Errorf("%q is kept as %q, want %q", text, got, want)
		}
	}
}

func TestNoIDOrSourceHoldsAnIdentityNumber(t *testing.T) {
	for _, topic := range []Topic{TopicSignals, TopicPermits, TopicProceedings} {
		for _, field := range []string{"id", "source"} {
			d := NewDecoder(testProtector(t), Rules{}, func() time.Time { return sampleNow })
			value := with(topic, map[string]any{field: "x-11010519491231002X"})
			bad := d.Add(NewBatch(topic), value)
			if bad == nil || !strings.Contains(bad.Detail, field) || strings.Contains(bad.Detail, "1949") {
				t.Errorf("%s with an identity number as %s: %v", topic, field, bad)
			}
		}
	}
	day := time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]bool{"11010519491231002X": true, "A-11010519491231002x-1": true, "331024202610310012": false, "110105194912310021": false, "99887766554433221100": false} {
		if namesResident(text, day) != want {
			t.Errorf("%q: %v, want %v", text, !want, want)
		}
	}
}

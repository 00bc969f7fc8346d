package detectortest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
)

func TestASlipOfThePenInATestFileIsAnErrorThatNamesIt(t *testing.T) {
	const want = "\n  want: {2026-09-18: []}"
	for _, c := range []struct{ name, text, want string }{
		{"no list", "name: a", "not a list of tests"},
		{"an unknown key", "- name: a\n  recrods: {}" + want, "recrods"},
		{"no name", "- records: {}" + want, "want a name"},
		{"a name used twice", "- name: a" + want + "\n- name: a" + want, "want a name that no other test has"},
		{"no expectation", "- name: a", "want is a list together with as_of"},
		{"an expectation without a date", "- name: a\n  want: []", "want is a list together with as_of"},
		{"a date that is none", "- name: a\n  want: {2026-02-30: []}", "want:"},
		{"an expected warning without subject", "- name: a\n  want: {2026-09-18: [{level: red}]}", "names a subject"},
		{"an expected warning without level", "- name: a\n  want: {2026-09-18: [{project: P1}]}", "and a level"},
		{"an unknown topic", "- name: a\n  records: {payrol: []}" + want, "unknown topic payrol"},
		{"an unknown field", "- name: a\n  records: {payroll: [{worker: W1, months: 2026-08, payed_yuan: 0}]}" + want, "payroll has no field payed_yuan"},
		{"a range backwards", "- name: a\n  records: {payroll: [{worker: W9..W1, months: 2026-08}]}" + want, "W1..W10"},
		{"a month that is none", "- name: a\n  records: {payroll: [{worker: W1, months: 2026-13}]}" + want, "want a month"},
		{"a slip without month", "- name: a\n  records: {payroll: [{worker: W1}]}" + want, "months is missing"},
		{"a project without alias", "- name: a\n  records: {projects: [{pay_day: 5}]}" + want, "id is missing"},
		{"one id for several records", "- name: a\n  records: {payroll: [{id: S1, worker: W1..W2, months: 2026-08}]}" + want, "an id names one record"},
		{"a version without its time", "- name: a\n  records: {payroll: [{worker: W1, months: 2026-08, version: 2}]}" + want, "recorded_at is missing"},
		{
			"one version with two contents", "- name: a\n  records: {payroll: [{worker: W1, months: 2026-08}, {worker: W1, months: 2026-08, paid_yuan: 0}]}" + want,
			"payroll, entry 1 and payroll, entry 2 are the same version",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := parse("a-detector", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
		})
	}
}

func TestIdentitiesDeriveFromAliasAndNamespaceAlone(t *testing.T) {
	seen := map[string]string{}
	for _, namespace := range []string{"t1.", "t2."} {
		for _, alias := range []string{"E1", "E2", "W1", "W2", "W3"} {
			code, number := uscc(namespace, alias), resident(namespace, alias)
			if !record.ValidUSCC(code) || !record.ValidResident(number) {
				t.Errorf("%s%s: %s %s do not hold their check characters", namespace, alias, code, number)
			}
			if code != uscc(namespace, alias) || number != resident(namespace, alias) {
				t.Errorf("%s%s: not the same twice", namespace, alias)
			}
			for _, id := range []string{code, number} {
				if other := seen[id]; other != "" {
					t.Errorf("%s%s and %s share %s", namespace, alias, other, id)
				}
				seen[id] = namespace + alias
			}
		}
	}
}

func TestAnEntryStandsForEveryWorkerAndDay(t *testing.T) {
	s, err := Tell([]byte("attendance: [{worker: [W1..W3, W7], project: P1, days: 2026-08-01..2026-08-10, except: [2026-08-02, 2026-08-09..2026-08-10]}]"))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	days := map[string]bool{}
	for _, r := range s.records {
		var fields struct {
			ID  string `json:"id"`
			Day string `json:"work_date"`
		}
		if err := json.Unmarshal(r.value, &fields); err != nil {
			t.Fatal(err)
		}
		count[r.topic]++
		days[fields.Day] = true
	}
	// the project and its contractor are registered by being named
	if count["attendance"] != 4*7 || count["projects"] != 1 || count["employers"] != 1 || days["2026-08-02"] || days["2026-08-09"] || !days["2026-08-08"] {
		t.Errorf("records %v, days %v", count, days)
	}
}

func TestWholeNumbersCompareExactlyAndOthersToSixDigits(t *testing.T) {
	for _, c := range []struct {
		want, got any
		same      bool
	}{
		{json.Number("9007199254740993"), json.Number("9007199254740992"), false},
		{json.Number("9007199254740993"), json.Number("9007199254740993"), true},
		{json.Number("0.1111111"), json.Number("0.1111111111"), true},
		{json.Number("0.1"), json.Number("0.11"), false},
		{json.Number("1"), json.Number("1.0"), true},
		{json.Number("331024001"), "331024001", true},
		{"2026-08", "2026-09", false},
		{[]any{"a", "b"}, []any{"a", "b"}, true},
		{[]any{"a"}, []any{"a", "b"}, false},
		{nil, nil, true},
		{nil, "2026-08-01", false},
		{"2026-08-01", nil, false},
		{"", "", true},
	} {
		if same(c.want, c.got) != c.same {
			t.Errorf("want %v and found %v: same is %v", c.want, c.got, !c.same)
		}
	}
}

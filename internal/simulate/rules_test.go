package simulate

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// The checks here read the emitted JSON only, and know the contract and the law on their own.

type fields map[string]any

func (f fields) text(k string) string { s, _ := f[k].(string); return s }

func (f fields) fen(k string) int64 {
	n, _ := f[k].(json.Number)
	whole, part, _ := strings.Cut(n.String(), ".")
	var v int64
	if _, err := fmt.Sscan(whole+(part + "00")[:2], &v); err != nil {
		return -1
	}
	return v
}

func (f fields) date(k string) civil.Date {
	d, err := civil.ParseDate(f.text(k))
	if err != nil {
		return 0
	}
	return d
}

func (f fields) recorded() time.Time {
	t, _ := time.Parse(time.RFC3339, f.text("recorded_at"))
	return t
}

var (
	idForm   = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)
	required = map[string]string{
		"permits":         "name township sector developer_uscc permit_on",
		"projects":        "name township sector investment developer_uscc contractor_uscc contractor_name contract_yuan contract_signed_on status pay_day labor_cost_day labor_cost_yuan payment_guarantee notice_board labor_officer",
		"employers":       "name township industry legal_person status",
		"workers":         "id_type id_number name employer_uscc entered_on settled_confirmed wage_basis wage_yuan",
		"attendance":      "id_type id_number project_id employer_uscc work_date",
		"payroll":         "id_type id_number employer_uscc wage_month due_on gross_yuan deducted_yuan payable_yuan paid_yuan channel signed",
		"account_entries": "project_id account_id booked_at kind yuan balance_yuan",
		"complaints":      "channel township workers yuan received_on status status_on incident",
		"proceedings":     "kind township employer_uscc workers yuan opened_on",
		"voices":          "project_id month answer said_on",
		"signals":         "employer_uscc month indicator value",
	}
)

func decode(b []byte) (fields, error) {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	var f fields
	return f, d.Decode(&f)
}

// fault says what the contract has against a record, or "".
func fault(topic string, b []byte, now time.Time) (fields, string) {
	f, err := decode(b)
	if err != nil {
		return nil, "not_json"
	}
	return f, faultOf(topic, f, now)
}

func faultOf(topic string, f fields, now time.Time) string {
	for _, k := range strings.Fields("id source version recorded_at " + required[topic]) {
		if f[k] == nil {
			return "missing_field " + k
		}
	}
	if _, ok := f["version"].(json.Number); !ok {
		return "bad_type"
	}
	if f.recorded().IsZero() || !idForm.MatchString(f.text("id")) {
		return "bad_value"
	}
	if f.recorded().After(now) {
		return "future_record"
	}
	switch f.text("id_type") {
	case "", "hk_macau":
	case "resident":
		id, sum := f.text("id_number"), 0
		for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
			sum += int(id[i]-'0') * weight
		}
		if len(id) != 18 || "10X98765432"[sum%11] != id[17] {
			return "bad_checksum " + id
		}
		if _, err := civil.ParseDate(id[6:10] + "-" + id[10:12] + "-" + id[12:14]); err != nil {
			return "bad_checksum " + id
		}
	default:
		return "unknown_enum"
	}
	for _, k := range []string{"employer_uscc", "developer_uscc", "contractor_uscc"} {
		if v, ok := f[k]; ok && !usccHolds(v.(string)) {
			return "bad_checksum " + v.(string)
		}
	}
	switch topic {
	case "payroll":
		if f.fen("payable_yuan") != f.fen("gross_yuan")-f.fen("deducted_yuan") || f.fen("paid_yuan") > f.fen("payable_yuan") {
			return "inconsistent"
		}
	case "attendance":
		in, err1 := time.Parse(time.RFC3339, f.text("check_in"))
		out, err2 := time.Parse(time.RFC3339, f.text("check_out"))
		if err1 != nil || err2 != nil || !in.Before(out) || out.After(f.recorded()) || f["hours"] != nil && (f.fen("hours") < 100 || f.fen("hours") > 2400) {
			return "inconsistent"
		}
	case "employers":
		if !usccHolds(f.text("id")) {
			return "bad_checksum"
		}
	}
	return ""
}

func usccHolds(s string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(s) != 18 {
		return false
	}
	sum := 0
	for i, weight := range []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} {
		sum += strings.IndexByte(alphabet, s[i]) * weight
	}
	return alphabet[(31-sum%31)%31] == s[17]
}

func TestEveryRecordKeepsTheContractExceptTheBadOnes(t *testing.T) {
	for _, noise := range []bool{false, true} {
		o := options(t, "tiny", noise, nil)
		o.Scale.Projects, o.Scale.Workers, o.Scale.Employers, o.Scale.Months = 30, 300, 12, 12
		type seen struct {
			body string
			at   time.Time
		}
		versions := map[string]seen{}
		highest := map[string]int64{}
		bad, duplicates, overtaken, n := map[string]int64{}, int64(0), 0, 0
		w, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		for w.Today() < w.opt.To {
			now := (w.Today() + 1).End()
			err := w.Day(t.Context(), func(r Record) error {
				n++
				f, why := fault(r.Topic, r.JSON, now)
				if why != "" {
					bad[strings.Fields(why)[0]]++
					if !noise {
						t.Fatalf("%s: %s: %s", r.Topic, why, r.JSON)
					}
					return nil
				}
				if !f.recorded().Equal(r.At) {
					t.Fatalf("recorded at %v, says %v: %s", f.recorded(), r.At, r.JSON)
				}
				who := r.Topic + " " + f.text("source") + " " + f.text("id")
				version, _ := f["version"].(json.Number).Int64()
				name := fmt.Sprintf("%s %d", who, version)
				if before, ok := versions[name]; ok {
					if before.body != string(r.JSON) {
						t.Fatalf("two records %s:\n%s\n%s", name, before.body, r.JSON)
					}
					duplicates++
					return nil
				}
				versions[name] = seen{string(r.JSON), r.At}
				if version < highest[who] {
					overtaken++
				} else if lower, ok := versions[fmt.Sprintf("%s %d", who, version-1)]; ok && !lower.at.Before(r.At) {
					t.Fatalf("version %d is not later than the one before: %s\n%s", version, lower.body, r.JSON)
				}
				highest[who] = max(highest[who], version)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("noise %v: %d records, %d duplicates, %d overtaken, bad %v", noise, n, duplicates, overtaken, bad)
		if !noise {
			continue
		}
		s := w.Stats()
		for reason, want := range s.Bad {
			if bad[reason] != want {
				t.Errorf("%d bad records found as %s, the simulator says %d", bad[reason], reason, want)
			}
		}
		if duplicates == 0 || overtaken == 0 || len(bad) < 6 {
			t.Errorf("noise is missing: %d duplicates, %d overtaken, bad %v", duplicates, overtaken, bad)
		}
	}
}

// history is what a reader of the topics knows of one world: the highest version of each record.
type history struct {
	latest map[string]map[string]fields   // topic, id → highest version
	all    map[string]map[string][]fields // topic, id → every version once, by version
}

func read(t *testing.T, o Options, each func(w *World)) (*World, *history) {
	h := &history{map[string]map[string]fields{}, map[string]map[string][]fields{}}
	for _, topic := range Topics {
		h.latest[topic], h.all[topic] = map[string]fields{}, map[string][]fields{}
	}
	w, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for w.Today() < w.opt.To {
		if err := w.Day(t.Context(), func(r Record) error {
			f, why := fault(r.Topic, r.JSON, w.Today().End())
			if why != "" {
				return nil
			}
			id := f.text("id")
			v, _ := f["version"].(json.Number).Int64()
			f["v"] = v
			for _, x := range h.all[r.Topic][id] {
				if x["v"] == v {
					return nil
				}
			}
			h.all[r.Topic][id] = append(h.all[r.Topic][id], f)
			if old, ok := h.latest[r.Topic][id]; !ok || old["v"].(int64) < v {
				h.latest[r.Topic][id] = f
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		each(w)
	}
	return w, h
}

// A world without causes, with all the noise, over a year: nobody may find anything in it.
func TestHealthyProjectsKeepTheLaw(t *testing.T) {
	o := options(t, "tiny", true, &Rates{})
	o.Scale = Scale{Counties: []string{"331024", "522601"}, Projects: 40, Workers: 420, Employers: 12, Months: 13}
	w, h := read(t, o, func(w *World) { checkRunway(t, w) })
	to := w.opt.To

	lastStart := map[string]civil.Date{}
	for id, versions := range h.all["projects"] {
		for _, p := range versions {
			on := civil.DateOf(p.recorded())
			signed := p.date("contract_signed_on")
			account, _ := p["account"].(map[string]any)
			if account == nil && on > signed+20 {
				t.Errorf("%s: no account on %v, signed on %v", id, on, signed)
			}
			if status := p.text("status"); status == "building" || status == "suspended" {
				if p["notice_board"] != true || p["labor_officer"] != true || p["payment_guarantee"] != true {
					t.Errorf("%s: site duties missing: %v", id, p)
				}
			}
			lastStart[id] = p.date("started_on")
		}
		p := h.latest["projects"][id]
		if permit := p.date("permit_on"); permit != 0 {
			limit, _ := calendar.China().AddWorkdays(permit, 20)
			deposit, _ := p["deposit"].(map[string]any)
			switch {
			case deposit == nil:
				if limit < to {
					t.Errorf("%s: no deposit", id)
				}
			case fields(deposit).date("lodged_on") > limit:
				t.Errorf("%s: deposit late", id)
			case deposit["form"] != "waived":
				least := p.fen("contract_yuan") * 3 / 100
				if n := fields(deposit).fen("required_yuan"); n > 0 {
					least = n
				}
				if fields(deposit).fen("yuan") < least {
					t.Errorf("%s: deposit too small", id)
				}
				if p.text("status") != "settled" && fields(deposit).date("valid_until") < to+60 {
					t.Errorf("%s: deposit runs out", id)
				}
			}
		}
	}

	type engagement struct{ worker, project, employer string }
	registered := map[engagement][]fields{}
	for _, k := range h.latest["workers"] {
		e := engagement{k.text("id_number"), k.text("project_id"), k.text("employer_uscc")}
		registered[e] = append(registered[e], k)
		if c := k.date("contract_signed_on"); c == 0 || c > k.date("entered_on") {
			t.Errorf("no contract before entry: %v", k)
		}
		if left := k.date("left_on"); left != 0 && left+2 < to {
			if s := k.date("settled_on"); s == 0 || s > left+2 || k["settled_confirmed"] != true {
				t.Errorf("left and not settled: %v", k)
			}
		}
	}
	type workMonth struct{ worker, project, month string }
	slips := map[workMonth]fields{}
	payees := map[string]string{}
	for _, s := range h.latest["payroll"] {
		slips[workMonth{s.text("id_number"), s.text("project_id"), s.text("wage_month")}] = s
		month, _ := civil.ParseMonth(s.text("wage_month"))
		if due := s.date("due_on"); due.Month() != month+1 {
			t.Errorf("due in another month than the next: %v", s)
		}
		due, paidOn := s.date("due_on"), s.date("paid_on")
		if due < to && (s.fen("paid_yuan") != s.fen("payable_yuan") || paidOn > due || civil.DateOf(s.recorded()) > due) {
			t.Errorf("not paid in time: %v", s)
		}
		want := "special_account"
		if s.text("project_id") == "" {
			want = "employer_account"
		}
		if s.text("channel") != want {
			t.Errorf("paid by %s", s.text("channel"))
		}
		if who := payees[s.text("payee_account")]; who != "" && who != s.text("id_number") {
			t.Errorf("%s is paid to the account of %s", s.text("id_number"), who)
		}
		payees[s.text("payee_account")] = s.text("id_number")
		e := engagement{s.text("id_number"), s.text("project_id"), s.text("employer_uscc")}
		if len(registered[e]) == 0 {
			t.Errorf("a slip of somebody unregistered: %v", s)
		}
		for _, k := range registered[e] {
			if left := k.date("left_on"); left != 0 && left+2 < to && s.fen("paid_yuan") != s.fen("payable_yuan") {
				t.Errorf("left on %v with wages unpaid: %v", left, s)
			}
		}
	}

	worked, days := map[workMonth]int{}, map[string]map[civil.Date]bool{}
	counted := map[string]bool{}
	for _, a := range h.latest["attendance"] {
		who, project, on := a.text("id_number"), a.text("project_id"), a.date("work_date")
		if key := who + project + on.String(); !counted[key] {
			counted[key] = true
			worked[workMonth{who, project, on.Month().String()}]++
		}
		if days[project] == nil {
			days[project] = map[civil.Date]bool{}
		}
		days[project][on] = true
		ok := false
		for _, k := range registered[engagement{who, project, a.text("employer_uscc")}] {
			first := h.all["workers"][k.text("id")][0]
			for _, x := range h.all["workers"][k.text("id")] {
				if x["v"].(int64) < first["v"].(int64) {
					first = x
				}
			}
			left := k.date("left_on")
			ok = ok || k.date("entered_on") <= on && (left == 0 || left >= on) && civil.DateOf(first.recorded()) <= on
		}
		if !ok {
			t.Errorf("unregistered: %v", a)
		}
	}
	for m, n := range worked {
		month, _ := civil.ParseMonth(m.month)
		s := slips[m]
		if s == nil {
			if (month+1).First()+3 <= to {
				t.Errorf("%v worked %d days and has no slip", m, n)
			}
			continue
		}
		if n >= 20 && s.fen("payable_yuan") < 400000 || s.fen("gross_yuan") > 2_000_000 {
			t.Errorf("an odd wage for %d days: %v", n, s)
		}
	}

	checkAccounts(t, h, to)
	checkClaims(t, h, to)
	checkEstimates(t, h)
	checkNobodySilent(t, h, w.opt.From, to)
	checkNoMassExit(t, h)
	checkPermits(t, h, to)
	checkVoices(t, h)
	checkSilence(t, h, days, to)
	checkLeads(t, h)
	checkSignals(t, h)
	if t.Failed() {
		return
	}
	statuses, places := map[string]int{}, map[string]string{}
	moved, platform := false, false
	for id, versions := range h.all["projects"] {
		for _, p := range versions {
			statuses[p.text("status")]++
			moved = moved || places[id] != "" && places[id] != p.text("township")
			places[id] = p.text("township")
		}
	}
	for _, a := range h.latest["attendance"] {
		platform = platform || a.text("source") == "city-platform"
	}
	sites := map[string]map[string]bool{}
	wanderers := 0
	for m := range worked {
		key := m.worker + m.month
		if sites[key] == nil {
			sites[key] = map[string]bool{}
		}
		if sites[key][m.project] = true; len(sites[key]) == 2 {
			wanderers++
		}
	}
	if wanderers == 0 {
		t.Error("nobody works on two projects in a month")
	}
	if !moved || !platform {
		t.Errorf("want a project that moves (%v) and one with two sources of attendance (%v)", moved, platform)
	}
	if len(statuses) != 5 {
		t.Errorf("not every stage of a project's life is seen: %v", statuses)
	}
}

package alerts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// owing is a run whose snapshot, this database, tells that P-1 owes 65 people two months by 130 pay slips, and 63 people by
// estimate; its warnings say both in one, as detectors may.
func (r *rig) owing(t *testing.T, asOf string, run int) {
	t.Helper()
	r.exec(t, `CREATE TABLE IF NOT EXISTS owed (scope String, scope_id String, employer_uscc String, worker_key FixedString(16), wage_month Date, kind String, owed_fen Int64, records Array(String)) ENGINE = MergeTree ORDER BY (scope, scope_id)`)
	r.exec(t, "ALTER TABLE projects ADD COLUMN IF NOT EXISTS project_id String ALIAS id") // the snapshot's table names its key so
	r.exec(t, `TRUNCATE TABLE owed`)
	r.exec(t, `INSERT INTO owed SELECT 'project', 'P-1', 'E-1', leftPad(toString(number % 65), 16, '0'), if(number < 65, '2025-12-01', '2026-01-01'), 'listed', 1044600, ['SLIP-' || toString(number)] FROM numbers(130)`)
	r.exec(t, `INSERT INTO owed SELECT 'project', 'P-1', 'E-1', leftPad(toString(number), 16, 'x'), '2026-01-01', 'unlisted', 1500000, [] FROM numbers(63)`)
	r.exec(t, `INSERT INTO projects (id, version, recorded_at, name, township, contractor_uscc, contractor_name) VALUES ('P-1', 1, '2026-01-01 00:00:00', '一号工程', '331024001', '`+listed+`', '某某建筑劳务有限公司')`)
	r.exec(t, fmt.Sprintf(`INSERT INTO warnings (as_of, run, detector, scope, scope_id, opened_on, level, name, township, county, sector, workers, amount_fen, evidence) VALUES
		('%s', %d, 'wages-overdue', 'project', 'P-1', '%[1]s', 'red', '一号工程', '331024001', '331024', 'construction', 65, 135798000, '{}'),
		('%[1]s', %[2]d, 'attended-unpaid', 'project', 'P-1', '%[1]s', 'red', '一号工程', '331024001', '331024', 'construction', 128, 230298000, '{}')`, asOf, run))
	r.exec(t, fmt.Sprintf(`INSERT INTO runs (as_of, run, started_at, finished_at, snapshot, detectors) SELECT '%s', %d, '%[1]s 02:00:00', '%[1]s 03:00:00', currentDatabase(), ['wages-overdue']`, asOf, run))
	r.refresh(t)
}

// at moves the clock to noon of a day.
func (r *rig) at(t *testing.T, day string) {
	t.Helper()
	on, err := civil.ParseDate(day)
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Store(on.Start().Add(12 * time.Hour).Unix())
}

// From the pay slips to the order, and from the order issued here to the list: late, with the figures of the records.
func TestAnOrderIssuedHereLeadsToTheListThoughItIsLate(t *testing.T) {
	r := newRig(t, nil)
	r.owing(t, "2026-03-08", 7)
	if status, text := r.request(t, "POST", "/api/v1/alerts", "Bearer "+token, strings.ReplaceAll(body, `"water"`, `"construction"`)); status != 200 {
		t.Fatal(status, text)
	}
	const id = "/api/v1/cases/project:P-1"
	act := func(who, path, of, says string, status int) answer {
		t.Helper()
		got := r.as(t, who, "POST", path+"/actions", r.as(t, "inspector", "GET", path, "", "").header.Get("ETag"), of)
		if got.status != status || !strings.Contains(got.body, says) {
			t.Fatalf("%s: %d %s, want %d and %q", of, got.status, got.body, status, says)
		}
		return got
	}
	var read struct{ Case casefile.Case }
	r.as(t, "inspector", "GET", id, "", "").read(t, &read)
	owed := read.Case.Owed
	if owed == nil || owed.Listed == nil || owed.Listed.Workers != 65 || owed.Listed.AmountFen != 135_798_000 || owed.Listed.Total != 130 || len(owed.Listed.Records) != 20 || owed.Listed.From.String() != "2025-12" ||
		owed.Estimated == nil || owed.Estimated.Workers != 63 || owed.Employer != listed || owed.EmployerName != "某某建筑劳务有限公司" {
		t.Fatalf("owed: %+v, listed %+v, estimated %+v", owed, owed.Listed, owed.Estimated)
	}
	before := read.Case.Seq
	r.owing(t, "2026-03-09", 8)
	if r.as(t, "inspector", "GET", id, "", "").read(t, &read); read.Case.Owed.Run != 7 {
		t.Errorf("a run that says the same is told: event %d after %d", read.Case.Seq, before)
	}
	draft := r.as(t, "inspector", "GET", id+"/papers/order", "", "").body
	for _, want := range []string{"某某建筑劳务有限公司（统一社会信用代码：" + listed, "65人、1,357,980.00元", "2025年12月至2026年1月", "130份工资表记录（SLIP-0、", "等）", "截至2026年3月8日", "运行编号7"} {
		if !strings.Contains(draft, want) {
			t.Errorf("the draft lacks %q: %s", want, draft)
		}
	}
	for _, estimate := range []string{"128人", "2,302,980", "63人", "945,000"} {
		if strings.Contains(draft, estimate) {
			t.Errorf("the draft states %q", estimate)
		}
	}
	act("inspector", id, `{"action":"accept"}`, `"stage":"accepted"`, 200)
	act("inspector", id, `{"action":"investigate"}`, `"stage":"investigating"`, 200)
	act("inspector", id, `{"action":"order","document_no":"监令7号","due_on":"2026-03-20","workers":65,"amount_fen":135798000,"wage_from":"2025-12","wage_to":"2026-01"}`, `"due":"2026-04-20"`, 200)
	if text := r.as(t, "inspector", "GET", id+"/papers/order", "", "").body; !strings.Contains(text, "监令7号") || strings.Contains(text, "调查认定") || !strings.Contains(text, "有关预警：工资到期未付") {
		t.Errorf("the order: %s", text)
	}

	// A part is paid; the rest stays unpaid. Long after the time for a decision it can be proposed all the same.
	r.at(t, "2026-05-06")
	act("inspector", id, `{"action":"record_payment","workers":10,"amount_fen":35798000}`, `"paid_fen":35798000`, 200)
	if f, err := r.Desk().Candidate(t.Context(), listed); err != nil || f == nil || f.Warning != "" || f.UnpaidFen != 100_000_000 || f.Orders[0].DecideBy.State != casefile.Passed || f.Orders[0].DecideBy.Due.String() != "2026-04-20" {
		t.Fatalf("the candidate: %+v, %v", f, err)
	}
	proposal := `{"employer":"` + listed + `","persons":[{"name":"王小明","capacity":"legal_representative"}]}`
	if got := r.as(t, "inspector", "POST", "/api/v1/blacklist", "", proposal); got.status != 201 || !strings.Contains(got.body, `"order_no":"监令7号"`) || !strings.Contains(got.body, `"unpaid_fen":100000000`) {
		t.Fatal(got.status, got.body)
	}
	entry := "/api/v1/blacklist/" + listed + "-1"
	act("inspector", entry, `{"action":"notify","document_no":"告1号"}`, `"stage":"notified"`, 200)
	notice := r.as(t, "inspector", "GET", entry+"/papers/notice", "", "").body
	for _, want := range []string{"监令7号", "65名农民工2025年12月至2026年1月的工资1,357,980.00元", "已支付357,980.00元", "尚未支付1,000,000.00元", "本系统案件，项目P-1"} {
		if !strings.Contains(notice, want) {
			t.Errorf("the notice lacks %q: %s", want, notice)
		}
	}
	r.at(t, "2026-05-18")
	r.clock.Add(3600)
	act("inspector", id, `{"action":"record_payment","workers":10,"amount_fen":20000000}`, `"paid_fen":55798000`, 200)
	act("supervisor", entry, `{"action":"extend","document_no":"延1号","reason":"案情复杂"}`, `"code":"too_late"`, 422)
	act("supervisor", entry, `{"action":"decide","document_no":"决1号"}`, `"code":"late_reason"`, 422)
	act("supervisor", entry, `{"action":"decide","document_no":"决1号","late_reason":"企业多次承诺未兑现"}`, `"state":"met_late"`, 200)
	decision := r.as(t, "inspector", "GET", entry+"/papers/decision", "", "").body
	for _, want := range []string{"应当不迟于2026年4月20日作出，因企业多次承诺未兑现，迟延作出", "已支付557,980.00元，尚有65人、800,000.00元未支付"} {
		if !strings.Contains(decision, want) {
			t.Errorf("the decision lacks %q: %s", want, decision)
		}
	}
	act("inspector", entry, `{"action":"list"}`, `"stage":"listed"`, 200)
	var published blacklist.Publication
	r.as(t, "", "GET", "/api/v1/publication", "", "").read(t, &published)
	if len(published.Employers) != 1 || published.Employers[0].AmountFen != 80_000_000 || published.Employers[0].Workers != 65 {
		t.Errorf("published: %+v", published)
	}
}

func TestAnIncidentIsListedForItsEffectInWords(t *testing.T) {
	r := newRig(t, nil)
	r.candidate(t)
	r.exec(t, `ALTER TABLE proceedings UPDATE amount_fen = 100000, workers = 2 WHERE 1 SETTINGS mutations_sync = 1`)
	r.exec(t, `ALTER TABLE warnings UPDATE evidence = '{"grounds":["incident"],"incidents":1}' WHERE 1 SETTINGS mutations_sync = 1`)
	if got := r.as(t, "inspector", "POST", "/api/v1/blacklist", "", proposal); got.status != 422 || !strings.Contains(got.body, `"code":"no_effect"`) {
		t.Errorf("an incident alone: %d %s", got.status, got.body)
	}
	if got := r.as(t, "inspector", "POST", "/api/v1/blacklist", "", strings.Replace(proposal, `"order_no"`, `"effect":"三十余人围堵县道两小时","order_no"`, 1)); got.status != 201 || !strings.Contains(got.body, `"grounds":["incident"]`) {
		t.Fatalf("with its effect: %d %s", got.status, got.body)
	}
	notice := r.as(t, "inspector", "GET", "/api/v1/blacklist/"+listed+"-1/papers/notice", "", "").body
	if !strings.Contains(notice, "引发群体性或极端事件1起，造成严重不良社会影响：三十余人围堵县道两小时。") {
		t.Errorf("the notice: %s", notice)
	}
}

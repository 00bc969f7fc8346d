package alerts_test

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/casefile"
)

// A bank's payments reach the case of an order: those since it was issued, of the wage months that it names, in money, each slip once.
func TestWhatSlipsShowPaidSinceAnOrderReachesTheCase(t *testing.T) {
	r := newRig(t, nil)
	r.owing(t, "2026-03-08", 7)
	if status, text := r.request(t, "POST", "/api/v1/alerts", "Bearer "+token, strings.ReplaceAll(body, `"water"`, `"construction"`)); status != 200 {
		t.Fatal(status, text)
	}
	const id = "/api/v1/cases/project:P-1"
	act := func(of string) {
		t.Helper()
		if got := r.as(t, "inspector", "POST", id+"/actions", r.as(t, "inspector", "GET", id, "", "").header.Get("ETag"), of); got.status != 200 {
			t.Fatalf("%s: %d %s", of, got.status, got.body)
		}
	}
	act(`{"action":"accept"}`)
	act(`{"action":"investigate"}`)
	act(`{"action":"order","document_no":"令1","due_on":"2026-03-24","workers":65,"amount_fen":135798000,"wage_from":"2025-12","wage_to":"2026-01"}`)
	r.exec(t, `CREATE TABLE slips (scope String, scope_id String, worker_key FixedString(16), wage_month Date, money_fen Int64, payments Array(Tuple(paid_on Date, paid_fen Int64))) ENGINE = MergeTree ORDER BY (scope, scope_id)`)
	r.exec(t, `INSERT INTO slips VALUES
		('project', 'P-1', '0000000000000001', '2025-12-01', 300000, [('2026-02-01', 100000), ('2026-03-20', 300000)]),
		('project', 'P-1', '0000000000000001', '2026-01-01', 50000, [('2026-03-21', 50000)]),
		('project', 'P-1', '0000000000000002', '2026-01-01', 70000, [('2026-02-01', 70000)]),
		('project', 'P-1', '0000000000000003', '2026-02-01', 90000, [('2026-03-21', 90000)]),
		('project', 'P-1', '0000000000000004', '2026-01-01', 80000, []),
		('project', 'P-2', '0000000000000005', '2026-01-01', 60000, [('2026-03-21', 60000)])`)
	r.owing(t, "2026-03-22", 8)
	var read struct{ Case casefile.Case }
	r.as(t, "inspector", "GET", id, "", "").read(t, &read)
	told := read.Case.Order.Told
	if told == nil || told.AmountFen != 250_000 || told.Workers != 1 || told.Slips != 2 || told.LastOn.String() != "2026-03-21" || told.AsOf.String() != "2026-03-22" {
		t.Errorf("told %+v", told)
	}
	if o := read.Case.Order; o.PaidFen != 0 || read.Case.Stage != casefile.Ordered {
		t.Errorf("a run has settled %d by itself", o.PaidFen)
	}
}

// The list of workers goes with a paper for who may open their names, masked, and for nobody else.
func TestAPaperListsWorkersMaskedForWhoMayKnowThem(t *testing.T) {
	r := newRig(t, nil)
	r.exec(t, `INSERT INTO workers (source, id, version, recorded_at, worker_key, name_masked, name_sealed, project_id, team) VALUES
		('realname', 'R-1', 1, '2026-01-01 00:00:00', '0000000000000001', '李*', 'sealed:李四', 'P-1', '钢筋一班'),
		('realname', 'R-1', 2, '2026-02-01 00:00:00', '0000000000000001', '李*', 'sealed:李四', 'P-1', '木工二班'),
		('realname', 'R-9', 1, '2026-01-01 00:00:00', '0000000000000002', '王*', 'sealed:王五', 'P-9', '别处')`)
	r.owing(t, "2026-03-08", 7)
	if status, text := r.request(t, "POST", "/api/v1/alerts", "Bearer "+token, strings.ReplaceAll(body, `"water"`, `"construction"`)); status != 200 {
		t.Fatal(status, text)
	}
	const paper = "/api/v1/cases/project:P-1/papers/"
	for _, kind := range []string{"order", "filing"} {
		text := r.as(t, "inspector", "GET", paper+kind, "", "").body
		for _, want := range []string{"被拖欠工资农民工名单", "李*", "木工二班", "合计（65人）", "1,357,980.00", "截至2026年3月8日"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", kind, want)
			}
		}
		for _, not := range []string{"李四", "王*", "钢筋一班", "15,000.00"} {
			if strings.Contains(text, not) {
				t.Errorf("%s has %q", kind, not)
			}
		}
		if got := r.as(t, "head", "GET", paper+kind, "", ""); got.status != 200 || strings.Contains(got.body, "李*") || strings.Contains(got.body, "名单</h2>") {
			t.Errorf("%s shows a township head workers (%d)", kind, got.status)
		}
	}
	for path, want := range map[string]int{"poem": 404, "demand?no=3": 404, "order?no=x": 400} {
		if got := r.as(t, "inspector", "GET", paper+path, "", ""); got.status != want {
			t.Errorf("%s answers %d", path, got.status)
		}
	}
}

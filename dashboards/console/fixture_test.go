package console

import (
	"context"
	"fmt"
	"github.com/anxin-project/anxin/alerts/leads"
	"github.com/anxin-project/anxin/dashboards/console/pages/public"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/anxin-project/anxin/dashboards/console/pages/warnings"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/quality"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/domain/verdict"
	"github.com/anxin-project/anxin/internal/platform/access/signin"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

// The fixture is an invented prefecture in real divisions: rows as a run leaves them, without a run. Names of projects
// and employers are made up; there are no people in it, only counts and random keys.

var asOf = civil.NewDate(2026, time.November, 20)

const (
	projectID  = "XJ-2026-0007"
	employerID = "91331024MA2X0000K1"
	hostile    = `<script>alert("x")</script>&'工地`
)

// world says how large the invented prefecture is.
type world struct {
	codes    string // counties whose codes start so
	warnings int
	runs     int
	cases    int
	limits   *public.Limits // of the public pages; nil: the usual ones
}

var small = world{codes: "3310", warnings: 420, runs: 9, cases: 130}

// server is a console over a filled database. Its tests ask as somebody who may see everything, unless they enter as
// somebody else.
type server struct {
	*Console
	conn     driver.Conn
	gate     *signin.Gate
	now      func() time.Time
	database string
	url      string
	offset   uint64       // of the next message that fillQuality invents
	session  *http.Cookie // nil: nobody
	desk     *leads.Store
	clock    *testClock

	token   string // the form token of the session tokenOf
	tokenOf *http.Cookie
}

// serve fills a fresh database and serves the console over it.
func serve(t testing.TB, w world) *server {
	t.Helper()
	s := emptyServer(t, w)
	s.fill(t, w)
	s.fillQuality(t)
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatalf("reading the filled database: %v", err)
	}
	return s
}

// emptyServer is a console over a database without runs.
func emptyServer(t testing.TB, w world) *server {
	t.Helper()
	s := bareServer(t, w)
	s.add(t, overseer)
	s.enter(t, overseer.ID)
	return s
}

// bareServer is one that nobody is registered for either.
func bareServer(t testing.TB, w world) *server {
	t.Helper()
	options := embeddedtest.Database(t)
	options.MaxOpenConns, options.MaxIdleConns = 8, 8
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	gate, vault := openGate(t, conn)
	clock := &testClock{start: asOf.End().Add(3 * time.Hour)}
	now := clock.now
	verdicts := &memoryVerdicts{}
	desk := openLeads(t, conn, now)
	config := DefaultConfiguration()
	if w.limits != nil {
		config.Public = *w.limits
	}
	c, err := New(config, Dependencies{
		Desk: desk,
		SiteTerms: func(string, civil.Date) SiteTerms {
			return SiteTerms{MonthlyFen: 201_000, HourlyFen: 2_000, Unverified: true, HumanResources: "12333", Government: "12345", Legal: "12348"}
		},
		Verdicts: verdicts, Closures: memoryClosures{},
		Gate: gate, Vault: vault,
		Conn: conn, Catalog: headers, Cases: inventedCases(w.cases), Blacklist: memoryList{}, Index: rules, Thresholds: inventedThresholds,
		Sources: map[string]catalog.Text{"rural-bank": {ZH: "农商银行", EN: "Rural bank"}}, Metrics: prometheus.NewRegistry(),
		Logger: slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Now:    now,
		Progress: func() []web.Stage {
			return []web.Stage{
				{Title: catalog.Text{ZH: "生成数据", EN: "Simulating records"}, State: web.StageFinished, Done: 1_240_000, Total: 1_240_000},
				{Title: catalog.Text{ZH: "写入数据库", EN: "Storing records"}, State: web.StageRunning, Done: 830_000, Total: 1_240_000},
				{Title: catalog.Text{ZH: "运行预警", EN: "Running detectors"}, State: web.StageWaiting},
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	verdicts.seen = func(k verdict.Key) (verdict.Seen, bool) {
		for _, w := range c.keeper.Latest().WarningsOf[view.SubjectKey(string(k.Scope), k.ScopeID)] {
			if w.Detector == k.Detector {
				return w.Seen(), true
			}
		}
		return verdict.Seen{}, false
	}
	h := httptest.NewServer(signin.Configuration{TrustedProxies: []string{"127.0.0.1"}}.Behind(c.Handler()))
	t.Cleanup(h.Close)
	return &server{Console: c, conn: conn, gate: gate, now: now, database: options.Auth.Database, url: h.URL, desk: desk, clock: clock}
}

type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// get fetches a page and returns status, headers and body.
func (s *server) get(t testing.TB, path string, header ...string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.do(t, r)
}

// do sends a request in the session, and follows no redirect.
func (s *server) do(t testing.TB, r *http.Request) (int, http.Header, string) {
	t.Helper()
	if s.session != nil {
		r.AddCookie(s.session)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(body)
}

func (s *server) batch(t testing.TB, table string) (add func(...any), send func()) {
	t.Helper()
	b, err := s.conn.PrepareBatch(context.Background(), "INSERT INTO "+table)
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	return func(row ...any) {
			if err := b.Append(row...); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
		}, func() {
			if err := b.Send(); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
		}
}

// fillQuality writes what ingest would have noted of some sources.
func (s *server) fillQuality(t testing.TB) {
	t.Helper()
	today := civil.DateOf(s.now())
	rows := func(topic, source, mark, detail string, late uint32, messages int, age time.Duration) {
		t.Helper()
		s.offset += uint64(messages)
		latest := "toDateTime64(0, 3)"
		if mark == quality.Stored {
			latest = fmt.Sprintf("fromUnixTimestamp64Milli(%d, 'UTC')", s.now().Add(-age).UnixMilli())
		}
		if err := s.conn.Exec(t.Context(), fmt.Sprintf(`INSERT INTO feed_quality (topic, source, day, mark, detail, late_s, partition, offsets, latest_record)
			SELECT '%s', '%s', toDate('%s'), '%s', '%s', %d, 0, range(%d, %d), %s`,
			topic, source, today.AddDays(-int(age/(24*time.Hour))), mark, detail, late, s.offset-uint64(messages), s.offset, latest)); err != nil {
			t.Fatal(err)
		}
	}
	const hour, day = 3600, 24 * 3600
	rows("attendance", "site-gate", quality.Stored, "", 6*hour, 48_210, 9*time.Hour)
	rows("attendance", "site-gate", quality.Stored, "", day, 4_120, 9*time.Hour)
	rows("attendance", "site-gate", quality.Rejected, "bad_checksum", 0, 31, time.Hour)
	rows("attendance", "site-gate", quality.UnknownField, "temperature", 0, 48_200, time.Hour)
	rows("attendance", "site-gate", quality.UnknownField, "device_vendor", 0, 120, time.Hour)
	rows("attendance", "gate-north", quality.Stored, "", 6*hour, 900, 5*24*time.Hour)
	rows("attendance", "old-gate", quality.Stored, "", 6*hour, 12_000, 120*24*time.Hour)
	rows("payroll", "county-bank", quality.Stored, "", 7*day, 3_300, 20*time.Hour)
	rows("payroll", "rural-bank", quality.Stored, "", hour, 410, 30*time.Hour)
	rows("payroll", "rural-bank", quality.Rejected, "inconsistent", 0, 260, 30*time.Hour)
	rows("payroll", "rural-bank", quality.Rejected, "missing_field", 0, 44, 30*time.Hour)
	rows("payroll", "", quality.Rejected, "not_json", 0, 7, 30*time.Hour)
	rows("complaints", "hotline", quality.Stored, "", 60, 38, 2*time.Hour)
}

// fill writes runs, index, warnings and the last run's snapshot.
func (s *server) fill(t testing.TB, w world) {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 11))
	snapshot := s.makeSnapshot(t)
	townships := map[string][]string{}
	var counties []string
	for town := range region.All() {
		county := region.County(town.Code)
		if strings.HasPrefix(town.Code, w.codes) {
			if townships[county] == nil {
				counties = append(counties, county)
			}
			townships[county] = append(townships[county], town.Code)
		}
	}
	dates := make([]civil.Date, 0, w.runs)
	for i := w.runs - 1; i > 0; i-- {
		dates = append(dates, (asOf.Month() - civil.Month(i)).Last())
	}
	dates = append(dates, asOf)
	addIndex, sendIndex := s.batch(t, "wage_safety_index")
	level := map[string]float64{} // how well a township does, drifting from run to run
	for i, date := range dates {
		run := runNumber(date)
		for _, county := range counties {
			var ranked []ranked
			for j, code := range townships[county] {
				if i == 0 {
					level[code] = 97 - math.Abs(random.NormFloat64())*13
				}
				level[code] = min(99.2, max(38, level[code]+random.NormFloat64()*2.2))
				workers := uint32(40 + random.IntN(4200))
				if j%17 == 9 {
					workers = uint32(5 + random.IntN(20))
				}
				ranked = append(ranked, unitRow(code, county, level[code], workers, i == len(dates)-1 && j%11 == 3, random))
			}
			sum := unitRow(county, county, mean(ranked), total(ranked), false, random)
			sum.unit = "county"
			for k, r := range place(ranked) {
				r.write(addIndex, date, run, uint32(k.rank), uint32(k.of))
			}
			sum.write(addIndex, date, run, 1+uint32(i%3), uint32(len(counties)))
		}
		for _, prefecture := range prefectures(counties) {
			p := unitRow(prefecture, "", 86.4+float64(i)*.4-float64(i*i)*.07, 182_340, false, random)
			p.unit = "prefecture"
			p.write(addIndex, date, run, 0, 0)
		}
	}
	sendIndex()
	s.fillWarnings(t, w, dates, counties, townships, random, snapshot)
	addRun, sendRun := s.batch(t, "runs (as_of, run, started_at, finished_at, policy_version, snapshot, detectors, warnings)")
	for _, date := range dates {
		begun := date.End().Add(30 * time.Minute)
		addRun(date.Time(), runNumber(date), begun, begun.Add(41*time.Second), "2026.2", snapshot, []string{"wages-overdue"}, uint32(w.warnings))
	}
	sendRun()
	s.fillEditions(t, dates[2:len(dates)-1])
	s.fillHistory(t, dates)
}

// fillHistory writes attempts: a run of every date, before the last one a failure, and after it one that is under way.
func (s *server) fillHistory(t testing.TB, dates []civil.Date) {
	t.Helper()
	var all []runs.Attempt
	add := func(kind runs.Kind, on civil.Date, status runs.Status, at time.Time, change func(*runs.Attempt)) {
		a := runs.Attempt{Started: at, Finished: at.Add(41 * time.Second), Process: "anxin-0:1", Status: status, Kind: kind, AsOf: on, Attempt: 1, Policy: "2026.2"}
		change(&a)
		all = append(all, a)
	}
	for _, on := range dates {
		add(runs.Nightly, on, runs.Done, on.End().Add(30*time.Minute), func(a *runs.Attempt) {
			a.Run, a.Warnings, a.CatchUp, a.Stages = runNumber(on), 420, on == dates[0], map[string]float64{"snapshot": 31.5, "detectors": 6.2, "index": 2.1, "publish": 1.2}
		})
	}
	last := dates[len(dates)-1].End()
	add(runs.Fast, asOf+1, runs.Failed, last.Add(time.Hour), func(a *runs.Attempt) {
		a.Attempt, a.Error, a.Stages = 2, "snapshot snapshot/20_attendance.sql: code: 241, message: "+hostile, map[string]float64{"snapshot": 8.4}
	})
	add(runs.Fast, asOf+1, runs.Running, last.Add(2*time.Hour), func(a *runs.Attempt) { a.Finished, a.Attempt = a.Started, 3 })
	if err := runs.Write(context.Background(), s.conn, all); err != nil {
		t.Fatal(err)
	}
}

func runNumber(d civil.Date) uint64 { return uint64(d.End().Add(30 * time.Minute).UnixMilli()) }

func prefectures(counties []string) []string {
	var out []string
	for _, c := range counties {
		if len(out) == 0 || out[len(out)-1] != c[:4] {
			out = append(out, c[:4])
		}
	}
	return out
}

type ranked struct {
	unit, code, county          string
	index, uncapped, cap        *float64
	light, reason               string
	workers, arrears            uint32
	fen                         int64
	weight, score, points       []float64
	numerator, denominator, out []float64
	worst, lost                 string
}

// unitRow invents a unit whose components are near a level.
func unitRow(code, county string, level float64, workers uint32, capped bool, random *rand.Rand) ranked {
	r := ranked{unit: "township", code: code, county: county, workers: workers, light: "grey", worst: "[]", lost: "[]"}
	if workers < 30 {
		for range 5 {
			r.weight, r.score, r.points = append(r.weight, 20), append(r.score, 50), append(r.points, 10)
			r.numerator, r.denominator, r.out = append(r.numerator, 1), append(r.denominator, float64(workers)), append(r.out, .1)
		}
		return r
	}
	weights := []float64{40, 20, 15, 10, 15}
	sum := 0.0
	n := float64(workers)
	noLeads := code[len(code)-1] == '4'
	for i, w := range weights {
		score := min(100, max(5, level+random.NormFloat64()*6-float64(i%2)*3))
		if i == 3 && noLeads {
			score = 100
		}
		points := math.Round(w*score/10) / 10
		sum += points
		r.weight, r.score, r.points = append(r.weight, w), append(r.score, score), append(r.points, points)
	}
	r.arrears = uint32(n * (100 - r.score[0]) / 5000)
	r.fen = int64(r.arrears) * (620_000 + random.Int64N(1_900_000))
	share := .8 + .2*r.score[1]/100
	leads := 0.0
	if !noLeads {
		leads = 4 + float64(random.IntN(30))
	}
	r.numerator = []float64{float64(r.arrears), math.Floor(n * 3 * share), math.Floor(n * 7 * r.score[2] / 100), math.Floor(leads * r.score[3] / 100), math.Round(n*(1-r.score[4]/100)*10) / 10}
	r.denominator = []float64{n, n * 3, n * 7, leads, n}
	r.out = []float64{float64(r.arrears) / (n + 100), share, r.score[2] / 100, r.score[3] / 100, 1 - r.score[4]/100}
	sum = math.Round(sum*10) / 10
	index := sum
	if capped {
		cap := 69.9
		r.cap, r.reason, index = &cap, "group_incident", min(index, cap)
	} else if cap := 84.9; code[len(code)-1] == '3' && index < cap { // an order unmet where the index is below its cap anyway
		r.cap, r.reason = &cap, "order_unmet"
	}
	r.uncapped, r.index = &sum, &index
	switch {
	case index >= 85:
		r.light = "green"
	case index >= 70:
		r.light = "yellow"
	default:
		r.light = "red"
	}
	r.lost = inventedLosses(r, sum-index)
	if r.arrears > 0 {
		r.worst = fmt.Sprintf(`[{"scope":"project","scope_id":%q,"name":"滨河安置房二期工程","workers":%d,"index_if_fixed":%.1f,"gain":3.2},{"scope":"employer","scope_id":%q,"name":"浙江恒远建设有限公司","workers":12,"index_if_fixed":%.1f,"gain":1.1}]`, projectID, r.arrears, min(100, index+3.2), employerID, min(100, index+1.1))
	}
	return r
}

// inventedLosses attributes what a unit lost to a project and an employer.
func inventedLosses(r ranked, taken float64) string {
	acts := []string{"pay", "pay_in_time", "post_notice", "accept_lead", "end_warning"}
	var all []string
	add := func(component string, points float64, scope, id, name, act, more string) {
		if points = math.Round(points*10) / 10; points > 0 {
			all = append(all, fmt.Sprintf(`{"component":%q,"scope":%q,"scope_id":%q,"name":%q,"points":%.1f,"act":%q,"by":"contractor"%s}`, component, scope, id, name, points, act, more))
		}
	}
	for i, component := range []string{"arrears", "timeliness", "safeguards", "resolution", "hazard"} {
		more := ""
		if component == "hazard" {
			more = `,"detectors":["account-runway"]`
		}
		add(component, r.weight[i]-r.points[i], "project", projectID, "滨河安置房二期工程", acts[i], more)
	}
	add("cap", taken, "employer", employerID, "浙江恒远建设有限公司", "wait", `,"lead":"L-1","until":"2027-01-09"`)
	return "[" + strings.Join(all, ",") + "]"
}

func mean(all []ranked) float64 {
	sum, n := 0.0, 0.0
	for _, r := range all {
		if r.index != nil {
			sum, n = sum+*r.index, n+1
		}
	}
	return sum / max(n, 1)
}

func total(all []ranked) (n uint32) {
	for _, r := range all {
		n += r.workers
	}
	return n
}

type rankKey struct{ rank, of, at int }

// place ranks units by their index, those without last and unranked.
func place(all []ranked) map[rankKey]ranked {
	out := map[rankKey]ranked{}
	for i, r := range all {
		if r.index == nil {
			out[rankKey{at: i}] = r
			continue
		}
		k := rankKey{rank: 1, at: i}
		for _, other := range all {
			if other.index != nil {
				k.of++
				if *other.index > *r.index {
					k.rank++
				}
			}
		}
		out[k] = r
	}
	return out
}

func (r ranked) write(add func(...any), date civil.Date, run uint64, rank, of uint32) {
	prefecture, inPrefecture, ofPrefecture := r.code[:4], uint32(0), uint32(0)
	if r.unit == "township" && rank > 0 {
		inPrefecture, ofPrefecture = rank*7, of*9
	}
	add(date.Time(), run, r.unit, r.code, region.Name(r.code), r.county, prefecture, r.index, r.uncapped, r.light, false, r.cap, r.reason,
		rank, of, inPrefecture, ofPrefecture, r.workers, r.arrears, r.fen,
		[]string{"arrears", "timeliness", "safeguards", "resolution", "hazard"}, r.weight, r.score, r.points, r.numerator, r.denominator, r.out, r.worst, "2026.2",
		uint8(2), r.arrears/7, uint32(0), uint32(0), r.fen/5, r.arrears/9, r.lost)
}

// headers are a small catalogue; the real one is the detectors' own matter.
var headers = []catalog.Header{
	{ID: "wages-overdue", Title: catalog.Text{ZH: "工资逾期未付", EN: "Wages overdue"}, Question: catalog.Text{ZH: "到期工资是否未付？", EN: "Are due wages unpaid?"},
		Group: catalog.Payment, Scopes: []catalog.Scope{catalog.Project, catalog.Employer}, Basis: []string{"Reg. 12", "Reg. 14", "Reg. 31"},
		Department: "sector",
		Params: map[string]catalog.Param{
			"yellow_days": {Type: "UInt16", Unit: catalog.Days, Text: catalog.Text{ZH: "黄色逾期天数", EN: "days past due for yellow"}},
			"red_share":   {Type: "Float64", Unit: catalog.Share, Text: catalog.Text{ZH: "红色比例", EN: "share for red"}},
			"order_kinds": {Type: "Array(String)", Unit: catalog.Plain, Codes: "proceeding", Text: catalog.Text{ZH: "责令文书", EN: "orders"}},
		},
		Levels: map[catalog.Level]catalog.Text{"yellow": {ZH: "任何金额逾期3天", EN: "any amount 3 days past due"}, "red": {ZH: "逾期30天，或连续两个工资月逾期", EN: "30 days past due, or two wage months in a row"}},
		Advice: catalog.Text{ZH: "核对工资表与银行代发回单；由施工总承包单位先行清偿（条例第30条）。", EN: "Compare the pay list with the bank's transfer slips; the general contractor pays first (Reg. 30)."},
		Evidence: []catalog.Field{
			{Name: "unpaid_fen", Unit: catalog.Fen, Label: catalog.Text{ZH: "逾期未付", EN: "overdue"}},
			{Name: "unpaid_workers", Unit: catalog.Workers, Label: catalog.Text{ZH: "涉及人数", EN: "workers"}},
			{Name: "oldest_due_by", Unit: catalog.Date, Label: catalog.Text{ZH: "最早应付日", EN: "oldest due date"}},
			{Name: "days_past_due", Unit: catalog.Days, Label: catalog.Text{ZH: "最长逾期", EN: "days past due"}},
			{Name: "months", Unit: catalog.Month, Label: catalog.Text{ZH: "欠付工资月", EN: "wage months"}},
			{Name: "records", Unit: catalog.Records, Label: catalog.Text{ZH: "工资单记录", EN: "pay slips"}},
		}},
	{ID: "account-runway", Title: catalog.Text{ZH: "专户余额不足", EN: "Account will not cover the next pay day"}, Question: catalog.Text{ZH: "账户能否覆盖下一个发薪日？", EN: "Will the account cover the next pay day?"},
		Group: catalog.Foresight, Scopes: []catalog.Scope{catalog.Project}, Basis: []string{"Reg. 24", "Reg. 27", "Reg. 29"},
		Levels: map[catalog.Level]catalog.Text{"yellow": {ZH: "覆盖率低于1", EN: "coverage below 1"}, "red": {ZH: "覆盖率低于0.5", EN: "coverage below 0.5"}},
		Advice: catalog.Text{ZH: "约请建设单位说明人工费用拨付安排。", EN: "Ask the developer when labour cost will be funded."},
		Evidence: []catalog.Field{
			{Name: "coverage", Unit: catalog.Ratio, Label: catalog.Text{ZH: "覆盖率", EN: "coverage"}},
			{Name: "balance_fen", Unit: catalog.Fen, Label: catalog.Text{ZH: "账户余额", EN: "balance"}},
			{Name: "reliability", Unit: catalog.Share, Label: catalog.Text{ZH: "拨付可靠度", EN: "reliability of funding"}},
			{Name: "pay_by", Unit: catalog.Date, Label: catalog.Text{ZH: "下一发薪日", EN: "next pay day"}},
		}},
	{ID: "unregistered-labor", Title: catalog.Text{ZH: "未实名登记用工", EN: "Unregistered labour"}, Question: catalog.Text{ZH: "是否有人未登记即上岗？", EN: "Do people work without registration?"},
		Group: catalog.Safeguards, Scopes: []catalog.Scope{catalog.Project}, Basis: []string{"Reg. 28"},
		Levels:   map[catalog.Level]catalog.Text{"yellow": {ZH: "有", EN: "any"}, "red": {ZH: "超过考勤人数的10%", EN: "over 10% of attending workers"}},
		Advice:   catalog.Text{ZH: "现场核对花名册与考勤机名单。", EN: "Compare the roster with the gate's list on site."},
		Evidence: []catalog.Field{{Name: "share", Unit: catalog.Share, Label: catalog.Text{ZH: "未登记比例", EN: "share unregistered"}}}},
	{ID: "employer-distress", Title: catalog.Text{ZH: "企业经营异常", EN: "Employer in distress"}, Question: catalog.Text{ZH: "经营信号是否同时恶化？", EN: "Do operating signals worsen together?"},
		Group: catalog.Foresight, Scopes: []catalog.Scope{catalog.Employer}, Basis: []string{"Reg. 38"},
		Levels: map[catalog.Level]catalog.Text{"yellow": {ZH: "2项不利", EN: "2 adverse"}, "red": {ZH: "3项及以上", EN: "3 or more"}}},
	{ID: "order-unmet", Title: catalog.Text{ZH: "责令支付逾期未履行", EN: "Order to pay unmet"}, Question: catalog.Text{ZH: "责令限期支付是否到期未履行？", EN: "Did an order to pay run out unmet?"},
		Group: catalog.Handling, Scopes: []catalog.Scope{catalog.Project, catalog.Employer}, Basis: []string{"MOHRSS Order 45 of 2021"},
		Levels: map[catalog.Level]catalog.Text{"red": {ZH: "到期未履行", EN: "past its due date"}}},
}

// inventedThresholds are those of wages-overdue: one county has days of its own.
func inventedThresholds(_, parameter string, townships []string, _ civil.Date) []warnings.Threshold {
	switch parameter {
	case "yellow_days":
		all := []warnings.Threshold{{Value: 3, Source: catalog.Text{ZH: "默认：第3天首次提示", EN: "default: first notice on day 3"}}}
		if slices.Contains(townships, "331024001") {
			all = append(all, warnings.Threshold{Region: "331024", Value: 1, Source: catalog.Text{ZH: "县人社局通知", EN: "县人社局通知"}})
		}
		return all
	case "red_share":
		return []warnings.Threshold{{Value: 0.125, Source: catalog.Text{ZH: "默认", EN: "default"}}}
	}
	return []warnings.Threshold{{Value: []any{"rectification_order", "unheard_of"}, Source: catalog.Text{ZH: "人社部令第45号", EN: "MOHRSS Order 45 of 2021"}, Unverified: true}}
}

// fillWarnings writes active warnings for the last run, the main project's own over several runs, and their subjects.
func (s *server) fillWarnings(t testing.TB, w world, dates []civil.Date, counties []string, townships map[string][]string, random *rand.Rand, snapshot string) {
	add, send := s.batch(t, "warnings")
	addSubject, sendSubject := s.batch(t, quoted(snapshot, "subjects")+" (scope, scope_id, name, township, county, sector)")
	one := func(date civil.Date, detector, scope, id, name, town, sector, level string, opened civil.Date, closed *civil.Date, workers uint32, fen int64, evidence string, basis []string) {
		var end *time.Time
		if closed != nil {
			c := closed.Time()
			end = &c
		}
		department := "human_resources"
		if scope == "project" {
			department = map[string]string{"construction": "housing", "transport": "transport", "water": "water"}[sector]
		}
		add(date.Time(), runNumber(date), detector, scope, id, detector+"/"+id+"/"+opened.String(), opened.Time(), end, level, opened.Time(), opened.AddDays(-4).Time(),
			name, town, town[:6], sector, department, workers, fen, float64(workers)/100, evidence, basis)
	}
	last := dates[len(dates)-1]
	home := "331024001"
	main := "滨河安置房二期工程"
	overdue := `{"unpaid_fen":"128456000","unpaid_workers":46,"oldest_due_by":"2026-09-15","days_past_due":66,"months":["2026-08","2026-09"],"records":["PB-2026-08-0001","PB-2026-08-0002"],"worker_keys":["SECRETKEY"],"note":"两个月"}`
	runway := `{"coverage":0.31,"balance_fen":18250000,"reliability":0.62,"pay_by":"2026-12-15"}`
	for i, date := range dates {
		closed := date
		if i == 2 {
			one(date, "unregistered-labor", "project", projectID, main, home, "construction", "yellow", dates[1], &closed, 3, 0, `{"share":0.04}`, []string{"Reg. 28"})
		}
		if i == 1 {
			one(date, "unregistered-labor", "project", projectID, main, home, "construction", "yellow", dates[1], nil, 3, 0, `{"share":0.04}`, []string{"Reg. 28"})
		}
		if i >= len(dates)-2 {
			one(date, "wages-overdue", "project", projectID, main, home, "construction", "red", dates[len(dates)-2], nil, 46, 128_456_000, overdue, headers[0].Basis)
		}
	}
	one(last, "account-runway", "project", projectID, main, home, "construction", "red", last, nil, 58, 41_200_000, runway, headers[1].Basis)
	one(last, "employer-distress", "employer", employerID, "浙江恒远建设有限公司", home, "E", "yellow", last.AddDays(-9), nil, 120, 0, `{"adverse":["electricity_kwh","tax_arrears_yuan"]}`, headers[3].Basis)
	one(last, "account-runway", "project", "XSS-1", hostile, home, "construction", "yellow", last, nil, 1, 100, `{"coverage":"<img src=x onerror=alert(1)>","<b>":"<i>"}`, []string{"<u>"})
	addSubject("project", projectID, main, home, home[:6], "construction")
	addSubject("employer", employerID, "浙江恒远建设有限公司", home, home[:6], "E")
	addSubject("project", "XSS-1", hostile, home, home[:6], "construction")
	addSubject("project", "CALM-1", "城东小学迁建工程", home, home[:6], "construction")
	works := []string{"安置房", "标准厂房", "供水管网", "乡村公路改建", "堤防加固", "人民医院扩建", "中心小学", "污水处理厂", "农贸市场改造", "产业园道路"}
	sectors := []string{"construction", "construction", "water", "transport", "water", "construction", "construction", "water", "construction", "transport"}
	detectors := []string{"wages-overdue", "account-runway", "unregistered-labor", "wages-overdue"}
	for i := range w.warnings {
		county := counties[random.IntN(len(counties))]
		town := townships[county][random.IntN(len(townships[county]))]
		k := random.IntN(len(works))
		id := fmt.Sprintf("P-%s-%05d", town, i)
		name := fmt.Sprintf("%s%s%s工程", strings.TrimRight(region.Name(town), "街道镇乡"), works[k], []string{"", "一期", "二期", "（A标段）"}[random.IntN(4)])
		level := "yellow"
		if random.IntN(10) < 3 {
			level = "red"
		}
		workers := uint32(1 + random.IntN(160))
		detector := detectors[random.IntN(len(detectors))]
		fen := int64(workers) * (300_000 + random.Int64N(2_000_000))
		opened := last.AddDays(-random.IntN(70))
		evidence := fmt.Sprintf(`{"unpaid_fen":%d,"unpaid_workers":%d,"oldest_due_by":%q,"days_past_due":%d,"months":["2026-09"],"coverage":0.7,"share":0.08,"records":["R-%d"]}`, fen, workers, opened.AddDays(-3), random.IntN(90), i)
		one(last, detector, "project", id, name, town, sectors[k], level, opened, nil, workers, fen, evidence, []string{"Reg. 12", "Reg. 31"})
		addSubject("project", id, name, town, town[:6], sectors[k])
	}
	send()
	sendSubject()
	s.fillProject(t, snapshot)
	s.fillOwed(t, snapshot)
	s.fillPlaces(t, snapshot)
}

func quoted(database, table string) string { return "`" + database + "`." + table }

// makeSnapshot creates a snapshot's tables by the detectors' own files.
func (s *server) makeSnapshot(t testing.TB) string {
	t.Helper()
	name := s.database + "_facts"
	if err := s.conn.Exec(t.Context(), "CREATE DATABASE `"+name+"`"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.conn.Exec(context.Background(), "DROP DATABASE IF EXISTS `"+name+"`"); err != nil {
			t.Errorf("drop the snapshot: %v", err)
		}
	})
	files, err := filepath.Glob("../../detectors/snapshot/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no snapshot files: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range store.Statements(strings.ReplaceAll(string(text), "{{snapshot}}", "`"+name+"`")) {
			if i := strings.Index(statement, "CREATE TABLE"); i >= 0 {
				if err := s.conn.Exec(t.Context(), statement[i:]); err != nil {
					t.Fatalf("%s: %v", file, err)
				}
			}
		}
	}
	return name
}

// fillProject writes the facts of one project and its contractor.
func (s *server) fillProject(t testing.TB, snapshot string) {
	random := rand.New(rand.NewPCG(3, 5))
	date := func(y int, m time.Month, d int) time.Time { return civil.NewDate(y, m, d).Time() }
	exec := func(query string, values ...any) {
		t.Helper()
		if err := s.conn.Exec(t.Context(), query, values...); err != nil {
			t.Fatal(err)
		}
	}
	exec(fmt.Sprintf(`INSERT INTO %s (project_id, name, township, county, sector, investment, developer_uscc, contractor_uscc, contractor_name, contract_fen,
		contract_signed_on, permit_on, started_on, status, active, paying, pay_day, labor_cost_day, labor_cost_fen, account_opened_on, deposit_form, deposit_fen, deposit_lodged_on,
		deposit_valid_until, payment_guarantee, notice_board, labor_officer) VALUES
		('%s', '滨河安置房二期工程', '331024001', '331024', 'construction', 'government', '91331024MA2X0000D2', '%s', '浙江恒远建设有限公司', 12860000000,
		'2025-11-03', '2025-12-01', '2025-12-20', 'building', true, true, 15, 5, 120000000, '2025-12-10', 'guarantee', 192900000, '2025-12-15', '2026-10-31', true, true, false)`,
		quoted(snapshot, "projects"), projectID, employerID))
	exec(fmt.Sprintf(`INSERT INTO %s (employer_uscc, name, township, county, industry, legal_person_masked, headcount, status) VALUES ('%s', '浙江恒远建设有限公司', '331024001', '331024', 'E', '王*', 214, 'active'),
		('91331024MA2X0000D2', '仙居滨河城建投资有限公司', '331024001', '331024', 'K', '', NULL, 'active')`, quoted(snapshot, "employers"), employerID))
	addReg, sendReg := s.batch(t, quoted(snapshot, "registrations")+" (project_id, employer_uscc, worker_key, source, id, contract_signed_on, entered_on, left_on, settled_confirmed, wage_basis, wage_fen)")
	addDay, sendDay := s.batch(t, quoted(snapshot, "attendance")+" (project_id, work_date, worker_key, employer_uscc, centihours, id)")
	addMonth, sendMonth := s.batch(t, quoted(snapshot, "worker_months")+" (project_id, month, worker_key, employer_uscc, days, first_day, last_day)")
	addSlip, sendSlip := s.batch(t, quoted(snapshot, "slips")+" (scope, scope_id, project_id, employer_uscc, worker_key, wage_month, source, id, due_on, due_by, gross_fen, payable_fen, paid_fen, unpaid_fen, paid_on, channel, payee_key, signed)")
	for worker := range 62 {
		key := fmt.Sprintf("%016d", worker)
		var signed, left *time.Time
		if worker%9 != 0 {
			d := date(2025, 12, 20)
			signed = &d
		}
		if worker >= 58 {
			d := date(2026, 8, 31)
			left = &d
		}
		addReg(projectID, employerID, key, "gate", "W-"+key, signed, date(2025, 12, 20), left, false, "month", int64(850_000))
		for d := asOf.AddDays(-150); d <= asOf; d++ {
			if left != nil && d.Time().After(*left) || random.IntN(10) < 2 || d > asOf.AddDays(-12) && worker%2 == 0 || d.Weekday() == time.Sunday {
				continue
			}
			addDay(projectID, d.Time(), key, employerID, uint16(900), fmt.Sprintf("A-%s-%d", key, d))
		}
		for m := asOf.Month() - 10; m <= asOf.Month(); m++ {
			if left != nil && m > civil.NewDate(2026, 8, 1).Month() {
				continue
			}
			addMonth(projectID, m.First().Time(), key, employerID, uint8(22), m.First().Time(), m.Last().Time())
			if m >= asOf.Month() {
				continue
			}
			due := (m + 1).First().AddDays(14)
			payable := int64(760_000 + random.Int64N(220_000))
			paid := payable
			var paidOn *time.Time
			if m >= asOf.Month()-3 && worker >= 12 && m < asOf.Month()-1 {
				paid = payable * int64(random.IntN(2)) / 2
			} else if m == asOf.Month()-1 {
				paid = 0
			} else {
				d := due.AddDays(-1).Time()
				paidOn = &d
			}
			addSlip("project", projectID, projectID, employerID, key, m.First().Time(), "bank", fmt.Sprintf("PB-%s-%s", m, key), due.Time(), due.Time(), payable, payable, paid, payable-paid, paidOn, "special_account", key, true)
		}
	}
	sendReg()
	sendDay()
	sendMonth()
	sendSlip()
	addEntry, sendEntry := s.batch(t, quoted(snapshot, "account_entries")+" (project_id, booked_at, booked_on, source, id, kind, amount_fen, balance_fen)")
	balance := int64(0)
	for m := asOf.Month() - 10; m <= asOf.Month(); m++ {
		entry := func(day int, kind string, fen, change int64) {
			on := m.First().AddDays(day)
			if on > asOf {
				return
			}
			balance += change
			addEntry(projectID, on.Start().Add(10*time.Hour), on.Time(), "bank", fmt.Sprintf("E-%s-%d", m, day), kind, fen, balance)
		}
		if m < asOf.Month()-2 {
			entry(5, "labor_cost_in", 52_000_000, 52_000_000)
			entry(14, "wage_out", 49_000_000+int64(m%5)*500_000, -49_000_000-int64(m%5)*500_000)
		} else {
			entry(6, "labor_cost_in", 9_000_000, 9_000_000)
			entry(14, "wage_out", 12_000_000, -12_000_000)
		}
		if m == asOf.Month()-3 {
			entry(20, "other_out", 8_000_000, -8_000_000)
		}
	}
	sendEntry()
	exec(fmt.Sprintf(`INSERT INTO %[1]s (scope, scope_id, source, id, channel, township, project_id, employer_uscc, workers, amount_fen, received_on, status, status_on, resolved_on, paid_fen, incident, participants, satisfaction, open) VALUES
		('project', '%[2]s', 'hotline', 'L-2026-1107', 'hotline', '331024001', '%[2]s', '%[3]s', 18, 21600000, '2026-11-07', 'investigating', '2026-11-10', NULL, NULL, 'none', 0, NULL, true),
		('project', '%[2]s', 'petition', 'L-2026-1112', 'petition', '331024001', '%[2]s', '%[3]s', 46, 128456000, '2026-11-12', 'accepted', '2026-11-13', NULL, NULL, 'group', 31, NULL, true),
		('project', '%[2]s', 'hotline', 'L-2026-0416', 'national_platform', '331024001', '%[2]s', '%[3]s', 2, 1320000, '2026-04-16', 'resolved', '2026-05-06', '2026-05-06', 1320000, 'none', 0, 5, false)`,
		quoted(snapshot, "leads"), projectID, employerID))
	exec(fmt.Sprintf(`INSERT INTO %[1]s (scope, scope_id, source, id, kind, complaint_id, township, project_id, employer_uscc, workers, amount_fen, opened_on, due_on, closed_on, outcome) VALUES
		('project', '%[2]s', 'labour', 'O-2026-031', 'rectification_order', 'L-2026-1107', '331024001', '%[2]s', '%[3]s', 46, 128456000, '2026-11-09', '2026-11-16', NULL, ''),
		('project', '%[2]s', 'court', 'M-2026-008', 'mediation', 'L-2026-0416', '331024001', '%[2]s', '%[3]s', 2, 1320000, '2026-04-20', NULL, '2026-05-06', 'settled')`,
		quoted(snapshot, "proceedings"), projectID, employerID))
	addSignal, sendSignal := s.batch(t, quoted(snapshot, "signals")+" (employer_uscc, indicator, month, value, source, id)")
	for i := range 9 {
		m := asOf.Month() - civil.Month(9-i)
		addSignal(employerID, "electricity_kwh", m.First().Time(), 42_000-float64(i*i)*430, "grid", fmt.Sprintf("S-e-%d", i))
		addSignal(employerID, "insured_headcount", m.First().Time(), 214-float64(i*6), "insurance", fmt.Sprintf("S-h-%d", i))
		addSignal(employerID, "tax_arrears_yuan", m.First().Time(), math.Max(0, float64(i-5))*182_400.5, "tax", fmt.Sprintf("S-t-%d", i))
	}
	sendSignal()
}

// cases in memory; the real ones are the alerts component's.
type memoryCases []casefile.Case

func (m memoryCases) List(_ context.Context, f casefile.Filter) ([]casefile.Case, error) {
	var out []casefile.Case
	for _, c := range m {
		if f.Matches(&c) {
			out = append(out, c)
		}
	}
	return out, nil
}

func (m memoryCases) Get(_ context.Context, id string) (casefile.Case, []casefile.Event, error) {
	for _, c := range m {
		if c.ID == id {
			at := c.OpenedAt
			return c, []casefile.Event{
				{CaseID: id, Seq: 1, At: at, Actor: casefile.System, Kind: casefile.Opened, Data: []byte(`{"scope":"project","township":"331024001"}`)},
				{CaseID: id, Seq: 2, At: at.Add(time.Minute), Actor: casefile.System, Kind: casefile.AlertFired, Data: []byte(`{"labels":{"detector":"wages-overdue","level":"yellow"},"accept_days":3}`)},
				{CaseID: id, Seq: 3, At: at.Add(26 * time.Hour), Actor: casefile.System, Kind: casefile.LevelChanged, Data: []byte(`{"from":"yellow","to":"red"}`)},
				{CaseID: id, Seq: 4, At: at.Add(27 * time.Hour), Actor: casefile.System, Kind: casefile.Figures, Data: []byte(`{"workers":46,"amount_fen":128456000}`)},
				{CaseID: id, Seq: 5, At: at.Add(28 * time.Hour), Actor: casefile.System, Kind: casefile.OwedTold, Data: []byte(`{"as_of":"2026-11-20","run":7,"listed":{"workers":65,"amount_fen":135800000,"wage_from":"2026-08","wage_to":"2026-09","total_records":130},"estimated":{"workers":63,"amount_fen":98765400,"wage_from":"2026-08","wage_to":"2026-09","total_records":0}}`)},
			}, nil
		}
	}
	return casefile.Case{}, nil, fmt.Errorf("case %s: %w", id, casefile.ErrNotFound)
}

func inventedCases(n int) memoryCases {
	random := rand.New(rand.NewPCG(1, 2))
	var out memoryCases
	towns := region.Townships("331024")
	for i := range n {
		id, name, town := fmt.Sprintf("P-%05d", i), fmt.Sprintf("第%d号道路工程", i), towns[random.IntN(len(towns))].Code
		if i == 0 {
			id, name, town = projectID, "滨河安置房二期工程", "331024001"
		}
		opened := asOf.AddDays(-random.IntN(12))
		by := opened.AddDays(1 + random.IntN(5))
		c := casefile.Case{ID: "project:" + id, Scope: catalog.Project, ScopeID: id, Name: name, Township: town, Territory: town, County: town[:6], Sector: "transport",
			Department: casefile.Departments[random.IntN(4)], Stage: casefile.Open, Level: []catalog.Level{"red", "yellow", "yellow"}[i%3], Peak: "red",
			Workers: uint32(1 + random.IntN(90)), AmountFen: random.Int64N(300_000_000), OpenedAt: opened.Start().Add(9 * time.Hour), OpenedOn: opened, AcceptBy: &by, FiguresAsOf: &by,
			Deadlines: []casefile.Deadline{casefile.DueOn(casefile.ToAccept, calendar.China(), by, 0, nil).On(asOf.AddDays(1))},
			Alerts:    []casefile.Alert{{Name: "WageWarning", Detector: "wages-overdue", Level: "yellow", StartsAt: opened.Start().Add(9 * time.Hour)}}}
		c.Rounds = []casefile.Round{{ReceivedOn: opened, Territory: town, Department: c.Department, AnswerBy: &by}}
		if i%5 == 4 {
			on := by.AddDays(i%3 - 1)
			c.Stage, c.Assignee = casefile.Accepted, overseer.ID
			c.Rounds[0].AnsweredOn, c.Rounds[0].AnsweredBy, c.Rounds[0].Answer, c.Rounds[0].Handler = &on, overseer.ID, casefile.WasAccepted, overseer.ID
		}
		if i == 0 {
			c.Sector, c.Department, c.Owed = "construction", casefile.Housing, owedWages
		}
		if i == 1 {
			c.Stage, c.Order, c.FileNo = casefile.Ordered, unmetOrder, "仙居县人社监案字〔2026〕第7号"
			due := asOf.AddDays(20)
			c.Remedies = []casefile.TakenRemedy{
				{Seq: 8, OrderSeq: 6, Remedy: casefile.NonPayment, On: asOf.AddDays(-40), ByName: "李青", Workers: 4, AmountFen: 1_500_000},
				{Seq: 9, OrderSeq: 6, Remedy: casefile.DepositDraw, DocumentNo: "保〔2026〕1号", On: asOf.AddDays(-30), ByName: "李青", Workers: 4, AmountFen: 1_000_000, PaidFen: 800_000, PaidWorkers: 3, RecoveredFen: 200_000, TopUpDays: 10},
				{Seq: 10, OrderSeq: 6, Remedy: casefile.AdvancePayment, DocumentNo: "垫〔2026〕1号", On: asOf.AddDays(-20), DueOn: &due, Advancer: casefile.ByDeveloper, Firm: employerID, FirmName: "<i>某</i>建设单位", ByName: "李青", Workers: 4, AmountFen: 700_000},
				{Seq: 3, OrderSeq: 2, Remedy: casefile.EmergencyFund, DocumentNo: "急〔2025〕1号", On: asOf.AddDays(-200), ByName: "李青", Workers: 4, AmountFen: 300_000, PaidFen: 300_000, LivingCosts: true},
			}
		}
		if i%7 == 6 {
			c.Level, c.Cleared = "", true
		}
		out = append(out, c)
	}
	return out
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/anxin-project/anxin/alerts"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/app/demo"
	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/testing/browsertest"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

const (
	firm   = "91331024MA2X0000K1"
	firmID = "employer:" + firm
	// second is another firm, about which a procedure runs that comes to nothing.
	second = "91331024MA2X0001J7"
)

var (
	inspector  = access.Person{ID: "li", Name: "李青", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	colleague  = access.Person{ID: "wu", Name: "吴同", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	supervisor = access.Person{ID: "zhou", Name: "周正", Roles: []access.Role{access.Supervisor}, Territory: "3310"}
	head       = access.Person{ID: "he", Name: "何乡", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"}
)

// office is the pages over real casework, with a clock that the story moves.
type office struct {
	*app.Parts
	alerts  *alerts.Alerts
	refresh func()
	url     string
	clock   atomic.Int64
}

func openOffice(t *testing.T) *office { return openOfficeUnder(t, nil) }

// openOfficeUnder opens it under a policy; nil for the national one.
func openOfficeUnder(t *testing.T, law *policy.Policy) *office {
	t.Helper()
	options := embeddedtest.Database(t)
	c := app.DefaultConfiguration()
	c.Store.DSN = embeddedtest.EngineForTest(t).DSN(options.Auth.Database)
	c.Alerts.Token = "a-token-of-the-tests"
	o := &office{}
	o.at("2026-03-09")
	log := slog.New(slog.DiscardHandler)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	o.Parts, err = app.Open(t.Context(), c, log, func() time.Time { return time.Unix(o.clock.Load(), 0) })
	check(err)
	t.Cleanup(func() { _ = o.Store.Close() })
	if law != nil {
		o.Parts.Policy = law
	}
	gate, err := o.Gate(t.Context(), demo.Cost)
	check(err)
	for _, p := range []access.Person{inspector, colleague, supervisor, head} {
		check(gate.Register().Add(t.Context(), "command", p))
		check(gate.Register().SetPassword(t.Context(), "command", p.ID, demo.Password, false))
	}
	o.alerts, err = o.Parts.Alerts(t.Context(), gate, nil, o.Registry)
	check(err)
	pages, err := o.Console(o.alerts, gate, nil, nil, nil)
	check(err)
	o.refresh = func() {
		t.Helper()
		check(o.alerts.Refresh(t.Context()))
		check(pages.Refresh(t.Context()))
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", o.alerts.Handler())
	app.MountConsole(mux, pages)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// at moves the clock to the morning of a day.
func (o *office) at(day string) {
	on, err := civil.ParseDate(day)
	if err != nil {
		panic(err)
	}
	o.clock.Store(on.Start().Add(10 * time.Hour).Unix())
}

// run writes a completed run over the townships of the county, in which the firms named are candidates for the list.
func (o *office) run(t *testing.T, asOf string, number int, candidates ...string) {
	t.Helper()
	exec := func(query string) {
		t.Helper()
		if err := o.Store.Exec(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	warning := func(detector, employer, evidence string) {
		exec(fmt.Sprintf(`INSERT INTO warnings (as_of, run, detector, scope, scope_id, episode, opened_on, level, level_on, since, name, township, county, sector, department, workers, amount_fen, score, evidence)
			VALUES ('%s', %d, '%s', 'employer', '%s', 'e', '%[1]s', 'red', '%[1]s', '%[1]s', '仙居某某建筑劳务有限公司 %[4]s', '331024001', '331024', 'construction', 'human_resources', 12, 3600000, 1, '%s')`, asOf, number, detector, employer, evidence))
	}
	warning("wages-overdue", firm, "{}")
	for i, employer := range candidates {
		warning("blacklist-candidate", employer, fmt.Sprintf(`{"grounds":["amount_many_workers"],"ordered_workers":12,"ordered_fen":3600000,"most_owed_fen":400000,"records":["O-%d"]}`, i))
		exec(fmt.Sprintf(`INSERT INTO proceedings (source, id, version, recorded_at, kind, employer_uscc, workers, amount_fen, opened_on, due_on) VALUES
			('labor', 'O-%d', 1, '2026-03-09 04:00:00', 'rectification_order', '%s', 12, 3600000, '2026-03-09', '2026-03-20')`, i, employer))
	}
	for i, index := range []float64{61.5, 88} {
		exec(fmt.Sprintf(`INSERT INTO wage_safety_index (as_of, run, unit, code, name, county, prefecture, index, light, monitored_workers, arrears_workers, arrears_fen, rank, ranked_of, component, weight, score)
			VALUES ('%s', %d, 'township', '33102400%d', '街道%[3]d', '331024', '3310', %g, 'red', 4%[3]d7, 12, 3600000, %[5]d, 2, [], [], [])`, asOf, number, i+1, index, 2-i))
	}
	exec(fmt.Sprintf(`INSERT INTO runs (as_of, run, started_at, finished_at, policy_version, snapshot, detectors, warnings)
		VALUES ('%s', %d, '%[1]s 02:00:00', '%[1]s 03:00:00', 'p', '%[3]s', ['wages-overdue'], 1)`, asOf, number, o.Store.Database()))
	o.refresh()
}

// alert tells casework that a warning about a firm fires, as Alertmanager does.
func (o *office) alert(t *testing.T, employer string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"version": "4", "groupKey": "g", "status": "firing", "alerts": []any{map[string]any{
		"status": "firing", "fingerprint": "f" + employer, "startsAt": time.Unix(o.clock.Load(), 0).UTC().Format(time.RFC3339), "endsAt": "0001-01-01T00:00:00Z",
		"labels":      map[string]string{"alertname": "RedWarning", "detector": "wages-overdue", "scope": "employer", "scope_id": employer, "level": "red", "township": "331024001", "county": "331024", "sector": "construction", "severity": "critical"},
		"annotations": map[string]string{}}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, o.url+"/api/v1/alerts", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+o.Config.Alerts.Token)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		t.Fatalf("the webhook answers %s", response.Status)
	}
	o.refresh()
}

// visitor is somebody at a browser.
type visitor struct {
	*browsertest.Browser
	t *testing.T
	o *office
}

func (v visitor) open(path string) {
	v.t.Helper()
	v.Do(v.t, chromedp.Navigate(v.o.url+path))
}

// enter signs in as somebody else.
func (v visitor) enter(p access.Person) {
	v.t.Helper()
	if browsertest.Eval[bool](v.t, v.Browser, `document.querySelector(".signout button") !== null`) {
		v.leaving(`document.querySelector(".signout button").click()`)
	}
	v.open("/sign-in")
	v.leaving(fmt.Sprintf(`(() => { const f = document.querySelector(".fields"); f.elements.name.value = %q; f.elements.password.value = %q; f.requestSubmit(); })()`, p.ID, demo.Password))
	v.Until(v.t, `document.querySelector(".whoami") !== null`)
}

// leaving runs a script and waits for the page that it leads to.
func (v visitor) leaving(script string) {
	v.t.Helper()
	browsertest.Eval[bool](v.t, v.Browser, `(() => { window.before = true; `+script+`; return true; })()`)
	v.Until(v.t, `window.before === undefined && document.readyState === "complete"`)
}

// fill fills in the form of an action, and send sends it by its own button's rules.
func (v visitor) fill(kind string, fields ...string) {
	v.t.Helper()
	script := fmt.Sprintf(`(() => { const f = document.querySelector("#do-%s form") || document.querySelector("form.fields"); f.closest("details")?.setAttribute("open", "");`, kind)
	for i := 0; i+1 < len(fields); i += 2 {
		script += fmt.Sprintf(" f.elements[%q].value = %q;", fields[i], fields[i+1])
	}
	if !browsertest.Eval[bool](v.t, v.Browser, script+" return f.checkValidity(); })()") {
		v.t.Fatalf("the form %s is not complete", kind)
	}
}

func (v visitor) send(kind string) {
	v.t.Helper()
	v.leaving(fmt.Sprintf(`(document.querySelector("#do-%s form") || document.querySelector("form.fields")).requestSubmit()`, kind))
}

// step fills in and sends a form, and expects it to be taken.
func (v visitor) step(kind string, fields ...string) {
	v.t.Helper()
	v.fill(kind, fields...)
	v.send(kind)
	if !strings.Contains(browsertest.Eval[string](v.t, v.Browser, "location.search"), "done="+kind) {
		v.t.Fatalf("%s was not taken: %s", kind, v.text())
	}
}

func (v visitor) text() string {
	return browsertest.Eval[string](v.t, v.Browser, `document.querySelector("main").innerText`)
}

func (v visitor) shows(what ...string) {
	v.t.Helper()
	shown := v.text()
	for _, one := range what {
		if !strings.Contains(shown, one) {
			v.t.Errorf("%s lacks %q: %s", browsertest.Eval[string](v.t, v.Browser, "location.pathname"), one, shown)
		}
	}
}

func (v visitor) lacks(what ...string) {
	v.t.Helper()
	shown := v.text()
	for _, one := range what {
		if strings.Contains(shown, one) {
			v.t.Errorf("%s shows %q", browsertest.Eval[string](v.t, v.Browser, "location.pathname"), one)
		}
	}
}

// shot keeps what the browser shows, for looking at: ANXIN_SCREENSHOTS names a folder.
func (v visitor) shot(name string) {
	v.t.Helper()
	if dir := os.Getenv("ANXIN_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "story-"+name+".png"), v.Screenshot(v.t), 0o644); err != nil {
			v.t.Fatal(err)
		}
	}
}

// A candidate whose order ran out in September, found on 30 November: the time for a decision ended on 27 October. The page says
// so before anything is proposed; the procedure goes through, recorded as late.
func TestALateListingIsWalkedInARealBrowser(t *testing.T) {
	o := openOffice(t)
	v := visitor{browsertest.Open(t, 1366, 900), t, o}
	o.at("2026-11-30")
	o.run(t, "2026-11-29", 1, firm)
	exec := func(query string) {
		t.Helper()
		if err := o.Store.Exec(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	// The order of September is restated in the records; a part was paid on the first, and there is an incident.
	exec(`INSERT INTO proceedings (source, id, version, recorded_at, kind, employer_uscc, workers, amount_fen, opened_on, due_on, paid_fen) VALUES
		('inspection', 'O-0', 2, '2026-11-01 04:00:00', 'rectification_order', '` + firm + `', 65, 135800000, '2026-08-10', '2026-08-31', 5800000)`)
	exec(`ALTER TABLE proceedings DELETE WHERE id = 'O-0' AND version = 1 SETTINGS mutations_sync = 1`)
	exec(`INSERT INTO proceedings (source, id, version, recorded_at, kind, employer_uscc, workers, amount_fen, opened_on, due_on) VALUES
		('inspection', 'O-9', 1, '2026-09-10 04:00:00', 'rectification_order', '` + firm + `', 65, 135800000, '2026-09-08', '2026-09-22')`)
	exec(`ALTER TABLE warnings UPDATE evidence = '{"grounds":["amount_many_workers","incident"],"incidents":1,"records":["O-0","O-9"]}' WHERE detector = 'blacklist-candidate' SETTINGS mutations_sync = 1`)
	o.alert(t, firm)

	v.enter(inspector)
	v.open("/blacklist/entries")
	v.shows("O-9", "支付期限 2026-09-22", "列入决定最后一日", "2026-10-27 逾期", "65 人", "1,300,000.00", "仍可拟列入：决定照样有效，但记为迟延", "重新责令限期支付")
	v.lacks("130 人", "2,716,000", "amount_many_workers")
	v.shot("late-candidates")
	v.open("/blacklist/entries?lang=en")
	v.shows("27 Oct 2026 Late", "a late decision stands, recorded as late", "Order anew")
	v.shot("late-candidates-en")
	v.open("/blacklist/entries?lang=zh")
	v.leaving(`document.querySelector("a[href^='/blacklist/propose/']").click()`)
	v.shows("尚未支付", "1,300,000.00", "取其大者，不相加", "决定最后一日 2026-10-27（逾期）", "群体性、极端事件", "社会影响")
	v.shot("late-propose")
	v.fill("propose", "order_id", "O-9", "order_no", "仙人社监令〔2026〕31号", "representative", "王某某", "effect", "三十余名农民工围堵县道两小时")
	v.send("propose")
	v.shows("拟列入", "列入决定的期限已于 2026-10-27 届满", "三十余名农民工围堵县道两小时")
	entry := browsertest.Eval[string](t, v.Browser, "location.pathname")
	v.step("notify", "document_no", "仙人社告〔2026〕31号")
	v.open("/api/v1" + strings.Replace(entry, "/entries", "", 1) + "/papers/notice")
	for _, want := range []string{"65名农民工工资1,358,000.00元", "共2件，涉及65人、1,358,000.00元，其中已支付58,000.00元，尚未支付1,300,000.00元", "劳动保障监察 O-0", "运行编号1"} {
		if text := browsertest.Eval[string](t, v.Browser, "document.body.innerText"); !strings.Contains(text, want) {
			t.Errorf("the notice lacks %q: %s", want, text)
		}
	}
	v.shot("late-notice")

	o.at("2026-12-08")
	v.open(entry)
	v.enter(supervisor)
	v.open(entry)
	v.shows("列入决定的期限已于 2026-10-27 届满", "期限届满后不能再延长")
	v.shot("late-entry")
	if complete := browsertest.Eval[bool](t, v.Browser, `(() => { const f = document.querySelector("#do-decide form"); f.elements.document_no.value = "仙人社决〔2026〕31号"; return f.checkValidity(); })()`); complete {
		t.Error("a late decision needs no reason")
	}
	v.step("decide", "document_no", "仙人社决〔2026〕31号", "late_reason", "企业多次承诺支付未兑现，11月下旬方移送")
	v.shows("已决定列入", "逾期办理", "迟延原因", "企业多次承诺支付未兑现")
	v.open("/api/v1" + strings.Replace(entry, "/entries", "", 1) + "/papers/decision")
	for _, want := range []string{"应当不迟于2026年10月27日作出，因企业多次承诺支付未兑现，11月下旬方移送，迟延作出", "造成严重不良社会影响：三十余名农民工围堵县道两小时。"} {
		if text := browsertest.Eval[string](t, v.Browser, "document.body.innerText"); !strings.Contains(text, want) {
			t.Errorf("the decision lacks %q: %s", want, text)
		}
	}
	v.shot("late-decision")
}

// The stories of casework, by the pages alone: from a red case to the list, a procedure that a supervisor ends, what a
// township head sees, and what an outsider sees.
func TestStoriesOfCaseworkInARealBrowser(t *testing.T) {
	o := openOffice(t)
	v := visitor{browsertest.Open(t, 1366, 900), t, o}
	o.run(t, "2026-03-08", 1)
	o.alert(t, firm)
	o.alert(t, second)

	// Monday. The inspector finds the case, takes it over, and orders payment; what the law forbids comes back with what was typed.
	v.open("/work")
	v.Until(t, `location.pathname === "/sign-in"`)
	v.enter(inspector)
	v.open("/work")
	v.shows("仙居某某建筑劳务有限公司", "受理 2026-03-10", "未到期")
	v.shot("work")
	v.open("/cases")
	v.leaving(`document.querySelector("form[action='/cases/accept']").requestSubmit()`)
	v.shows("请先勾选")
	v.shot("cases")
	v.leaving(`document.querySelector("input[value^='employer:` + second + `']").click(); document.querySelector("form[action='/cases/accept']").requestSubmit()`)
	v.shows("所选案件已受理", "已受理", "待受理")
	v.open("/work")
	v.leaving(`document.querySelector("a[href$='` + firm + `']").click()`)
	v.shows("待受理", "您现在可以办理", "下一步")
	v.step("accept")
	v.step("investigate")
	v.shows("调查中", "已记录：立案调查", "李青")
	v.fill("order", "document_no", "仙人社监令〔2026〕7号", "due_on", "2026-03-09", "amount", "36,000.00", "workers", "12")
	v.send("order")
	v.shows("未办理", "支付期限须晚于今天", "劳动保障监察条例 26")
	if typed := browsertest.Eval[string](t, v.Browser, `document.querySelector("#do-order [name=document_no]").value`); typed != "仙人社监令〔2026〕7号" {
		t.Errorf("after the refusal the number is %q", typed)
	}
	v.shot("refused")

	// A colleague is faster: a conflict, not two orders; what was typed can be sent again.
	v.fill("order", "due_on", "2026-03-20")
	k, _, err := o.alerts.Cases().Get(t.Context(), firmID)
	if err != nil {
		t.Fatal(err)
	}
	comment := casefile.Step{CaseID: firmID, Seq: k.Seq, Action: casefile.Action{Kind: casefile.Comment, Reason: "已电话催办"}}
	if _, err := o.alerts.Cases().Act(t.Context(), colleague, comment); err != nil {
		t.Fatal(err)
	}
	v.send("order")
	v.shows("他人已先行操作", "已电话催办", "吴同")
	v.step("order")
	v.shows("已责令支付", "仙人社监令〔2026〕7号", "2026-03-20")

	// Two weeks on nothing was paid. The next run finds that the employer meets the conditions of the list.
	o.at("2026-03-23")
	o.run(t, "2026-03-22", 2, firm, second)
	v.open("/work")
	v.shows("核查履行情况", "责令支付 2026-03-20 逾期")
	v.lacks("登记支付")
	v.open("/cases/" + firmID)
	v.shows("有期限已过", "核查履行情况", "可拟列入失信联合惩戒名单", "列入决定最后一日：2026-04-20 未到期")
	v.shot("case-late")
	v.leaving(`document.querySelector("a[href^='/blacklist/propose/']").click()`)
	v.shows("拖欠十名以上农民工工资", "O-0", "仙人社监令〔2026〕7号", "本系统签发", "2026-04-20 未到期", "12 人")
	v.lacks("24 人") // the order issued here restates the one of the records
	v.shot("propose")
	v.fill("propose", "order_id", "O-0", "order_no", "仙人社监令〔2026〕7号", "representative", "王某某")
	v.send("propose")
	v.shows("拟列入", "已记录：拟列入", "王某某")
	entry := browsertest.Eval[string](t, v.Browser, "location.pathname")
	v.step("notify", "document_no", "仙人社告〔2026〕1号")
	v.shows("已告知", "2026-03-30")

	// The supervisor cannot decide before the party was heard.
	v.enter(supervisor)
	v.open("/approvals")
	v.shows("决定列入", "目前不能办理", "陈述申辩期至2026-03-30")
	v.open(entry)
	v.shows("陈述申辩期至2026-03-30")
	if browsertest.Eval[bool](t, v.Browser, `document.querySelector("#do-decide") !== null`) {
		t.Error("the decision is offered before the party was heard")
	}
	v.shot("too-early")

	v.enter(inspector)
	v.open(entry)
	v.step("object", "reason", "称已付一半")
	v.step("verify", "upheld", "no", "reason", "银行流水无此支付")
	v.shows("申辩已核实", "银行流水无此支付")
	if browsertest.Eval[bool](t, v.Browser, `document.querySelector("#do-decide") !== null`) {
		t.Error("an inspector is offered the decision")
	}

	// Of two procedures the supervisor decides one and refuses the other.
	desk := o.alerts.Desk()
	other, err := desk.Propose(t.Context(), inspector, second, casefile.EntryAction{OrderNo: "仙人社监令〔2026〕8号",
		Persons: []casefile.ListedPerson{{Name: "赵某某", Capacity: casefile.LegalRepresentative}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = desk.Act(t.Context(), inspector, other.ID, other.Seq, casefile.EntryAction{Kind: casefile.Notify, DocumentNo: "仙人社告〔2026〕2号"}); err != nil {
		t.Fatal(err)
	}
	v.enter(supervisor)
	v.open("/approvals")
	v.leaving(`document.querySelector("a[href='` + entry + `']").click()`)
	v.step("decide", "document_no", "仙人社决〔2026〕1号")
	v.shows("已决定列入", "2029-03-23", "周正")
	v.open("/blacklist/entries/" + other.ID)
	v.step("not_list", "document_no", "仙人社不列〔2026〕1号", "reason", "情节轻微")
	v.shows("不予列入", "情节轻微")

	v.enter(inspector)
	v.open("/work")
	v.shows("送达并公布")
	v.open(entry)
	v.step("list")
	v.shows("已列入")
	v.shot("listed")
	v.open(entry + "?lang=en")
	v.shows("Listed", "Served and published", "Objection verified", "Decided to list")
	v.shot("listed-en")
	v.open("/cases/" + firmID + "/print")
	v.shows("Case file", "Ordered to pay", "仙人社监令〔2026〕7号", "Comment", "吴同")
	v.shot("print-en")
	v.open("/blacklist/entries?lang=zh")
	v.shows("已列入", "不予列入")

	// The head of the township sees the own township in detail, the other as a rank, and may say something about the case.
	v.enter(head)
	v.open("/ranking")
	if n := browsertest.Eval[int](t, v.Browser, `document.querySelectorAll("tr.rankonly").length`); n != 1 {
		t.Errorf("%d townships are ranks only, want 1", n)
	}
	v.shows("61.5")
	v.lacks("88.0")
	v.open("/cases/" + firmID)
	if offered := browsertest.Eval[string](t, v.Browser, `[...document.querySelectorAll("details.step")].map(d => d.id).join()`); offered != "do-comment" {
		t.Errorf("a township head is offered %s", offered)
	}
	v.step("comment", "reason", "工地已停工")
	for _, path := range []string{"/work", "/approvals", "/blacklist/entries", entry, "/townships/331024002"} {
		v.open(path)
		v.shows("没有权限")
	}
	v.Browser.Forget()

	// Who is not signed in sees what the law publishes, with names masked, and nothing else.
	v.leaving(`document.querySelector(".signout button").click()`)
	for _, path := range []string{"/", "/work", "/cases", "/cases/" + firmID, "/cases/" + firmID + "/print", "/approvals", "/blacklist/entries", entry, "/blacklist/propose/" + firm} {
		v.open(path)
		v.Until(t, `location.pathname === "/sign-in"`)
		v.lacks("仙居某某", "王某某")
	}
	v.open("/blacklist")
	v.shows("仙居某某建筑劳务有限公司 "+firm, "王**", "仙人社决〔2026〕1号", "2029-03-23")
	v.lacks("王某某", "赵", second, "李青", "银行流水")
	v.shot("publication")
	v.Clean(t, o.url, "the outsider's walk")
}

package console

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/pages/ranking"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func TestPagesAnswerAsAsked(t *testing.T) {
	s := serve(t, small)
	for _, tt := range []struct {
		name, path string
		status     int
		has        []string
		lacks      []string
	}{
		{"the ranking", "/ranking", 200, []string{"安薪指数排名", "台州市", "样本不足", "data-sortable"}, nil},
		{"a county's ranking", "/ranking?county=331024", 200, []string{"安洲街道", "仙居县"}, []string{"杜桥镇"}},
		{"the ranking of counties", "/ranking?unit=county", 200, []string{"/units/331024"}, nil},
		{"only red townships", "/ranking?light=red", 200, []string{`<tr data-href`}, []string{`class="green">`}},
		{"a township", "/townships/331024001", 200, []string{"浙江省台州市仙居县安洲街道", "按时足额", "怎样提高指数", "付清被欠工资（施工总承包单位）", "县内排名"}, nil},
		{"a county", "/units/331024", 200, []string{"怎样提高指数", "/townships/331024001"}, nil},
		{"a prefecture in English", "/units/3310?lang=en", 200, []string{"and what moved", "Counties"}, nil},
		{"the editions", "/editions", 200, []string{"第 6 期", "2026年9月", "建议约谈", "连续红灯；红灯且列县内末位", "a6a6a6a6a6a6a6a6"}, []string{"第 7 期"}},
		{"an edition", "/editions/3?county=331024", 200, []string{"安薪指数第 3 期", "/editions/3/diff?with=2", "安洲街道", "建议约谈"}, []string{"杜桥镇"}},
		{"the first edition", "/editions/1", 200, []string{"安薪指数第 1 期"}, []string{"/diff?with"}},
		{"counties of an edition in English", "/editions/2?unit=county&lang=en", 200, []string{"Wage-safety index, edition 2", "/units/331024"}, nil},
		{"an unknown edition", "/editions/99", 404, nil, nil},
		{"an edition that is no number", "/editions/x", 404, nil, nil},
		{"what moved", "/editions/6/diff?with=4&county=331024", 200, []string{"第 4 期到第 6 期的变化", "欠薪", "安洲街道"}, []string{"欠薪发生"}},
		{"what moved since the last, in English", "/editions/6/diff?lang=en", 200, []string{"From edition 5 to edition 6", "Arrears"}, nil},
		{"an edition of the first form is what it was", "/editions/1", 200, []string{"第一版口径", "安洲街道"}, nil},
		{"two forms do not compare", "/editions/2/diff?with=1", 200, []string{"两期指数口径不同"}, nil},
		{"talks name the subjects behind them", "/editions/6", 200, []string{"主要涉及", "滨河安置房二期工程</a> −12.4"}, nil},
		{"an edition with itself", "/editions/6/diff?with=6", 404, nil, nil},
		{"the first with nothing", "/editions/1/diff", 404, nil, nil},
		{"a bad edition to compare with", "/editions/6/diff?with=x", 400, []string{"<code>with</code>"}, nil},
		{"the plan", "/plan", 200, []string{"2026 年第 4 季度", "浙江恒远建设有限公司", "一年内查处违法 3 次，达到 C 级；责令或决定到期未履行 1 件", "例行检查"}, []string{"台州第1建筑"}},
		{"everybody of grade A", "/plan?grade=A&due=all&lang=en", 200, []string{"台州第239建筑", "no violation found"}, []string{"浙江恒远"}},
		{"the plan of another county", "/plan?county=331022", 200, []string{"没有符合条件"}, nil},
		{"a grade there is not", "/plan?grade=D", 400, []string{"<code>grade</code>"}, nil},
		{"the rates", "/rates", 200, []string{"仲裁结案率", "100 件中 91 件", "90%–92%", "达到下限", "54.8%", "低于下限", "仙居县"}, nil},
		{"a county's rates on its page", "/units/331024", 200, []string{"仲裁结案率", "41 件中 37 件"}, nil},
		{"an employer's grade", "/subjects/employer/" + employerID, 200, []string{"守法诚信等级 C（第 6 期）", "全年 4 次"}, nil},
		{"an index worked out", "/explain/331024001", 200, []string{" 100) = ", "限高分", "怎样算出来"}, []string{"2^(−", "封顶", "修正"}},
		{"an index worked out without leads, in English", "/explain/331024104?lang=en", 200, []string{"nothing to judge by, nothing lost", "weight 10"}, []string{"not applicable"}},
		{"an index nobody has", "/explain/999", 404, nil, nil},
		{"changes are against the last edition", "/townships/331024001", 200, []string{"与第 6 期（2026年"}, nil},
		{"warnings", "/warnings", 200, []string{"滨河安置房二期工程", "专户余额不足"}, nil},
		{"warnings of a detector", "/warnings?detector=order-unmet", 200, []string{"没有符合条件的记录"}, []string{"<tbody>"}},
		{"the catalogue of detectors", "/detectors", 200, []string{"预警规则库", "任何金额逾期3天", "保障农民工工资支付条例第12条", "项目行业主管部门", "<dd>3 天</dd>", "浙江省台州市仙居县", "<dd>1 天</dd>", "<dd>12.5%</dd>", "责令限期支付、unheard_of", `人社部令第45号 <em class="unchecked">未核对原文</em>`, "保障农民工工资支付条例第28条</li>", "/warnings?detector=account-runway&amp;level=yellow"}, []string{"order-unmet&amp;level"}},
		{"a detector in English", "/detectors/wages-overdue?lang=en", 200, []string{"days past due for yellow", "3 days", "Whole country", "first notice on day 3", "县人社局通知", "Order to pay, unheard_of", `MOHRSS Order 45 of 2021 <em class="unchecked">text not checked</em>`, "Compare the pay list", "days past due, wage months", "30 Sep 2026"}, nil},
		{"a detector that is not there", "/detectors/nothing", 404, nil, nil},
		{"a warning leads to its detector", "/subjects/project/" + projectID, 200, []string{`<a href="/detectors/wages-overdue">`}, nil},
		{"a project", "/subjects/project/" + projectID, 200, []string{"浙江恒远建设有限公司", "仙居滨河城建投资有限公司</a>", "工资保证金", "过期", "128.5万元", "以往预警", "未实名登记用工", "O-2026-031", "/cases/project:" + projectID}, []string{"SECRETKEY", "王*"}},
		{"an employer", "/subjects/employer/" + employerID, 200, []string{"用电（千瓦时）", "滨河安置房二期工程", "建筑业"}, []string{"王*"}},
		{"a subject without warnings", "/subjects/project/CALM-1", 200, []string{"当前没有预警"}, nil},
		{"a township as a subject", "/subjects/township/331024001", 302, nil, nil},
		{"cases", "/cases", 200, []string{"期限", "待受理", "逾期", "受理所选案件"}, nil},
		{"a case", "/cases/project:" + projectID, 200, []string{"办理记录", "产生预警", "46"}, nil},
		{"my work", "/work", 200, []string{"第6号道路工程", "逾期"}, nil},
		{"my work in English", "/work?lang=en", 200, []string{"My work today", "Accept", "acceptance"}, nil},
		{"what waits for a supervisor", "/approvals", 200, []string{"决定是否提前移出"}, []string{"道路工程"}},
		{"cases that are late", "/cases?deadline=passed", 200, []string{"逾期", "deadline=passed"}, nil},
		{"a deadline there is not", "/cases?deadline=soon", 400, []string{"<code>deadline</code>"}, nil},
		{"a case to print", "/cases/project:" + projectID + "/print", 200, []string{"案卷", "产生预警"}, []string{`class="fields"`, "您现在可以办理"}},
		{"an unknown case to print", "/cases/project:nobody/print", 404, nil, nil},
		{"the published list", "/blacklist", 200, []string{"浙江恒远建设有限公司", "某*", "决〔2026〕9号"}, []string{"某甲"}},
		{"the procedures", "/blacklist/entries", 200, []string{entryID, "已申请提前移出"}, nil},
		{"no procedures at a stage", "/blacklist/entries?stage=candidate", 200, []string{"没有符合条件"}, []string{entryID}},
		{"a procedure", "/blacklist/entries/" + entryID, 200, []string{"某甲", "&lt;b&gt;已付", "目前不能办理", "首问负责", "申辩成立", "拟列入告知书", "出现在新项目"}, []string{"<b>已付"}},
		{"a procedure in English", "/blacklist/entries/" + entryID + "?lang=en", 200, []string{"Objection verified", "Confirm: Decide to list", "not now"}, nil},
		{"an unknown procedure", "/blacklist/entries/nobody-1", 404, nil, nil},
		{"a proposal", "/blacklist/propose/" + employerID, 200, []string{"O-2026-031", "拖欠十名以上", `name="representative"`}, nil},
		{"a proposal of nobody", "/blacklist/propose/CALM-1", 404, nil, nil},
		{"the quality of the data", "/quality", 200, []string{"共 7 路数据（按主题和来源），红 2，黄 1", "site-gate", "≤ 6 小时", "≤ 1 天", "校验码错误", "temperature", "已停用", "来源不明", "考勤 3 天、工资和专户流水 40 天没有", "农商银行", "rural-bank"}, nil},
		{"the quality of the data in English", "/quality?lang=en", 200, []string{"7 feeds", "≤ 6 hours", "≤ 1 day<", "Pay slips", "42.6%", "5 days ago"}, nil},
		{"the quality of one topic", "/quality?topic=payroll", 200, []string{"county-bank", "--topic payroll"}, []string{"site-gate"}},
		{"feeds with a fault", "/quality?fault=any", 200, []string{"gate-north", "rural-bank", "county-bank"}, []string{"site-gate", "hotline", "old-gate"}},
		{"late feeds", "/quality?fault=late", 200, []string{"county-bank"}, []string{"rural-bank"}},
		{"late feeds of a topic that has none", "/quality?topic=complaints&fault=late", 200, []string{"没有符合条件的记录"}, []string{"hotline"}},
		{"the quality as a sheet", "/quality.csv?fault=any&lang=en", 200, []string{"\uFEFFstate_code,state,topic_code,topic,source_code,source,", "rejects,Refused,payroll,Pay slips,rural-bank,Rural bank,410,410,304,0.4258,inconsistent: 260; missing_field: 44,Contradictory: 260; Field missing: 44,≤ 1 hour,≤ 1 hour,0,2026-11-19 21:00:00,\r\n"}, nil},
		{"refused messages of nobody, which are neither good nor bad", "/quality.csv?topic=payroll", 200, []string{"\r\n,,payroll,工资单,,,0,0,7,"}, nil},
		{"a bad fault", "/quality?fault=odd", 400, []string{"fault"}, nil},
		{"search by name", "/search?q=滨河", 200, []string{"滨河安置房二期工程"}, nil},
		{"search with an escape", `/search?q=%5C%27%25%22`, 200, []string{"没有找到"}, nil},
		{"the history of runs", "/runs", 200, []string{"运行记录", "第 2 次尝试", "运行中", "补运行", "取数 31.5 秒 · 检测 6.2 秒", "41.0 秒", "&lt;script&gt;", "2026-11-21 00:30:00"}, []string{"<script>"}},
		{"failed runs in English", "/runs?status=failed&lang=en", 200, []string{"attempt 2", "snapshot 8.4 s"}, []string{"detectors 6.2"}},
		{"runs of an unknown kind", "/runs?kind=weekly", 400, []string{"kind"}, nil},
		{"runs as a table", "/runs.csv?lang=en", 200, []string{"started_at,finished_at,kind", "2026-11-21 00:30:00,2026-11-21 00:30:41,nightly,Nightly,no,no,2026-11-20,done,Done,1,41.0,"}, nil},
		{"about", "/about?lang=en", 200, []string{"The system proposes, people decide", "Wages overdue"}, nil},
		{"an unknown township", "/townships/999999999", 404, []string{"没有找到"}, nil},
		{"an unknown project", "/subjects/project/nobody", 404, []string{"没有找到"}, nil},
		{"an id with an escape", "/subjects/project/%5C%27%3Bdrop", 404, nil, nil},
		{"an unknown scope", "/subjects/person/1", 404, nil, nil},
		{"an unknown case", "/cases/project:nobody", 404, nil, nil},
		{"an unknown page in English", "/nothing?lang=en", 404, []string{"Not found"}, nil},
		{"a bad sort", "/ranking?sort=salary", 400, []string{"salary", "<code>sort</code>"}, nil},
		{"a bad code", "/ranking?county=33x024", 400, []string{"county"}, nil},
		{"a bad page", "/warnings?page=-1", 400, []string{"page"}, nil},
		{"a bad level, escaped", "/warnings?level=%3Cb%3E", 400, []string{"&lt;b&gt;"}, []string{"<b>"}},
		{"a page past the end", "/warnings?page=9999", 200, []string{"424"}, nil},
		{"an unknown parameter", "/ranking?utm=1", 200, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, header, body := s.get(t, tt.path)
			if status != tt.status {
				t.Fatalf("%s answers %d, want %d", tt.path, status, tt.status)
			}
			for _, want := range tt.has {
				if !strings.Contains(body, want) {
					t.Errorf("%s lacks %q", tt.path, want)
				}
			}
			for _, bad := range tt.lacks {
				main := body
				if i := strings.Index(body, "<main"); i >= 0 {
					main = body[i:]
				}
				if strings.Contains(main, bad) {
					t.Errorf("%s has %q", tt.path, bad)
				}
			}
			if csp := header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'self';") {
				t.Errorf("the security policy is %q", csp)
			}
			if strings.Contains(body, " style=") || strings.Contains(body, "%!") || strings.Contains(body, "ZgotmplZ") {
				t.Error("the page holds an inline style or a faulty value")
			}
		})
	}
}

func TestHostileTextIsEscapedEverywhere(t *testing.T) {
	s := serve(t, small)
	for _, path := range []string{"/warnings?q=XSS-1", "/subjects/project/XSS-1", "/townships/331024001", "/search?q=%3Cscript%3E", "/warnings?q=%22%3E%3Cscript%3E"} {
		_, _, body := s.get(t, path)
		for _, bad := range []string{"<script>alert", "<img src=x", "<u>", "<i>: "} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %s", path, bad)
			}
		}
	}
	_, _, csv := s.get(t, "/warnings.csv?q=XSS-1")
	if !strings.HasPrefix(csv, "\uFEFF级别代码,级别,") || strings.Count(csv, "\r\n") != 2 {
		t.Errorf("the export is %q", csv)
	}
}

func TestALanguageIsChosenAndRemembered(t *testing.T) {
	s := serve(t, small)
	for _, tt := range []struct{ name, path, cookie, accept, want string }{
		{"nothing said", "/ranking", "", "", `lang="zh-CN"`},
		{"an English browser of a Chinese office", "/ranking", "", "en-GB,en;q=0.9,zh;q=0.5", `<html lang="zh-CN"`},
		{"what was chosen before", "/ranking", "anxin_lang=en", "zh", `<html lang="en"`},
		{"the address beats the cookie", "/ranking?lang=en", "anxin_lang=zh", "", `<html lang="en"`},
		{"an unknown language", "/ranking?lang=xx", "", "", `<html lang="zh-CN"`},
	} {
		_, header, body := s.get(t, tt.path, "Cookie", tt.cookie, "Accept-Language", tt.accept)
		if !strings.Contains(body, tt.want) {
			t.Errorf("%s: the page lacks %s", tt.name, tt.want)
		}
		if got := header.Get("Set-Cookie"); strings.Contains(tt.path, "lang=en") != strings.Contains(got, "anxin_lang=en") {
			t.Errorf("%s: the cookie is %q", tt.name, got)
		}
	}
}

func TestPagesAreCompressedAndAskedAgainCheaply(t *testing.T) {
	s := serve(t, small)
	status, header, body := s.get(t, "/ranking", "Accept-Encoding", "br, gzip;q=0.8")
	if status != 200 || header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("answered %d, encoding %q", status, header.Get("Content-Encoding"))
	}
	zip, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	_, _, plain := s.get(t, "/ranking", "Accept-Encoding", "gzip;q=0")
	if string(unzipped) != plain {
		t.Error("the compressed page is another one")
	}
	if status, _, body := s.get(t, "/ranking", "If-None-Match", header.Get("ETag")); status != http.StatusNotModified || body != "" {
		t.Errorf("a page that has not changed is answered by %d", status)
	}
}

func TestBeforeTheFirstRunThePagesWait(t *testing.T) {
	s := emptyServer(t, small)
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/ranking", "/warnings", "/townships/331024001", "/subjects/project/x", "/search?q=a"} {
		status, header, body := s.get(t, path)
		if status != 200 || !strings.Contains(body, `http-equiv="refresh"`) || !strings.Contains(body, "写入数据库") || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s answers %d", path, status)
		}
	}
	for path, want := range map[string]string{"/healthz": `"loading"`, "/about": "关于安薪", "/cases": "案件", "/quality": "还没有收到任何数据"} {
		if status, _, body := s.get(t, path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s answers %d without %s", path, status, want)
		}
	}
	s.fill(t, small)
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, body := s.get(t, "/ranking"); !strings.Contains(body, "<tbody>") {
		t.Error("the ranking does not appear after the first run")
	}
}

func TestAFailureIsAPageThatTellsNothingInternal(t *testing.T) {
	s := serve(t, small)
	s.keeper.ReadFacts = func(context.Context, *view.View, catalog.Scope, string) (*view.Facts, error) {
		return nil, errors.New("secret host refused")
	}
	status, _, body := s.get(t, "/subjects/project/"+projectID)
	if status != 500 || !strings.Contains(body, "系统出错") || strings.Contains(body, "secret") {
		t.Errorf("answers %d: %s", status, body)
	}
}

func TestHealthTurnsBadWhenTheDatabaseIsSilent(t *testing.T) {
	s := serve(t, small)
	if status, _, body := s.get(t, "/healthz"); status != 200 || !strings.Contains(body, `"2026-11-20"`) {
		t.Errorf("healthy: %d %s", status, body)
	}
	s.keeper.PolledAt(time.Now().Add(-30 * time.Hour))
	if status, _, _ := s.get(t, "/healthz"); status != 503 {
		t.Errorf("a console that reads no runs answers %d", status)
	}
}

func TestARunWhoseFactsAreDroppedStillShowsItsWarnings(t *testing.T) {
	s := serve(t, small)
	if err := s.conn.Exec(t.Context(), "DROP DATABASE `"+s.database+"_facts`"); err != nil {
		t.Fatal(err)
	}
	if status, _, body := s.get(t, "/subjects/project/"+projectID); status != 200 || !strings.Contains(body, "暂时只能显示预警") || !strings.Contains(body, "专户余额不足") {
		t.Errorf("a subject with warnings answers %d", status)
	}
	if status, _, _ := s.get(t, "/subjects/project/CALM-1"); status != 404 {
		t.Errorf("a subject without warnings answers %d", status)
	}
}

func TestAnExplanationAddsUpExactlyAsShown(t *testing.T) {
	s := serve(t, small)
	explained, capped := 0, 0
	for _, u := range s.keeper.Latest().Units {
		d := &ranking.UnitData{}
		d.Explain(u)
		if u.Index == nil || !d.Moved {
			continue
		}
		explained++
		weights, earned, lost, moved := 0.0, 0.0, 0.0, d.MovedCap
		for _, row := range d.Components {
			weights, earned, lost, moved = weights+row.WeightText, earned+row.Earned, lost+row.Lost, moved+row.Moved
		}
		if language.Tenths(weights) != 100 || language.Tenths(earned+d.CapEffect) != language.Tenths(*u.Index) || language.Tenths(earned+lost) != 100 || language.Tenths(moved) != language.Tenths(d.MovedTotal) {
			t.Errorf("%s: weights %.1f, points %.1f, lost %.1f, cap %.1f, index %.1f; moved %.1f of %.1f", u.Code, weights, earned, lost, d.CapEffect, *u.Index, moved, d.MovedTotal)
		}
		if d.CapEffect < 0 {
			capped++
		}
	}
	if explained < 100 || capped == 0 {
		t.Errorf("only %d units explained, %d capped", explained, capped)
	}
}

// A cap that lowers nothing is named as such and marks nobody.
func TestACapIsShownAsOneOnlyWhereItBites(t *testing.T) {
	s := serve(t, small)
	bites, idle := "", ""
	for _, u := range s.keeper.Latest().Units {
		if u.Cap == nil || u.Index == nil {
			continue
		}
		if u.Capped() {
			bites = u.Code
		} else {
			idle = u.Code
		}
	}
	if bites == "" || idle == "" {
		t.Fatalf("the fixture has a cap that bites on %q and one that does not on %q: want both", bites, idle)
	}
	if _, _, body := s.get(t, "/townships/"+bites); !strings.Contains(body, "有群体性或极端欠薪事件，指数最高 69.9。") {
		t.Error("the cap that bites is not shown")
	}
	if _, _, body := s.get(t, "/townships/"+idle); !strings.Contains(body, "有责令支付逾期未履行，指数最高 84.9；目前低于此值") {
		t.Error("the cap that does not bite is shown as one")
	}
}

func TestTheExportsOfAnEditionOpenAsTables(t *testing.T) {
	s := serve(t, small)
	for path, columns := range map[string]int{
		"/editions/6/ranking.csv?county=331024": 13, "/editions/6/diff.csv": 18, "/plan.csv?due=all": 17, "/rates.csv?lang=en": 9,
	} {
		status, header, body := s.get(t, path)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\uFEFF"))).ReadAll()
		if status != 200 || err != nil || len(rows) < 5 || len(rows[0]) != columns || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d, %v, %d rows of %d columns", path, status, err, len(rows), len(rows[0]))
		}
	}
}

// Who follows the calculation in the figures shown comes to the points shown.
func TestAnIndexWorkedOutGivesThePointsShown(t *testing.T) {
	s := serve(t, small)
	followed := 0
	for _, u := range s.keeper.Latest().Units {
		for _, c := range u.Components {
			if c.Weight == 0 || u.Index == nil {
				continue
			}
			c.Points = language.Tenths(c.Weight * c.Score / 100)
			var weight, score, points float64
			if _, err := fmt.Sscanf(ranking.PointsOf(c), "%f × %f ÷ 100 = %f", &weight, &score, &points); err != nil {
				t.Fatal(err)
			}
			followed++
			if got := language.Tenths(weight * score / 100); got != points && math.Abs(weight*score/100*10-math.Floor(weight*score/100*10)-.5) > .01 {
				t.Errorf("%s %s: %s, which is %.1f", u.Code, c.ID, ranking.PointsOf(c), got)
			}
		}
	}
	if followed < 500 {
		t.Errorf("only %d calculations followed", followed)
	}
}

package console

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/casework"
	"github.com/anxin-project/anxin/internal/domain/access"
)

// Before anything is proposed a page says by which day a decision on listing is due, what follows when it has passed, and
// where the employer can be ordered anew; what is filled into an order comes from pay slips, and an estimate is called one.
func TestCaseworkPagesSayWhatIsDueAndWhereFiguresComeFrom(t *testing.T) {
	s := serve(t, small)
	const unmet = "/cases/project:P-00001"
	for _, tt := range []struct {
		name, path string
		has, lacks []string
	}{
		{"the list of candidates", "/blacklist/entries", []string{"仙居迟办劳务有限公司", "监令〔2026〕7号", "支付期限 2026-10-01", "列入决定最后一日", `<span class="due passed">2026-11-03 <b>逾期</b>`,
			"仍可拟列入：决定照样有效，但记为迟延，须由负责人写明原因", "重新责令限期支付：<a href=\"/cases/project:" + projectID, "尚未支付 ¥15,000.00", "/blacklist/propose/" + lateFirm}, []string{"amount_many_workers", "/blacklist/propose/" + employerID}},
		{"in English", "/blacklist/entries?lang=en", []string{"Last day for a decision on listing", "3 Nov 2026 <b>Late</b>", "a late decision stands, recorded as late", "Order anew: <a", "Still unpaid"}, []string{"逾期", "incident<"}},
		{"a proposal that is late", "/blacklist/propose/" + lateFirm, []string{"决定最后一日 2026-11-03（逾期）", "仍可拟列入", "本系统签发", "2026-06", `name="effect"`, "以事件为由列入的必填", "来源：本系统案件签发的责令"}, []string{`name="effect" rows="3" maxlength="4000">`}},
		{"a proposal in time", "/blacklist/propose/" + employerID, []string{"2026-11-27", "未到期", `name="effect" rows="3" maxlength="4000">`, "事件", "LEAD-7", "失信联合惩戒"}, []string{"记为迟延"}},
		{"a proposal in English", "/blacklist/propose/" + lateFirm + "?lang=en", []string{"decide by 3 Nov 2026 (Late)", "needed to list by the incident", "issued here", "orders that cases here issued"}, []string{"逾期"}},
		{"a case whose order ran out", unmet, []string{"核查履行情况", "责令支付期限已过。已支付的在此登记", "列入决定最后一日：<span class=\"due passed\">2026-11-03", "可拟列入失信联合惩戒名单", "/blacklist/propose/" + lateFirm, "被责令单位：<span lang=\"zh-CN\">仙居迟办劳务有限公司"}, []string{"<summary>登记支付"}},
		{"in English", unmet + "?lang=en", []string{"Check whether the order was obeyed", "The order&#39;s date has passed", "Can be proposed for the joint-discipline list"}, nil},
		{"the order form", "/cases/project:" + projectID, []string{`name="workers" value="65"`, `name="amount" value="1358000.00"`, `name="wage_from" value="2026-08" type="month"`, `name="employer" value="` + employerID + `"`,
			"130 份工资表记录", "另有 63 人出勤而无工资表，按出勤估算", "估算只供核查，不填入文书", "工资表在册欠付人数", "（估算）"}, []string{`value="46"`, `value="63"`, `value="130"`}},
		{"in English", "/cases/project:" + projectID + "?lang=en", []string{"those of 130 pay slips as of", "worked without a pay slip, owed", "Estimates are for checking, not for papers", "Owed by the pay slips", "short by ¥315.00"}, nil},
		{"a case file to print", "/cases/project:" + projectID + "/print", []string{"65 人 · ¥1,358,000.00", "130 份工资表记录，截至"}, []string{"估算", "63 人", "987,654", "128.4", "1,284,560"}},
	} {
		status, _, body := s.get(t, tt.path)
		if status != 200 {
			t.Fatalf("%s: %s answers %d", tt.name, tt.path, status)
		}
		for _, want := range tt.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %s lacks %q", tt.name, tt.path, want)
			}
		}
		for _, not := range append(tt.lacks, "<no value>", "%!") {
			if strings.Contains(body, not) {
				t.Errorf("%s: %s has %q", tt.name, tt.path, not)
			}
		}
	}
}

// A step that is only called otherwise today is the same step to programs.
func TestTheStepOfAnUnmetOrderIsCalledByItsActionInTheAPI(t *testing.T) {
	s := serve(t, small)
	d := asked[casework.WorkListAnswer](t, s, "/api/v1/work?limit=1000")
	for _, w := range d.Work {
		if w.Case == "project:P-00001" {
			if w.Step != "record_payment" {
				t.Errorf("the step is called %s", w.Step)
			}
			if _, _, body := s.get(t, "/work"); !strings.Contains(body, "核查履行情况") {
				t.Error("the page does not say that the order is to be checked")
			}
			return
		}
	}
	t.Error("the case does not wait for anybody")
}

// A township head reads a case of the own township, and is offered nothing about the list.
func TestATownshipIsOfferedNothingAboutTheList(t *testing.T) {
	s := serve(t, small)
	s.add(t, access.Person{ID: "chen", Name: "陈镇", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"})
	s.enter(t, "chen")
	status, _, body := s.get(t, "/cases/project:"+projectID)
	if status != 200 || strings.Contains(body, "/blacklist/propose/") || strings.Contains(body, "可拟列入") {
		t.Errorf("%d: a township head is offered a proposal", status)
	}
	for _, path := range []string{"/blacklist/propose/" + lateFirm, "/api/v1/blacklist/candidates", "/api/v1/blacklist/candidates/" + lateFirm} {
		if status, _, body := s.get(t, path); status != 403 || strings.Contains(body, "迟办") {
			t.Errorf("%s answers a township head %d", path, status)
		}
	}
}

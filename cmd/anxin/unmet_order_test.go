package main

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/testing/browsertest"
)

// take fills in and sends the form of a remedy, or of what came of one, and expects it to be taken.
func (v visitor) take(form string, fields ...string) {
	v.t.Helper()
	v.fill(form, fields...)
	v.send(form)
	action, _, _ := strings.Cut(form, "-")
	if !strings.Contains(browsertest.Eval[string](v.t, v.Browser, "location.search"), "done="+action) {
		v.t.Fatalf("%s was not taken: %s", form, v.text())
	}
}

// Somebody owns the case, a supervisor urges, the order is not obeyed, and one step leads to the next until the court pays: by the
// pages alone, on a phone, in both languages.
func TestAStoryOfAnUnmetOrderInARealBrowser(t *testing.T) {
	o := openOffice(t)
	v := visitor{browsertest.Open(t, 390, 844), t, o}
	o.run(t, "2026-03-08", 1)
	o.alert(t, firm)
	const page = "/cases/" + firmID

	// The supervisor finds that nobody has the case, and urges.
	v.enter(supervisor)
	v.open("/board?by=person")
	v.shows("督办", "无承办人", "合计")
	v.leaving(`document.querySelector("table.board tbody a[href*='figure=in_hand']").click()`)
	v.shows("仙居某某建筑劳务有限公司", "受理 2026-03-10")
	v.open(page)
	v.step("urge", "reason", "请今日受理")
	v.shows("催办未答复", "请今日受理")

	// The inspector finds the urge at the head of the day's work, answers, takes the case on, and hands it over.
	v.enter(inspector)
	v.open("/work")
	v.shows("答复催办", "周正于 2026-03-09 催办：请今日受理")
	v.open(page)
	v.step("acknowledge", "reason", "马上受理")
	v.lacks("催办未答复")
	v.step("accept")
	v.shows("李青")
	v.step("investigate")
	v.shows("案号 仙居县人社监案字〔2026〕第1号")
	v.step("order", "due_on", "2026-03-20", "amount", "36,000.00", "workers", "12")
	v.shows("仙居县人社监令字〔2026〕第1号")
	v.lacks("后续措施")
	v.step("assign", "assignee", colleague.ID)
	v.shows("原承办人", "吴同")
	v.open("/cases?handler=" + colleague.ID)
	v.shows("仙居某某建筑劳务有限公司")
	v.open("/cases?handler=" + inspector.ID)
	v.lacks("仙居某某建筑劳务有限公司")

	// After its date the case leads on; what comes too early, or is too much, is refused with its rule and keeps what was typed.
	v.enter(colleague)
	o.at("2026-03-23")
	v.open(page)
	v.shows("责令未履行，后续措施", "须先核查并记录未履行", "劳动保障监察条例第26条", "行政强制法第54条（未核对原文）")
	v.shot("remedies")
	v.take("remedy-non_payment", "reason", "电话核实，未支付")
	v.fill("remedy-additional_compensation", "heard_on", "2026-03-23", "amount", "17,999.99", "due_on", "2026-04-10", "workers", "12")
	v.send("remedy-additional_compensation")
	v.shows("加付赔偿金应为应付金额 36000.00 元的 50% 至 100%：18000.00 元至 36000.00 元")
	if typed := browsertest.Eval[string](t, v.Browser, `document.querySelector("#do-remedy-additional_compensation [name=amount]").value`); typed != "17,999.99" {
		t.Errorf("after the refusal the amount is %q", typed)
	}
	v.take("remedy-additional_compensation", "amount", "18,000.00")
	v.shows("仙居县人社监赔字〔2026〕第1号", "仅适用于工程建设项目的案件")
	v.take("remedy-administrative_decision", "heard_on", "2026-03-23", "due_on", "2026-04-08")
	v.take("remedy-demand", "due_on", "2026-04-20")
	v.shows("行政处理决定的履行期限未满")

	// The fund is the supervisor's to open; what it paid counts, and is recovered.
	v.enter(supervisor)
	v.open(page)
	v.take("remedy-emergency_fund", "amount", "6,000", "workers", "12", "reason", "企业一时难以支付")
	fund := browsertest.Eval[string](t, v.Browser, `[...document.querySelectorAll("details[id^='do-remedy_paid-']")].pop().id.slice(3)`)
	v.take(fund, "amount", "6,000", "workers", "12")
	v.shows("已付 ¥6,000.00，责令 ¥36,000.00")
	v.take(strings.Replace(fund, "remedy_paid", "remedy_recovered", 1), "amount", "2,000")
	v.shows("追回 ¥2,000.00")

	// To the court, and paid.
	o.at("2026-04-21")
	v.enter(colleague)
	v.open(page)
	v.take("remedy-enforcement", "amount", "30,000")
	v.shows("仙居县人社监执字〔2026〕第1号")
	court := browsertest.Eval[string](t, v.Browser, `[...document.querySelectorAll("details[id^='do-remedy_paid-']")].pop().id.slice(3)`)
	v.take(court, "amount", "30,000", "workers", "12")
	v.shows("已支付", "已付 ¥36,000.00，责令 ¥36,000.00")
	v.shot("paid")
	v.open(page + "?lang=en")
	v.shows("Enforcement by the court", "reached workers ¥30,000.00", "Assigned or handed over", "Case no. 仙居县人社监案字〔2026〕第1号")
	v.open(page + "/print?lang=zh")
	v.shows("申请人民法院强制执行", "催办", "马上受理")
	v.open("/api/v1" + page + "/papers/enforcement?no=" + strings.TrimPrefix(court, "remedy_paid-"))
	if text := browsertest.Eval[string](t, v.Browser, "document.body.innerText"); !strings.Contains(text, "强制支付12名农民工被拖欠的工资30,000.00元") && !strings.Contains(text, "支付12名农民工被拖欠的工资30,000.00元") {
		t.Errorf("the application to the court: %s", text)
	}
}

package documents

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/casefile"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/law"
)

const attack = `<script>alert("x")</script>`

func date(t *testing.T, text string) *civil.Date {
	d, err := civil.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

func entry(t *testing.T) casefile.Entry {
	return casefile.Entry{
		ID: "91331024MA00000001-1", Employer: "91331024MA00000001", Name: "仙居某某建筑劳务有限公司", Township: "331024001", County: "331024",
		Terms: casefile.ListingTerms{Object: 5, Verify: 6, Years: 3, RemovalMonths: 7},
		Facts: casefile.Facts{Grounds: []string{"amount_many_workers", "incident"}, OrderedWorkers: 15, OrderedFen: 4_600_005, Incidents: 1, AsOf: *date(t, "2026-03-08")},
		Order: casefile.OrderFact{OpenedOn: *date(t, "2026-02-20"), DueOn: *date(t, "2026-03-06"), Workers: 12, AmountFen: 3_600_000}, OrderNo: "仙人社监令〔2026〕3号",
		Persons: []casefile.ListedPerson{{Name: "王小明", Capacity: casefile.LegalRepresentative}, {Name: attack, Capacity: casefile.DirectlyResponsible}},
	}
}

func TestThePapersHaveTheFacts(t *testing.T) {
	papers, err := New(law.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	draft := entry(t)
	full := entry(t)
	full.Notice = &casefile.Paper{No: "仙人社告〔2026〕1号", On: *date(t, "2026-03-09")}
	full.Objection = &casefile.Objection{On: *date(t, "2026-03-12"), Text: "已付一半" + attack, VerifiedOn: date(t, "2026-03-13"), Finding: "未见支付凭证"}
	full.Decision = &casefile.Paper{No: "仙人社决〔2026〕2号", On: *date(t, "2026-03-17")}
	full.Until = date(t, "2029-03-17")
	full.CorrectedOn = date(t, "2026-04-20")
	full.Removal = &casefile.Removal{RequestedOn: *date(t, "2026-10-21"), PromiseNo: "承诺1", DecidedOn: date(t, "2026-10-30"), Granted: true, Decision: &casefile.Paper{No: "仙人社移〔2026〕1号"}}
	refused := full
	no := *full.Removal
	no.Granted, no.Reason = false, "改正不足六个月"
	refused.Removal = &no
	refused.Bars = []casefile.Bar{{Kind: casefile.NewArrears, Reason: "列入期间再次拖欠"}, {Kind: casefile.Criminal, Reason: "涉嫌犯罪", LiftedOn: date(t, "2026-09-01")}}
	order := casefile.Case{Scope: "employer", ScopeID: "91331024MA00000001", Name: attack, Territory: "331024001",
		Order: &casefile.Order{DocumentNo: "仙人社监令〔2026〕3号", IssuedOn: *date(t, "2026-02-20"), DueOn: *date(t, "2026-03-06"), Workers: 12, AmountFen: 123_456_789}}
	project := casefile.Case{Scope: "project", ScopeID: "P-1", Name: "一号工程", Territory: "331024", Workers: 3, AmountFen: 5}

	for _, tt := range []struct {
		name string
		page func() ([]byte, error)
		says []string
		not  []string
	}{
		{"a notice before it was given", func() ([]byte, error) { return papers.OfEntry(Notice, draft) },
			[]string{"拟列入告知书", "＿＿＿＿年＿＿月＿＿日", "仙居县人力资源和社会保障局", "起5个工作日内，可以", "起6个工作日内予以核实", "期限3年", "2026年3月6日前支付12名农民工工资36,000.00元", "共涉及15人、46,000.05元", "群体性或极端事件1起", "王小明（法定代表人或者主要负责人）", "Notice before listing"}, nil},
		{"a notice", func() ([]byte, error) { return papers.OfEntry(Notice, full) }, []string{"仙人社告〔2026〕1号", "2026年3月9日"}, nil},
		{"a decision", func() ([]byte, error) { return papers.OfEntry(Decision, full) },
			[]string{"仙人社决〔2026〕2号", "2029年3月17日止", "2026年3月12日陈述申辩：已付一半", "核实：未见支付凭证", "不得提前移出", "行政复议", "起3年", "满7个月"}, []string{"未陈述申辩"}},
		{"a decision without objection", func() ([]byte, error) { e := full; e.Objection = nil; return papers.OfEntry(Decision, e) }, []string{"未陈述申辩"}, nil},
		{"a removal", func() ([]byte, error) { return papers.OfEntry(Removal, full) }, []string{"<h1>提前移出", "仙人社移〔2026〕1号", "2026年4月20日改正", "2026年10月30日"}, []string{"不予"}},
		{"a removal refused", func() ([]byte, error) { return papers.OfEntry(Removal, refused) }, []string{"<h1>不予提前移出", "列入期间再次拖欠", "：改正不足六个月；", "refused"}, []string{"涉嫌犯罪"}},
		{"an order", func() ([]byte, error) { return papers.OfCase(order) }, []string{"仙人社监令〔2026〕3号", "12人、1,234,567.89元", "2026年3月6日前足额支付", "2026年2月20日"}, nil},
		{"a draft order about a project", func() ([]byte, error) { return papers.OfCase(project) }, []string{"一号工程", "3人、0.05元", "＿＿＿＿＿＿"}, nil},
	} {
		page, err := tt.page()
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		text := string(page)
		for _, want := range tt.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", tt.name, want, text)
			}
		}
		for _, no := range append(tt.not, "<script", "<no value>", "%!") {
			if strings.Contains(text, no) {
				t.Errorf("%s has %q", tt.name, no)
			}
		}
		if !strings.HasSuffix(strings.TrimSpace(text), "</html>") {
			t.Errorf("%s is cut off", tt.name)
		}
	}
}

func TestAPaperSaysWhichLawsItCitesUnread(t *testing.T) {
	read, err := law.Shipped().With([]byte("- id: MOHRSS Order 45 of 2021\n  checked: the text of 10 November 2021\n"))
	if err != nil {
		t.Fatal(err)
	}
	spoken := entry(t)
	spoken.Notice = &casefile.Paper{No: "1", On: *date(t, "2026-03-09")}
	spoken.Objection = &casefile.Objection{On: *date(t, "2026-03-12"), Text: "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》不适用"}
	for _, c := range []struct {
		name string
		laws *law.Registry
		says []string
		not  string
	}{
		{"as shipped, nobody has read the Order", law.Shipped(),
			[]string{"依据《保障农民工工资支付条例》和《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》（未核对原文），", "：《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》不适用"}, "条例》（未核对原文）"},
		{"where somebody has, the note is gone", read, []string{"《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》，本机关决定"}, "未核对"},
	} {
		t.Run(c.name, func(t *testing.T) {
			papers, err := New(c.laws)
			if err != nil {
				t.Fatal(err)
			}
			page, err := papers.OfEntry(Decision, spoken)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.says {
				if !strings.Contains(string(page), want) {
					t.Errorf("the paper lacks %q:\n%s", want, page)
				}
			}
			if strings.Contains(string(page), c.not) {
				t.Errorf("the paper has %q", c.not)
			}
		})
	}
}

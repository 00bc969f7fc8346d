package documents

import (
	"errors"
	"flag"
	"html"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/law"
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
	from, to := date(t, "2025-11-01").Month(), date(t, "2026-01-01").Month()
	e := casefile.Entry{
		ID: "91331024MA00000001-1", Employer: "91331024MA00000001", Name: "仙居某某建筑劳务有限公司", Township: "331024001", County: "331024",
		Terms: casefile.ListingTerms{Object: 5, Verify: 6, Years: 3, RemovalMonths: 7},
		Facts: casefile.Facts{Grounds: []string{casefile.ManyWorkers, casefile.Incident}, Incidents: 1, IncidentIDs: []string{"LEAD-7"}, Warning: "blacklist-candidate", AsOf: *date(t, "2026-03-08"), Run: 7,
			Orders: []casefile.OrderFact{
				{ID: "ORD-1", Source: "labor", Scope: "project", ScopeID: "P-1", OpenedOn: *date(t, "2025-12-01"), DueOn: *date(t, "2025-12-15"), Workers: 12, AmountFen: 3_600_000, PaidFen: 600_000},
				{ID: "ORD-2", Source: "labor", Scope: "project", ScopeID: "P-1", OpenedOn: *date(t, "2026-02-20"), DueOn: *date(t, "2026-03-06"), Workers: 12, AmountFen: 3_600_000},
				{ID: "project:P-2 仙人社监令〔2026〕7号", CaseID: "project:P-2", DocumentNo: "仙人社监令〔2026〕7号", Scope: "project", ScopeID: "P-2", OpenedOn: *date(t, "2026-02-20"), DueOn: *date(t, "2026-03-06"),
					WageFrom: &from, WageTo: &to, Workers: 3, AmountFen: 1_000_005},
			}},
		OrderNo: "仙人社监令〔2026〕3号", Effect: "三十余名农民工围堵县道两小时" + attack,
		Persons: []casefile.ListedPerson{{Name: "王小明", Capacity: casefile.LegalRepresentative}, {Name: attack, Capacity: casefile.DirectlyResponsible}},
	}
	e.Facts.Count()
	e.Order = e.Facts.Orders[1]
	return e
}

var names = Names{
	Detectors: map[string]catalog.Text{"blacklist-candidate": {ZH: "失信联合惩戒名单拟列入对象"}, "wages-overdue": {ZH: "工资到期未付"}},
	Sources:   map[string]catalog.Text{"labor": {ZH: "劳动保障监察"}},
}

// A site of 65 workers, with work beside it that has no pay slip.
func site(t *testing.T) casefile.Case {
	from, to := date(t, "2025-12-01").Month(), date(t, "2026-01-01").Month()
	return casefile.Case{Scope: "project", ScopeID: "P-1", Name: "滨河安置房二期工程", Territory: "331024", Workers: 130, AmountFen: 271_600_000, Owed: &casefile.Owed{
		AsOf: *date(t, "2026-03-08"), Run: 7, Employer: "91330000MA00000009", EmployerName: "浙江恒远建设有限公司", Warnings: []string{"wages-overdue"},
		Listed:       &casefile.Claim{Workers: 65, AmountFen: 135_800_000, From: from, To: to, Records: []string{"SLIP-1", "SLIP-2", "SLIP-3"}, Total: 130},
		BelowMinimum: &casefile.Claim{Workers: 2, AmountFen: 31_500, From: from, To: to, Records: []string{"SLIP-9"}, Total: 1},
		Estimated:    &casefile.Claim{Workers: 63, AmountFen: 98_765_432, From: from, To: to},
	}}
}

var update = flag.Bool("update", false, "write the golden files anew")

// The papers, word by word: what is printed and signed is reviewed as a text.
func TestThePapersReadAsTheGoldenFiles(t *testing.T) {
	papers, err := New(law.Shipped(), names)
	if err != nil {
		t.Fatal(err)
	}
	full := entry(t)
	full.Effect, full.Persons = "三十余名农民工围堵县道两小时，现场视频在网络传播。", full.Persons[:1]
	full.Notice = &casefile.Paper{No: "仙人社告〔2026〕1号", On: *date(t, "2026-11-30")}
	full.Decision = &casefile.Paper{No: "仙人社决〔2026〕2号", On: *date(t, "2026-12-08")}
	full.Until = date(t, "2029-12-08")
	late := full
	late.LateReason = "企业多次承诺支付未兑现，11月下旬方移送"
	late.Deadlines = []casefile.Deadline{casefile.Deadline{Kind: casefile.ToDecide, Due: date(t, "2026-04-03"), DoneOn: date(t, "2026-12-08")}.On(*date(t, "2026-12-08"))}
	now := full.Facts
	now.AsOf, now.Run = *date(t, "2026-12-07"), 281
	now.Orders = slices.Clone(now.Orders)
	now.Orders[1].PaidFen = 1_600_000
	now.Count()
	late.AtDecision = &now
	given := site(t)
	from := date(t, "2025-12-01").Month()
	given.Order = &casefile.Order{DocumentNo: "仙人社监令〔2026〕8号", Employer: "91330000MA00000009", EmployerName: "浙江恒远建设有限公司", IssuedOn: *date(t, "2026-03-09"), DueOn: *date(t, "2026-03-24"),
		WageFrom: &from, Workers: 65, AmountFen: 135_800_000, Source: given.Owed.ByRecords()}
	other := given
	order := *given.Order
	order.Workers, order.AmountFen = 70, 140_000_000
	other.Order = &order
	unlisted := site(t)
	unlisted.Owed.Listed, unlisted.Owed.BelowMinimum = nil, nil
	for name, page := range map[string]func() ([]byte, error){
		"notice":              func() ([]byte, error) { return papers.OfEntry(Notice, full) },
		"decision":            func() ([]byte, error) { return papers.OfEntry(Decision, full) },
		"decision-late":       func() ([]byte, error) { return papers.OfEntry(Decision, late) },
		"order":               func() ([]byte, error) { return papers.OfCase(given, nil) },
		"order-other-figures": func() ([]byte, error) { return papers.OfCase(other, nil) },
		"order-draft":         func() ([]byte, error) { return papers.OfCase(site(t), nil) },
		"order-unlisted":      func() ([]byte, error) { return papers.OfCase(unlisted, nil) },
	} {
		text, err := page()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := plain(string(text))
		golden := "testdata/" + name + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not %s:\n%s", name, golden, got)
		}
		for _, estimate := range []string{"63人", "987,654.32", "63 workers", "2,716,000", "315.00"} {
			if strings.Contains(got, estimate) {
				t.Errorf("%s states %q, which is an estimate or counted twice", name, estimate)
			}
		}
	}
}

// plain is the text of a page, a line for each block.
func plain(page string) string {
	_, page, _ = strings.Cut(page, "<body>")
	page = regexp.MustCompile(`</t[dh]>`).ReplaceAllString(page, " | ")
	page = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "")
	page = html.UnescapeString(page)
	return regexp.MustCompile(`\n\s*\n+`).ReplaceAllString(strings.TrimSpace(page), "\n") + "\n"
}

func TestThePapersHaveTheFacts(t *testing.T) {
	papers, err := New(law.Shipped(), names)
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
	passed := draft
	passed.Notice = full.Notice
	passed.Deadlines = []casefile.Deadline{casefile.Deadline{Kind: casefile.ToDecide, Due: date(t, "2026-04-03")}.On(*date(t, "2026-04-04"))}

	for _, tt := range []struct {
		name string
		page func() ([]byte, error)
		says []string
		not  []string
	}{
		{"a notice before it was given", func() ([]byte, error) { return papers.OfEntry(Notice, draft) },
			[]string{"拟列入告知书", "＿＿＿＿年＿＿月＿＿日", "仙居县人力资源和社会保障局", "起5个工作日内，可以", "起6个工作日内予以核实", "期限3年", "2026年3月6日前支付12名农民工工资36,000.00元", "共3件，涉及15人、46,000.05元，其中已支付6,000.00元，尚未支付40,000.05元",
				"群体性或极端事件1起，造成严重不良社会影响：三十余名", "王小明（法定代表人或者主要负责人）", "事件记录：LEAD-7", "劳动保障监察 ORD-2，项目P-1", "本系统案件，项目P-2", "2025年11月至2026年1月"}, []string{"84,000", "27人"}},
		{"a notice", func() ([]byte, error) { return papers.OfEntry(Notice, full) }, []string{"仙人社告〔2026〕1号", "2026年3月9日"}, nil},
		{"a decision", func() ([]byte, error) { return papers.OfEntry(Decision, full) },
			[]string{"仙人社决〔2026〕2号", "2029年3月17日止", "2026年3月12日陈述申辩：已付一半", "核实：未见支付凭证", "不得提前移出", "行政复议", "起3年", "满7个月"}, []string{"未陈述申辩"}},
		{"a decision without objection", func() ([]byte, error) { e := full; e.Objection = nil; return papers.OfEntry(Decision, e) }, []string{"未陈述申辩"}, nil},
		{"a decision whose term has passed, not taken yet", func() ([]byte, error) { return papers.OfEntry(Decision, passed) }, []string{"应当不迟于2026年4月3日作出，因＿＿＿＿＿＿，迟延作出"}, nil},
		{"a removal", func() ([]byte, error) { return papers.OfEntry(Removal, full) }, []string{"<h1>提前移出", "仙人社移〔2026〕1号", "2026年4月20日改正", "2026年10月30日"}, []string{"不予"}},
		{"a removal refused", func() ([]byte, error) { return papers.OfEntry(Removal, refused) }, []string{"<h1>不予提前移出", "列入期间再次拖欠", "：改正不足六个月；"}, []string{"涉嫌犯罪"}},
		{"an order", func() ([]byte, error) { return papers.OfCase(order, nil) }, []string{"仙人社监令〔2026〕3号", "12人、1,234,567.89元", "2026年3月6日前足额支付", "2026年2月20日"}, nil},
		{"a draft order about a project", func() ([]byte, error) { return papers.OfCase(project, nil) }, []string{"一号工程", "涉及＿＿＿＿＿＿人、＿＿＿＿＿＿元", "系统记录中没有到期未付的工资表"}, []string{"3人", "0.05"}},
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
			papers, err := New(c.laws, names)
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

// The papers of what an unmet order leads to, each as it is issued: a payment recorded later changes none of them.
func TestThePapersOfRemediesReadAsTheGoldenFiles(t *testing.T) {
	papers, err := New(law.Shipped(), names)
	if err != nil {
		t.Fatal(err)
	}
	c := site(t)
	from := date(t, "2025-12-01").Month()
	c.FileNo, c.OpenedOn, c.PaidFen = "仙居县人社监案字〔2026〕第3号", *date(t, "2026-03-05"), 35_800_000
	c.Order = &casefile.Order{Seq: 5, DocumentNo: "仙居县人社监令字〔2026〕第8号", Employer: "91330000MA00000009", EmployerName: "浙江恒远建设有限公司", IssuedOn: *date(t, "2026-03-09"), DueOn: *date(t, "2026-03-24"),
		WageFrom: &from, WageTo: &from, Workers: 65, AmountFen: 135_800_000, PaidFen: 35_800_000}
	seq := uint32(5)
	take := func(r casefile.TakenRemedy) {
		seq++
		r.Seq, r.OrderSeq, r.On, r.UnpaidFen, r.Workers = seq, 5, *date(t, "2026-03-25"), 125_800_000, 65
		r.DocumentNo = "仙居县人社监字〔2026〕第" + string(rune('0'+seq-5)) + "号"
		c.Remedies = append(c.Remedies, r)
	}
	take(casefile.TakenRemedy{Remedy: casefile.NonPayment, AmountFen: 125_800_000})
	take(casefile.TakenRemedy{Remedy: casefile.AdministrativeDecision, AmountFen: 125_800_000, DueOn: date(t, "2026-04-10"), HeardOn: date(t, "2026-03-24"), Reason: "企业称资金周转困难。"})
	take(casefile.TakenRemedy{Remedy: casefile.Demand, DueOn: date(t, "2026-04-24")})
	c.Remedies[2].On = *date(t, "2026-04-13")
	take(casefile.TakenRemedy{Remedy: casefile.AdditionalCompensation, AmountFen: 62_900_000, DueOn: date(t, "2026-04-10"), HeardOn: date(t, "2026-03-24")})
	take(casefile.TakenRemedy{Remedy: casefile.DepositDraw, AmountFen: 80_000_000, TopUpDays: 10, PaidFen: 10_000_000, RecoveredFen: 10_000_000})
	take(casefile.TakenRemedy{Remedy: casefile.AdvancePayment, AmountFen: 20_000_000, DueOn: date(t, "2026-04-10"), Advancer: casefile.ByDeveloper, Firm: "91330000MA00000017", FirmName: "仙居某某置业有限公司"})
	take(casefile.TakenRemedy{Remedy: casefile.EmergencyFund, AmountFen: 3_000_000, LivingCosts: true, Reason: "法定代表人逃匿" + attack})
	take(casefile.TakenRemedy{Remedy: casefile.Enforcement, AmountFen: 100_000_000})
	take(casefile.TakenRemedy{Remedy: casefile.Referral})
	annex := &Annex{AsOf: *date(t, "2026-03-24"), Run: 23, Workers: []AnnexWorker{{Name: "李*", Team: "钢筋一班", From: from, To: from, OwedFen: 1_200_000}, {Name: "", From: from, To: from + 1, OwedFen: 2_400_050}}}
	drawn := map[Kind]uint32{Filing: 0, Questioning: 0, Closing: 0}
	for _, r := range c.Remedies[1:] {
		drawn[Kind(r.Remedy)] = r.Seq
	}
	for kind, no := range drawn {
		page, err := papers.OfStep(kind, c, no, "李青", annex)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		got, golden := plain(string(page)), "testdata/case-"+string(kind)+".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not %s:\n%s", kind, golden, got)
		}
		if strings.Contains(string(page), "<script") || regexp.MustCompile(`[A-Za-z]{4,}`).MatchString(strings.ReplaceAll(strings.ReplaceAll(got, attack, ""), "SLIP", "")) {
			t.Errorf("%s is not all Chinese, or not escaped:\n%s", kind, got)
		}
	}
	for _, none := range []struct {
		kind Kind
		no   uint32
	}{{Kind(casefile.Demand), 0}, {Kind(casefile.Demand), 6}, {Kind(casefile.NonPayment), 6}, {"poem", 0}} {
		if _, err := papers.OfStep(none.kind, c, none.no, "", nil); !errors.Is(err, casefile.ErrNotFound) {
			t.Errorf("%s %d: %v", none.kind, none.no, err)
		}
	}
}

// A reader of papers who sees nothing finds their text as the main part of the page.
func TestEveryPaperHasOneMainPart(t *testing.T) {
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil || len(names) < 4 {
		t.Fatalf("%d templates: %v", len(names), err)
	}
	for _, file := range names {
		text, err := files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		begins, ends := strings.Count(string(text), "<main>"), strings.Count(string(text), "</main>")
		if paper := strings.Contains(string(text), "</body>"); paper && ends != 1 || !paper && begins != ends+1 {
			t.Errorf("%s has %d beginnings and %d ends of a main part", file, begins, ends)
		}
	}
}

package console

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anxin-project/anxin/dashboards/console/pages/public"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

// site is the public address of the fixture's project.
func (s *server) site() string { return "/s/" + s.desk.SiteCode("project", projectID) }

var receiptOn = regexp.MustCompile(`<b>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</b>`)

func (s *server) leads(t testing.TB) []leadfile.Lead {
	t.Helper()
	all, err := s.desk.List(t.Context(), leadfile.Filter{})
	must(t, err)
	return all
}

func TestASitesPageSaysWhoAnswersAndNothingOfAnybody(t *testing.T) {
	s := serve(t, small)
	p := phone{s: s}
	status, page := p.get(t, s.site())
	if status != 200 {
		t.Fatal(status, page)
	}
	for _, want := range []string{"浙江恒远建设有限公司", "12333", "12345", "12348", "仙居县", "住房和城乡建设部门", "条例第30条", "2,010", `href="` + s.site() + `/report"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if _, english := p.get(t, s.site()+"?lang=en"); !strings.Contains(english, "Answers for all wages here") || !strings.Contains(english, "Reg. 30") {
		t.Error("no English page")
	}
	// Nothing of a person, of warnings, of leads; no script; small.
	for _, never := range []string{"王*", "<script", "console.js", "预警", "红", "HOT-", "LEAD-"} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %q", never)
		}
	}
	if len(page) > 12_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
	// The same whether somebody complained or not.
	once := p.once(t, s.site()+"/report")
	if status, taken := p.post(t, s.site()+"/report", url.Values{"once": {once}, "text": {"没发工资"}}); status != 200 || receiptOn.FindString(taken) == "" {
		t.Fatal(status, taken)
	}
	if _, after := p.get(t, s.site()+"?lang=zh"); after != page {
		t.Error("the page tells that somebody complained")
	}
	if status, employer := p.get(t, "/s/"+strings.ToLower(s.desk.SiteCode("employer", employerID))); status != 200 || !strings.Contains(employer, "浙江恒远建设有限公司") {
		t.Error(status, "the employer's page, with its code typed by hand")
	}
	for _, path := range []string{"/s/0000000000", "/s/" + projectID, "/s/x", "/s/" + strings.Repeat("0", 5000), "/s/%3Cb%3E"} {
		if status, _ := p.get(t, path); status != 404 {
			t.Errorf("%.30s: %d", path, status)
		}
	}
	status, board := p.get(t, s.site()+"/board")
	if status != 200 {
		t.Fatal(status, board)
	}
	for _, want := range []string{"维权信息告示牌", "建设单位", "施工总承包单位及项目部", "分包单位", "劳资专管员", "最低工资标准", "工资支付日期", "行业工程建设主管部门", "劳动保障监察投诉举报",
		"劳动争议调解仲裁", "法律援助", "公共法律服务热线", `<svg class="qr"`, s.site()} {
		if !strings.Contains(board, want) {
			t.Errorf("the notice board lacks %q", want)
		}
	}
}

func TestALeadIsTakenInByAPhoneAndFollowedByItsReceipt(t *testing.T) {
	s := serve(t, small)
	p := phone{s: s}
	once := p.once(t, s.site()+"/report")
	form := url.Values{"once": {once}, "text": {"<script>alert(1)</script>=1+1 七月起没发"}, "since": {"2026-07"}, "workers": {"１２人"}, "yuan": {"36,000.50元"}, "contact": {"13812345678"}}
	status, page := p.post(t, s.site()+"/report", form)
	code := receiptOn.FindStringSubmatch(page)
	if status != 200 || code == nil {
		t.Fatal(status, page)
	}
	// Pressed twice, or the page loaded again: the same lead, the same code.
	if _, again := p.post(t, s.site()+"/report", form); receiptOn.FindStringSubmatch(again)[1] != code[1] || len(s.leads(t)) != 1 {
		t.Error("a form sent twice is two leads")
	}
	l := s.leads(t)[0]
	if l.ProjectID != projectID || l.Workers != 12 || l.AmountFen != 3_600_050 || l.Since.String() != "2026-07" || l.Channel != "online" || l.Department != "housing" || !l.Sent {
		t.Errorf("taken in as %+v", l)
	}
	if _, _, page := s.get(t, "/subjects/project/"+projectID); !strings.Contains(page, l.ID) || !strings.Contains(page, s.site()+"/board") {
		t.Error("the project's page shows neither the lead nor the way to its notice board")
	}
	status, receipt := p.post(t, "/receipt", url.Values{"code": {strings.ToLower(code[1])}})
	if status != 200 || !strings.Contains(receipt, "已经收到，等待受理") || !strings.Contains(receipt, "12 人") {
		t.Fatal(status, receipt)
	}
	for _, secret := range []string{"13812345678", "alert(1)", "七月起没发"} {
		if strings.Contains(receipt, secret) {
			t.Errorf("the receipt's page shows %q to whoever has the code", secret)
		}
	}
	step := func(form url.Values) string {
		form.Set("code", code[1])
		form.Set("once", p.once2(t, code[1]))
		_, page := p.post(t, "/receipt", form)
		return page
	}
	if page := step(url.Values{"do": {"unpaid"}}); !strings.Contains(page, "记下了") {
		t.Error(page)
	}
	if page := step(url.Values{"do": {"add"}, "text": {"又来了三个人"}}); !strings.Contains(page, "补充的内容收到了") {
		t.Error(page)
	}
	if page := step(url.Values{"do": {"withdraw"}}); !strings.Contains(page, "请写明理由") {
		t.Error(page)
	}
	if page := step(url.Values{"do": {"withdraw"}, "text": {"已经商量好"}}); !strings.Contains(page, "已经撤回") {
		t.Error(page)
	}
	if page := step(url.Values{"do": {"reopen"}, "text": {"还是没发"}}); !strings.Contains(page, "已经重新打开") {
		t.Error(page)
	}
	if l := s.leads(t)[0]; l.Status != leadfile.Received || l.ReopenedOn == nil || l.Paid == nil || *l.Paid {
		t.Errorf("after all %+v", l)
	}
}

// once2 is the token of the forms on a receipt's page.
func (p phone) once2(t testing.TB, code string) string {
	t.Helper()
	_, page := p.post(t, "/receipt", url.Values{"code": {code}})
	return hidden.FindStringSubmatch(page)[1]
}

func TestWhatCannotBeTakenIsSaidBesideTheFormWithWhatWasTyped(t *testing.T) {
	s := serve(t, small)
	p := phone{s: s}
	long := strings.Repeat("欠", 1001)
	for name, c := range map[string]struct {
		path string
		form url.Values
		want string
	}{
		"nothing":            {s.site() + "/report", url.Values{}, "请至少写一样"},
		"a word for people":  {s.site() + "/report", url.Values{"text": {"没发"}, "workers": {"很多"}}, "人数请填数字"},
		"no money":           {s.site() + "/report", url.Values{"text": {"没发"}, "yuan": {"-5"}}, "金额请填数字"},
		"a formula":          {s.site() + "/report", url.Values{"text": {"没发"}, "yuan": {"=1+1"}}, "金额请填数字"},
		"a book":             {s.site() + "/report", url.Values{"text": {long}}, "文字过长"},
		"control characters": {s.site() + "/report", url.Values{"text": {"a\x00b"}}, "不能识别的字符"},
		"no place":           {"/report/331024", url.Values{"where": {"某工地"}, "text": {"没发"}}, "请选择项目或者用人单位所在的乡镇"},
		"another county":     {"/report/331024", url.Values{"where": {"某工地"}, "text": {"没发"}, "township": {"330502001"}}, "请选择项目或者用人单位所在的乡镇"},
		"no name":            {"/report/331024", url.Values{"text": {"没发"}, "township": {"331024001"}}, "请写工地或者单位的名字"},
		"no answer":          {s.site() + "/paid", url.Values{"month": {"2026-10"}}, "请选择一项"},
		"a bad month":        {s.site() + "/paid", url.Values{"month": {"x"}, "answer": {"paid"}}, "请从列表中选一个月份"},
		"half a number":      {s.site() + "/paid", url.Values{"month": {"2026-10"}, "answer": {"paid"}, "phone": {"1381234"}}, "手机号应为 11 位"},
	} {
		c.form.Set("once", p.once(t, c.path))
		status, page := p.post(t, c.path, c.form)
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, c.want) {
			t.Errorf("%s: %d, want %q", name, status, c.want)
		}
		for field, v := range c.form {
			if field != "once" && field != "month" && v[0] != "" && !strings.Contains(v[0], "\x00") && field != "township" && !strings.Contains(html.UnescapeString(page), v[0]) {
				t.Errorf("%s: what was typed into %s is gone", name, field)
			}
		}
	}
	if len(s.leads(t)) != 0 {
		t.Error("something was taken in")
	}
	if status, _ := p.post(t, s.site()+"/report", url.Values{"text": {strings.Repeat("x", 100_000)}}); status != http.StatusForbidden && status != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge body: %d", status)
	}
	if status, page := p.post(t, "/receipt", url.Values{"code": {"0000-0000-0000"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "没有这个回执码") {
		t.Errorf("a wrong code: %d", status)
	}
	// From another site's page.
	r, err := http.NewRequest(http.MethodPost, s.url+s.site()+"/report", strings.NewReader("text=x"))
	must(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _ := p.send(t, r); status != http.StatusForbidden {
		t.Errorf("a form from another site: %d", status)
	}
}

func TestAGeneralReportNamesItsPlaceAndSite(t *testing.T) {
	s := serve(t, small)
	p := phone{s: s}
	if _, page := p.get(t, "/report"); !strings.Contains(page, `href="/report/331024"`) {
		t.Error("the county cannot be chosen")
	}
	once := p.once(t, "/report/331024")
	status, page := p.post(t, "/report/331024", url.Values{"once": {once}, "township": {"331024001"}, "where": {"城东工地"}, "text": {"三个月没发"}})
	if status != 200 || receiptOn.FindString(page) == "" {
		t.Fatal(status, page)
	}
	code := receiptOn.FindStringSubmatch(page)[1]
	if _, receipt := p.post(t, "/receipt", url.Values{"code": {code}}); !strings.Contains(receipt, "没说欠多少") || strings.Contains(receipt, "¥0") {
		t.Error("an amount that nobody said is shown as one")
	}
	if l := s.leads(t)[0]; l.Township != "331024001" || l.ProjectID != "" || l.Department != "human_resources" || !l.HasText {
		t.Errorf("%+v", l)
	}
}

func TestAFloodFromOneAddressNeitherFillsTheTopicNorShutsOthersOut(t *testing.T) {
	w := small
	limits := public.DefaultLimits()
	w.limits = &limits
	s := serve(t, w)
	flood := phone{s: s}
	counted := map[int]int{}
	var mu sync.Mutex
	var wait sync.WaitGroup
	work := make(chan int)
	for range 16 {
		wait.Go(func() {
			for i := range work {
				status, _ := flood.post(t, s.site()+"/report", url.Values{"once": {fmt.Sprintf("%032x", i+1)}, "text": {"假的"}})
				mu.Lock()
				counted[status]++
				mu.Unlock()
			}
		})
	}
	for i := range 10_000 {
		work <- i
	}
	close(work)
	wait.Wait()
	// What runs off during the test is let in too.
	if n := len(s.leads(t)); n > limits.Address.Free+5 || counted[200] != n || counted[200]+counted[http.StatusTooManyRequests] != 10_000 {
		t.Errorf("%d leads were taken in; answered %v", n, counted)
	}
	// Another address of the same site is not kept waiting.
	other := phone{s: s, from: "203.0.113.9"}
	once := other.once(t, s.site()+"/report")
	if status, page := other.post(t, s.site()+"/report", url.Values{"once": {once}, "text": {"真的没发"}}); status != 200 || receiptOn.FindString(page) == "" {
		t.Errorf("somebody else is shut out: %d", status)
	}
}

func TestUnderLoadAProofOrAWaitIsAskedForAndWhatWasTypedStays(t *testing.T) {
	w := small
	limits := public.DefaultLimits()
	limits.Address, limits.WorkBits = public.Quota{Free: 1, Most: 4}, 8
	w.limits = &limits
	s := serve(t, w)
	p := phone{s: s}
	send := func(form url.Values) (int, string) { return p.post(t, s.site()+"/report", form) }
	if status, _ := send(url.Values{"once": {p.once(t, s.site()+"/report")}, "text": {"第一件"}}); status != 200 {
		t.Fatal(status)
	}
	once := p.once(t, s.site()+"/report")
	status, page := send(url.Values{"once": {once}, "text": {"第二件"}})
	ticket := regexp.MustCompile(`name="ticket" value="([^"]+)"`).FindStringSubmatch(page)
	if status != 429 || !strings.Contains(page, "请等 20 秒再按一次") || !strings.Contains(page, "第二件") || ticket == nil {
		t.Fatal(status, page)
	}
	if status, again := send(url.Values{"once": {once}, "text": {"第二件"}, "ticket": {ticket[1]}}); status != 429 || !strings.Contains(again, ticket[1]) {
		t.Errorf("too early: %d, or another place in the queue", status)
	}
	if status, _ := send(url.Values{"once": {once}, "text": {"第二件"}, "ticket": {"1." + strings.Split(ticket[1], ".")[1]}}); status != 429 {
		t.Errorf("with a ticket of one's own making: %d", status)
	}
	if status, _ := send(url.Values{"once": {p.once(t, s.site()+"/report")}, "text": {"第三件"}, "work": {"0"}}); status != 429 {
		t.Errorf("with work that was not done: %d", status)
	}
	s.clock.add(21 * time.Second)
	if status, _ := send(url.Values{"once": {once}, "text": {"第二件"}, "ticket": {ticket[1]}}); status != 200 {
		t.Errorf("after the wait: %d", status)
	}
	once = p.once(t, s.site()+"/report")
	if status, _ := send(url.Values{"once": {once}, "text": {"第四件"}, "work": {workFor(once, limits.WorkBits)}}); status != 200 {
		t.Errorf("with the work done: %d", status)
	}
	for range 3 {
		once = p.once(t, s.site()+"/report")
		status, page = send(url.Values{"once": {once}, "text": {"第五件"}, "work": {workFor(once, limits.WorkBits)}})
	}
	if status != 429 || !strings.Contains(page, "暂时收不下了") || !strings.Contains(page, "第五件") || !strings.Contains(page, "12333") {
		t.Errorf("beyond the most: %d", status)
	}
}

func TestReceiptCodesCannotBeTriedOut(t *testing.T) {
	s := serve(t, small)
	p := phone{s: s}
	status := 0
	for i := range 30 {
		status, _ = p.post(t, "/receipt", url.Values{"code": {fmt.Sprintf("%012d", i)}})
	}
	if status != 429 {
		t.Errorf("the thirtieth wrong code: %d", status)
	}
	if status, _ := (phone{s: s, from: "203.0.113.7"}).post(t, "/receipt", url.Values{"code": {"000000000000"}}); status != 422 {
		t.Errorf("somebody else: %d", status)
	}
}

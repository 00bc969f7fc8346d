package console

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/leadfile"
)

var clerk = access.Person{ID: "shou", Name: "首员", Roles: []access.Role{access.Clerk}, Territory: "331024"}

// concludedLead is a lead about the project of the fixture, taken in at a window, with words, and concluded.
func (s *server) concludedLead(t testing.TB) string {
	t.Helper()
	inspector := access.Person{ID: "jian", Name: "监员", Roles: []access.Role{access.Inspector}, Territory: "331024"}
	done, err := s.desk.Take(t.Context(), inspector, leadfile.Intake{Once: strings.Repeat("ab", 16), Channel: "window", Township: "331024001", ProjectID: projectID, Department: casefile.Housing, Workers: 3, AmountFen: 900_000,
		Contact: "13800000000", Text: "九月没有发"})
	must(t, err)
	_, err = s.desk.Act(t.Context(), inspector, done.Lead.ID, done.Lead.Seq, leadfile.Action{Kind: leadfile.Conclude, Conclusion: leadfile.OutOfScope, Reason: "已发放", Told: "经查工资已经发放，<i>附</i>凭证"})
	must(t, err)
	return done.Lead.ID
}

var receiptCode = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`)

// A clerk takes a lead in without scripts: finds the subject, sees what it may repeat, gets the receipt code to hand out, and passes it
// on. What was typed stays in the form until it is taken in, and in no address, page or log in the clear after that.
func TestAClerkTakesALeadInAtTheWindow(t *testing.T) {
	s := serve(t, small)
	s.add(t, clerk)
	s.enter(t, clerk.ID)
	status, _, body := s.get(t, "/leads/new")
	once := regexp.MustCompile(`name="once" value="([0-9a-f]{32})"`).FindStringSubmatch(body)
	if status != 200 || once == nil || !strings.Contains(body, "请告知反映人") || strings.Contains(body, `href="/warnings"`) {
		t.Fatalf("%d: the form is %.300s", status, body)
	}
	form := url.Values{"once": {once[1]}, "step": {"find"}, "find": {"滨河"}, "channel": {"hotline"}, "workers": {"12"}, "amount": {"36,000"}, "text": {"干了三个月没发"}, "contact": {"13800000001"}, "incident": {"none"}}
	status, _, body = s.post(t, "/leads/new", form)
	chosen := regexp.MustCompile(`name="subject" value="(project ` + projectID + `[^"]*)"`).FindStringSubmatch(body)
	for _, want := range []string{"滨河安置房二期工程", ">干了三个月没发</textarea>", `value="13800000001"`, `value="36,000"`, `value="hotline" selected`} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("%d: what was found lacks %q", status, want)
		}
	}
	if chosen == nil {
		t.Fatalf("the project is not offered: %s", body)
	}
	form.Set("step", "take")
	form.Set("subject", chosen[1])
	form.Set("workers", "twelve")
	if status, _, body = s.post(t, "/leads/new", form); status != 422 || !strings.Contains(body, "人数应为整数") || !strings.Contains(body, ">干了三个月没发</textarea>") || !strings.Contains(body, `value="`+chosen[1]+`" checked`) {
		t.Errorf("%d: what cannot be read does not come back with its sentence", status)
	}
	form.Set("workers", "12")
	status, header, body := s.post(t, "/leads/new", form)
	code := receiptCode.FindString(body)
	if status != 200 || code == "" || header.Get("Location") != "" {
		t.Fatalf("%d to %q: no receipt in %s", status, header.Get("Location"), body)
	}
	id := regexp.MustCompile(`/leads/(LEAD-[0-9A-Z]+)`).FindStringSubmatch(body)[1]
	// the same form once more is the same lead with the same code
	form.Set("sure", "yes")
	if _, _, again := s.post(t, "/leads/new", form); receiptCode.FindString(again) != code {
		t.Error("the form sent twice is another lead")
	}
	other := url.Values{}
	for name, v := range form {
		other[name] = v
	}
	other.Set("once", strings.Repeat("cd", 16))
	other.Del("sure")
	if status, _, body = s.post(t, "/leads/new", other); status != 422 || !strings.Contains(body, "可能重复") || !strings.Contains(body, id) || receiptCode.MatchString(body) {
		t.Errorf("%d: a lead that may repeat another is taken in without a word", status)
	}
	status, _, body = s.get(t, "/leads/"+id)
	for _, want := range []string{"收到线索", "首员", "转办", "查看联系方式和原话", "已发送"} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("the lead (%d) lacks %q", status, want)
		}
	}
	for _, not := range []string{"13800000001", "干了三个月", code, "<no value>", "%!", `name="conclusion"`} { // a clerk concludes nothing
		if strings.Contains(body, not) {
			t.Errorf("the lead's page has %q", not)
		}
	}
	if status, _, body = s.post(t, "/leads/"+id+"/words", url.Values{"purpose": {"回"}}); status != 422 || strings.Contains(body, "13800000001") {
		t.Errorf("%d: the words are opened for nothing", status)
	}
	entries := s.auditEntries(t)
	if status, _, body = s.post(t, "/leads/"+id+"/words", url.Values{"purpose": {"电话回访核实"}}); status != 200 || !strings.Contains(body, "13800000001") || !strings.Contains(body, "干了三个月没发") || s.auditEntries(t)-entries != 1 {
		t.Errorf("%d: the words are not opened with an entry of the audit log", status)
	}
	if status, _, body = s.post(t, "/leads/"+id, url.Values{"action": {"transfer"}, "seq": {"1"}, "department": {"housing"}, "reason": {""}}); status != 422 || !strings.Contains(body, "请写明理由") || !strings.Contains(body, `value="housing" selected`) {
		t.Errorf("%d: passed on without a reason", status)
	}
	status, header, _ = s.post(t, "/leads/"+id, url.Values{"action": {"transfer"}, "seq": {"1"}, "territory": {"331024002"}, "reason": {"工地在南峰街道"}})
	if status != 303 || header.Get("Location") != "/leads/"+id+"?done=transfer" {
		t.Errorf("passed on: %d to %s", status, header.Get("Location"))
	}
	if status, _, body = s.get(t, "/leads?lang=en"); status != 200 || !strings.Contains(body, id) || !strings.Contains(body, "Leads") {
		t.Errorf("%d: the list lacks the lead", status)
	}
	if status, _, body = s.get(t, "/leads.csv"); status != 200 || !strings.Contains(body, id) || strings.Contains(body, "13800000001") {
		t.Errorf("%d: the export is %s", status, body)
	}
}

func TestTheAnswerToTheComplainantIsALetter(t *testing.T) {
	s := serve(t, small)
	id := s.concludedLead(t)
	status, _, body := s.get(t, "/leads/"+id+"/answer")
	for _, want := range []string{"关于欠薪线索处理情况的答复", id, "经查工资已经发放，&lt;i&gt;附&lt;/i&gt;凭证", "住房和城乡建设"} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("the letter (%d) lacks %q", status, want)
		}
	}
	for _, not := range []string{"13800000000", "九月没有发"} {
		if strings.Contains(body, not) {
			t.Errorf("the letter has %q", not)
		}
	}
	if status, _, body := s.get(t, "/cases/project:"+projectID); status != 200 || !strings.Contains(body, `href="/leads/`+id) {
		t.Errorf("%d: the subject's case does not have the lead", status)
	}
	if status, _, body := s.get(t, "/leads/"+id); status != 200 || !strings.Contains(body, "/leads/"+id+"/answer") {
		t.Errorf("%d: the lead does not lead to its letter", status)
	}
	if status, _, _ := s.get(t, "/leads/LEAD-NOTHING"); status != 404 {
		t.Errorf("a lead that there is not: %d", status)
	}
}

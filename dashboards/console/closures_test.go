package console

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/access"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/closure"
)

// memoryClosures has one closure that waits and one that is approved and not sent yet. The rules themselves are the alerts
// component's, and are tested there.
type memoryClosures struct{}

const (
	waitingClosure = "CLO-WAITING"
	closedClosure  = "CLO-CLOSED"
)

func inventedClosures() []closure.Closure {
	at := asOf.Start().Add(10 * time.Hour)
	one := closure.Closure{ID: waitingClosure, Proposal: closure.Proposal{Scope: catalog.Project, ScopeID: projectID, Month: asOf.Month() - 2, Reason: "paid_otherwise", Note: "<i>现金</i>支付，有签收单"},
		Name: "滨河安置房二期工程", Township: "331024001", Department: "housing", Owed: closure.Claim{AsOf: asOf, Run: 7, Workers: 12, AmountFen: 3_600_000}, Stage: closure.Proposed,
		Proposed: closure.Signature{By: "li", ByName: "李青", At: at}, Seq: 1}
	two := one
	two.ID, two.Stage, two.Seq, two.Month, two.WorkerKey = closedClosure, closure.Approved, 2, asOf.Month()-3, workerOne
	two.Decided = &closure.Signature{By: "zhou", ByName: "周正", At: at}
	return []closure.Closure{one, two}
}

func (memoryClosures) List(context.Context) ([]closure.Closure, error) {
	return inventedClosures(), nil
}

func (memoryClosures) Get(_ context.Context, id string) (closure.Closure, error) {
	for _, c := range inventedClosures() {
		if c.ID == id {
			return c, nil
		}
	}
	return closure.Closure{}, fmt.Errorf("closure %s: %w", id, closure.NotFound)
}

func (memoryClosures) Subject(_ context.Context, scope catalog.Scope, id string) (*closure.Subject, error) {
	if scope != catalog.Project || id != projectID {
		return nil, closure.NotFound
	}
	return &closure.Subject{Scope: scope, ID: id, Name: "滨河安置房二期工程", Township: "331024001", Department: "housing", AsOf: asOf, Run: 7,
		Months: []closure.Month{{Month: asOf.Month() - 2, Workers: 12, AmountFen: 3_600_000}}, Workers: []closure.Worker{{Key: workerOne, Masked: "李*", AmountFen: 300_000}}}, nil
}

func (memoryClosures) Allowed(c closure.Closure, by access.Person) []closure.ActionKind {
	if c.Stage == closure.Proposed && by.Is(access.Supervisor) {
		return []closure.ActionKind{closure.Approve, closure.Decline}
	}
	return nil
}

func (memoryClosures) Propose(context.Context, access.Person, closure.Proposal) (closure.Closure, error) {
	return closure.Closure{}, casefile.Refuse("nothing_owed", "销号规程（closures）", "该月没有欠薪可销号", "nothing of that month is owed")
}

func (memoryClosures) Act(_ context.Context, _ access.Person, id string, _ uint32, a closure.Action) (closure.Closure, error) {
	if a.Kind == closure.Approve {
		return closure.Closure{}, fmt.Errorf("closure %s: %w", id, closure.ErrNotSent)
	}
	return closure.Closure{}, casefile.Refuse("invalid", "销号规程（closures）", "请写明理由", "reason: give a reason")
}

func TestClosuresAreShownWithWhatIsSentAndTheirForms(t *testing.T) {
	s := serve(t, small)
	for _, tt := range []struct {
		path       string
		has, lacks []string
	}{
		{"/closures", []string{"待审批 1 件", "滨河安置房二期工程", "已以其他方式支付", "¥36,000.00", "待发送"}, nil},
		{"/closures?stage=approved", []string{"已销号", closedClosure}, []string{waitingClosure}},
		{"/closures?lang=en", []string{"Waiting for approval", "not sent yet", "paid otherwise"}, []string{"待审批"}},
		{"/closures/" + waitingClosure, []string{"批准销号", "不予批准", "&lt;i&gt;现金&lt;/i&gt;支付", "李青"}, []string{"尚未确认"}},
		{"/closures/" + closedClosure, []string{"消息系统尚未确认", "周正", "一人"}, []string{`name="action"`}},
		{"/closures/propose/project/" + projectID, []string{`name="wage_month"`, "2026-09 · 12 人 · ¥36,000.00", "李* · 00112233", "不要写姓名"}, []string{"李四"}},
		{"/closures/propose/project/" + projectID + "?lang=en", []string{"Propose a closure", "no names, no identity numbers"}, nil},
		{"/closures.csv", []string{"proposed,待审批", "paid_otherwise,已以其他方式支付"}, nil},
		{"/approvals", []string{"/closures/" + waitingClosure, "批准销号"}, nil},
		{"/api/v1/approvals?limit=1000", []string{`"closure":"` + waitingClosure + `"`}, nil},
		{"/subjects/project/" + projectID, []string{"/closures/" + waitingClosure, "/closures/propose/project/" + projectID}, nil},
	} {
		status, _, body := s.get(t, tt.path)
		for _, want := range tt.has {
			if status != 200 || !strings.Contains(body, want) {
				t.Errorf("%s (%d) lacks %q", tt.path, status, want)
			}
		}
		for _, not := range append(tt.lacks, "<no value>", "%!") {
			if strings.Contains(body, not) {
				t.Errorf("%s has %q", tt.path, not)
			}
		}
	}
	status, _, body := s.post(t, "/closures/propose/project/"+projectID, url.Values{"wage_month": {"2026-09"}, "closure_reason": {"not_wages"}, "note": {"材料款"}, "worker_key": {workerOne}})
	for _, want := range []string{"该月没有欠薪可销号", `value="2026-09" selected`, `value="not_wages" selected`, `value="` + workerOne + `" selected`, ">材料款</textarea>"} {
		if status != 422 || !strings.Contains(body, want) {
			t.Errorf("%d: a refused proposal lacks %q", status, want)
		}
	}
	if status, _, body := s.post(t, "/closures/propose/project/"+projectID, url.Values{"wage_month": {"September"}, "note": {"x"}}); status != 422 || !strings.Contains(body, "月份应为") {
		t.Errorf("a month that is none: %d", status)
	}
	// what is in the log is done, whether the broker has answered or not: nobody is led to do it twice
	if status, header, _ := s.post(t, "/closures/"+waitingClosure, url.Values{"action": {"approve"}, "seq": {"1"}}); status != 303 || header.Get("Location") != "/closures/"+waitingClosure+"?done=approve" {
		t.Errorf("approved without a broker: %d to %s", status, header.Get("Location"))
	}
	if status, _, body := s.post(t, "/closures/"+waitingClosure, url.Values{"action": {"decline"}, "seq": {"1"}, "reason": {" "}}); status != 422 || !strings.Contains(body, "请写明理由") {
		t.Errorf("declined without a reason: %d", status)
	}
}

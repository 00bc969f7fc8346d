package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/testing/browsertest"
)

// At the end of the last year with a holiday notice a deadline into the next one is an error to be seen, on page, print,
// API and metric, and never a guess; one that ends before is counted as ever.
func TestAMissingHolidayNoticeShowsWhereDeadlinesDo(t *testing.T) {
	o := openOffice(t)
	if _, last := o.Calendar.Years(); last != 2026 {
		t.Fatalf("the calendar ends with %d: move this story to its December", last)
	}
	o.at("2026-12-30") // Wednesday
	o.run(t, "2026-12-29", 1, firm)
	o.alert(t, firm)
	k, _, err := o.alerts.Cases().Get(t.Context(), firmID)
	if err != nil {
		t.Fatal(err)
	}
	if k.AcceptBy == nil || k.AcceptBy.String() != "2026-12-31" {
		t.Errorf("a day's term on 30 December ends %v", k.AcceptBy)
	}
	for _, kind := range []casefile.ActionKind{casefile.Accept, casefile.Investigate} {
		done, err := o.alerts.Cases().Act(t.Context(), inspector, casefile.Step{CaseID: firmID, Seq: k.Seq, Action: casefile.Action{Kind: kind}})
		if err != nil {
			t.Fatal(err)
		}
		k = done.Case
	}
	o.refresh()

	v := visitor{browsertest.Open(t, 1366, 900), t, o}
	v.enter(inspector)
	for _, path := range []string{"/cases/" + firmID, "/cases/" + firmID + "/print"} {
		v.open(path)
		v.shows("调查办结", "（暂定）", "缺节假日安排", "“调查办结”的期限跨入 2027 年", "不作为是否逾期的依据", "请系统运维补入")
	}
	v.shot("uncounted")
	v.open("/work")
	v.shows("调查办结 约", "（暂定）")
	v.open("/cases?deadline=unknown")
	v.shows("共 1 件")

	r, err := http.NewRequest(http.MethodGet, o.url+"/api/v1/cases/"+firmID, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+o.Config.Alerts.Token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), `"kind":"investigation"`) || !strings.Contains(string(body), `"state":"unknown"`) || !strings.Contains(string(body), `"provisional":"2027-03-`) || !strings.Contains(string(body), "add the State Council's notice for 2027") {
		t.Errorf("the API answers %s", body)
	}
	if err := testutil.GatherAndCompare(o.Registry, strings.NewReader(`
# HELP anxin_case_deadlines_unknown Cases, leads and entries of the joint-discipline list with a deadline, perhaps within a month, that cannot be counted because the calendar lacks the year's holiday notice.
# TYPE anxin_case_deadlines_unknown gauge
anxin_case_deadlines_unknown 1
`), "anxin_case_deadlines_unknown"); err != nil {
		t.Error(err)
	}
}

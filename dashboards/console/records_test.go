package console

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/subjects"
	"github.com/anxin-project/anxin/internal/domain/access"
)

// An id in evidence leads to what its source sent: every version, which of them the run goes by, and the person masked.
func TestARecordIsOpenedWithItsVersions(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	s.fillRecords(t)
	at := "/subjects/project/" + projectID + "/records/"
	for _, tt := range []struct {
		path       string
		has, lacks []string
	}{
		{at + "SLIP-1", []string{"工资单", "农商银行", "2 <span class=\"tag\">采用", "<b>¥2,000.00</b>", "<b>¥5,000.00</b>", "2026年9月", "李*", "00112233", "工资专用账户", "2026-11-02 16:00"}, []string{"李四", workerOne}},
		{at + "SLIP-1?lang=en", []string{"Rural bank", "used", "Sep 2026", "Paid"}, []string{"实付"}},
		{at + "E-1", []string{"2026-10-16 00:30:00", "¥7,000.00", "仙居***公司"}, []string{"00112233"}},
		{at + "A-1", []string{"在岗，工时不明", "2026-10-15", "李*"}, []string{"655"}},
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
	d := asked[subjects.RecordsAnswer](t, s, "/api/v1"+at+"SLIP-1")
	if r := d.Records[0]; d.Total != 1 || len(r.Versions) != 3 || r.Versions[0].Used || !r.Versions[1].Used || r.Versions[1].Values[5] != "200000" || r.Masked != "李*" || len(r.Fields) != len(r.Versions[0].Values) {
		t.Errorf("the API has %+v", d)
	}
	for _, missing := range []string{at + "SLIP-9", "/subjects/employer/91330000000000000X/records/SLIP-1", at + "SLIP'; DROP", "/subjects/project/" + projectID + "/records/SLIP-FAR", "/api/v1" + at + "SLIP-9"} {
		if status, _, _ := s.get(t, strings.ReplaceAll(missing, " ", "%20")); status != 404 {
			t.Errorf("%s: %d, want 404", missing, status)
		}
	}
	entries := s.auditEntries(t)
	s.get(t, at+"SLIP-1")
	if got := s.auditEntries(t) - entries; got != 1 {
		t.Errorf("reading a record leaves %d entries in the audit log", got)
	}
}

// Whoever may not reveal workers sees no masked name and no key, and an employer's record on a project elsewhere is not there.
func TestARecordShowsNobodyToWhoMayNotReveal(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	s.fillRecords(t)
	s.add(t, access.Person{ID: "head", Name: "陈镇", Roles: []access.Role{access.TownshipHead}, Territory: "331024001"})
	s.add(t, access.Person{ID: "insp", Name: "李青", Roles: []access.Role{access.Inspector}, Territory: "331024"})
	s.enter(t, "head")
	for _, path := range []string{"/subjects/project/" + projectID + "/records/SLIP-1", "/api/v1/subjects/project/" + projectID + "/records/SLIP-1"} {
		if status, _, body := s.get(t, path); status != 200 || strings.Contains(body, "李*") || strings.Contains(body, workerOne[:8]) || !strings.Contains(body, "SLIP-1") {
			t.Errorf("%s by a township head: %d %.200s", path, status, body)
		}
	}
	far := "/subjects/employer/" + employerID + "/records/SLIP-FAR"
	for who, want := range map[string]int{"insp": 404, overseer.ID: 200} {
		s.enter(t, who)
		if status, _, _ := s.get(t, far); status != want {
			t.Errorf("the slip of another county by %s: %d, want %d", who, status, want)
		}
	}
}

func TestTheListOfEvidenceIsPrintedAndExported(t *testing.T) {
	s := serve(t, small)
	s.fillWorkers(t)
	s.fillRecords(t)
	must(t, s.conn.Exec(t.Context(), "ALTER TABLE warnings UPDATE evidence = '{\"records\":[\"SLIP-1\",\"SLIP-9\"]}' WHERE detector = 'wages-overdue' AND scope_id = '"+projectID+"' SETTINGS mutations_sync = 2"))
	must(t, s.conn.Exec(t.Context(), "INSERT INTO runs SELECT * REPLACE (run + 1 AS run) FROM runs ORDER BY as_of DESC LIMIT 1"))
	must(t, s.conn.Exec(t.Context(), "INSERT INTO warnings SELECT * REPLACE (run + 1 AS run) FROM warnings WHERE (as_of, run) IN (SELECT as_of, run FROM runs)"))
	must(t, s.Refresh(t.Context()))
	subject := "/subjects/project/" + projectID
	status, _, body := s.get(t, subject)
	if status != 200 || !strings.Contains(body, `href="`+subject+`/records/SLIP-1"`) || !strings.Contains(body, subject+"/evidence?detector=wages-overdue") {
		t.Errorf("%d: the subject's page leads to no record", status)
	}
	status, _, body = s.get(t, subject+"/evidence?detector=wages-overdue")
	for _, want := range []string{"证据清单", "SLIP-1", "<code>SLIP-9</code>", "已不在库中", "核对人（签字）", "李*", "evidence.xlsx?detector=wages-overdue"} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("the list (%d) lacks %q", status, want)
		}
	}
	status, _, body = s.get(t, subject+"/evidence.csv?detector=wages-overdue")
	if lines := strings.Count(strings.TrimSpace(body), "\n"); status != 200 || lines != 3 || !strings.Contains(body, "payroll,") || !strings.Contains(body, "李*") || strings.Contains(body, "李四") || !strings.Contains(body, "实付: ¥2,000.00") {
		t.Errorf("%d, %d lines: %s", status, lines, body)
	}
	if status, _, _ := s.get(t, subject+"/evidence?detector=nothing"); status != 404 {
		t.Errorf("the list of a warning that there is not: %d", status)
	}
}

package console

import (
	"fmt"
	"testing"
)

// fillPlaces writes what the overview counts from the snapshot beside what is owed: leads on the main project and on a site of
// another department, one of each late; and when projects have to pay.
func (s *server) fillPlaces(t testing.TB, snapshot string) {
	exec := func(query string, values ...any) {
		t.Helper()
		if err := s.conn.Exec(t.Context(), fmt.Sprintf(query, values...)); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO %s (scope, scope_id, name, township, county, sector) VALUES ('project', 'ROAD-1', '环城公路改建工程', '331024002', '331024', 'transport')`, quoted(snapshot, "subjects"))
	exec(`INSERT INTO %s (scope, scope_id, source, id, township, workers, amount_fen, received_on, ended_on, open, workdays_open, late_in, days_over, over_on, unverified, settled) VALUES
		('project', '%[2]s', 'hotline', 'L-2026-1107', '331024001', 18, 21600000, '2026-11-07', '1970-01-01', true, 9, 'acceptance', 4, '2026-11-16', false, false),
		('project', '%[2]s', 'petition', 'L-2026-1112', '331024001', 46, 128456000, '2026-11-12', '1970-01-01', true, 6, '', 0, '1970-01-01', false, false),
		('project', '%[2]s', 'hotline', 'L-2026-0416', '331024001', 2, 1320000, '2026-04-16', '2026-05-06', false, 0, '', 0, '1970-01-01', false, true),
		('project', 'ROAD-1', 'hotline', 'L-2026-1001', '331024002', 5, 4000000, '2026-10-01', '1970-01-01', true, 30, 'acceptance', 40, '2026-10-11', false, false),
		('township', '331024002', 'hotline', 'L-2026-1102', '331024002', 1, 300000, '2026-11-02', '1970-01-01', true, 12, '', 0, '1970-01-01', false, false)`, quoted(snapshot, "lead_clocks"), projectID)
	exec(`INSERT INTO %s (project_id, pay_by, wage_month) VALUES ('%s', '2026-11-30', '2026-10-01'), ('QUIET-1', '2026-12-18', '2026-11-01')`, quoted(snapshot, "pay_days"), projectID)
	exec(`INSERT INTO %s (project_id, workers) VALUES ('%s', 58), ('QUIET-1', 63)`, quoted(snapshot, "on_site"), projectID)
}

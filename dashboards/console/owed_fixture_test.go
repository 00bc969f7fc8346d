package console

import (
	"fmt"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// fillOwed writes what is owed: on the main project by its pay slips; on a site without pay lists for seven months of work;
// on one of which nothing but registrations came, nothing that is known.
func (s *server) fillOwed(t testing.TB, snapshot string) {
	exec := func(query string) {
		t.Helper()
		if err := s.conn.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	owed := quoted(snapshot, "owed") + " (scope, scope_id, home_scope, home_id, employer_uscc, worker_key, wage_month, kind, estimate, payable_fen, owed_fen, due_by, days, records)"
	exec(fmt.Sprintf(`INSERT INTO %s SELECT scope, scope_id, scope, scope_id, employer_uscc, worker_key, wage_month, 'listed', '', payable_fen, unpaid_fen, due_by, 0, [id]
		FROM %s WHERE unpaid_fen > 0 AND due_by < toDate('%s')`, owed, quoted(snapshot, "slips"), asOf))
	exec(fmt.Sprintf(`INSERT INTO %s VALUES
		('project', '%[2]s', 'project', '%[2]s', '%[3]s', '%016[4]d', '2026-06-01', 'underlisted', 'minimum_wage', 200000, 45000, '2026-07-15', 22, []),
		('project', '%[2]s', 'project', '%[2]s', '%[3]s', '%016[4]d', '2025-08-01', 'unbooked', '', 800000, 300000, '2025-09-15', 0, [])`, owed, projectID, employerID, 5))
	exec(fmt.Sprintf(`INSERT INTO %s SELECT 'project', '%[2]s', 'project', '%[2]s', '%[3]s', unhex('%[4]s'), '2026-09-01', 'listed', '', 60000, 60000, '2026-10-15', 0, []`, owed, projectID, employerID, workerOne))
	exec(fmt.Sprintf(`INSERT INTO %s (project_id, month, worker_key, employer_uscc, due_by, kind) SELECT '%s', '2026-09-01', unhex('ffeeddccbbaa99887766554433221100'), '', '2026-10-15', 'unaccounted'`, quoted(snapshot, "silent"), projectID))
	exec(fmt.Sprintf(`INSERT INTO %s (project_id, name, township, county, sector, investment, developer_uscc, contractor_uscc, contractor_name, contract_fen, contract_signed_on, permit_on, started_on, status, active,
		paying, pay_day, labor_cost_day, labor_cost_fen, account_opened_on, deposit_form, payment_guarantee, notice_board, labor_officer) VALUES
		('QUIET-1', '城西安置房三期工程', '331024001', '331024', 'construction', 'government', '', '%[2]s', '浙江恒远建设有限公司', 900000000, '2026-01-10', NULL, '2026-02-20', 'building', true, true, 20, 5, 0, NULL, '', false, false, false),
		('MUTE-1', '北门停车楼工程', '331024001', '331024', 'construction', 'private', '', '%[2]s', '浙江恒远建设有限公司', 300000000, '2026-01-10', NULL, '2026-02-20', 'building', true, true, 20, 5, 0, '2026-02-01', '', false, false, false)`,
		quoted(snapshot, "projects"), employerID))
	exec(fmt.Sprintf(`INSERT INTO %s (scope, scope_id, name, township, county, sector) VALUES ('project', 'QUIET-1', '城西安置房三期工程', '331024001', '331024', 'construction'),
		('project', 'MUTE-1', '北门停车楼工程', '331024001', '331024', 'construction')`, quoted(snapshot, "subjects")))
	for m := civil.NewDate(2026, 3, 1).Month(); m <= civil.NewDate(2026, 9, 1).Month(); m++ {
		exec(fmt.Sprintf(`INSERT INTO %s SELECT 'project', 'QUIET-1', 'project', 'QUIET-1', '%s', toFixedString(leftPad(toString(1000 + number), 16, '0'), 16), '%s', 'unlisted', if(number < 60, 'day', 'project_mean'),
			500000, 500000, '%s', 20, [] FROM numbers(63)`, owed, employerID, m.First(), (m + 1).First().AddDays(19)))
		exec(fmt.Sprintf(`INSERT INTO %s (project_id, month, worker_key, employer_uscc, days, first_day, last_day) SELECT 'QUIET-1', '%s', toFixedString(leftPad(toString(1000 + number), 16, '0'), 16), '%s', 20, '%[2]s', '%[2]s' FROM numbers(63)`,
			quoted(snapshot, "worker_months"), m.First(), employerID))
	}
	exec(fmt.Sprintf(`INSERT INTO %s (project_id, month, worker_key, employer_uscc, due_by, kind) SELECT 'MUTE-1', '2026-09-01', toFixedString(leftPad(toString(2000 + number), 16, '0'), 16), '%[2]s', '2026-10-20', 'silent' FROM numbers(12)`,
		quoted(snapshot, "silent"), employerID))
	exec(fmt.Sprintf(`INSERT INTO %s (project_id, started_on, gate_first, gate_last, gate_alive, ledger_first, ledger_last, ledger_alive, lists_last, lists_alive) VALUES
		('%s', '2025-12-20', '2025-12-20', '2026-11-20', true, '2026-01-05', '2026-11-15', true, '2026-10-01', true),
		('QUIET-1', '2026-02-20', '2026-03-01', '2026-09-30', false, NULL, NULL, false, NULL, false),
		('MUTE-1', '2026-02-20', NULL, NULL, false, NULL, NULL, false, NULL, false)`, quoted(snapshot, "feeds"), projectID))
	exec(fmt.Sprintf(`INSERT INTO %s (source, id, project_id, employer_uscc, wage_month, worker_key, reason, note, closed_by, approved_by, closed_on) VALUES
		('anxin', 'C-1', '%s', '', '2026-05-01', '%016d', 'court_decision', 'SECRETNOTE', '周监察', '吴负责', '2026-10-09')`, quoted(snapshot, "closures"), projectID, 3))
	exec(fmt.Sprintf(`INSERT INTO %s (scope, scope_id, wage_month) SELECT DISTINCT scope, scope_id, wage_month FROM %s`, quoted(snapshot, "pay_lists"), quoted(snapshot, "slips")))
}

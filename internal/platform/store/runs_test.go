package store

import (
	"slices"
	"testing"
)

// A store of before step 0014 goes on: its tables of runs are by month afterwards, and hold the last run of each date.
func TestAStoreWithYearsOfRunsKeepsTheLastRunOfEachDate(t *testing.T) {
	conn, layout := connect(t)
	all, err := Migrations(layout)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(m Migration) bool { return m.Name == "0014_runs_by_month" })
	if _, err := Pending(t.Context(), conn, layout); err != nil { // makes the table of steps
		t.Fatal(err)
	}
	exec := func(statement string, args ...any) {
		t.Helper()
		if err := conn.Exec(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range all[:at] {
		for _, s := range m.Statements {
			exec(s)
		}
		exec("INSERT INTO schema_migrations (name, checksum) VALUES (?, ?)", m.Name, m.Checksum)
	}
	exec("INSERT INTO runs (as_of, run) SELECT toDate('2026-01-30') + number % 5, number FROM numbers(100)")
	exec("INSERT INTO warnings (as_of, run, detector, scope, scope_id, evidence) SELECT toDate('2026-01-30') + number % 5, number, 'd', 'project', 'P' || toString(number % 5), '{\"run\":' || toString(number) || '}' FROM numbers(101)")
	exec("INSERT INTO wage_safety_index (as_of, run, unit, code, form, lost) SELECT toDate('2026-01-30') + number % 5, number, 'township', 'T', 2, '[' || toString(number) || ']' FROM numbers(100)")
	exec("INSERT INTO index_unplaced (as_of, run, scope, scope_id, owed_fen) SELECT toDate('2026-01-30') + number % 5, number, 'project', 'P', number FROM numbers(100)")
	for range 2 { // again, as after a step that was cut off before it was written down
		exec("ALTER TABLE schema_migrations DELETE WHERE name = '0014_runs_by_month' SETTINGS mutations_sync = 2")
		if err := Migrate(t.Context(), conn, layout); err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string]string{
			"SELECT arrayStringConcat(groupArray(evidence), ' ') FROM (SELECT evidence FROM warnings ORDER BY as_of)":                                      `{"run":95} {"run":96} {"run":97} {"run":98} {"run":99}`,
			"SELECT arrayStringConcat(groupArray(toString(form) || lost), ' ') FROM (SELECT form, lost FROM wage_safety_index ORDER BY as_of)":             "2[95] 2[96] 2[97] 2[98] 2[99]",
			"SELECT arrayStringConcat(groupArray(toString(owed_fen)), ' ') FROM (SELECT owed_fen FROM index_unplaced ORDER BY as_of)":                      "95 96 97 98 99",
			"SELECT arrayStringConcat(groupUniqArray(partition_key), ' ') FROM system.tables WHERE database = currentDatabase() AND name = 'warnings'":     "toYYYYMM(as_of)",
			"SELECT toString(default_expression) FROM system.columns WHERE database = currentDatabase() AND table = 'wage_safety_index' AND name = 'form'": "1",
		} {
			var got string
			if err := conn.QueryRow(t.Context(), query).Scan(&got); err != nil || got != want {
				t.Errorf("%s\ngives %s, %v, want %s", query, got, err, want)
			}
		}
	}
}

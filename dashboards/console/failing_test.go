package console

import (
	"strings"
	"testing"
)

// A detector that failed is marked where its warnings are shown, with since when: that it finds nothing new means nothing.
func TestADetectorThatFailsIsMarkedWhereItsWarningsAre(t *testing.T) {
	s := serve(t, small)
	id := s.keeper.Latest().Warnings[0].Detector
	for _, path := range []string{"/warnings?detector=" + id, "/detectors", "/detectors/" + id} {
		if _, _, body := s.get(t, path); strings.Contains(body, "未重新核对") || strings.Contains(body, "运行失败") {
			t.Errorf("%s marks a detector that does not fail", path)
		}
	}
	must(t, s.conn.Exec(t.Context(), "ALTER TABLE runs UPDATE failed = map('"+id+"', 'no such <column>'), failed_since = map('"+id+"', toDateTime64('2026-11-19 20:10:00', 3, 'UTC')) WHERE 1 SETTINGS mutations_sync = 2"))
	must(t, s.conn.Exec(t.Context(), "INSERT INTO runs SELECT * REPLACE (run + 1 AS run) FROM runs ORDER BY as_of DESC LIMIT 1"))
	must(t, s.conn.Exec(t.Context(), "INSERT INTO warnings SELECT * REPLACE (run + 1 AS run) FROM warnings WHERE (as_of, run) IN (SELECT as_of, run FROM runs)"))
	must(t, s.Refresh(t.Context()))
	for path, want := range map[string]string{
		"/warnings?detector=" + id:         "自 2026-11-20 04:10 起运行失败，本条预警维持原状",
		"/detectors":                       "自 2026-11-20 04:10 起运行失败",
		"/detectors/" + id:                 "no such &lt;column&gt;",
		"/detectors/" + id + "?lang=en":    "neither renewed nor closed",
		"/api/v1/detectors/" + id:          `"failing_since":"2026-11-19T20:10:00Z"`,
		"/api/v1/warnings?detector=" + id:  `"unjudged_since":"2026-11-19T20:10:00Z"`,
		"/warnings?lang=en&detector=" + id: "not judged anew",
	} {
		status, _, body := s.get(t, path)
		if status != 200 || !strings.Contains(strings.ReplaceAll(body, `": "`, `":"`), want) {
			t.Errorf("%s (%d) lacks %q", path, status, want)
		}
	}
}

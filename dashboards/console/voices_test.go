package console

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/dashboards/console/pages/subjects"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func TestVoicesAreShownWithTheirBaseAndCountNowhere(t *testing.T) {
	s := serve(t, small)
	must(t, s.conn.Exec(t.Context(), fmt.Sprintf(`INSERT INTO voices (source, id, version, recorded_at, project_id, month, answer, said_on, worker_hash) VALUES
		('anxin', 'V-1', 1, '2026-11-10 12:00:00', '%[1]s', '2026-10-01', 'unpaid', '2026-11-10', ''),
		('anxin', 'V-2', 1, '2026-11-10 12:00:00', '%[1]s', '2026-10-01', 'paid', '2026-11-10', ''),
		('anxin', 'V-3', 1, '2026-11-10 12:00:00', '%[1]s', '2026-10-01', 'paid', '2026-11-10', unhex('00112233445566778899aabbccddeeff')),
		('anxin', 'V-4', 1, '2026-11-12 12:00:00', '%[1]s', '2026-10-01', 'unpaid', '2026-11-12', unhex('00112233445566778899aabbccddeeff')),
		('anxin', 'V-5', 1, '2026-11-12 12:00:00', '%[1]s', '2026-10-01', 'unpaid', '2026-11-12', ''),
		('anxin', 'V-5', 2, '2026-11-12 13:00:00', '%[1]s', '2026-10-01', 'not_due', '2026-11-12', ''),
		('anxin', 'V-6', 1, '2026-11-20 16:30:00', '%[1]s', '2026-10-01', 'paid', '2026-11-21', ''),
		('anxin', 'V-7', 1, '2026-10-12 12:00:00', '%[1]s', '2026-09-01', 'partly', '2026-10-12', ''),
		('anxin', 'V-8', 1, '2026-10-12 12:00:00', 'ANOTHER', '2026-09-01', 'unpaid', '2026-10-12', '')`, projectID)))
	october, september := civil.NewDate(2026, 10, 1).Month(), civil.NewDate(2026, 9, 1).Month()
	got := asked[subjects.SubjectAnswer](t, s, "/api/v1/subjects/project/"+projectID).Voices
	if len(got) != 2 || got[0].Month != october || got[0].Paid != 1 || got[0].Unpaid != 2 || got[0].NotDue != 1 || got[1].Month != september || got[1].Partly != 1 {
		t.Errorf("got %+v", got)
	}
	for path, want := range map[string]string{"": "4 人反馈，其中 2 人说没发", "?lang=en": "2 of 4 answers say unpaid"} {
		if _, _, page := s.get(t, "/subjects/project/"+projectID+path); !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

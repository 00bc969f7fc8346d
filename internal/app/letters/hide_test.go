package letters

import (
	"strings"
	"testing"
)

func TestWhatIsShownOfALetterHidesWhatStandsInTheWrongField(t *testing.T) {
	for message, want := range map[string][]string{
		`{"id":"PAY-20261031-000123","source":"bank","version":1793215800000,"employer_uscc":"913310240TEQY7L1WP"}`: {"PAY-20261031-000123", "1793215800000", "913310240TEQY7L1WP"},
		`{"id":"522601198305141201 欧阳娜娜","source":"13812345678","channel":"6239 3350 6349 2204 231"}`:               {`"id": "*** ***"`},
		`{"due_on":"2026-04-15","recorded_at":"2026-04-10T20:00:00+08:00","work_date":"5226011983051412 01"}`:       {`"2026-04-15"`, "2026-04-10T20:00:00+08:00"},
		`{"version":522601198305141201,"hours":13812345678,"wage_yuan":"520.50","idNumber":"x","name":"欧阳娜娜"}`:      {`"version": "***"`, `"hours": "***"`, "520.50", `"idNumber": "***"`},
		`{"522601198305141201":"欧阳娜娜","欧阳娜娜":1,"account":{"id":"6239335063492204231"},"team":"13812345678"}`:        {`"(other)"`},
		`{"id":"52260119830514120x"}`: {`"id": "***"`},
	} {
		got := string(Hide([]byte(message)))
		for _, text := range want {
			if !strings.Contains(got, text) {
				t.Errorf("%s is not shown of %s:\n%s", text, message, got)
			}
		}
		for _, secret := range []string{"522601", "120x", "欧阳", "13812345678", "6239", "2204"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s is shown of %s:\n%s", secret, message, got)
			}
		}
	}
}

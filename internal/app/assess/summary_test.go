package assess

import (
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
)

func TestARecordThatIsNeitherStoredNorRejectedIsAnError(t *testing.T) {
	for _, tt := range []struct {
		read, taken, rejected int64
		says                  string
	}{
		{10, 8, 2, ""},
		{10, 9, 2, ""}, // read again after a restart
		{10, 7, 2, "10 records of payroll were read, 7 of them stored and 2 rejected, and 1 are neither"},
		{1, 0, 0, "and 1 are neither"},
	} {
		one := TopicSummary{Read: tt.read, taken: tt.taken, Rejected: tt.rejected}
		err := one.whole(record.TopicPayroll)
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v, want %q", tt, err, tt.says)
		}
	}
}

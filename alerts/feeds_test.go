package alerts_test

import (
	"fmt"
	"testing"
	"time"
)

// note writes what ingest would have noted: so many messages from an offset on.
func (r *rig) note(t *testing.T, topic, source, mark, detail string, late, from, messages int, recorded time.Time) {
	t.Helper()
	r.exec(t, fmt.Sprintf(`INSERT INTO feed_quality (topic, source, day, mark, detail, late_s, partition, offsets, latest_record)
		VALUES ('%s', '%s', '2026-03-08', '%s', '%s', %d, 0, range(%d, %d), '%s')`,
		topic, source, mark, detail, late, from, from+messages, recorded.UTC().Format(time.DateTime)))
}

func TestSourcesAreJudgedByWhatTheStoreHolds(t *testing.T) {
	r := newRig(t, nil)
	now := r.now()
	r.note(t, "attendance", "site-gate", "stored", "", 3600, 0, 95, now.Add(-time.Hour))
	r.note(t, "attendance", "site-gate", "stored", "", 4294967295, 95, 5, now.Add(-time.Hour))
	r.note(t, "attendance", "old-gate", "stored", "", 3600, 200, 10, now.AddDate(0, 0, -4))
	r.note(t, "attendance", "older-gate", "stored", "", 3600, 300, 10, now.AddDate(0, 0, -100))
	r.note(t, "payroll", "county-bank", "stored", "", 604800, 0, 30, now.AddDate(0, 0, -4))
	r.note(t, "payroll", "county-bank", "rejected", "inconsistent", 0, 30, 10, time.Time{})
	r.note(t, "payroll", "", "rejected", "not_json", 0, 60, 4, time.Time{})
	r.refresh(t)
	const feeds = `
		# HELP anxin_feed_fault 1 for each fault of a source on a topic: silent, rejects or late, as the data-quality page judges them.
		# TYPE anxin_feed_fault gauge
		anxin_feed_fault{fault="late",source="county-bank",topic="payroll"} 1
		anxin_feed_fault{fault="rejects",source="county-bank",topic="payroll"} 1
		anxin_feed_fault{fault="silent",source="old-gate",topic="attendance"} 1
		# HELP anxin_feed_lateness_seconds How late a source's records of the last 7 days were stored: the bound that so many do not exceed, +Inf beyond 90 days.
		# TYPE anxin_feed_lateness_seconds gauge
		anxin_feed_lateness_seconds{quantile="0.5",source="county-bank",topic="payroll"} 604800
		anxin_feed_lateness_seconds{quantile="0.5",source="old-gate",topic="attendance"} 3600
		anxin_feed_lateness_seconds{quantile="0.5",source="older-gate",topic="attendance"} 3600
		anxin_feed_lateness_seconds{quantile="0.5",source="site-gate",topic="attendance"} 3600
		anxin_feed_lateness_seconds{quantile="0.95",source="county-bank",topic="payroll"} 604800
		anxin_feed_lateness_seconds{quantile="0.95",source="old-gate",topic="attendance"} 3600
		anxin_feed_lateness_seconds{quantile="0.95",source="older-gate",topic="attendance"} 3600
		anxin_feed_lateness_seconds{quantile="0.95",source="site-gate",topic="attendance"} 3600
		# HELP anxin_feed_latest_record_timestamp_seconds Highest recorded_at of the valid records that a source has sent on a topic.
		# TYPE anxin_feed_latest_record_timestamp_seconds gauge
		anxin_feed_latest_record_timestamp_seconds{source="county-bank",topic="payroll"} 1.7726832e+09
		anxin_feed_latest_record_timestamp_seconds{source="old-gate",topic="attendance"} 1.7726832e+09
		anxin_feed_latest_record_timestamp_seconds{source="older-gate",topic="attendance"} 1.7643888e+09
		anxin_feed_latest_record_timestamp_seconds{source="site-gate",topic="attendance"} 1.7730252e+09
		# HELP anxin_feed_rejected_ratio Share of a source's messages of the last 7 days that were refused, 0 to 1. Where the source cannot be told it is empty, and the share is of the whole topic.
		# TYPE anxin_feed_rejected_ratio gauge
		anxin_feed_rejected_ratio{source="",topic="payroll"} 0.09090909090909091
		anxin_feed_rejected_ratio{source="county-bank",topic="payroll"} 0.25
		anxin_feed_rejected_ratio{source="old-gate",topic="attendance"} 0
		anxin_feed_rejected_ratio{source="older-gate",topic="attendance"} 0
		anxin_feed_rejected_ratio{source="site-gate",topic="attendance"} 0
		# HELP anxin_feeds_dropped Sources on topics that are left out of the anxin_feed metrics because there are too many.
		# TYPE anxin_feeds_dropped gauge
		anxin_feeds_dropped 0
`
	names := []string{"anxin_feed_fault", "anxin_feed_lateness_seconds", "anxin_feed_latest_record_timestamp_seconds", "anxin_feed_rejected_ratio", "anxin_feeds_dropped"}
	r.expect(t, feeds, names...)

	// A source that makes up names does not fill the metrics, nor does it hide who is at fault.
	r.exec(t, `INSERT INTO feed_quality (topic, source, day, mark, late_s, offsets, latest_record)
		SELECT 'signals', concat('made-up-', toString(number)), '2026-03-08', 'stored', 60, [number], '2026-03-09 00:00:00' FROM numbers(600)`)
	r.refresh(t)
	r.expect(t, feeds, names...) // what was read a moment ago is not read again
	r.clock.Add(60)
	r.refresh(t)
	r.expect(t, `
		# HELP anxin_feeds_dropped Sources on topics that are left out of the anxin_feed metrics because there are too many.
		# TYPE anxin_feeds_dropped gauge
		anxin_feeds_dropped 105
		# HELP anxin_feed_fault 1 for each fault of a source on a topic: silent, rejects or late, as the data-quality page judges them.
		# TYPE anxin_feed_fault gauge
		anxin_feed_fault{fault="late",source="county-bank",topic="payroll"} 1
		anxin_feed_fault{fault="rejects",source="county-bank",topic="payroll"} 1
		anxin_feed_fault{fault="silent",source="old-gate",topic="attendance"} 1
`, "anxin_feeds_dropped", "anxin_feed_fault")
}

package quality_test

import (
	"slices"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/quality"
)

func TestWhatCameLongAfterItsTimeIsCounted(t *testing.T) {
	const day = 24 * 60 * 60
	for name, tt := range map[string]struct {
		within []quality.Count
		want   uint64
	}{
		"all in time":      {[]quality.Count{{By: 3600, N: 100}, {By: quality.Afterwards, N: 100}, {By: quality.Beyond, N: 100}}, 0},
		"a part too late":  {[]quality.Count{{By: 30 * day, N: 60}, {By: quality.Afterwards, N: 70}, {By: 90 * day, N: 100}, {By: quality.Beyond, N: 100}}, 30},
		"all of it so old": {[]quality.Count{{By: quality.Beyond, N: 100}}, 100},
	} {
		feed := quality.Feed{Stored: 100, Within: tt.within}
		if got := feed.After(); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	if got := quality.Bound(45*24*time.Hour + time.Second); got <= quality.Afterwards {
		t.Errorf("45 days and a second are within %d s", got)
	}
}

func TestAFeedIsJudgedAtItsLimits(t *testing.T) {
	now := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	late := func(n uint64) []quality.Count { return []quality.Count{{By: 3 * 86400, N: n}, {By: 7 * 86400, N: 100}} }
	for name, tt := range map[string]struct {
		feed quality.Feed
		want []quality.Fault
	}{
		"attendance of three days ago":      {quality.Feed{Topic: "attendance", Latest: now.Add(-3 * day)}, nil},
		"attendance of longer ago":          {quality.Feed{Topic: "attendance", Latest: now.Add(-3*day - time.Second)}, []quality.Fault{quality.Silent}},
		"payroll rests for a month":         {quality.Feed{Topic: "payroll", Latest: now.Add(-31 * day)}, nil},
		"payroll of two months ago":         {quality.Feed{Topic: "payroll", Latest: now.Add(-60 * day)}, []quality.Fault{quality.Silent}},
		"leads rest for any time":           {quality.Feed{Topic: "complaints", Latest: now.Add(-300 * day)}, nil},
		"attendance of a site that is gone": {quality.Feed{Topic: "attendance", Latest: now.Add(-91 * day)}, []quality.Fault{quality.GoneAway}},
		"nothing valid ever":                {quality.Feed{Topic: "attendance"}, nil},
		"a twentieth refused":               {quality.Feed{Topic: "payroll", Latest: now, Messages: 200, Rejects: []quality.Count{{N: 10}}}, nil},
		"more than a twentieth":             {quality.Feed{Topic: "payroll", Latest: now, Messages: 200, Rejects: []quality.Count{{N: 7}, {N: 4}}}, []quality.Fault{quality.Rejects}},
		"everything, but little":            {quality.Feed{Topic: "payroll", Messages: 9, Rejects: []quality.Count{{N: 9}}}, nil},
		"95 of 100 within three days":       {quality.Feed{Topic: "payroll", Latest: now, Stored: 100, Within: late(95)}, nil},
		"94 of 100 within three days":       {quality.Feed{Topic: "payroll", Latest: now, Stored: 100, Within: late(94)}, []quality.Fault{quality.Late}},
		"late, but little":                  {quality.Feed{Topic: "payroll", Latest: now, Stored: 19, Within: late(0)}, nil},
	} {
		if got := tt.feed.Judge(now); !slices.Equal(got, tt.want) {
			t.Errorf("%s: judged %v, want %v", name, got, tt.want)
		}
	}
}

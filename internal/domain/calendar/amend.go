package calendar

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Amendment is what a notice of a file changes.
type Amendment struct {
	Year    int
	New     bool // the calendar had no notice of the year
	Changes []Change
}

// Change is a day that is something else than before; of a new year only those of the December before it.
type Change struct {
	Day   civil.Date
	Works bool // a working day now
}

// String is "2026: 2026-02-24 is off (Tuesday), …".
func (a Amendment) String() string {
	days := make([]string, len(a.Changes))
	for i, c := range a.Changes {
		days[i] = fmt.Sprintf("%s (%s) is %s", c.Day, c.Day.Weekday(), map[bool]string{true: "a working day", false: "off"}[c.Works])
	}
	switch {
	case a.New && len(days) == 0:
		return fmt.Sprintf("%d: new", a.Year)
	case a.New:
		return fmt.Sprintf("%d: new; %s", a.Year, strings.Join(days, ", "))
	case len(days) == 0:
		return fmt.Sprintf("%d: changes nothing", a.Year)
	}
	return fmt.Sprintf("%d: %s", a.Year, strings.Join(days, ", "))
}

// Amend reads notices as Parse does and lays them over the calendar. A notice of a year that it has may name some days alone, which
// change, while all others stay; "work" then also takes back a day that was off. It says what changes, by year.
func (c *Calendar) Amend(r io.Reader) (*Calendar, []Amendment, error) {
	extra, err := parseOver(r, c)
	if err != nil {
		return nil, nil, err
	}
	amended := c.With(extra)
	var all []Amendment
	for _, year := range slices.Sorted(maps.Keys(extra.notices)) {
		a := Amendment{Year: year, New: c.notices[year] == nil}
		// Of a December both its own notice and the next year's may speak; what is named here is told here.
		for _, d := range slices.Sorted(maps.Keys(extra.notices[year])) {
			if was, is := c.kind(d), amended.kind(d); was != is && was != unknown && (!a.New || d < civil.NewDate(year, time.January, 1)) {
				a.Changes = append(a.Changes, Change{d, is == work})
			}
		}
		all = append(all, a)
	}
	return amended, all, nil
}

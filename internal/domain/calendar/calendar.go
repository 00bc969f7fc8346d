// Package calendar counts working days (工作日) as the State Council's yearly holiday notices set them: Monday to
// Friday, less the days off, plus the make-up work days (调休上班).
//
// A year whose notice is not in the calendar has no working days and no rest days: asking for one is ErrUnknownYear,
// never a guess from the weekday. The notice for a year appears in the November before it, so an installation that
// counts deadlines into January must be given the new notice by then (see Parse and With).
//
// One limit follows from how the notices are made: a notice may rearrange the last days of the December before its
// year (2006, 2007, 2011, 2018 and 2022 had such days). Until it is loaded, those days follow their own year's notice.
package calendar

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// ErrUnknownYear says that a day lies in a year whose holiday notice is not in the calendar; the wrapping error names
// the year and what to do.
var ErrUnknownYear = errors.New("no holiday notice in the calendar")

// Calendar is immutable and safe for concurrent use. Make one with China, Parse or With.
type Calendar struct {
	notices map[int]notice

	// days holds one entry for every date from 1 January of the first year to 31 December of the last, so that
	// counting is a walk over bytes.
	start civil.Date
	days  []kind
}

// notice is what one year's notice departs from the plain week in: true a make-up work day, false a day off.
type notice map[civil.Date]bool

type kind byte

const (
	unknown kind = iota
	rest
	work
)

func build(notices map[int]notice) *Calendar {
	c := &Calendar{notices: notices}
	first, last := c.Years()
	c.start = civil.NewDate(first, time.January, 1)
	c.days = make([]kind, civil.NewDate(last+1, time.January, 1)-c.start)
	for year := range notices {
		for d := civil.NewDate(year, time.January, 1); d < civil.NewDate(year+1, time.January, 1); d++ {
			c.days[d-c.start] = plain(d)
		}
	}
	// Years in order, so that where two notices name a day of December the later one rules.
	for _, year := range slices.Sorted(maps.Keys(notices)) {
		for d, works := range notices[year] {
			if c.kind(d) == unknown {
				continue // a December whose own notice is missing stays unknown
			}
			c.days[d-c.start] = rest
			if works {
				c.days[d-c.start] = work
			}
		}
	}
	return c
}

func plain(d civil.Date) kind {
	if weekend(d) {
		return rest
	}
	return work
}

func weekend(d civil.Date) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

func (c *Calendar) kind(d civil.Date) kind {
	if d < c.start || int(d-c.start) >= len(c.days) {
		return unknown
	}
	return c.days[d-c.start]
}

// Years returns the first and the last year whose notice is in the calendar. There may be gaps between them after With.
func (c *Calendar) Years() (first, last int) {
	years := slices.Sorted(maps.Keys(c.notices))
	return years[0], years[len(years)-1]
}

// IsWorkday reports whether d is a working day. The error wraps ErrUnknownYear.
func (c *Calendar) IsWorkday(d civil.Date) (bool, error) {
	k := c.kind(d)
	if k == unknown {
		return false, c.unknownYear(d)
	}
	return k == work, nil
}

// AddWorkdays returns the n-th working day after d. d itself is not counted, as a period in days starts the day after
// the event (民法典 201). With n = 0 it is d; with n < 0 the -n-th working day before d. The error wraps ErrUnknownYear.
func (c *Calendar) AddWorkdays(d civil.Date, n int) (civil.Date, error) {
	step, from := 1, d
	if n < 0 {
		step = -1
	}
	for ; n != 0; n -= step {
		for {
			d = d.AddDays(step)
			k := c.kind(d)
			if k == unknown {
				return 0, fmt.Errorf("count working days from %s: %w", from, c.unknownYear(d))
			}
			if k == work {
				break
			}
		}
	}
	return d, nil
}

// Provisional is AddWorkdays with the plain week in the place of notices that the calendar lacks: Monday to Friday, less the
// holidays that every year has. It is a day to plan by, and none to judge by: a notice moves it by days either way.
func (c *Calendar) Provisional(d civil.Date, n int) civil.Date {
	step := 1
	if n < 0 {
		step = -1
	}
	for ; n != 0; n -= step {
		for d = d.AddDays(step); !c.mayWork(d); {
			d = d.AddDays(step)
		}
	}
	return d
}

// mayWork says whether a day is a working day; of a year without notice, whether it is one for all that is known.
func (c *Calendar) mayWork(d civil.Date) bool {
	k := c.kind(d)
	if k == unknown {
		k = plain(d)
		for _, f := range fixed {
			if d == civil.NewDate(d.Year(), f.month, f.day) {
				k = rest
			}
		}
	}
	return k == work
}

// WorkdaysBetween counts the working days in (from, to]: those that have passed at the end of to when counting started
// the day after from. It is negative, over (to, from], when to is before from. The error wraps ErrUnknownYear.
func (c *Calendar) WorkdaysBetween(from, to civil.Date) (int, error) {
	if to < from {
		n, err := c.WorkdaysBetween(to, from)
		return -n, err
	}
	n := 0
	for d := from + 1; d <= to; d++ {
		switch c.kind(d) {
		case unknown:
			return 0, fmt.Errorf("count working days from %s to %s: %w", from, to, c.unknownYear(d))
		case work:
			n++
		}
	}
	return n, nil
}

// OnOrBefore returns d when it is a working day, else the last working day before it: wages that fall due on a holiday
// or rest day are paid on or before it (Reg. 14). The error wraps ErrUnknownYear.
func (c *Calendar) OnOrBefore(d civil.Date) (civil.Date, error) {
	for at := d; ; at-- {
		switch c.kind(at) {
		case unknown:
			return 0, fmt.Errorf("find the working day on or before %s: %w", d, c.unknownYear(at))
		case work:
			return at, nil
		}
	}
}

// Days yields every date in [from, to] with whether it is a working day, in order. Dates of unknown years are left out,
// so a table loaded from it has no row, and a join finds nothing, where there is no answer.
func (c *Calendar) Days(from, to civil.Date) iter.Seq2[civil.Date, bool] {
	return func(yield func(civil.Date, bool) bool) {
		from, to := max(from, c.start), min(to, c.start.AddDays(len(c.days)-1))
		for d := from; d <= to; d++ {
			if k := c.kind(d); k != unknown && !yield(d, k == work) {
				return
			}
		}
	}
}

// With returns a calendar that also holds the notices of extra. Where both have a year, extra lies over the other: the days it
// names are as it says, and all others stay. That is how an amended notice (Spring Festival 2020) is supplied.
func (c *Calendar) With(extra *Calendar) *Calendar {
	notices := maps.Clone(c.notices)
	for year, n := range extra.notices {
		both := maps.Clone(notices[year])
		if both == nil {
			both = notice{}
		}
		maps.Copy(both, n)
		notices[year] = both
	}
	return build(notices)
}

func (c *Calendar) unknownYear(d civil.Date) error {
	first, last := c.Years()
	return fmt.Errorf("%w for %d (it has %d to %d): add the State Council's notice for %d to the calendar file",
		ErrUnknownYear, d.Year(), first, last, d.Year())
}

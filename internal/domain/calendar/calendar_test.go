package calendar

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

func date(t testing.TB, s string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return d
}

func parse(t testing.TB, text string) *Calendar {
	t.Helper()
	c, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWorkdaysFollowTheNotices(t *testing.T) {
	for _, tt := range []struct {
		name string
		day  string
		want bool
	}{
		{"a plain Wednesday works", "2026-03-11", true},
		{"a plain Saturday rests", "2026-03-14", false},
		{"a plain Sunday rests", "2026-03-15", false},
		{"New Year's Friday 2026 rests in exchange for Sunday", "2026-01-02", false},
		{"the Sunday after New Year 2026 works", "2026-01-04", true},
		{"the Saturday before Spring Festival 2026 works", "2026-02-14", true},
		{"Spring Festival 2026 begins on Sunday the 15th", "2026-02-15", false},
		{"Spring Festival 2026 ends on Monday the 23rd", "2026-02-23", false},
		{"the Tuesday after Spring Festival 2026 works", "2026-02-24", true},
		{"the Saturday after Spring Festival 2026 works", "2026-02-28", true},
		{"the Sunday before National Day 2025 works", "2025-09-28", true},
		{"National Day 2026 rests", "2026-10-01", false},
		{"the Sunday in September 2026 made up for National Day works", "2026-09-20", true},
		{"the Saturday after National Day 2026 works", "2026-10-10", true},
		{"the Spring Festival that was extended for the epidemic rests", "2020-01-31", false},
		{"the make-up day that the extension cancelled rests", "2020-02-01", false},
		{"the victory day of 2015 rests", "2015-09-03", false},
		{"the December Saturday that the notice for 2019 made a work day works", "2018-12-29", true},
		{"the December Monday that the notice for 2019 made a day off rests", "2018-12-31", false},
		{"the December Saturday that the notice for 2012 made a work day works", "2011-12-31", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := China().IsWorkday(date(t, tt.day)); err != nil || got != tt.want {
				t.Errorf("IsWorkday(%s) = %v, %v, want %v", tt.day, got, err, tt.want)
			}
		})
	}
}

func TestTheNthWorkdayIsCountedFromTheDayAfter(t *testing.T) {
	for _, tt := range []struct {
		name string
		from string
		n    int
		want string
	}{
		{"none is the day itself", "2026-10-01", 0, "2026-10-01"},
		{"one from a Monday is Tuesday", "2026-03-09", 1, "2026-03-10"},
		{"one from a Friday is Monday", "2026-03-13", 1, "2026-03-16"},
		{"one from a Friday before a make-up Saturday is Saturday", "2026-02-13", 1, "2026-02-14"},
		{"one from the eve of National Day 2025 is the Thursday after it", "2025-09-30", 1, "2025-10-09"},
		// Sun 28, Mon 29, Tue 30 September; Thu 9, Fri 10, Sat 11, Mon 13 October.
		{"one from a Friday before a make-up Sunday is Sunday", "2025-09-26", 1, "2025-09-28"},
		{"five over National Day 2025", "2025-09-26", 5, "2025-10-10"},
		{"six over National Day 2025, the make-up Saturday after it counts", "2025-09-26", 6, "2025-10-11"},
		{"seven over National Day 2025, the Sunday after it does not", "2025-09-26", 7, "2025-10-13"},
		{"one over New Year 2026 is the make-up Sunday", "2025-12-31", 1, "2026-01-04"},
		{"five over New Year 2026", "2025-12-29", 5, "2026-01-06"},
		{"sixty, a lead's investigation (劳动保障监察条例 17), over Spring Festival 2026", "2026-01-05", 60, "2026-04-03"},
		{"back one from a Monday is Friday", "2026-03-16", -1, "2026-03-13"},
		{"back five over New Year 2026", "2026-01-06", -5, "2025-12-29"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := China().AddWorkdays(date(t, tt.from), tt.n)
			if err != nil || got.String() != tt.want {
				t.Errorf("AddWorkdays(%s, %d) = %v, %v, want %s", tt.from, tt.n, got, err, tt.want)
			}
		})
	}
}

func TestCountingAndAddingAgree(t *testing.T) {
	from := date(t, "2024-12-01")
	for day := range 400 {
		d := from.AddDays(day)
		for n := 1; n <= 25; n++ {
			to, err := China().AddWorkdays(d, n)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := China().WorkdaysBetween(d, to); err != nil || got != n {
				t.Fatalf("%d working days after %s is %s, but %d lie between (%v)", n, d, to, got, err)
			}
			if got, err := China().WorkdaysBetween(to, d); err != nil || got != -n {
				t.Fatalf("from %s back to %s are %d working days, want %d (%v)", to, d, got, -n, err)
			}
		}
	}
}

func TestWagesDueOnARestDayArePaidBefore(t *testing.T) {
	for due, want := range map[string]string{
		"2026-03-13": "2026-03-13", // Friday
		"2026-03-15": "2026-03-13", // Sunday
		"2026-02-14": "2026-02-14", // make-up Saturday
		"2026-02-20": "2026-02-14", // Spring Festival
		"2026-10-05": "2026-09-30", // National Day
		"2026-01-01": "2025-12-31",
	} {
		if got, err := China().OnOrBefore(date(t, due)); err != nil || got.String() != want {
			t.Errorf("OnOrBefore(%s) = %v, %v, want %s", due, got, err, want)
		}
	}
}

func TestAYearWithoutNoticeIsAnErrorThatNamesIt(t *testing.T) {
	c := China()
	first, last := c.Years()
	if first != 2004 || last < 2026 {
		t.Fatalf("the calendar has %d to %d", first, last)
	}
	newYearsEve := civil.NewDate(last, time.December, 31)
	for _, tt := range []struct {
		name string
		year string
		ask  func() error
	}{
		{"asking for a day", "2099", func() error { _, err := c.IsWorkday(civil.NewDate(2099, 3, 2)); return err }},
		{"asking for the day before the first", "2003", func() error { _, err := c.IsWorkday(civil.NewDate(2003, 12, 31)); return err }},
		{"a deadline from December into the next year", newYearsEve.AddDays(1).String()[:4],
			func() error { _, err := c.AddWorkdays(newYearsEve, 1); return err }},
		{"counting into the next year", newYearsEve.AddDays(1).String()[:4],
			func() error { _, err := c.WorkdaysBetween(newYearsEve, newYearsEve+1); return err }},
		{"looking back into the year before the first", "2003",
			func() error { _, err := c.OnOrBefore(civil.NewDate(2004, 1, 1)); return err }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.ask(); !errors.Is(err, ErrUnknownYear) || !strings.Contains(err.Error(), "for "+tt.year) {
				t.Errorf("error is %v, want ErrUnknownYear for %s", err, tt.year)
			}
		})
	}
	if _, err := c.AddWorkdays(newYearsEve.AddDays(-40), 5); err != nil {
		t.Errorf("a deadline within the last year: %v", err)
	}
}

const nextYears = `# supplied by an operator, invented for the test
notice 2027
2026-12-26 work 元旦
2026-12-31 off 元旦
2027-01-01 off 元旦
2027-05-01 off 劳动节
2027-10-01 off 国庆节
notice 2029
2029-01-01 off 元旦
2029-05-01 off 劳动节
2029-10-01 off 国庆节
`

func TestASuppliedNoticeExtendsTheCalendar(t *testing.T) {
	c := parse(t, "\ufeff"+strings.ReplaceAll(nextYears, "\n", "\r\n")) // as Windows Notepad saves it
	c = China().With(c)
	if first, last := c.Years(); first != 2004 || last != 2029 {
		t.Errorf("years are %d to %d", first, last)
	}
	if got, err := c.AddWorkdays(date(t, "2026-12-30"), 1); err != nil || got.String() != "2027-01-04" {
		t.Errorf("the working day after 2026-12-30 is %v, %v: the notice for 2027 rearranges December", got, err)
	}
	if works, err := c.IsWorkday(date(t, "2026-12-26")); err != nil || !works {
		t.Errorf("the make-up Saturday in December: %v, %v", works, err)
	}
	if _, err := c.IsWorkday(date(t, "2028-03-01")); !errors.Is(err, ErrUnknownYear) {
		t.Errorf("a gap between notices: %v", err)
	}
	if works, err := China().IsWorkday(date(t, "2026-12-26")); err != nil || works {
		t.Errorf("With changed the calendar it was called on: %v, %v", works, err)
	}
}

func TestAFileLaysOverTheYearThatItAmends(t *testing.T) {
	c, changes, err := China().Amend(strings.NewReader(`# invented for the test
notice 2026 an amendment
2025-12-30 off
2026-02-14 off
2026-02-24 off
2026-10-01 off
2026-10-07 work
notice 2027
2026-12-31 off
2027-01-01 off
2027-05-01 off
2027-10-01 off
`))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{
		"2026-02-14": false, "2026-02-24": false, "2026-10-07": true, "2025-12-30": false, "2026-12-31": false, // as amended
		"2026-10-02": false, "2026-10-10": true, "2026-02-16": false, "2026-02-25": true, "2025-12-31": true, // as they were
	} {
		if works, err := c.IsWorkday(date(t, day)); err != nil || works != want {
			t.Errorf("%s is a working day: %v, %v; want %v", day, works, err, want)
		}
	}
	var got []string
	for _, a := range changes {
		got = append(got, a.String())
	}
	want := "2026: 2025-12-30 (Tuesday) is off, 2026-02-14 (Saturday) is off, 2026-02-24 (Tuesday) is off, 2026-10-07 (Wednesday) is a working day|2027: new; 2026-12-31 (Thursday) is off"
	if strings.Join(got, "|") != want {
		t.Errorf("it changes %q, want %q", got, want)
	}
	if works, err := China().IsWorkday(date(t, "2026-10-07")); err != nil || works {
		t.Errorf("Amend changed the calendar it was called on: %v, %v", works, err)
	}
	again, changes, err := China().Amend(strings.NewReader("notice 2026\n2026-10-01 off\n"))
	if err != nil || len(changes) != 1 || changes[0].String() != "2026: changes nothing" || !reflect.DeepEqual(again.days, China().days) {
		t.Errorf("a notice that says what is known changes %v, %v", changes, err)
	}
	for _, tt := range []struct{ text, want string }{
		{"notice 2026\n2026-03-04 work\n", "line 2: 2026-03-04 is a Wednesday"},
		{"notice 2026\n2026-10-01 work\n", "2026-10-01, a holiday every year, is not off"},
		{"notice 2027\n2027-01-01 off\n", "the notice for 2027 is incomplete"},
	} {
		if _, _, err := China().Amend(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
}

func TestDaysYieldsEveryKnownDateOnce(t *testing.T) {
	c := China().With(parse(t, nextYears))
	next, works := date(t, "2026-01-01"), 0
	for d, w := range c.Days(next, date(t, "2035-12-31")) {
		if d.Year() == 2029 && next.Year() == 2028 {
			next = d // the year without notice is left out
		}
		if d != next {
			t.Fatalf("%s follows %s", d, next-1)
		}
		if got, err := c.IsWorkday(d); err != nil || got != w {
			t.Fatalf("Days says %v for %s, IsWorkday %v, %v", w, d, got, err)
		}
		if w && d.Year() == 2026 {
			works++
		}
		next++
	}
	if next != date(t, "2030-01-01") {
		t.Errorf("the last date is %s", next-1)
	}
	// 261 weekdays, less the 19 that are off, plus 6 make-up days, plus 1 and less 1 by the notice for 2027.
	if works != 248 {
		t.Errorf("2026 has %d working days", works)
	}
	for d := range c.Days(date(t, "2026-01-01"), date(t, "2026-12-31")) {
		if d.Month() == date(t, "2026-02-01").Month() {
			break // a loop may stop early
		}
	}
}

func TestAProvisionalDayGoesByThePlainWeekWhereTheNoticeIsMissing(t *testing.T) {
	c := China()
	_, last := c.Years()
	for _, n := range []int{-30, -1, 0, 1, 40} { // in known years it is the day itself
		from := civil.NewDate(last, time.June, 10)
		if want, err := c.AddWorkdays(from, n); err != nil || c.Provisional(from, n) != want {
			t.Errorf("%d working days from %s: %s, want %s, %v", n, from, c.Provisional(from, n), want, err)
		}
	}
	first := civil.NewDate(last+1, time.January, 1)
	seen := 0
	for n := 1; n <= 300; n++ {
		d := c.Provisional(first-1, n)
		seen++
		if weekend(d) || d == first || d == civil.NewDate(last+1, time.May, 1) || d == civil.NewDate(last+1, time.October, 1) {
			t.Errorf("working day %d is %s", n, d)
		}
	}
	if back := c.Provisional(c.Provisional(first-1, 120), -120); back > first-1 || first-1-back > 4 {
		t.Errorf("forth and back again leads from %s to %s", first-1, back)
	}
}

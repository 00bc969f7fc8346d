package civil

import (
	"testing"
	"time"
)

func TestDatesRoundTripOverFourCenturies(t *testing.T) {
	for at := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2300; at = at.AddDate(0, 0, 1) {
		text := at.Format(time.DateOnly)
		d, err := ParseDate(text)
		if err != nil || d.String() != text || d != NewDate(at.Year(), at.Month(), at.Day()) {
			t.Fatalf("ParseDate(%s) = %v, %v", text, d, err)
		}
		if m := d.Month(); m.String() != text[:7] || m.First() > d || m.Last() < d {
			t.Fatalf("%s lies in month %s (%s to %s)", text, m, m.First(), m.Last())
		}
	}
}

func TestTextsThatAreNoDateAreRefused(t *testing.T) {
	for _, s := range []string{"", "2026-2-3", "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "20260401", "2026-04-0x"} {
		if d, err := ParseDate(s); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", s, d)
		}
	}
	for _, s := range []string{"", "2026-0", "2026-13", "2026/01"} {
		if m, err := ParseMonth(s); err == nil {
			t.Errorf("ParseMonth(%q) = %v, want an error", s, m)
		}
	}
}

func TestACivilDayEndsAtMidnightInShanghai(t *testing.T) {
	d := NewDate(2026, 10, 31)
	if got := DateOf(d.End().Add(-time.Nanosecond)); got != d {
		t.Errorf("the last nanosecond of %v is in %v", d, got)
	}
	if got := DateOf(d.End()); got != d+1 {
		t.Errorf("the end of %v is in %v", d, got)
	}
	if got := d.End().UTC().Format(time.RFC3339); got != "2026-10-31T16:00:00Z" {
		t.Errorf("the end of %v is %s", d, got)
	}
}

func TestAPayDayOf31IsTheLastDayOfAShortMonth(t *testing.T) {
	for month, want := range map[string]string{"2026-02": "2026-02-28", "2028-02": "2028-02-29", "2026-04": "2026-04-30", "2026-05": "2026-05-31"} {
		m, err := ParseMonth(month)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Day(31).String(); got != want {
			t.Errorf("day 31 of %s is %s, want %s", month, got, want)
		}
	}
}

package casefile

import (
	"testing"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func date(t *testing.T, text string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADeadlineIsNearThenPassedOrMet(t *testing.T) {
	cal := calendar.China()
	done := date(t, "2026-10-09")
	late := date(t, "2026-10-10")
	d := DueAfter(ToDecide, cal, date(t, "2026-09-28"), 4, 3, nil) // 29, 30 September, 8, 9 October: National Day between
	for _, tt := range []struct {
		on   string
		d    Deadline
		want DeadlineState
	}{
		{"2026-09-28", d, Running},
		{"2026-09-29", d, Near}, // three working days before
		{"2026-10-05", d, Near},
		{"2026-10-09", d, Near},
		{"2026-10-10", d, Passed},
		{"2026-12-31", DueOn(ToDecide, cal, *d.Due, 3, &done), Met},
		{"2026-12-31", DueOn(ToDecide, cal, *d.Due, 3, &late), MetLate},
		{"2026-03-09", DueOn(ToAccept, cal, date(t, "2026-03-10"), 0, nil), Running},
		{"2026-03-10", DueOn(ToAccept, cal, date(t, "2026-03-10"), 0, nil), Near},
	} {
		if got := tt.d.On(date(t, tt.on)); got.State != tt.want || got.Due == nil {
			t.Errorf("%s due %s on %s: %s, want %s", tt.d.Kind, tt.d.Due, tt.on, got.State, tt.want)
		}
	}
}

func TestADeadlineThatCannotBeCountedIsUnknownAndPressesOnlyInDecember(t *testing.T) {
	cal := calendar.China()
	_, last := cal.Years()
	d := DueAfter(ToInvestigate, cal, civil.NewDate(last, 11, 2), 60, 3, nil)
	for day, want := range map[civil.Date]bool{civil.NewDate(last, 11, 2): false, civil.NewDate(last, 11, 30): false, civil.NewDate(last, 12, 1): true} {
		got := d.On(day)
		if got.State != Unknown || got.Due != nil || got.Provisional == nil || got.Error == "" || got.Lacks() != last+1 || got.Pressing(day) != want {
			t.Errorf("on %s: %+v, pressing %v, want %v", day, got, got.Pressing(day), want)
		}
	}
	// A day that is known, but whose working days before it are not: better early than late.
	far := DueOn(ToPay, cal, civil.NewDate(last+1, 1, 20), 3, nil)
	if got := far.On(civil.NewDate(last+1, 1, 11)); got.State != Near {
		t.Errorf("nine days before: %s", got.State)
	}
}

// A provisional day is to plan by: after it nobody is late, and before it nothing is kept.
func TestAProvisionalDayMakesNobodyLate(t *testing.T) {
	cal := calendar.China()
	_, last := cal.Years()
	from := civil.NewDate(last, 12, 28)
	d := DueAfter(ToInvestigate, cal, from, 10, 3, nil)
	if want := cal.Provisional(from, 10); d.Provisional == nil || *d.Provisional != want || want.Year() != last+1 {
		t.Fatalf("provisionally due on %v, want %s", d.Provisional, want)
	}
	done := *d.Provisional - 1
	for _, one := range []Deadline{d, DueAfter(ToInvestigate, cal, from, 10, 3, &done)} {
		for _, day := range []civil.Date{from, *d.Provisional, *d.Provisional + 30} {
			if got := one.On(day); got.State != Unknown {
				t.Errorf("on %s it is %s", day, got.State)
			}
		}
	}
	if known := DueAfter(ToAccept, cal, civil.NewDate(last, 3, 2), 1, 0, nil); known.Provisional != nil {
		t.Errorf("a deadline that can be counted has a provisional day %s", known.Provisional)
	}
}

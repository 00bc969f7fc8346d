package cases

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func TestACaseIsRoutedByIndustry(t *testing.T) {
	for _, tt := range []struct {
		scope  catalog.Scope
		sector string
		want   casefile.Department
	}{
		{catalog.Project, "construction", casefile.Housing},
		{catalog.Project, "transport", casefile.Transport},
		{catalog.Project, "water", casefile.Water},
		{catalog.Project, "energy", casefile.Energy},
		{catalog.Project, "railway", casefile.Railway},
		{catalog.Project, "aviation", casefile.Aviation},
		{catalog.Project, "other", casefile.HumanResources},
		{catalog.Project, "", casefile.HumanResources},
		{catalog.Employer, "E", casefile.HumanResources},
		{catalog.Township, "", casefile.HumanResources},
	} {
		got := casefile.Route(tt.scope, tt.sector)
		if got != tt.want {
			t.Errorf("%s of sector %q goes to %s, want %s", tt.scope, tt.sector, got, tt.want)
		}
		if title := got.Title(); title.ZH == "" || title.EN == "" || title.ZH == string(got) {
			t.Errorf("%s has the titles %+v", got, title)
		}
	}
}

// day is noon of a date in Asia/Shanghai, plus some minutes.
func day(t testing.TB, date string, minutes int) time.Time {
	d, err := civil.ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	return d.Start().Add(12*time.Hour + time.Duration(minutes)*time.Minute).UTC()
}

// log builds the events of one case.
type log struct {
	t      testing.TB
	events []casefile.Event
}

func (l *log) add(at time.Time, kind casefile.Kind, data any) {
	content, err := json.Marshal(data)
	if err != nil {
		l.t.Fatal(err)
	}
	l.events = append(l.events, casefile.Event{
		CaseID: "project:P-1", Seq: uint32(len(l.events) + 1), At: at, Actor: casefile.System, Kind: kind, Data: content,
	})
}

func opened(t testing.TB, at time.Time) *log {
	l := &log{t: t}
	l.add(at, casefile.Opened, openedData{catalog.Project, "P-1", "331024001", "331024", "construction"})
	return l
}

func (l *log) alert(at time.Time, level string, starts, ends time.Time) {
	data := alertData{
		Fingerprint: level,
		StartsAt:    starts,
		AcceptDays:  map[string]int{"red": 1, "yellow": 3}[level],
		Labels:      map[string]string{"alertname": "W", "detector": "wages-overdue", "level": level, "scope": "project", "scope_id": "P-1"},
	}
	kind := casefile.AlertFired
	if !ends.IsZero() {
		kind, data.EndsAt = casefile.AlertResolved, &ends
	}
	l.add(at, kind, data)
}

func (l *log) fold() casefile.Case {
	c, err := Fold(calendar.China(), DefaultTerms, l.events)
	if err != nil {
		l.t.Fatal(err)
	}
	return c
}

func TestTheDeadlineForAcceptanceCountsWorkingDaysFromTheDayAnAlertCame(t *testing.T) {
	for _, tt := range []struct {
		name   string
		alerts func(l *log)
		want   string
	}{
		{"a red alert on a Monday is accepted by Tuesday", func(l *log) {
			l.alert(day(t, "2026-03-09", 0), "red", day(t, "2026-03-09", 0), time.Time{})
		}, "2026-03-10"},
		{"a yellow one by Thursday", func(l *log) {
			l.alert(day(t, "2026-03-09", 0), "yellow", day(t, "2026-03-09", 0), time.Time{})
		}, "2026-03-12"},
		{"a red one before National Day by the day after it", func(l *log) {
			l.alert(day(t, "2026-09-30", 0), "red", day(t, "2026-09-30", 0), time.Time{})
		}, "2026-10-08"},
		{"one that began on Friday and came on Monday counts from Monday", func(l *log) {
			l.alert(day(t, "2026-03-09", 0), "red", day(t, "2026-03-06", 0), time.Time{})
		}, "2026-03-10"},
		{"one that turns red brings the day forward", func(l *log) {
			l.alert(day(t, "2026-03-09", 0), "yellow", day(t, "2026-03-09", 0), time.Time{})
			l.alert(day(t, "2026-03-10", 0), "red", day(t, "2026-03-10", 0), time.Time{})
		}, "2026-03-11"},
		{"one that turns red late leaves the earlier day", func(l *log) {
			l.alert(day(t, "2026-03-09", 0), "yellow", day(t, "2026-03-09", 0), time.Time{})
			l.alert(day(t, "2026-03-20", 0), "red", day(t, "2026-03-20", 0), time.Time{})
		}, "2026-03-12"},
		{"one that clears still has to be looked at", func(l *log) {
			l.alert(day(t, "2026-03-09", 0), "red", day(t, "2026-03-09", 0), time.Time{})
			l.alert(day(t, "2026-03-09", 9), "red", day(t, "2026-03-09", 0), day(t, "2026-03-09", 9))
		}, "2026-03-10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := opened(t, day(t, "2026-03-09", 0))
			tt.alerts(l)
			c := l.fold()
			if c.AcceptBy == nil || c.AcceptBy.String() != tt.want || c.DeadlineError != "" {
				t.Errorf("accept by %v (%q), want %s", c.AcceptBy, c.DeadlineError, tt.want)
			}
		})
	}
}

func TestADeadlineInAYearWithoutNoticeIsAnErrorAndNoGuess(t *testing.T) {
	_, last := calendar.China().Years()
	eve := civil.NewDate(last, time.December, 31)
	l := opened(t, eve.Start())
	l.alert(eve.Start(), "yellow", eve.Start(), time.Time{})
	c := l.fold()
	if c.AcceptBy != nil || !strings.Contains(c.DeadlineError, fmt.Sprint(last+1)) {
		t.Errorf("accept by %v, error %q: want none, and an error that names %d", c.AcceptBy, c.DeadlineError, last+1)
	}

	l.alert(eve.AddDays(-20).Start(), "red", eve.AddDays(-20).Start(), time.Time{})
	if c := l.fold(); c.AcceptBy != nil {
		t.Errorf("accept by %s, though another alert's day is unknown", c.AcceptBy)
	}

	notice := fmt.Sprintf("notice %d\n%d-01-01 off\n%d-05-01 off\n%d-10-01 off\n", last+1, last+1, last+1, last+1)
	supplied, err := calendar.Parse(strings.NewReader(notice))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := Fold(calendar.China().With(supplied), DefaultTerms, l.events); err != nil || c.AcceptBy == nil || c.DeadlineError != "" {
		t.Errorf("with the notice: accept by %v, error %q, %v", c.AcceptBy, c.DeadlineError, err)
	}
}

func TestWhatAlertsSayAddsUp(t *testing.T) {
	at := func(minutes int) time.Time { return day(t, "2026-03-09", minutes) }
	none := time.Time{}
	for _, tt := range []struct {
		name    string
		alerts  func(l *log)
		level   catalog.Level
		peak    catalog.Level
		cleared bool
	}{
		{"one that fires", func(l *log) { l.alert(at(1), "red", at(0), none) }, "red", "red", false},
		{"one that resolves clears the condition", func(l *log) {
			l.alert(at(1), "red", at(0), none)
			l.alert(at(9), "red", at(0), at(8))
		}, "", "red", true},
		{"a resolved before its firing leaves it cleared", func(l *log) {
			l.alert(at(9), "red", at(0), at(8))
			l.alert(at(10), "red", at(0), none)
		}, "", "red", true},
		{"a return under a new start fires again", func(l *log) {
			l.alert(at(1), "red", at(0), none)
			l.alert(at(9), "red", at(0), at(8))
			l.alert(at(21), "red", at(20), none)
		}, "red", "red", false},
		{"an old firing after the return was resolved fires nothing", func(l *log) {
			l.alert(at(30), "red", at(20), at(29))
			l.alert(at(31), "red", at(0), none)
		}, "", "red", true},
		{"a new start whose predecessor was never resolved ends with its own end", func(l *log) {
			l.alert(at(1), "red", at(0), none)
			l.alert(at(21), "red", at(20), none)
			l.alert(at(31), "red", at(20), at(30))
		}, "", "red", true},
		{"a replica's earlier start whose end reaches over the later one ends both", func(l *log) {
			l.alert(at(3), "red", at(2), none)
			l.alert(at(9), "red", at(0), at(8))
		}, "", "red", true},
		{"one that is told to fire long after its end goes on under its old start", func(l *log) {
			l.alert(at(1), "red", at(0), none)
			l.alert(at(9), "red", at(0), at(8))
			l.alert(at(240), "red", at(0), none)
			l.alert(at(241), "red", at(0), at(8)) // its old end, once more
		}, "red", "red", false},
		{"and ends by its new end", func(l *log) {
			l.alert(at(1), "red", at(0), none)
			l.alert(at(9), "red", at(0), at(8))
			l.alert(at(240), "red", at(0), none)
			l.alert(at(300), "red", at(0), at(299))
		}, "", "red", true},
		{"an end told late is not outrun by a firing that came with it", func(l *log) {
			l.alert(at(1), "red", at(0), none)
			l.alert(at(240), "red", at(0), at(8))
			l.alert(at(241), "red", at(0), none)
		}, "", "red", true},
		{"yellow remains when red goes", func(l *log) {
			l.alert(at(1), "yellow", at(0), none)
			l.alert(at(1), "red", at(0), none)
			l.alert(at(9), "red", at(0), at(8))
		}, "yellow", "red", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := opened(t, at(0))
			tt.alerts(l)
			if c := l.fold(); c.Level != tt.level || c.Peak != tt.peak || c.Cleared != tt.cleared {
				t.Errorf("level %q, peak %q, cleared %v, want %q, %q, %v", c.Level, c.Peak, c.Cleared, tt.level, tt.peak, tt.cleared)
			}
		})
	}
}

func TestDeliveriesInAnyOrderAndRepeatedGiveTheSameCase(t *testing.T) {
	received := day(t, "2026-03-10", 0)
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		var alerts []alertData
		for _, level := range []string{"red", "yellow"} {
			start := day(t, "2026-03-09", random.IntN(20))
			for range 1 + random.IntN(4) {
				l := &log{t: t}
				l.alert(received, level, start, time.Time{})
				end := start.Add(time.Duration(1+random.IntN(90)) * time.Minute)
				if random.IntN(4) > 0 { // some are never told to be resolved
					l.alert(received, level, start, end)
				}
				for _, e := range l.events {
					var a alertData
					if err := json.Unmarshal(e.Data, &a); err != nil {
						t.Fatal(err)
					}
					for range 1 + random.IntN(2) {
						alerts = append(alerts, a)
					}
				}
				start = start.Add(time.Duration(1+random.IntN(60)) * time.Minute)
			}
		}
		var want casefile.Case
		for order := range 12 {
			if order > 0 {
				random.Shuffle(len(alerts), func(i, j int) { alerts[i], alerts[j] = alerts[j], alerts[i] })
			}
			l := opened(t, received)
			for _, a := range alerts {
				kind := casefile.AlertFired
				if a.EndsAt != nil {
					kind = casefile.AlertResolved
				}
				l.add(received, kind, a)
			}
			got := l.fold()
			if order == 0 {
				want = got
				continue
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, order %d:\n%+v\nwant\n%+v", seed, order, got, want)
			}
		}
	}
}

func TestFiguresAreThoseOfTheLatestRunWhateverTheirOrder(t *testing.T) {
	old := figuresData{AsOf: 100, Run: 7, Name: "旧", Workers: 5, AmountFen: 500, Township: "331024001", Sector: "water"}
	now := figuresData{AsOf: 101, Run: 3, Name: "新", Workers: 2, AmountFen: 200, Township: "331024002", Sector: "transport"}
	for _, order := range [][]figuresData{{old, now}, {now, old}} {
		l := opened(t, day(t, "2026-03-09", 0))
		for _, f := range order {
			l.add(day(t, "2026-03-09", 0), casefile.Figures, f)
		}
		if c := l.fold(); c.Name != "新" || c.Workers != 2 || c.AmountFen != 200 || c.Department != casefile.Transport || *c.FiguresAsOf != 101 {
			t.Errorf("%+v", c)
		}
	}
}

func TestALogOfANewerVersionIsRefused(t *testing.T) {
	l := opened(t, day(t, "2026-03-09", 0))
	l.add(day(t, "2026-03-09", 0), "teleported", struct{}{})
	if _, err := Fold(calendar.China(), DefaultTerms, l.events); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("error is %v", err)
	}
}

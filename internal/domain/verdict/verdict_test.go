package verdict

import (
	"reflect"
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

var (
	since = civil.NewDate(2026, time.March, 2)
	day   = civil.NewDate(2026, time.March, 9)
	until = day.AddDays(90)
)

func untrue() *Verdict {
	return &Verdict{
		Seen: Seen{Episode: "e", Since: since, OpenedOn: since, Level: catalog.Yellow, Workers: 10, AmountFen: 1_000_00},
		Kind: Untrue, At: day.Start().Add(3 * time.Hour), QuietUntil: &until, Growth: 10,
	}
}

func TestAnUntrueWarningIsQuietWhileNothingOfItGrows(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Verdict, *Seen)
		on     civil.Date
		quiet  bool
		ended  Change
	}{
		{"as it was", func(*Verdict, *Seen) {}, day, true, Unchanged},
		{"on the last day", func(*Verdict, *Seen) {}, until, true, Unchanged},
		{"the day after", func(*Verdict, *Seen) {}, until.AddDays(1), false, TimePassed},
		{"less of everything", func(_ *Verdict, w *Seen) { w.Workers, w.AmountFen = 1, 1 }, day, true, Unchanged},
		{"a tenth more", func(_ *Verdict, w *Seen) { w.Workers, w.AmountFen = 11, 1_100_00 }, day, true, Unchanged},
		{"two workers more", func(_ *Verdict, w *Seen) { w.Workers = 12 }, day, false, WorkersGrew},
		{"a fen above a tenth more", func(_ *Verdict, w *Seen) { w.AmountFen = 1_100_01 }, day, false, AmountGrew},
		{"an amount where nobody knew one", func(v *Verdict, w *Seen) { v.AmountFen, w.AmountFen = 0, 1 }, day, false, AmountGrew},
		{"red now", func(_ *Verdict, w *Seen) { w.Level = catalog.Red }, day, false, LevelRose},
		{"yellow now, red then", func(v *Verdict, _ *Seen) { v.Level = catalog.Red }, day, true, Unchanged},
		{"of another time", func(_ *Verdict, w *Seen) { w.Since = since.AddDays(1) }, day, false, NewSince},
		{"another episode of the same", func(_ *Verdict, w *Seen) { w.Episode = "f" }, day, true, Unchanged},
		{"it was true", func(v *Verdict, _ *Seen) { v.Kind = True }, day, false, Unchanged},
		{"it was settled", func(v *Verdict, _ *Seen) { v.Kind = Settled }, day, false, Unchanged},
		{"taken back", func(v *Verdict, _ *Seen) { v.Withdrawn = &Withdrawal{} }, day, false, Unchanged},
	} {
		v := untrue()
		w := v.Seen
		tt.change(v, &w)
		if quiet, ended := v.Quiet(w, tt.on); quiet != tt.quiet || ended != tt.ended {
			t.Errorf("%s: quiet %v, ended by %q; want %v, %q", tt.name, quiet, ended, tt.quiet, tt.ended)
		}
	}
	var none *Verdict
	if quiet, ended := none.Quiet(Seen{}, day); quiet || ended != Unchanged {
		t.Error("a warning without a verdict is quiet")
	}
}

func TestAVerdictStandsOnItsEpisodeAlone(t *testing.T) {
	k := Key{"wages-overdue", catalog.Project, "P:1"} // sources may have colons in their ids
	if back, ok := ParseKey(k.String()); !ok || back != k {
		t.Errorf("%s reads back as %+v", k, back)
	}
	for _, bad := range []string{"", "a", "a:b", "a::b", "a:b:", ":a:b"} {
		if got, ok := ParseKey(bad); ok {
			t.Errorf("%q is read as %+v", bad, got)
		}
	}
	first, second := *untrue(), *untrue()
	first.Seq, second.Seq, second.Kind = 1, 2, True
	var empty *Book
	b := empty.With(map[Key]Record{k: {2, []Verdict{first, second}}})
	if v := b.On(k, Seen{Episode: "e", Since: since}); v == nil || v.Seq != 2 {
		t.Errorf("the last does not stand: %+v", v)
	}
	if v := b.On(k, Seen{Episode: "other", Since: since.AddDays(9)}); v != nil {
		t.Errorf("another episode has it: %+v", v)
	}
	back := second
	back.Withdrawn = &Withdrawal{}
	if v := b.With(map[Key]Record{k: {3, []Verdict{first, back}}}).On(k, first.Seen); v == nil || v.Seq != 1 {
		t.Errorf("after the last was taken back, the one before stands: %+v", v)
	}
	if len(empty.All()) != 0 || len(b.All()) != 2 || b.Version == empty.With(nil).With(nil).Version {
		t.Errorf("%d verdicts, version %d", len(b.All()), b.Version)
	}
}

func TestTheDayForAVerdictIsTheEarlierOfItsLevels(t *testing.T) {
	terms := Terms{AnswerRed: 3, AnswerYellow: 10}
	due := func(from civil.Date, n int) casefile.Deadline {
		return casefile.DueAfter(ToAnswer, calendar.China(), from, n, 0, nil)
	}
	monday := civil.NewDate(2026, time.March, 9)
	for _, tt := range []struct {
		name string
		w    Seen
		want civil.Date
	}{
		{"yellow", Seen{OpenedOn: monday, LevelOn: monday, Level: catalog.Yellow}, civil.NewDate(2026, time.March, 23)},
		{"red", Seen{OpenedOn: monday, LevelOn: monday, Level: catalog.Red}, civil.NewDate(2026, time.March, 12)},
		{"red late", Seen{OpenedOn: monday, LevelOn: monday.AddDays(13), Level: catalog.Red}, civil.NewDate(2026, time.March, 23)},
	} {
		if by := AnswerBy(terms, tt.w, due); by.Due == nil || *by.Due != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, by.Due, tt.want)
		}
	}
	if by := AnswerBy(terms, Seen{OpenedOn: civil.NewDate(2099, 1, 1)}, due); by.Due != nil || by.Provisional == nil {
		t.Errorf("a year without a notice has a day: %+v", by)
	}
}

func TestFiguresCountEachWarningOnce(t *testing.T) {
	answer, late := day.AddDays(1), day.AddDays(-1)
	found := func(kind Kind, by *civil.Date, opened int) Warned {
		v := untrue()
		v.Kind, v.AnswerBy, v.OpenedOn = kind, by, day.AddDays(-opened)
		return Warned{Stands: v, First: v}
	}
	waiting := func(by civil.Date) Warned { return Warned{By: casefile.Deadline{Due: &by}} }
	got := Measure([]Warned{
		found(True, &answer, 2), found(Settled, &answer, 4), found(Untrue, &late, 10), found(Untrue, nil, 4), waiting(day), waiting(late), {},
	}, day)
	half, days, inTime := 0.5, 4., 0.5
	want := Figures{Warnings: 7, True: 1, Untrue: 2, Settled: 1, None: 3, Late: 1, TrueShare: &half, MedianDays: &days, InTime: 2, InTimeShare: &inTime}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if got := Measure(nil, day); got.TrueShare != nil || got.InTimeShare != nil || got.MedianDays != nil {
		t.Errorf("nothing has shares: %+v", got)
	}
}

func TestEveryKindHasCodesAndEveryCodeAName(t *testing.T) {
	seen := map[Code]bool{}
	for _, k := range Kinds {
		if k.Title().ZH == "" || len(Codes[k]) == 0 {
			t.Errorf("%s has no name or codes", k)
		}
		for _, c := range Codes[k] {
			seen[c] = true
		}
	}
	for _, c := range AllCodes {
		if c.Title().EN == "" || !seen[c] {
			t.Errorf("%s has no name, or no kind has it", c)
		}
	}
	if len(seen) != len(AllCodes) {
		t.Errorf("%d codes of %d", len(AllCodes), len(seen))
	}
}

package backtest

import (
	"testing"
	"time"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/verdict"
)

func TestVerdictsOfPeopleStandBesideWhatCame(t *testing.T) {
	monday := civil.NewDate(2026, time.March, 2)
	closed := monday.AddDays(21)
	warned := func(id string, opened civil.Date, to *civil.Date, came Verdict) Judged {
		return Judged{Episode: Episode{Subject: Subject{catalog.Project, id}, Detector: "wages-overdue", OpenedOn: opened, ClosedOn: to}, Verdict: came}
	}
	r := Report{Judged: []Judged{
		warned("P-1", monday, &closed, Followed), warned("P-1", monday.AddDays(60), nil, NotFollowed), warned("P-2", monday, nil, Followed), warned("P-3", monday, nil, CutOff), warned("P-4", monday, nil, Followed),
	}}
	said := func(id string, kind verdict.Kind, opened, on civil.Date) verdict.Verdict {
		return verdict.Verdict{Key: verdict.Key{Detector: "wages-overdue", Scope: catalog.Project, ScopeID: id}, Seen: verdict.Seen{OpenedOn: opened}, Kind: kind, At: on.Start().Add(10 * time.Hour)}
	}
	withdrawn := said("P-4", verdict.True, monday, monday.AddDays(1))
	withdrawn.Withdrawn = &verdict.Withdrawal{}
	all := []verdict.Verdict{
		said("P-1", verdict.Settled, monday.AddDays(3), monday.AddDays(30)), // opened between two dates of the walk, judged after it closed
		said("P-1", verdict.Untrue, monday.AddDays(63), monday.AddDays(64)),
		said("P-2", verdict.Untrue, monday, monday.AddDays(9)), // newest last, whatever the sequence in the file
		said("P-2", verdict.True, monday, monday.AddDays(2)),
		said("P-3", verdict.True, monday, monday.AddDays(2)),
		said("P-9", verdict.True, monday, monday.AddDays(2)),
		said("P-4", verdict.True, monday.AddDays(-30), monday.AddDays(-20)), // of before
		withdrawn,
	}
	r.AddVerdicts(all, []catalog.Header{{ID: "short-paid"}, {ID: "wages-overdue"}})
	p := r.People
	share := 0.5
	want := Given{True: 1, Settled: 1, Untrue: 2, TrueShare: &share, TrueFollowed: 1, UntrueFollowed: 1, UntrueNotFollowed: 1}
	if got := p.Overall; p.Verdicts != 7 || p.Unmatched != 2 || *got.TrueShare != share {
		t.Fatalf("%+v, true share %v", p, got.TrueShare)
	} else if got.TrueShare = want.TrueShare; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if len(p.Detectors) != 1 || p.Detectors[0].Detector != "wages-overdue" {
		t.Errorf("by detector: %+v", p.Detectors)
	}
	if r.Judged[2].Found != verdict.Untrue || r.Judged[4].Found != "" {
		t.Errorf("P-2 was found %q, P-4 %q", r.Judged[2].Found, r.Judged[4].Found)
	}
}

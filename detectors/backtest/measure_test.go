package backtest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Days are counted from day 0 of the walk, which judges every tenth day to day 100 over data that end on day 200.

var (
	p1   = Subject{catalog.Project, "P1"}
	p2   = Subject{catalog.Project, "P2"}
	firm = Subject{catalog.Employer, "E1"}
	town = Subject{catalog.Township, "T1"}
)

func on(day int) civil.Date { return civil.NewDate(2026, 1, 1).AddDays(day) }

func warned(of Subject, opened int) Episode {
	return Episode{Subject: of, Detector: "d", OpenedOn: on(opened)}
}

// arrears last from a day to another; -1 to the end of the data.
func arrears(of Subject, from, to int) Arrears {
	a := Arrears{Subject: of, PayDay: on(from - 30), From: on(from)}
	if to >= 0 {
		day := on(to)
		a.To = &day
	}
	return a
}

func history(episodes []Episode, arrears []Arrears) History {
	h := History{Episodes: episodes, Future: Future{
		End:     on(200),
		Arrears: arrears,
		Parties: []Party{
			{Subject: p1, Township: "T1", Contractor: "E1", Pays: true}, {Subject: p2, Township: "T1", Contractor: "E1", Pays: true},
			{Subject: Subject{catalog.Project, "P3"}, Township: "T2", Contractor: "E2", Pays: true},
			{Subject: firm, Township: "T1"}, {Subject: Subject{catalog.Employer, "E2"}, Township: "T2"},
		},
	}}
	for day := 0; day <= 100; day += 10 {
		h.Dates = append(h.Dates, Date{On: on(day), Projects: 3})
	}
	return h
}

var headers = []catalog.Header{
	{ID: "d", Title: catalog.Text{ZH: "检测", EN: "Detector <d>"}, Scopes: []catalog.Scope{catalog.Project, catalog.Employer, catalog.Township}},
	{ID: "silent", Title: catalog.Text{ZH: "无声", EN: "Silent"}, Scopes: []catalog.Scope{catalog.Project}},
}

func TestAWarningIsJudgedByTheArrearsThatCameAfterIt(t *testing.T) {
	for _, c := range []struct {
		name     string
		episodes []Episode
		arrears  []Arrears
		verdicts []Verdict
		outcomes int
		warned   int
		lead     []int // of each outcome; -1 where none warned of it
	}{
		{"nothing warned and nothing came", nil, nil, nil, 0, 0, nil},
		{"arrears within the horizon", []Episode{warned(p1, 10)}, []Arrears{arrears(p1, 50, -1)}, []Verdict{Followed}, 1, 1, []int{40}},
		{"arrears on the horizon's last day", []Episode{warned(p1, 10)}, []Arrears{arrears(p1, 100, -1)}, []Verdict{Followed}, 1, 1, []int{90}},
		{"arrears a day later than the horizon", []Episode{warned(p1, 9)}, []Arrears{arrears(p1, 100, -1)}, []Verdict{NotFollowed}, 1, 0, []int{-1}},
		{"arrears on the day itself were there already", []Episode{warned(p1, 50)}, []Arrears{arrears(p1, 50, -1)}, []Verdict{InArrears}, 1, 0, []int{-1}},
		{"a warning after the outcome", []Episode{warned(p1, 60)}, []Arrears{arrears(p1, 50, -1)}, []Verdict{InArrears}, 1, 0, []int{-1}},
		{"a warning on the day the arrears ended", []Episode{warned(p1, 60)}, []Arrears{arrears(p1, 50, 60)}, []Verdict{NotFollowed}, 1, 0, []int{-1}},
		{"arrears of another project", []Episode{warned(p1, 10)}, []Arrears{arrears(p2, 50, -1)}, []Verdict{NotFollowed}, 1, 0, []int{-1}},
		{"a horizon that ends with the data", []Episode{warned(p1, 110)}, nil, []Verdict{NotFollowed}, 0, 0, nil},
		{"a horizon cut off", []Episode{warned(p1, 111)}, nil, []Verdict{CutOff}, 0, 0, nil},
		{"a horizon cut off after arrears have come tells no more", []Episode{warned(p1, 111)}, []Arrears{arrears(p1, 150, -1)}, []Verdict{CutOff}, 0, 0, nil},
		{"several warnings before one outcome: the earliest gives the lead",
			[]Episode{warned(p1, 40), warned(p1, 20), warned(p1, 30)}, []Arrears{arrears(p1, 50, -1)}, []Verdict{Followed, Followed, Followed}, 1, 1, []int{30}},
		{"arrears that come again after they ended are two outcomes, and one warning may foretell both",
			[]Episode{warned(p1, 10)}, []Arrears{arrears(p1, 30, 40), arrears(p1, 60, -1)}, []Verdict{Followed}, 2, 2, []int{20, 50}},
		{"a warning that reopens between two arrears foretells the second",
			[]Episode{warned(p1, 0), warned(p1, 45)}, []Arrears{arrears(p1, 30, 40), arrears(p1, 95, -1)}, []Verdict{Followed, Followed}, 2, 2, []int{30, 50}},
		{"wage months in arrears one upon the other are one outcome",
			[]Episode{warned(p1, 10)}, []Arrears{arrears(p1, 50, 70), arrears(p1, 30, 50), arrears(p1, 35, 40)}, []Verdict{Followed}, 1, 1, []int{20}},
		{"arrears on the first as-of date and after the last are no outcomes of the walk",
			[]Episode{warned(p1, 90)}, []Arrears{arrears(p2, 0, -1), arrears(p1, 101, -1)}, []Verdict{Followed}, 0, 0, nil},
		{"an employer's warning foretells arrears of a project it is general contractor of",
			[]Episode{warned(firm, 10)}, []Arrears{arrears(p2, 50, -1)}, []Verdict{Followed}, 1, 1, []int{40}},
		{"an employer with one project in arrears and another that is not",
			[]Episode{warned(firm, 20)}, []Arrears{arrears(p1, 10, -1)}, []Verdict{NotFollowed}, 1, 0, []int{-1}},
		{"an employer whose projects are all in arrears",
			[]Episode{warned(firm, 20)}, []Arrears{arrears(p1, 10, -1), arrears(p2, 10, -1)}, []Verdict{InArrears}, 2, 0, []int{-1, -1}},
		{"an employer's own arrears", []Episode{warned(firm, 10)}, []Arrears{arrears(firm, 50, -1)}, []Verdict{Followed}, 1, 1, []int{40}},
		{"a township's warning counts in no overall figure",
			[]Episode{warned(town, 10)}, []Arrears{arrears(p1, 50, -1)}, []Verdict{Followed}, 1, 0, []int{-1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Measure(history(c.episodes, c.arrears), headers, Rules{ArrearsDays: 30, HorizonDays: 90, ForeseeDays: 120}, "v")
			for i, want := range c.verdicts {
				if got := r.Judged[i].Verdict; got != want {
					t.Errorf("warning %d: %s, want %s", i, got, want)
				}
			}
			if r.Outcomes != c.outcomes || r.Overall.Warned != c.warned {
				t.Errorf("%d outcomes, %d warned of; want %d, %d", r.Outcomes, r.Overall.Warned, c.outcomes, c.warned)
			}
			for i, want := range c.lead {
				got := -1
				if lead := r.Met[i].LeadDays; lead != nil {
					got = *lead
				}
				if got != want {
					t.Errorf("lead time of outcome %d is %d days, want %d", i, got, want)
				}
			}
			f := r.Overall
			if f.Warnings != f.Followed+f.NotFollowed+f.InArrears+f.CutOff {
				t.Errorf("the verdicts do not add up: %+v", f)
			}
		})
	}
}

// Days are those of the pay day; what is owed then counts as arrears 30 days later.
func TestAWarningForeseesThePayDayWhoseWagesBecomeArrears(t *testing.T) {
	owed := func(of Subject, payDay, to int) Arrears { return arrears(of, payDay+30, to) }
	for _, c := range []struct {
		name     string
		episodes []Episode
		arrears  []Arrears
		verdicts []Verdict
		payDays  int
		foreseen int
		lead     []int // of each outcome to its pay day; -1 where it was not foreseen
	}{
		{"a warning before the pay day", []Episode{warned(p1, 10)}, []Arrears{owed(p1, 40, -1)}, []Verdict{Followed}, 1, 1, []int{30}},
		{"a warning on the pay day foresees nothing", []Episode{warned(p1, 40)}, []Arrears{owed(p1, 40, -1)}, []Verdict{PastDue}, 1, 0, []int{-1}},
		{"a warning between the pay day and arrears foresees nothing", []Episode{warned(p1, 50)}, []Arrears{owed(p1, 40, -1)}, []Verdict{PastDue}, 1, 0, []int{-1}},
		{"a pay day 90 days after the warning", []Episode{warned(p1, 5)}, []Arrears{owed(p1, 95, -1)}, []Verdict{Followed}, 1, 1, nil},
		{"a pay day 91 days after it is foreseen, though the warning is not counted right", []Episode{warned(p1, 4)}, []Arrears{owed(p1, 95, -1)}, []Verdict{NotFollowed}, 1, 1, nil},
		{"wages paid 29 days late are no arrears", []Episode{warned(p1, 10)}, nil, []Verdict{NotFollowed}, 0, 0, nil},
		{"a second month that falls due before the first is paid has no pay day of its own",
			[]Episode{warned(p1, 10), warned(p1, 55)}, []Arrears{owed(p1, 20, 60), owed(p1, 50, -1)}, []Verdict{Followed, PastDue}, 1, 1, []int{10}},
		{"a pay day after the data end less 30 days is not known yet", []Episode{warned(p1, 85)}, nil, []Verdict{CutOff}, 0, 0, nil},
		{"a horizon that ends 30 days before the data", []Episode{warned(p1, 80)}, nil, []Verdict{NotFollowed}, 0, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Measure(history(c.episodes, c.arrears), headers, Rules{ArrearsDays: 30, HorizonDays: 90, ForeseeDays: 120}, "v")
			for i, want := range c.verdicts {
				if got := r.Judged[i].PayDay.Verdict; got != want {
					t.Errorf("warning %d: %s, want %s", i, got, want)
				}
			}
			if r.PayDays != c.payDays || r.Overall.PayDay.Foreseen != c.foreseen {
				t.Errorf("%d pay days, %d foreseen; want %d, %d", r.PayDays, r.Overall.PayDay.Foreseen, c.payDays, c.foreseen)
			}
			for i, want := range c.lead {
				got := -1
				if lead := r.Met[i].ForeseenDays; lead != nil {
					got = *lead
				}
				if got != want {
					t.Errorf("outcome %d was foreseen %d days before its pay day, want %d", i, got, want)
				}
			}
			if p := r.Overall.PayDay; r.Overall.Warnings != p.Followed+p.NotFollowed+p.PastDue+p.CutOff {
				t.Errorf("the verdicts do not add up: %+v", p)
			}
		})
	}
}

// mixed has something of everything.
func mixed() History {
	return history(
		[]Episode{warned(p1, 0), warned(p1, 20), warned(p2, 30), warned(firm, 70), warned(town, 10), {Subject: p2, Detector: "d", Name: "二号楼", Level: catalog.Red, OpenedOn: on(120)}},
		[]Arrears{arrears(p1, 60, -1), arrears(p2, 90, 95)},
	)
}

func TestFiguresOfNothingAreUnknownNotZero(t *testing.T) {
	r := Measure(History{}, headers, Rules{HorizonDays: 90, ForeseeDays: 120}, "v")
	if f := r.Overall; f.Precision != nil || f.Recall != nil || f.LeadDays != nil || f.Rate != nil {
		t.Errorf("figures of an empty walk: %+v", f)
	}
	r.Compare(History{}, nil)
	if r.Truth.Found.Share != nil || r.Truth.Found.DaysTo != nil {
		t.Errorf("found without causes: %+v", r.Truth.Found)
	}
	var svg, text bytes.Buffer
	if err := r.WritePlot(&svg); err != nil {
		t.Fatal(err)
	}
	r.Print(&text)
	for _, out := range []string{svg.String(), text.String()} {
		if strings.Contains(out, "NaN") || strings.Contains(out, "Inf") || !strings.Contains(out, "–") {
			t.Errorf("nothing is not shown by a dash:\n%s", out)
		}
	}
}

func TestTheTablesHoldWhatWasMeasured(t *testing.T) {
	h := mixed()
	r := Measure(h, headers, Rules{ArrearsDays: 30, HorizonDays: 90, ForeseeDays: 120}, "v")
	visible := on(25)
	r.Compare(h, []Cause{{Subject: p1, Cause: "late_payroll", From: on(15), VisibleOn: &visible}, {Subject: p2, Cause: "sloppy_site", From: on(150)}})
	for _, c := range []struct {
		name  string
		write func(*bytes.Buffer) error
		want  string
	}{
		{"figures", func(b *bytes.Buffer) error { return r.WriteFigures(b) }, `warnings_about,detector,title,warnings,followed,not_followed,in_arrears,cut_off,precision,outcomes,warned,recall,lead_days_lower,lead_days_median,lead_days_upper,warnings_per_100_projects_a_month,false_alarms,pay_day_followed,pay_day_not_followed,pay_day_past_due,pay_day_cut_off,pay_day_precision,pay_days,pay_days_foreseen,pay_day_recall,pay_day_lead_days_lower,pay_day_lead_days_median,pay_day_lead_days_upper,subject_months,subject_months_followed,subject_months_precision
subjects,,全部预警,5,4,0,0,1,1,2,2,1,60,60,60,40.5825,0,3,0,1,1,1,2,2,1,30,30,30,3,3,1
foresight,,全部预见类预警,0,0,0,0,0,,2,0,0,,,,0,0,0,0,0,0,,2,0,0,,,,0,0,
subjects,d,检测,5,4,0,0,1,1,2,2,1,60,60,60,40.5825,0,3,0,1,1,1,2,2,1,30,30,30,3,3,1
subjects,silent,无声,0,0,0,0,0,,2,0,0,,,,0,0,0,0,0,0,,2,0,0,,,,0,0,
townships,d,检测,1,1,0,0,0,1,2,2,1,57.5,65,72.5,10.1456,,1,0,0,0,1,2,2,1,27.5,35,42.5,0,0,
`},
		{"warnings", func(b *bytes.Buffer) error { return r.WriteWarnings(b) }, `detector,scope,scope_id,name,level,opened_on,closed_on,verdict,arrears_scope,arrears_scope_id,arrears_from,lead_days,pay_day_verdict,pay_day,lead_days_to_pay_day,found_by_people
d,project,P1,,,2026-01-01,,followed,project,P1,2026-03-02,60,followed,2026-01-31,30,
d,project,P1,,,2026-01-21,,followed,project,P1,2026-03-02,40,followed,2026-01-31,10,
d,project,P2,,,2026-01-31,,followed,project,P2,2026-04-01,60,followed,2026-03-02,30,
d,employer,E1,,,2026-03-12,,followed,project,P2,2026-04-01,20,past_due,,,
d,township,T1,,,2026-01-11,,followed,project,P1,2026-03-02,50,followed,2026-01-31,20,
d,project,P2,二号楼,red,2026-05-01,,cut_off,,,,,cut_off,,,
`},
		{"outcomes", func(b *bytes.Buffer) error { return r.WriteOutcomes(b) }, `scope,scope_id,arrears_from,arrears_to,warned_on,lead_days,detectors,pay_day,foreseen_on,lead_days_to_pay_day
project,P1,2026-03-02,,2026-01-01,60,d,2026-01-31,2026-01-01,30
project,P2,2026-04-01,2026-04-06,2026-01-31,60,d,2026-03-02,2026-01-31,30
`},
	} {
		var b bytes.Buffer
		if err := c.write(&b); err != nil {
			t.Fatal(err)
		}
		if b.String() != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, b.String(), c.want)
		}
	}
	// P1's warning of day 0 opened before its cause began, that of day 20 finds it; P2's cause never became visible
	if f := r.Truth.Found; f.Causes != 1 || f.Found != 1 || f.DaysTo.Median != -5 {
		t.Errorf("found: %+v", f)
	}
	// P3 and its general contractor: what E1 builds is touched
	if r.Truth.CleanSubjects != 2 || r.Truth.CleanWarned != 0 {
		t.Errorf("%d clean subjects, %d warned of; want 2, 0", r.Truth.CleanSubjects, r.Truth.CleanWarned)
	}
	r.Compare(h, nil)
	if r.Truth.CleanWarned != 3 || *r.Overall.FalseAlarms != 5 {
		t.Errorf("in a world without causes %d subjects were warned of by %d false alarms; want 3 and 5", r.Truth.CleanWarned, *r.Overall.FalseAlarms)
	}
}

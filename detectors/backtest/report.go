package backtest

import (
	"cmp"
	"math"
	"slices"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Report is what a back-test tells. A figure that nothing stands behind is nil, never 0.
type Report struct {
	From          civil.Date `json:"from"`
	To            civil.Date `json:"to"`
	Dates         int        `json:"dates"`    // as-of dates judged
	End           civil.Date `json:"data_end"` // what then happened is told as known at its end
	Policy        string     `json:"policy_version"`
	Rules         Rules      `json:"rules"`
	ProjectMonths float64    `json:"project_months"` // projects under way times months between the first as-of date and the last
	Outcomes      int        `json:"outcomes"`       // times in arrears that began after the first as-of date, up to the last
	PayDays       int        `json:"pay_days"`       // pay days after the first as-of date, up to the last, of which arrears came
	Overall       Figures    `json:"overall"`        // warnings about projects and employers, of all detectors together
	Ahead         Figures    `json:"foresight"`      // of the detectors of the group foresight together
	Detectors     []Figures  `json:"detectors"`      // the same by detector, in the order of the catalogue; those that never warned too
	Townships     []Figures  `json:"townships"`      // warnings about townships, by detector
	Baseline      Figures    `json:"baseline"`       // of the rule that a wage due is still owed at the end of the next month
	Odds          *Odds      `json:"odds"`           // of arrears-risk; nil where it never warned
	Truth         *Truth     `json:"truth"`          // nil where nobody knows it
	People        *People    `json:"people"`         // what people found; nil where no verdicts were given

	// Judged and Met are the warnings and outcomes the figures count.
	Judged []Judged  `json:"-"`
	Met    []Outcome `json:"-"`
}

// Figures are the measures of one detector, or of all together.
type Figures struct {
	Detector    string       `json:"detector,omitempty"`
	Title       catalog.Text `json:"title"`
	Warnings    int          `json:"warnings"` // opened in the walk = followed + not_followed + in_arrears + cut_off
	Followed    int          `json:"followed"`
	NotFollowed int          `json:"not_followed"`
	InArrears   int          `json:"in_arrears"`
	CutOff      int          `json:"cut_off"`
	Precision   *float64     `json:"precision"` // followed ÷ (followed + not_followed)
	Warned      int          `json:"warned"`    // outcomes that a warning foretold
	Recall      *float64     `json:"recall"`    // warned ÷ all outcomes, whatever the detector's scope
	LeadDays    *Quartiles   `json:"lead_days"` // of the outcomes warned of, from the earliest warning that foretold them
	Rate        *float64     `json:"warnings_per_100_projects_a_month"`
	FalseAlarms *int         `json:"false_alarms,omitempty"` // warnings about subjects that the truth holds clean
	PayDay      Foresight    `json:"pay_day"`                // the same by the pay day
	// SubjectMonths are the months in which such a warning stood, by the pay day.
	SubjectMonths SubjectMonths `json:"subject_months"`

	rated int // warnings opened after the first as-of date
}

// Foresight are the measures by the pay day: Warnings = followed + not_followed + past_due + cut_off.
type Foresight struct {
	Followed    int        `json:"followed"` // the pay day came within the horizon, and its wages became arrears
	NotFollowed int        `json:"not_followed"`
	PastDue     int        `json:"past_due"` // whoever the warning is about was past due already
	CutOff      int        `json:"cut_off"`
	Precision   *float64   `json:"precision"`
	Foreseen    int        `json:"foreseen"`  // pay days that a warning opened before, at most foresee_days
	Recall      *float64   `json:"recall"`    // foreseen ÷ all such pay days
	LeadDays    *Quartiles `json:"lead_days"` // from the earliest such warning to the pay day
}

// Quartiles of whole days; between two values, in proportion.
type Quartiles struct {
	Lower  float64 `json:"lower"`
	Median float64 `json:"median"`
	Upper  float64 `json:"upper"`
}

// daysAMonth is the mean length of a month of the Gregorian calendar.
const daysAMonth = 365.2425 / 12

// Measure compares warnings with what then happened. headers are the catalogue.
func Measure(h History, headers []catalog.Header, r Rules, policyVersion string) Report {
	looksAhead := map[string]bool{}
	for _, header := range headers {
		looksAhead[header.ID] = header.Group == catalog.Foresight
	}
	j := judge(h, r.HorizonDays, r.HorizonDays, looksAhead)
	pay := judge(h.byPayDay(r), r.HorizonDays, r.ForeseeDays, looksAhead)
	j.take(pay)
	report := Report{
		Dates: len(h.Dates), End: h.End, Policy: policyVersion, Rules: r, Outcomes: len(j.outcomes),
		PayDays: len(pay.outcomes), Judged: j.judged, Met: j.outcomes, Detectors: []Figures{}, Townships: []Figures{},
	}
	if n := len(h.Dates); n > 0 {
		report.From, report.To = h.Dates[0].On, h.Dates[n-1].On
	}
	for i := 1; i < len(h.Dates); i++ {
		report.ProjectMonths += float64(h.Dates[i].Projects) * float64(h.Dates[i].On-h.Dates[i-1].On) / daysAMonth
	}
	figures := func(of row, title catalog.Text) Figures {
		f := Figures{Detector: of.detector, Title: title}
		var episodes []Episode
		for _, one := range j.judged {
			if of.holds(one.Episode) {
				f.count(one, report.From)
				episodes = append(episodes, one.Episode)
			}
		}
		f.SubjectMonths = pay.subjectMonths(episodes, r.HorizonDays)
		f.finish(j.outcomes, pay.outcomes, of, report.ProjectMonths)
		return f
	}
	report.Overall = figures(all, catalog.Text{ZH: "全部预警", EN: "All warnings"})
	report.Ahead = figures(ahead, catalog.Text{ZH: "全部预见类预警", EN: "All foresight warnings"})
	for _, header := range headers {
		report.Detectors = append(report.Detectors, figures(row{detector: header.ID}, header.Title))
		if slices.Contains(header.Scopes, catalog.Township) {
			report.Townships = append(report.Townships, figures(row{detector: header.ID, townships: true}, header.Title))
		}
	}
	report.Odds = pay.odds(r)
	report.Baseline = h.measureBaseline(r, report)
	report.ProjectMonths = math.Round(report.ProjectMonths*10) / 10
	return report
}

// measureBaseline gives the rule's figures, as of any detector.
func (h History) measureBaseline(r Rules, report Report) Figures {
	rule := h
	rule.Episodes = h.baseline()
	j := judge(rule, r.HorizonDays, r.HorizonDays, nil)
	pay := judge(rule.byPayDay(r), r.HorizonDays, r.ForeseeDays, nil)
	j.take(pay)
	f := Figures{Detector: baselineID, Title: catalog.Text{ZH: "规则：次月底仍未发放", EN: "Rule: unpaid by the end of the next month"}}
	for _, one := range j.judged {
		f.count(one, report.From)
	}
	f.finish(j.outcomes, pay.outcomes, row{detector: baselineID}, report.ProjectMonths)
	return f
}

// holds tells whether a warning counts in a row.
func (of row) holds(e Episode) bool {
	return of.townships == (e.Scope == catalog.Township) && (of.detector == "" || of.detector == e.Detector) && (!of.foresight || e.ahead)
}

func (f *Figures) count(one Judged, first civil.Date) {
	f.Warnings++
	if one.OpenedOn > first {
		f.rated++
	}
	switch one.Verdict {
	case Followed:
		f.Followed++
	case NotFollowed:
		f.NotFollowed++
	case InArrears:
		f.InArrears++
	case CutOff:
		f.CutOff++
	}
	switch one.PayDay.Verdict {
	case Followed:
		f.PayDay.Followed++
	case NotFollowed:
		f.PayDay.NotFollowed++
	case PastDue:
		f.PayDay.PastDue++
	case CutOff:
		f.PayDay.CutOff++
	}
}

func (f *Figures) finish(outcomes, payDays []Outcome, of row, projectMonths float64) {
	leads := func(of row, outcomes []Outcome) (lead []int) {
		for _, o := range outcomes {
			if on, warned := o.warned[of]; warned {
				lead = append(lead, int(o.From-on))
			}
		}
		return lead
	}
	p := &f.PayDay
	before := leads(of, payDays)
	p.Foreseen = len(before)
	p.Precision = share(float64(p.Followed), float64(p.Followed+p.NotFollowed))
	p.Recall = share(float64(p.Foreseen), float64(len(payDays)))
	p.LeadDays = quartiles(before)
	lead := leads(of, outcomes)
	f.Warned = len(lead)
	f.Precision = share(float64(f.Followed), float64(f.Followed+f.NotFollowed))
	f.Recall = share(float64(f.Warned), float64(len(outcomes)))
	f.LeadDays = quartiles(lead)
	f.Rate = share(100*float64(f.rated), projectMonths)
}

// share is a ratio to four places, nil of nothing.
func share(of, whole float64) *float64 {
	if whole == 0 {
		return nil
	}
	v := math.Round(of/whole*1e4) / 1e4
	return &v
}

// numbers are the quartiles as text, empty where there are none.
func (q *Quartiles) numbers() [3]string {
	if q == nil {
		return [3]string{}
	}
	return [3]string{number(&q.Lower), number(&q.Median), number(&q.Upper)}
}

// quartiles sorts the days; nil of none.
func quartiles(days []int) *Quartiles {
	if len(days) == 0 {
		return nil
	}
	slices.SortFunc(days, cmp.Compare)
	at := func(q float64) float64 {
		place := q * float64(len(days)-1)
		below := int(place)
		above := min(below+1, len(days)-1)
		return float64(days[below]) + (place-float64(below))*float64(days[above]-days[below])
	}
	return &Quartiles{Lower: at(0.25), Median: at(0.5), Upper: at(0.75)}
}

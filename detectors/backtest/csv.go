package backtest

import (
	"io"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// WriteFigures writes a row for all warnings together, one for those of foresight, one for each detector, and one for each whose
// warnings are about townships. What is not known is empty.
func (r Report) WriteFigures(w io.Writer) error {
	rows := [][]string{{
		"warnings_about", "detector", "title", "warnings", "followed", "not_followed", "in_arrears", "cut_off", "precision",
		"outcomes", "warned", "recall", "lead_days_lower", "lead_days_median", "lead_days_upper", "warnings_per_100_projects_a_month", "false_alarms",
		"pay_day_followed", "pay_day_not_followed", "pay_day_past_due", "pay_day_cut_off", "pay_day_precision", "pay_days", "pay_days_foreseen",
		"pay_day_recall", "pay_day_lead_days_lower", "pay_day_lead_days_median", "pay_day_lead_days_upper",
		"subject_months", "subject_months_followed", "subject_months_precision",
	}}
	add := func(about string, f Figures) {
		q, p := f.LeadDays.numbers(), f.PayDay.LeadDays.numbers()
		rows = append(rows, []string{
			about, f.Detector, f.Title.ZH, strconv.Itoa(f.Warnings), strconv.Itoa(f.Followed), strconv.Itoa(f.NotFollowed), strconv.Itoa(f.InArrears),
			strconv.Itoa(f.CutOff), number(f.Precision), strconv.Itoa(r.Outcomes), strconv.Itoa(f.Warned), number(f.Recall),
			q[0], q[1], q[2], number(f.Rate), whole(f.FalseAlarms),
			strconv.Itoa(f.PayDay.Followed), strconv.Itoa(f.PayDay.NotFollowed), strconv.Itoa(f.PayDay.PastDue), strconv.Itoa(f.PayDay.CutOff),
			number(f.PayDay.Precision), strconv.Itoa(r.PayDays), strconv.Itoa(f.PayDay.Foreseen), number(f.PayDay.Recall), p[0], p[1], p[2],
			strconv.Itoa(f.SubjectMonths.Months), strconv.Itoa(f.SubjectMonths.Followed), number(f.SubjectMonths.Precision),
		})
	}
	add("subjects", r.Overall)
	add("foresight", r.Ahead)
	for _, f := range r.Detectors {
		add("subjects", f)
	}
	for _, f := range r.Townships {
		add("townships", f)
	}
	return spreadsheet.WriteCSV(w, rows)
}

// WriteWarnings writes every warning of the walk with what became of it.
func (r Report) WriteWarnings(w io.Writer) error {
	rows := [][]string{{"detector", "scope", "scope_id", "name", "level", "opened_on", "closed_on", "verdict", "arrears_scope", "arrears_scope_id", "arrears_from", "lead_days", "pay_day_verdict", "pay_day", "lead_days_to_pay_day", "found_by_people"}}
	for _, one := range r.Judged {
		came := [3]string{}
		if a := one.Arrears; a != nil {
			came = [3]string{string(a.Scope), a.ID, a.From.String()}
		}
		rows = append(rows, []string{
			one.Detector, string(one.Scope), one.Subject.ID, one.Name, string(one.Level), one.OpenedOn.String(), date(one.ClosedOn),
			string(one.Verdict), came[0], came[1], came[2], whole(one.LeadDays), string(one.PayDay.Verdict), date(one.PayDay.On), whole(one.PayDay.LeadDays), string(one.Found),
		})
	}
	return spreadsheet.WriteCSV(w, rows)
}

// WriteOutcomes writes every outcome of the walk with what had warned of it.
func (r Report) WriteOutcomes(w io.Writer) error {
	rows := [][]string{{"scope", "scope_id", "arrears_from", "arrears_to", "warned_on", "lead_days", "detectors", "pay_day", "foreseen_on", "lead_days_to_pay_day"}}
	for _, o := range r.Met {
		rows = append(rows, []string{
			string(o.Scope), o.ID, o.From.String(), date(o.To), date(o.WarnedOn), whole(o.LeadDays), strings.Join(o.By, " "),
			o.PayDay.String(), date(o.ForeseenOn), whole(o.ForeseenDays),
		})
	}
	return spreadsheet.WriteCSV(w, rows)
}

func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

func whole(v *int) string {
	if v == nil {
		return ""
	}
	return strconv.Itoa(*v)
}

func date(d *civil.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}

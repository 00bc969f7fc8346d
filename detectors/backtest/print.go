package backtest

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// Print writes the report for people at a terminal.
func (r Report) Print(w io.Writer) {
	fmt.Fprintf(w, "Warnings of %d as-of dates from %s to %s, against arrears (%d days past due) as known at the end of %s; horizon %d days\n\n",
		r.Dates, r.From, r.To, r.Rules.ArrearsDays, r.End, r.Rules.HorizonDays)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := "warnings\tfollowed\tnot\tin arrears\tcut off\tprecision\trecall\tlead days\tquartiles\tper 100 projects a month\t"
	if r.Truth != nil {
		head += "false alarms\t"
	}
	line := func(name string, f Figures) {
		lead, rate := "–", "–"
		if f.LeadDays != nil {
			lead = plain(f.LeadDays.Lower) + "–" + plain(f.LeadDays.Upper)
		}
		if f.Rate != nil {
			rate = strconv.FormatFloat(*f.Rate, 'f', 1, 64)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t", name, f.Warnings, f.Followed, f.NotFollowed, f.InArrears, f.CutOff,
			percent(f.Precision), percent(f.Recall), median(f.LeadDays), lead, rate)
		if f.FalseAlarms != nil {
			fmt.Fprintf(t, "%d\t", *f.FalseAlarms)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintln(t, "about projects and employers\t"+head)
	line("all", r.Overall)
	line("foresight", r.Ahead)
	for _, f := range r.Detectors {
		if f.Warnings > 0 {
			line(f.Detector, f)
		}
	}
	t.Flush()
	first := true
	for _, f := range r.Townships {
		if f.Warnings == 0 {
			continue
		}
		if first {
			fmt.Fprintln(w)
			fmt.Fprintln(t, "about townships\t"+head)
			first = false
		}
		line(f.Detector, f)
	}
	t.Flush()
	fmt.Fprintf(w, "\n%d times in arrears began in that time; %d were warned of before\n", r.Outcomes, r.Overall.Warned)
	r.printPayDays(w)
	if r.Odds != nil {
		r.Odds.print(w)
	}
	if r.Truth != nil {
		r.Truth.print(w)
	}
	if r.People != nil {
		r.People.print(w)
	}
}

// printPayDays prints the figures by the pay day, of the detectors that foresaw one or more.
func (r Report) printPayDays(w io.Writer) {
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "before the pay day\twarnings\tfollowed\tnot\tpast due\tcut off\tprecision\tforeseen\trecall\tlead days\tquartiles\tsubject-months\tprecision\t")
	line := func(name string, f Figures) {
		p, spread := f.PayDay, "–"
		if p.LeadDays != nil {
			spread = plain(p.LeadDays.Lower) + "–" + plain(p.LeadDays.Upper)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%d\t%s\t%s\t%s\t%d\t%s\t\n", name, f.Warnings, p.Followed, p.NotFollowed, p.PastDue, p.CutOff,
			percent(p.Precision), p.Foreseen, percent(p.Recall), median(p.LeadDays), spread, f.SubjectMonths.Months, percent(f.SubjectMonths.Precision))
	}
	line("all", r.Overall)
	line("foresight", r.Ahead)
	for _, f := range r.Detectors {
		if f.PayDay.Foreseen > 0 {
			line(f.Detector, f)
		}
	}
	line(r.Baseline.Detector, r.Baseline)
	t.Flush()
	fmt.Fprintf(w, "\nof %d pay days the wages became arrears; %d were foreseen, at most %d days before\n", r.PayDays, r.Overall.PayDay.Foreseen, r.Rules.ForeseeDays)
}

// print prints whether odds were honest, and what acting on them costs.
func (o Odds) print(w io.Writer) {
	fmt.Fprintf(w, "\nodds of arrears-risk, told %d times; calibration error %s\n\n", o.Told, percent(o.Error))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "mean odds\tcame\ttold\t")
	for _, b := range o.Bands {
		fmt.Fprintf(t, "%s\t%s\t%d\t\n", percent(&b.Mean), percent(&b.Came), b.Told)
	}
	fmt.Fprintln(t, "\nvisits once a month, from odds\tvisits\ttrue\tpay days reached\tshare of all\tneedless visits for each\t")
	for _, c := range o.Cost {
		needless := "–"
		if c.Needless != nil {
			needless = strconv.FormatFloat(*c.Needless, 'f', 1, 64)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\t%s\t\n", percent(&c.From), c.Visits, c.True, c.Reached, percent(c.Share), needless)
	}
	t.Flush()
}

func (t Truth) print(w io.Writer) {
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "hidden causes\tbecame visible\tfound\tafter days\tquartiles\t")
	line := func(name string, f Found) {
		spread := "–"
		if f.DaysTo != nil {
			spread = plain(f.DaysTo.Lower) + " to " + plain(f.DaysTo.Upper)
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%s\t\n", name, f.Causes, f.Found, median(f.DaysTo), spread)
	}
	line("all", t.Found)
	for _, f := range t.Causes {
		line(f.Cause, f)
	}
	table.Flush()
	fmt.Fprintf(w, "\n%d clean subjects; some warning was about %d of them\n", t.CleanSubjects, t.CleanWarned)
}

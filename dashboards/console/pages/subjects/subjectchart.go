package subjects

import (
	"html/template"
	"math"

	"github.com/anxin-project/anxin/dashboards/console/chart"
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// moneyAxis labels an axis of fen: 万元 in Chinese, thousands or millions in English.
func moneyAxis(l language.Locale, v float64) string {
	if l != language.English {
		return language.Fixed(v/1e6, language.Decimals(v/1e6)) + "万"
	}
	scale, letter := 1e5, "k"
	if math.Abs(v) >= 1e8 {
		scale, letter = 1e8, "M"
	}
	abs := math.Abs(v) / scale
	return language.Sign(v) + "¥" + language.Fixed(abs, language.Decimals(abs)) + letter
}

// attendanceChart shows how many people worked on each of the last days; days without anybody are gaps.
func attendanceChart(l language.Locale, f *view.Facts, asOf civil.Date) template.HTML {
	if len(f.Days) == 0 {
		return ""
	}
	labels := make([]string, view.FactDays)
	s := chart.Bars{Class: "work", Values: make([]float64, view.FactDays), Titles: make([]string, view.FactDays)}
	first := asOf.AddDays(-view.FactDays + 1)
	for i := range labels {
		d := first.AddDays(i)
		if d.Weekday() == 1 && (i/7)%2 == 0 {
			labels[i] = d.Time().Format("1/2")
		}
	}
	for _, day := range f.Days {
		if i := int(day.On - first); i >= 0 && i < view.FactDays {
			s.Values[i] = float64(day.Workers)
			s.Titles[i] = l.Date(day.On) + " · " + l.Count(int64(day.Workers), catalog.Workers)
		}
	}
	return chart.Bar(1280, 170, labels, []chart.Bars{s}, nil, func(v float64) string { return language.Fixed(v, language.Decimals(v)) }, language.Message(l, "chart.attendance"))
}

// wagesChart shows wages due and paid side by side by wage month, and beside them what work without a pay slip comes to.
func wagesChart(l language.Locale, f *view.Facts) template.HTML {
	due, paid, unlisted := chart.Bars{Class: "due"}, chart.Bars{Class: "paid"}, chart.Bars{Class: "unlisted"}
	estimate := f.Owed.Unlisted()
	var labels []string
	any := false
	for _, m := range f.Months {
		labels = append(labels, l.ShortMonth(m.Month))
		due.Values, paid.Values = append(due.Values, float64(m.PayableFen)), append(paid.Values, float64(m.PaidFen))
		due.Titles = append(due.Titles, l.Month(m.Month)+" · "+language.Message(l, "wages.payable")+" "+l.Yuan(m.PayableFen))
		paid.Titles = append(paid.Titles, l.Month(m.Month)+" · "+language.Message(l, "wages.paid")+" "+l.Yuan(m.PaidFen))
		unlisted.Values = append(unlisted.Values, float64(estimate[m.Month]))
		unlisted.Titles = append(unlisted.Titles, l.Month(m.Month)+" · "+language.Message(l, "wages.estimate")+" "+l.Yuan(estimate[m.Month]))
		any = any || m.PayableFen != 0 || estimate[m.Month] != 0
	}
	if !any {
		return ""
	}
	series := []chart.Bars{due, paid}
	if len(estimate) > 0 {
		series = append(series, unlisted)
	}
	return chart.Bar(640, 240, labels, series, nil, func(v float64) string { return moneyAxis(l, v) }, language.Message(l, "chart.wages"))
}

// accountChart shows what entered and left the wage account by month, and the balance as a line.
func accountChart(l language.Locale, f *view.Facts) template.HTML {
	in, out, other := chart.Bars{Class: "in"}, chart.Bars{Class: "paid"}, chart.Bars{Class: "other"}
	var labels []string
	var balance []float64
	for _, m := range f.Account {
		labels = append(labels, l.ShortMonth(m.Month))
		in.Values, out.Values, other.Values = append(in.Values, float64(m.FundedFen)), append(out.Values, float64(m.WagesFen)), append(other.Values, float64(m.OtherFen))
		for s, fen := range map[*chart.Bars]int64{&in: m.FundedFen, &out: m.WagesFen, &other: m.OtherFen} {
			s.Titles = append(s.Titles, l.Month(m.Month)+" · "+language.Message(l, "account."+s.Class)+" "+l.Yuan(fen))
		}
		balance = append(balance, float64(m.BalanceFen))
	}
	return chart.Bar(640, 240, labels, []chart.Bars{in, out, other}, balance, func(v float64) string { return moneyAxis(l, v) }, language.Message(l, "chart.account"))
}

// signalChart is a small line of an operating indicator.
func signalChart(l language.Locale, s view.Signal) template.HTML {
	lowest, highest := s.Values[0], s.Values[0]
	for _, v := range s.Values {
		lowest, highest = min(lowest, v), max(highest, v)
	}
	points := make([]view.Point, len(s.Values))
	for i, v := range s.Values {
		scaled := 70.0
		if highest > lowest {
			scaled = 40 + 60*(v-lowest)/(highest-lowest)
		}
		points[i] = view.Point{Index: &scaled}
	}
	return chart.Sparkline(points, l.Word("indicator", s.Indicator))
}

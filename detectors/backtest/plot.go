package backtest

import (
	"fmt"
	"html"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// The plot is one SVG without scripts: a row for each detector that warned, with precision, recall and lead time side by
// side. Every bar has its figure and its counts beside it, so that nothing hangs on colour or length alone, and three
// warnings do not look like three hundred.

const (
	plotWidth  = 1080.0
	rowHeight  = 36.0
	labelRight = 300.0
	barWidth   = 120.0 // of a share of 1, and of the horizon
	headHeight = 112.0
)

// columns of the plot: where each begins.
var columns = struct{ precision, recall, lead, rate float64 }{320, 540, 760, 1064}

type plot struct {
	strings.Builder
	horizon float64
	y       float64 // top of the row to draw
}

// WritePlot writes the report as a picture, Chinese first.
func (r Report) WritePlot(w io.Writer) error {
	p := &plot{horizon: math.Max(1, float64(r.Rules.HorizonDays)), y: headHeight}
	p.head(r)
	p.figures(r.Overall, r.Outcomes, true)
	p.figures(r.Ahead, r.Outcomes, true)
	var silent int
	for _, f := range r.Detectors {
		if f.Warnings == 0 {
			silent++
			continue
		}
		p.figures(f, r.Outcomes, false)
	}
	if silent > 0 {
		p.section(fmt.Sprintf("另有%d个检测器未发出预警", silent), fmt.Sprintf("%d more detectors never warned", silent))
	}
	first := true
	for _, f := range r.Townships {
		if f.Warnings == 0 {
			continue
		}
		if first {
			p.section("关于乡镇的预警（不计入全部预警）", "Warnings about townships (not counted above)")
			first = false
		}
		p.figures(f, r.Outcomes, false)
	}
	p.payDays(r)
	if r.Truth != nil {
		p.truth(*r.Truth)
	}
	p.foot(r)
	title := "安薪预警回测 Anxin back-test"
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" lang="zh" aria-labelledby="title summary">
<title id="title">%s</title>
<desc id="summary">%s</desc>
<style>%s</style>
<rect width="100%%" height="100%%" fill="#ffffff"/>
%s</svg>
`, plotWidth, p.y, plotWidth, p.y, title, html.EscapeString(r.summary()), plotStyle, p.String())
	return err
}

const plotStyle = `
text { font: 13px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; fill: #16252d; }
.title { font-size: 20px; font-weight: 600; } .strong { font-weight: 600; } .small { font-size: 11px; font-weight: 400; fill: #52646d; }
.track { fill: #e9eef0; } .precision { fill: #2c7fb8; } .recall { fill: #1f8a52; } .lead { fill: #b8760a; } .found { fill: #6d5aa8; }
.median { stroke: #16252d; stroke-width: 2.5; } .line { stroke: #d8e0e4; } .all { fill: #f3f6f7; }
`

// summary is what a screen reader says of the picture.
func (r Report) summary() string {
	f := r.Overall
	zh := fmt.Sprintf("%s至%s：预警%d条，查准率%s，查全率%s，提前天数中位数%s。", r.From, r.To, f.Warnings, percent(f.Precision), percent(f.Recall), median(f.LeadDays))
	en := fmt.Sprintf("%s to %s: %d warnings, precision %s, recall %s, median lead time %s days.", r.From, r.To, f.Warnings, percent(f.Precision), percent(f.Recall), median(f.LeadDays))
	return zh + " " + en
}

func (p *plot) head(r Report) {
	p.text(24, 36, "title", "start", "预警回测 Back-test of warnings")
	p.text(24, 58, "small", "start", fmt.Sprintf("截至日 as-of dates %s – %s（%d）；数据止于 data end %s；欠薪 arrears：逾期 past due %d 天 days；预测期 horizon %d 天 days",
		r.From, r.To, r.Dates, r.End, r.Rules.ArrearsDays, r.Rules.HorizonDays))
	for _, c := range []struct {
		x      float64
		zh, en string
	}{
		{24, "检测器", "detector (warnings opened)"}, {columns.precision, "查准率", "precision"}, {columns.recall, "查全率", "recall"},
		{columns.lead, "提前天数", fmt.Sprintf("lead days, 0 to %d", r.Rules.HorizonDays)},
	} {
		p.text(c.x, 86, "strong", "start", c.zh)
		p.text(c.x, 102, "small", "start", c.en)
	}
	p.text(columns.rate, 86, "strong", "end", "每百项目每月")
	p.text(columns.rate, 102, "small", "end", "per 100 projects a month")
}

func (p *plot) figures(f Figures, outcomes int, strong bool) {
	class := ""
	if strong {
		class = "strong"
		p.add(`<rect x="0" y="%.1f" width="%.1f" height="%.1f" class="all"/>`, p.y, plotWidth, rowHeight)
	}
	p.label(f.Title, fmt.Sprint(f.Warnings), class)
	p.share(columns.precision, "precision", f.Precision, f.Followed, f.Followed+f.NotFollowed)
	p.share(columns.recall, "recall", f.Recall, f.Warned, outcomes)
	p.quartiles(f.LeadDays)
	rate := "–"
	if f.Rate != nil {
		rate = strconv.FormatFloat(*f.Rate, 'f', 1, 64)
	}
	p.text(columns.rate, p.y+22, class, "end", rate)
	p.next()
}

// label names a row, Chinese above English.
func (p *plot) label(title catalog.Text, count, class string) {
	p.text(24, p.y+15, class, "start", title.ZH)
	p.text(24, p.y+30, "small", "start", shorten(title.EN, 44))
	p.text(labelRight, p.y+15, "small", "end", count)
}

// share draws a share of 1 with its counts; one of nothing is a dash.
func (p *plot) share(x float64, class string, v *float64, of, whole int) {
	p.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="12" class="track"/>`, x, p.y+12, barWidth)
	if v != nil {
		p.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="12" class="%s"/>`, x, p.y+12, barWidth**v, class)
	}
	p.text(x+barWidth+8, p.y+18, "", "start", percent(v))
	p.text(x+barWidth+8, p.y+31, "small", "start", fmt.Sprintf("%d/%d", of, whole))
}

// quartiles draws the middle half of the lead times and their median.
func (p *plot) quartiles(q *Quartiles) {
	p.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="12" class="track"/>`, columns.lead, p.y+12, barWidth)
	if q != nil {
		at := func(days float64) float64 { return columns.lead + barWidth*math.Min(days/p.horizon, 1) }
		p.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="12" class="lead"/>`, at(q.Lower), p.y+12, math.Max(1, at(q.Upper)-at(q.Lower)))
		p.add(`<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="median"/>`, at(q.Median), at(q.Median), p.y+8, p.y+28)
	}
	p.text(columns.lead+barWidth+8, p.y+18, "", "start", median(q))
	if q != nil {
		p.text(columns.lead+barWidth+8, p.y+31, "small", "start", plain(q.Lower)+"–"+plain(q.Upper))
	}
}

// payDays draws what was foreseen before the pay day.
func (p *plot) payDays(r Report) {
	p.section(fmt.Sprintf("按应付日：应付日前%d天内的预警，共%d个应付日的工资成为欠薪", r.Rules.ForeseeDays, r.PayDays),
		fmt.Sprintf("By the pay day: warnings at most %d days before; of %d pay days the wages became arrears", r.Rules.ForeseeDays, r.PayDays))
	one := func(f Figures, strong bool) {
		class := ""
		if strong {
			class = "strong"
		}
		p.label(f.Title, fmt.Sprint(f.Warnings), class)
		p.share(columns.precision, "precision", f.PayDay.Precision, f.PayDay.Followed, f.PayDay.Followed+f.PayDay.NotFollowed)
		p.share(columns.recall, "recall", f.PayDay.Recall, f.PayDay.Foreseen, r.PayDays)
		p.quartiles(f.PayDay.LeadDays)
		p.next()
	}
	one(r.Overall, true)
	one(r.Ahead, true)
	for _, f := range r.Detectors {
		if f.PayDay.Foreseen > 0 {
			one(f, false)
		}
	}
}

func (p *plot) truth(t Truth) {
	p.section("与模拟真相比较：找到的成因，自显现起天数的中位数",
		"Against the hidden truth: causes found, and the median of days from when they became visible")
	one := func(f Found, title catalog.Text, class string) {
		p.label(title, fmt.Sprint(f.Causes), class)
		p.share(columns.precision, "found", f.Share, f.Found, f.Causes)
		days := "–"
		if f.DaysTo != nil {
			days = fmt.Sprintf("%s 天 days（%s 至 to %s）", plain(f.DaysTo.Median), plain(f.DaysTo.Lower), plain(f.DaysTo.Upper))
		}
		p.text(columns.recall, p.y+22, class, "start", days)
		p.next()
	}
	one(t.Found, catalog.Text{ZH: "全部成因", EN: "all causes"}, "strong")
	for _, f := range t.Causes {
		one(f, causeTitle(f.Cause), "")
	}
	p.section(fmt.Sprintf("清白主体%d个，其中%d个被预警", t.CleanSubjects, t.CleanWarned),
		fmt.Sprintf("%d clean subjects; some warning was about %d of them", t.CleanSubjects, t.CleanWarned))
}

// causeTitle names the causes of the simulator; one that is new is shown as it is called.
func causeTitle(cause string) catalog.Text {
	zh := map[string]string{
		"funding_squeeze": "建设单位资金紧张", "failing_contractor": "总包经营恶化", "bad_payer": "分包克扣工资", "sloppy_site": "现场管理混乱",
		"account_misuse": "专户挪用或冻结", "illegal_subcontracting": "违法分包", "late_payroll": "偶尔迟发", "closing_employer": "用人单位停业",
		"unsettled_exit": "退场不结清", "understated_list": "工资表少记工", "unconnected_feed": "数据源未接入", "returned_payment": "代发退票", "unknown_project": "项目未纳管",
	}[cause]
	en := strings.ReplaceAll(cause, "_", " ")
	if zh == "" {
		zh = en
	}
	return catalog.Text{ZH: zh, EN: en}
}

// section puts a line of text across the rows.
func (p *plot) section(zh, en string) {
	p.add(`<line x1="24" x2="%.1f" y1="%.1f" y2="%.1f" class="line"/>`, columns.rate, p.y+6, p.y+6)
	p.add(`<text x="24" y="%.1f" class="strong">%s <tspan class="small">%s</tspan></text>`, p.y+26, html.EscapeString(zh), html.EscapeString(en))
	p.y += rowHeight
}

func (p *plot) foot(r Report) {
	p.y += 8
	for _, line := range []string{
		fmt.Sprintf("查准率＝预测期内随后欠薪的预警÷预测期已满的预警；开始时已欠薪（%d）和预测期未满（%d）的不计。查全率＝事先预警过的欠薪÷全部欠薪。“–”：无从计算。", r.Overall.InArrears, r.Overall.CutOff),
		fmt.Sprintf("Precision: warnings followed by arrears within the horizon ÷ warnings whose horizon has passed; %d opened in arrears and %d cut off are left out.", r.Overall.InArrears, r.Overall.CutOff),
		"Recall: arrears warned of before ÷ all arrears. A dash: nothing to divide. Arrears count listed wages and work without a pay slip.",
	} {
		p.text(24, p.y+10, "small", "start", line)
		p.y += 17
	}
	p.y += 12
}

func (p *plot) next() { p.y += rowHeight }

func (p *plot) add(format string, values ...any) {
	fmt.Fprintf(&p.Builder, format, values...)
	p.WriteByte('\n')
}

func (p *plot) text(x, y float64, class, anchor, label string) {
	p.add(`<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`, x, y, class, anchor, html.EscapeString(label))
}

// percent shows a share; of nothing, a dash.
func percent(v *float64) string {
	if v == nil {
		return "–"
	}
	return strconv.FormatFloat(*v*100, 'f', 0, 64) + "%"
}

func median(q *Quartiles) string {
	if q == nil {
		return "–"
	}
	return plain(q.Median)
}

// plain shows days to half a day.
func plain(days float64) string { return strconv.FormatFloat(math.Round(days*2)/2, 'f', -1, 64) }

// shorten keeps a title inside its column.
func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

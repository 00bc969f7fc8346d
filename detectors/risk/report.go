package risk

import (
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Write writes the scorecard's file, points rounded to two digits, so that what people review is what is applied.
func (s Scorecard) Write(w io.Writer) error {
	_, err := io.WriteString(w, `# The scorecard of arrears-risk. Points add up to the natural logarithm of the odds that a wage which falls due within 60 days is
# still owed 30 days later; 0.69 points double the odds. Made by "anxin risk fit": change the data and fit again rather than
# change a number. Adopting one is a named person's act (anxin risk adopt).
`)
	if err != nil {
		return err
	}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(s.rounded()); err != nil {
		return err
	}
	return e.Close()
}

// rounded is the scorecard with numbers as people read them.
func (s Scorecard) rounded() Scorecard {
	two := func(v float64) float64 { return math.Round(v*100) / 100 }
	three := func(v float64) float64 { return math.Round(v*1000) / 1000 }
	s.Parts = slices.Clone(s.Parts)
	for i, p := range s.Parts {
		p.Base = two(p.Base)
		p.Curves, p.Pairs, p.Tried = slices.Clone(p.Curves), slices.Clone(p.Pairs), slices.Clone(p.Tried)
		for k, c := range p.Curves {
			c.Points = slices.Clone(c.Points)
			for l := range c.Points {
				c.Points[l] = two(c.Points[l])
			}
			c.Missing = two(c.Missing)
			c.Shares = slices.Clone(c.Shares)
			for l := range c.Shares {
				c.Shares[l] = three(c.Shares[l])
			}
			p.Curves[k] = c
		}
		for k, pair := range p.Pairs {
			pair.Points = slices.Clone(pair.Points)
			for l, line := range pair.Points {
				line = slices.Clone(line)
				for m := range line {
					line[m] = two(line[m])
				}
				pair.Points[l] = line
			}
			p.Pairs[k] = pair
		}
		for k, t := range p.Tried {
			for _, f := range []*Figures{&t.Yellow, &t.Red} {
				f.Precision, f.Recall, f.PerHundred = three(f.Precision), three(f.Recall), two(f.PerHundred)
				for l := range 2 {
					f.PrecisionWithin[l], f.RecallWithin[l] = three(f.PrecisionWithin[l]), three(f.RecallWithin[l])
				}
			}
			t.Calibration = three(t.Calibration)
			t.Bands = slices.Clone(t.Bands)
			for l := range t.Bands {
				t.Bands[l].Odds, t.Bands[l].Came = three(t.Bands[l].Odds), three(t.Bands[l].Came)
			}
			p.Tried[k] = t
		}
		s.Parts[i] = p
	}
	return s
}

// The picture of a scorecard: how it did, whether its odds are honest, and every curve.
const (
	paperWidth = 1080.0
	cellWidth  = 350.0
	cellHeight = 190.0
)

type paper struct {
	strings.Builder
	y float64
}

func (p *paper) add(format string, args ...any) { fmt.Fprintf(&p.Builder, format+"\n", args...) }

func (p *paper) text(x, y float64, class, anchor, text string) {
	p.add(`<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`, x, y, class, anchor, html.EscapeString(text))
}

// WriteSVG writes the report as a picture without scripts, Chinese first.
func (s Scorecard) WriteSVG(w io.Writer) error {
	p := &paper{y: 40}
	p.text(24, p.y, "title", "start", "欠薪风险评分卡 Scorecard of arrears-risk: "+s.ID)
	p.text(24, p.y+22, "small", "start", fmt.Sprintf("拟合数据 fitted to %s；%s – %s", strings.Join(s.Fitted.Data, ", "), s.Fitted.From, s.Fitted.To))
	p.y += 50
	names := map[string]string{"project": "项目 Projects", "employer": "无项目的用人单位 Employers without projects"}
	for _, part := range s.Parts {
		p.text(24, p.y, "title", "start", names[string(part.Scope)])
		p.text(24, p.y+20, "small", "start", fmt.Sprintf("%d个主体，%d行，%d个有欠薪结果 subjects, rows, subjects with the outcome", part.Subjects, part.Rows, part.Events))
		p.y += 44
		p.trials(part)
		p.curves(part)
	}
	p.text(24, p.y, "strong", "start", "不知道什么 What it does not know")
	for _, line := range s.Fitted.Unknown {
		p.y += 18
		p.text(24, p.y, "small", "start", "· "+line)
	}
	p.y += 30
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" lang="zh" aria-labelledby="title">
<title id="title">欠薪风险评分卡 Scorecard of arrears-risk</title>
<style>
text { font: 13px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; fill: #16252d; }
.title { font-size: 18px; font-weight: 600; } .strong { font-weight: 600; } .small { font-size: 11px; fill: #52646d; }
.curve { fill: none; stroke: #2c7fb8; stroke-width: 2; } .axis { stroke: #b9c6cc; } .dot { fill: #b8760a; } .same { stroke: #b9c6cc; stroke-dasharray: 4 3; }
</style>
<rect width="100%%" height="100%%" fill="#ffffff"/>
%s</svg>
`, paperWidth, p.y, paperWidth, p.y, p.String())
	return err
}

func (p *paper) trials(part Part) {
	for i, head := range []string{"试于 tried on", "事件 events", "查准率 precision", "查全率 recall", "提前天数 lead", "每百主体每月 a month of 100", "校准误差 calibration"} {
		p.text([]float64{24, 420, 480, 620, 760, 850, 1056}[i], p.y, "strong", []string{"start", "end", "start", "start", "start", "start", "end"}[i], head)
	}
	for _, t := range part.Tried {
		for i, f := range []Figures{t.Yellow, t.Red} {
			p.y += 18
			label := t.On
			if i == 1 {
				label = "　红色 red"
			}
			p.text(24, p.y, "", "start", label)
			p.text(420, p.y, "", "end", fmt.Sprint(t.Events))
			p.text(480, p.y, "", "start", fmt.Sprintf("%.0f%% (%.0f–%.0f)", 100*f.Precision, 100*f.PrecisionWithin[0], 100*f.PrecisionWithin[1]))
			p.text(620, p.y, "", "start", fmt.Sprintf("%.0f%% (%.0f–%.0f)", 100*f.Recall, 100*f.RecallWithin[0], 100*f.RecallWithin[1]))
			p.text(760, p.y, "", "start", fmt.Sprint(f.LeadDays))
			p.text(850, p.y, "", "start", fmt.Sprintf("%.1f", f.PerHundred))
			if i == 0 {
				p.text(1056, p.y, "", "end", fmt.Sprintf("%.3f", t.Calibration))
			}
		}
	}
	p.y += 30
	for i, t := range part.Tried {
		if i < 3 {
			p.reliability(24+float64(i)*cellWidth, p.y, t)
		}
	}
	p.y += cellHeight + 20
}

// reliability draws what came against the odds that were told.
func (p *paper) reliability(x, y float64, t Trial) {
	const side = 130.0
	p.text(x, y+10, "strong", "start", "概率与实际 odds and what came")
	p.text(x, y+24, "small", "start", t.On)
	top := y + 34
	p.add(`<path d="M%.1f %.1fV%.1fH%.1f" class="axis" fill="none"/><path d="M%.1f %.1fL%.1f %.1f" class="same"/>`, x, top, top+side, x+side, x, top+side, x+side, top)
	for _, b := range t.Bands {
		p.add(`<circle cx="%.1f" cy="%.1f" r="%.1f" class="dot"><title>%.0f%%: %.0f%% (%d)</title></circle>`, x+side*b.Odds, top+side*(1-b.Came), 2+math.Min(4, math.Log10(float64(b.Count))), 100*b.Odds, 100*b.Came, b.Count)
		if b.Odds > 0.15 {
			p.text(x+side*b.Odds+6, top+side*(1-b.Came)+4, "small", "start", fmt.Sprint(b.Count))
		}
	}
}

// curves draws every feature's points, those that matter most first.
func (p *paper) curves(part Part) {
	curves := slices.Clone(part.Curves)
	reach := func(c Curve) float64 { return slices.Max(c.Points) - slices.Min(c.Points) }
	slices.SortStableFunc(curves, func(a, b Curve) int {
		switch {
		case reach(a) > reach(b):
			return -1
		case reach(a) < reach(b):
			return 1
		}
		return 0
	})
	for i, c := range curves {
		x := 24 + float64(i%3)*cellWidth
		if i > 0 && i%3 == 0 {
			p.y += cellHeight
		}
		p.curve(x, p.y, c)
	}
	p.y += cellHeight + 20
}

func (p *paper) curve(x, y float64, c Curve) {
	f := Features[place[c.Feature]]
	p.text(x, y+10, "strong", "start", f.Label.ZH)
	p.text(x, y+24, "small", "start", f.Label.EN)
	const width, height, most = 300.0, 100.0, 3.0
	top := y + 36
	at := func(points float64) float64 { return top + height*(0.5-max(-most, min(most, points))/(2*most)) }
	p.add(`<path d="M%.1f %.1fH%.1f" class="axis"/>`, x, at(0), x+width)
	step := width / float64(len(c.Points))
	path := ""
	for i, v := range c.Points {
		move := "L"
		if i == 0 {
			move = "M"
		}
		path += fmt.Sprintf("%s%.1f %.1fH%.1f", move, x+step*float64(i), at(v), x+step*float64(i+1))
		p.text(x+step*(float64(i)+0.5), at(v)-4, "small", "middle", fmt.Sprintf("%+.1f", v))
	}
	p.add(`<path d="%s" class="curve"/>`, path)
	for i, e := range c.Edges {
		if len(c.Edges) <= 8 || i%2 == 0 {
			p.text(x+step*float64(i+1), top+height+14, "small", "middle", fmt.Sprint(e))
		}
	}
	p.text(x, top+height+30, "small", "start", fmt.Sprintf("未知 unknown %+.1f；单位 unit %s", c.Missing, f.Unit))
}

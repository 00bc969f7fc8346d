// Package chart draws. Charts are inline SVG: they need no script, print well and follow the colour scheme, since colours are
// classes of the style sheet. Every chart is an image with a title for who cannot see it; the figures stand in a table nearby.
package chart

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/view"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// drawing collects SVG elements.
type drawing struct{ strings.Builder }

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.Builder, format, args...) }

// text puts an escaped label.
func (d *drawing) text(x, y float64, class, anchor, label string) {
	d.add(`<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`, x, y, class, anchor, html.EscapeString(label))
}

// finish wraps the elements; the title is what a screen reader says.
func (d *drawing) finish(class string, width, height float64, title string) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="%s" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s"><title>%s</title>%s</svg>`,
		class, width, height, html.EscapeString(title), html.EscapeString(title), d.String()))
}

// Sparkline draws a unit's index over past runs, 96 by 24. Gaps (grey, stale) are gaps. All lines of a page share the
// scale of 40 to 100, so that slopes can be compared.
func Sparkline(points []view.Point, title string) template.HTML {
	const w, h, pad = 96.0, 24.0, 3.0
	var d drawing
	at := func(i int, v float64) (x, y float64) {
		x = pad + (w-2*pad)*float64(i)/math.Max(1, float64(len(points)-1))
		return x, h - pad - (h-2*pad)*(math.Max(40, math.Min(100, v))-40)/60
	}
	var path strings.Builder
	pen, last := false, -1
	for i, p := range points {
		if p.Index == nil {
			pen = false
			continue
		}
		x, y := at(i, *p.Index)
		if pen {
			fmt.Fprintf(&path, "L%.1f %.1f", x, y)
		} else {
			fmt.Fprintf(&path, "M%.1f %.1f", x, y)
		}
		pen, last = true, i
	}
	if last < 0 {
		return ""
	}
	d.add(`<path d="%s"/>`, path.String())
	x, y := at(last, *points[last].Index)
	d.add(`<circle cx="%.1f" cy="%.1f" r="2.2" class="%s"/>`, x, y, view.LightClass(points[last].Light))
	return d.finish("spark", w, h, title)
}

// Odds draws how likely arrears were, from 0 to 100%, with lines where warnings begin. title is what a screen reader says.
func Odds(l language.Locale, points []view.OddsPoint, title string) template.HTML {
	const w, h, left, right, top, bottom = 640.0, 150.0, 40.0, 10.0, 10.0, 22.0
	if len(points) == 0 {
		return ""
	}
	var d drawing
	first, last := points[0].AsOf, points[len(points)-1].AsOf
	x := func(on civil.Date) float64 {
		return left + (w-left-right)*float64(on-first)/math.Max(1, float64(last-first))
	}
	y := func(odds float64) float64 { return top + (h-top-bottom)*(1-odds) }
	for _, share := range []float64{0, 0.3, 0.6, 1} {
		d.add(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="grid"/>`, left, y(share), w-right, y(share))
		d.text(left-6, y(share)+4, "axis", "end", l.Percent(share))
	}
	var path strings.Builder
	for i, p := range points {
		step := "L"
		if i == 0 {
			step = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", step, x(p.AsOf), y(p.Odds))
	}
	d.add(`<path d="%s" class="line"/>`, path.String())
	end := points[len(points)-1]
	d.add(`<circle cx="%.1f" cy="%.1f" r="3.4" class="dot"><title>%s</title></circle>`, x(end.AsOf), y(end.Odds), html.EscapeString(l.ShortDate(end.AsOf)+" "+l.Percent(end.Odds)))
	d.text(left, h-6, "axis", "start", l.ShortDate(first))
	if last > first {
		d.text(w-right, h-6, "axis", "end", l.ShortDate(last))
	}
	return d.finish("chart trend", w, h, title)
}

// Trend draws the index over past runs with the bands of the lights.
func Trend(l language.Locale, points []view.Point, lights view.Lights, title string) template.HTML {
	const w, h = 640.0, 220.0
	const left, right, top, bottom = 40.0, 56.0, 12.0, 28.0
	low := 60.0
	seen := 0
	for _, p := range points {
		if p.Index != nil {
			seen++
			low = math.Min(low, math.Floor(*p.Index/10)*10)
		}
	}
	if seen == 0 {
		return ""
	}
	// Distances in time, not in runs: an uneven schedule must not bend the line.
	first, last := points[0].AsOf, points[len(points)-1].AsOf
	span := math.Max(1, float64(last-first))
	x := func(i int) float64 { return left + (w-left-right)*float64(points[i].AsOf-first)/span }
	y := func(v float64) float64 { return top + (h-top-bottom)*(100-v)/(100-low) }
	var d drawing
	band := func(class string, from, to float64) {
		from, to = math.Max(from, low), math.Max(to, low)
		if to > from {
			d.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="band %s"/>`, left, y(to), w-left-right, y(from)-y(to), class)
		}
	}
	band("green", lights.Green, 100)
	band("yellow", lights.Yellow, lights.Green)
	band("red", low, lights.Yellow)
	for _, v := range []float64{low, lights.Yellow, lights.Green, 100} {
		d.add(`<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="grid"/>`, left, w-right, y(v), y(v))
		d.text(left-6, y(v)+4, "axis", "end", language.Fixed(v, 0))
	}
	var path strings.Builder
	pen := false
	for i, p := range points {
		if p.Index == nil {
			pen = false
			continue
		}
		move := "M"
		if pen {
			move = "L"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", move, x(i), y(*p.Index))
		pen = true
	}
	d.add(`<path d="%s" class="line"/>`, path.String())
	lastLabel := math.Inf(-1)
	for i, p := range points {
		if p.Index != nil {
			d.add(`<circle cx="%.1f" cy="%.1f" r="3.4" class="dot %s"><title>%s · %s</title></circle>`,
				x(i), y(*p.Index), view.LightClass(p.Light), html.EscapeString(l.Date(p.AsOf)), l.Index(p.Index))
		}
		if i == len(points)-1 && p.Index != nil {
			d.text(x(i)+8, y(*p.Index)+4, "value", "start", l.Index(p.Index))
		}
		if room := x(i) - lastLabel; room >= 44 && (i == len(points)-1 || x(len(points)-1)-x(i) >= 40) {
			d.text(x(i), h-6, "axis", "middle", axisDate(l, points, i))
			lastLabel = x(i)
		}
	}
	return d.finish("chart trend", w, h, title)
}

// axisDate is month-only where points are months apart.
func axisDate(l language.Locale, points []view.Point, i int) string {
	d := points[i].AsOf
	n := len(points)
	if n > 1 && int(points[n-1].AsOf-points[0].AsOf)/(n-1) >= 25 {
		return l.ShortMonth(d.Month())
	}
	return d.Time().Format("1/2")
}

// Bars is one series of a bar chart.
type Bars struct {
	Class  string
	Values []float64
	Titles []string // what a pointer resting on the bar is told
}

// Bar draws series side by side over labels, with an optional line above them; axis writes the axis' values.
func Bar(width, height float64, labels []string, series []Bars, line []float64, axis func(float64) string, title string) template.HTML {
	w, h := width, height
	const left, right, up, bottom = 58.0, 8.0, 12.0, 24.0
	if len(labels) == 0 {
		return ""
	}
	highest, lowest := 0.0, 0.0
	for _, s := range series {
		for _, v := range s.Values {
			highest, lowest = math.Max(highest, v), math.Min(lowest, v)
		}
	}
	for _, v := range line {
		highest, lowest = math.Max(highest, v), math.Min(lowest, v)
	}
	step := niceStep((highest - lowest) / 4)
	highest, lowest = math.Ceil(highest/step)*step, math.Floor(lowest/step)*step
	if highest == lowest {
		highest = lowest + step
	}
	y := func(v float64) float64 { return up + (h-up-bottom)*(highest-v)/(highest-lowest) }
	slot := (w - left - right) / float64(len(labels))
	gap := math.Min(slot*0.24, 14)
	thick := math.Min((slot-gap)/math.Max(1, float64(len(series))), 26)
	var d drawing
	for v := lowest; v <= highest+step/2; v += step {
		d.add(`<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="grid"/>`, left, w-right, y(v), y(v))
		d.text(left-6, y(v)+4, "axis", "end", axis(v))
	}
	lastLabel := math.Inf(-1)
	for i, label := range labels {
		middle := left + slot*(float64(i)+.5)
		x := middle - thick*float64(len(series))/2
		for _, s := range series {
			v := s.Values[i]
			if v != 0 {
				tip := ""
				if i < len(s.Titles) {
					tip = "<title>" + html.EscapeString(s.Titles[i]) + "</title>"
				}
				tall := math.Max(1, math.Abs(y(v)-y(0)))
				d.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="column %s">%s</rect>`,
					x, math.Min(y(v), y(0)), math.Max(1, thick-1), tall, s.Class, tip)
			}
			x += thick
		}
		if label != "" && middle-lastLabel >= 34 {
			d.text(middle, h-6, "axis", "middle", label)
			lastLabel = middle
		}
	}
	if len(line) > 0 {
		var path strings.Builder
		for i, v := range line {
			move := "L"
			if i == 0 {
				move = "M"
			}
			fmt.Fprintf(&path, "%s%.1f %.1f", move, left+slot*(float64(i)+.5), y(v))
		}
		d.add(`<path d="%s" class="line"/>`, path.String())
		for i, v := range line {
			d.add(`<circle cx="%.1f" cy="%.1f" r="3" class="dot"/>`, left+slot*(float64(i)+.5), y(v))
		}
	}
	return d.finish("chart", w, h, title)
}

// niceStep rounds up to 1, 2 or 5 times a power of ten.
func niceStep(v float64) float64 {
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5, 10} {
		if v <= m*power*(1+1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// Meter draws a share of a whole as a bar, 120 by 8: the filled part of the weight, as a component earns its points.
func Meter(value, whole float64, class, title string) template.HTML {
	const w, h = 120.0, 8.0
	share := 0.0
	if whole > 0 {
		share = math.Max(0, math.Min(1, value/whole))
	}
	var d drawing
	d.add(`<rect x="0" y="0" width="%.0f" height="%.0f" rx="4" class="track"/>`, w, h)
	if share > 0 {
		d.add(`<rect x="0" y="0" width="%.1f" height="%.0f" rx="4" class="fill %s"/>`, math.Max(4, w*share), h, class)
	}
	return d.finish("meter", w, h, title)
}

// Dial draws an index as an arc of 270 degrees with its light's colour; the number itself is text beside the SVG's
// own elements so that it can be selected and read.
func Dial(l language.Locale, index *float64, light, title string) template.HTML {
	const size, r = 148.0, 62.0
	arc := func(share float64) string {
		from, to := 135.0, 135+270*share
		point := func(deg float64) (float64, float64) {
			rad := deg * math.Pi / 180
			return size/2 + r*math.Cos(rad), size/2 + r*math.Sin(rad)
		}
		x1, y1 := point(from)
		x2, y2 := point(to)
		large := 0
		if to-from > 180 {
			large = 1
		}
		return fmt.Sprintf("M%.2f %.2fA%.0f %.0f 0 %d 1 %.2f %.2f", x1, y1, r, r, large, x2, y2)
	}
	var d drawing
	d.add(`<path d="%s" class="track"/>`, arc(1))
	if index != nil && *index > 0 {
		d.add(`<path d="%s" class="fill %s"/>`, arc(math.Min(1, *index/100)), view.LightClass(light))
	}
	d.text(size/2, size/2+13, "figure", "middle", l.Index(index))
	d.text(size/2, size-12, "axis", "middle", "0–100")
	return d.finish("dial", size, size, title)
}

// Delta draws a gain to the right or a loss to the left of a middle line; widest is the largest change of the table.
func Delta(v, widest float64, title string) template.HTML {
	const w, h = 120.0, 12.0
	var d drawing
	d.add(`<line x1="%.0f" x2="%.0f" y1="0" y2="%.0f" class="zero"/>`, w/2, w/2, h)
	if widest > 0 && v != 0 {
		length := math.Max(2, math.Abs(v)/widest*(w/2-2))
		x, class := w/2, "gain"
		if v < 0 {
			x, class = w/2-length, "loss"
		}
		d.add(`<rect x="%.1f" y="2" width="%.1f" height="%.0f" rx="2" class="%s"/>`, x, length, h-4, class)
	}
	return d.finish("delta", w, h, title)
}

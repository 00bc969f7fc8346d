// Package language is how the console's pages speak: it holds every text in both languages, which rooms bring with them, and
// writes figures, amounts, days and the values of evidence as readers of a language expect them.
package language

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Locale writes figures the way readers of a language expect them.
type Locale string

// The languages.
const (
	Chinese Locale = "zh"
	English Locale = "en"
)

// Locales are the languages of the pages.
var Locales = []Locale{Chinese, English}

// Num writes a whole number with grouped thousands.
func (l Locale) Num(v any) string { return Group(ToInt(v)) }

// ToInt takes any number of templates as a whole one, rounded; 0 for anything else.
func ToInt(v any) int64 {
	switch v := v.(type) {
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case int64:
		return v
	case uint8:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return int64(min(v, math.MaxInt64))
	case float64:
		return int64(math.Round(v))
	}
	return 0
}

// Group writes a whole number with grouped thousands.
func Group(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, digit := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// Fixed writes a number with a fixed count of decimals and grouped thousands.
func Fixed(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, rest, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return s
	}
	out := Group(n)
	if rest != "" {
		out += "." + rest
	}
	if v < 0 && strings.Trim(s, "0.") != "" {
		out = "−" + out
	}
	return out
}

// ExactYuan writes fen to the cent.
func (l Locale) ExactYuan(fen int64) string {
	sign := ""
	// The absolute value of the smallest integer does not exist; as unsigned it does.
	u := uint64(fen)
	if fen < 0 {
		sign, u = "−", -u
	}
	return fmt.Sprintf("%s¥%s.%02d", sign, Group(int64(u/100)), u%100)
}

// Yuan writes fen for reading: in Chinese 万元 from ten thousand yuan and 亿元 from a hundred million; in English whole
// yuan, and millions from ten million yuan.
func (l Locale) Yuan(fen int64) string {
	yuan := float64(fen) / 100
	abs := math.Abs(yuan)
	if l == English {
		switch {
		case abs >= 1e7:
			return Sign(yuan) + "¥" + Fixed(abs/1e6, 1) + "M"
		case fen%100 == 0 || abs >= 1000:
			return Sign(yuan) + "¥" + Fixed(abs, 0)
		}
		return l.ExactYuan(fen)
	}
	switch {
	case abs >= 1e8:
		return Fixed(yuan/1e8, 2) + "亿元"
	case abs >= 1e4:
		return Fixed(yuan/1e4, 1) + "万元"
	case fen%100 == 0:
		return Fixed(yuan, 0) + "元"
	}
	return Fixed(yuan, 2) + "元"
}

// Claimed writes an amount that somebody says is owed. One of 0 is not known to be zero: it is still to be checked.
func (l Locale) Claimed(fen int64) string {
	if fen == 0 {
		return Message(l, "amount.unknown")
	}
	return l.Yuan(fen)
}

// Amount writes the amount of a warning: to be checked where the detector speaks of money and has none, a dash where it does
// not speak of money.
func (l Locale) Amount(h *catalog.Header, fen int64) string {
	if fen == 0 && !h.ClaimsMoney() {
		return "—"
	}
	return l.Claimed(fen)
}

// Sign is the minus sign of a negative number, else nothing.
func Sign(v float64) string {
	if v < 0 {
		return "−"
	}
	return ""
}

// Tenths rounds to what an index shows: one decimal.
func Tenths(v float64) float64 { return math.Round(v*10) / 10 }

// Index writes an index or score.
func (l Locale) Index(v *float64) string {
	if v == nil {
		return "—"
	}
	return strconv.FormatFloat(Tenths(*v), 'f', 1, 64)
}

// Signed writes a change with its sign.
func (l Locale) Signed(v float64) string {
	v = Tenths(v)
	switch {
	case v > 0:
		return "+" + Fixed(v, 1)
	case v < 0:
		return Fixed(v, 1)
	}
	return "0.0"
}

// Percent writes a share of 0 to 1.
func (l Locale) Percent(v float64) string {
	p := v * 100
	switch {
	case p == math.Trunc(p):
		return Fixed(p, 0) + "%"
	case math.Abs(p) < 1:
		return Fixed(p, 2) + "%"
	}
	return Fixed(p, 1) + "%"
}

// Date writes a civil date in full.
func (l Locale) Date(d civil.Date) string {
	if l == English {
		return d.Time().Format("2 Jan 2006")
	}
	return d.Time().Format("2006年1月2日")
}

// ShortDate writes a civil date for a table's column.
func (l Locale) ShortDate(d civil.Date) string {
	if l == English {
		return d.Time().Format("2 Jan 2006")
	}
	return d.String()
}

// Month writes a wage month.
func (l Locale) Month(m civil.Month) string {
	if l == English {
		return m.First().Time().Format("Jan 2006")
	}
	return m.First().Time().Format("2006年1月")
}

// ShortMonth labels a chart's axis.
func (l Locale) ShortMonth(m civil.Month) string {
	if l == English {
		return m.First().Time().Format("Jan")
	}
	return m.First().Time().Format("1月")
}

// Instant writes a moment in Asia/Shanghai.
func (l Locale) Instant(t time.Time) string {
	t = t.In(civil.Zone)
	if l == English {
		return t.Format("2 Jan 2006, 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// Second writes a moment in Asia/Shanghai to the second.
func (l Locale) Second(t time.Time) string { return t.In(civil.Zone).Format(time.DateTime) }

// Seconds writes a length of time.
func (l Locale) Seconds(s float64) string {
	if l == English {
		return Fixed(s, 1) + " s"
	}
	return Fixed(s, 1) + " 秒"
}

// Wait says for how long somebody has to wait.
func (l Locale) Wait(d time.Duration) string {
	if seconds := int(math.Ceil(d.Seconds())); seconds < 120 {
		return Fill(l, "wait.seconds", strconv.Itoa(seconds))
	}
	return Fill(l, "wait.minutes", strconv.Itoa(int(math.Ceil(d.Minutes()))))
}

// Count writes a number with its unit: days, workers and the like carry it in the language's own way.
func (l Locale) Count(n int64, unit catalog.Unit) string {
	if l == Chinese {
		word := map[catalog.Unit]string{catalog.Workers: "人", catalog.Days: "天", catalog.Months: "个月"}[unit]
		if word == "" {
			return Group(n)
		}
		return Group(n) + " " + word
	}
	word := map[catalog.Unit]string{catalog.Workers: "worker", catalog.Days: "day", catalog.Months: "month"}[unit]
	if word == "" {
		return Group(n)
	}
	if n != 1 {
		word += "s"
	}
	return Group(n) + " " + word
}

// Apportion rounds parts to tenths so that they add up to the rounded total exactly as shown: what rounding leaves over
// goes to the parts that lost most by it.
func Apportion(parts []float64, total float64) []float64 {
	whole := make([]int64, len(parts))
	var order []int // a part that is nothing stays nothing, unless all are
	left := int64(math.Round(total * 10))
	for i, p := range parts {
		whole[i] = int64(math.Floor(p * 10))
		left -= whole[i]
		if p != 0 {
			order = append(order, i)
		}
	}
	if len(order) == 0 {
		for i := range parts {
			order = append(order, i)
		}
	}
	rest := func(i int) float64 { return parts[i]*10 - float64(whole[i]) }
	for i := 1; i < len(order); i++ { // few parts: insertion sort, stable
		for j := i; j > 0 && rest(order[j]) > rest(order[j-1])+1e-9; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	for i := 0; left > 0 && len(order) > 0; i++ {
		whole[order[i%len(order)]]++
		left--
	}
	for i := len(order) - 1; left < 0 && len(order) > 0; i-- {
		whole[order[(i%len(order)+len(order))%len(order)]]--
		left++
	}
	out := make([]float64, len(parts))
	for i, w := range whole {
		out[i] = float64(w) / 10
	}
	return out
}

// YesNo is a truth as the code of the codebook.
func YesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// Whole writes a count or a number without grouping.
func Whole(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// Decimals is how many decimals a figure of a calculation or an axis is written with: 0 or 1.
func Decimals(v float64) int {
	if v == float64(int64(v)) {
		return 0
	}
	return 1
}

// Number writes a figure of a calculation. Like Exactly and Share it gives so many digits that a reader who follows the
// calculation comes to the points shown.
func Number(v float64) string { return Fixed(v, Decimals(v)) }

// Exactly writes a figure of a calculation with the decimals it has, three at most.
func Exactly(v float64) string {
	if text := Fixed(v, 3); strings.Contains(text, ".") {
		return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return Fixed(v, 0)
}

// Share writes a share of 0 to 1 as per cent, with so many decimals as it has, four at most.
func Share(v float64) string {
	text := strconv.FormatFloat(v*100, 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// EstimatedPart says how much of an amount is an estimate; nothing where none is.
func (l Locale) EstimatedPart(fen, estimated int64) string {
	switch estimated {
	case 0:
		return ""
	case fen:
		return Message(l, "owed.estimate")
	}
	if l.Yuan(fen) == l.Yuan(estimated) { // they differ by less than is shown
		return Message(l, "owed.mostly")
	}
	return Fill(l, "owed.estimated", l.Yuan(estimated))
}

// Months writes wage months, given in their order, as spans: 2026年3月至9月、11月.
func (l Locale) Months(all []civil.Month) string {
	var spans []string
	for i := 0; i < len(all); {
		last := i
		for last+1 < len(all) && all[last+1] == all[last]+1 {
			last++
		}
		spans = append(spans, l.monthSpan(all[i], all[last]))
		i = last + 1
	}
	return strings.Join(spans, Message(l, "list.comma"))
}

// monthSpan writes a span of months, its year once where it is the same.
func (l Locale) monthSpan(from, to civil.Month) string {
	if from == to {
		return l.Month(from)
	}
	sameYear := from.First().Time().Year() == to.First().Time().Year()
	switch {
	case l == English && sameYear:
		return from.First().Time().Format("Jan") + "–" + l.Month(to)
	case l == English:
		return l.Month(from) + "–" + l.Month(to)
	case sameYear:
		return l.Month(from) + "至" + to.First().Time().Format("1月")
	}
	return l.Month(from) + "至" + l.Month(to)
}

// InBoth writes a text in both languages.
func InBoth(write func(Locale) string) catalog.Text {
	return catalog.Text{ZH: write(Chinese), EN: write(English)}
}

// Known returns the language of a code, and whether pages are written in it.
func Known(s string) (Locale, bool) {
	for _, l := range Locales {
		if s == string(l) {
			return l, true
		}
	}
	return "", false
}

// Other is the language that a page can be switched to.
func (l Locale) Other() Locale {
	if l == English {
		return Chinese
	}
	return English
}

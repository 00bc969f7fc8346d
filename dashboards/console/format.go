package console

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// locale writes figures the way readers of a language expect them.
type locale string

const (
	chinese locale = "zh"
	english locale = "en"
)

var locales = []locale{chinese, english}

// num writes a whole number with grouped thousands.
func (l locale) num(v any) string { return group(toInt(v)) }

func toInt(v any) int64 {
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

func group(n int64) string {
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

// fixed writes a number with a fixed count of decimals and grouped thousands.
func fixed(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, rest, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return s
	}
	out := group(n)
	if rest != "" {
		out += "." + rest
	}
	if v < 0 && strings.Trim(s, "0.") != "" {
		out = "−" + out
	}
	return out
}

// exactYuan writes fen to the cent.
func (l locale) exactYuan(fen int64) string {
	sign := ""
	// The absolute value of the smallest integer does not exist; as unsigned it does.
	u := uint64(fen)
	if fen < 0 {
		sign, u = "−", -u
	}
	return fmt.Sprintf("%s¥%s.%02d", sign, group(int64(u/100)), u%100)
}

// yuan writes fen for reading: in Chinese 万元 from ten thousand yuan and 亿元 from a hundred million; in English whole
// yuan, and millions from ten million yuan.
func (l locale) yuan(fen int64) string {
	yuan := float64(fen) / 100
	abs := math.Abs(yuan)
	if l == english {
		switch {
		case abs >= 1e7:
			return sign(yuan) + "¥" + fixed(abs/1e6, 1) + "M"
		case fen%100 == 0 || abs >= 1000:
			return sign(yuan) + "¥" + fixed(abs, 0)
		}
		return l.exactYuan(fen)
	}
	switch {
	case abs >= 1e8:
		return fixed(yuan/1e8, 2) + "亿元"
	case abs >= 1e4:
		return fixed(yuan/1e4, 1) + "万元"
	case fen%100 == 0:
		return fixed(yuan, 0) + "元"
	}
	return fixed(yuan, 2) + "元"
}

// claimed writes an amount that somebody says is owed. One of 0 is not known to be zero: it is still to be checked.
func (l locale) claimed(fen int64) string {
	if fen == 0 {
		return message(l, "amount.unknown")
	}
	return l.yuan(fen)
}

// amount writes the amount of a warning: to be checked where the detector speaks of money and has none, a dash where it does
// not speak of money.
func (l locale) amount(h *catalog.Header, fen int64) string {
	if fen == 0 && !h.ClaimsMoney() {
		return "—"
	}
	return l.claimed(fen)
}

func sign(v float64) string {
	if v < 0 {
		return "−"
	}
	return ""
}

// tenths rounds to what an index shows: one decimal.
func tenths(v float64) float64 { return math.Round(v*10) / 10 }

// index writes an index or score.
func (l locale) index(v *float64) string {
	if v == nil {
		return "—"
	}
	return strconv.FormatFloat(tenths(*v), 'f', 1, 64)
}

// signed writes a change with its sign.
func (l locale) signed(v float64) string {
	v = tenths(v)
	switch {
	case v > 0:
		return "+" + fixed(v, 1)
	case v < 0:
		return fixed(v, 1)
	}
	return "0.0"
}

// percent writes a share of 0 to 1.
func (l locale) percent(v float64) string {
	p := v * 100
	switch {
	case p == math.Trunc(p):
		return fixed(p, 0) + "%"
	case math.Abs(p) < 1:
		return fixed(p, 2) + "%"
	}
	return fixed(p, 1) + "%"
}

// date writes a civil date in full.
func (l locale) date(d civil.Date) string {
	if l == english {
		return d.Time().Format("2 Jan 2006")
	}
	return d.Time().Format("2006年1月2日")
}

// shortDate writes a civil date for a table's column.
func (l locale) shortDate(d civil.Date) string {
	if l == english {
		return d.Time().Format("2 Jan 2006")
	}
	return d.String()
}

// month writes a wage month.
func (l locale) month(m civil.Month) string {
	if l == english {
		return m.First().Time().Format("Jan 2006")
	}
	return m.First().Time().Format("2006年1月")
}

// shortMonth labels a chart's axis.
func (l locale) shortMonth(m civil.Month) string {
	if l == english {
		return m.First().Time().Format("Jan")
	}
	return m.First().Time().Format("1月")
}

// instant writes a moment in Asia/Shanghai.
func (l locale) instant(t time.Time) string {
	t = t.In(civil.Zone)
	if l == english {
		return t.Format("2 Jan 2006, 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// second writes a moment in Asia/Shanghai to the second.
func (l locale) second(t time.Time) string { return t.In(civil.Zone).Format(time.DateTime) }

// seconds writes a length of time.
func (l locale) seconds(s float64) string {
	if l == english {
		return fixed(s, 1) + " s"
	}
	return fixed(s, 1) + " 秒"
}

// wait says for how long somebody has to wait.
func (l locale) wait(d time.Duration) string {
	if seconds := int(math.Ceil(d.Seconds())); seconds < 120 {
		return fill(l, "wait.seconds", strconv.Itoa(seconds))
	}
	return fill(l, "wait.minutes", strconv.Itoa(int(math.Ceil(d.Minutes()))))
}

// days, workers and the like carry their unit in the language's own way.
func (l locale) count(n int64, unit catalog.Unit) string {
	if l == chinese {
		word := map[catalog.Unit]string{catalog.Workers: "人", catalog.Days: "天", catalog.Months: "个月"}[unit]
		if word == "" {
			return group(n)
		}
		return group(n) + " " + word
	}
	word := map[catalog.Unit]string{catalog.Workers: "worker", catalog.Days: "day", catalog.Months: "month"}[unit]
	if word == "" {
		return group(n)
	}
	if n != 1 {
		word += "s"
	}
	return group(n) + " " + word
}

// apportion rounds parts to tenths so that they add up to the rounded total exactly as shown: what rounding leaves over
// goes to the parts that lost most by it.
func apportion(parts []float64, total float64) []float64 {
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

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// whole writes a count or a number without grouping.
func whole(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

func decimals(v float64) int {
	if v == float64(int64(v)) {
		return 0
	}
	return 1
}

// number writes a figure of a calculation, exactly one with thousandths, share a share as per cent: with so many digits that a
// reader who follows the calculation comes to the points shown.
func number(v float64) string { return fixed(v, decimals(v)) }

func exactly(v float64) string {
	if text := fixed(v, 3); strings.Contains(text, ".") {
		return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return fixed(v, 0)
}

func share(v float64) string {
	text := strconv.FormatFloat(v*100, 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// estimatedPart says how much of an amount is an estimate; nothing where none is.
func (l locale) estimatedPart(fen, estimated int64) string {
	switch estimated {
	case 0:
		return ""
	case fen:
		return message(l, "owed.estimate")
	}
	if l.yuan(fen) == l.yuan(estimated) { // they differ by less than is shown
		return message(l, "owed.mostly")
	}
	return fill(l, "owed.estimated", l.yuan(estimated))
}

// months writes wage months, given in their order, as spans: 2026年3月至9月、11月.
func (l locale) months(all []civil.Month) string {
	var spans []string
	for i := 0; i < len(all); {
		last := i
		for last+1 < len(all) && all[last+1] == all[last]+1 {
			last++
		}
		spans = append(spans, l.monthSpan(all[i], all[last]))
		i = last + 1
	}
	return strings.Join(spans, message(l, "list.comma"))
}

// monthSpan writes a span of months, its year once where it is the same.
func (l locale) monthSpan(from, to civil.Month) string {
	if from == to {
		return l.month(from)
	}
	sameYear := from.First().Time().Year() == to.First().Time().Year()
	switch {
	case l == english && sameYear:
		return from.First().Time().Format("Jan") + "–" + l.month(to)
	case l == english:
		return l.month(from) + "–" + l.month(to)
	case sameYear:
		return l.month(from) + "至" + to.First().Time().Format("1月")
	}
	return l.month(from) + "至" + l.month(to)
}

// inBoth writes a text in both languages.
func inBoth(write func(locale) string) catalog.Text {
	return catalog.Text{ZH: write(chinese), EN: write(english)}
}

func known(s string) (locale, bool) {
	for _, l := range locales {
		if s == string(l) {
			return l, true
		}
	}
	return "", false
}

package law

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// Citation is a law, or one article of it, that something rests on.
type Citation struct {
	Code    string // as written: "Reg. 26", "法释〔2013〕3号 art. 3", "MOHRSS 2021 No. 65"
	Law     Law
	Article string // empty: the law as a whole
}

// Cite reads a citation: the id of a law, alone or followed by the number of an article ("Reg. 26"), after an id that ends in
// a number by art. and the number. The error says what may be cited.
func (r *Registry) Cite(code string) (Citation, error) {
	best := -1
	for i, l := range r.laws {
		if strings.HasPrefix(code, l.ID) && (best < 0 || len(l.ID) > len(r.laws[best].ID)) {
			best = i
		}
	}
	if best < 0 {
		if name := r.nameAt(code); name != "" {
			return Citation{}, fmt.Errorf("%q is cited by its id: %s", code, r.laws[r.byName[name]].ID)
		}
		return Citation{}, fmt.Errorf("%q is no registered law: want one of %s, or a law of your own in laws.yaml beside your detectors", code, strings.Join(r.ids(), ", "))
	}
	c := Citation{Code: code, Law: r.laws[best]}
	rest := strings.TrimPrefix(code, c.Law.ID)
	if rest == "" {
		return c, nil
	}
	number, spaced := strings.CutPrefix(rest, " ")
	number = strings.TrimPrefix(number, "art. ")
	if !spaced || !numberForm.MatchString(number) {
		return Citation{}, fmt.Errorf("%q: after %s comes the number of an article, as in %q", code, c.Law.ID, c.Law.ID+" 26")
	}
	if _, ok := c.Law.Articles[number]; !ok {
		known := strings.Join(c.Law.Numbers(), ", ")
		if known == "" {
			known = "none: cite the law as a whole"
		}
		return Citation{}, fmt.Errorf("%q: article %s of %s is not registered (registered: %s)", code, number, c.Law.ID, known)
	}
	c.Article = number
	return c, nil
}

// Resolve is Cite for what is shown: a citation that the register does not know, such as one kept from a detector that has
// gone, is named as it is written and counts as not checked.
func (r *Registry) Resolve(code string) Citation {
	c, err := r.Cite(code)
	if err != nil {
		return Citation{Code: code, Law: Law{Name: catalog.Text{ZH: code, EN: code}}}
	}
	return c
}

// Checked reports whether the text was read.
func (c Citation) Checked() bool { return c.Law.Checked != "" }

// Name is the citation as pages write it: 保障农民工工资支付条例第26条; Wage Payment Regulation, art. 26.
func (c Citation) Name() catalog.Text {
	name := c.Law.Name
	if c.Article == "" {
		return name
	}
	number, of, _ := strings.Cut(c.Article, "-")
	name.ZH += "第" + number + "条"
	if n, err := strconv.Atoi(of); err == nil && n < len(digits) {
		name.ZH += "之" + digits[n]
	}
	name.EN += ", art. " + c.Article
	return name
}

// Says is what is cited, in short and in Anxin's own words; empty for what the register does not know.
func (c Citation) Says() catalog.Text {
	if c.Article == "" {
		return c.Law.Text
	}
	return c.Law.Articles[c.Article]
}

// NotChecked is what stands beside a citation whose text nobody could read.
var NotChecked = catalog.Text{ZH: "未核对原文", EN: "text not checked"}

func (r *Registry) ids() []string {
	ids := make([]string, len(r.laws))
	for i, l := range r.laws {
		ids[i] = l.ID
	}
	return ids
}

// Numbers returns the articles that may be cited, in their order.
func (l Law) Numbers() []string {
	return slices.SortedFunc(maps.Keys(l.Articles), func(a, b string) int { return order(a) - order(b) })
}

func order(number string) int {
	n, of, _ := strings.Cut(number, "-")
	whole, _ := strconv.Atoi(n)
	part, _ := strconv.Atoi(of)
	return 10*whole + part
}

// Mention is a place in a text that names a law, with the articles that follow the name.
type Mention struct {
	Start, End int // bytes of the text: the name and its articles
	Law        Law
	Articles   []string
	Han        bool // the name is Chinese
}

// Unregistered returns the articles of a mention that its law does not have in the register.
func (m Mention) Unregistered() []string {
	return slices.DeleteFunc(slices.Clone(m.Articles), func(n string) bool {
		_, ok := m.Law.Articles[n]
		return ok
	})
}

const number = `([1-9][0-9]{0,2}(?:-[1-9])?|[一二三四五六七八九十百零]{1,8})`

var (
	// The first article after a name; a name that ends in a number takes only "art." or 第.
	first       = regexp.MustCompile(`^》?(?:,? arts?\. ?| ?第| )` + number + `( ?条)?( ?之[一二三])?`)
	firstMarked = regexp.MustCompile(`^》?(?:,? arts?\. ?| ?第)` + number + `( ?条)?( ?之[一二三])?`)
	// A further one of a list. What stands after it tells an article from a figure of the sentence.
	further = regexp.MustCompile(`^(?:, | and | or |、|和|及|或)第?` + number + `( ?条)?( ?之[一二三])?`)
	ended   = regexp.MustCompile(`^(?:$|[^ \p{Han}0-9%.,]|[,.](?:$|[^0-9])|、|和|及|或| and [1-9]| or [1-9]| \(|条)`)
)

// Find returns the mentions of registered laws in a text, in their order.
func (r *Registry) Find(text string) []Mention {
	var found []Mention
	from := 0 // behind the mention before
	for at := range text {
		if at < from {
			continue
		}
		name := r.nameAt(text[at:])
		if name == "" {
			continue
		}
		m := Mention{Start: at, End: at + len(name), Law: r.laws[r.byName[name]]}
		m.Han = isHan(lastRune(name)) || strings.HasSuffix(name, "号")
		m.readArticles(text)
		from = m.End
		if standsAlone(text, name, m) {
			found = append(found, m)
		}
	}
	return found
}

// readArticles reads the numbers that follow the name, and moves the end behind them.
func (m *Mention) readArticles(text string) {
	form := first
	if last := lastRune(text[m.Start:m.End]); last >= '0' && last <= '9' || last == '号' || last == '》' {
		form = firstMarked
	}
	for {
		parts := form.FindStringSubmatch(text[m.End:])
		if parts == nil {
			return
		}
		rest := text[m.End+len(parts[0]):]
		if form == further && parts[2] == "" && !ended.MatchString(rest) {
			return
		}
		n := arabic(parts[1])
		if part := strings.TrimSpace(parts[3]); part != "" {
			n += "-" + strconv.Itoa(slices.Index(digits, strings.TrimPrefix(part, "之")))
		}
		m.Articles = append(m.Articles, n)
		m.End += len(parts[0])
		form = further
	}
}

// standsAlone tells a law's name from the same letters within other words.
func standsAlone(text, name string, m Mention) bool {
	before := lastRune(text[:m.Start])
	switch {
	case name == "Reg.":
		return len(m.Articles) > 0
	case name == "条例": // the end of many laws' names, and a common word
		return len(m.Articles) > 0 && (!isHan(before) || strings.ContainsRune("据照按由依看见", before))
	case isLetter(before) && isLetter(rune(name[0])):
		return false
	}
	if m.End < len(text) && len(m.Articles) == 0 && isLetter(lastRune(name)) {
		return !isLetter(rune(text[m.End]))
	}
	return true
}

// Annotate returns the text with a note after every mention of a law whose text nobody could read, in the language of the
// mention.
func (r *Registry) Annotate(text string) string {
	var b strings.Builder
	from := 0
	for _, m := range r.Find(text) {
		if m.Law.Checked != "" {
			continue
		}
		end := m.End
		if strings.HasPrefix(text[end:], "》") {
			end += len("》")
		}
		b.WriteString(text[from:end])
		if note := " (" + NotChecked.EN + ")"; !m.Han && !strings.HasPrefix(text[end:], note) {
			b.WriteString(note)
		}
		if note := "（" + NotChecked.ZH + "）"; m.Han && !strings.HasPrefix(text[end:], note) {
			b.WriteString(note)
		}
		from = end
	}
	return b.String() + text[from:]
}

// Unchecked reports whether a text mentions a law whose text nobody could read.
func (r *Registry) Unchecked(text string) bool {
	return slices.ContainsFunc(r.Find(text), func(m Mention) bool { return m.Law.Checked == "" })
}

var digits = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// arabic turns 二百七十六 into 276; what is in figures already stays.
func arabic(n string) string {
	if n[0] < 0x80 {
		return n
	}
	total, digit := 0, 0
	for _, r := range n {
		switch unit := map[rune]int{'十': 10, '百': 100}[r]; {
		case unit > 0:
			total += max(digit, 1) * unit
			digit = 0
		default:
			digit = slices.Index(digits, string(r))
		}
	}
	return strconv.Itoa(total + digit)
}

func lastRune(s string) rune {
	r := []rune(s[max(0, len(s)-4):])
	if len(r) == 0 {
		return 0
	}
	return r[len(r)-1]
}

func isHan(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

package suggest

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/codebook"
)

// write makes the mapping.
func (g *guess) write(o Options) Suggestion {
	for i := range g.fields {
		f := &g.fields[i]
		if value, given := o.Set[f.Name]; given {
			f.column, f.spec, f.why, f.unsure = nil, "{value: "+quoted(value)+"}", "as given", false
			if f.Kind == "integer" || f.Kind == "yes_no" {
				f.spec = "{value: " + value + "}"
			}
			continue
		}
		if f.column != nil {
			g.spec(f)
		}
	}
	g.complete()
	s := Suggestion{Topic: g.topic}
	var b bytes.Buffer
	line := func(unsure bool, why, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		if why != "" {
			text += "  # " + map[bool]string{true: "? "}[unsure] + why
		}
		b.WriteString(text + "\n")
	}
	b.WriteString("# Proposed by anxin produce mapping suggest. What stands behind # ? is a guess to be looked at.\n")
	b.WriteString("# Then: anxin produce mapping check THIS-FILE FILE, and anxin produce --mapping THIS-FILE --dry-run FILE\n")
	why := "by its headings"
	if g.second != "" {
		why += "; it may be " + string(g.second) + " as well: --topic says which"
	}
	if o.Topic != "" {
		why = "as given"
	}
	line(g.second != "", why, "topic: %s", g.topic)
	if o.Source != "" {
		line(false, "as given", "source: %s", quoted(o.Source))
	} else {
		line(true, "say who sends: the system's own name, such as bank-ccb or gate-hik", "source: office")
	}
	g.writeFile(line)
	b.WriteString("fields:\n")
	for _, f := range g.fields {
		switch {
		case f.Name == "source":
		case f.spec != "":
			s.Guessed++
			if f.unsure {
				s.Unsure++
			}
			line(f.unsure, f.why, "  %s: %s", f.Name, f.spec)
		case !f.Optional:
			s.Missing = append(s.Missing, f.Name)
			line(false, "", "  # %s: {value: …}   MISSING: no column is this%s", f.Name, wants(f.FieldInfo))
		}
	}
	s.Text = b.Bytes()
	return s
}

func wants(f produce.FieldInfo) string {
	if len(f.Words) > 0 {
		return "; one of " + strings.Join(f.Words, ", ")
	}
	return ""
}

// writeFile writes what is said of the file's form.
func (g *guess) writeFile(line func(unsure bool, why, format string, args ...any)) {
	line(false, "", "file:")
	l := g.look
	switch {
	case l.List != "":
		line(false, "where the list of objects is", "  json: %s", quoted(l.List))
	case l.Sheet > 0:
		if g.sheets > 1 {
			line(true, fmt.Sprintf("the one of %d sheets whose headings say most", g.sheets), "  sheet: %d", l.Sheet)
		}
	default:
		line(false, "by its bytes", "  encoding: %s", l.Encoding)
		switch {
		case l.Delimiter == "\t":
			line(false, "", "  delimiter: tab")
		case l.Delimiter != "":
			line(false, "", "  delimiter: %s", strconv.Quote(l.Delimiter))
		default:
			line(true, "no delimiter was found: is the file of fixed width?", "  delimiter: \",\"")
		}
		if l.Delimiter != "" && !l.Quotes {
			line(false, "a quote stands within cells", "  quotes: false")
		}
	}
	if l.List == "" {
		if !g.header {
			line(false, "columns go by their numbers: "+g.noHeader(), "  header: false")
		}
		if g.skip > 0 {
			line(false, "before the headings, or the first row", "  skip: %d", g.skip)
		}
		if g.days {
			g.writeDays(line)
		}
	}
	if used := g.usedBlanks(); len(used) > 0 {
		line(false, "cells that mean nothing", "  blank: [%s]", list(used))
	}
	if column, words := g.usedEndings(); len(words) > 0 {
		line(false, "totals and signatures", "  ignore: {%s: [%s]}", g.name(column), list(words))
	}
}

func (g *guess) noHeader() string {
	for _, c := range g.columns {
		if c.heading != "" {
			return "the headings are of two rows, or one stands twice"
		}
	}
	return "no row of headings was found"
}

func (g *guess) writeDays(line func(unsure bool, why, format string, args ...any)) {
	first := ""
	if !g.header {
		for _, c := range g.columns {
			if c.day == 1 {
				first = fmt.Sprintf(", first: %d", c.number)
			}
		}
	}
	switch {
	case g.inTitle && g.skip > 0:
		line(false, "columns are days, and a line before them names the month", "  days: {month: title%s}", first)
	case len(g.months) > 0:
		line(true, "columns are days; the month is of the file's name", "  days: {month: %s%s}", g.months[0], first)
	default:
		line(true, "columns are days; nothing names the month: correct it", "  days: {month: 2000-01%s}", first)
	}
}

// usedBlanks are the words for nothing that stand in columns that are no text.
func (g *guess) usedBlanks() (used []string) {
	for _, f := range g.fields {
		if f.column == nil || f.Kind == "text" {
			continue
		}
		for _, r := range g.rows {
			if f.column.number > len(r.Cells) {
				continue
			}
			if text := r.Cells[f.column.number-1].Text; slices.Contains(blanks, text) && !slices.Contains(used, text) {
				used = append(used, text)
			}
		}
	}
	slices.Sort(used)
	return used
}

// usedEndings are the words by which lines below the table are told, and their column. Where they stand in several, the first
// that does counts.
func (g *guess) usedEndings() (of *column, words []string) {
	for _, r := range g.rows {
		i, word := ending(r)
		if word == "" || i >= len(g.columns) || of != nil && g.columns[i] != of {
			continue
		}
		if of = g.columns[i]; !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return of, words
}

// name is how a mapping names a column.
func (g *guess) name(c *column) string {
	if g.header || g.look.List != "" {
		return quoted(c.heading)
	}
	return strconv.Itoa(c.number)
}

// inside is the name of a column within a template.
func (g *guess) inside(c *column) string {
	if g.header || g.look.List != "" {
		return "{" + c.heading + "}"
	}
	return "{" + strconv.Itoa(c.number) + "}"
}

var bare = regexp.MustCompile(`^[\p{Han}A-Za-z][\p{Han}A-Za-z0-9_]*([.()（）-][\p{Han}A-Za-z0-9_）)]+)*[）)]?$`)

// quoted writes a text for YAML.
func quoted(text string) string {
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "true", "false", "on", "off", "null":
		return strconv.Quote(text)
	}
	if bare.MatchString(text) || text != "" && strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("√✓✔△×✗●○", r) }) < 0 {
		return text
	}
	return strconv.Quote(text)
}

func list(texts []string) string {
	all := make([]string, len(texts))
	for i, t := range texts {
		if all[i] = quoted(t); strings.HasSuffix(t, "*") {
			all[i] = strconv.Quote(t)
		}
	}
	return strings.Join(all, ", ")
}

// spec writes how a field is made from its column.
func (g *guess) spec(f *fieldGuess) {
	c := f.column
	name := g.name(c)
	switch f.Kind {
	case "date", "month":
		g.dateSpec(f)
	case "instant":
		g.instantSpec(f)
	case "yuan":
		unit := "yuan"
		switch h := strings.ToLower(c.heading); {
		case strings.Contains(h, "万元"):
			unit = "wan_yuan"
		case strings.Contains(h, "（分）") || strings.Contains(h, "(分)") || strings.Contains(h, "fen"):
			unit = "fen"
		}
		f.spec = fmt.Sprintf("{column: %s, unit: %s}", name, unit)
		if f.Name == "deducted_yuan" && c.empty > 0 {
			f.spec = fmt.Sprintf("{column: %s, unit: %s, empty: 0}", name, unit)
			f.unsure = true
			f.why += "; an empty cell is taken for no deduction"
		}
		g.coverage(f, c.share(produce.ReadsYuan))
	case "hours":
		f.spec = name
		if strings.Contains(c.heading, "分钟") || strings.Contains(strings.ToLower(c.heading), "minute") {
			f.spec = "{column: " + name + ", unit: minute}"
		}
	case "word", "yes_no":
		g.wordSpec(f)
	case "id":
		f.spec = name
		if f.Name == "id" && !distinct(c) {
			f.spec, f.column = "", nil // it does not tell records apart
		}
	default:
		f.spec = name
		g.coverage(f, max(cellsFit(g.topic, &f.FieldInfo, c), 0)+map[bool]float64{true: 1}[f.Kind == "text" || f.Name == "id_number"])
	}
}

func distinct(c *column) bool {
	seen := map[string]bool{}
	for _, one := range c.cells {
		if seen[one.Text] {
			return false
		}
		seen[one.Text] = true
	}
	return len(seen) > 0
}

// instantSpec reads a time; one of day takes its date from the column that goes with it.
func (g *guess) instantSpec(f *fieldGuess) {
	c := f.column
	if c.share(timeOnly.MatchString) >= 0.5 {
		day := g.dayBeside(c)
		if day == nil {
			f.spec, f.column = "", nil
			return
		}
		f.spec = fmt.Sprintf("{from: \"%s %s\", format: common}", g.inside(day), g.inside(c))
		f.why += ", with the date beside it"
		if f.Name == "check_out" {
			f.spec = strings.TrimSuffix(f.spec, "}") + ", not_before: check_in}"
			f.why += "; one before the check-in is of the next morning"
		}
		g.coverage(f, c.share(timeOnly.MatchString))
		return
	}
	if _, share := c.format("instant"); share < 0.5 && len(c.cells) > 0 { // a date without a time
		f.spec, f.unsure = fmt.Sprintf("{from: \"%s 00:00\", format: common}", g.inside(c)), true
		f.why += "; it has no time of day, and its beginning is taken"
		return
	}
	g.dateSpec(f)
}

// dayBeside is the column of dates that a time of day belongs to: 制单日期 of 制单时间, else that of the work.
func (g *guess) dayBeside(c *column) (day *column) {
	begin := []rune(plain(c.heading))
	for _, other := range g.columns {
		if _, share := other.format("date"); share < 0.5 || other == c {
			continue
		}
		h := []rune(plain(other.heading))
		if len(begin) >= 2 && len(h) >= 2 && string(begin[:2]) == string(h[:2]) {
			return other
		}
		if f := g.field("work_date"); day == nil || f != nil && f.column == other {
			day = other
		}
	}
	return day
}

func (g *guess) field(name string) *fieldGuess {
	for i := range g.fields {
		if g.fields[i].Name == name {
			return &g.fields[i]
		}
	}
	return nil
}

// wordsOf are the codes of the words that stand in a column, and whether the cells are codes already.
func wordsOf(t record.Topic, f *produce.FieldInfo, c *column) (codes bool, understood map[string]string) {
	understood = map[string]string{}
	of := vocabularies[string(t)+"."+f.Name]
	if of == "" {
		of = vocabularies[f.Name]
	}
	codes = true
	for _, one := range c.cells {
		text := one.Text
		if understood[text] != "" {
			continue
		}
		if slices.Contains(f.Words, text) {
			understood[text] = text
			continue
		}
		codes = false
		for _, code := range f.Words {
			word, _ := codebook.Word(of, code)
			if text == word.ZH || strings.EqualFold(text, word.EN) {
				understood[text] = code
			}
		}
		if code := otherWords[of][text]; code != "" && understood[text] == "" {
			understood[text] = code
		}
	}
	return codes, understood
}

// wordSpec writes what words mean. Only words that are known here are written down.
func (g *guess) wordSpec(f *fieldGuess) {
	c := f.column
	var codes bool
	understood := map[string]string{}
	if f.Kind == "word" {
		codes, understood = wordsOf(g.topic, &f.FieldInfo, c)
	} else {
		for _, one := range c.cells {
			i := slices.Index(yesWords, one.Text)
			if i < 0 {
				i = slices.Index(noWords, one.Text)
			}
			if i >= 0 { // the opposite comes with the next file
				understood[yesWords[i]], understood[noWords[i]] = "true", "false"
			}
		}
	}
	if codes && len(c.cells) > 0 {
		f.spec = g.name(c)
		return
	}
	var parts, unknown []string
	lines := map[string]int64{}
	for i, one := range c.cells {
		if understood[one.Text] == "" && lines[one.Text] == 0 {
			lines[one.Text] = c.lines[i]
			unknown = append(unknown, strconv.FormatInt(c.lines[i], 10))
		}
	}
	for word := range understood {
		parts = append(parts, quoted(word)+": "+understood[word])
	}
	slices.Sort(parts)
	f.spec = fmt.Sprintf("{column: %s, map: {%s}}", g.name(c), strings.Join(parts, ", "))
	if f.Kind == "yes_no" && c.empty > 0 {
		f.spec = strings.TrimSuffix(f.spec, "}") + ", empty: false}"
		f.unsure = true
		f.why += "; an empty cell is taken for no"
	}
	if len(unknown) > 0 {
		f.unsure = true
		f.why += fmt.Sprintf("; say what the words of line %s mean too", strings.Join(unknown[:min(len(unknown), 5)], ", "))
	}
}

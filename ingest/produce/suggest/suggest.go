// Package suggest proposes mappings: from the headings of a file and the shapes of its cells it guesses which topic it is of
// and which column is which field, and says of each guess what it stands on. It writes down headings and words that it knows
// itself, and no cell of a person.
package suggest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
)

// Options say what is known of a file.
type Options struct {
	Topic  record.Topic      // empty: guessed
	Source string            // the sending system; empty: to be corrected
	Set    map[string]string // values of fields that no column holds
}

// Suggestion is a proposed mapping.
type Suggestion struct {
	Topic   record.Topic
	Text    []byte
	Guessed int      // fields with a column or a value
	Unsure  int      // of these, those that somebody should look at
	Missing []string // required fields for which nothing was found
}

// mostRows is how many rows are looked at, and mostCells how many cells of a column tell what it holds.
const (
	mostRows  = 5000
	mostCells = 300
)

// For proposes a mapping for a file. Errors about the file, or about options, say what to do.
func For(path string, o Options) (Suggestion, error) {
	if o.Topic != "" {
		for name := range o.Set {
			if !slices.ContainsFunc(produce.Fields(o.Topic), func(f produce.FieldInfo) bool { return f.Name == name }) {
				return Suggestion{}, fmt.Errorf("%s has no field %q", o.Topic, name)
			}
		}
	}
	looks, err := produce.LookAt(path, mostRows)
	if err != nil {
		return Suggestion{}, err
	}
	var best *guess
	for _, look := range looks {
		if g := guessOf(path, look, o); best == nil || g.score > best.score {
			best = g
		}
	}
	best.sheets = len(looks)
	if best.topic == "" {
		return Suggestion{}, &produce.Problem{Path: path, Want: fmt.Sprintf("has no column that tells what it is about: say --topic, one of %s", produce.TopicNames(""))}
	}
	for name := range o.Set {
		if !slices.ContainsFunc(best.fields, func(f fieldGuess) bool { return f.Name == name }) {
			return Suggestion{}, fmt.Errorf("the file seems to be of topic %s, which has no field %q: say --topic too", best.topic, name)
		}
	}
	return best.write(o), nil
}

// column is a column of the file.
type column struct {
	number  int // from 1
	heading string
	cells   []produce.LookCell // those that hold something
	empty   int
	day     int // of the month that its heading names
	lines   []int64
	formats map[string]formatShare // by kind, found once
}

// guess is what a file, or one sheet of it, may be.
type guess struct {
	look    *produce.Look
	sheets  int
	score   float64
	topic   record.Topic
	second  record.Topic // that comes next
	header  bool         // one row of headings, none twice
	skip    int64        // lines before the headings, or before the first row
	titles  []string     // before the table
	months  []string     // that titles or the file's name tell
	inTitle bool
	columns []*column
	days    bool // columns are days
	rows    []produce.LookRow
	fields  []fieldGuess
}

func guessOf(path string, look *produce.Look, o Options) *guess {
	g := &guess{look: look}
	g.findHeader()
	for _, t := range g.titles {
		g.months = append(g.months, produce.MonthsIn(t)...)
	}
	g.inTitle = len(g.months) > 0
	name := filepath.Base(path)
	if !g.inTitle {
		g.months = produce.MonthsIn(name)
		for _, m := range fileMonth.FindAllStringSubmatch(name, -1) {
			g.months = append(g.months, m[1]+"-"+m[2])
		}
	}
	g.findDays()
	about := strings.ToLower(strings.Join(append(g.titles, name), "\n"))
	for _, c := range g.columns {
		about += "\n" + strings.ToLower(c.heading)
	}
	topics := record.Topics()
	if o.Topic != "" {
		topics = []record.Topic{o.Topic}
	}
	var best, second float64
	for _, t := range topics {
		fields, score := g.assign(t)
		for _, hint := range hints[t] {
			if strings.Contains(about, hint) {
				score += 4
			}
		}
		if g.days && t == record.TopicAttendance {
			score += 30
		}
		if o.Topic == "" && score < leastScore {
			continue
		}
		switch {
		case g.topic == "" || score > best:
			g.second, second = g.topic, best
			g.topic, g.fields, best = t, fields, score
		case g.second == "" || score > second:
			g.second, second = t, score
		}
	}
	if second < best-6 {
		g.second = ""
	}
	g.score = best
	return g
}

// leastScore is what a topic needs to be proposed: a required field or a hint, beside what most topics have.
const leastScore = 3

var fileMonth = regexp.MustCompile(`(20\d\d)[-_.]?(0[1-9]|1[0-2])(?:\D|$)`)

// mostTitles is how many rows may lie before the headings.
const mostTitles = 30

// findHeader finds the row of headings, by what it knows of them, and cuts the table into columns.
func (g *guess) findHeader() {
	rows := g.look.Rows
	at, most := -1, 1
	for i := range rows[:min(len(rows), mostTitles)] {
		if n := known(rows[i]); n > most {
			at, most = i, n
		}
	}
	if at < 0 && dayHeadings(rows) >= 0 {
		at = dayHeadings(rows)
	}
	if at < 0 { // no headings: the table begins where rows are as wide as most are
		g.skip, g.rows = 0, rows
		width := usual(rows)
		for i, r := range rows {
			if len(r.Cells) == width {
				g.rows = rows[i:]
				g.skip = r.Line - 1
				break
			}
		}
		g.cut(nil)
		return
	}
	headings := texts(rows[at])
	last := at
	if at+1 < len(rows) && under(rows[at], rows[at+1]) { // 工资 over 应发, 代扣, 实发
		last = at + 1
		for i, below := range texts(rows[last]) {
			if i >= len(headings) {
				headings = append(headings, "")
			}
			if below != "" {
				headings[i] = below
			}
		}
	} else if at > 0 && known(rows[at-1]) > 1 && under(rows[at-1], rows[at]) {
		for i, above := range texts(rows[at-1]) {
			if i < len(headings) && headings[i] == "" {
				headings[i] = above
			}
		}
		at--
	}
	for _, r := range rows[:at] {
		g.titles = append(g.titles, strings.Join(texts(r), " "))
	}
	g.header = last == at
	g.rows = rows[last+1:]
	g.cut(headings)
	switch {
	case g.look.List != "":
	case g.header:
		g.skip = rows[at].Line - 1
	case len(g.rows) > 0:
		g.skip = g.rows[0].Line - 1
	default:
		g.skip = rows[last].Line
	}
}

func texts(r produce.LookRow) (all []string) {
	for _, c := range r.Cells {
		lines := strings.FieldsFunc(c.Text, func(r rune) bool { return r == '\r' || r == '\n' || r == '\t' })
		all = append(all, strings.Join(lines, " ")) // as produce reads headings
	}
	return all
}

// known is how many cells of a row are headings of some field.
func known(r produce.LookRow) (n int) {
	for _, c := range r.Cells {
		if h := plain(c.Text); h != "" && c.Text != "" && allHeadings[h] {
			n++
		}
	}
	return n
}

var allHeadings = func() map[string]bool {
	all := map[string]bool{}
	for _, names := range headings {
		for _, n := range names {
			all[n] = true
		}
	}
	for _, n := range slices.Concat(batches, lineNumbers) {
		all[n] = true
	}
	return all
}()

// under says whether a row holds the lower half of headings: it fills gaps of the row above, and where that is filled it does not
// begin a record.
func under(above, below produce.LookRow) bool {
	fills, words := 0, 0
	for i, c := range below.Cells {
		if c.Text == "" {
			continue
		}
		if i >= len(above.Cells) || above.Cells[i].Text == "" {
			fills++
		}
		if allHeadings[plain(c.Text)] {
			words++
		}
	}
	return fills > 0 && words >= 2 && words >= filled(below)-1
}

func filled(r produce.LookRow) (n int) {
	for _, c := range r.Cells {
		if c.Text != "" {
			n++
		}
	}
	return n
}

// usual is how wide most rows are.
func usual(rows []produce.LookRow) (width int) {
	widths := map[int]int{}
	for _, r := range rows {
		if widths[len(r.Cells)]++; widths[len(r.Cells)] > widths[width] {
			width = len(r.Cells)
		}
	}
	return width
}

// dayHeadings finds the row whose cells are the days of a month; -1 if there is none.
func dayHeadings(rows []produce.LookRow) int {
	for i := range rows[:min(len(rows), mostTitles)] {
		days := map[int]bool{}
		for _, c := range rows[i].Cells {
			if d := produce.DayHeading(c.Text, ""); d > 0 {
				days[d] = true
			}
		}
		if len(days) >= leastDays {
			return i
		}
	}
	return -1
}

// leastDays are those of the shortest month.
const leastDays = 28

// cut makes columns of the rows. Lines below the table are none of it.
func (g *guess) cut(headings []string) {
	seen := map[string]int{}
	for i, h := range headings {
		g.columns = append(g.columns, &column{number: i + 1, heading: h})
		if h != "" {
			seen[h]++
		}
	}
	for _, r := range g.rows {
		if ends(r) {
			continue
		}
		for i, c := range r.Cells {
			if i >= len(g.columns) {
				if headings != nil {
					break
				}
				g.columns = append(g.columns, &column{number: i + 1})
			}
			if c.Text == "" || slices.Contains(blanks, c.Text) {
				g.columns[i].empty++
				continue
			}
			if one := g.columns[i]; len(one.cells) < mostCells {
				one.cells, one.lines = append(one.cells, c), append(one.lines, r.Line)
			}
		}
	}
	for h, n := range seen {
		g.header = g.header && n == 1 && !strings.ContainsAny(h, "{}\"\\")
	}
}

// ends says whether a row is one of totals or signatures.
func ends(r produce.LookRow) bool { _, word := ending(r); return word != "" }

// ending finds the word by which a row is known to be no record, and its column from 0.
func ending(r produce.LookRow) (column int, word string) {
	for i, c := range r.Cells {
		text := produce.Solid(c.Text)
		if text == "" {
			continue
		}
		for _, w := range endings {
			if begin, goesOn := strings.CutSuffix(w, "*"); text == w || goesOn && strings.HasPrefix(text, begin) {
				return i, w
			}
		}
		return 0, "" // only the first cell that is filled
	}
	return 0, ""
}

// findDays says whether columns are the days of a month.
func (g *guess) findDays() {
	month := ""
	if len(g.months) > 0 {
		month = g.months[0]
	}
	days := map[int]bool{}
	for _, c := range g.columns {
		if c.day = produce.DayHeading(c.heading, month); c.day > 0 {
			days[c.day] = true
		}
	}
	if g.days = len(days) >= leastDays; !g.days {
		for _, c := range g.columns {
			c.day = 0
		}
	}
}

// plain is a heading without blanks, brackets, marks and capitals.
func plain(heading string) string {
	h := strings.ToLower(produce.Solid(heading))
	h = bracketed.ReplaceAllString(h, "")
	return strings.NewReplacer(":", "", "*", "", "_", "", "-", "", ".", "", "、", "", "/", "").Replace(h)
}

var bracketed = regexp.MustCompile(`[(（\[【][^)）\]】]*[)）\]】]`)

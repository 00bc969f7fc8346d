package suggest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
)

// fieldGuess is how a field may be made, and why.
type fieldGuess struct {
	produce.FieldInfo
	column *column
	spec   string // of the mapping; empty: nothing was found
	why    string
	unsure bool
}

// fit says how well a column holds a field: by its heading from 0 to 10, and by its cells from -1, which is not at all, to 1.
type fit struct {
	column  *column
	field   int
	heading float64
	cells   float64
}

// assign finds the best column for each field of a topic. The score says how well the topic fits the file.
func (g *guess) assign(t record.Topic) ([]fieldGuess, float64) {
	var fields []fieldGuess
	for _, f := range produce.Fields(t) {
		fields = append(fields, fieldGuess{FieldInfo: f})
	}
	var fits []fit
	for i := range fields {
		for _, c := range g.columns {
			if c.day > 0 || fields[i].Name == "source" {
				continue
			}
			one := fit{c, i, headingFit(t, fields[i].Name, c.heading), cellsFit(t, &fields[i].FieldInfo, c)}
			switch {
			case len(c.cells) > 0 && one.cells < 0:
			case one.heading > 0, one.cells >= 1 && tellsItself[fields[i].Kind+"."+fields[i].Name]:
				fits = append(fits, one)
			}
		}
	}
	slices.SortStableFunc(fits, func(a, b fit) int {
		if x, y := a.heading+2*a.cells, b.heading+2*b.cells; x != y {
			if x > y {
				return -1
			}
			return 1
		}
		return a.field - b.field
	})
	taken, score := map[*column]bool{}, 0.0
	for _, f := range fits {
		one := &fields[f.field]
		if one.column != nil || taken[f.column] {
			continue
		}
		one.column, taken[f.column] = f.column, true
		one.unsure = f.heading < 6
		switch {
		case f.heading == 0:
			one.why = "by the form of its cells"
		case len(f.column.cells) == 0:
			one.why, one.unsure = "by its heading; all cells looked at are empty", true
		default:
			one.why = "by its heading"
		}
		weight := 1.0
		if !one.Optional {
			weight = 2
		}
		if f.heading > 0 && !everywhere[one.Name] {
			score += weight * (f.heading/10 + max(f.cells, 0)/2)
		} else {
			score += 0.5
		}
	}
	for i := range fields {
		if !fields[i].Optional && fields[i].column == nil && !everywhere[fields[i].Name] {
			score -= 0.5
		}
	}
	return fields, score
}

// everywhere are fields that most topics have, so that they tell none.
var everywhere = map[string]bool{"id": true, "source": true, "version": true, "recorded_at": true, "id_type": true, "id_number": true, "project_id": true, "employer_uscc": true}

// tellsItself are the fields that cells show without a heading, by KIND.NAME.
var tellsItself = map[string]bool{"number.id_number": true, "uscc.employer_uscc": true, "number.phone": true, "number.payee_account": true}

// headingFit says how well a heading names a field.
func headingFit(t record.Topic, field, heading string) (best float64) {
	h := plain(heading)
	if h == "" {
		return 0
	}
	names := headings[string(t)+"."+field]
	if names == nil {
		names = headings[field]
	}
	way := strings.Split(strings.ToLower(heading), ".") // in JSON, the way to a value
	last := plain(way[len(way)-1])
	for i, name := range names {
		switch {
		case h == name || last == name || h == strings.ReplaceAll(field, "_", ""):
			best = max(best, 10-float64(i)/4)
		case strings.Contains(h, name) && (utf8.RuneCountInString(name) < len(name) && utf8.RuneCountInString(name) >= 2 || len(name) >= 6):
			best = max(best, 5+3*float64(len(name))/float64(len(h))-float64(i)/4)
		}
	}
	return best
}

var (
	phoneNumber = regexp.MustCompile(`^1[3-9]\d{9}$`)
	digits      = regexp.MustCompile(`^\d+$`)
	paper       = regexp.MustCompile(`^[A-Za-z]{0,2}\d{6,17}[\dXx]?$`)
	decimal     = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	timeOnly    = regexp.MustCompile(`^\d{1,2}:\d{2}(:\d{2})?$`)
)

// share is how many of a column's cells are such, from 0 to 1.
func (c *column) share(is func(string) bool) float64 {
	if len(c.cells) == 0 {
		return 0
	}
	n := 0
	for _, one := range c.cells {
		if is(one.Text) {
			n++
		}
	}
	return float64(n) / float64(len(c.cells))
}

// cellsFit says how far the cells of a column are such as a field takes: 1 all of them, 0 unknown, -1 hardly any.
func cellsFit(t record.Topic, f *produce.FieldInfo, c *column) float64 {
	of := func(is func(string) bool) float64 {
		if share := c.share(is); share >= 0.5 {
			return share
		}
		return -1
	}
	solid := func(is func(string) bool) func(string) bool {
		return func(s string) bool { return is(produce.Solid(s)) }
	}
	if len(c.cells) == 0 {
		return 0
	}
	switch f.Kind {
	case "uscc":
		return of(func(s string) bool { return record.ValidUSCC(produce.ExactCode(s)) })
	case "number":
		switch f.Name {
		case "id_number", "legal_person_id":
			if share := c.share(solid(func(s string) bool { return record.ValidResident(strings.ToUpper(s)) })); share >= 0.5 {
				return 1
			}
			return min(of(solid(paper.MatchString)), 0.5)
		case "phone":
			return of(solid(phoneNumber.MatchString))
		case "investor_id":
			return 0
		}
		return of(solid(func(s string) bool {
			return digits.MatchString(s) && len(s) >= 8 && len(s) <= 32 && !phoneNumber.MatchString(s) && !record.ValidResident(s)
		}))
	case "yuan":
		return of(produce.ReadsYuan)
	case "integer", "decimal", "hours":
		return of(solid(func(s string) bool { return decimal.MatchString(strings.ReplaceAll(s, ",", "")) }))
	case "division":
		return of(solid(func(s string) bool { return digits.MatchString(s) && (len(s) == 9 || len(s) == 12) }))
	case "date", "month":
		_, share := c.format(f.Kind)
		if share < 0.5 {
			return -1
		}
		return share
	case "instant":
		_, share := c.format("instant")
		_, days := c.format("date")
		if share = max(share, days*0.8, c.share(timeOnly.MatchString)*0.8); share < 0.5 {
			return -1
		}
		return share
	case "word":
		_, understood := wordsOf(t, f, c)
		return of(func(s string) bool { return understood[s] != "" })
	case "yes_no":
		return of(func(s string) bool { return slices.Contains(yesWords, s) || slices.Contains(noWords, s) })
	case "id":
		return of(func(s string) bool {
			return identifier.MatchString(s) && !record.ValidResident(strings.ToUpper(produce.Solid(s)))
		})
	}
	return 0
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

// formats are tried in this order; "" is the contract's own.
var formats = map[string][]string{
	"date":    {"", "common", "serial", "M/D/YYYY", "D/M/YYYY"},
	"month":   {"", "common", "YYYY年M月", "serial"},
	"instant": {"", "common", "serial", "M/D/YYYY H:mm", "M/D/YYYY H:mm:ss", "D/M/YYYY H:mm"},
}

type formatShare struct {
	format string
	share  float64
}

// format finds the format by which most cells are read as dates, months or instants, and how many are.
func (c *column) format(kind string) (format string, share float64) {
	if known, ok := c.formats[kind]; ok {
		return known.format, known.share
	}
	for _, f := range formats[kind] {
		n := 0
		for _, one := range c.cells {
			if one.Dated || produce.ReadsDate(kind, f, one.Text) {
				n++
			}
		}
		if part := float64(n) / float64(max(len(c.cells), 1)); part > share {
			format, share = f, part
		}
	}
	if c.formats == nil {
		c.formats = map[string]formatShare{}
	}
	c.formats[kind] = formatShare{format, share}
	return format, share
}

// eitherWay says whether month and day of M/D/YYYY may as well be D/M/YYYY.
func eitherWay(kind, format string, cells []produce.LookCell) bool {
	other := strings.Replace(format, "M/D/YYYY", "D/M/YYYY", 1)
	return other != format && !slices.ContainsFunc(cells, func(c produce.LookCell) bool { return !c.Dated && !produce.ReadsDate(kind, other, c.Text) })
}

// dateSpec writes how a date, month or instant is read from a column: by one format, or by several where people and a spreadsheet
// wrote it.
func (g *guess) dateSpec(f *fieldGuess) {
	format, share := f.column.format(f.Kind)
	all := []string{format}
	for _, other := range []string{"common", "serial"} {
		if share == 1 || format == "M/D/YYYY" {
			break
		}
		both := f.column.share(func(s string) bool {
			return produce.ReadsDate(f.Kind, other, s) || slices.ContainsFunc(all, func(one string) bool { return produce.ReadsDate(f.Kind, one, s) })
		})
		if both > share {
			all, share = append(all, other), both
		}
	}
	if all[0] == "" && len(all) > 1 {
		all[0] = "common" // which takes the contract's own too
		all = slices.Compact(all)
	}
	for i, one := range all {
		all[i] = quoted(one)
	}
	switch {
	case len(all) > 1:
		f.spec = fmt.Sprintf("{column: %s, format: [%s]}", g.name(f.column), strings.Join(all, ", "))
	case format == "":
		f.spec = g.name(f.column)
	default:
		f.spec = fmt.Sprintf("{column: %s, format: %s}", g.name(f.column), all[0])
	}
	if eitherWay(f.Kind, format, f.column.cells) {
		f.unsure = true
		f.why += "; day and month may be the other way round (D/M/YYYY)"
	}
	g.coverage(f, share)
}

// coverage says of how many cells a guess does not hold.
func (g *guess) coverage(f *fieldGuess, share float64) {
	if n := len(f.column.cells); n > 0 && share < 1 {
		f.unsure = true
		f.why += fmt.Sprintf("; %d of %d cells are not such", n-int(share*float64(n)+0.5), n)
	}
}

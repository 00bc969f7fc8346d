package calendar

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

//go:embed days.txt
var embedded string

var china = sync.OnceValue(func() *Calendar {
	c, err := Parse(strings.NewReader(embedded))
	if err != nil {
		panic("calendar: days.txt in the program: " + err.Error()) // the tests parse it, so this cannot ship
	}
	return c
})

// China returns the calendar the program was built with: the State Council's notices from 2004 on, as deploy/reference
// collects them.
func China() *Calendar { return china() }

// The years a file may name. They bound the memory of a calendar and catch a mistyped year.
const firstYear, lastYear = 2000, 2099

// fixed are holidays every notice of every year lists, whatever the weekday: New Year, Labour Day, National Day
// (全国年节及纪念日放假办法). A notice without them is a fragment, and would turn holidays into working days.
var fixed = []struct {
	month time.Month
	day   int
}{{time.January, 1}, {time.May, 1}, {time.October, 1}}

// Parse reads holiday notices:
//
//	# a comment
//	notice 2026 国务院办公厅关于2026年部分节假日安排的通知
//	2026-01-01 off 元旦
//	2026-01-04 work 元旦
//
// "notice YEAR" starts a year; what follows the year is a remark, best the notice's title and number. Then come the days on which
// the notice departs from the plain week, one a line in ascending order: "off" for every day of a holiday (weekend days
// included, as the notice lists them) and "work" for a make-up work day, which is a Saturday or Sunday. The rest of such
// a line is a remark. A notice may name days of the December before its year. The text is UTF-8; a byte order mark and
// CRLF line ends are accepted. Errors name the line.
func Parse(r io.Reader) (*Calendar, error) { return parseOver(r, nil) }

// parseOver reads notices, of which those of years that base has may be of some days alone.
func parseOver(r io.Reader, base *Calendar) (*Calendar, error) {
	p := parser{notices: map[int]notice{}, base: base}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		p.line++
		text := lines.Text()
		if p.line == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if err := p.read(text); err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", p.line+1, err)
	}
	if err := p.closeNotice(); err != nil {
		return nil, fmt.Errorf("line %d: %w", p.opened, err)
	}
	if len(p.notices) == 0 {
		return nil, errors.New(`no notice: start a year with a line such as "notice 2027"`)
	}
	return build(p.notices), nil
}

type parser struct {
	notices map[int]notice
	base    *Calendar // nil: none
	line    int

	year   int // of the open notice, 0 before the first
	opened int // its line
	last   civil.Date
}

func (p *parser) read(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("not UTF-8: save the file as UTF-8")
	}
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '#' {
		return nil
	}
	words := strings.Fields(text)
	if words[0] == "notice" {
		return p.openNotice(words)
	}
	if len(words) < 2 {
		return fmt.Errorf(`%q: want "YYYY-MM-DD off" or "YYYY-MM-DD work"`, text)
	}
	d, err := civil.ParseDate(words[0])
	if err != nil {
		return fmt.Errorf("%q: want a date YYYY-MM-DD or \"notice YYYY\"", words[0])
	}
	return p.day(d, words[1])
}

func (p *parser) openNotice(words []string) error {
	if err := p.closeNotice(); err != nil {
		return fmt.Errorf("%w (it began in line %d)", err, p.opened)
	}
	if len(words) < 2 {
		return errors.New(`"notice" without a year: want "notice YYYY"`)
	}
	year, err := strconv.Atoi(words[1])
	if err != nil || year < firstYear || year > lastYear {
		return fmt.Errorf("notice %q: want a year from %d to %d", words[1], firstYear, lastYear)
	}
	if p.notices[year] != nil {
		return fmt.Errorf("a second notice for %d: merge the two", year)
	}
	p.notices[year] = notice{}
	p.year, p.opened, p.last = year, p.line, 0
	return nil
}

func (p *parser) day(d civil.Date, kind string) error {
	if p.year == 0 {
		return fmt.Errorf(`%s comes before the first "notice YYYY" line`, d)
	}
	n := p.notices[p.year]
	if d < civil.NewDate(p.year-1, time.December, 1) || d.Year() > p.year {
		return fmt.Errorf("%s does not belong to the notice for %d", d, p.year)
	}
	if len(n) > 0 && d <= p.last {
		return fmt.Errorf("%s comes after %s: each date once, in ascending order", d, p.last)
	}
	switch kind {
	case "off":
		n[d] = false
	case "work":
		if !weekend(d) && (p.base == nil || p.base.kind(d) != rest) {
			return fmt.Errorf("%s is a %s: only a Saturday or Sunday can be a make-up work day, or a day that the notice as it stands has off", d, d.Weekday())
		}
		n[d] = true
	default:
		return fmt.Errorf(`%s %q: want "off" or "work"`, d, kind)
	}
	p.last = d
	return nil
}

// amends says whether the open notice is of a year that there is one of.
func (p *parser) amends() bool { return p.base != nil && p.base.notices[p.year] != nil }

func (p *parser) closeNotice() error {
	if p.year == 0 {
		return nil
	}
	for _, f := range fixed {
		d := civil.NewDate(p.year, f.month, f.day)
		if works, named := p.notices[p.year][d]; works || !named && !p.amends() {
			return fmt.Errorf("the notice for %d is incomplete: %s, a holiday every year, is not off", p.year, d)
		}
	}
	return nil
}

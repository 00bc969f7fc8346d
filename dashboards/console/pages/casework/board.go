package casework

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/dashboards/console/web"
	"github.com/anxin-project/anxin/internal/domain/casefile"
	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// boardPeriod are the days of receipt that a board counts when nobody says otherwise.
const boardPeriod = 90

// boardData is a supervisor's board (督办): who has received which cases, and how soon they were taken on and ended.
type boardData struct {
	Connected   bool
	By          casefile.BoardBy
	From, Until civil.Date
	Rows        []boardRow
	Total       boardRow
	Figures     []casefile.Board

	// The list behind one figure, of one line or of all.
	Figure  casefile.Board
	Key     string
	Named   string
	Counted []casefile.Counted
	Pager   web.Pager
}

type boardRow struct {
	casefile.BoardRow
	Name  string
	cells map[casefile.Board]string // addresses of the lists
}

// URL is where the list behind a figure stands.
func (b boardRow) URL(figure casefile.Board) string { return b.cells[figure] }

// board reads the period and counts the cases that the reader may see.
func (p *Pages) board(r *web.Request) (*boardData, []casefile.Counted, error) {
	q, today := r.Query, civil.DateOf(p.Now())
	d := &boardData{Connected: p.Cases != nil, By: casefile.BoardBy(q.Choice("by", string(casefile.ByPerson), string(casefile.ByCounty), string(casefile.ByDepartment))),
		From: today.AddDays(-boardPeriod), Until: today, Figures: casefile.Boards}
	if on, ok := q.Date("until"); ok {
		d.Until, d.From = on, on.AddDays(-boardPeriod)
	}
	if on, ok := q.Date("from"); ok {
		d.From = on
	}
	list, err := p.myCases(r, casefile.Filter{})
	counted := casefile.Count(list, d.By, d.From, d.Until, today)
	d.Total = boardRow{BoardRow: casefile.BoardRow{Figures: map[casefile.Board]int{}, Days: map[casefile.Board]int64{}}, Name: language.Message(r.Lang, "board.all")}
	all := slices.Clone(counted)
	for i := range all {
		all[i].Key = ""
	}
	if sum := casefile.BoardOf(all); len(sum) == 1 {
		d.Total.BoardRow = sum[0]
	}
	d.Total.cells = d.cells("")
	for _, row := range casefile.BoardOf(counted) {
		key := cmp.Or(row.Key, casefile.Nobody)
		d.Rows = append(d.Rows, boardRow{row, p.boardName(r.Lang, d.By, row.Key), d.cells(key)})
	}
	return d, counted, err
}

func (d *boardData) cells(key string) map[casefile.Board]string {
	urls := map[casefile.Board]string{}
	for _, figure := range casefile.Boards {
		v := url.Values{"by": {string(d.By)}, "from": {d.From.String()}, "until": {d.Until.String()}, "figure": {string(figure)}}
		if key != "" {
			v.Set("key", key)
		}
		urls[figure] = "/board?" + v.Encode() + "#list"
	}
	return urls
}

// boardName is what a line of a board is called.
func (p *Pages) boardName(l language.Locale, by casefile.BoardBy, key string) string {
	switch {
	case key == "" && by == casefile.ByPerson:
		return language.Message(l, "cases.nobodys")
	case by == casefile.ByPerson:
		return web.NameOf(p.Gate, key)
	case by == casefile.ByDepartment:
		return casefile.Department(key).Title().In(string(l))
	}
	return cmp.Or(p.Regions.Name(key), key)
}

// BoardPage is the page at /board: the figures, and below them the list behind the one that was chosen.
func (p *Pages) BoardPage(r *web.Request) (web.Answer, error) {
	d, counted, err := p.board(r)
	if err != nil {
		return web.Answer{}, err
	}
	names := make([]string, 0, len(casefile.Boards)+1)
	names = append(names, "")
	for _, figure := range casefile.Boards {
		names = append(names, string(figure))
	}
	d.Figure, d.Key = casefile.Board(r.Query.Choice("figure", names...)), r.Query.Word("key")
	if d.Figure != "" {
		for _, one := range counted {
			if slices.Contains(one.In, d.Figure) && (d.Key == "" || one.Key == d.Key || one.Key == "" && d.Key == casefile.Nobody) {
				d.Counted = append(d.Counted, one)
			}
		}
		slices.SortFunc(d.Counted, func(a, b casefile.Counted) int {
			return cmp.Or(cmp.Compare(received(a), received(b)), cmp.Compare(a.Case.ID, b.Case.ID))
		})
		d.Named = d.Total.Name
		for _, row := range d.Rows {
			if d.Key != "" && cmp.Or(row.Key, casefile.Nobody) == d.Key {
				d.Named = row.Name
			}
		}
		d.Pager = web.PageOf(len(d.Counted), p.PageSize, r.Query.Number("page"))
		d.Counted = d.Counted[d.Pager.From:d.Pager.To]
	}
	return web.Answer{Template: "board", Title: language.Message(r.Lang, "board.title"), Data: d}, nil
}

func received(c casefile.Counted) civil.Date {
	if c.Round != nil {
		return c.Round.ReceivedOn
	}
	return c.Case.OpenedOn
}

// BoardExport is the export at /board.csv and /board.xlsx.
func (p *Pages) BoardExport(r *web.Request) (web.Answer, error) {
	d, _, err := p.board(r)
	if err != nil || p.Cases == nil {
		return web.Answer{}, cmp.Or(err, web.ErrNotFound)
	}
	columns := []spreadsheet.Column{web.Column("csv.board_key"), web.Column("csv.name")}
	for _, figure := range casefile.Boards {
		columns = append(columns, figureColumn("board.", string(figure)))
	}
	columns = append(columns, figureColumn("board.", "mean_answer"), figureColumn("board.", "mean_end"))
	s := spreadsheet.NewTable(string(r.Lang), columns...)
	for _, row := range d.Rows {
		line := []string{row.Key, row.Name}
		for _, figure := range casefile.Boards {
			line = append(line, strconv.Itoa(row.Figures[figure]))
		}
		s.Line(append(line, row.Answer(), row.End())...)
	}
	return r.Export(s, "anxin-board-"+d.Until.String(), language.Message(r.Lang, "board.title"), r.OfNow())
}

// figureColumn is a column of figures, in English headed by the name that programs read.
func figureColumn(prefix, name string) spreadsheet.Column {
	title, _ := language.LookUp(prefix + name)
	return spreadsheet.Typed(catalog.Text{ZH: title.ZH, EN: name}, spreadsheet.Number)
}

// Answer and End are the mean days, written; empty of none.
func (b boardRow) Answer() string { return days(b.MeanAnswer()) }

// End is the mean until the end.
func (b boardRow) End() string { return days(b.MeanEnd()) }

// days writes a mean of days; empty of none.
func days(mean float64, known bool) string {
	if !known {
		return ""
	}
	return strconv.FormatFloat(mean, 'f', 1, 64)
}

// BoardAnswer is what GET /api/v1/board answers.
type BoardAnswer struct {
	By    casefile.BoardBy `json:"by"`
	From  civil.Date       `json:"from"`
	Until civil.Date       `json:"until"`
	Rows  []BoardLine      `json:"rows"` // who is most overdue comes first
}

// BoardLine is one line of a board.
type BoardLine struct {
	Key            string                 `json:"key"`
	Name           string                 `json:"name"`
	Figures        map[casefile.Board]int `json:"figures"`
	MeanDaysAnswer *float64               `json:"mean_days_to_answer"` // null where nothing was answered
	MeanDaysEnd    *float64               `json:"mean_days_to_end"`
}

// BoardAnswer answers GET /api/v1/board.
func (p *Pages) BoardAnswer(r *web.Request) (web.Answer, error) {
	if p.Cases == nil {
		return web.Answer{}, web.ErrNoCasework
	}
	d, _, err := p.board(r)
	answer := BoardAnswer{d.By, d.From, d.Until, []BoardLine{}}
	for _, row := range d.Rows {
		line := BoardLine{Key: row.Key, Name: row.Name, Figures: row.Figures}
		if mean, known := row.MeanAnswer(); known {
			line.MeanDaysAnswer = &mean
		}
		if mean, known := row.MeanEnd(); known {
			line.MeanDaysEnd = &mean
		}
		answer.Rows = append(answer.Rows, line)
	}
	return web.Answer{JSON: answer}, err
}

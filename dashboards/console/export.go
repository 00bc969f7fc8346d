package console

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
)

// spreadsheet writes CSV that offices open with a double click: a byte order mark, so that Excel reads UTF-8, and no
// cell that a spreadsheet would take for a formula.
type spreadsheet struct {
	buffer bytes.Buffer
	csv    *csv.Writer
}

func newSpreadsheet(header ...string) *spreadsheet {
	s := new(spreadsheet)
	s.buffer.WriteString("\uFEFF")
	s.csv = csv.NewWriter(&s.buffer)
	s.csv.UseCRLF = true
	s.row(header...)
	return s
}

func (s *spreadsheet) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = harmless(cell)
	}
	_ = s.csv.Write(cells) // into a buffer: cannot fail
}

func (s *spreadsheet) bytes() []byte {
	s.csv.Flush()
	return s.buffer.Bytes()
}

// harmless puts an apostrophe before text that a spreadsheet would compute. Plain numbers stay numbers.
func harmless(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	return "'" + cell
}

// yuanText writes fen as yuan with two decimals, exactly.
func yuanText(fen int64) string {
	s, u := "", uint64(fen)
	if fen < 0 {
		s, u = "-", -u
	}
	cents := strconv.FormatUint(u%100, 10)
	if len(cents) < 2 {
		cents = "0" + cents
	}
	return s + strconv.FormatUint(u/100, 10) + "." + cents
}

func (c *Console) warningsCSV(r *request) (answer, error) {
	l := r.lang
	t := func(key string) string { return message(l, key) }
	s := newSpreadsheet(t("csv.level"), t("csv.detector"), t("csv.title"), t("csv.scope"), t("csv.id"), t("csv.name"), t("csv.township"),
		t("csv.place"), t("csv.sector"), t("csv.department"), t("csv.since"), t("csv.opened"), t("csv.workers"), t("csv.yuan"), t("csv.basis"), t("csv.evidence"))
	for _, w := range c.warningFilter(r.query).choose(c, l, r.view) {
		h := c.detectors.header(w.Detector)
		s.row(l.word("level", string(w.Level)), w.Detector, h.Title.In(string(l)), l.word("scope", w.Scope), w.ScopeID, w.Name, w.Township,
			c.regions.Path(w.Township), l.word("sector", w.Sector), l.word("department", w.Department), w.Since.String(), w.Opened.String(),
			strconv.FormatUint(uint64(w.Workers), 10), yuanText(w.AmountFen), strings.Join(w.Basis, "; "), l.evidence(h, w.Evidence).line())
	}
	return answer{raw: s.bytes(), kind: "text/csv; charset=utf-8", attach: "anxin-warnings-" + r.view.Run.AsOf.String() + ".csv"}, nil
}

// line writes evidence into one cell.
func (e Evidence) line() string {
	var parts []string
	for _, f := range append(append([]Figure{}, e.Figures...), e.Other...) {
		parts = append(parts, f.Label+": "+f.Value)
	}
	return strings.Join(parts, "; ")
}

func (c *Console) rankingCSV(r *request) (answer, error) {
	l := r.lang
	t := func(key string) string { return message(l, key) }
	d := c.ranking(r, 0)
	s := newSpreadsheet(t("csv.as_of"), t("csv.rank"), t("csv.code"), t("csv.name"), t("csv.place"), t("csv.light"), t("csv.index"),
		t("csv.change"), t("csv.monitored"), t("csv.arrears_workers"), t("csv.yuan"), t("csv.red"), t("csv.yellow"))
	for _, u := range d.Rows {
		rank, index, change := "", "", ""
		if n := rankOf(u, d.WithinCounty); n < 1<<31 {
			rank = strconv.FormatUint(uint64(n), 10)
		}
		if u.RankOnly {
			s.row(r.view.Run.AsOf.String(), rank, u.Code, u.Name, c.regions.Path(u.Code), "", "", "", "", "", "", "", "")
			continue
		}
		if u.Index != nil {
			index = strconv.FormatFloat(*u.Index, 'f', 1, 64)
		}
		if v, ok := u.Change(); ok {
			change = strconv.FormatFloat(v, 'f', 1, 64)
		}
		s.row(r.view.Run.AsOf.String(), rank, u.Code, u.Name, c.regions.Path(u.Code), l.word("light", lightClass(u.Light)), index, change,
			strconv.FormatUint(uint64(u.MonitoredWorkers), 10), strconv.FormatUint(uint64(u.ArrearsWorkers), 10), yuanText(u.ArrearsFen),
			strconv.Itoa(u.Red), strconv.Itoa(u.Yellow))
	}
	return answer{raw: s.bytes(), kind: "text/csv; charset=utf-8", attach: "anxin-ranking-" + r.view.Run.AsOf.String() + ".csv"}, nil
}

// whole writes a count or a number without grouping.
func whole(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

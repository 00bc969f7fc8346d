package risk

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// Row is what was known of a subject on a date, and what then happened.
type Row struct {
	World    string // the folder of records it is from
	Scope    catalog.Scope
	ID       string
	County   string
	Employer string // general contractor, or itself
	AsOf     civil.Date
	WagesFen int64
	Values   []float64 // by Features; NaN where nobody knows
	// Outcome is whether wages fell due within 60 days that were owed 30 days later.
	Outcome bool
	Days    int  // to that pay day, whenever it comes; 0 where none does
	Open    bool // in arrears on the date, or past due with wages that became so: nothing is left to foresee
	Known   bool // whether the outcome is known at the end of the data
}

// Load reads the subjects of a snapshot; outcomes are not filled.
func Load(ctx context.Context, facts driver.Conn, asOf civil.Date) ([]Row, error) {
	columns := make([]string, len(Features))
	for i, f := range Features {
		columns[i] = "ifNull(" + f.Name + ", nan)"
	}
	rows, err := facts.Query(ctx, "SELECT toString(scope), scope_id, substring(township, 1, 6), employer_uscc, wages_fen, ["+strings.Join(columns, ", ")+"] FROM risk_subjects ORDER BY scope, scope_id")
	if err != nil {
		return nil, fmt.Errorf("reading what is known of subjects: %w", err)
	}
	defer rows.Close()
	var all []Row
	for rows.Next() {
		r := Row{AsOf: asOf}
		var scope string
		if err := rows.Scan(&scope, &r.ID, &r.County, &r.Employer, &r.WagesFen, &r.Values); err != nil {
			return nil, fmt.Errorf("reading what is known of subjects: %w", err)
		}
		r.Scope = catalog.Scope(scope)
		all = append(all, r)
	}
	return all, rows.Err()
}

var rowHead = []string{"world", "scope", "scope_id", "county", "employer_uscc", "as_of", "wages_fen", "outcome", "days", "open", "known"}

// WriteRows writes rows as CSV; what nobody knows is empty.
func WriteRows(w io.Writer, rows []Row) error {
	head := slices.Clone(rowHead)
	for _, f := range Features {
		head = append(head, f.Name)
	}
	lines := [][]string{head}
	for _, r := range rows {
		line := []string{r.World, string(r.Scope), r.ID, r.County, r.Employer, r.AsOf.String(), strconv.FormatInt(r.WagesFen, 10),
			strconv.FormatBool(r.Outcome), strconv.Itoa(r.Days), strconv.FormatBool(r.Open), strconv.FormatBool(r.Known)}
		for _, v := range r.Values {
			line = append(line, figure(v))
		}
		lines = append(lines, line)
	}
	return spreadsheet.WriteCSV(w, lines)
}

// figure writes six digits, never with an exponent: a spreadsheet would not take that for a number.
func figure(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil { // infinite
		short = v
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// ReadRows reads what WriteRows wrote.
func ReadRows(from io.Reader) ([]Row, error) {
	in := csv.NewReader(from)
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("reading features: %w", err)
	}
	place := make([]int, len(Features))
	for i, f := range Features {
		if place[i] = slices.Index(head, f.Name); place[i] < 0 {
			return nil, fmt.Errorf("reading features: there is no column %s: the file is of another version", f.Name)
		}
	}
	if len(head) < len(rowHead) || !slices.Equal(head[:len(rowHead)], rowHead) {
		return nil, fmt.Errorf("reading features: want the columns %s first", strings.Join(rowHead, ", "))
	}
	var all []Row
	for {
		line, err := in.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading features: %w", err)
		}
		r := Row{World: line[0], Scope: catalog.Scope(line[1]), ID: line[2], County: line[3], Employer: line[4], Values: make([]float64, len(Features))}
		var problems [6]error
		r.AsOf, problems[0] = civil.ParseDate(line[5])
		r.WagesFen, problems[1] = strconv.ParseInt(line[6], 10, 64)
		r.Outcome, problems[2] = strconv.ParseBool(line[7])
		r.Days, problems[3] = strconv.Atoi(line[8])
		r.Open, problems[4] = strconv.ParseBool(line[9])
		r.Known, problems[5] = strconv.ParseBool(line[10])
		err = errors.Join(problems[:]...)
		for i, at := range place {
			r.Values[i] = math.NaN()
			if line[at] != "" {
				var bad error
				r.Values[i], bad = strconv.ParseFloat(line[at], 64)
				err = errors.Join(err, bad)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("reading features: line %d: %w", len(all)+2, err)
		}
		all = append(all, r)
	}
}

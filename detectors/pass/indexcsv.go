package pass

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/region"
	"github.com/anxin-project/anxin/internal/platform/spreadsheet"
)

// WriteIndexCSV writes the index of a pass: one row a unit; for each component its score, points, weight and raw figures.
// What is not published (grey, stale) leaves index and rank empty.
func WriteIndexCSV(w io.Writer, r Result, policyVersion string) error {
	header := []string{
		"as_of", "unit", "code", "name", "county", "index", "light", "rank", "ranked_of", "monitored_workers", "owed_workers", "owed_fen", "estimated_fen",
		"late_workers", "silent_workers", "unaccounted_workers", "closed",
	}
	for _, c := range index.Components {
		for _, figure := range []string{"score", "points", "weight", "numerator", "denominator", "scored"} {
			header = append(header, string(c)+"_"+figure)
		}
	}
	rows := [][]string{append(header, "uncapped", "cap", "cap_reason", "form", "policy_version")}
	for _, row := range r.Index {
		var value, uncapped, rank, of, limit string
		if row.Published() {
			value, uncapped = decimal(row.Score.Index, 1), decimal(row.Score.Uncapped, 1)
			if row.Score.Cap > 0 {
				limit = decimal(row.Score.Cap, 1)
			}
		}
		if row.Rank > 0 {
			rank, of = strconv.Itoa(row.Rank), strconv.Itoa(row.RankedOf)
		}
		t := row.Tally
		line := []string{
			r.AsOf.String(), string(row.Unit), row.Code, region.Name(row.Code), region.Name(row.County), value, string(row.Score.Light), rank, of,
			strconv.Itoa(t.Workers), strconv.Itoa(t.Owed), strconv.FormatInt(row.OwedFen, 10), strconv.FormatInt(row.EstimateFen, 10),
			strconv.Itoa(t.Late), strconv.Itoa(t.Silent), strconv.Itoa(row.Unaccounted), strconv.Itoa(row.Closed),
		}
		for _, p := range row.Score.Parts {
			line = append(line, decimal(p.Score, 4), decimal(p.Points, 1), decimal(p.Weight, -1), decimal(p.Numerator, -1), decimal(p.Denominator, -1))
			if p.Denominator == 0 { // nothing to go by
				line = append(line, "")
				continue
			}
			line = append(line, decimal(p.Scored, 6))
		}
		rows = append(rows, append(line, uncapped, limit, string(row.Score.Reason()), strconv.Itoa(index.Form), policyVersion))
	}
	return spreadsheet.WriteCSV(w, rows)
}

// WriteLosses writes every point lost of a pass, one line a loss: the losses of a unit add up to 100 less its index.
func WriteLosses(w io.Writer, r Result) error {
	buffer := bufio.NewWriter(w)
	out := json.NewEncoder(buffer)
	out.SetEscapeHTML(false)
	for _, row := range r.Index {
		for _, l := range row.Lost {
			err := out.Encode(struct {
				AsOf civil.Date `json:"as_of"`
				Unit index.Unit `json:"unit"`
				Code string     `json:"code"`
				index.Loss
			}{r.AsOf, row.Unit, row.Code, l})
			if err != nil {
				return err
			}
		}
	}
	return buffer.Flush()
}

func decimal(v float64, places int) string { return strconv.FormatFloat(v, 'f', places, 64) }

package detectors

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/internal/region"
)

// WriteIndexCSV writes the index of a pass: one row a unit; for each component its score, points, weight and raw figures.
// What is not published (grey, stale) leaves index and rank empty.
func WriteIndexCSV(w io.Writer, r Result, policyVersion string) error {
	out := csv.NewWriter(w)
	header := []string{"as_of", "unit", "code", "name", "county", "index", "light", "rank", "ranked_of", "monitored_workers"}
	for _, c := range index.Components {
		for _, figure := range []string{"score", "points", "weight", "numerator", "denominator", "scored"} {
			header = append(header, string(c)+"_"+figure)
		}
	}
	if err := out.Write(append(header, "cap", "policy_version")); err != nil {
		return err
	}
	for _, row := range r.Index {
		var value, rank, of, limit string
		if row.Published() {
			value = decimal(row.Score.Index, 1)
			if row.Score.Cap > 0 {
				limit = decimal(row.Score.Cap, 1)
			}
		}
		if row.Rank > 0 {
			rank, of = strconv.Itoa(row.Rank), strconv.Itoa(row.RankedOf)
		}
		line := []string{
			r.AsOf.String(), string(row.Unit), row.Code, region.Name(row.Code), region.Name(row.County), value, string(row.Score.Light),
			rank, of, strconv.Itoa(row.Tally.Workers),
		}
		for _, p := range row.Score.Parts {
			if p.Denominator == 0 { // without exposure
				line = append(line, "", "", "0", "", "", "")
				continue
			}
			line = append(line, decimal(p.Score, 4), decimal(p.Points, 1), decimal(p.Weight, 4), decimal(p.Numerator, -1), decimal(p.Denominator, -1), decimal(p.Shrunk, 6))
		}
		if err := out.Write(append(line, limit, policyVersion)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func decimal(v float64, places int) string { return strconv.FormatFloat(v, 'f', places, 64) }

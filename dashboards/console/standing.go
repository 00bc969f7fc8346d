package console

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

// rateRow is a reported rate and how it stands to its target.
type rateRow struct {
	edition.Rate
	Light string // green: the aim is reached; yellow: within the target's range; red: below it; "" without a target
}

// rateRows returns the rates of a place.
func rateRows(all []edition.Rate, code string) []rateRow {
	var rows []rateRow
	for _, r := range all {
		if r.Code != code {
			continue
		}
		row := rateRow{Rate: r}
		switch {
		case r.Least == 0:
		case r.Share() >= max(r.Aim, r.Least):
			row.Light = "green"
		case r.Share() >= r.Least:
			row.Light = "yellow"
		default:
			row.Light = "red"
		}
		rows = append(rows, row)
	}
	return rows
}

// target writes the range a rate is to reach.
func target(l language.Locale, r edition.Rate) string {
	switch {
	case r.Least == 0:
		return "—"
	case r.Aim <= r.Least:
		return l.Percent(r.Least)
	}
	return l.Percent(r.Least) + "–" + l.Percent(r.Aim)
}

// reasons says why an employer has its grade.
func reasons(l language.Locale, g edition.Grade) []string {
	var all []string
	for _, reason := range g.Reasons {
		count := map[string]uint32{"violation": g.Findings, "repeated": g.Findings, "incident": g.Incidents, "refused": g.Refused, "convicted": g.Convictions}[reason]
		if _, known := language.LookUp("reason." + reason); !known {
			all = append(all, reason)
			continue
		}
		all = append(all, language.Fill(l, "reason."+reason, l.Num(count)))
	}
	if len(all) == 0 {
		all = []string{language.Message(l, "reason.none")}
	}
	return all
}

package view

import (
	"github.com/anxin-project/anxin/dashboards/console/language"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

// RateRow is a reported rate and how it stands to its target.
type RateRow struct {
	edition.Rate
	Light string // green: the aim is reached; yellow: within the target's range; red: below it; "" without a target
}

// RateRows returns the rates of a place.
func RateRows(all []edition.Rate, code string) []RateRow {
	var rows []RateRow
	for _, r := range all {
		if r.Code != code {
			continue
		}
		row := RateRow{Rate: r}
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

// Target writes the range a rate is to reach.
func Target(l language.Locale, r edition.Rate) string {
	switch {
	case r.Least == 0:
		return "—"
	case r.Aim <= r.Least:
		return l.Percent(r.Least)
	}
	return l.Percent(r.Least) + "–" + l.Percent(r.Aim)
}

// Reasons says why an employer has its grade.
func Reasons(l language.Locale, g edition.Grade) []string {
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

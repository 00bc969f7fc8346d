package snapshot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/detectors/risk"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/backoff"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// minimumWages are the parameters of policy that set them.
var minimumWages = []string{"minimum_wage_fen", "minimum_wage_hourly_fen"}

// params are what the files take. first_month is the first of the wage months that are looked at whole, of
// which wage_months lists all; of older ones only pay slips that are still owed. window_days is the index's.
func (b Builder) params(ctx context.Context, asOf civil.Date) (store.Params, error) {
	params := store.Params{
		"as_of":     asOf,
		"end":       asOf.End(),
		"first_day": (asOf.Month() - attendanceMonths).First(),
	}
	for name, section := range map[string]string{
		"paid_days_a_month": "common", "hours_a_day": "common", "window_days": "index", "unlisted_months": "owed",
		"evidence_days": "owed", "grace_detectors_days": "owed", "unbooked_days": "owed", "ledger_alive_days": "owed", "gate_alive_days": "owed",
		"seen_days": "owed", "unaccounted_share": "owed", "unaccounted_least": "owed", "management_share": "owed",
	} {
		value, err := b.Policy.Number(section, name, "", asOf)
		if err != nil {
			return nil, err
		}
		params[name] = value
	}
	for name, section := range map[string]string{"source_precedence": "common", "management_jobs": "owed"} {
		value, err := b.Policy.Texts(section, name, "", asOf)
		if err != nil {
			return nil, err
		}
		params[name] = value
	}
	var err error
	if params["full_month_days"], err = b.Policy.Least("owed", "full_month_days"); err != nil {
		return nil, err
	}
	params["full_centihours"] = int(math.Round(params["hours_a_day"].(float64) * 100))
	first := asOf.Month() - civil.Month(math.Round(params["unlisted_months"].(float64)))
	params["first_month"] = first
	var months []string
	for m := first; m <= asOf.Month(); m++ {
		months = append(months, m.First().String())
	}
	params["wage_months"] = months
	if params["began"], err = b.clock(ctx); err != nil {
		return nil, err
	}
	params["basis"], err = b.basisOf(ctx, params)
	return params, err
}

// fillCalendar writes the working-day calendar around a date. Days of a year whose notice is not known are left out: what
// depends on them is then not judged rather than guessed.
func (b Builder) fillCalendar(ctx context.Context, database string, first civil.Month, asOf civil.Date) error {
	batch, err := b.Conn.PrepareBatch(ctx, "INSERT INTO "+store.Quote(database)+".calendar (day, workday, workday_number, pay_by)")
	if err != nil {
		return fmt.Errorf("filling calendar: %w", err)
	}
	number := uint32(0)
	for day, workday := range b.Calendar.Days(first.First(), asOf.AddDays(calendarDaysAhead)) {
		if workday {
			number++
		}
		payBy, err := b.Calendar.OnOrBefore(day)
		if err != nil {
			payBy = day
		}
		if err := batch.Append(day.Time(), workday, number, payBy.Time()); err != nil {
			return fmt.Errorf("filling calendar: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("filling calendar: %w", err)
	}
	return nil
}

// fillMinimumWages writes the minimum wages of every wage month, by the policy in force at its end, for the townships of
// projects and employers.
func (b Builder) fillMinimumWages(ctx context.Context, database string, first civil.Month, asOf civil.Date) error {
	quoted := store.Quote(database)
	var townships []struct {
		Code string `ch:"township"`
	}
	err := b.Conn.Select(ctx, &townships, "SELECT DISTINCT toString(township) AS township FROM (SELECT township FROM "+quoted+".projects UNION ALL SELECT township FROM "+quoted+".employers) WHERE township != '' ORDER BY township")
	if err != nil {
		return fmt.Errorf("reading townships for their minimum wages: %w", err)
	}
	batch, err := b.Conn.PrepareBatch(ctx, "INSERT INTO "+quoted+".minimum_wages (township, month, monthly_fen, hourly_fen, highest_monthly_fen, highest_hourly_fen)")
	if err != nil {
		return fmt.Errorf("filling minimum wages: %w", err)
	}
	regions := b.Policy.Regions()
	for month := first; month <= asOf.Month(); month++ {
		in := func(region string) (fen [2]int64, err error) {
			for i, name := range minimumWages {
				value, err := b.Policy.Number("common", name, region, month.Last())
				if err != nil {
					return fen, err
				}
				fen[i] = int64(math.Round(value))
			}
			return fen, nil
		}
		national, err := in("")
		if err != nil {
			return err
		}
		known, highest := map[string][2]int64{"": national}, national
		for _, region := range regions {
			if known[region], err = in(region); err != nil {
				return err
			}
			for i, fen := range known[region] {
				highest[i] = max(highest[i], fen)
			}
		}
		add := func(township string, fen [2]int64) error {
			return batch.Append(township, month.First().Time(), fen[0], fen[1], highest[0], highest[1])
		}
		err = add("", national)
		for _, township := range townships {
			err = errors.Join(err, add(township.Code, known[policy.NarrowestRegion(township.Code, regions)]))
		}
		if err != nil {
			return fmt.Errorf("filling minimum wages: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("filling minimum wages: %w", err)
	}
	return nil
}

// leadTerms are the parameters of policy that set them, in the order of the table's columns.
var leadTerms = []string{"accept_workdays", "resolve_workdays", "extension_workdays", "mediation_days", "arbitration_days", "arbitration_extension_days"}

// fillLeadTerms writes the terms of leads, by the policy in force on the date, for the townships that leads were reported for.
func (b Builder) fillLeadTerms(ctx context.Context, database string, asOf civil.Date) error {
	quoted := store.Quote(database)
	var townships []struct {
		Code string `ch:"township"`
	}
	err := b.Conn.Select(ctx, &townships, "SELECT DISTINCT toString(township) AS township FROM "+quoted+".leads ORDER BY township")
	if err != nil {
		return fmt.Errorf("reading townships for their terms of leads: %w", err)
	}
	batch, err := b.Conn.PrepareBatch(ctx, "INSERT INTO "+quoted+".lead_terms (township, "+strings.Join(leadTerms, ", ")+")")
	if err != nil {
		return fmt.Errorf("filling terms of leads: %w", err)
	}
	regions := b.Policy.Regions()
	for _, township := range townships {
		row := []any{township.Code}
		for _, name := range leadTerms {
			value, err := b.Policy.Number("common", name, policy.NarrowestRegion(township.Code, regions), asOf)
			if err != nil {
				return err
			}
			row = append(row, uint16(math.Round(value)))
		}
		if err := batch.Append(row...); err != nil {
			return fmt.Errorf("filling terms of leads: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("filling terms of leads: %w", err)
	}
	return nil
}

// fillScorecard writes the points that arrears-risk adds up.
func (b Builder) fillScorecard(ctx context.Context, database string) error {
	card, err := risk.InForce(ctx, b.Conn)
	if err != nil {
		return err
	}
	batch, err := b.Conn.PrepareBatch(ctx, "INSERT INTO "+store.Quote(database)+".scorecard (id, scope, feature, other, missing, low, high, other_low, other_high, points)")
	if err != nil {
		return fmt.Errorf("filling the scorecard: %w", err)
	}
	for _, l := range card.Lines() {
		if err := batch.Append(card.ID, string(l.Scope), l.Feature, l.Other, l.Missing, l.Low, l.High, l.OtherLow, l.OtherHigh, l.Points); err != nil {
			return fmt.Errorf("filling the scorecard: %w", err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("filling the scorecard: %w", err)
	}
	return nil
}

// Drop removes a snapshot. A statement that a cancelled pass left behind may still be creating a table in it, which
// makes the engine refuse to drop the database; it is asked again until the statement has ended.
func (b Builder) Drop(ctx context.Context, database string) error {
	var err error
	const tries = 8 // within seven seconds
	for failures := 0; ; failures++ {
		if err = b.Conn.Exec(ctx, "DROP DATABASE IF EXISTS "+store.Quote(database)); err == nil {
			return nil
		}
		if failures == tries-1 {
			b.Log.Error("a snapshot could not be dropped; drop the database by hand", "database", database, "error", err)
			return fmt.Errorf("dropping snapshot: %w", err)
		}
		if backoff.Sleep(ctx, backoff.Doubling{First: 50 * time.Millisecond, Most: 5 * time.Second}.After(failures)) != nil {
			return fmt.Errorf("dropping snapshot: %w", err)
		}
	}
}

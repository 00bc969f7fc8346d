package pass

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// A detector may fail where the pass does not: its query is refused by the engine, runs on and on, or returns what makes no
// sense. Nobody knows then what it would have found, so its earlier warnings stand as they were, neither found again nor
// closed, and the run says that they are not fresh. The index rests on some detectors (Passes.restsOn): where one of these
// fails, so does the pass, since an index without them would look safer than it is.

// Limits bound what a detector may take.
type Limits struct {
	Time     time.Duration // for one query
	Warnings int           // that it may return
}

// Failure is a detector's in a run.
type Failure struct {
	Detector string
	Why      string
	Since    time.Time // start of the first run in a row in which it failed
}

// nonsense is an answer of a detector that cannot be right.
type nonsense struct{ what string }

func (e nonsense) Error() string { return e.what }

func senseless(format string, values ...any) error { return nonsense{fmt.Sprintf(format, values...)} }

// ofDetector tells whether an error is the detector's own: of its query or of its answer, rather than of a store that is
// away or of a pass that is to end.
func ofDetector(ctx context.Context, err error) bool {
	var refused *clickhouse.Exception
	var answer nonsense
	return ctx.Err() == nil && (errors.As(err, &refused) || errors.As(err, &answer) || errors.Is(err, context.DeadlineExceeded))
}

// restsOn tells whether the index takes something from a detector's warnings.
func (d *Passes) restsOn(one catalog.Detector, asOf civil.Date) (bool, error) {
	hazards, err := d.Policy.Texts("index", "hazard_detectors", "", asOf)
	return one.Marks != "" || slices.Contains(hazards, one.ID), err
}

const mostWhy = 300 // characters of a reason that are kept

// failures says since when detectors fail, by the run before.
func failures(failed map[string]error, before lastRun, began time.Time) []Failure {
	var all []Failure
	for id, err := range failed {
		f := Failure{Detector: id, Why: err.Error(), Since: began}
		if runes := []rune(f.Why); len(runes) > mostWhy {
			f.Why = string(runes[:mostWhy]) + "…"
		}
		if since, failing := before.failedSince[id]; failing {
			f.Since = since
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b Failure) int { return cmp.Compare(a.Detector, b.Detector) })
	return all
}

// lastRun is the latest run over a date or an earlier one, with all that it says.
type lastRun struct {
	warnings    []Warning // of an earlier date those that were active
	failedSince map[string]time.Time
}

// lastRun reads what was known of a date before the run that is being made. Unlike warningsBefore it counts an earlier run over
// the same date.
func (d *Passes) lastRun(ctx context.Context, asOf civil.Date) (lastRun, error) {
	var l lastRun
	var rows []struct {
		AsOf  time.Time            `ch:"as_of"`
		Run   uint64               `ch:"run"`
		Since map[string]time.Time `ch:"failed_since"`
	}
	if err := d.Conn.Select(ctx, &rows, "SELECT as_of, run, failed_since FROM runs WHERE as_of <= ? ORDER BY as_of DESC, run DESC LIMIT 1", asOf.String()); err != nil {
		return l, fmt.Errorf("reading runs: %w", err)
	}
	if len(rows) == 0 {
		return l, nil
	}
	l.failedSince = rows[0].Since
	on := civil.OfColumn(rows[0].AsOf)
	all, err := d.readWarnings(ctx, "as_of = ? AND run = ?", on.String(), rows[0].Run)
	if err != nil {
		return l, err
	}
	for _, w := range all {
		if w.ClosedOn == nil || on == asOf {
			l.warnings = append(l.warnings, w)
		}
	}
	return l, nil
}

// of returns the warnings of some detectors.
func (l lastRun) of(ids map[string]error) []Warning {
	var some []Warning
	for _, w := range l.warnings {
		if _, ok := ids[w.Detector]; ok {
			some = append(some, w)
		}
	}
	return some
}

// checkRow returns what makes no sense in a detector's row.
func checkRow(w Warning, figures map[string]any) error {
	for name, v := range figures {
		if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			return senseless("the query returns %v for %s", f, name)
		}
		if f, ok := v.(float32); ok && (math.IsNaN(float64(f)) || math.IsInf(float64(f), 0)) {
			return senseless("the query returns %v for %s", f, name)
		}
	}
	switch people := number(figures["workers"]); {
	case w.ScopeID == "":
		return senseless("the query returns an empty scope_id")
	case people < 0 || people > math.MaxUint32 || people != math.Trunc(people):
		return senseless("the query returns %v workers", people)
	case w.AmountFen < 0:
		return senseless("the query returns %d for amount_fen", w.AmountFen)
	case !isNumber(figures["score"]) || !isNumber(figures["workers"]):
		return senseless("the query returns no number for workers or score")
	}
	return nil
}

func isNumber(v any) bool {
	n := reflect.ValueOf(v)
	return v != nil && (n.CanInt() || n.CanUint() || n.CanFloat())
}

// kept are warnings as another detector's query reads them where theirs failed: the earlier ones that are active.
func kept(all []Warning, id string) []Warning {
	var some []Warning
	for _, w := range all {
		if w.Detector == id && w.ClosedOn == nil {
			some = append(some, w)
		}
	}
	return some
}

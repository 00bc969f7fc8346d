package pass

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/policy"
	domain "github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// slack is how much longer than the engine's own limit an answer is waited for.
const slack = 10 * time.Second

// standard are the columns every detector returns beside its evidence.
var standard = []string{"scope", "scope_id", "township", "level", "since", "workers", "amount_fen", "score"}

// parameterGroup is a set of parameters and the policy regions it is in force in.
type parameterGroup struct {
	params  store.Params
	regions map[string]bool
}

// parameterGroups returns the different sets of a detector's parameters over the townships of a date.
func (d *Passes) parameterGroups(one catalog.Detector, asOf civil.Date, p places) ([]parameterGroup, error) {
	named := d.Policy.Regions()
	regions := map[string]bool{"": true}
	for township := range p.townships {
		regions[policy.NarrowestRegion(township, named)] = true
	}
	var groups []parameterGroup
	at := map[string]int{}
	for region := range regions {
		params, err := one.Values(d.Policy, region, asOf)
		if err != nil {
			return nil, err
		}
		key := fmt.Sprint(params) // fmt prints maps in the order of their keys
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, parameterGroup{params: params, regions: map[string]bool{}})
		}
		groups[i].regions[region] = true
	}
	return groups, nil
}

// queryDetector runs a detector's query and reads its rows, within the limits.
func (d *Passes) queryDetector(ctx context.Context, facts driver.Conn, one catalog.Detector, params store.Params, asOf civil.Date) ([]Warning, error) {
	with, err := params.With(store.Params{"as_of": asOf}).Context(ctx, one.Query)
	if err != nil {
		return nil, err
	}
	if d.Limits.Time > 0 { // the engine ends the query, and where it does not, its answer is no longer waited for
		with = clickhouse.Context(with, clickhouse.WithSettings(clickhouse.Settings{"max_execution_time": max(1, int(d.Limits.Time.Seconds()))}))
		var cancel context.CancelFunc
		with, cancel = context.WithTimeout(with, d.Limits.Time+slack)
		defer cancel()
	}
	rows, err := facts.Query(with, one.Query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var read *reader
	var found []Warning
	for rows.Next() {
		if read == nil { // over HTTP an empty result has no columns
			if read, err = newReader(one, rows); err != nil {
				return nil, err
			}
		}
		w, err := read.row(rows)
		if err != nil {
			return nil, err
		}
		if found = append(found, w); d.Limits.Warnings > 0 && len(found) > d.Limits.Warnings {
			return nil, senseless("the query returns more than %d warnings (detectors.most_warnings)", d.Limits.Warnings)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b Warning) int {
		return cmp.Or(strings.Compare(string(a.Scope), string(b.Scope)), strings.Compare(a.ScopeID, b.ScopeID))
	})
	for i := 1; i < len(found); i++ {
		if found[i].Scope == found[i-1].Scope && found[i].ScopeID == found[i-1].ScopeID {
			return nil, senseless("the query returns %s %s twice: a subject has one warning of a detector", found[i].Scope, found[i].ScopeID)
		}
	}
	return found, nil
}

// reader turns a detector's rows, whose evidence columns differ from one detector to the next, into warnings.
type reader struct {
	detector catalog.Detector
	names    []string
	values   []any // pointers, one a column
}

func newReader(one catalog.Detector, rows driver.Rows) (*reader, error) {
	r := &reader{detector: one, names: rows.Columns()}
	want := slices.Clone(standard)
	if len(one.Scopes) == 1 {
		want = want[1:]
	}
	for _, f := range one.Evidence {
		want = append(want, f.Name)
	}
	for _, name := range want {
		if !slices.Contains(r.names, name) {
			return nil, senseless("the query returns no column %s, which its header asks for", name)
		}
	}
	for _, kind := range rows.ColumnTypes() {
		r.values = append(r.values, reflect.New(kind.ScanType()).Interface())
	}
	return r, nil
}

func (r *reader) row(rows driver.Rows) (Warning, error) {
	w := Warning{Detector: r.detector.ID, Scope: r.detector.Scopes[0]}
	if err := rows.Scan(r.values...); err != nil {
		return w, senseless("the query returns a column that cannot be read: %v", err)
	}
	figures := map[string]any{}
	for i, name := range r.names {
		v := plain(reflect.ValueOf(r.values[i]).Elem())
		var err error
		switch name {
		case "scope":
			w.Scope = domain.Scope(text(v))
		case "scope_id":
			w.ScopeID = text(v)
		case "township":
			w.Township = text(v)
		case "level":
			w.Level = domain.Level(text(v))
		case "since":
			w.Since, err = civil.ParseDate(text(v))
		case "workers":
			w.Workers = int(number(v))
		case "amount_fen":
			w.AmountFen, err = whole(v)
		case "score":
			w.Score = min(1, max(0, number(v)))
		}
		if err != nil {
			return w, senseless("column %s: %v", name, err)
		}
		figures[name] = v
	}
	if !slices.Contains(r.detector.Scopes, w.Scope) {
		return w, senseless("the query returns scope %q, which its header does not name", w.Scope)
	}
	if _, ok := r.detector.Levels[w.Level]; !ok {
		return w, senseless("the query returns level %q, which its header does not name", w.Level)
	}
	if err := checkRow(w, figures); err != nil {
		return w, err
	}
	evidence, err := encodeEvidence(r.detector, figures)
	w.Evidence = evidence
	if err != nil {
		return w, senseless("%v", err)
	}
	return w, nil
}

// encodeEvidence writes the figures in the header's order, leaving out what is not there.
func encodeEvidence(one catalog.Detector, figures map[string]any) (json.RawMessage, error) {
	out := []byte{'{'}
	for _, f := range one.Evidence {
		v := figures[f.Name]
		if v == nil {
			continue
		}
		if f.Unit == domain.Month && len(text(v)) == len("2026-01-01") {
			v = text(v)[:7]
		}
		value, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("evidence %s: %w", f.Name, err)
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "%q:%s", f.Name, value)
	}
	return append(out, '}'), nil
}

// plain turns what the driver read into what JSON shows: dates as text, absent values as nil.
func plain(v reflect.Value) any {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if t, ok := v.Interface().(time.Time); ok {
		return civil.OfColumn(t).String()
	}
	return v.Interface()
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func number(v any) float64 {
	switch n := reflect.ValueOf(v); {
	case n.CanInt():
		return float64(n.Int())
	case n.CanUint():
		return float64(n.Uint())
	case n.CanFloat():
		return n.Float()
	}
	return 0
}

func whole(v any) (int64, error) {
	switch n := reflect.ValueOf(v); {
	case n.CanInt():
		return n.Int(), nil
	case n.CanUint():
		return int64(n.Uint()), nil
	}
	return 0, fmt.Errorf("want whole fen, the query returns %T", v)
}

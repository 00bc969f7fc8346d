package index

import (
	"context"
	"embed"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/internal/domain/catalog"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

//go:embed *.sql
var queries embed.FS

// Known is what the pass already knows of the date: where subjects are, what was warned of.
type Known struct {
	Names     map[Subject]string
	Townships map[Subject]string
	Warned    []Warned
	// Underfunded and Undeposited are the projects whose labour cost is late and whose deposit is missing, too small or no longer
	// valid (catalog.Mark): these safeguards are not in force.
	Underfunded, Undeposited []string
}

// loading reads the figures of a date, each query filling a field of its own.
type loading struct {
	Figures
	crews []Worker
	conn  driver.Conn
}

// Load reads the figures of a date from the snapshot of it.
func Load(ctx context.Context, snapshot driver.Conn, asOf civil.Date, k Constants, known Known) (Figures, error) {
	l := loading{
		Figures: Figures{Names: known.Names, Townships: known.Townships, Warned: known.Warned, Closed: map[Subject]int{}, Stale: map[string]bool{}},
		conn:    snapshot,
	}
	params := store.Params{
		"as_of":                asOf,
		"window_days":          k.WindowDays,
		"grace_days":           k.GraceDays,
		"late_days":            k.LateDays,
		"cap_incident_people":  k.CapIncidentPeople,
		"account_days":         k.AccountDays,
		"connect_days":         k.ConnectDays,
		"lists_days":           k.ListsDays,
		"gate_alive_days":      k.GateAliveDays,
		"spring_festivals":     k.Festivals.FirstDays,
		"festival_days_before": k.Festivals.Before,
		"festival_days":        k.Festivals.Days,
		"stale_days":           k.StaleDays,
		"underfunded":          known.Underfunded,
		"undeposited":          known.Undeposited,
		"warned":               warnedEmployers(known.Warned),
	}
	// small figures cost the planning of a query more than reading it: two at a time
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for _, name := range slices.Sorted(maps.Keys(readers)) {
		group.Go(func() error {
			if err := query(ctx, snapshot, name, params, func(rows driver.Rows) error { return readers[name](&l, rows) }); err != nil {
				return fmt.Errorf("index figures %s: %w", name, err)
			}
			return nil
		})
	}
	err := group.Wait()
	l.Workers = append(l.crews, l.Workers...)
	return l.Figures, err
}

// readers take in a row of each query, by the name of its file.
var readers = map[string]func(*loading, driver.Rows) error{
	"crews":      (*loading).crew,
	"standings":  (*loading).standing,
	"timeliness": (*loading).timely,
	"safeguards": (*loading).guarded,
	"leads":      (*loading).lead,
	"incidents":  (*loading).incident,
	"silence":    (*loading).silence,
	"closed":     (*loading).closure,
}

func (l *loading) crew(rows driver.Rows) error {
	var scope, id, crew string
	if err := rows.Scan(&scope, &id, &crew); err != nil {
		return err
	}
	keys, err := hex.DecodeString(crew)
	if err != nil {
		return err
	}
	w := Worker{Subject: Subject{catalog.Scope(scope), id}}
	for key := range slices.Chunk(keys, len(w.Key)) {
		copy(w.Key[:], key)
		l.crews = append(l.crews, w)
	}
	return nil
}

func (l *loading) standing(rows driver.Rows) error {
	var scope, key string
	var owed uint8
	var w Worker
	if err := rows.Scan(&scope, &w.Subject.ID, &w.Employer, &key, &owed, &w.OwedFen, &w.EstimateFen, &w.PaidLate, &w.Silent, &w.Unaccounted); err != nil {
		return err
	}
	w.Subject.Scope, w.Owed = catalog.Scope(scope), Owing(owed)
	copy(w.Key[:], key)
	l.Workers = append(l.Workers, w)
	return nil
}

func (l *loading) timely(rows driver.Rows) error {
	var scope string
	var d Due
	var months uint64
	var until time.Time
	if err := rows.Scan(&scope, &d.Subject.ID, &months, &d.Unpaid, &d.Unlisted, &d.Silent, &until); err != nil {
		return err
	}
	d.Subject.Scope, d.Months, d.Until = catalog.Scope(scope), int(months), civil.OfColumn(until)
	l.Due = append(l.Due, d)
	return nil
}

func (l *loading) guarded(rows driver.Rows) error {
	g := Guarded{Subject: Subject{Scope: catalog.Project}}
	var workers uint64
	var names []string
	var shares []float64
	if err := rows.Scan(&g.Subject.ID, &workers, &names, &shares); err != nil {
		return err
	}
	g.Workers = int(workers)
	for i, name := range names {
		g.Safeguards = append(g.Safeguards, Safeguard{name, shares[i]})
	}
	l.Guarded = append(l.Guarded, g)
	return nil
}

func (l *loading) lead(rows driver.Rows) error {
	var scope, late string
	var one Lead
	var until time.Time
	if err := rows.Scan(&scope, &one.Subject.ID, &one.ID, &late, &until); err != nil {
		return err
	}
	one.Subject.Scope, one.Late, one.Until = catalog.Scope(scope), Lateness(late), civil.OfColumn(until)
	l.Leads = append(l.Leads, one)
	return nil
}

func (l *loading) incident(rows driver.Rows) error {
	var scope string
	var one Incident
	var until time.Time
	if err := rows.Scan(&scope, &one.Subject.ID, &one.ID, &until); err != nil {
		return err
	}
	one.Subject.Scope, one.Until = catalog.Scope(scope), civil.OfColumn(until)
	l.Incidents = append(l.Incidents, one)
	return nil
}

func (l *loading) silence(rows driver.Rows) error {
	var prefecture string
	if err := rows.Scan(&prefecture); err != nil {
		return err
	}
	l.Stale[prefecture] = true
	return nil
}

func (l *loading) closure(rows driver.Rows) error {
	var scope, id string
	var n uint64
	if err := rows.Scan(&scope, &id, &n); err != nil {
		return err
	}
	l.Closed[Subject{catalog.Scope(scope), id}] += int(n)
	return nil
}

// warnedEmployers are those whose warnings reach their people wherever they work.
func warnedEmployers(warned []Warned) []string {
	employers := []string{}
	for _, w := range warned {
		if w.Subject.Scope == catalog.Employer && w.Level != "" {
			employers = append(employers, w.Subject.ID)
		}
	}
	return employers
}

func query(ctx context.Context, conn driver.Conn, name string, params store.Params, each func(driver.Rows) error) error {
	text, err := queries.ReadFile(name + ".sql")
	if err != nil {
		return err
	}
	if ctx, err = params.Context(ctx, string(text)); err != nil {
		return err
	}
	rows, err := conn.Query(ctx, string(text))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

package index

import (
	"context"
	"embed"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/internal/catalog"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/store"
)

//go:embed *.sql
var queries embed.FS

// Known is what the pass already knows of the date: where subjects are, what was warned of.
type Known struct {
	Names     map[Subject]string
	Townships map[Subject]string
	Warned    []Warned
	// Underfunded are the projects whose labour cost is late (catalog.Underfunded): their funding safeguard is not in force.
	Underfunded []string
}

// Load reads the figures of a date: records is the main database, snapshot the facts as of that date.
func Load(ctx context.Context, records, snapshot driver.Conn, asOf civil.Date, k Constants, known Known) (Figures, error) {
	f := Figures{Names: known.Names, Townships: known.Townships, Warned: known.Warned}
	params := store.Params{
		"as_of":               asOf,
		"end":                 asOf.End(),
		"window_days":         k.WindowDays,
		"grace_days":          k.GraceDays,
		"late_days":           k.LateDays,
		"resolution_workdays": k.ResolutionWorkdays,
		"cap_incident_people": k.CapIncidentPeople,
		"deposit_share":       k.DepositShare,
		"deposit_workdays":    k.DepositWorkdays,
		"account_days":        k.AccountDays,
		"stale_days":          k.StaleDays,
		"underfunded":         known.Underfunded,
		"warned":              warnedEmployers(known.Warned),
	}
	// small figures cost the planning of a query more than reading it: two at a time; each fills a field of its own
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	read := func(conn driver.Conn, name string, each func(driver.Rows) error) {
		group.Go(func() error { return query(ctx, conn, name, params, each) })
	}
	var crews []Monitored
	read(snapshot, "crews", func(rows driver.Rows) error {
		var scope, id, township, crew string
		if err := rows.Scan(&scope, &id, &township, &crew); err != nil {
			return err
		}
		keys, err := hex.DecodeString(crew)
		if err != nil {
			return err
		}
		m := Monitored{Subject: Subject{catalog.Scope(scope), id}, Township: township}
		for key := range slices.Chunk(keys, len(m.Worker)) {
			copy(m.Worker[:], key)
			crews = append(crews, m)
		}
		return nil
	})
	read(snapshot, "monitored", func(rows driver.Rows) error {
		var scope, id, township, employer string
		var key string
		var arrears, unpaid bool
		var fen int64
		if err := rows.Scan(&scope, &id, &township, &employer, &key, &arrears, &unpaid, &fen); err != nil {
			return err
		}
		m := Monitored{
			Subject: Subject{catalog.Scope(scope), id}, Township: township, Employer: employer,
			InArrears: arrears, Unpaid: unpaid, ArrearsFen: fen,
		}
		copy(m.Worker[:], key)
		f.Monitored = append(f.Monitored, m)
		return nil
	})
	read(snapshot, "timeliness", func(rows driver.Rows) error {
		var scope string
		var m Money
		if err := rows.Scan(&scope, &m.Subject.ID, &m.DueFen, &m.PromptFen); err != nil {
			return err
		}
		m.Subject.Scope = catalog.Scope(scope)
		f.Money = append(f.Money, m)
		return nil
	})
	read(snapshot, "safeguards", func(rows driver.Rows) error {
		g := Guarded{Subject: Subject{Scope: catalog.Project}}
		var workers uint64
		var asked uint64
		if err := rows.Scan(&g.Subject.ID, &g.Township, &workers, &asked, &g.Held, &g.Lacking); err != nil {
			return err
		}
		g.Workers, g.Asked = int(workers), int(asked)
		f.Guarded = append(f.Guarded, g)
		return nil
	})
	read(snapshot, "leads", func(rows driver.Rows) error {
		var scope string
		var l Leads
		var due, inTime uint64
		if err := rows.Scan(&scope, &l.Subject.ID, &l.Township, &due, &inTime); err != nil {
			return err
		}
		l.Subject.Scope, l.Due, l.InTime = catalog.Scope(scope), int(due), int(inTime)
		l.Township = placed(known.Townships, l.Subject, l.Township)
		f.Leads = append(f.Leads, l)
		return nil
	})
	read(snapshot, "incidents", func(rows driver.Rows) error {
		var scope, township string
		var s Subject
		var people uint32
		if err := rows.Scan(&scope, &s.ID, &township, &people); err != nil {
			return err
		}
		s.Scope = catalog.Scope(scope)
		f.Incidents = append(f.Incidents, s)
		return nil
	})
	read(records, "feed", func(rows driver.Rows) error {
		var ever, lately bool
		if err := rows.Scan(&ever, &lately); err != nil {
			return err
		}
		f.Stale = ever && !lately
		return nil
	})
	err := group.Wait()
	f.Monitored = append(crews, f.Monitored...)
	return f, err
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

// placed is where a lead counts: with its subject, else in the township it was reported for.
func placed(townships map[Subject]string, s Subject, reported string) string {
	if t := townships[s]; t != "" {
		return t
	}
	return reported
}

func query(ctx context.Context, conn driver.Conn, name string, params store.Params, each func(driver.Rows) error) error {
	text, err := queries.ReadFile(name + ".sql")
	if err != nil {
		return err
	}
	ctx, err = params.Context(ctx, string(text))
	if err != nil {
		return fmt.Errorf("index figures %s: %w", name, err)
	}
	rows, err := conn.Query(ctx, string(text))
	if err != nil {
		return fmt.Errorf("index figures %s: %w", name, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return fmt.Errorf("index figures %s: %w", name, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("index figures %s: %w", name, err)
	}
	return nil
}

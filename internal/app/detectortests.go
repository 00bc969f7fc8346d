package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/detectortest"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// ChooseDetectors returns the named detectors in the catalogue's order, or all where none is named.
func ChooseDetectors(catalogue []shipped.Detector, ids []string) ([]shipped.Detector, error) {
	if len(ids) == 0 {
		return catalogue, nil
	}
	var chosen []shipped.Detector
	for _, one := range catalogue {
		if slices.Contains(ids, one.ID) {
			chosen = append(chosen, one)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(chosen, func(d shipped.Detector) bool { return d.ID == id }) {
			return nil, fmt.Errorf("there is no detector %q: anxin detectors list names them; those of your own need --catalog", id)
		}
	}
	return chosen, nil
}

// TestDetectors runs the tests that stand beside detectors on an engine in a temporary folder, each policy's on a database of
// its own. The catalogue is that of the folder.
func TestDetectors(ctx context.Context, folder string, catalogue []shipped.Detector, tests []detectortest.Test) (_ []detectortest.Outcome, err error) {
	work, err := os.MkdirTemp("", "anxin-detectors-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	c := store.DefaultConfiguration()
	c.DSN = "embedded:" + filepath.Join(work, "store")
	engine, err := store.Open(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	n := 0
	return detectortest.Run(ctx, catalogue, tests, func(ctx context.Context, p *policy.Policy) (detectortest.Bench, error) {
		n++
		return openBench(ctx, engine, fmt.Sprintf("tests%d", n), folder, p)
	})
}

// openBench makes a database and the detectors over it.
func openBench(ctx context.Context, engine *store.Store, database, folder string, p *policy.Policy) (detectortest.Bench, error) {
	var bench detectortest.Bench
	if err := engine.Exec(ctx, "CREATE DATABASE "+store.Quote(database)); err != nil {
		return bench, fmt.Errorf("creating a database for tests: %w", err)
	}
	options := engine.Options()
	conn, err := store.On(options, database)
	if err != nil {
		return bench, err
	}
	bench.Close = func() { _ = conn.Close() }
	if err = store.Migrate(ctx, conn, store.Layout{Database: database}); err != nil {
		return bench, errors.Join(err, conn.Close())
	}
	config := detectors.DefaultConfiguration()
	config.Catalog = folder
	bench.Detectors, err = detectors.New(config, detectors.Dependencies{
		Store: conn, Database: database, Policy: p, Calendar: calendar.China(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Open: func(database string) (driver.Conn, error) { return store.On(options, database) },
	})
	if err == nil {
		bench.Load, err = testLoader(conn)
	}
	if err != nil {
		return bench, errors.Join(err, conn.Close())
	}
	return bench, nil
}

// testLoader decodes, checks and hashes records as ingest does, and stores them.
func testLoader(conn driver.Conn) (detectortest.Loader, error) {
	keys, err := record.GenerateKeys(today()) // nothing that is kept depends on them
	if err != nil {
		return nil, err
	}
	protector, err := record.NewProtector(keys)
	if err != nil {
		return nil, err
	}
	// stories may lie ahead of this machine's clock
	decoder := record.NewDecoder(protector, record.Rules{}, func() time.Time { return time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC) })
	return func(ctx context.Context, topic string, values [][]byte) (map[int]string, error) {
		rows := record.NewBatch(record.Topic(topic))
		refused := map[int]string{}
		values = detectortest.ShowKeys(values, func(number string) string { return protector.PersonKeys("resident", number)[0].Key.String() })
		for i, v := range values {
			if reject := decoder.Add(rows, v); reject != nil {
				refused[i] = reject.Detail
			}
		}
		if unknown := decoder.Unknown(); len(unknown) > 0 {
			return nil, fmt.Errorf("fields that the record contract does not have: %v", unknown)
		}
		if rows.Len() == 0 {
			return refused, nil
		}
		return refused, InsertBatch(ctx, conn, rows)
	}, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/detectors"
	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/detectortest"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/platform/store"
)

func testDetectorsCommand() *cobra.Command {
	var folder string
	cmd := &cobra.Command{
		Use: "test [ID...]", Short: "Run the tests that stand beside detectors, on the embedded engine",
		Long: `Runs ID.test.yaml of the named detectors, or of all: those shipped and those of --catalog. Each test tells a story in
records and names the warnings it must raise as of some dates, and none but these. Exit code 1 when one does not hold.`,
		Example: "  anxin detectors test crane-idle --catalog own",
		RunE: func(cmd *cobra.Command, ids []string) error {
			catalogue, err := shipped.Read(folder)
			if err != nil {
				return badInput{err}
			}
			chosen, err := chooseDetectors(catalogue, ids)
			if err != nil {
				return badInput{err}
			}
			tests, err := detectortest.Read(chosen)
			if err != nil {
				return badInput{err}
			}
			outcomes, err := runTests(cmd.Context(), folder, catalogue, tests)
			if err != nil {
				return err
			}
			if failed := printOutcomes(cmd.OutOrStdout(), chosen, outcomes); failed > 0 {
				return fmt.Errorf("%d of %d detectors do not do what their tests say", failed, len(chosen))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&folder, "catalog", "", "folder with further detectors")
	return cmd
}

// chooseDetectors returns the named detectors in the catalogue's order, or all.
func chooseDetectors(catalogue []shipped.Detector, ids []string) ([]shipped.Detector, error) {
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

// runTests runs tests on an engine in a temporary folder, each policy's on a database of its own.
func runTests(ctx context.Context, folder string, catalogue []shipped.Detector, tests []detectortest.Test) (_ []detectortest.Outcome, err error) {
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
		return refused, insertBatch(ctx, conn, rows)
	}, nil
}

// printOutcomes writes how every test of every detector came out and returns how many detectors failed: by a test, or by
// having none.
func printOutcomes(w io.Writer, chosen []shipped.Detector, outcomes []detectortest.Outcome) (failed int) {
	for _, one := range chosen {
		fmt.Fprintln(w, one.ID)
		tests, bad := 0, 0
		for _, o := range outcomes {
			if o.Test.Detector != one.ID {
				continue
			}
			tests++
			if len(o.Problems) == 0 {
				fmt.Fprintf(w, "  ok      %s\n", o.Test.Name)
				continue
			}
			bad++
			fmt.Fprintf(w, "  failed  %s\n", o.Test.Name)
			for _, p := range o.Problems {
				fmt.Fprintf(w, "          %s\n", strings.ReplaceAll(p, "\n\t", "\n            "))
			}
		}
		if tests == 0 {
			fmt.Fprintf(w, "  failed  there are no tests: write them into %s.test.yaml beside it\n", one.ID)
		}
		if bad > 0 || tests == 0 {
			failed++
		}
	}
	return failed
}

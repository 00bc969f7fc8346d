package embedded_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

// An insert that stands still without doing anything is given up with an error that says so, rather than waited for; the same
// insert goes through when it is tried again, and those that merely take long are left alone.
func TestAnInsertThatStandsStillIsGivenUp(t *testing.T) {
	options := embeddedtest.Options(t.TempDir())
	options.Still = 2 * time.Second
	engine, err := embedded.StartEngine(t.Context(), options)
	if errors.Is(err, embedded.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	conn := open(t, engine.ClickHouse(""))
	// a column whose default sleeps: the statement holds its connection and uses no processor
	mustExec(t, conn, "CREATE TABLE asleep (x UInt64, y UInt8 DEFAULT sleepEachRow(3)) ENGINE = MergeTree ORDER BY x")
	mustExec(t, conn, "CREATE TABLE awake (x UInt64) ENGINE = MergeTree ORDER BY x")
	insert := func(ctx context.Context, table string, rows int) error {
		ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"function_sleep_max_microseconds_per_block": 3_600_000_000}))
		batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table+" (x)")
		if err != nil {
			return err
		}
		for x := range rows {
			if err := batch.Append(uint64(x)); err != nil {
				return err
			}
		}
		return batch.Send()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	for range 6 { // more than the engine's slots
		err := insert(ctx, "asleep", 1000) // would sleep for 50 minutes
		var refused *clickhouse.Exception
		if !errors.As(err, &refused) || refused.Code != 159 && refused.Code != 394 {
			t.Fatalf("the insert ends with %v", err)
		}
		if err := insert(ctx, "awake", 10); err != nil {
			t.Fatal(err)
		}
	}
	var n uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM awake").Scan(&n); err != nil || n != 60 {
		t.Errorf("%d rows, %v", n, err)
	}
}

package embedded_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/shopspring/decimal"

	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

// open connects the unmodified driver to a database of the test's own.
func open(t *testing.T, options *clickhouse.Options) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func mustExec(t *testing.T, conn driver.Conn, statement string, args ...any) {
	t.Helper()
	if err := conn.Exec(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func queryValue[T any](t *testing.T, ctx context.Context, conn driver.Conn, statement string, args ...any) T {
	t.Helper()
	var value T
	if err := conn.QueryRow(ctx, statement, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return value
}

func TestDriverReadsEveryTypeTheSchemaUses(t *testing.T) {
	conn := open(t, embeddedtest.Database(t))
	if err := conn.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	var (
		fen      int64
		day      time.Time
		at       time.Time
		key      string
		low      string
		list     []string
		mapping  map[string]int64
		missing  *string
		tuple    []any
		exact    decimal.Decimal
		document string
	)
	err := conn.QueryRow(t.Context(), `SELECT toInt64(-5), toDate('2024-02-29'), toDateTime64('2024-02-29 01:02:03.456', 3, 'UTC'),
		toFixedString('0123456789abcdef', 16), toLowCardinality('工资'), ['a', 'b''c'], map('x', toInt64(1)), CAST(NULL AS Nullable(String)),
		tuple(toInt64(1), 'z'), toDecimal64('12.34', 2), '{"a": [1, "中"]}'`).Scan(
		&fen, &day, &at, &key, &low, &list, &mapping, &missing, &tuple, &exact, &document)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintln(fen, day.Format(time.DateOnly), at.UTC().Format("2006-01-02T15:04:05.000"), key, low, list, mapping, missing, tuple, exact, document)
	want := `-5 2024-02-29 2024-02-29T01:02:03.456 0123456789abcdef 工资 [a b'c] map[x:1] <nil> [1 z] 12.34 {"a": [1, "中"]}` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if zone, want := queryValue[string](t, t.Context(), conn, "SELECT timezone()"), cmp.Or(os.Getenv(embedded.ZoneEnv), "UTC"); zone != want {
		t.Errorf("the session's time zone is %s, want %s", zone, want)
	}
}

func TestDriverBatchesComeBackWithEveryCompression(t *testing.T) {
	for _, method := range []clickhouse.CompressionMethod{clickhouse.CompressionNone, clickhouse.CompressionLZ4, clickhouse.CompressionZSTD,
		clickhouse.CompressionGZIP, clickhouse.CompressionDeflate, clickhouse.CompressionBrotli} {
		t.Run(method.String(), func(t *testing.T) {
			options := embeddedtest.Database(t)
			options.Compression = &clickhouse.Compression{Method: method, Level: 3}
			options.Settings = clickhouse.Settings{"enable_http_compression": 1}
			conn := open(t, options)
			mustExec(t, conn, `CREATE TABLE slip (id FixedString(16), day Date, at DateTime64(3, 'UTC'), fen Int64, kind LowCardinality(String),
				tags Array(String), extra Map(String, Int64), note Nullable(String)) ENGINE = MergeTree ORDER BY id`)
			batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO slip (id, day, at, fen, kind, tags, extra, note)")
			if err != nil {
				t.Fatal(err)
			}
			at := time.Date(2024, 5, 6, 7, 8, 9, 123_000_000, time.UTC)
			for i := range 100_000 {
				if err := batch.Append(fmt.Sprintf("%016d", i), at, at, int64(i), "月薪", []string{"a", ";\n'"}, map[string]int64{"k": int64(i)}, nil); err != nil {
					t.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			rows, err := conn.Query(t.Context(), "SELECT id, at, fen, kind, tags, extra, note FROM slip ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			n := int64(0)
			for ; rows.Next(); n++ {
				var (
					id, kind string
					when     time.Time
					fen      int64
					tags     []string
					extra    map[string]int64
					note     *string
				)
				if err := rows.Scan(&id, &when, &fen, &kind, &tags, &extra, &note); err != nil {
					t.Fatal(err)
				}
				if id != fmt.Sprintf("%016d", n) || !when.Equal(at) || fen != n || kind != "月薪" || tags[1] != ";\n'" || extra["k"] != n || note != nil {
					t.Fatalf("row %d came back as %v %v %v %v %q %v %v", n, id, when, fen, kind, tags, extra, note)
				}
			}
			if err := rows.Err(); err != nil || n != 100_000 {
				t.Fatalf("read %d rows, %v", n, err)
			}
			// Errors are typed whatever the compression.
			var exception *clickhouse.Exception
			if err := conn.Exec(t.Context(), "SELECT * FROM absent"); !errors.As(err, &exception) || exception.Code != 60 {
				t.Errorf("an unknown table gave %v", err)
			}
			if _, err := conn.Query(t.Context(), "SELECT * FROM absent"); !errors.As(err, &exception) || exception.Code != 60 {
				t.Errorf("an unknown table gave %v", err)
			}
		})
	}
}

func TestErrorsKeepTheirCodes(t *testing.T) {
	conn := open(t, embeddedtest.Database(t))
	for statement, code := range map[string]int32{
		"SELECT * FROM absent":                     60,
		"SELEKT 1":                                 62,
		"SELECT absent(1)":                         46,
		"SELECT * FROM absent.absent":              81,
		"SELECT 1 SETTINGS absent = 1":             115,
		"SELECT throwIf(1)":                        395,
		"CREATE TABLE x (a Int64) ENGINE = Absent": 56,
		"INSERT INTO absent VALUES (1)":            60,
		"SELECT sum(number) FROM numbers(1e12) SETTINGS max_execution_time = 0.2":          159,
		"SELECT groupArray(number) FROM numbers(1e9) SETTINGS max_memory_usage = 20000000": 241,
	} {
		var exception *clickhouse.Exception
		if err := conn.Exec(t.Context(), statement); !errors.As(err, &exception) || exception.Code != code {
			t.Errorf("%s: got %v, want code %d", statement, err, code)
		}
	}
	missing := embeddedtest.EngineForTest(t).ClickHouse("absent")
	var exception *clickhouse.Exception
	if err := open(t, missing).Ping(t.Context()); !errors.As(err, &exception) || exception.Code != 81 {
		t.Errorf("an unknown database gave %v, want code 81", err)
	}
	wrong := embeddedtest.Database(t)
	wrong.Auth.Password = "guess"
	if err := open(t, wrong).Ping(t.Context()); !errors.As(err, &exception) || exception.Code != 516 {
		t.Errorf("a wrong password gave %v, want code 516", err)
	}
}

func TestAnErrorAfterTheFirstRowsIsNeverATruncatedResult(t *testing.T) {
	for _, method := range []clickhouse.CompressionMethod{clickhouse.CompressionNone, clickhouse.CompressionLZ4, clickhouse.CompressionZSTD} {
		t.Run(method.String(), func(t *testing.T) {
			options := embeddedtest.Database(t)
			options.Compression = &clickhouse.Compression{Method: method, Level: 1}
			conn := open(t, options)
			rows, err := conn.Query(t.Context(), "SELECT throwIf(number = 3000000, 'in the middle') FROM numbers(10000000) SETTINGS max_threads = 1")
			n := 0
			if err == nil {
				for rows.Next() {
					n++
				}
				err = rows.Err()
				rows.Close()
			}
			var exception *clickhouse.Exception
			if !errors.As(err, &exception) || exception.Code != 395 {
				t.Errorf("after %d rows: got %v, want code 395", n, err)
			}
			if n == 0 {
				t.Error("the error should have come after some rows")
			}
		})
	}
}

func TestQueryParametersKeepTheirValues(t *testing.T) {
	conn := open(t, embeddedtest.Database(t))
	text := "it's a \\ back\\nslash, \"quotes\",\ttab,\nline 农民工'); DROP TABLE x; --"
	var (
		gotText string
		gotDay  time.Time
		gotList []string
		gotInt  int64
	)
	err := conn.QueryRow(t.Context(), "SELECT {x:String}, {d:Date}, {l:Array(String)}, {i:Int64}",
		clickhouse.Named("x", text), clickhouse.Named("d", "2024-02-29"),
		clickhouse.Named("l", []string{"a'b", `c\d`, "安薪"}), clickhouse.Named("i", int64(-7))).Scan(&gotText, &gotDay, &gotList, &gotInt)
	if err != nil {
		t.Fatal(err)
	}
	if gotText != text || gotDay.Format(time.DateOnly) != "2024-02-29" || !reflect.DeepEqual(gotList, []string{"a'b", `c\d`, "安薪"}) || gotInt != -7 {
		t.Errorf("got %q %v %q %d", gotText, gotDay, gotList, gotInt)
	}
	mustExec(t, conn, "CREATE TABLE x (s String) ENGINE = MergeTree ORDER BY s")
	mustExec(t, conn, "INSERT INTO x SELECT {s:String}", clickhouse.Named("s", text))
	if got := queryValue[string](t, t.Context(), conn, "SELECT s FROM x WHERE s = ?", text); got != text {
		t.Errorf("stored %q, want %q", got, text)
	}
}

func TestSettingsHoldForTheirRequestOnly(t *testing.T) {
	options := embeddedtest.Database(t)
	options.MaxOpenConns = 1
	conn := open(t, options)
	with := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"max_threads": 1, "max_block_size": 1234, "join_use_nulls": true}))
	const read = "SELECT concat(toString(getSetting('max_block_size')), ' ', toString(getSetting('join_use_nulls')))"
	if got := queryValue[string](t, with, conn, read); got != "1234 true" {
		t.Errorf("with settings: %s", got)
	}
	if got := queryValue[string](t, with, conn, read+" SETTINGS max_block_size = 99"); got != "99 true" {
		t.Errorf("the statement's own clause must win: %s", got)
	}
	if got := queryValue[string](t, t.Context(), conn, read); got != "65409 false" {
		t.Errorf("without settings: %s", got)
	}
	mustExec(t, conn, "SET max_block_size = 77")
	if got := queryValue[string](t, t.Context(), conn, read); got != "65409 false" {
		t.Errorf("a SET must not reach another request: %s", got)
	}
	// INSERT … SELECT and DDL take them too.
	mustExec(t, conn, "CREATE TABLE n (x UInt64) ENGINE = MergeTree ORDER BY x")
	limited := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"limit": 5}))
	if err := conn.Exec(limited, "INSERT INTO n SELECT number FROM numbers(100)"); err != nil {
		t.Fatal(err)
	}
	if got := queryValue[uint64](t, t.Context(), conn, "SELECT count() FROM n"); got != 5 {
		t.Errorf("INSERT … SELECT with limit = 5 stored %d rows", got)
	}
	unknown := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"absent_setting": 5}))
	var exception *clickhouse.Exception
	if err := conn.Exec(unknown, "SELECT 1"); !errors.As(err, &exception) || exception.Code != 115 {
		t.Errorf("an unknown setting gave %v, want code 115", err)
	}
}

func TestConcurrentRequestsSeeTheirOwnDatabase(t *testing.T) {
	conns := []driver.Conn{open(t, embeddedtest.Database(t)), open(t, embeddedtest.Database(t)), open(t, embeddedtest.Database(t))}
	for i, conn := range conns {
		mustExec(t, conn, "CREATE TABLE me (x Int64) ENGINE = MergeTree ORDER BY x")
		mustExec(t, conn, fmt.Sprintf("INSERT INTO me VALUES (%d)", i))
	}
	var all sync.WaitGroup
	for worker := range 6 {
		all.Go(func() {
			for range 30 {
				var got int64
				if err := conns[worker%3].QueryRow(t.Context(), "SELECT x FROM me").Scan(&got); err != nil || got != int64(worker%3) {
					t.Errorf("database %d answered %d, %v", worker%3, got, err)
				}
			}
		})
	}
	all.Wait()
}

func TestInsertsAndQueriesRunSideBySide(t *testing.T) {
	options := embeddedtest.Database(t)
	conn := open(t, options)
	mustExec(t, conn, "CREATE TABLE n (w Int64, x Int64, s String) ENGINE = MergeTree ORDER BY (w, x)")
	const batches, rows = 20, 20_000
	start := time.Now()
	var all sync.WaitGroup
	for writer := range 2 {
		all.Go(func() {
			for b := range batches {
				batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO n (w, x, s)")
				for i := 0; err == nil && i < rows; i++ {
					err = batch.Append(int64(writer), int64(b*rows+i), strings.Repeat("y", 20))
				}
				if err == nil {
					err = batch.Send()
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 2 {
		all.Go(func() {
			for range 20 {
				var count, distinct uint64
				if err := conn.QueryRow(t.Context(), "SELECT count(), uniqExact(w, x) FROM n").Scan(&count, &distinct); err != nil || count != distinct || count%rows != 0 {
					t.Errorf("saw %d rows, %d distinct, %v: a batch must be seen whole", count, distinct, err)
				}
			}
		})
	}
	all.Wait()
	if got := queryValue[uint64](t, t.Context(), conn, "SELECT count() FROM n"); got != 2*batches*rows {
		t.Errorf("stored %d rows, want %d", got, 2*batches*rows)
	}
	t.Logf("%.0f rows/s with 2 writers and 2 readers", float64(2*batches*rows)/time.Since(start).Seconds())
}

func TestReadingAndWritingAtOnceNeedsNoFreeConnection(t *testing.T) {
	options := embeddedtest.Database(t)
	options.MaxOpenConns, options.MaxIdleConns = 40, 40
	conn := open(t, options)
	mustExec(t, conn, "CREATE TABLE copy (x UInt64) ENGINE = MergeTree ORDER BY x")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var all sync.WaitGroup
	for range 12 { // three times the engine's slots, each reading a long result while it writes
		all.Go(func() {
			rows, err := conn.Query(ctx, "SELECT number FROM numbers(3000000)")
			if err != nil {
				t.Error(err)
				return
			}
			defer rows.Close()
			rows.Next()
			if err := conn.Exec(ctx, "INSERT INTO copy VALUES (1)"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestACancelledQueryReturnsAtOnceAndFreesItsConnection(t *testing.T) {
	conn := open(t, embeddedtest.Database(t))
	mustExec(t, conn, "CREATE TABLE n (x UInt64) ENGINE = MergeTree ORDER BY x")
	for _, statement := range []string{
		"SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number)",
		"INSERT INTO n SELECT number FROM numbers(1000000000000)",
	} {
		var all sync.WaitGroup
		for range 8 { // more than the engine's slots: some are cancelled while they wait for one
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
				start := time.Now()
				if err := conn.Exec(ctx, statement); err == nil {
					t.Error("an endless query ended")
				}
				if took := time.Since(start); took > 3*time.Second {
					t.Errorf("the cancelled query returned after %s", took)
				}
			})
		}
		all.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		const running = "SELECT count() FROM system.processes WHERE query LIKE '%1000000000000%' AND query NOT LIKE '%system.processes%' AND elapsed > 0 AND is_cancelled = 0"
		for {
			var n uint64
			if err := conn.QueryRow(ctx, running).Scan(&n); err != nil {
				t.Fatalf("the engine did not go on after cancelled queries: %v", err)
			}
			if n == 0 {
				break
			}
		}
	}
}

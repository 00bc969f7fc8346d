package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/ingest/record"
)

// engineInsert is the engine's own way to store the records of a topic: it parses the JSON itself and converts the fields,
// without checking them. Where ingest hashes, masks or seals, it copies.
func engineInsert(ctx context.Context, conn driver.Conn, dir string, t record.Topic, threads int) (string, error) {
	sample, err := firstLine(benchFile(dir, t))
	if err != nil || sample == nil {
		return "", err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(sample, &fields); err != nil {
		return "", err
	}
	var columns []struct {
		Name string `ch:"name"`
		Type string `ch:"type"`
	}
	if err := conn.Select(ctx, &columns, "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = ? AND default_kind = '' ORDER BY position", string(t)); err != nil {
		return "", err
	}
	var structure, names, expressions []string
	read := map[string]bool{}
	for _, c := range columns {
		field, kind, expression := engineField(c.Name, c.Type)
		if !read[field] {
			read[field] = true
			structure = append(structure, field+" "+kind)
		}
		names, expressions = append(names, c.Name), append(expressions, expression)
	}
	return fmt.Sprintf(`INSERT INTO %s (%s)
SELECT %s
FROM file('%s', JSONEachRow, '%s')
SETTINGS max_threads = %d, max_insert_threads = %d, input_format_skip_unknown_fields = 1, input_format_null_as_default = 1, date_time_input_format = 'best_effort'`,
		t, strings.Join(names, ", "), strings.Join(expressions, ", "), benchFile(dir, t), strings.ReplaceAll(strings.Join(structure, ", "), "'", "''"), threads, threads), nil
}

// engineField says from which field of the JSON, read as which type, a column is made, and how.
func engineField(column, kind string) (field, as, expression string) {
	switch {
	case column == "worker_key":
		return "id_number", "String", "toFixedString(left(id_number, 16), 16)"
	case column == "centihours":
		return "hours", "Nullable(Decimal(9, 2))", fmt.Sprintf("ifNull(toUInt16(hours * 100), %d)", record.HoursUnknown)
	case strings.HasSuffix(column, "_key"):
		field = strings.TrimSuffix(column, "_key")
		return field, "String", "toFixedString(left(" + field + ", 16), 16)"
	case strings.HasSuffix(column, "_fen"):
		field = strings.TrimSuffix(column, "_fen") + "_yuan"
		if column == "amount_fen" {
			field = "yuan"
		}
		if as = "Decimal(18, 2)"; strings.HasPrefix(kind, "Nullable(") {
			as = "Nullable(" + as + ")"
		}
		return field, as, "toInt64(" + field + " * 100)"
	case column == "wage_month" || column == "month":
		return column, "String", "toDate(" + column + " || '-01')"
	}
	for _, ending := range []string{"_masked", "_sealed", "_last4"} {
		if name, ok := strings.CutSuffix(column, ending); ok {
			return name, "String", name
		}
	}
	return column, kind, column
}

func firstLine(path string) ([]byte, error) {
	text := make([]byte, 64<<10)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n, _ := f.Read(text)
	line, _, ok := bytes.Cut(text[:n], []byte("\n"))
	if !ok {
		return nil, nil
	}
	return line, nil
}

// engineRound lets the engine store all files once and returns how long that took.
func engineRound(ctx context.Context, conn driver.Conn, dir string, threads int) (time.Duration, error) {
	var inserts []string
	for _, t := range record.Topics() {
		insert, err := engineInsert(ctx, conn, dir, t, threads)
		if err != nil {
			return 0, fmt.Errorf("the engine's own insert of %s: %w", t, err)
		}
		if insert != "" {
			inserts = append(inserts, insert)
		}
	}
	start := time.Now()
	for _, insert := range inserts {
		if err := conn.Exec(ctx, insert); err != nil {
			return 0, fmt.Errorf("the engine's own insert: %w", err)
		}
	}
	return time.Since(start), nil
}

// countRows counts the rows of all tables of records.
func countRows(ctx context.Context, conn driver.Conn) (int, error) {
	var all uint64
	for _, t := range record.Topics() {
		var n uint64
		if err := conn.QueryRow(ctx, "SELECT count() FROM "+string(t)).Scan(&n); err != nil {
			return 0, err
		}
		all += n
	}
	return int(all), nil
}

func emptyTables(ctx context.Context, conn driver.Conn) error {
	var err error
	for _, t := range record.Topics() {
		err = errors.Join(err, conn.Exec(ctx, "TRUNCATE TABLE "+string(t)+" SYNC"))
	}
	return err
}

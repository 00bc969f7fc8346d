package detectors

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/platform/store"
)

// Rows keep the key they were stored under. Where hash keys were rotated, a snapshot reads each key as the newest that its
// worker or account is known by, whatever the as-of date: who somebody is does not depend on when it is asked. Where they
// never were, a snapshot reads the tables as they are, and this costs one query of an empty table.

// newestKeys is the table that resolves keys while a snapshot is filled; it is held in memory and dropped afterwards.
const newestKeys = "newest_keys"

// keyedSource finds the sources of a snapshot file that hold keys: {{newest TABLE COLUMN...}}, or {{newest TABLE COLUMN... at
// CONDITION}} of which few rows are wanted. Left to itself the engine asks dearer conditions of all rows first.
var keyedSource = regexp.MustCompile(`\{\{newest (\w+)((?: \w+)+?)(?: at (.+))?\}\}`)

// keySources says how the snapshot's files read keys.
type keySources struct {
	table string // quoted name of the table that resolves keys; empty where none was ever rotated
}

// resolveKeys reads the aliases and, if there are any, fills the table that resolves keys in the snapshot's database.
func (d *Detectors) resolveKeys(ctx context.Context, database string) (keySources, error) {
	var rotations uint64
	if err := d.conn.QueryRow(ctx, "SELECT uniqExact(old_key_id) FROM key_aliases").Scan(&rotations); err != nil {
		return keySources{}, fmt.Errorf("reading key aliases: %w", err)
	}
	if rotations == 0 {
		return keySources{}, nil
	}
	table := store.Quote(database) + "." + newestKeys
	for _, statement := range []string{
		"CREATE TABLE " + table + " (previous FixedString(16), newest FixedString(16)) ENGINE = Join(ANY, LEFT, previous)",
		"INSERT INTO " + table + " " + newestKeysQuery(rotations),
	} {
		if err := d.conn.Exec(ctx, statement); err != nil {
			return keySources{}, fmt.Errorf("resolving key aliases: %w", err)
		}
	}
	return keySources{table}, nil
}

// newestKeysQuery follows the aliases from every key to the newest: after n rotations a key is at most n steps away.
func newestKeysQuery(rotations uint64) string {
	const (
		// Should one key have been replaced twice (a rotation undone from a backup, then another), one of the two is taken,
		// always the same.
		steps = "(SELECT old_key AS previous, argMax(new_key, (new_key_id, new_key)) AS newest FROM key_aliases GROUP BY old_key)"
		join  = "SELECT known.previous AS previous, if(step.newest = toFixedString('', 16), known.newest, step.newest) AS newest FROM (%s) AS known LEFT ANY JOIN %s AS step ON step.previous = known.newest"
	)
	query := "SELECT previous, newest FROM " + steps
	for range rotations - 1 {
		query = fmt.Sprintf(join, query, steps)
	}
	return query
}

// render puts the sources into a file.
func (k keySources) render(text string) string {
	return keyedSource.ReplaceAllStringFunc(text, func(source string) string {
		m := keyedSource.FindStringSubmatch(source)
		table, columns, rows := m[1], strings.Fields(m[2]), m[1]
		if m[3] != "" {
			rows += " PREWHERE " + m[3]
		}
		if k.table == "" {
			return rows
		}
		var resolved []string
		for _, c := range columns {
			resolved = append(resolved, fmt.Sprintf("ifNull(joinGetOrNull(%s, 'newest', %s), %s) AS %s", k.table, c, c, c))
		}
		// The inner query is what a cluster's shards are asked; only this node has the table.
		return "(SELECT * REPLACE (" + strings.Join(resolved, ", ") + ") FROM (SELECT * FROM " + rows + ")) AS " + table
	})
}

// release drops the table once the snapshot is filled.
func (k keySources) release(ctx context.Context, conn driver.Conn) error {
	if k.table == "" {
		return nil
	}
	if err := conn.Exec(ctx, "DROP TABLE "+k.table); err != nil {
		return fmt.Errorf("dropping %s: %w", k.table, err)
	}
	return nil
}

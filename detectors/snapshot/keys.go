package snapshot

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/internal/platform/store"
)

// Rows keep the key they were stored under. Where hash keys were rotated, a snapshot reads each key as the newest that its
// worker or account is known by, whatever the as-of date: who somebody is does not depend on when it is asked. Where they
// never were, a snapshot reads the tables as they are, and this costs one query of an empty table.

// newestKeys is the table that resolves keys while a snapshot is filled; it is held in memory and dropped afterwards.
const newestKeys = "newest_keys"

// keySources says how the snapshot's files read keys.
type keySources struct {
	table string // quoted name of the table that resolves keys; empty where none was ever rotated
}

// resolveKeys reads the aliases and, if there are any, fills the table that resolves keys in the snapshot's database.
func (b Builder) resolveKeys(ctx context.Context, database string) (keySources, error) {
	var rotations uint64
	if err := b.Conn.QueryRow(ctx, "SELECT uniqExact(old_key_id) FROM key_aliases").Scan(&rotations); err != nil {
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
		if err := b.Conn.Exec(ctx, statement); err != nil {
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

// newest returns the records with their keys resolved; with a condition those that meet it, which is asked before anything
// dearer: left to itself the engine asks dearer conditions of all rows first.
func (k keySources) newest(records, condition string, keys []string) string {
	rows := records
	if condition != "" {
		rows += " PREWHERE " + condition
	}
	if k.table == "" {
		return rows
	}
	var resolved []string
	for _, key := range keys {
		resolved = append(resolved, k.resolve(key)+" AS "+key)
	}
	// The inner query is what a cluster's shards are asked; only this node has the table.
	return "(SELECT * REPLACE (" + strings.Join(resolved, ", ") + ") FROM (SELECT * FROM " + rows + ")) AS " + records
}

// resolve returns the expression of a key as the newest.
func (k keySources) resolve(key string) string {
	if k.table == "" {
		return key
	}
	return fmt.Sprintf("ifNull(joinGetOrNull(%s, 'newest', %s), %s)", k.table, key, key)
}

// places resolves the keys among the expressions that make a place of records.
func (k keySources) places(expressions []string) []string {
	var resolved []string
	for _, e := range expressions {
		if e == "worker_key" || e == "account_key" {
			e = k.resolve(e)
		}
		resolved = append(resolved, e)
	}
	return resolved
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

package ingest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/ingest/record"
)

// storeAliases stores what joins workers' and accounts' keys across a rotation. The engine collapses a row that is there
// already, so that it may be repeated.
func (in *Ingest) storeAliases(ctx context.Context, aliases []record.Alias) error {
	ctx, cancel := context.WithTimeout(ctx, in.config.InsertTimeout)
	defer cancel()
	batch, err := in.deps.Store.PrepareBatch(ctx, "INSERT INTO key_aliases (kind, old_key_id, old_key, new_key_id, new_key)")
	if err != nil {
		return err
	}
	defer batch.Close() // after Send it does nothing
	for _, a := range aliases {
		if err := batch.Append(a.Kind, a.Previous.KeyID, string(a.Previous.Key[:]), a.Current.KeyID, string(a.Current.Key[:])); err != nil {
			return err
		}
	}
	return batch.Send()
}

// Joined tells how far a rotation of the hash key has come for workers and legal persons, or for accounts.
type Joined struct {
	Kind   string // record.AliasPerson or record.AliasAccount
	Joined uint64 // known under the previous key and under the current one
	Left   uint64 // known under the previous key alone: were it dropped, they would be somebody else when next met
	// Newest is when the latest record of any of those left was recorded.
	Newest time.Time
}

// keyedRows says where keys are stored. Registries of projects and employers, the ledger and closures do not name the key that
// made theirs.
var keyedRows = []struct{ kind, table, column, keyID string }{
	{record.AliasPerson, "workers", "worker_key", "key_id"},
	{record.AliasPerson, "attendance", "worker_key", "key_id"},
	{record.AliasPerson, "payroll", "worker_key", "key_id"},
	{record.AliasPerson, "employers", "legal_person_key", "''"},
	{record.AliasPerson, "employers", "investor_key", "''"},
	{record.AliasPerson, "closures", "worker_key", "''"},
	{record.AliasAccount, "workers", "account_key", "key_id"},
	{record.AliasAccount, "payroll", "payee_key", "key_id"},
	{record.AliasAccount, "projects", "account_key", "''"},
	{record.AliasAccount, "account_entries", "account_key", "''"},
}

// Progress counts whom the aliases of a rotation join. What is known only under keys older than the previous is not counted: no
// alias can join it any more.
func Progress(ctx context.Context, conn driver.Conn, previous, current record.KeyID) ([]Joined, error) {
	ctx = clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{"previous": previous, "current": current}))
	rows, err := conn.Query(ctx, progressQuery())
	if err != nil {
		return nil, fmt.Errorf("reading whom the rotation joins: %w", err)
	}
	defer rows.Close()
	var all []Joined
	for rows.Next() {
		var j Joined
		if err := rows.Scan(&j.Kind, &j.Joined, &j.Left, &j.Newest); err != nil {
			return nil, fmt.Errorf("reading whom the rotation joins: %w", err)
		}
		all = append(all, j)
	}
	return all, rows.Err()
}

// progressQuery finds the keys that the previous hash key made: those of rows that name it, those that an earlier rotation
// led to, and those of rows that name no key which are not the work of another as far as aliases tell.
func progressQuery() string {
	var stored []string
	for _, r := range keyedRows {
		stored = append(stored, fmt.Sprintf(`  SELECT
    '%s' AS kind,
    %s AS key,
    any(%s) AS made_by,
    max(recorded_at) AS newest
  FROM %s
  WHERE key != toFixedString('', 16)
    AND %s IN ('', {previous:String})
  GROUP BY key`, r.kind, r.column, r.keyID, r.table, r.keyID))
	}
	return `WITH
stored AS
(
` + strings.Join(stored, "\n  UNION ALL\n") + `
  UNION ALL
  SELECT kind, new_key AS key, new_key_id AS made_by, toDateTime64(0, 3, 'UTC') AS newest
  FROM key_aliases
  WHERE new_key_id = {previous:String}
),
joined AS
(
  SELECT old_key
  FROM key_aliases
  WHERE old_key_id = {previous:String}
    AND new_key_id = {current:String}
),
otherwise AS
(
  SELECT old_key AS key FROM key_aliases WHERE old_key_id != {previous:String}
  UNION ALL
  SELECT new_key AS key FROM key_aliases WHERE new_key_id != {previous:String}
)
SELECT
  kind,
  uniqExactIf(key, key IN (SELECT old_key FROM joined)) AS joined_keys,
  uniqExactIf(key, key NOT IN (SELECT old_key FROM joined)) AS left_keys,
  maxIf(newest, key NOT IN (SELECT old_key FROM joined)) AS newest_left
FROM stored
WHERE made_by != ''
   OR key NOT IN (SELECT key FROM otherwise)
GROUP BY kind
ORDER BY kind DESC`
}

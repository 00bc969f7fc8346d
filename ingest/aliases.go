package ingest

import (
	"context"

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

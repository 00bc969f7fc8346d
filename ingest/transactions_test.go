package ingest_test

import (
	"testing"

	"github.com/anxin-project/anxin/ingest/ingesttest"
)

func TestOnlyWhatWasCommittedIsStored(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Start(t)
	w.Transactions(t)
	w.AwaitCommitted(t, patience)
}

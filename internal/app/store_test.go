package app

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/runs"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

func TestTheHistoryOfAStoreThatWasNeverSetUpSaysWhatToDo(t *testing.T) {
	c := DefaultConfiguration()
	c.Store = store.Configuration{DSN: embeddedtest.EngineForTest(t).DSN(embeddedtest.Database(t).Auth.Database), Connections: 2}
	_, err := RunHistory(t.Context(), c, slog.New(slog.DiscardHandler), runs.Choice{Most: 3})
	if err == nil || !strings.Contains(err.Error(), "anxin migrate") {
		t.Errorf("it says %v", err)
	}
}

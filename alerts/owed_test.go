package alerts_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/platform/store"
)

// snapshot creates the tables of a run's snapshot by the detectors' own files and returns the database.
func (r *rig) snapshot(t *testing.T) string {
	t.Helper()
	name := r.database + "_facts"
	r.exec(t, "CREATE DATABASE "+store.Quote(name))
	t.Cleanup(func() {
		if err := r.conn.Exec(context.Background(), "DROP DATABASE IF EXISTS "+store.Quote(name)); err != nil {
			t.Error(err)
		}
	})
	files, err := filepath.Glob("../detectors/snapshot/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no snapshot files: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range store.Statements(strings.ReplaceAll(string(text), "{{snapshot}}", store.Quote(name))) {
			if i := strings.Index(statement, "CREATE TABLE"); i >= 0 {
				r.exec(t, statement[i:])
			}
		}
	}
	return name
}

func TestWhatIsOwedIsPublishedByTownshipAndKind(t *testing.T) {
	r := newRig(t, nil)
	facts := store.Quote(r.snapshot(t))
	r.exec(t, `INSERT INTO `+facts+`.subjects (scope, scope_id, township) VALUES ('project', 'P1', '331024001'), ('project', 'P2', '331024001'), ('employer', 'E1', '331024002')`)
	r.exec(t, `INSERT INTO `+facts+`.projects (project_id, township) VALUES ('P1', '331024001'), ('P2', '331024001')`)
	r.exec(t, `INSERT INTO `+facts+`.owed (scope, scope_id, home_scope, home_id, worker_key, wage_month, kind, owed_fen) VALUES
		('project', 'P1', 'project', 'P1', 'w1', '2026-01-01', 'listed', 100), ('project', 'P1', 'project', 'P1', 'w1', '2026-02-01', 'listed', 50),
		('employer', 'E1', 'project', 'P2', 'w2', '2026-01-01', 'listed', 30), ('project', 'P2', 'project', 'P2', 'w3', '2026-01-01', 'unlisted', 7),
		('employer', 'E1', 'employer', 'E1', 'w4', '2026-01-01', 'underlisted', 5), ('project', 'P9', 'project', 'P9', 'w9', '2026-01-01', 'listed', 999)`)
	r.exec(t, `INSERT INTO `+facts+`.silent (project_id, month, worker_key, kind) VALUES ('P1', '2026-01-01', 'w5', 'silent'), ('P1', '2026-02-01', 'w5', 'silent'), ('P2', '2026-01-01', 'w6', 'unaccounted')`)
	r.runOn(t, "2026-03-08", 1, strings.Trim(facts, "`"))
	r.refresh(t)
	r.expect(t, `
# HELP anxin_owed_fen Wages past their day to pay in a township, in fen (0.01 yuan), by kind: listed, unbooked, underlisted or unlisted; the last two are estimates.
# TYPE anxin_owed_fen gauge
anxin_owed_fen{county="331024",kind="listed",township="331024001"} 180
anxin_owed_fen{county="331024",kind="underlisted",township="331024002"} 5
anxin_owed_fen{county="331024",kind="unlisted",township="331024001"} 7
# HELP anxin_owed_workers Workers of a township with wages past their day to pay, by kind; somebody may be of several kinds.
# TYPE anxin_owed_workers gauge
anxin_owed_workers{county="331024",kind="listed",township="331024001"} 2
anxin_owed_workers{county="331024",kind="underlisted",township="331024002"} 1
anxin_owed_workers{county="331024",kind="unlisted",township="331024001"} 1
# HELP anxin_unheard_workers Registered workers of a township of whom nothing was heard for a wage month that is due: silent, or unaccounted for where others of the site were heard of.
# TYPE anxin_unheard_workers gauge
anxin_unheard_workers{county="331024",kind="silent",township="331024001"} 1
anxin_unheard_workers{county="331024",kind="unaccounted",township="331024001"} 1
`, "anxin_owed_fen", "anxin_owed_workers", "anxin_unheard_workers")

	// A later run for an earlier date may have dropped the snapshot: the rest is published all the same.
	r.runOn(t, "2026-03-09", 2, "dropped")
	r.refresh(t)
	r.expect(t, "", "anxin_owed_fen", "anxin_owed_workers", "anxin_unheard_workers")
}

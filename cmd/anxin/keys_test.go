package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
)

const (
	wang = "522601199810192213"
	wu   = "342222199310308722"
)

func attended(id, person, day string) ingesttest.Record {
	return ingesttest.Record{Topic: record.TopicAttendance, Key: []byte("P-1"), Value: fmt.Appendf(nil, `{"id":"%s","source":"gate","version":1,
		"recorded_at":"%sT20:00:00+08:00","id_type":"resident","id_number":"%s","project_id":"P-1","employer_uscc":"913310240TEQY7L1WP","work_date":"%s","hours":8}`,
		id, day, person, day)}
}

// workers counts who was at work, as a pass as of the day sees it.
func (d *deployment) workers(t *testing.T, asOf string) string {
	t.Helper()
	d.run(t, exitDone, "detect", "--once", "--as-of", asOf)
	snapshot := d.value(t, "SELECT snapshot FROM runs WHERE as_of = '"+asOf+"' ORDER BY run DESC LIMIT 1")
	return d.value(t, "SELECT concat(toString(count()), ' days of ', toString(uniqExact(worker_key))) FROM `"+snapshot+"`.attendance")
}

func TestARotationEndsWhenAllAreJoinedAndNobodyBecomesSomebodyElse(t *testing.T) {
	d := deploy(t)
	want := func(asOf, want string) {
		t.Helper()
		if got := d.workers(t, asOf); got != want {
			t.Errorf("as of %s: %s, want %s", asOf, got, want)
		}
	}
	says := func(out string, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if !strings.Contains(out, text) {
				t.Errorf("%q is not said in\n%s", text, out)
			}
		}
	}
	d.ingest(t, nil, attended("A1", wang, "2026-03-02"), attended("A2", wu, "2026-03-02"))
	want("2026-03-02", "2 days of 2")
	says(d.run(t, exitFailed, "keys", "end", d.keys), "no rotation is under way")

	before := d.run(t, exitDone, "keys", "show", d.keys)
	d.run(t, exitDone, "keys", "rotate", d.keys)
	says(d.run(t, exitDone, "keys", "show", d.keys), "previous", "opens what it sealed", strings.Fields(before)[6])
	says(d.run(t, exitUsage, "keys", "rotate", d.keys), "the last rotation has not ended")
	says(d.run(t, exitFailed, "keys", "end", d.keys), "0 joined, 2 known", "was ingest restarted")

	d.ingest(t, nil, attended("B1", wang, "2026-03-03"))
	want("2026-03-03", "3 days of 2")
	says(d.run(t, exitFailed, "keys", "end", d.keys), "1 joined, 1 known", "2026-03-02", "1 are not joined yet", "--yes")
	d.ingest(t, nil, attended("B2", wu, "2026-03-04"))
	says(d.run(t, exitDone, "keys", "end", d.keys), "2 joined, 0 known", "dropped")
	d.ingest(t, nil, attended("C1", wang, "2026-03-05"), attended("C2", wu, "2026-03-05"))
	want("2026-03-05", "6 days of 2")

	// Again, with the keys from the environment, and ended without waiting: who is not met becomes another.
	d.run(t, exitDone, "keys", "rotate", d.keys, "--only", "hash")
	text, err := os.ReadFile(d.keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(d.keys, 0o644); err != nil { // refused as a file
		t.Fatal(err)
	}
	d.ingest(t, []string{app.KeysVariable + "=" + string(text)}, attended("D1", wang, "2026-03-06"))
	says(d.run(t, exitUsage, "keys", "show", d.keys), "chmod 600")
	if err := os.Chmod(d.keys, 0o600); err != nil {
		t.Fatal(err)
	}
	says(d.run(t, exitFailed, "keys", "end", d.keys), "1 joined, 1 known")
	says(d.run(t, exitDone, "keys", "end", d.keys, "--yes"), "dropped")
	want("2026-03-06", "7 days of 2")
	d.ingest(t, nil, attended("E1", wang, "2026-03-07"), attended("E2", wu, "2026-03-07"))
	want("2026-03-07", "9 days of 3")
	want("2026-03-05", "6 days of 2")
	if left, err := os.Stat(d.keys + ".new"); err == nil {
		t.Errorf("%s was left behind", left.Name())
	}
}

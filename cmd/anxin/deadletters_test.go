package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
)

// slip is a pay slip whose parts may be spoilt.
func slip(id, person, gross, paid string) ingesttest.Record {
	return ingesttest.Record{Topic: record.TopicPayroll, Key: []byte("P-1"), Value: []byte(`{"id":"` + id + `","source":"bank","version":1,
		"recorded_at":"2026-04-10T20:00:00+08:00","id_type":"resident","id_number":"` + person + `","project_id":"P-1","employer_uscc":"913310240TEQY7L1WP",
		"wage_month":"2026-03","due_on":"2026-04-15","gross_yuan":` + gross + `,"deducted_yuan":0,"payable_yuan":500,"paid_yuan":` + paid + `,
		"channel":"special_account","payee_account":"626382975179352062","signed":true}`)}
}

func TestARefusedRecordIsFoundShownMendedAndStoredOnce(t *testing.T) {
	d := deploy(t)
	d.ingest(t, nil,
		slip("S1", "522601199810192210", "500", "500"), // a wrong check character
		slip("S2", wang, "500", "502.50"),              // more paid than the rules let pass
		slip("S3", wang, "700", "500"),                 // gross less deducted is not what is payable
		slip("S4", wang, "500", "500"),
		ingesttest.Record{Topic: record.TopicPayroll, Key: []byte("P-1"), Value: []byte("王秀英 " + wang + " 626382975179352062")})
	stored := func(want string) {
		t.Helper()
		if got := d.value(t, "SELECT arrayStringConcat(arraySort(groupArray(concat(id, '=', toString(paid_fen)))), ' ') FROM payroll FINAL"); got != want {
			t.Errorf("stored are %s, want %s", got, want)
		}
	}
	stored("S4=50000")

	type letter struct {
		Topic      string
		Reason     record.Reason
		Partition  int
		Offset     int64
		ReplayedAt string `json:"replayed_at"`
	}
	list := func(args ...string) (all []letter) {
		t.Helper()
		for line := range strings.Lines(d.run(t, exitDone, append([]string{"deadletters", "list", "--json"}, args...)...)) {
			var l letter
			if err := json.Unmarshal([]byte(line), &l); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			all = append(all, l)
		}
		return all
	}
	for _, c := range []struct {
		args []string
		want int
	}{
		{nil, 4}, {[]string{"--topic", "payroll"}, 4}, {[]string{"--topic", "wage.workers"}, 0}, {[]string{"--reason", "inconsistent"}, 2},
		{[]string{"--since", "2020-01-01"}, 4}, {[]string{"--until", "2020-01-01"}, 0}, {[]string{"--since", "2999-01-01 08:00"}, 0}, {[]string{"--until", "2999-01-01 08:00"}, 4},
	} {
		if got := len(list(c.args...)); got != c.want {
			t.Errorf("%v: %d letters, want %d", c.args, got, c.want)
		}
	}
	names := map[record.Reason]string{}
	for _, l := range list() {
		names[l.Reason] = strings.Join([]string{l.Topic, "/", jsonText(t, l.Partition), "@", jsonText(t, l.Offset)}, "")
	}

	shown := d.run(t, exitDone, "deadletters", "show", names[record.BadChecksum])
	for _, want := range []string{`"S1"`, `"2026-04-15"`, "bad_checksum", "id_number"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%s is not shown:\n%s", want, shown)
		}
	}
	shown += d.run(t, exitDone, "deadletters", "show", names[record.NotJSON]) + d.run(t, exitDone, "deadletters", "list")
	for _, secret := range []string{"52260119981019", "62638297517935", "王秀英"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	if all := d.run(t, exitDone, "deadletters", "show", names[record.BadChecksum], "--reveal"); !strings.Contains(all, "522601199810192210") {
		t.Errorf("--reveal does not:\n%s", all)
	}

	// A corrected file for one, a relaxed rule for another.
	fixed := filepath.Join(t.TempDir(), "fixed.json")
	replay := func(want string, args ...string) {
		t.Helper()
		if out := d.run(t, exitDone, append([]string{"deadletters", "replay"}, args...)...); !strings.Contains(out, want) {
			t.Errorf("replay %v: %s\nwant %s", args, out, want)
		}
	}
	write := func(path string, text []byte) {
		t.Helper()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	replay("0 replayed, 4 still refused, 0 replayed before")
	write(fixed, []byte("{}"))
	d.run(t, exitUsage, "deadletters", "replay", names[record.BadChecksum], "--fixed", fixed)
	write(fixed, slip("S1", wang, "500", "400").Value)
	replay("1 would be replayed", names[record.BadChecksum], "--fixed", fixed, "--dry-run")
	replay("1 replayed, 0 still refused", names[record.BadChecksum], "--fixed", fixed)
	replay("0 replayed, 0 still refused, 1 replayed before", names[record.BadChecksum], "--fixed", fixed)
	write(d.config, []byte(d.text+"  rules: {overpaid_tolerance_fen: 500}\n"))
	replay("1 replayed, 1 still refused, 0 replayed before", "--topic", "payroll", "--reason", "inconsistent")
	replay("0 replayed, 2 still refused, 2 replayed before")
	d.ingest(t, nil)
	stored("S1=40000 S2=50250 S4=50000")
	replayed := 0
	for _, l := range list() {
		if l.ReplayedAt != "" {
			replayed++
		}
	}
	if out := d.run(t, exitDone, "deadletters", "list"); replayed != 2 || !strings.Contains(out, "4 records, 2 of them replayed") {
		t.Errorf("%d letters are shown as replayed, want 2:\n%s", replayed, out)
	}
	d.run(t, exitUsage, "deadletters", "replay", "wage.payroll/0@999")
	d.run(t, exitUsage, "deadletters", "list", "--since", "yesterday")
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

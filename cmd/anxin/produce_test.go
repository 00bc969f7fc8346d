package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/internal/platform/embedded"
)

const examples = "../../ingest/produce/testdata/"

// brokerConfig starts a broker with one topic of one partition and returns its address and a configuration file for it.
func brokerConfig(t *testing.T, topic string) (address, config string) {
	t.Helper()
	b, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{Topics: map[string]int32{topic: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	config = filepath.Join(t.TempDir(), "anxin.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "ingest: {kafka: {brokers: [%q]}}\n", b.Addrs()[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	return b.Addrs()[0], config
}

// messages reads all that is on partition 0 of a topic.
func messages(t *testing.T, address, topic string) (all []kafka.Message) {
	t.Helper()
	c, err := kafka.DialLeader(t.Context(), "tcp", address, topic, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, last, err := c.ReadOffsets()
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	r := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{address}, Topic: topic, MaxBytes: 4 << 20, MaxWait: 100 * time.Millisecond})
	defer r.Close()
	for int64(len(all)) < last {
		m, err := r.ReadMessage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func TestProduceSendsABanksFileAndAGatesExport(t *testing.T) {
	idKey := filepath.Join(t.TempDir(), "id.key")
	if err := os.WriteFile(idKey, []byte(strings.Repeat("k", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, topic string
		args        []string
	}{
		{"bank-wages", "wage.payroll", nil},
		{"gate-attendance", "wage.attendance", []string{"--id-key", idKey}},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, config := brokerConfig(t, c.topic)
			state := filepath.Join(t.TempDir(), "state")
			args := append([]string{"produce", "--config", config, "--mapping", examples + c.name + ".yaml", "--state", state, examples + c.name + ".csv"}, c.args...)
			stdout, stderr, code := result(t, args...)
			if code != exitDone || stderr != "" || !strings.Contains(stdout, "6 records sent to "+c.topic) {
				t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
			}
			for _, m := range messages(t, address, c.topic) {
				if string(m.Key) != "ZJXJ-2025-0007" || !json.Valid(m.Value) {
					t.Errorf("message with key %q", m.Key)
				}
			}
			if _, err := os.Stat(state); err == nil {
				t.Error("the progress file is left")
			}
		})
	}
}

func TestADryRunTellsWhatWouldBeRejectedAndNeverWhatStandsThere(t *testing.T) {
	text, err := os.ReadFile(examples + "gate-attendance.csv")
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.csv")
	text = []byte(strings.Replace(strings.Replace(string(text), "513022198004120040", "513022198004120041", 1), "2026/10/9", "2026-10-09", 1))
	if err := os.WriteFile(bad, text, 0o600); err != nil {
		t.Fatal(err)
	}
	dry := func(path string) (string, string, int) {
		return result(t, "produce", "--mapping", examples+"gate-attendance.yaml", "--dry-run", path)
	}
	stdout, stderr, code := dry(examples + "gate-attendance.csv")
	if code != exitDone || stderr != "" || !strings.Contains(stdout, "6 records, 6 good, 0 would be rejected") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	stdout, stderr, code = dry(bad)
	if code != exitFailed || !strings.Contains(stderr, "2 records would be rejected; nothing was sent") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{"bad_checksum", "id_number: expected the check character", "line 2", "column 考勤日期 + 进场时间 (check_in): expected YYYY/M/D HH:mm:ss", "line 6"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the report does not say %q:\n%s", want, stdout)
		}
	}
	if all := stdout + stderr; strings.Contains(all, "5130221980") || strings.Contains(all, "2026-10-09") {
		t.Errorf("the report quotes the file:\n%s", all)
	}
	stdout, stderr, code = result(t, "produce", "mapping", "check", examples+"gate-attendance.yaml", bad)
	if code != exitFailed || !strings.Contains(stdout, `"id_number": "***"`) || !strings.Contains(stderr, "2 of the first 5 records would be rejected") || strings.Contains(stdout+stderr, "5130221980") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

func TestAFileWithoutARecordIsAnError(t *testing.T) {
	mapping := filepath.Join(t.TempDir(), "m.yaml")
	if err := os.WriteFile(mapping, []byte(`topic: permits
source: s
file: {ignore: {id: [合计]}}
fields:
  id: id
  version: {value: 1}
  recorded_at: {value: "2026-10-16T18:00:00+08:00"}
  name: {value: 一号工程}
  township: {value: "331024001"}
  sector: {value: construction}
  developer_uscc: {value: 91331024MA2XYK0005}
  permit_on: {value: 2026-10-01}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, out, err string }{
		{"id,x\n", "0 records, 0 good, 0 would be rejected; 0 read, 0 left out", "holds no record: there is nothing in it, or nothing behind its header"},
		{"id,x\r合计,1\r", "0 records, 0 good, 0 would be rejected; 1 read, 1 left out (1 by the mapping, line 2)", "holds no record: all of it was left out"},
		{"id,x\rP-1,1\r合计,1\r", "1 records, 1 good, 0 would be rejected; 2 read, 1 left out (1 by the mapping, line 3)", ""},
	} {
		path := filepath.Join(t.TempDir(), "f.csv")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, code := result(t, "produce", "--mapping", mapping, "--dry-run", path)
		want := exitDone
		if c.err != "" {
			want = exitFailed
		}
		if code != want || !strings.Contains(stdout, c.out) || !strings.Contains(stderr, c.err) || c.err == "" && stderr != "" {
			t.Errorf("%q: exit code %d: %s%s", c.text, code, stdout, stderr)
		}
	}
}

func TestProduceSaysWhatIsMissing(t *testing.T) {
	open := filepath.Join(t.TempDir(), "open.key")
	if err := os.WriteFile(open, make([]byte, 32), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"neither topic nor mapping", []string{"x.ndjson"}, "--topic is missing: want one of wage.projects"},
		{"a table without a mapping", []string{"--topic", "payroll", "--dry-run", examples + "bank-wages.csv"}, "give --mapping FILE"},
		{"a topic beside that of the mapping", []string{"--topic", "payroll", "--mapping", examples + "gate-attendance.yaml", "x.csv"}, "leave --topic out"},
		{"no key for ids", []string{"--mapping", examples + "gate-attendance.yaml", "x.csv"}, "give --id-key FILE"},
		{"a key for ids that all can read", []string{"--mapping", examples + "gate-attendance.yaml", "--id-key", open, "x.csv"}, "chmod 600"},
		{"one state for two files", []string{"--topic", "payroll", "--state", "s", "a", "b"}, "--state is the progress file of one FILE"},
		{"a rate below zero", []string{"--topic", "payroll", "--rate", "-1", "a"}, "--rate -1"},
		{"no such file", []string{"--topic", "payroll", "--dry-run", "/no/such.ndjson"}, "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, code := result(t, append([]string{"produce"}, c.args...)...)
			if code != exitUsage || stdout != "" || !strings.HasPrefix(stderr, "anxin: ") || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d: %s%s", code, stdout, stderr)
			}
		})
	}
}

func TestProduceGoesOnAfterCtrlCAndAfterBeingKilled(t *testing.T) {
	address, config := brokerConfig(t, "wage.payroll")
	path := filepath.Join(t.TempDir(), "records.ndjson")
	var text strings.Builder
	const n = 100_000
	for i := range n {
		fmt.Fprintf(&text, "{\"id\":\"%d\"}\n", i)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	state := path + ".anxin-progress"
	acknowledged := func() int64 {
		var s struct {
			Acknowledged struct{ Records int64 }
		}
		b, _ := os.ReadFile(state)
		_ = json.Unmarshal(b, &s)
		return s.Acknowledged.Records
	}
	leader, err := kafka.DialLeader(t.Context(), "tcp", address, "wage.payroll", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer leader.Close()
	arrived := func() int64 {
		last, err := leader.ReadLastOffset()
		if err != nil {
			t.Fatal(err)
		}
		return last
	}
	var reached int64
	for _, signal := range []os.Signal{syscall.SIGKILL, os.Interrupt} {
		cmd := anxin(t.Context(), "produce", "--config", config, "--topic", "payroll", "--rate", "10000", path)
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		tick := time.NewTicker(20 * time.Millisecond)
		for range tick.C { // until the broker has more than the progress file says
			if now := acknowledged(); now > reached+3000 && arrived() > now+2000 {
				break
			}
		}
		tick.Stop()
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the command went through")
		}
		if signal == os.Interrupt && (cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(said.String(), "keeps the place") || !strings.Contains(said.String(), "anxin: stopped")) {
			t.Errorf("exit code %d: %s", cmd.ProcessState.ExitCode(), said.String())
		}
		reached = acknowledged()
	}
	stdout, stderr, code := result(t, "produce", "--config", config, "--topic", "payroll", path)
	if code != exitDone || !strings.Contains(stdout, fmt.Sprintf("%d were sent before", reached)) {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	seen := map[string]bool{}
	all := messages(t, address, "wage.payroll")
	for _, m := range all {
		seen[string(m.Value)] = true
	}
	if len(seen) != n {
		t.Errorf("%d different records arrived, want %d", len(seen), n)
	}
	if len(all) == n {
		t.Error("no record was sent twice: the kill came too early to show anything")
	}
	if _, err := os.Stat(state); err == nil {
		t.Error("the progress file is left")
	}
}

func TestASuggestedMappingIsTakenAtOnce(t *testing.T) {
	dir := t.TempDir()
	mapping := filepath.Join(dir, "wages.yaml")
	stdout, stderr, code := result(t, "produce", "mapping", "suggest", "--source", "bank-demo", "--out", mapping, examples+"bank-wages.csv")
	if code != exitDone || stdout != "" || !strings.Contains(stderr, "17 fields of wage.payroll, 1 of them to be looked at") || !strings.Contains(stderr, "6 good, 0 would be rejected") {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	if stdout, stderr, code := result(t, "produce", "--mapping", mapping, "--dry-run", examples+"bank-wages.csv"); code != exitDone || !strings.Contains(stdout, "6 records, 6 good") {
		t.Errorf("it is not taken: exit code %d: %s%s", code, stdout, stderr)
	}
	before, err := os.ReadFile(mapping)
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := result(t, "produce", "mapping", "suggest", "--out", mapping, examples+"gate-attendance.csv"); code != exitUsage || !strings.Contains(stderr, "is there already") {
		t.Errorf("a mapping that is there: exit code %d: %s", code, stderr)
	}
	if after, err := os.ReadFile(mapping); err != nil || string(after) != string(before) {
		t.Errorf("the mapping was overwritten: %v", err)
	}
	stdout, stderr, code = result(t, "produce", "mapping", "suggest", examples+"month-sheet.csv")
	if code != exitFailed || !strings.Contains(stdout, "  # project_id: {value: …}   MISSING") || !strings.Contains(stderr, "nothing tells project_id, employer_uscc: give --set project_id=…") {
		t.Errorf("what is missing: exit code %d: %s%s", code, stdout, stderr)
	}
	for _, cell := range []string{"王秀兰", "513022198004120040", "钢筋班"} {
		if strings.Contains(stdout+stderr, cell) {
			t.Errorf("a cell is shown: %s", cell)
		}
	}
}

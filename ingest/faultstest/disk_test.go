//go:build faults

package faultstest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
)

// The broker finds the files of its dead letters on a full disk: /dev/full refuses every write as one does.
func TestTheDiskOfTheDeadLettersIsFull(t *testing.T) {
	const records = 200_000
	dir := t.TempDir()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), dir)
	w.Config.BatchRows = 2_000
	full := map[record.Topic]string{}
	for _, topic := range record.Topics() {
		partition := filepath.Join(dir, "partitions", ingest.DeadLetterTopic(w.Config.Kafka.Prefix+string(topic))+"-0")
		full[topic] = filepath.Join(partition, "0.dat") // as kfake names it
		if err := os.MkdirAll(partition, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/dev/full", full[topic]); err != nil {
			t.Fatal(err)
		}
	}
	f := start(t, w, 106, records)
	in := w.Start(t)
	<-f.end
	large := []record.Topic{record.TopicAttendance, record.TopicPayroll} // which surely have bad records
	for _, topic := range large {
		ingesttest.Eventually(t, patience, "writing letters is tried again", func() bool {
			return in.Value(t, "anxin_ingest_retries_total", "topic", string(topic)) >= 3
		})
	}
	if !w.Log.Contains("no space left on device") {
		t.Errorf("the broker does not say what is wrong:\n%s", w.Log.Tail())
	}
	if !in.Log.Contains("letters for wage.payroll.dlq: see its log and its disk") {
		t.Error("ingest does not say what is wrong")
	}
	letters, err := ingest.DeadLetters(t.Context(), w.Config.Kafka)
	if err != nil || len(letters) > 0 {
		t.Errorf("%d letters are on a full disk (%v)", len(letters), err)
	}
	for _, topic := range large { // the one goes on while the other still waits
		if done, err := in.CaughtUp(t.Context()); done || err != nil {
			t.Errorf("messages without their letters were committed (%v)", err)
		}
		room(t, full[topic])
		ingesttest.Eventually(t, patience, "nothing of the topic is left", func() bool {
			return in.Value(t, "anxin_ingest_lag_records", "topic", string(topic)) == 0
		})
		delete(full, topic)
	}
	for _, path := range full {
		room(t, path)
	}
	f.finish(t, w)
	w.Broker.Close()
	w.StartBroker(t)
	w.Truth.CheckLetters(t, w.Config.Kafka, false) // from the disk
}

// room makes the next write to a file one to the real disk.
func room(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

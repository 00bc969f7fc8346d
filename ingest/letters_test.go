package ingest_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
)

func noise(seed uint64, n int) []byte {
	random := rand.NewChaCha8([32]byte{byte(seed)})
	b := make([]byte, n)
	_, _ = random.Read(b)
	return b
}

func TestPoisonEndsAsDeadLettersAndStopsNothing(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Start(t)
	poison := [][]byte{
		nil, {}, []byte("{"), []byte("null"), []byte("[]"), []byte(`"x"`), {0xff, 0xfe}, []byte(strings.Repeat("[", 100_000)),
		[]byte(`{"id":` + strings.Repeat("9", 5000) + `}`), noise(1, 1000), noise(2, 300_000),
		noise(3, 990_000), // near the longest that a broker takes: a letter is longer than what it holds
	}
	good := ingesttest.Records(t, "tiny", 5, 500)
	var all []ingesttest.Record
	for i, p := range poison {
		for _, topic := range record.Topics() {
			all = append(all, ingesttest.Record{Topic: topic, Key: fmt.Append(nil, "key ", i), Value: p})
		}
		all = append(all, good[i*40:(i+1)*40]...)
	}
	w.Produce(t, all...)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}

func TestManySmallLettersFitTheBrokersLimit(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Start(t)
	var all []ingesttest.Record
	for i := range 3000 { // sealed, they cannot be compressed: several times what a broker takes at once
		all = append(all, ingesttest.Record{Topic: record.TopicPayroll, Key: []byte("k"), Value: noise(uint64(i), 1500)})
	}
	w.Produce(t, all...)
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}

func TestALetterSaysWhereAndWhyAndNotWhat(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Start(t)
	value := []byte(`{"id":"1","source":"gate","version":1,"id_number":"110101199003077758"}`)
	w.Produce(t, ingesttest.Record{Topic: record.TopicAttendance, Key: []byte("P1"), Value: value})
	w.AwaitCaughtUp(t, patience)
	letters, err := ingest.DeadLetters(t.Context(), w.Config.Kafka)
	if err != nil || len(letters) != 1 {
		t.Fatalf("%d letters, %v", len(letters), err)
	}
	l := letters[0]
	if l.Topic != "wage.attendance" || l.Reason != record.MissingField || l.Detail == "" || l.At.IsZero() || l.Offset != 0 {
		t.Errorf("letter %+v", l)
	}
	if bytes.Contains(l.Sealed, []byte("110101")) || strings.Contains(l.Detail, "110101") {
		t.Error("the letter shows an identity number")
	}
	w.Check(t)
}

func TestReadingStopsWhileDeadLettersCannotBeWritten(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	full := w.Broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "wage.payroll.dlq", Err: kerr.KafkaStorageError, Count: -1})
	in := w.Start(t)
	w.Produce(t, ingesttest.Record{Topic: record.TopicPayroll, Key: []byte("k"), Value: []byte("no record")})
	ingesttest.Eventually(t, patience, "writing the letter is tried again", func() bool { return full.Hits() >= 3 })
	w.Produce(t, ingesttest.Records(t, "tiny", 6, 2000)...)
	ingesttest.Eventually(t, patience, "other topics go on", func() bool { return in.Value(t, "anxin_ingest_stored_records_total", "topic", "attendance") > 0 })
	if done, err := in.CaughtUp(t.Context()); err != nil || done {
		t.Errorf("a message without its letter was committed (%v)", err)
	}
	if in.Value(t, "anxin_ingest_retries_total", "topic", "payroll") < 3 {
		t.Error("the retries are not counted")
	}
	full.Remove()
	w.AwaitCaughtUp(t, patience)
	w.Check(t)
}

func TestControlRecordsOfTransactionsAreReadPast(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Start(t)
	source, err := kgo.NewClient(kgo.SeedBrokers(w.Config.Kafka.Brokers...), kgo.TransactionalID("bank"))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	for _, r := range ingesttest.Records(t, "tiny", 7, 20) {
		w.Truth.Add(t, r)
		if err := source.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := source.ProduceSync(t.Context(), &kgo.Record{Topic: "wage." + string(r.Topic), Key: r.Key, Value: r.Value}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := source.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
	}
	w.AwaitCaughtUp(t, patience) // the last offset of each partition is a control record's
	w.Check(t)
}

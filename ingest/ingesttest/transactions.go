package ingesttest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/anxin-project/anxin/ingest/record"
)

// Committed are the slips that Transactions leaves to be read, as "id version paid".
var Committed = []string{"TX-1 1 0", "TX-2 1 0", "TX-4 1 0"}

// Transactions sends slips as a source does that writes in transactions: two that are committed with one between them that is
// aborted and says "paid", one of another producer that is aborted beside them, and one that is still open when it returns; it
// is aborted at the test's end.
func (w *World) Transactions(t *testing.T) {
	t.Helper()
	slip := func(id string, version, paid int) *kgo.Record {
		return &kgo.Record{Partition: 0, Key: []byte("E1"), Value: fmt.Appendf(nil, `{"id":%q,"source":"bank-tx","version":%d,"recorded_at":"2026-08-02T20:00:00+08:00","id_type":"resident","id_number":"11010519491231002X",
			"employer_uscc":"91331024AT64PJY4LG","wage_month":"2026-07","due_on":"2026-08-15","gross_yuan":7560,"deducted_yuan":0,"payable_yuan":7560,"paid_yuan":%d,"channel":"special_account","signed":true}`, id, version, paid)}
	}
	producer := func(id string) *kgo.Client {
		client, err := kgo.NewClient(kgo.SeedBrokers(w.Config.Kafka.Brokers...), kgo.TransactionalID(id), kgo.DefaultProduceTopic(w.Config.Kafka.Prefix+string(record.TopicPayroll)), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	send := func(client *kgo.Client, one *kgo.Record) {
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := client.ProduceSync(t.Context(), one).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	end := func(client *kgo.Client, how kgo.TransactionEndTry) {
		if err := client.EndTransaction(t.Context(), how); err != nil {
			t.Fatal(err)
		}
	}
	bank, other, slow := producer("bank"), producer("other-bank"), producer("slow-bank")
	t.Cleanup(func() { bank.Close(); other.Close(); slow.Close() })
	send(bank, slip("TX-1", 1, 0))
	end(bank, kgo.TryCommit)
	send(other, slip("TX-5", 1, 7560)) // open while the others go on
	send(bank, slip("TX-1", 2, 7560))
	end(bank, kgo.TryAbort)
	send(bank, slip("TX-2", 1, 0))
	end(bank, kgo.TryCommit)
	end(other, kgo.TryAbort)
	send(bank, slip("TX-4", 1, 0))
	end(bank, kgo.TryCommit)
	send(slow, slip("TX-3", 1, 7560))
}

// AwaitCommitted waits until what Transactions committed is stored, and a while longer: nothing else may be.
func (w *World) AwaitCommitted(t *testing.T, patience time.Duration) {
	t.Helper()
	stored := func() []string {
		var rows []struct {
			Line string `ch:"line"`
		}
		if err := w.Conn.Select(t.Context(), &rows, "SELECT concat(id, ' ', toString(version), ' ', toString(paid_fen)) AS line FROM payroll WHERE source = 'bank-tx' ORDER BY line"); err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, r := range rows {
			lines = append(lines, r.Line)
		}
		return lines
	}
	for until := time.Now().Add(patience); !slices.Equal(stored(), Committed) && time.Now().Before(until); {
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(time.Second)
	if got := stored(); !slices.Equal(got, Committed) {
		t.Errorf("stored is %q, want what was committed, %q", got, Committed)
	}
}

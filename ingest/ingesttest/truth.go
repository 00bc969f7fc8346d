package ingesttest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/civil"
	"github.com/anxin-project/anxin/internal/embedded/embeddedtest"
	"github.com/anxin-project/anxin/internal/store"
)

// Database returns a new database with the schema, and a connection to it.
func Database(t testing.TB) (*clickhouse.Options, driver.Conn) {
	t.Helper()
	options := embeddedtest.Database(t)
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := store.Migrate(t.Context(), conn, store.Layout{Database: options.Auth.Database}); err != nil {
		t.Fatal(err)
	}
	return options, conn
}

// Protector returns the protector of new keys.
func Protector(t testing.TB) (*record.Protector, record.Keys) {
	t.Helper()
	keys, err := record.GenerateKeys(civil.DateOf(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	p, err := record.NewProtector(keys)
	if err != nil {
		t.Fatal(err)
	}
	return p, keys
}

// Truth is what the tables must hold: the records decoded one after the other and inserted once, without Kafka, groups,
// workers or faults. It takes rejects as they were sent, by how often.
type Truth struct {
	conn      driver.Conn
	protector *record.Protector
	decoder   *record.Decoder
	batches   map[record.Topic]record.Batch
	rejects   map[string]int
	Records   int64
}

// NewTruth returns a truth without records, in a database of its own.
func NewTruth(t testing.TB, p *record.Protector) *Truth {
	t.Helper()
	_, conn := Database(t)
	truth := &Truth{conn: conn, protector: p, decoder: record.NewDecoder(p, record.Rules{}, time.Now), batches: map[record.Topic]record.Batch{}, rejects: map[string]int{}}
	for _, topic := range record.Topics() {
		truth.batches[topic] = record.NewBatch(topic)
	}
	return truth
}

// Add takes one record.
func (tr *Truth) Add(t testing.TB, r Record) {
	t.Helper()
	tr.Records++
	b := tr.batches[r.Topic]
	if bad := tr.decoder.Add(b, r.Value); bad != nil {
		tr.rejects[rejected(string(r.Topic), string(bad.Reason), string(r.Key), string(r.Value))]++
		return
	}
	if b.Len() >= 200_000 {
		tr.insert(t, b)
	}
}

func rejected(topic, reason, key, value string) string {
	return strings.Join([]string{topic, reason, key, value}, "\x00")
}

// insert stores a batch. It has patience, for a test may break the engine that holds the truth as well.
func (tr *Truth) insert(t testing.TB, b record.Batch) {
	t.Helper()
	if b.Len() == 0 {
		return
	}
	Eventually(t, time.Minute, "the truth is stored", func() bool {
		to, err := tr.conn.PrepareBatch(context.Background(), "INSERT INTO "+b.Table()+" ("+strings.Join(b.Columns(), ", ")+")")
		return err == nil && b.AppendTo(to) == nil && to.Send() == nil
	})
	b.Reset()
}

// Check compares every table with the truth, row by row as FINAL reads them.
func (tr *Truth) Check(t testing.TB, conn driver.Conn) {
	t.Helper()
	for _, topic := range record.Topics() {
		b := tr.batches[topic]
		tr.insert(t, b)
		want, got := digest(t, tr.conn, b.Table()), digest(t, conn, b.Table())
		if want != got {
			t.Errorf("table %s differs from the truth: %s; want %s", b.Table(), got, want)
		}
	}
}

// digest is the number of rows and, whatever their order, a sum over all that stands in them.
func digest(t testing.TB, conn driver.Conn, table string) string {
	t.Helper()
	var rows, sum, xor uint64
	query := "SELECT count(), sum(h), groupBitXor(h) FROM (SELECT cityHash64(formatRow('TSV', *)) AS h FROM " + store.Quote(table) + " FINAL)"
	if err := conn.QueryRow(context.Background(), query).Scan(&rows, &sum, &xor); err != nil {
		t.Fatalf("reading %s: %v", table, err)
	}
	return fmt.Sprintf("%d rows, digest %016x%016x", rows, sum, xor)
}

// Rows returns the number of rows in a table of the truth.
func (tr *Truth) Rows(t testing.TB, topic record.Topic) uint64 {
	t.Helper()
	tr.insert(t, tr.batches[topic])
	var n uint64
	if err := tr.conn.QueryRow(context.Background(), "SELECT count() FROM "+string(topic)+" FINAL").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// CheckLetters compares the dead letters with the records that had to be rejected: each once, with its reason, and it opens
// to the bytes and key that were sent.
func (tr *Truth) CheckLetters(t testing.TB, k ingest.Kafka) {
	t.Helper()
	letters, err := ingest.DeadLetters(context.Background(), k)
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]int{}
	for r, n := range tr.rejects {
		left[r] = n
	}
	extra := 0
	for _, l := range letters {
		text, err := tr.protector.OpenLetter(l.Sealed)
		if err != nil {
			t.Fatalf("letter %s/%d@%d: %v", l.Topic, l.Partition, l.Offset, err)
		}
		key, value, err := ingest.UnpackLetter(text)
		if err != nil {
			t.Fatal(err)
		}
		r := rejected(strings.TrimPrefix(l.Topic, k.Prefix), string(l.Reason), string(key), string(value))
		if left[r]--; left[r] < 0 {
			extra++
		}
	}
	missing := 0
	for _, n := range left {
		missing += max(n, 0)
	}
	if extra > 0 || missing > 0 {
		t.Errorf("dead letters: %d, of which %d were not to be rejected, and %d are missing", len(letters), extra, missing)
	}
}

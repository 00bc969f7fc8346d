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
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
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
// workers or faults. It takes rejects as they were sent, by how often. What second sources report stands in tables of its
// own, so that the facts alone are there to be evaluated.
type Truth struct {
	facts, seconds shelf
	protector      *record.Protector
	decoder        *record.Decoder
	rejects        map[string]int
	Records        int64
}

// shelf is a database and what is yet to be inserted.
type shelf struct {
	options *clickhouse.Options
	conn    driver.Conn
	batches map[record.Topic]record.Batch
}

func newShelf(t testing.TB) shelf {
	t.Helper()
	options, conn := Database(t)
	s := shelf{options, conn, map[record.Topic]record.Batch{}}
	for _, topic := range record.Topics() {
		s.batches[topic] = record.NewBatch(topic)
	}
	return s
}

// NewTruth returns a truth without records, in databases of its own.
func NewTruth(t testing.TB, p *record.Protector) *Truth {
	t.Helper()
	return &Truth{
		facts: newShelf(t), seconds: newShelf(t), protector: p,
		decoder: record.NewDecoder(p, record.Rules{}, time.Now), rejects: map[string]int{},
	}
}

// Add takes one record; it returns false for one that must be rejected.
func (tr *Truth) Add(t testing.TB, r Record) bool {
	t.Helper()
	tr.Records++
	b := tr.facts.batches[r.Topic]
	if bad := tr.decoder.Add(b, r.Value); bad != nil {
		tr.rejects[rejected(string(r.Topic), string(bad.Reason), string(r.Key), string(r.Value))]++
		return false
	}
	if b.Len() >= 200_000 {
		tr.facts.insert(t, b)
	}
	return true
}

// AddSecond takes what a second source reports.
func (tr *Truth) AddSecond(t testing.TB, r Record) {
	t.Helper()
	tr.Records++
	if bad := tr.decoder.Add(tr.seconds.batches[r.Topic], r.Value); bad != nil {
		t.Fatal(bad)
	}
}

// Facts reaches the database of the facts, each as its first source reported it.
func (tr *Truth) Facts(t testing.TB) (*clickhouse.Options, driver.Conn) {
	t.Helper()
	for _, b := range tr.facts.batches {
		tr.facts.insert(t, b)
	}
	return tr.facts.options, tr.facts.conn
}

func rejected(topic, reason, key, value string) string {
	return strings.Join([]string{topic, reason, key, value}, "\x00")
}

// insert stores a batch. It has patience, for a test may break the engine that holds the truth as well.
func (s shelf) insert(t testing.TB, b record.Batch) {
	t.Helper()
	if b.Len() == 0 {
		return
	}
	Eventually(t, time.Minute, "the truth is stored", func() bool {
		to, err := s.conn.PrepareBatch(context.Background(), "INSERT INTO "+b.Table()+" ("+strings.Join(b.Columns(), ", ")+")")
		return err == nil && b.AppendTo(to) == nil && to.Send() == nil
	})
	b.Reset()
}

// Check compares every table that the schema has, whatever may be added to it, with the truth, row by row as FINAL reads
// them; but feed_quality and topic_marks, which speak of messages and not of records.
func (tr *Truth) Check(t testing.TB, conn driver.Conn) {
	t.Helper()
	for _, s := range []shelf{tr.facts, tr.seconds} {
		for _, b := range s.batches {
			s.insert(t, b)
		}
	}
	for _, table := range tables(t, tr.facts.conn) {
		want := table.digest(t, tr.facts.conn).and(table.digest(t, tr.seconds.conn))
		if got := table.digest(t, conn); got != want {
			t.Errorf("table %s differs from the truth: %v; want %v", table.name, got, want)
		}
	}
}

type table struct{ name, engine string }

// tables returns those of the schema that hold the same whenever and however often a record arrives.
func tables(t testing.TB, conn driver.Conn) []table {
	t.Helper()
	rows, err := conn.Query(context.Background(), `
		SELECT name, engine
		FROM system.tables
		WHERE database = currentDatabase() AND name NOT IN ('schema_migrations', 'runs', 'feed_quality', 'topic_marks')
		ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []table
	for rows.Next() {
		var one table
		if err := rows.Scan(&one.name, &one.engine); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// digest is the number of rows and, whatever their order, sums over all that stands in them.
type digest struct{ rows, sum, xor uint64 }

// and is the digest of both.
func (d digest) and(o digest) digest { return digest{d.rows + o.rows, d.sum + o.sum, d.xor ^ o.xor} }

func (d digest) String() string {
	return fmt.Sprintf("%d rows, digest %016x%016x", d.rows, d.sum, d.xor)
}

func (one table) digest(t testing.TB, conn driver.Conn) digest {
	t.Helper()
	final := ""
	if one.engine != "MergeTree" && strings.HasSuffix(one.engine, "MergeTree") {
		final = " FINAL"
	}
	var d digest
	query := "SELECT count(), sum(h), groupBitXor(h) FROM (SELECT cityHash64(formatRow('TSV', *)) AS h FROM " + store.Quote(one.name) + final + ")"
	if err := conn.QueryRow(context.Background(), query).Scan(&d.rows, &d.sum, &d.xor); err != nil {
		t.Fatalf("reading %s: %v", one.name, err)
	}
	return d
}

// Rows returns the number of facts in a table of the truth.
func (tr *Truth) Rows(t testing.TB, topic record.Topic) uint64 {
	t.Helper()
	tr.facts.insert(t, tr.facts.batches[topic])
	var n uint64
	if err := tr.facts.conn.QueryRow(context.Background(), "SELECT count() FROM "+string(topic)+" FINAL").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// CheckLetters compares the dead letters with the records that had to be rejected: each once, with its reason, and it opens
// to the bytes and key that were sent. A source that sends again what it had no answer to may have sent a bad record twice;
// these are two messages, and have two letters.
func (tr *Truth) CheckLetters(t testing.TB, k ingest.Kafka, sentAgain bool) {
	t.Helper()
	letters, err := ingest.DeadLetters(context.Background(), k)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, l := range letters {
		text, err := tr.protector.OpenLetter(l.Sealed)
		if err != nil {
			t.Fatalf("letter %s/%d@%d: %v", l.Topic, l.Partition, l.Offset, err)
		}
		key, value, err := ingest.UnpackLetter(text)
		if err != nil {
			t.Fatal(err)
		}
		found[rejected(strings.TrimPrefix(l.Topic, k.Prefix), string(l.Reason), string(key), string(value))]++
	}
	extra, missing := 0, 0
	for r, n := range found {
		if want := tr.rejects[r]; want == 0 || !sentAgain {
			extra += max(n-want, 0)
		}
	}
	for r, want := range tr.rejects {
		missing += max(want-found[r], 0)
	}
	if extra > 0 || missing > 0 {
		t.Errorf("dead letters: %d, of which %d were not to be rejected, and %d are missing", len(letters), extra, missing)
	}
}

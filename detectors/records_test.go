package detectors_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors/detectortest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// loader puts records in the contract's format into the base tables, as ingest does.
type loader struct {
	t       *testing.T
	conn    driver.Conn
	decoder *record.Decoder
	keyOf   func(resident string) string // in hexadecimal digits
}

func newLoader(t *testing.T, conn driver.Conn) *loader {
	t.Helper()
	keys, err := record.GenerateKeys(civil.DateOf(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	protector, err := record.NewProtector(keys)
	if err != nil {
		t.Fatal(err)
	}
	// far ahead, so that worlds of any year can be loaded
	now := func() time.Time { return time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC) }
	keyOf := func(number string) string { return protector.PersonKeys("resident", number)[0].Key.String() }
	return &loader{t: t, conn: conn, decoder: record.NewDecoder(protector, record.Rules{}, now), keyOf: keyOf}
}

// put stores the values of one topic and returns how many were rejected, by reason.
func (l *loader) put(topic record.Topic, values [][]byte) map[record.Reason]int {
	l.t.Helper()
	rejected := map[record.Reason]int{}
	err := l.store(l.t.Context(), topic, values, func(_ int, r *record.Reject) { rejected[r.Reason]++ })
	if err != nil {
		l.t.Fatalf("storing %s: %v", topic, err)
	}
	return rejected
}

// load is what detectortest asks for.
func (l *loader) load(ctx context.Context, topic string, values [][]byte) (map[int]string, error) {
	refused := map[int]string{}
	err := l.store(ctx, record.Topic(topic), detectortest.ShowKeys(values, l.keyOf), func(i int, r *record.Reject) { refused[i] = r.Detail })
	if unknown := l.decoder.Unknown(); err == nil && len(unknown) > 0 {
		err = fmt.Errorf("fields that the record contract does not have: %v", unknown)
	}
	return refused, err
}

func (l *loader) store(ctx context.Context, topic record.Topic, values [][]byte, rejected func(int, *record.Reject)) error {
	rows := record.NewBatch(topic)
	for i, v := range values {
		if reject := l.decoder.Add(rows, v); reject != nil {
			rejected(i, reject)
		}
	}
	if rows.Len() == 0 {
		return nil
	}
	batch, err := l.conn.PrepareBatch(ctx, "INSERT INTO "+rows.Table()+" ("+strings.Join(rows.Columns(), ", ")+")")
	if err == nil {
		err = rows.AppendTo(batch)
	}
	if err == nil {
		err = batch.Send()
	}
	return err
}

// expected is the answer beside a data set.
type expected struct {
	AsOf     string `json:"as_of"`
	Subjects map[string]struct {
		Must [][2]string `json:"must"`
		May  []string    `json:"may"`
	} `json:"subjects"`
}

func readExpected(t *testing.T, dir string) expected {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var e expected
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// dir loads every topic file of a folder.
func (l *loader) dir(dir string) {
	l.t.Helper()
	for _, topic := range record.Topics() {
		f, err := os.Open(filepath.Join(dir, "wage."+string(topic)+".ndjson.gz"))
		if errors.Is(err, fs.ErrNotExist) && (topic == record.TopicPermits || topic == record.TopicClosures || topic == record.TopicVoices) {
			continue
		}
		if err != nil {
			l.t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			l.t.Fatal(err)
		}
		var values [][]byte
		lines := bufio.NewScanner(z)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			values = append(values, append([]byte(nil), lines.Bytes()...))
		}
		if err := lines.Err(); err != nil {
			l.t.Fatal(err)
		}
		l.put(topic, values)
	}
}

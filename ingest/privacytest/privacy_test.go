package privacytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/store"
	"github.com/anxin-project/anxin/internal/testing/embeddedtest"
)

// sentRecords are three months of a tiny world, so that there are slips, leads and orders too.
const sentRecords = 20_000

// poison holds personal data where the contract has no place for it.
var poison = []ingesttest.Record{
	{Topic: record.TopicWorkers, Key: []byte("522601198305141201"), Value: []byte(`{"id_number":"522601198305141201","phone":"13812345678"`)},
	{Topic: record.TopicWorkers, Key: []byte("P-1"), Value: []byte(`522601198305141201,欧阳娜娜,13812345678,6239335063492204231`)},
	{Topic: record.TopicPayroll, Key: []byte("P-1"), Value: []byte(`{"522601198305141201":"欧阳娜娜","13812345678":1}`)},
	{Topic: record.TopicAttendance, Key: []byte("P-1"), Value: []byte(`{"id":"x","source":"gate","version":"522601198305141201","recorded_at":"13812345678","id_type":"欧阳娜娜",
		"id_number":"5226011983051412 01","work_date":"6239335063492204231","hours":13812345678}`)},
	{Topic: record.TopicComplaints, Key: []byte("P-1"), Value: []byte(`{"id":"522601198305141201 欧阳娜娜","source":"13812345678","channel":"6239335063492204231"}`)},
}

// misplaced are records that are good but for personal data in fields that are stored and shown as they are.
var misplaced = []ingesttest.Record{
	registration("ID-11010519491231002X", "city", "11010519491231002x", "2025-02-01"),
	registration("R-MISPLACED-1", "city 11010519491231002x", "11010519491231002x", "2025-02-01"),
	attended("x:11010519491231002x", "gate", "11010519491231002X", "2025-02-02"),
	{Topic: record.TopicWorkers, Key: []byte("P-1"), Value: []byte(strings.Replace(string(registration("R-MISPLACED-2", "city", "11010519491231002x", "2025-02-01").Value),
		`"entered_on"`, `"team":"13812345678班 11010519491231002x","job":"6239335063492204231","522601198305141201":1,"欧阳娜娜":"欧阳娜娜","entered_on"`, 1))},
	message(record.TopicComplaints, "LEAD-MISPLACED", "hotline", 1, "2025-02-03T20:00:00+08:00", `"channel":"hotline","township":"331024001","workers":3,"yuan":5000,
		"received_on":"2025-02-02","status":"received","status_on":"2025-02-02","department":"13812345678 522601198305141201","incident":"none"`),
}

// stage is everything that records pass through, with the engine in a folder of its own.
type stage struct {
	*ingesttest.World
	engine *embedded.Engine
	log    *ingesttest.Log
	dir    string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{World: &ingesttest.World{}, log: new(ingesttest.Log), dir: filepath.Join(t.TempDir(), "engine")}
	options := embeddedtest.Options(s.dir)
	options.Logger = s.logger()
	var err error
	if s.engine, err = embedded.StartEngine(context.Background(), options); errors.Is(err, embedded.ErrUnsupported) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.engine.Close() })
	s.Store = s.engine.ClickHouse("default")
	if s.Conn, err = clickhouse.Open(s.engine.ClickHouse("default")); err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context(), s.Conn, store.Layout{Database: "default"}); err != nil {
		t.Fatal(err)
	}
	s.Store.MaxOpenConns = 16
	if s.Broker, err = embedded.StartBroker(context.Background(), embedded.BrokerOptions{Topics: ingesttest.Topics()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Broker.Close() })
	s.Protector, s.Keys = ingesttest.Protector(t)
	s.Config = ingest.DefaultConfiguration()
	s.Config.Kafka.Brokers = s.Broker.Addrs()
	s.Config.BatchTime, s.Config.FetchWait, s.Config.RetryMost = 100*time.Millisecond, 50*time.Millisecond, 500*time.Millisecond
	return s
}

func (s *stage) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
}

// evaluate makes a detector pass, so that what is found is searched as well.
func (s *stage) evaluate(t *testing.T, asOf civil.Date) {
	t.Helper()
	d, err := detectors.New(detectors.DefaultConfiguration(), detectors.Dependencies{
		Store: s.Conn, Database: "default", Policy: policy.National(), Calendar: calendar.China(), Now: time.Now, Log: s.logger(),
		Open: func(database string) (driver.Conn, error) { return store.On(*s.engine.ClickHouse(""), database) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Pass(t.Context(), asOf); err != nil {
		t.Fatal(err)
	}
}

func TestNothingAboutAPersonComesOutInTheClear(t *testing.T) {
	s := newStage(t)
	hidden := ingesttest.NewSecrets()
	records := append(ingesttest.Records(t, "tiny", 11, sentRecords), slices.Concat(poison, misplaced, ingesttest.Beside())...)
	for _, r := range records {
		hidden.Learn(r)
	}
	for kind, text := range map[string]string{"id_number": "522601198305141201", "name": "欧阳娜娜", "phone": "13812345678", "bank_account": "6239335063492204231"} {
		hidden.Add(kind, text)
	}
	for _, kind := range []string{"id_number", "legal_person", "name", "phone", "bank_account", "payee_account", "account_id"} {
		if hidden.Count[kind] == 0 && kind != "payee_account" { // payees are mostly accounts that registrations name
			t.Errorf("the records have no %s: nothing was tested", kind)
		}
	}
	t.Logf("looking for %v", hidden.Count)

	// A rotation is under way, so that aliases are stored; and the store refuses some inserts, so that there are errors.
	var err error
	if s.Keys, err = s.Keys.RotateHash(civil.DateOf(time.Now())); err != nil {
		t.Fatal(err)
	}
	if s.Protector, err = record.NewProtector(s.Keys); err != nil {
		t.Fatal(err)
	}
	s.exec(t, "RENAME TABLE workers TO away")
	s.Send(t, records...)
	in := s.Start(t, func(_ *ingest.Configuration, d *ingest.Dependencies) { d.Log = s.logger() })
	ingesttest.Eventually(t, patience, "an insert was refused", func() bool { return in.Value(t, "anxin_ingest_retries_total", "topic", "workers") >= 2 })
	s.exec(t, "RENAME TABLE away TO workers")
	s.AwaitCaughtUp(t, 2*patience)
	s.evaluate(t, civil.NewDate(2025, 3, 20))

	s.checkServices(t, hidden)
	hidden.Absent(t, "/metrics", scrape(t, in))
	in.Stop(t)
	letters := s.letters(t)
	for _, l := range letters {
		hidden.Absent(t, "a dead letter", l)
	}
	if want := len(poison) + 3; len(letters) < want { // of the misplaced three have it in an id
		t.Errorf("%d dead letters, want at least the %d that were planted", len(letters), want)
	}
	s.checkLetterFile(t, hidden)
	s.checkTables(t, hidden)
	if err := s.engine.Close(); err != nil {
		t.Fatal(err)
	}
	checkFiles(t, s.dir, hidden)

	log := []byte(s.log.All())
	if !bytes.Contains(log, []byte("level=WARN")) || !bytes.Contains(log, []byte("level=DEBUG")) {
		t.Error("the log has no warning or no debug line: not everything was tested")
	}
	hidden.Absent(t, "the log", log)
}

func (s *stage) exec(t *testing.T, statement string) {
	t.Helper()
	if err := s.Conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func scrape(t *testing.T, in *ingesttest.Member) []byte {
	t.Helper()
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(in.Metrics, promhttp.HandlerOpts{}).ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	if !strings.Contains(answer.Body.String(), "anxin_ingest_unknown_fields_total") {
		t.Error("no unknown fields on /metrics: the planted ones were not seen")
	}
	return answer.Body.Bytes()
}

// letters returns the bytes of the dead letters on the broker: keys, headers and values.
func (s *stage) letters(t *testing.T) [][]byte {
	t.Helper()
	client, err := s.Config.Kafka.Client()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	for _, topic := range record.Topics() {
		name := ingest.DeadLetterTopic(s.Config.Kafka.Prefix + string(topic))
		offsets, err := client.ListOffsets(t.Context(), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{name: {kafka.LastOffsetOf(0)}}})
		if err != nil {
			t.Fatal(err)
		}
		reader := kafka.NewReader(kafka.ReaderConfig{Brokers: s.Broker.Addrs(), Topic: name, MaxWait: 50 * time.Millisecond})
		for range offsets.Topics[name][0].LastOffset {
			m, err := reader.ReadMessage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			text := slices.Concat(m.Key, []byte{'\n'}, m.Value)
			for _, h := range m.Headers {
				text = fmt.Appendf(text, "\n%s: %s", h.Key, h.Value)
			}
			all = append(all, text)
		}
		if err := reader.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// checkTables reads back every row of every table there is: the engine compresses its files, so that this is the real
// check of what is on disk. Of the engine's own tables those are read that it
// stores, its logs; the others are views of the moment, some of them without an end.
func (s *stage) checkTables(t *testing.T, hidden *ingesttest.Secrets) {
	t.Helper()
	const planted = "522601198305141201"
	s.exec(t, "CREATE TABLE control (text LowCardinality(String)) ENGINE = MergeTree ORDER BY text")
	s.exec(t, "INSERT INTO control VALUES ('"+planted+"')")
	_ = s.Conn.Exec(t.Context(), "SYSTEM FLUSH LOGS") // where there are any
	type table struct {
		Database string `ch:"database"`
		Name     string `ch:"name"`
		Engine   string `ch:"engine"`
	}
	var tables []table
	if err := s.Conn.Select(t.Context(), &tables, "SELECT database, name, engine FROM system.tables WHERE lower(database) NOT IN ('system', 'information_schema') OR endsWith(engine, 'MergeTree') ORDER BY database, name"); err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, one := range tables {
		name := one.Database + "." + one.Name
		if strings.HasSuffix(one.Engine, "MergeTree") && one.Database != "system" {
			s.exec(t, "OPTIMIZE TABLE "+store.Quote(one.Database)+"."+store.Quote(one.Name)+" FINAL")
		}
		n, err := s.read(t, one.Database, one.Name, func(row []byte) {
			text, kind := hidden.In(row)
			switch {
			case kind == "":
			case name == "default.control":
				rows["found in control"]++
			case one.Database == "system" && bytes.Contains(row, []byte("INSERT INTO control")):
			default:
				t.Errorf("table %s holds a %s in the clear: %s, in %.300s", name, kind, text, row)
			}
		})
		if err != nil && one.Database != "system" {
			t.Errorf("reading %s: %v", name, err)
		}
		rows[name] = n
	}
	if rows["found in control"] != 1 {
		t.Error("what was planted in a table was not found: the search is blind")
	}
	for _, must := range append(topicTables(), "key_aliases", "runs", "wage_safety_index") {
		if rows["default."+must] == 0 {
			t.Errorf("table %s is empty: nothing was tested", must)
		}
	}
	s.exec(t, "DROP TABLE control SYNC")
}

func topicTables() []string {
	var all []string
	for _, topic := range record.Topics() {
		all = append(all, record.NewBatch(topic).Table())
	}
	return all
}

func (s *stage) read(t *testing.T, database, table string, each func(row []byte)) (n int, err error) {
	t.Helper()
	rows, err := s.Conn.Query(t.Context(), "SELECT formatRow('JSONCompactEachRow', *) FROM "+store.Quote(database)+"."+store.Quote(table))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			return n, err
		}
		each([]byte(row))
		n++
	}
	return n, rows.Err()
}

// checkFiles searches every file of the engine's folder as it is.
func checkFiles(t *testing.T, dir string, hidden *ingesttest.Secrets) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		files++
		hidden.Absent(t, path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("%d files in the engine's folder: too few to be its data", files)
	}
}

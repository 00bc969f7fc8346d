package privacytest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/calendar"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

const (
	wang = "522601199810192213"
	wu   = "342222199310308722"
)

func message(topic record.Topic, id, source string, version int, recorded, fields string) ingesttest.Record {
	value := fmt.Sprintf(`{"id":"%s","source":"%s","version":%d,"recorded_at":"%s",%s}`, id, source, version, recorded, fields)
	return ingesttest.Record{Topic: topic, Key: []byte("P-1"), Value: []byte(value)}
}

func registration(id, source, person, recorded string) ingesttest.Record {
	return message(record.TopicWorkers, id, source, 1, recorded+"T20:00:00+08:00", fmt.Sprintf(`"id_type":"resident","id_number":"%s","name":"吴娜",
		"project_id":"P-1","employer_uscc":"913310240TEQY7L1WP","entered_on":"2026-03-01","settled_confirmed":false,"wage_basis":"day","wage_yuan":280`, person))
}

func attended(id, source, person, day string) ingesttest.Record {
	return message(record.TopicAttendance, id, source, 1, day+"T20:00:00+08:00", fmt.Sprintf(`"id_type":"resident","id_number":"%s",
		"project_id":"P-1","employer_uscc":"913310240TEQY7L1WP","work_date":"%s","hours":8`, person, day))
}

func slip(id, source string, version int, person, recorded, paid string) ingesttest.Record {
	return message(record.TopicPayroll, id, source, version, recorded+"T20:00:00+08:00", fmt.Sprintf(`"id_type":"resident","id_number":"%s",
		"project_id":"P-1","employer_uscc":"913310240TEQY7L1WP","wage_month":"2026-03","due_on":"2026-04-15","gross_yuan":500,"deducted_yuan":0,
		"payable_yuan":500,"paid_yuan":%s,"channel":"special_account","payee_account":"626382975179352062","signed":true`, person, paid))
}

// history is a world whose keys are rotated while records flow.
type history struct {
	*ingesttest.World
	detectors *detectors.Detectors
}

func newHistory(t *testing.T) *history {
	t.Helper()
	h := &history{World: ingesttest.NewWorld(t, ingesttest.Topics(), "")}
	options := *h.Store
	var err error
	h.detectors, err = detectors.New(detectors.DefaultConfiguration(), detectors.Dependencies{
		Store: h.Conn, Database: options.Auth.Database, Policy: policy.National(), Calendar: calendar.China(), Now: time.Now,
		Log:  slog.New(slog.DiscardHandler),
		Open: func(database string) (driver.Conn, error) { return store.On(options, database) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.Background() // the test's own has ended by now
		for _, name := range h.lines(ctx, t, "SELECT name FROM system.databases WHERE startsWith(name, '"+options.Auth.Database+"_')") {
			if err := h.Conn.Exec(ctx, "DROP DATABASE "+store.Quote(name)); err != nil {
				t.Error(err)
			}
		}
	})
	return h
}

// ingest takes records in under the world's present keys, by an ingest that starts for it and stops.
func (h *history) ingest(t *testing.T, records ...ingesttest.Record) {
	t.Helper()
	var err error
	if h.Protector, err = record.NewProtector(h.Keys); err != nil {
		t.Fatal(err)
	}
	h.Send(t, records...)
	in := h.Start(t)
	h.AwaitCaughtUp(t, patience)
	if n := in.Value(t, "anxin_ingest_rejected_records_total"); n > 0 {
		t.Fatalf("%v records were rejected", n)
	}
	in.Stop(t)
}

func (h *history) rotate(t *testing.T) {
	t.Helper()
	var err error
	if h.Keys, err = h.Keys.RotateHash(civil.DateOf(time.Now())); err != nil {
		t.Fatal(err)
	}
}

// facts makes a pass and returns the snapshot's facts about workers, without the keys themselves but with who is who.
func (h *history) facts(t *testing.T, asOf string) []string {
	t.Helper()
	day, err := civil.ParseDate(asOf)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.detectors.Pass(t.Context(), day); err != nil {
		t.Fatal(err)
	}
	snapshot := h.lines(t.Context(), t, "SELECT snapshot FROM runs WHERE as_of = '"+asOf+"' ORDER BY run DESC LIMIT 1")[0]
	if left := h.lines(t.Context(), t, "SELECT name FROM system.tables WHERE database = '"+snapshot+"' AND name = 'newest_keys'"); len(left) > 0 {
		t.Error("the table that resolved keys was left in the snapshot")
	}
	var all []string
	for _, query := range []string{
		"SELECT concat('registrations ', count(), ' of ', uniqExact(worker_key)) FROM {s}.registrations",
		"SELECT concat('days ', count(), ' of ', uniqExact(worker_key)) FROM {s}.attendance",
		"SELECT concat('month ', toString(month), ': ', arrayStringConcat(arraySort(groupArray(toString(days))), ' ')) FROM {s}.worker_months GROUP BY month ORDER BY month",
		"SELECT concat('workers by month ', uniqExact(worker_key)) FROM {s}.worker_months",
		"SELECT concat('slips ', count(), ' of ', uniqExact(worker_key), ' to ', uniqExact(payee_key), ': ', arrayStringConcat(arraySort(groupArray(concat(id, '=', toString(paid_fen)))), ' ')) FROM {s}.slips",
		"SELECT concat('one person ', uniqExact(worker_key)) FROM (SELECT worker_key FROM {s}.registrations UNION ALL SELECT worker_key FROM {s}.attendance UNION ALL SELECT worker_key FROM {s}.slips)",
	} {
		all = append(all, h.lines(t.Context(), t, strings.ReplaceAll(query, "{s}", store.Quote(snapshot)))...)
	}
	return all
}

func (h *history) lines(ctx context.Context, t *testing.T, query string) []string {
	t.Helper()
	rows, err := h.Conn.Query(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func (h *history) want(t *testing.T, when, asOf string, want ...string) {
	t.Helper()
	if got := h.facts(t, asOf); !slices.Equal(got, want) {
		t.Errorf("%s, as of %s:\n%s\nwant\n%s", when, asOf, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAWorkerIsTheSameBeforeDuringAndAfterRotationsOfTheHashKey(t *testing.T) {
	h := newHistory(t)
	inMarch := []string{
		"registrations 2 of 2", "days 3 of 2", "month 2026-03-01: 1 2", "workers by month 2",
		"slips 1 of 1 to 1: S1=10000", "one person 2",
	}
	h.ingest(t,
		registration("R1", "city", wang, "2026-03-01"), registration("R2", "city", wu, "2026-03-01"),
		attended("A1", "gate", wang, "2026-03-02"), attended("A2", "gate", wang, "2026-03-03"), attended("A3", "gate", wu, "2026-03-02"),
		slip("S1", "bank", 1, wang, "2026-03-31", "100"),
	)
	h.want(t, "with the first key", "2026-03-31", inMarch...)
	if n := h.lines(t.Context(), t, "SELECT toString(count()) FROM key_aliases"); n[0] != "0" {
		t.Errorf("%s aliases before any rotation", n[0])
	}

	// Other sources tell the same facts under the new key: they count once. The payee is met again as well.
	h.rotate(t)
	h.ingest(t,
		registration("Q1", "platform", wang, "2026-04-01"), registration("Q2", "platform", wu, "2026-04-01"),
		attended("B1", "gate", wang, "2026-04-01"),
		message(record.TopicAttendance, "B2", "platform", 1, "2026-04-02T20:00:00+08:00", fmt.Sprintf(`"id_type":"resident","id_number":"%s",
			"project_id":"P-1","employer_uscc":"913310240TEQY7L1WP","work_date":"2026-03-03","hours":8`, wang)),
		slip("S2", "bank", 1, wu, "2026-04-10", "500"),
	)
	inRotation := []string{
		"registrations 2 of 2", "days 4 of 2", "month 2026-03-01: 1 2", "month 2026-04-01: 1", "workers by month 2",
		"slips 2 of 2 to 1: S1=10000 S2=50000", "one person 2",
	}
	h.want(t, "during the rotation", "2026-04-10", inRotation...)
	h.want(t, "during the rotation", "2026-03-31", inMarch...)

	h.Keys = h.Keys.EndRotation()
	h.ingest(t, slip("S1", "bank", 2, wang, "2026-04-20", "500"), attended("C1", "gate", wu, "2026-04-11"))
	h.want(t, "after the rotation", "2026-04-20",
		"registrations 2 of 2", "days 5 of 2", "month 2026-03-01: 1 2", "month 2026-04-01: 1 1", "workers by month 2",
		"slips 2 of 2 to 1: S1=50000 S2=50000", "one person 2")

	// A second rotation: what was stored under the first key is two steps from the newest.
	h.rotate(t)
	h.ingest(t, attended("D1", "gate", wang, "2026-04-21"), attended("D2", "gate", wu, "2026-04-21"),
		slip("S3", "bank", 1, wang, "2026-04-22", "500"))
	h.Keys = h.Keys.EndRotation()
	h.ingest(t, attended("E1", "gate", wang, "2026-04-23"))
	h.want(t, "after the second rotation", "2026-04-23",
		"registrations 2 of 2", "days 8 of 2", "month 2026-03-01: 1 2", "month 2026-04-01: 2 3", "workers by month 2",
		"slips 3 of 2 to 1: S1=50000 S2=50000 S3=50000", "one person 2")
	h.want(t, "after the second rotation", "2026-03-31", inMarch...)
	h.want(t, "after the second rotation", "2026-04-10", inRotation...)
}

func TestAliasesAreThereBeforeTheOffsetsAreCommittedHoweverOftenTheyAreWritten(t *testing.T) {
	h := newHistory(t)
	h.rotate(t)
	if err := h.Conn.Exec(t.Context(), "RENAME TABLE key_aliases TO hidden"); err != nil {
		t.Fatal(err)
	}
	h.Protector, _ = record.NewProtector(h.Keys)
	h.Send(t, attended("A1", "gate", wang, "2026-03-02"))
	in := h.Start(t)
	ingesttest.Eventually(t, patience, "storing aliases was tried again", func() bool { return in.Value(t, "anxin_ingest_retries_total") >= 2 })
	if n := h.Committed(); n != 0 {
		t.Errorf("%d messages were committed without their aliases", n)
	}
	if err := h.Conn.Exec(t.Context(), "RENAME TABLE hidden TO key_aliases"); err != nil {
		t.Fatal(err)
	}
	h.AwaitCaughtUp(t, patience)
	in.Stop(t)
	h.ingest(t, attended("A1", "gate", wang, "2026-03-02"), attended("A2", "gate", wang, "2026-03-03"))
	got := h.lines(t.Context(), t, "SELECT concat(kind, ' ', toString(count())) FROM key_aliases FINAL GROUP BY kind")
	if !slices.Equal(got, []string{"person 1"}) {
		t.Errorf("aliases %q, want one of a person", got)
	}
}

package ingest_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/ingesttest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/quality"
)

var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

// signal returns a record that was recorded so long before noon; more is put before its other fields.
func signal(source string, n int, before time.Duration, more string) ingesttest.Record {
	return ingesttest.Record{Topic: record.TopicSignals, Key: fmt.Append(nil, n), Value: fmt.Appendf(nil,
		`{%s"id":"%s-%d","source":"%s","version":1,"recorded_at":"%s","employer_uscc":"91330106673959654P","month":"2026-10","indicator":"water_m3","value":12}`,
		more, source, n, source, noon.Add(-before).Format(time.RFC3339))}
}

// read returns the feeds without the times that are the same for all.
func read(t *testing.T, w *ingesttest.World) map[string]quality.Feed {
	t.Helper()
	feeds, err := quality.Read(t.Context(), w.Conn, civil.DateOf(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]quality.Feed{}
	for _, f := range feeds {
		by[f.Topic+"/"+f.Source] = *f
	}
	return by
}

func at(when time.Time) func(*ingest.Configuration, *ingest.Dependencies) {
	return func(_ *ingest.Configuration, d *ingest.Dependencies) { d.Now = func() time.Time { return when } }
}

func TestTheQualityOfTheDataIsToldExactlyAndAReplayChangesNothing(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	w.Config.BatchRows = 30
	var records []ingesttest.Record
	for n := range 100 {
		before := 50 * time.Minute // 90 within an hour, 10 within three days
		if n%10 == 0 {
			before = 60 * time.Hour
		}
		records = append(records, signal("power-grid", n, before, ""))
	}
	for n := range 7 {
		records = append(records, signal("tax-office", n, 30*time.Second, `"colour":"red","shade":1,`))
	}
	for n := range 5 {
		records = append(records,
			signal("tax-office", n, time.Minute, `"version":"x",`), // the first of two counts
			signal("tax-office", n, -time.Hour, `"colour":"red",`), // from the future
			signal("13812345678", n, -time.Hour, ""),               // a source that may be a telephone
			ingesttest.Record{Topic: record.TopicSignals, Value: []byte(`no record`)})
	}
	w.Send(t, records...)
	in := w.Start(t, at(noon))
	w.AwaitCaughtUp(t, patience)
	want := read(t, w)

	grid, tax, nobody := want["signals/power-grid"], want["signals/tax-office"], want["signals/"]
	if len(want) != 3 || grid.Total != 100 || grid.Stored != 100 || grid.Rejected() != 0 || !grid.Latest.Equal(noon.Add(-50*time.Minute)) {
		t.Errorf("of the power grid is told: %+v", grid)
	}
	for share, bound := range map[float64]uint32{0.5: 3600, 0.9: 3600, 0.91: 3 * 24 * 3600, 1: 3 * 24 * 3600} {
		if got, ok := grid.Lateness(share); !ok || got != bound {
			t.Errorf("%v of the power grid's records are at most %d s late, want %d", share, got, bound)
		}
	}
	if tax.Stored != 7 || tax.Messages != 17 ||
		!reflect.DeepEqual(tax.Rejects, []quality.Count{{Of: "bad_type", N: 5}, {Of: "future_record", N: 5}}) ||
		!reflect.DeepEqual(tax.Unknown, []quality.Count{{Of: "colour", N: 12}, {Of: "shade", N: 7}}) {
		t.Errorf("of the tax office is told: %+v", tax)
	}
	if nobody.Total != 0 || nobody.Messages != 127 || !reflect.DeepEqual(nobody.Rejects, []quality.Count{{Of: "future_record", N: 5}, {Of: "not_json", N: 5}}) {
		t.Errorf("of sources that cannot be told is told: %+v", nobody)
	}
	for labels, value := range map[[4]string]float64{
		{"source", "tax-office", "reason", "bad_type"}: 5,
		{"source", "", "reason", "not_json"}:           5,
	} {
		if got := in.Value(t, "anxin_ingest_rejected_records_total", labels[:]...); got != value && labels[1] != "" {
			t.Errorf("%v rejects with %v, want %v", got, labels, value)
		}
	}
	in.Stop(t)

	w.Config.Kafka.Group, w.Config.BatchRows = "another", 17 // from the beginning, in other batches, a month later
	w.Start(t, at(noon.AddDate(0, 1, 0))).Stop(t)
	w.Start(t, at(noon.AddDate(0, 1, 0)))
	w.AwaitCaughtUp(t, patience)
	got := read(t, w)
	// What was from the future is no longer: those messages count as refused and as stored, as was the case.
	tax.Total, tax.Stored, tax.Messages, tax.Latest, tax.Within = 12, 12, 22, noon.Add(time.Hour), nil
	for _, name := range []string{"signals/power-grid", "signals/tax-office"} {
		f := got[name]
		expected := map[string]quality.Feed{"signals/power-grid": grid, "signals/tax-office": tax}[name]
		if expected.Within == nil {
			f.Within = nil
		}
		if !reflect.DeepEqual(f, expected) {
			t.Errorf("after a replay of %s is told\n%+v\nwant\n%+v", name, f, expected)
		}
	}
}

// A message's time may be the sender's to set.
func TestAMessageOfAnImpossibleTimeIsStored(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	client, err := w.Config.Kafka.Client()
	if err != nil {
		t.Fatal(err)
	}
	to := w.Config.Kafka.Writer(client.Transport, 1)
	defer to.Close()
	for n, sent := range []time.Time{time.UnixMilli(1), time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)} {
		r := signal("power-grid", n, time.Hour, "")
		if err := to.WriteMessages(t.Context(), kafka.Message{Topic: w.Config.Kafka.Prefix + string(r.Topic), Key: r.Key, Value: r.Value, Time: sent}); err != nil {
			t.Fatal(err)
		}
	}
	w.Start(t, at(noon))
	w.AwaitCaughtUp(t, patience)
	if f := read(t, w)["signals/power-grid"]; f.Total != 3 || f.Stored != 0 {
		t.Errorf("%d messages are told, %d of them of this week; want 3 and 0", f.Total, f.Stored)
	}
	var days string
	if err := w.Conn.QueryRow(t.Context(), "SELECT toString(arraySort(groupUniqArray(day))) FROM feed_quality").Scan(&days); err != nil {
		t.Fatal(err)
	}
	if days != "['1970-01-01','2148-12-31']" {
		t.Errorf("the messages are of %s", days)
	}
}

func TestASourceThatMakesUpNamesFillsNeitherTableNorMetrics(t *testing.T) {
	t.Parallel()
	w := ingesttest.NewWorld(t, ingesttest.Topics(), "")
	const made = 1_000
	var records []ingesttest.Record
	for n := range made {
		records = append(records, signal(fmt.Sprintf("gate-%d", n), n, time.Hour, ""))
	}
	w.Send(t, records...)
	in := w.Start(t, at(noon))
	w.AwaitCaughtUp(t, patience)
	feeds, total := read(t, w), uint64(0)
	for _, f := range feeds {
		total += f.Total
	}
	if total != made || feeds["signals/"+quality.Other].Total < made/4 {
		t.Errorf("%d messages are told in %d feeds, %d of them of others", total, len(feeds), feeds["signals/"+quality.Other].Total)
	}
	families, err := in.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if n := len(f.GetMetric()); f.GetName() == "anxin_ingest_record_lateness_seconds" && n != 51 {
			t.Errorf("%d series of lateness, want 50 and one for the others", n)
		}
	}
}

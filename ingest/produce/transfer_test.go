package produce

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/platform/embedded"
)

// broker starts one with the topics of these tests.
func broker(t testing.TB) (*embedded.Broker, ingest.Kafka) {
	t.Helper()
	b, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{Topics: map[string]int32{"wage.attendance": 3, "wage.account_entries": 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	k := ingest.DefaultConfiguration().Kafka
	k.Brokers = b.Addrs()
	return b, k
}

func producer(t testing.TB, k ingest.Kafka) *Producer {
	t.Helper()
	p, err := New(k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// onTopic reads a topic to its end: how often each value is there.
func onTopic(t testing.TB, k ingest.Kafka, topic string, partitions int) map[string]int {
	t.Helper()
	got := map[string]int{}
	for n := range partitions {
		c, err := kafka.DialLeader(t.Context(), "tcp", k.Brokers[0], topic, n)
		if err != nil {
			t.Fatal(err)
		}
		first, last, err := c.ReadOffsets()
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		if first == last {
			continue
		}
		r := kafka.NewReader(kafka.ReaderConfig{Brokers: k.Brokers, Topic: topic, Partition: n, MaxBytes: 4 << 20, MaxWait: 100 * time.Millisecond})
		for {
			m, err := r.ReadMessage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got[string(m.Value)]++
			if m.Offset == last-1 {
				break
			}
		}
		r.Close()
	}
	return got
}

// numbered writes a file of n records in a format, by its ending, and returns what should be on the topic.
func numbered(t testing.TB, n int, ending string) (path string, want []string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "records"+ending)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var to io.WriteCloser = f
	switch filepath.Ext(path) {
	case ".gz":
		to = gzip.NewWriter(f)
	case ".zst":
		if to, err = zstd.NewWriter(f); err != nil {
			t.Fatal(err)
		}
	}
	w := bufio.NewWriter(to)
	array := strings.HasPrefix(ending, ".json")
	for i := range n {
		value := fmt.Sprintf(`{"id":"E-%d","project_id":"P-%d"}`, i, i%7)
		want = append(want, value)
		switch {
		case array && i == 0:
			fmt.Fprint(w, "[\n", value)
		case array:
			fmt.Fprint(w, ",\n", value)
		default:
			fmt.Fprintln(w, value)
		}
	}
	if array {
		fmt.Fprintln(w, "]")
	}
	if err := errors.Join(w.Flush(), to.Close()); err != nil {
		t.Fatal(err)
	}
	return path, want
}

func TestATransferThatIsInterruptedGoesOnAndLeavesNothingOut(t *testing.T) {
	for _, ending := range []string{".ndjson", ".ndjson.gz", ".ndjson.zst", ".json", ".json.gz"} {
		t.Run(ending, func(t *testing.T) {
			_, k := broker(t)
			const n = 60_000
			path, want := numbered(t, n, ending)
			s := Source{Path: path, Topic: record.TopicAttendance}
			var taken []Position
			for i := 0; ; i++ {
				if i > 10 {
					t.Fatal("the transfer does not end")
				}
				ctx, cancel := context.WithCancel(t.Context())
				o, err := producer(t, k).Transfer(ctx, Transfer{Source: s, Progress: func(p Progress) {
					if p.Records >= 17_000 { // within a batch
						cancel()
					}
				}})
				cancel()
				taken = append(taken, o.From)
				if _, kept := os.Stat(path + StateEnding); (err == nil) != (kept != nil) {
					t.Fatalf("after %v the progress file: %v", err, kept)
				}
				if err == nil {
					break
				}
				if !errors.Is(err, context.Canceled) || o.State == "" {
					t.Fatal(err)
				}
			}
			if len(taken) < 3 || taken[1].Records < 10_000 {
				t.Errorf("taken up at %v", taken)
			}
			got, total := onTopic(t, k, "wage.attendance", 3), 0
			for _, v := range want {
				if got[v] == 0 {
					t.Fatalf("%s is missing", v)
				}
				total += got[v]
			}
			if len(got) != n {
				t.Errorf("%d different records arrived, want %d", len(got), n)
			}
			t.Logf("%d runs, %d records sent twice", len(taken), total-n)
		})
	}
}

func TestATableIsTakenUpBehindTheAcknowledgedRow(t *testing.T) {
	_, k := broker(t)
	var text strings.Builder
	text.WriteString("title\nid,y\n")
	const n = 25_000
	for i := range n {
		fmt.Fprintf(&text, "%d,\"1,000.%02d\"\n", i, i%100)
	}
	for _, header := range []bool{true, false} {
		options, fields := "skip: 1", "  id: id\n  yuan: y"
		if !header {
			options, fields = "skip: 2, header: false", "  id: 1\n  yuan: 2"
		}
		m := mapping(t, mini(options, fields))
		s := Source{Path: write(t, "f.csv", text.String()), Topic: m.Topic, Mapping: m}
		ctx, cancel := context.WithCancel(t.Context())
		_, err := producer(t, k).Transfer(ctx, Transfer{Source: s, Progress: func(p Progress) {
			if p.Records >= 12_000 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		o, err := producer(t, k).Transfer(t.Context(), Transfer{Source: s})
		if err != nil || o.From.Records < 10_000 || o.From.Line != o.From.Records+2 || o.From.Records+o.Sent != n || o.Unreadable != 0 {
			t.Fatalf("%+v, %v", o, err)
		}
	}
	if got := onTopic(t, k, "wage.account_entries", 1); len(got) != n {
		t.Errorf("%d different records arrived, want %d", len(got), n)
	}
}

func TestWithoutABrokerThePlaceIsKept(t *testing.T) {
	b, k := broker(t)
	b.Close()
	path, _ := numbered(t, 10, ".ndjson")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	p := producer(t, k)
	p.writer.MaxAttempts = 1
	o, err := p.Transfer(ctx, Transfer{Source: Source{Path: path, Topic: record.TopicAttendance}})
	if err == nil || o.Sent != 0 || o.State == "" {
		t.Fatalf("%+v, %v", o, err)
	}
	kept, err := readState(path + StateEnding)
	if err != nil || kept == nil || kept.Position != (Position{}) {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

func TestAPlaceThatNoLongerHoldsIsRefusedAndRestartBeginsAnew(t *testing.T) {
	_, k := broker(t)
	for _, c := range []struct {
		name   string
		change func(path, state string)
		want   string
	}{
		{"the file grew", func(path, _ string) {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteString("{}\n")
				f.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
		}, "before the file changed"},
		{"the file was written anew", func(path, _ string) {
			if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}, "before the file changed"},
		{"the progress went to other brokers", func(_, state string) { edit(t, state, k.Brokers[0], "kafka.example:9092") }, "sending it elsewhere"},
		{"the progress is damaged", func(_, state string) { edit(t, state, "{", "") }, "damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, want := numbered(t, 3000, ".ndjson")
			s := Source{Path: path, Topic: record.TopicAttendance}
			state := filepath.Join(t.TempDir(), "place")
			ctx, cancel := context.WithCancel(t.Context())
			if _, err := producer(t, k).Transfer(ctx, Transfer{Source: s, State: state, Progress: func(Progress) { cancel() }}); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			c.change(path, state)
			_, err := producer(t, k).Transfer(t.Context(), Transfer{Source: s, State: state})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "--restart") {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if o, err := producer(t, k).Transfer(t.Context(), Transfer{Source: s, State: state, Restart: true}); err != nil || o.Sent < int64(len(want)) {
				t.Fatalf("%+v, %v", o, err)
			}
		})
	}
}

func edit(t *testing.T, path, old, new string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(new), 1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestRowsThatCannotBeReadAreSentAndToldUnlessAllAre(t *testing.T) {
	_, k := broker(t)
	m := mapping(t, mini("", "  id: id\n  yuan: y"))
	transfer := func(text string) (Outcome, error) {
		return producer(t, k).Transfer(t.Context(), Transfer{Source: Source{Path: write(t, "f.csv", text), Topic: m.Topic, Mapping: m}, Rate: 1 << 30})
	}
	o, err := transfer("id,y\n1,1\n2,x\n3,3\n")
	if err != nil || o.Sent != 3 || o.Unreadable != 1 || len(o.First) != 1 || o.First[0].Line != 3 {
		t.Errorf("%+v, %v", o, err)
	}
	for _, rows := range []int{1, 1000} {
		o, err = transfer("id,y\n" + strings.Repeat("1,x\n", rows))
		if !errors.Is(err, errMisfit) || !errors.As(err, new(*Problem)) || o.Sent != 0 || o.State != "" {
			t.Errorf("%d rows: %+v, %v", rows, o, err)
		}
	}
	if got := onTopic(t, k, "wage.account_entries", 1); len(got) != 3 {
		t.Errorf("%d records arrived, want 3", len(got))
	}
}

func TestTheRateIsKept(t *testing.T) {
	_, k := broker(t)
	path, _ := numbered(t, 1000, ".ndjson")
	clock := time.Unix(0, 0)
	var waits []time.Duration
	o, err := producer(t, k).Transfer(t.Context(), Transfer{
		Source: Source{Path: path, Topic: record.TopicAttendance}, Rate: 100,
		now: func() time.Time { return clock },
		wait: func(_ context.Context, d time.Duration) error {
			waits = append(waits, d)
			clock = clock.Add(d)
			return nil
		},
	})
	if err != nil || o.Sent != 1000 {
		t.Fatalf("%+v, %v", o, err)
	}
	if taken := clock.Sub(time.Unix(0, 0)); taken < 9900*time.Millisecond || taken > 10*time.Second || slices.Max(waits) > 100*time.Millisecond {
		t.Errorf("1000 records at 100/s took %v, with pauses up to %v", taken, slices.Max(waits))
	}
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gate.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "流水号,人员姓名,身份证号码,项目编码,用工单位信用代码,考勤日期,进场时间,出场时间,金额")
	const n = 1_000_000
	for i := range n {
		fmt.Fprintf(w, "%d,王秀兰,513022198004120040,P-%d,91331024MA2XYK0005,2026/10/8,06:58:12,17:31:40,\"1,%03d.50\"\n", i, i%50, i%1000)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
	m := mapping(t, mini("", "  id: 流水号\n  yuan: 金额\n  counterparty: 人员姓名"))
	r, err := Source{Path: path, Topic: m.Topic, Mapping: m}.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var most uint64
	start := time.Now()
	lines := 0
	for {
		one, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil || len(one.Problems) > 0 {
			t.Fatal(err, one.Problems)
		}
		if lines++; lines%50_000 == 0 {
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapInuse-min(now.HeapInuse, before.HeapInuse))
		}
	}
	if lines != n {
		t.Errorf("%d records, want %d", lines, n)
	}
	if most > 32<<20 {
		t.Errorf("the heap grew by %d MiB", most>>20)
	}
	t.Logf("%d rows in %v (%.0f/s), heap at most %.1f MiB more", n, time.Since(start), n/time.Since(start).Seconds(), float64(most)/(1<<20))
}

// BenchmarkTransfer sends NDJSON of the usual length to the embedded broker, whose own work is part of the time.
func BenchmarkTransfer(b *testing.B) {
	_, k := broker(b)
	line := `{"id":"5b0c4a1e-%d","source":"gate-demo","version":1791566100000,"recorded_at":"2026-10-10T01:15:00+08:00","id_type":"resident","id_number":"513022198004120040","project_id":"ZJXJ-2025-%04d","employer_uscc":"91331024MA2XYK0005","work_date":"2026-10-08","check_in":"2026-10-08T06:58:12+08:00","check_out":"2026-10-08T17:31:40+08:00","hours":10.56,"device":"西门1号闸机"}` + "\n"
	var text bytes.Buffer
	const n = 200_000
	for i := range n {
		fmt.Fprintf(&text, line, i, i%50)
	}
	path := write(b, "records.ndjson", text.String())
	for b.Loop() {
		if o, err := producer(b, k).Transfer(b.Context(), Transfer{Source: Source{Path: path, Topic: record.TopicAttendance}}); err != nil || o.Sent != n {
			b.Fatal(o, err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func TestErrorsOfTheBrokerLeaveNothingOut(t *testing.T) {
	b, k := broker(t)
	const n = 45_000
	path, want := numbered(t, n, ".ndjson")
	requests := 0
	b.Cluster().ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster().KeepControl()
		if requests++; requests%4 == 0 {
			return nil, errors.New("the connection is cut"), true
		}
		return nil, nil, false
	})
	runs := 0
	for done := false; !done; runs++ {
		if runs > 50 {
			t.Fatal("the transfer does not end")
		}
		p := producer(t, k)
		p.writer.MaxAttempts = 1
		o, err := p.Transfer(t.Context(), Transfer{Source: Source{Path: path, Topic: record.TopicAttendance}})
		if done = err == nil; !done && o.State == "" {
			t.Fatal("the place is not kept")
		}
	}
	got, total := onTopic(t, k, "wage.attendance", 3), 0
	for _, v := range want {
		if got[v] == 0 {
			t.Fatalf("%s is missing", v)
		}
		total += got[v]
	}
	if runs == 1 {
		t.Error("no error reached the transfer")
	}
	t.Logf("%d runs, %d records sent twice", runs, total-n)
}

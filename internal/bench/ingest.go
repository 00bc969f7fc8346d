package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// IngestReport is what bench ingest measures.
type IngestReport struct {
	Machine Machine       `json:"machine"`
	Records int           `json:"records"`
	Bytes   int64         `json:"json_bytes"`
	Rounds  []IngestRound `json:"rounds"`

	Ratio          float64 `json:"ratio"` // ingest's rate ÷ the engine's own
	PerSecond      float64 `json:"records_per_second"`
	PerCore        float64 `json:"records_per_core"` // per second and core of the machine, engine and broker included
	PerIngestCPU   float64 `json:"records_per_cpu"`  // per second of processor time of the ingest process alone
	EnginePerSec   float64 `json:"engine_per_second"`
	PeakIngest     int64   `json:"peak_ingest_bytes"`   // resident, the ingest process
	PeakAll        int64   `json:"peak_all_bytes"`      // resident, together with engine and broker
	TargetsReached bool    `json:"all_targets_reached"` // see TargetRatio
}

// IngestRound is what was measured in one round: the seconds that each way took, and what else it used.
type IngestRound struct {
	Engine  float64 `json:"engine_seconds"`
	Ingest  float64 `json:"ingest_seconds"`
	CPU     float64 `json:"ingest_cpu_seconds"`
	Busy    float64 `json:"engine_cpu_seconds_by_itself"` // storing, and merging what it stored
	Busied  float64 `json:"engine_cpu_seconds_for_ingest"`
	Broker  float64 `json:"broker_cpu_seconds"`
	Peak    int64   `json:"peak_ingest_bytes"`
	PeakAll int64   `json:"peak_all_bytes"`
}

// Ingest lets the engine store records by itself and then ingest, in a process of its own, by turns for some rounds after one
// that does not count; the process is this program again, by its command ingest. It tells show what it is at.
func Ingest(ctx context.Context, records, rounds int, show app.Show) (_ *IngestReport, err error) {
	dir, err := os.MkdirTemp("", "anxin-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	show("starting the engines")
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	config := ingest.DefaultConfiguration()
	broker, err := embedded.StartBroker(ctx, embedded.BrokerOptions{Topics: app.EmbeddedTopics(config.Kafka.Prefix), DataDir: filepath.Join(dir, "broker"), Log: quiet})
	if err != nil {
		return nil, err
	}
	defer broker.Close()
	engine, err := embedded.StartEngine(ctx, embedded.Options{Dir: filepath.Join(dir, "store"), Logger: quiet})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	b := &ingestBench{dir: dir, records: records, broker: broker, engine: engine, config: config}
	b.config.Kafka.Brokers = broker.Addrs()
	address, err := url.Parse(engine.DSN(store.DefaultDatabase))
	if err != nil {
		return nil, err
	}
	address.RawQuery = "compress=none"
	b.dsn = address.String()
	if b.store, err = store.Open(ctx, store.Configuration{DSN: b.dsn, Connections: 4}, quiet); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.store.Close()) }()
	if err := b.store.Migrate(ctx); err != nil {
		return nil, err
	}

	report := &IngestReport{Machine: thisMachine(), Records: records}
	report.Machine.Engine = engine.Version()
	if report.Bytes, err = b.prepare(ctx, show); err != nil {
		return nil, err
	}
	for i := range rounds + 1 {
		show("round %d of %d: the engine by itself", i, rounds)
		round, err := b.round(ctx, i, report.Machine.Cores, func() { show("round %d of %d: ingest", i, rounds) })
		if err != nil {
			return nil, err
		}
		if i > 0 { // the first warms up
			report.Rounds = append(report.Rounds, round)
		}
	}
	report.sum()
	return report, nil
}

// ingestBench is what the rounds have in common.
type ingestBench struct {
	dir     string
	records int
	broker  *embedded.Broker
	engine  *embedded.Engine
	store   *store.Store
	dsn     string
	config  ingest.Configuration
}

func (b *ingestBench) prepare(ctx context.Context, show app.Show) (int64, error) {
	show("simulating")
	drawn, err := drawRecords(ctx, b.records)
	if err != nil {
		return 0, err
	}
	producer, err := produce.New(b.config.Kafka)
	if err != nil {
		return 0, err
	}
	defer producer.Close()
	size, err := drawn.write(ctx, b.records, b.dir, producer, func(done int) { show("records ready: %d", done) })
	if err != nil {
		return 0, err
	}
	keys, err := record.GenerateKeys(civil.DateOf(time.Now()))
	if err != nil {
		return 0, err
	}
	debug.FreeOSMemory() // what is left is the broker's
	return size, keys.Save(filepath.Join(b.dir, "keys"))
}

// round lets both ways store all records once, into empty tables.
func (b *ingestBench) round(ctx context.Context, i, cores int, half func()) (r IngestRound, err error) {
	if err := emptyTables(ctx, b.store); err != nil {
		return r, err
	}
	before := processorTime(b.engine.Pid())
	took, err := engineRound(ctx, b.store, b.dir, cores)
	if err != nil {
		return r, err
	}
	r.Engine, r.Busy = took.Seconds(), processorTime(b.engine.Pid())-before
	if err := b.complete(ctx, "the engine"); err != nil {
		return r, err
	}
	if err := emptyTables(ctx, b.store); err != nil {
		return r, err
	}
	half()
	before, broker := processorTime(b.engine.Pid()), processorTime(os.Getpid())
	if err := b.ingestRound(ctx, i, &r); err != nil {
		return r, err
	}
	r.Busied, r.Broker = processorTime(b.engine.Pid())-before, processorTime(os.Getpid())-broker
	return r, b.complete(ctx, "ingest")
}

func (b *ingestBench) complete(ctx context.Context, who string) error {
	n, err := countRows(ctx, b.store)
	if err == nil && n != b.records {
		err = fmt.Errorf("%s stored %d rows of %d records", who, n, b.records)
	}
	return err
}

// ingestRound runs an ingest process with a group of its own and measures from its first fetch to its last commit.
func (b *ingestBench) ingestRound(ctx context.Context, i int, r *IngestRound) error {
	config := app.DefaultConfiguration()
	config.Listen, config.Keys = "127.0.0.1:0", filepath.Join(b.dir, "keys")
	config.Store = store.Configuration{DSN: b.dsn, Connections: 8}
	config.Ingest = b.config
	config.Ingest.Kafka.Group = fmt.Sprintf("bench-%d", i)
	text, err := yaml.Marshal(config)
	if err != nil {
		return err
	}
	path := filepath.Join(b.dir, "anxin.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	var first atomic.Int64
	cluster := b.broker.Cluster()
	cluster.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		first.CompareAndSwap(0, time.Now().UnixNano())
		cluster.DropControl()
		return nil, nil, false
	})
	self, err := os.Executable()
	if err != nil {
		return err
	}
	process := exec.CommandContext(ctx, self, "ingest", "--config", path, "--log-level", "error")
	process.Stderr = os.Stderr
	process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
	if err := process.Start(); err != nil {
		return err
	}
	end, err := b.await(ctx, config.Ingest.Kafka, process.Process.Pid, r)
	err = errors.Join(err, process.Process.Signal(syscall.SIGTERM))
	// the exit code tells that it was stopped
	var stopped *exec.ExitError
	if werr := process.Wait(); werr != nil && !errors.As(werr, &stopped) {
		err = errors.Join(err, werr)
	}
	r.CPU = (process.ProcessState.UserTime() + process.ProcessState.SystemTime()).Seconds()
	r.Ingest = end.Sub(time.Unix(0, first.Load())).Seconds()
	return err
}

// await watches the memory until everything is committed.
func (b *ingestBench) await(ctx context.Context, k ingest.Kafka, pid int, r *IngestRound) (time.Time, error) {
	client, err := k.Client()
	if err != nil {
		return time.Time{}, err
	}
	defer client.Transport.(*kafka.Transport).CloseIdleConnections()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		r.Peak = max(r.Peak, peakResident(pid))
		r.PeakAll = max(r.PeakAll, resident(pid)+resident(b.engine.Pid())+resident(os.Getpid()))
		done, err := k.CaughtUp(ctx, client)
		if err != nil || done {
			return time.Now(), err
		}
		if resident(pid) == 0 {
			return time.Now(), errors.New("the ingest process ended before everything was stored")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return time.Now(), ctx.Err()
		}
	}
}

func (r *IngestReport) sum() {
	var ratio, rate, engine, cpu []float64
	n := float64(r.Records)
	for _, round := range r.Rounds {
		ratio = append(ratio, round.Engine/round.Ingest)
		rate = append(rate, n/round.Ingest)
		engine = append(engine, n/round.Engine)
		cpu = append(cpu, n/round.CPU)
		r.PeakIngest, r.PeakAll = max(r.PeakIngest, round.Peak), max(r.PeakAll, round.PeakAll)
	}
	r.Ratio, r.PerSecond, r.EnginePerSec, r.PerIngestCPU = Median(ratio), Median(rate), Median(engine), Median(cpu)
	r.PerCore = r.PerSecond / float64(r.Machine.Cores)
	r.TargetsReached = r.Ratio >= TargetRatio && r.PerCore >= TargetPerCore && r.PeakIngest <= TargetPeak && r.PeakAll <= TargetPeakAll
}

// What ingest is to reach.
const (
	TargetRatio   = 0.7        // ingest's rate ÷ the engine's own, at least
	TargetPerCore = 60_000     // records per second and core, at least
	TargetPeak    = 400 << 20  // bytes of memory of the ingest process, at most
	TargetPeakAll = 1536 << 20 // the same, with embedded engine and broker
)

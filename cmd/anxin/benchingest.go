package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.yaml.in/yaml/v3"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/platform/embedded"
	"github.com/anxin-project/anxin/internal/platform/store"
)

func benchIngestCommand() *cobra.Command {
	var records, rounds int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "ingest",
		Short: "Records per second from Kafka to committed rows, against the engine's own JSON insert",
		Long: `Puts the records (nine in ten attendance, 8% pay slips, 2% others) on a broker and into files. Then, by turns, the engine
inserts the files (INSERT … SELECT FROM file(…, JSONEachRow), all cores, nothing checked), and an ingest process of its own
reads the broker, checks, hashes, stores and commits. After a first round that does not count, medians are printed.`,
		Example: "  anxin bench ingest --records 2000000\n  anxin bench ingest --records 10000000 --rounds 1 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if records < 10_000 || rounds < 1 {
				return app.BadInput(errors.New("want --records of at least 10000 and --rounds of at least 1"))
			}
			report, err := benchIngest(cmd.Context(), records, rounds)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			report.print(cmd.OutOrStdout())
			return nil
		},
	}
	cmd.Flags().IntVar(&records, "records", 1_000_000, "records")
	cmd.Flags().IntVar(&rounds, "rounds", 3, "rounds that count; the median is taken")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print every figure as JSON")
	return cmd
}

// ingestReport is what bench ingest measures.
type ingestReport struct {
	Machine machine       `json:"machine"`
	Records int           `json:"records"`
	Bytes   int64         `json:"json_bytes"`
	Rounds  []ingestRound `json:"rounds"`

	Ratio          float64 `json:"ratio"`               // ingest's rate ÷ the engine's own
	PerSecond      float64 `json:"records_per_second"`  //
	PerCore        float64 `json:"records_per_core"`    // per second and core of the machine, engine and broker included
	PerIngestCPU   float64 `json:"records_per_cpu"`     // per second of processor time of the ingest process alone
	EnginePerSec   float64 `json:"engine_per_second"`   //
	PeakIngest     int64   `json:"peak_ingest_bytes"`   // resident, the ingest process
	PeakAll        int64   `json:"peak_all_bytes"`      // resident, together with engine and broker
	TargetsReached bool    `json:"all_targets_reached"` // of design/benchmarks.md
}

type ingestRound struct {
	Engine  float64 `json:"engine_seconds"`
	Ingest  float64 `json:"ingest_seconds"`
	CPU     float64 `json:"ingest_cpu_seconds"`
	Busy    float64 `json:"engine_cpu_seconds_by_itself"` // storing, and merging what it stored
	Busied  float64 `json:"engine_cpu_seconds_for_ingest"`
	Broker  float64 `json:"broker_cpu_seconds"`
	Peak    int64   `json:"peak_ingest_bytes"`
	PeakAll int64   `json:"peak_all_bytes"`
}

func benchIngest(ctx context.Context, records, rounds int) (_ *ingestReport, err error) {
	show := newProgress()
	defer show.clear()
	dir, err := os.MkdirTemp("", "anxin-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	show.step("starting the engines")
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

	report := &ingestReport{Machine: thisMachine(), Records: records}
	report.Machine.Engine = engine.Version()
	if report.Bytes, err = b.prepare(ctx, show); err != nil {
		return nil, err
	}
	for i := range rounds + 1 {
		show.step("round %d of %d: the engine by itself", i, rounds)
		round, err := b.round(ctx, i, report.Machine.Cores, func() { show.step("round %d of %d: ingest", i, rounds) })
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

type ingestBench struct {
	dir     string
	records int
	broker  *embedded.Broker
	engine  *embedded.Engine
	store   *store.Store
	dsn     string
	config  ingest.Configuration
}

func (b *ingestBench) prepare(ctx context.Context, show *progress) (int64, error) {
	show.step("simulating")
	drawn, err := drawRecords(ctx, b.records)
	if err != nil {
		return 0, err
	}
	producer, err := produce.New(b.config.Kafka)
	if err != nil {
		return 0, err
	}
	defer producer.Close()
	size, err := drawn.write(ctx, b.records, b.dir, producer, func(done int) { show.step("records ready: %d", done) })
	if err != nil {
		return 0, err
	}
	keys, err := record.GenerateKeys(today())
	if err != nil {
		return 0, err
	}
	debug.FreeOSMemory() // what is left is the broker's
	return size, keys.Save(filepath.Join(b.dir, "keys"))
}

// round lets both ways store all records once, into empty tables.
func (b *ingestBench) round(ctx context.Context, i, cores int, half func()) (r ingestRound, err error) {
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
func (b *ingestBench) ingestRound(ctx context.Context, i int, r *ingestRound) error {
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
func (b *ingestBench) await(ctx context.Context, k ingest.Kafka, pid int, r *ingestRound) (time.Time, error) {
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

func (r *ingestReport) sum() {
	var ratio, rate, engine, cpu []float64
	n := float64(r.Records)
	for _, round := range r.Rounds {
		ratio = append(ratio, round.Engine/round.Ingest)
		rate = append(rate, n/round.Ingest)
		engine = append(engine, n/round.Engine)
		cpu = append(cpu, n/round.CPU)
		r.PeakIngest, r.PeakAll = max(r.PeakIngest, round.Peak), max(r.PeakAll, round.PeakAll)
	}
	r.Ratio, r.PerSecond, r.EnginePerSec, r.PerIngestCPU = median(ratio), median(rate), median(engine), median(cpu)
	r.PerCore = r.PerSecond / float64(r.Machine.Cores)
	r.TargetsReached = r.Ratio >= targetRatio && r.PerCore >= targetPerCore && r.PeakIngest <= targetPeak && r.PeakAll <= targetPeakAll
}

// Targets of design/benchmarks.md.
const (
	targetRatio   = 0.7
	targetPerCore = 60_000
	targetPeak    = 400 << 20
	targetPeakAll = 1536 << 20
)

func (r *ingestReport) print(w io.Writer) {
	mark := func(reached bool) string {
		if reached {
			return "reached"
		}
		return "missed"
	}
	fmt.Fprintf(w, "%d records, %d MB of JSON; %d cores (%s); ClickHouse %s\n\n", r.Records, r.Bytes>>20, r.Machine.Cores, r.Machine.CPU, r.Machine.Engine)
	fmt.Fprintf(w, "%-44s %12.0f\n", "engine's own JSON insert, records/s", r.EnginePerSec)
	fmt.Fprintf(w, "%-44s %12.0f\n", "ingest, records/s", r.PerSecond)
	fmt.Fprintf(w, "%-44s %12.2f   target ≥ %.1f: %s\n", "ratio (median of rounds)", r.Ratio, targetRatio, mark(r.Ratio >= targetRatio))
	fmt.Fprintf(w, "%-44s %12.0f   target ≥ %d: %s\n", "ingest, records/s per core", r.PerCore, targetPerCore, mark(r.PerCore >= targetPerCore))
	fmt.Fprintf(w, "%-44s %12.0f\n", "records per CPU second of ingest alone", r.PerIngestCPU)
	last := r.Rounds[len(r.Rounds)-1]
	fmt.Fprintf(w, "%-44s %12.2f   by itself; for ingest %.2f, ingest %.2f, broker %.2f\n", "processor seconds, last round: engine", last.Busy, last.Busied, last.CPU, last.Broker)
	fmt.Fprintf(w, "%-44s %9d MB   target ≤ %d: %s\n", "peak memory, ingest alone", r.PeakIngest>>20, targetPeak>>20, mark(r.PeakIngest <= targetPeak))
	fmt.Fprintf(w, "%-44s %9d MB   target ≤ %d: %s\n", "peak memory with embedded engine and broker", r.PeakAll>>20, targetPeakAll>>20, mark(r.PeakAll <= targetPeakAll))
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/embedded"
)

func assessCommand() *cobra.Command {
	var asOf, policyPath, holidays, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "assess DIR --as-of DATE --out DIR",
		Short: "Judge a folder of records as of a date, without any server",
		Long: `Loads DIR/wage.TOPIC.ndjson (also .gz and .zst) through the same path as in production (Kafka, ingest, ClickHouse,
detectors) on engines embedded in this program, and writes to the output folder:

  warnings.ndjson     one active warning a line
  index.csv           the wage-safety index of every township, county and prefecture
  index-losses.ndjson every point lost, by subject, with the act that regains it; not where none was lost
  deadletters.ndjson  the records that were refused, with the reason

Only what sources had recorded by the end of the date counts. The same records give the same files.`,
		Example: "  anxin assess records --as-of 2026-10-31 --out result",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := asDate("--as-of", asOf)
			if err != nil {
				return err
			}
			files, err := produce.Files(args[0], ingest.DefaultConfiguration().Kafka.Prefix)
			if err != nil {
				return badInput{err}
			}
			if _, _, err := loadRules("", policyPath, on); err != nil {
				return err
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return badInput{fmt.Errorf("--out: %w", err)}
			}
			summary, err := assess(cmd.Context(), files, on, policyPath, holidays, out)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(summary)
			}
			summary.print(cmd.OutOrStdout())
			return nil
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "judge as of this date, YYYY-MM-DD (required)")
	cmd.Flags().StringVar(&out, "out", "", "folder for the result (required)")
	cmd.Flags().StringVar(&policyPath, "policy", "", "policy file laid over the national policy")
	cmd.Flags().StringVar(&holidays, "holidays", "", "file with working-day notices of further years")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON")
	_ = cmd.MarkFlagRequired("as-of")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

// embeddedTopics are the partitions of an embedded broker's topics: attendance is nine tenths of all records.
func embeddedTopics(prefix string) map[string]int32 {
	topics := map[string]int32{}
	for _, t := range record.Topics() {
		topics[prefix+string(t)] = 1
		topics[ingest.DeadLetterTopic(prefix+string(t))] = 1
	}
	topics[prefix+string(record.TopicAttendance)] = 4
	return topics
}

func assess(ctx context.Context, files []produce.File, asOf civil.Date, policyPath, holidays, out string) (*summary, error) {
	show := newProgress()
	defer show.clear()
	result := newSummary(asOf)
	c := defaultConfiguration()
	c.Policy, c.Holidays = policyPath, holidays
	err := withRecords(ctx, c, files, asOf, result, show, func(p *parts, letters []ingest.DeadLetter) error {
		start := time.Now()
		show.step("judging as of %s", asOf)
		all, err := p.detectors()
		if err != nil {
			return err
		}
		pass, err := all.Pass(ctx, asOf)
		if err != nil {
			return err
		}
		result.found(pass)
		result.stage("detect", start)
		return writeResult(out, pass, letters, p.policy.Version())
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// withRecords loads files on engines embedded in this program, counts what was read and stored, and lets judge work on it.
// Records may lie ahead of this machine's clock, as simulated ones do, but not of the date until. Whatever happens, the
// engines are stopped and their files removed.
func withRecords(ctx context.Context, c configuration, files []produce.File, until civil.Date, result *summary, show *progress,
	judge func(p *parts, letters []ingest.DeadLetter) error) (err error) {
	work, err := os.MkdirTemp("", "anxin-records-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))

	start := time.Now()
	show.step("starting the engines")
	broker, err := embedded.StartBroker(ctx, embedded.BrokerOptions{Topics: embeddedTopics(ingest.DefaultConfiguration().Kafka.Prefix)})
	if err != nil {
		return err
	}
	defer broker.Close()
	c.Store.DSN = "embedded:" + filepath.Join(work, "store")
	c.Ingest.Kafka.Brokers = broker.Addrs()
	c.Ingest.BatchTime = 200 * time.Millisecond // nobody waits to see a batch grow
	now := func() time.Time {
		if t := time.Now(); t.After(until.End()) {
			return t
		}
		return until.End()
	}
	p, err := open(ctx, c, log, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()
	result.stage("start", start)

	start = time.Now()
	keys, err := record.GenerateKeys(today()) // nothing that is kept depends on them
	if err != nil {
		return err
	}
	protector, err := record.NewProtector(keys)
	if err != nil {
		return err
	}
	if err := loadFiles(ctx, p, protector, files, result, show); err != nil {
		return err
	}
	result.stage("load", start)
	letters, err := ingest.DeadLetters(ctx, c.Ingest.Kafka)
	if err != nil {
		return err
	}
	if err := result.count(ctx, p.store, letters); err != nil {
		return err
	}
	return judge(p, letters)
}

// loadFiles sends the files through Kafka and returns when ingest has committed every record.
func loadFiles(ctx context.Context, p *parts, protector *record.Protector, files []produce.File, result *summary, show *progress) error {
	in, err := p.ingest(protector)
	if err != nil {
		return err
	}
	producer, err := produce.New(p.config.Ingest.Kafka)
	if err != nil {
		return err
	}
	defer producer.Close()
	working, stop := context.WithCancel(ctx)
	defer stop()
	group, working := errgroup.WithContext(working)
	group.Go(func() error { return in.Run(working) })
	group.Go(func() error {
		defer stop() // ingest ends when everything is in
		var total, before int64
		for _, f := range files {
			total += f.Size
		}
		for _, f := range files {
			err := producer.Send(working, f, func(n int64) {
				show.step("loading %s: %d%%", f.Topic, (before+n)*100/max(total, 1))
			})
			if err != nil {
				return badInput{err}
			}
			before += f.Size
		}
		for topic, n := range producer.Sent() {
			result.topic(topic).Read = n
		}
		return awaitIngest(working, in, func() { show.step("storing") })
	})
	return group.Wait()
}

// awaitIngest returns when everything on the topics is stored and committed.
func awaitIngest(ctx context.Context, in *ingest.Ingest, waiting func()) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := in.CaughtUp(ctx)
		if err != nil || done {
			return err
		}
		waiting()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// writeResult writes the files of a result, each whole or not at all.
func writeResult(dir string, r pass.Result, letters []ingest.DeadLetter, policyVersion string) error {
	return errors.Join(
		writeWhole(filepath.Join(dir, "warnings.ndjson"), func(w io.Writer) error { return encodeLines(w, r.Active()) }),
		writeWhole(filepath.Join(dir, "index.csv"), func(w io.Writer) error { return pass.WriteIndexCSV(w, r, policyVersion) }),
		writeLosses(filepath.Join(dir, "index-losses.ndjson"), r),
		writeWhole(filepath.Join(dir, "deadletters.ndjson"), func(w io.Writer) error { return encodeLines(w, letters) }),
	)
}

// writeLosses writes the points that were lost, where any were, and leaves no file of an earlier result where none were.
func writeLosses(path string, r pass.Result) error {
	if slices.ContainsFunc(r.Index, func(row index.Row) bool { return len(row.Lost) > 0 }) {
		return writeWhole(path, func(w io.Writer) error { return pass.WriteLosses(w, r) })
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func encodeLines[T any](w io.Writer, all []T) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, one := range all {
		if err := encoder.Encode(one); err != nil {
			return err
		}
	}
	return nil
}

// writeWhole writes a file beside its place and moves it there when it is complete.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".anxin-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	err = errors.Join(write(f), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/bench"
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
			show := newProgress()
			report, err := bench.Ingest(cmd.Context(), records, rounds, show.step)
			show.clear()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			printIngest(cmd.OutOrStdout(), report)
			return nil
		},
	}
	cmd.Flags().IntVar(&records, "records", 1_000_000, "records")
	cmd.Flags().IntVar(&rounds, "rounds", 3, "rounds that count; the median is taken")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print every figure as JSON")
	return cmd
}

func printIngest(w io.Writer, r *bench.IngestReport) {
	fmt.Fprintf(w, "%d records, %d MB of JSON; %d cores (%s); ClickHouse %s\n\n", r.Records, r.Bytes>>20, r.Machine.Cores, r.Machine.CPU, r.Machine.Engine)
	fmt.Fprintf(w, "%-44s %12.0f\n", "engine's own JSON insert, records/s", r.EnginePerSec)
	fmt.Fprintf(w, "%-44s %12.0f\n", "ingest, records/s", r.PerSecond)
	fmt.Fprintf(w, "%-44s %12.2f   target ≥ %.1f: %s\n", "ratio (median of rounds)", r.Ratio, bench.TargetRatio, mark(r.Ratio >= bench.TargetRatio))
	fmt.Fprintf(w, "%-44s %12.0f   target ≥ %d: %s\n", "ingest, records/s per core", r.PerCore, bench.TargetPerCore, mark(r.PerCore >= bench.TargetPerCore))
	fmt.Fprintf(w, "%-44s %12.0f\n", "records per CPU second of ingest alone", r.PerIngestCPU)
	last := r.Rounds[len(r.Rounds)-1]
	fmt.Fprintf(w, "%-44s %12.2f   by itself; for ingest %.2f, ingest %.2f, broker %.2f\n", "processor seconds, last round: engine", last.Busy, last.Busied, last.CPU, last.Broker)
	fmt.Fprintf(w, "%-44s %9d MB   target ≤ %d: %s\n", "peak memory, ingest alone", r.PeakIngest>>20, bench.TargetPeak>>20, mark(r.PeakIngest <= bench.TargetPeak))
	fmt.Fprintf(w, "%-44s %9d MB   target ≤ %d: %s\n", "peak memory with embedded engine and broker", r.PeakAll>>20, bench.TargetPeakAll>>20, mark(r.PeakAll <= bench.TargetPeakAll))
}

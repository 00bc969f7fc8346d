package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/bench"
	"github.com/anxin-project/anxin/internal/simulate"
)

func benchDetectCommand() *cobra.Command {
	var scale string
	var days int
	var times []int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "detect",
		Short: "Seconds of a full pass and of one more day's, and how they grow",
		Long: `Stores a simulated year at a quarter, at half and at the whole of the scale: 1×, 2× and 4× the workers. At each it
makes a full pass of all detectors and the index, which warms up, and then, day by day, stores one more day of records,
makes the pass that goes on from the one before, and a full pass over the same date. The two must agree. Medians are
printed. The city takes about 15 minutes and 3 GB of disk on two cores.`,
		Example: "  anxin bench detect\n  anxin bench detect --scale county --days 1 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 {
				return app.BadInput(errors.New("want --days of at least 1"))
			}
			size, err := simulate.ScaleByName(scale)
			if err != nil {
				return app.BadInput(err)
			}
			for _, n := range times {
				if n < 1 {
					return app.BadInput(errors.New("want --times from 1 on"))
				}
			}
			show := newProgress()
			report, err := bench.Detect(cmd.Context(), bench.DetectOptions{Name: scale, Scale: size, Times: times, Days: days}, show.step)
			show.clear()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			printDetect(cmd.OutOrStdout(), report)
			return nil
		},
	}
	cmd.Flags().StringVar(&scale, "scale", "city", "county or city")
	cmd.Flags().IntSliceVar(&times, "times", []int{1, 2, 4}, "sizes, as times a quarter of the scale; the growth needs two")
	cmd.Flags().IntVar(&days, "days", 3, "further days that are evaluated; the median is taken")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print every figure as JSON")
	return cmd
}

func printDetect(w io.Writer, r *bench.DetectReport) {
	fmt.Fprintf(w, "%s; %d cores (%s); ClickHouse %s\n\n", r.Scale, r.Machine.Cores, r.Machine.CPU, r.Machine.Engine)
	fmt.Fprintf(w, "%4s %12s %10s %9s %14s %10s %14s %9s %9s\n", "", "records", "workers", "full, s", "processor, s", "one day, s", "processor, s", "ratio", "peak, MB")
	for _, s := range r.Sizes {
		fmt.Fprintf(w, "%3d× %12d %10d %9.1f %14.1f %10.1f %14.1f %9.2f %9d\n",
			s.Times, s.Records, s.Workers, bench.Median(s.Full), s.FullCPU, bench.Median(s.OneMore), s.MoreCPU, s.Ratio, s.Peak>>20)
	}
	s := r.Sizes[len(r.Sizes)-1]
	fmt.Fprintf(w, "\n%-36s %9.1f   target ≤ %d: %s\n", "full pass, seconds", bench.Median(s.Full), bench.TargetFull, mark(bench.Median(s.Full) <= bench.TargetFull))
	fmt.Fprintf(w, "%-36s %9d   target ≤ %d: %s\n", "peak memory with the engine, MB", s.Peak>>20, bench.TargetDetect>>20, mark(s.Peak <= bench.TargetDetect))
	fmt.Fprintf(w, "%-36s %9.2f   target ≤ %.1f: %s\n", "one more day ÷ full", s.Ratio, bench.TargetOneMore, mark(s.Ratio <= bench.TargetOneMore))
	fmt.Fprintf(w, "%-36s %9.2f   target ≤ %.1f: %s\n", "growth exponent", r.Exponent, bench.TargetExponent, mark(r.Exponent <= bench.TargetExponent))
	for _, pass := range []struct {
		name  string
		steps map[string]float64
	}{{"full pass", s.Steps}, {"one more day", s.More}} {
		fmt.Fprintf(w, "\nslowest steps, %s (they overlap)\n", pass.name)
		for _, name := range bench.Slowest(pass.steps, 12) {
			fmt.Fprintf(w, "  %-34s %9.2f s\n", name, pass.steps[name])
		}
	}
}

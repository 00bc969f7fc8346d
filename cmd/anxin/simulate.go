package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/simulate"
	"github.com/anxin-project/anxin/internal/simulate/causal"
	"github.com/anxin-project/anxin/internal/simulate/folder"
)

func simulateCommand() *cobra.Command {
	var scale, kind, from, to, out string
	var seed uint64
	var noise bool
	var families []string
	var projects int
	cmd := &cobra.Command{
		Use:   "simulate --out DIR",
		Short: "Write the records of a simulated world, and its hidden truth",
		Long: `Writes wage.TOPIC.ndjson.zst for every topic and truth.ndjson, which tells what was wrong where and from when. People
and firms are invented; townships are real. The same options write the same bytes.

Scales: tiny (one county, 6 projects), county (four counties, about a million records), city (about 28 million).

Worlds: usual (as in life: of a thousand workers a few are owed wages, on few sites, one county in four is worse off, and
sources are missing here and there), worse (many times as much goes wrong), sound (everybody pays, though developers pay
some days late or a quarter in advance, banks tell days later and gates fail for some days), causal (by cash flow, in kinds of
worlds that differ in who fails, how, and which oddities mean nothing; what anxin risk fit learns from).`,
		Example: "  anxin simulate --scale county --seed 7 --to 2026-10-31 --out world\n  anxin assess world --as-of 2026-10-31 --out result",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			size, err := simulate.ScaleByName(scale)
			if err != nil {
				return app.BadInput(fmt.Errorf("--scale: %w", err))
			}
			if kind == "causal" {
				o := causal.Options{Seed: seed, Families: families, Projects: projects}
				if o.To, err = asDate("--to", to); err != nil {
					return err
				}
				if o.From = (o.To.Month() - 17).First(); from != "" {
					if o.From, err = asDate("--from", from); err != nil {
						return err
					}
				}
				for _, f := range families {
					if !slices.Contains(causal.Families(), f) {
						return app.BadInput(fmt.Errorf("--families %q: want some of %s", f, strings.Join(causal.Families(), ", ")))
					}
				}
				return folder.WriteCausal(cmd.Context(), o, out)
			}
			rates, err := simulate.RatesByName(kind)
			if err != nil {
				return app.BadInput(fmt.Errorf("--world: %w", err))
			}
			o := simulate.Options{Seed: seed, Scale: size, Rates: &rates, Noise: noise}
			if o.To, err = asDate("--to", to); err != nil {
				return err
			}
			if from != "" {
				if o.From, err = asDate("--from", from); err != nil {
					return err
				}
			}
			show := newProgress()
			defer show.clear()
			return folder.Write(cmd.Context(), o, out, func(done, total int) { show.step("simulated day %d of %d", done, total) })
		},
	}
	cmd.Flags().StringVar(&scale, "scale", "county", "tiny, county or city")
	cmd.Flags().StringVar(&kind, "world", "usual", "usual, worse, sound or causal")
	cmd.Flags().StringSliceVar(&families, "families", nil, "of causal worlds, the kinds: "+strings.Join(causal.Families(), ", ")+" (default: all)")
	cmd.Flags().IntVar(&projects, "projects", 110, "of causal worlds, projects of each kind")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "another seed is another world")
	cmd.Flags().StringVar(&from, "from", "", "first day, YYYY-MM-DD (default: the scale's number of months before --to)")
	cmd.Flags().StringVar(&to, "to", "2026-10-31", "last day, YYYY-MM-DD")
	cmd.Flags().StringVar(&out, "out", "", "folder to write (required)")
	cmd.Flags().BoolVar(&noise, "noise", true, "with duplicates, late records, corrections and bad records, as feeds have them")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

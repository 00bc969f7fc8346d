package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/app/letters"
)

func replayLettersCommand() *cobra.Command {
	var configPath, fixed string
	var filter letterFilter
	var force, dryRun bool
	cmd := &cobra.Command{
		Use: "replay [LETTER…]", Short: "Put refused records that are acceptable now back on their topic, once",
		Long: `Evaluates each letter again by the rules of the configuration and sends those that pass to the topic they came from; the
rest stay where they are, with the reason. Without LETTER all that pass the filters are meant.

A letter that was replayed is marked and not sent again (--force does). A replay that was stopped can be started again:
what came through is not sent twice.

--fixed FILE sends the corrected record of a single LETTER instead of the original: one JSON object.`,
		Example: "  anxin deadletters replay --topic payroll --reason inconsistent --dry-run\n  anxin deadletters replay wage.payroll/0@1177 --fixed corrected.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if fixed != "" && len(args) != 1 {
				return app.BadInput(errors.New("--fixed goes with exactly one LETTER"))
			}
			choice := letters.Choice{Again: force}
			for _, name := range args {
				place, err := ingest.ParsePlace(name)
				if err != nil {
					return app.BadInput(err)
				}
				choice.Places = append(choice.Places, place)
			}
			if fixed != "" {
				text, err := os.ReadFile(fixed)
				if err != nil {
					return app.BadInput(err)
				}
				choice.Fixed = bytes.TrimSpace(text)
			}
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			protector, err := app.LoadProtector(c.Keys)
			if err != nil {
				return err
			}
			found, err := filter.letters(cmd, c.Ingest.Kafka)
			if err != nil {
				return err
			}
			v, err := letters.Evaluate(c.Ingest, protector, found, choice, func(place ingest.Place, why *record.Reject) {
				fmt.Fprintf(cmd.OutOrStdout(), "%s still refused: %v\n", place, why)
			})
			if err != nil {
				return err
			}
			if dryRun {
				fmt.Fprintf(cmd.OutOrStdout(), "%d would be replayed, %d still refused, %d replayed before\n", len(v.Good), v.Refused, v.Before)
				return nil
			}
			sent, err := ingest.Replay(cmd.Context(), c.Ingest.Kafka, v.Good, time.Now)
			if err != nil {
				return fmt.Errorf("after %d records: %w", sent, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d replayed, %d still refused, %d replayed before\n", sent, v.Refused, v.Before+len(v.Good)-sent)
			if fixed != "" && v.Refused > 0 {
				return app.BadInput(fmt.Errorf("%s is not a record of its topic either", fixed))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&fixed, "fixed", "", "file with the corrected record of a single letter")
	cmd.Flags().BoolVar(&force, "force", false, "send letters again that were replayed before")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only tell what would happen")
	filter.flags(cmd)
	return cmd
}

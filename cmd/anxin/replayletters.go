package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
)

func replayLettersCommand() *cobra.Command {
	var configPath, fixed string
	var filter letterFilter
	var force, dryRun bool
	cmd := &cobra.Command{
		Use: "replay [LETTER…]", Short: "Put refused records that are acceptable now back on their topic, once",
		Long: `Judges each letter again by the rules of the configuration and sends those that pass to the topic they came from; the
rest stay where they are, with the reason. Without LETTER all that pass the filters are meant.

A letter that was replayed is marked and not sent again (--force does). A replay that was stopped can be started again:
what came through is not sent twice.

--fixed FILE sends the corrected record of a single LETTER instead of the original: one JSON object.`,
		Example: "  anxin deadletters replay --topic payroll --reason inconsistent --dry-run\n  anxin deadletters replay wage.payroll/0@1177 --fixed corrected.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if fixed != "" && len(args) != 1 {
				return app.BadInput(errors.New("--fixed goes with exactly one LETTER"))
			}
			wanted := map[ingest.Place]bool{}
			for _, name := range args {
				place, err := ingest.ParsePlace(name)
				if err != nil {
					return app.BadInput(err)
				}
				wanted[place] = true
			}
			var correction []byte
			if fixed != "" {
				text, err := os.ReadFile(fixed)
				if err != nil {
					return app.BadInput(err)
				}
				correction = bytes.TrimSpace(text)
			}
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			protector, err := app.LoadProtector(c.Keys)
			if err != nil {
				return err
			}
			letters, err := filter.letters(cmd, c.Ingest.Kafka)
			if err != nil {
				return err
			}
			decoder := record.NewDecoder(protector, c.Ingest.Rules, time.Now)
			var good []ingest.Correction
			var refused, before int
			for _, l := range letters {
				if len(args) > 0 && !wanted[l.Place()] {
					continue
				}
				delete(wanted, l.Place())
				if !l.ReplayedAt.IsZero() && !force {
					before++
					continue
				}
				one, err := judge(decoder, protector, c.Ingest.Kafka.Prefix, l, correction)
				var reject *record.Reject
				switch {
				case errors.As(err, &reject):
					refused++
					fmt.Fprintf(cmd.OutOrStdout(), "%s still refused: %v\n", l.Place(), reject)
				case err != nil:
					return err
				default:
					good = append(good, one)
				}
			}
			for place := range wanted {
				return app.BadInput(fmt.Errorf("there is no dead letter %s: see anxin deadletters list", place))
			}
			if dryRun {
				fmt.Fprintf(cmd.OutOrStdout(), "%d would be replayed, %d still refused, %d replayed before\n", len(good), refused, before)
				return nil
			}
			sent, err := ingest.Replay(cmd.Context(), c.Ingest.Kafka, good, time.Now)
			if err != nil {
				return fmt.Errorf("after %d records: %w", sent, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d replayed, %d still refused, %d replayed before\n", sent, refused, before+len(good)-sent)
			if fixed != "" && refused > 0 {
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

// judge opens a letter and returns what to send for it, or a *record.Reject where ingest would refuse that too.
func judge(d *record.Decoder, p *record.Protector, prefix string, l ingest.DeadLetter, correction []byte) (ingest.Correction, error) {
	topic, ok := record.ParseTopic(prefix, l.Topic)
	if !ok {
		return ingest.Correction{}, fmt.Errorf("dead letter %s is of no topic with prefix %q", l.Place(), prefix)
	}
	key, value, err := openLetter(p, l)
	if err != nil {
		return ingest.Correction{}, err
	}
	if correction != nil {
		key, value = produce.Key(topic, correction), correction
	}
	if reject := d.Add(record.NewBatch(topic), value); reject != nil {
		return ingest.Correction{}, reject
	}
	return ingest.Correction{Letter: l, Key: key, Value: value}, nil
}

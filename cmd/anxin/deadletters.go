package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/app/letters"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func deadlettersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "deadletters", Short: "Work with records that were refused",
		Long: `A record that breaks the contract is never dropped: it waits, sealed, on TOPIC.dlq with the reason. List what there is,
show one after finding out why, and replay what has since become acceptable.`,
		Example: `  anxin deadletters list --topic payroll --since 2026-10-01
  anxin deadletters show wage.payroll/0@1177
  anxin deadletters replay wage.payroll/0@1177 --fixed corrected.json`,
	}
	cmd.AddCommand(listLettersCommand(), showLetterCommand(), replayLettersCommand())
	return cmd
}

// letterFilter says which dead letters a command is about.
type letterFilter struct{ topic, reason, since, until string }

func (f *letterFilter) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.topic, "topic", "", "only of this topic, with or without its prefix")
	cmd.Flags().StringVar(&f.reason, "reason", "", "only with this reason, such as bad_checksum")
	cmd.Flags().StringVar(&f.since, "since", "", "rejected at this time or later: YYYY-MM-DD or \"YYYY-MM-DD hh:mm\", Chinese time")
	cmd.Flags().StringVar(&f.until, "until", "", "rejected at this time or earlier; of a date the whole day")
}

// letters reads the dead letters that pass the filter.
func (f letterFilter) letters(cmd *cobra.Command, k ingest.Kafka) ([]ingest.DeadLetter, error) {
	topic := record.Topic(strings.TrimPrefix(f.topic, k.Prefix))
	if f.topic != "" && !topic.Valid() {
		return nil, app.BadInput(fmt.Errorf("--topic %q: want one of %s", f.topic, produce.TopicNames(k.Prefix)))
	}
	known := f.reason == ""
	for _, r := range record.Reasons() {
		known = known || string(r) == f.reason
	}
	if !known {
		return nil, app.BadInput(fmt.Errorf("--reason %q: want one of %v", f.reason, record.Reasons()))
	}
	chosen := letters.Filter{Topic: topic, Reason: record.Reason(f.reason)}
	var err error
	if f.since != "" {
		if chosen.Since, _, err = span("--since", f.since); err != nil {
			return nil, err
		}
	}
	if f.until != "" {
		if _, chosen.Before, err = span("--until", f.until); err != nil {
			return nil, err
		}
	}
	return letters.Find(cmd.Context(), k, chosen)
}

// span reads a day or a minute in China, and returns where it begins and where it has ended.
func span(flag, text string) (from, to time.Time, err error) {
	if from, err = time.ParseInLocation(time.DateOnly, text, civil.Zone); err == nil {
		return from, from.AddDate(0, 0, 1), nil
	}
	if from, err = time.ParseInLocation("2006-01-02 15:04", text, civil.Zone); err == nil {
		return from, from.Add(time.Minute), nil
	}
	return from, to, app.BadInput(fmt.Errorf("%s %q is no time: want YYYY-MM-DD, or YYYY-MM-DD hh:mm in quotes", flag, text))
}

func listLettersCommand() *cobra.Command {
	var configPath string
	var filter letterFilter
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List refused records: where, when and why", Args: cobra.NoArgs,
		Long: `Lists the dead letters by the message they hold, with the reason and, of those that were replayed, when. It needs no keys,
and shows nothing of what the records hold.`,
		Example: "  anxin deadletters list --topic payroll --reason bad_checksum --since 2026-10-01\n  anxin deadletters list --since \"2026-10-31 08:00\" --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			found, err := filter.letters(cmd, c.Ingest.Kafka)
			if err != nil {
				return err
			}
			if asJSON {
				return app.EncodeLines(cmd.OutOrStdout(), found)
			}
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "LETTER\tREJECTED AT\tREPLAYED AT\tREASON\tDETAIL")
			replayed := 0
			for _, l := range found {
				again := "-"
				if !l.ReplayedAt.IsZero() {
					again = inChina(l.ReplayedAt)
					replayed++
				}
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", l.Place(), inChina(l.At), again, l.Reason, l.Detail)
			}
			if err := t.Flush(); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d records, %d of them replayed\n", len(found), replayed)
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	filter.flags(cmd)
	return cmd
}

func inChina(t time.Time) string { return t.In(civil.Zone).Format(time.DateTime) }

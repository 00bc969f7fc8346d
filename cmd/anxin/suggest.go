package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/produce/suggest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
)

func suggestCommand() *cobra.Command {
	var configPath, topic, source, out string
	var set map[string]string
	cmd := &cobra.Command{
		Use:   "suggest FILE",
		Short: "Propose a mapping for a file: its form, its topic, and which column is what",
		Long: `Looks at a table, a workbook or JSON and writes the mapping that it guesses, which anxin produce takes at once. It finds
the encoding and the delimiter, the sheet, or the list within JSON; the row of headings, by words that offices, banks and platforms
use, in Chinese and English; columns that are days of a month; the lines of totals and signatures; the topic; and for each of its
fields a column, by its heading and by whether its cells are such: an identity number by its check character, a date by its
format, an amount, a word of an enumeration.

Behind each line stands what the guess stands on. "# ?" marks those to be looked at: what a month, a payment or a deduction is
taken to be where no column says so, half days, or a date that may be read two ways. Nothing is taken for paid because a sheet
lists it. A field that must be there and that nothing tells is listed as MISSING: give it with --set, or write its column.

Of the file it writes headings, words of the contract's enumerations and numbers of lines. No cell of a person is shown.

The exit code is 1 when something is missing, or when ingest would refuse records that the mapping makes; the mapping is written
nevertheless.`,
		Example: `  anxin produce mapping suggest 十月工资表.xlsx
  anxin produce mapping suggest --source site-7 --set project_id=ZJXJ-2025-0007 --set employer_uscc=91331024MA2XYK0005 \
    --out october.yaml 十月考勤表.xlsx
  anxin produce --mapping october.yaml --id-key sheet.key --dry-run 十月考勤表.xlsx`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			prefix := c.Ingest.Kafka.Prefix
			o := suggest.Options{Topic: record.Topic(strings.TrimPrefix(topic, prefix)), Source: source, Set: set}
			if topic != "" && !o.Topic.Valid() {
				return app.BadInput(fmt.Errorf("--topic %q: want one of %s", topic, produce.TopicNames(prefix)))
			}
			s, err := suggest.For(args[0], o)
			if err != nil {
				return app.BadInput(err)
			}
			to := "-"
			if out == "" {
				_, err = cmd.OutOrStdout().Write(s.Text)
			} else {
				to, err = out, writeNew(out, s.Text)
			}
			if err != nil {
				return app.BadInput(err)
			}
			tell := cmd.ErrOrStderr()
			fmt.Fprintf(tell, "anxin: %d fields of %s, %d of them to be looked at (# ?)\n", s.Guessed, prefix+string(s.Topic), s.Unsure)
			if len(s.Missing) > 0 {
				return fmt.Errorf("nothing tells %s: give --set %s=… or write the column into the mapping", strings.Join(s.Missing, ", "), s.Missing[0])
			}
			m, err := produce.ParseMapping(to, prefix, s.Text)
			if err != nil {
				return fmt.Errorf("the mapping needs a hand: %w", err)
			}
			return trySuggestion(cmd, tell, produce.Source{Path: args[0], Topic: s.Topic, Mapping: m, IDKey: throwAwayKey()}, c.Ingest.Rules)
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&topic, "topic", "", "topic of the records, where the file does not tell (with or without its prefix)")
	cmd.Flags().StringVar(&source, "source", "", "name of the sending system")
	cmd.Flags().StringToStringVar(&set, "set", nil, "a field's value for all records, FIELD=VALUE; may be repeated")
	cmd.Flags().StringVar(&out, "out", "", "file to write the mapping to, which must not be there (default: standard output)")
	return cmd
}

// writeNew writes a file that is not there yet: a mapping that somebody has corrected is not lost.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("--out: %s is there already: give another name, or remove it", path)
	}
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	_, err = io.Copy(f, bytes.NewReader(text))
	return errors.Join(err, f.Close())
}

// trySuggestion says what ingest would say to the whole file by a suggested mapping.
func trySuggestion(cmd *cobra.Command, tell io.Writer, source produce.Source, rules record.Rules) error {
	report, err := source.Check(cmd.Context(), rules, time.Now, nil)
	if err != nil {
		return fmt.Errorf("the mapping needs a hand: %w", err)
	}
	fmt.Fprint(tell, "anxin: ")
	printReport(tell, source.Path, string(source.Topic), report)
	if report.Rejected > 0 {
		return fmt.Errorf("%d records would be rejected: correct the mapping, or the file", report.Rejected)
	}
	if tellNothing(tell, source.Path, report.Counts) {
		return noRecords(1, 1)
	}
	return nil
}

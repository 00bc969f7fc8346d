package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/civil"
)

// letterFilter says which dead letters a command is about.
type letterFilter struct{ topic, reason, since, until string }

func (f *letterFilter) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.topic, "topic", "", "only of this topic, with or without its prefix")
	cmd.Flags().StringVar(&f.reason, "reason", "", "only with this reason, such as bad_checksum")
	cmd.Flags().StringVar(&f.since, "since", "", "rejected on this day or later, YYYY-MM-DD")
	cmd.Flags().StringVar(&f.until, "until", "", "rejected on this day or earlier, YYYY-MM-DD")
}

// letters reads the dead letters that pass the filter.
func (f letterFilter) letters(cmd *cobra.Command, k ingest.Kafka) ([]ingest.DeadLetter, error) {
	topic := record.Topic(strings.TrimPrefix(f.topic, k.Prefix))
	if f.topic != "" && !topic.Valid() {
		return nil, badInput{fmt.Errorf("--topic %q: want one of %s", f.topic, produce.TopicNames(k.Prefix))}
	}
	var since, until *civil.Date
	for flag, bound := range map[string]struct {
		text string
		to   **civil.Date
	}{"--since": {f.since, &since}, "--until": {f.until, &until}} {
		if bound.text == "" {
			continue
		}
		d, err := asDate(flag, bound.text)
		if err != nil {
			return nil, err
		}
		*bound.to = &d
	}
	known := f.reason == ""
	for _, r := range record.Reasons() {
		known = known || string(r) == f.reason
	}
	if !known {
		return nil, badInput{fmt.Errorf("--reason %q: want one of %v", f.reason, record.Reasons())}
	}
	all, err := ingest.DeadLetters(cmd.Context(), k)
	if err != nil {
		return nil, err
	}
	var kept []ingest.DeadLetter
	for _, l := range all {
		on := civil.DateOf(l.At)
		if (f.topic == "" || l.Topic == k.Prefix+string(topic)) && (f.reason == "" || string(l.Reason) == f.reason) &&
			(since == nil || on >= *since) && (until == nil || on <= *until) {
			kept = append(kept, l)
		}
	}
	return kept, nil
}

func deadlettersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "deadletters", Short: "Work with records that were refused",
		Long: `A record that breaks the contract is never dropped: it waits, sealed, on TOPIC.dlq with the reason. List what there is,
show one after finding out why, and replay what has since become acceptable.`,
	}
	cmd.AddCommand(listLettersCommand(), showLetterCommand(), replayLettersCommand())
	return cmd
}

func listLettersCommand() *cobra.Command {
	var configPath string
	var filter letterFilter
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List refused records: where, when and why", Args: cobra.NoArgs,
		Example: "  anxin deadletters list --topic payroll --reason bad_checksum --since 2026-10-01",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfiguration(configPath)
			if err != nil {
				return err
			}
			letters, err := filter.letters(cmd, c.Ingest.Kafka)
			if err != nil {
				return err
			}
			if asJSON {
				return encodeLines(cmd.OutOrStdout(), letters)
			}
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "LETTER\tREJECTED AT\tREASON\tDETAIL")
			for _, l := range letters {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", letterName(l), l.At.In(civil.Zone).Format(time.DateTime), l.Reason, l.Detail)
			}
			if err := t.Flush(); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d records\n", len(letters))
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	filter.flags(cmd)
	return cmd
}

func showLetterCommand() *cobra.Command {
	var configPath string
	var reveal bool
	cmd := &cobra.Command{
		Use: "show LETTER", Short: "Show one refused record, with personal fields hidden",
		Long: `Opens a letter with the keys of the configuration. The text of identity numbers, names, phones and accounts is hidden,
and of a message that is no JSON everything; --reveal shows the message as it came.`,
		Example: "  anxin deadletters show wage.payroll/0@1177",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfiguration(configPath)
			if err != nil {
				return err
			}
			topic, partition, offset, err := parseLetterName(args[0])
			if err != nil {
				return badInput{err}
			}
			protector, err := loadProtector(c.Keys)
			if err != nil {
				return err
			}
			letters, err := ingest.DeadLetters(cmd.Context(), c.Ingest.Kafka)
			if err != nil {
				return err
			}
			for _, l := range letters {
				if l.Topic != topic || l.Partition != partition || l.Offset != offset {
					continue
				}
				_, value, err := openLetter(protector, l)
				if err != nil {
					return err
				}
				if !reveal {
					value = hidePersonal(value)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n%s: %s\n\n%s\n", letterName(l), l.Reason, l.Detail, value)
				return nil
			}
			return badInput{fmt.Errorf("there is no dead letter %s: see anxin deadletters list", args[0])}
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().BoolVar(&reveal, "reveal", false, "show personal data too")
	return cmd
}

func replayLettersCommand() *cobra.Command {
	var configPath, fixed string
	var filter letterFilter
	var force, dryRun bool
	cmd := &cobra.Command{
		Use: "replay [LETTER…]", Short: "Put refused records that are acceptable now back on their topic, once",
		Long: `Judges each letter again by the rules of the configuration and sends those that pass to the topic they came from; the
rest stay where they are, with the reason. A letter that was replayed is marked and not sent again (--force does).

--fixed FILE sends the corrected record of a single LETTER instead of the original.`,
		Example: "  anxin deadletters replay --topic payroll --reason inconsistent --dry-run\n  anxin deadletters replay wage.payroll/0@1177 --fixed corrected.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if fixed != "" && len(args) != 1 {
				return badInput{errors.New("--fixed goes with exactly one LETTER")}
			}
			c, err := loadConfiguration(configPath)
			if err != nil {
				return err
			}
			protector, err := loadProtector(c.Keys)
			if err != nil {
				return err
			}
			letters, err := filter.letters(cmd, c.Ingest.Kafka)
			if err != nil {
				return err
			}
			wanted := map[string]bool{}
			for _, name := range args {
				if _, _, _, err := parseLetterName(name); err != nil {
					return badInput{err}
				}
				wanted[name] = true
			}
			replayed, err := ingest.Replayed(cmd.Context(), c.Ingest.Kafka)
			if err != nil {
				return err
			}
			decoder := record.NewDecoder(protector, c.Ingest.Rules, time.Now)
			var sent, refused, before int
			for _, l := range letters {
				if len(wanted) > 0 && !wanted[letterName(l)] {
					continue
				}
				delete(wanted, letterName(l))
				if replayed[l.Place()] && !force {
					before++
					continue
				}
				key, value, err := openLetter(protector, l)
				if err != nil {
					return err
				}
				if fixed != "" {
					if value, err = os.ReadFile(fixed); err != nil {
						return badInput{err}
					}
					value = bytes.TrimSpace(value)
				}
				topic, ok := record.ParseTopic(c.Ingest.Kafka.Prefix, l.Topic)
				if !ok {
					return fmt.Errorf("dead letter %s is of no topic with prefix %q", letterName(l), c.Ingest.Kafka.Prefix)
				}
				if reject := decoder.Add(record.NewBatch(topic), value); reject != nil {
					refused++
					fmt.Fprintf(cmd.OutOrStdout(), "%s still refused: %v\n", letterName(l), reject)
					continue
				}
				if fixed != "" {
					key = produce.Key(topic, value)
				}
				if !dryRun {
					if err := ingest.Replay(cmd.Context(), c.Ingest.Kafka, l, key, value); err != nil {
						return err
					}
				}
				sent++
			}
			for name := range wanted {
				return badInput{fmt.Errorf("there is no dead letter %s: see anxin deadletters list", name)}
			}
			verb := "replayed"
			if dryRun {
				verb = "would be replayed"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d %s, %d still refused, %d replayed before\n", sent, verb, refused, before)
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

// letterName is how people name a letter: TOPIC/PARTITION@OFFSET of the message it holds.
func letterName(l ingest.DeadLetter) string {
	return fmt.Sprintf("%s/%d@%d", l.Topic, l.Partition, l.Offset)
}

func parseLetterName(name string) (topic string, partition int, offset int64, err error) {
	topic, rest, ok1 := strings.Cut(name, "/")
	p, o, ok2 := strings.Cut(rest, "@")
	partition, err1 := strconv.Atoi(p)
	offset, err2 := strconv.ParseInt(o, 10, 64)
	if !ok1 || !ok2 || err1 != nil || err2 != nil {
		return "", 0, 0, fmt.Errorf("%q names no dead letter: want TOPIC/PARTITION@OFFSET as in anxin deadletters list", name)
	}
	return topic, partition, offset, nil
}

func openLetter(p *record.Protector, l ingest.DeadLetter) (key, value []byte, err error) {
	text, err := p.OpenLetter(l.Sealed)
	if err != nil {
		return nil, nil, fmt.Errorf("opening dead letter %s: %w; are these the keys that ingest runs with?", letterName(l), err)
	}
	return ingest.UnpackLetter(text)
}

// shown are the fields that hold nothing personal where sources keep to the contract.
var shown = map[string]bool{
	"id": true, "source": true, "version": true, "recorded_at": true, "id_type": true, "project_id": true, "employer_uscc": true,
	"township": true, "sector": true, "status": true, "wage_month": true, "month": true, "due_on": true, "paid_on": true, "work_date": true,
	"gross_yuan": true, "deducted_yuan": true, "payable_yuan": true, "paid_yuan": true, "yuan": true, "balance_yuan": true, "hours": true,
	"channel": true, "kind": true, "indicator": true, "value": true, "workers": true, "incident": true, "participants": true, "outcome": true,
	"entered_on": true, "left_on": true, "settled_on": true, "contract_signed_on": true, "wage_basis": true, "wage_yuan": true, "signed": true,
	"settled_confirmed": true, "received_on": true, "status_on": true, "resolved_on": true, "opened_on": true, "closed_on": true, "booked_at": true,
	"check_in": true, "check_out": true,
}

// number finds what may be an identity, phone or account number in a field where it does not belong.
var number = regexp.MustCompile(`\d{11,}`)

// hidePersonal returns a message with the values of all other fields, and numbers in the wrong field, replaced.
func hidePersonal(message []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(message, &fields) != nil {
		return fmt.Appendf(nil, "(%d bytes that are no JSON object; --reveal shows them)", len(message))
	}
	for name, value := range fields {
		if !shown[name] || len(value) == 0 || value[0] == '{' || value[0] == '[' {
			fields[name] = json.RawMessage(`"***"`)
		} else if name != "version" {
			fields[name] = number.ReplaceAll(value, []byte("***"))
		}
	}
	out, err := json.MarshalIndent(fields, "", "  ")
	if err != nil {
		return nil
	}
	return out
}

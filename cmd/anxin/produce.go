package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
)

// produceOptions are the flags of produce.
type produceOptions struct {
	config, topic, mapping, idKey, state string
	dryRun, restart                      bool
	rate                                 int
}

func produceCommand() *cobra.Command {
	var o produceOptions
	cmd := &cobra.Command{
		Use:   "produce --topic TOPIC FILE…",
		Short: "Put files of records on a Kafka topic",
		Long: `Sends the records of files to a topic, keyed as the contract asks. What a file is it shows itself:

  NDJSON        one record a line, as the contract has it
  a JSON array  of such records, of any length (not in files called .ndjson or .jsonl)
  a table       CSV, TSV and their relatives, and Excel's .xlsx, with --mapping FILE: a mapping says which column is which
                field, in which unit and which date format (anxin produce mapping --help)

each as it is, with gzip or with zstd (but for workbooks).

Try first:   --dry-run decodes every record as ingest will and sends nothing. It says how many would be rejected, for
             which reason, and in which lines; the exit code is 0 when none would be, else 1.
Interrupted: Ctrl-C, a lost connection, a fault in the file: FILE.anxin-progress keeps up to where the broker has the
             records, and the same command goes on from there. A few records may arrive twice, which changes nothing;
             none is left out. At the end the progress file is removed. A file that has changed meanwhile is refused:
             send it whole again with --restart.
Bad records: are sent, and ingest puts them on the topic's dead-letter topic, where they can be repaired. So is a row with a
             cell that the mapping cannot read. If none of the first 100 rows can be read, nothing is sent.

Accounts:    of every file is said how much was read, sent (good or refused) and left out: empty rows, and those that the
             mapping knows for no records. A file without any record is an error, and so is one whose sum is not right.

Messages name file, line, column and field, never what stands there.`,
		Example: `  anxin produce --config anxin.yaml --topic payroll october.ndjson.gz
  anxin produce --mapping bank-wages.yaml --dry-run 代发明细.csv
  anxin produce --config anxin.yaml --mapping bank-wages.yaml --rate 5000 代发明细.csv`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	cmd.Flags().StringVar(&o.config, "config", "", "configuration file")
	cmd.Flags().StringVar(&o.topic, "topic", "", "topic to send to, with or without its prefix (required without --mapping)")
	cmd.Flags().StringVar(&o.mapping, "mapping", "", "file that says what the columns of a table are")
	cmd.Flags().StringVar(&o.idKey, "id-key", "", "file with the secret from which a mapping with hash: true makes ids")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "only tell what would be rejected")
	cmd.Flags().IntVar(&o.rate, "rate", 0, "records a second at most (default: as fast as the broker takes them)")
	cmd.Flags().StringVar(&o.state, "state", "", "progress file, for one FILE (default: FILE"+produce.StateEnding+")")
	cmd.Flags().BoolVar(&o.restart, "restart", false, "begin anew, whatever was sent before")
	cmd.AddCommand(mappingCommand())
	return cmd
}

func (o *produceOptions) run(cmd *cobra.Command, paths []string) error {
	c, err := app.LoadConfiguration(o.config)
	if err != nil {
		return err
	}
	k := c.Ingest.Kafka
	switch {
	case o.rate < 0:
		return app.BadInput(fmt.Errorf("--rate %d: want the most records a second, from 1", o.rate))
	case o.state != "" && len(paths) > 1:
		return app.BadInput(errors.New("--state is the progress file of one FILE: give one, or leave it out"))
	}
	source, err := o.source(k.Prefix)
	if err != nil {
		return app.BadInput(err)
	}
	if o.dryRun {
		return dryRun(cmd, source, paths, k.Prefix, c.Ingest.Rules)
	}
	producer, err := produce.New(k)
	if err != nil {
		return app.BadInput(err)
	}
	defer producer.Close()
	bar := newProgress()
	defer bar.clear()
	without := 0
	for _, path := range paths {
		source.Path = path
		start := time.Now()
		outcome, err := producer.Transfer(cmd.Context(), produce.Transfer{
			Source: source, State: o.state, Restart: o.restart, Rate: o.rate,
			Progress: func(p produce.Progress) { bar.step("%s", progressLine(path, p, time.Since(start))) },
		})
		bar.clear()
		if outcome.Sent > 0 || err == nil {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s to %s%s", path, outcome, k.Prefix, source.Topic)
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "; %s", outcome.Counts)
			}
			fmt.Fprintln(cmd.OutOrStdout())
		}
		if err == nil && outcome.From.Records == 0 && tellNothing(cmd.ErrOrStderr(), path, outcome.Counts) {
			without++
		}
		if outcome.Unreadable > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "anxin: ingest will put %d of them on %s%s.dlq, for their cells cannot be read:\n", outcome.Unreadable, k.Prefix, source.Topic)
			for _, p := range outcome.First {
				fmt.Fprintf(cmd.ErrOrStderr(), "  %v\n", p)
			}
		}
		if err == nil {
			continue
		}
		if outcome.State != "" {
			fmt.Fprintf(cmd.ErrOrStderr(), "anxin: %s keeps the place; the same command goes on from there\n", outcome.State)
		}
		return inputError(err)
	}
	return noRecords(without, len(paths))
}

// inputError tells what the caller can mend in a file from what failed.
func inputError(err error) error {
	if errors.As(err, new(*produce.Problem)) || errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return app.BadInput(err)
	}
	return err
}

// source is what all files have in common.
func (o *produceOptions) source(prefix string) (produce.Source, error) {
	var s produce.Source
	s.Topic = record.Topic(strings.TrimPrefix(o.topic, prefix))
	if o.topic != "" && !s.Topic.Valid() {
		return s, fmt.Errorf("--topic %q: want one of %s", o.topic, produce.TopicNames(prefix))
	}
	if o.mapping == "" {
		if o.topic == "" {
			return s, fmt.Errorf("required flag --topic is missing: want one of %s, or a --mapping", produce.TopicNames(prefix))
		}
		if o.idKey != "" {
			return s, errors.New("--id-key goes with --mapping")
		}
		return s, nil
	}
	m, err := produce.LoadMapping(o.mapping, prefix)
	if err != nil {
		return s, err
	}
	if o.topic != "" && s.Topic != m.Topic {
		return s, fmt.Errorf("--topic %s, but the mapping %s is for %s: leave --topic out", o.topic, o.mapping, m.Topic)
	}
	s.Topic, s.Mapping = m.Topic, m
	switch {
	case o.idKey != "":
		s.IDKey, err = produce.LoadIDKey(o.idKey)
	case m.Hashed && o.dryRun:
		s.IDKey = throwAwayKey()
	case m.Hashed:
		err = fmt.Errorf("%s makes ids from personal data: give --id-key FILE with at least %d random bytes that only you can read (umask 077; head -c 32 /dev/urandom > FILE), and keep it: another key makes other ids of the same records, which would then count twice",
			o.mapping, produce.IDKeyBytes)
	}
	return s, err
}

// throwAwayKey makes ids that can be looked at, and not traced back.
func throwAwayKey() []byte {
	key := make([]byte, produce.IDKeyBytes)
	_, _ = rand.Read(key) // never fails
	return key
}

// dryRun reports what would be rejected; the error at the end makes the exit code 1.
func dryRun(cmd *cobra.Command, source produce.Source, paths []string, prefix string, rules record.Rules) error {
	bar := newProgress()
	defer bar.clear()
	rejected, without := int64(0), 0
	for _, path := range paths {
		source.Path = path
		start := time.Now()
		report, err := source.Check(cmd.Context(), rules, time.Now, func(p produce.Progress) { bar.step("%s", progressLine(path, p, time.Since(start))) })
		bar.clear()
		if err != nil {
			return inputError(err)
		}
		printReport(cmd.OutOrStdout(), path, prefix+string(source.Topic), report)
		if tellNothing(cmd.ErrOrStderr(), path, report.Counts) {
			without++
		}
		rejected += report.Rejected
	}
	if rejected > 0 {
		return fmt.Errorf("%d records would be rejected; nothing was sent", rejected)
	}
	return noRecords(without, len(paths))
}

func printReport(w io.Writer, path, topic string, r produce.Report) {
	fmt.Fprintf(w, "%s → %s: %d records, %d good, %d would be rejected; %s\n", path, topic, r.Records, r.Records-r.Rejected, r.Rejected, r.Counts)
	if unused := r.Unused.String(); unused != "" {
		fmt.Fprintf(w, "  %s\n", unused)
	}
	if len(r.Absent) > 0 {
		fmt.Fprintf(w, "  no object has %s\n", strings.Join(r.Absent, ", "))
	}
	const shown = 20
	for i, f := range r.Findings {
		if i == shown {
			fmt.Fprintf(w, "  and %d further kinds\n", len(r.Findings)-shown)
			break
		}
		fmt.Fprintf(w, "  %-13s %8d  %s; %s\n", f.Reason, f.Count, f.Detail, produce.Lines(f.Lines, f.Count))
	}
	if r.Repeated > 0 {
		fmt.Fprintf(w, "  %d have the id, source and version of an earlier record and count once: %s. Is the id made from all that makes a record different?\n", r.Repeated, produce.Lines(r.RepeatedLines, r.Repeated))
	}
	if r.RepeatedUpTo > 0 {
		fmt.Fprintf(w, "  only the first %d records were compared for repeated ids\n", r.RepeatedUpTo)
	}
	if len(r.Unknown) > 0 {
		var names []string
		for name, n := range r.Unknown {
			names = append(names, fmt.Sprintf("%s (%d)", name, n))
		}
		slices.Sort(names)
		fmt.Fprintf(w, "  fields that the contract does not know and ingest leaves out: %s\n", strings.Join(names, ", "))
	}
}

// tellNothing says of a file without a record that it is one. Nobody sends such a file on purpose: its export or its mapping has
// gone wrong, and what was lost must not pass for sent.
func tellNothing(w io.Writer, path string, c produce.Counts) bool {
	switch {
	case c.Records > 0:
		return false
	case c.Read == 0:
		fmt.Fprintf(w, "anxin: %s holds no record: there is nothing in it, or nothing behind its header\n", path)
	default:
		fmt.Fprintf(w, "anxin: %s holds no record: all of it was left out\n", path)
	}
	return true
}

func noRecords(without, files int) error {
	switch {
	case without == 0:
		return nil
	case files == 1:
		return errors.New("without a record there is nothing to send: look at the export, and at the mapping")
	}
	return fmt.Errorf("%d of %d files hold no record: look at the exports, and at the mapping", without, files)
}

// progressLine is "october.csv [=====     ]  47%  12.3/26.0 MB  85,000 records/s  0:14 left".
func progressLine(path string, p produce.Progress, taken time.Duration) string {
	const width = 24
	done := min(float64(p.Read)/float64(max(p.Size, 1)), 1)
	full := int(done * width)
	line := fmt.Sprintf("%s [%s%s] %3d%%  %.1f/%.1f MB", filepath.Base(path), strings.Repeat("=", full), strings.Repeat(" ", width-full),
		int(done*100), float64(p.Read)/1e6, float64(p.Size)/1e6)
	if seconds := taken.Seconds(); seconds > 0.5 {
		line += fmt.Sprintf("  %.0f records/s", float64(p.Records)/seconds)
		if done > 0.01 {
			left := int(seconds/done - seconds)
			line += fmt.Sprintf("  %d:%02d left", left/60, left%60)
		}
	}
	return line
}

func mappingCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mapping",
		Short: "Say what the columns of a table are, and try it",
		Long: `A mapping is a YAML file that turns the rows of a table into records of a topic:

  topic: payroll                     # one of the contract's topics
  source: bank-demo                  # the sending system
  file:                              # all of it may be left out
    encoding: gb18030                # or utf-8 (default); marks at the beginning are understood
    delimiter: ","                   # or tab, or several signs ("|@|"); default: comma, in .tsv files tab
    quotes: true                     # false: a quote is a character like any other
    header: true                     # false: columns are called by their numbers from 1
    sheet: 工资表                     # of a workbook, or its number; not needed where only one holds cells
    skip: 2                          # lines (of a workbook: rows) before the header
    blank: ["-", 无]                 # cells that mean nothing
    ignore: {序号: [合计, 制表人*]}    # rows that are no records, by a cell or its beginning; 合  计 is 合计
    ignore_empty: [批次号, 证件号码]    # and rows in which all of these are empty
    fill_down: [姓名, 身份证号]        # cells merged over several rows: a row with none of these has those of the row above
    fixed: {bytes: [6, 18, 20]}      # cells by their width, as banks count them, or {characters: […]}; instead of a delimiter
  fields:
    id: {from: "{批次号}-{序号}"}      # from several columns; all must be there, else the field is empty
    id_number: 证件号码               # a column
    id_type: {value: resident}       # a constant
    wage_month: {column: 工资月份, format: YYYY年M月}
    gross_yuan: {column: 应发金额, unit: yuan}     # or fen, wan_yuan; 5,300.00 and ¥5300 are understood, exactly
    signed: {column: 签字, map: {是: true, 否: false}}
    yuan: {either: [收入, 支出]}        # the one of these that holds something; an amount of 0 is nothing
    kind: {filled: {收入: labor_cost_in, 支出: wage_out}}  # which one that is; beside column and map, for what the map does not know
    payable_yuan: {sum: [基本工资, 加班工资]}              # amounts that are added
    deducted_yuan: {column: 代扣, empty: 0}       # what an empty cell means; without it the field is left out
    recorded_at: {from: "{日期} {时间}", format: "YYYY/MM/DD HH:mm:ss"}
    version: {time_of: recorded_at}  # later versions win: milliseconds since 1970

Formats: YYYY, M or MM, D or DD, H or HH, m or mm, s or ss, SSS, A (上午, 下午) and Z (offset); two letters take exactly two
digits; a time without an offset is one in China. format: common takes what people write (2026-1-5, 2026/1/5, 2026.1.5,
2026年1月5日, 20260105, with or without a time), format: serial the number that Excel keeps for a date (46310.395833;
serial-1904: of old Macs). A list of formats is tried in order. recorded_at may also be {file: modified}, the time at
which the file was last changed.

An id must tell records apart and stay the same when a record is sent again, and must not hold personal data: where it is
made from some, say {from: "{身份证号}|{日期}", hash: true} and give --id-key FILE. Attendance can have
hours: {between: [check_in, check_out]} (or unit: minute), and check_out: {…, not_before: check_in} for night shifts. No hours
mean a day of work whose hours nobody knows; where an empty cell means that the worker was absent, say empty: 0.

Cells are read as offices type them: full-width letters and digits, credit codes in small letters, with spaces or hyphens,
amounts with the noise of floats (7000.299999999999, by the contract's rule for JSON numbers).

In a workbook dates and times need no format: they are read as what they are. A number of which Excel kept only 15 digits
(5.22601E+17) is refused where text is wanted, and so is a formula with an error.

JSON with names of its own, such as the answer of a platform: file: {json: data.rows} says where the list of objects is ("."
where the file is that list, or objects one after the other), and columns are ways to values: id_number: worker.idCard.

Columns that are days: file: {days: {month: 2026-10}} makes a record of each day of a row, by the headings 1 to 31 (or first: 5,
the column of day 1). month: title finds 2026年10月 in the lines that skip passes over, month: {column: 月份} in each row. The
day and its cell are the columns day and tick:
  work_date: day
  id: {from: "{身份证号}|{day}", hash: true}
  hours: {column: tick, map: {√: 8, 上: 4, 下: 4}, unit: hour}   # with unit, numbers are hours; else only what map says
A day without a tick is left out, unless hours says empty: 0. A cell that is not understood is refused, by row and column.
days: {month: 2026-10, first: 5, columns: 2} is for sheets with a column for each morning and afternoon: a third column, half, is
1 or 2, and must be part of the id. Where each worker has two rows, their label belongs into the id.

anxin produce mapping suggest proposes a mapping for a file. Complete examples, of a bank's list, an account's statement
of fixed width, a site gate, a platform's JSON and a monthly attendance sheet, are in ingest/produce/testdata.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var configPath string
	check := &cobra.Command{
		Use:   "check FILE [SAMPLE]",
		Short: "Tell whether a mapping can be used, and show what it makes of the first records",
		Long: `Checks a mapping. With SAMPLE, a table, it shows the first five records that it makes, personal data masked, and whether
ingest would take each. Ids that are hashes are shown as made with another key.`,
		Example: "  anxin produce mapping check bank-wages.yaml 代发明细.csv",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			m, err := produce.LoadMapping(args[0], c.Ingest.Kafka.Prefix)
			if err != nil {
				return app.BadInput(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: good, for %s%s\n", args[0], c.Ingest.Kafka.Prefix, m.Topic)
			if len(args) == 1 {
				return nil
			}
			source := produce.Source{Path: args[1], Topic: m.Topic, Mapping: m, IDKey: throwAwayKey()}
			return showSample(cmd.Context(), cmd.OutOrStdout(), source, c.Ingest.Rules)
		},
	}
	check.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.AddCommand(check, suggestCommand())
	return cmd
}

func showSample(ctx context.Context, w io.Writer, source produce.Source, rules record.Rules) error {
	const shown = 5
	samples, err := source.Sample(ctx, shown, rules, time.Now)
	if err != nil {
		return inputError(err)
	}
	bad := 0
	for _, s := range samples {
		verdict := "good"
		if s.Problem != "" {
			verdict = s.Problem
			bad++
		}
		fmt.Fprintf(w, "\nline %d: %s\n%s\n", s.Line, verdict, s.Masked)
	}
	if bad > 0 {
		return fmt.Errorf("%d of the first %d records would be rejected", bad, len(samples))
	}
	return nil
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/audit"
	"github.com/anxin-project/anxin/internal/platform/ledger"
)

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit", Short: "Read the audit log and prove that nobody changed it",
		Long: `Who signed in, wrote, exported, saw personal data or changed people, to what, why and with what outcome.`,
	}
	cmd.AddCommand(listAuditCommand(), verifyAuditCommand())
	return cmd
}

func listAuditCommand() *cobra.Command {
	var configPath, since, until string
	var asJSON bool
	var f audit.Filter
	cmd := &cobra.Command{
		Use: "list", Short: "List the audit log, oldest first", Args: cobra.NoArgs,
		Example: "  anxin audit list --action reveal --since 2026-10-01",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if since != "" {
				on, err := asDate("--since", since)
				if err != nil {
					return err
				}
				f.From = on.Start()
			}
			if until != "" {
				on, err := asDate("--until", until)
				if err != nil {
					return err
				}
				f.Until = on.End()
			}
			c, log, err := prepared(configPath)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			if asJSON {
				err = app.AuditEntries(cmd.Context(), c, log, f, func(e audit.Entry) error { return app.EncodeLines(out, []audit.Entry{e}) })
				return errors.Join(err, out.Flush())
			}
			t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "NO\tTIME\tWHO\tWHAT\tTO WHAT\tOUTCOME\tFROM\tPURPOSE")
			n := 0
			err = app.AuditEntries(cmd.Context(), c, log, f, func(e audit.Entry) error {
				fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Seq, e.At.In(civil.Zone).Format(time.DateTime), e.Actor, e.Action, e.Object, e.Outcome, e.Origin, e.Purpose)
				if n++; n%1000 == 0 { // columns are as wide as a thousand lines ask for
					return t.Flush()
				}
				return nil
			})
			return errors.Join(err, t.Flush(), out.Flush())
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&f.Actor, "actor", "", "only of this person")
	cmd.Flags().StringVar(&f.Action, "action", "", "only this action, such as reveal")
	cmd.Flags().StringVar(&since, "since", "", "on this day or later, YYYY-MM-DD")
	cmd.Flags().StringVar(&until, "until", "", "on this day or earlier, YYYY-MM-DD")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func verifyAuditCommand() *cobra.Command {
	var configPath, checkpoint string
	cmd := &cobra.Command{
		Use: "verify", Short: "Tell whether the audit log and the register of people are whole", Args: cobra.NoArgs,
		Long: `Recomputes every entry's hash and tells the first one that was changed, removed, put in or doubled. It prints a checkpoint:
note it outside the database. Verifying against an earlier checkpoint also shows an end that was cut off, or a log that was
written anew. The service's own log has such checkpoints too ("audit log" with "checkpoint").`,
		Example: "  anxin audit verify --checkpoint 1042:6b86b273ff34…",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var earlier ledger.Checkpoint
			if checkpoint != "" {
				var err error
				if earlier, err = ledger.ParseCheckpoint(checkpoint); err != nil {
					return app.BadInput(err)
				}
			}
			c, log, err := prepared(configPath)
			if err != nil {
				return err
			}
			whole, register, err := app.VerifyAudit(cmd.Context(), c, log, earlier)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "audit log: %d entries, whole\nregister of people: %d entries, whole\ncheckpoint to note: %s\n", whole.Seq, register.Seq, whole)
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&checkpoint, "checkpoint", "", "an earlier checkpoint of the audit log, NUMBER:HASH")
	return cmd
}

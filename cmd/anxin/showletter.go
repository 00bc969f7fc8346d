package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/app/letters"
)

func showLetterCommand() *cobra.Command {
	var configPath string
	var reveal bool
	cmd := &cobra.Command{
		Use: "show LETTER", Short: "Show one refused record, with personal fields hidden",
		Long: `Opens a letter with the keys of the configuration. Identity numbers, names, phones and accounts are hidden, and so is what
could be one in a field where it does not belong: Chinese text and long numbers. Of a message that is no JSON everything is
hidden. --reveal shows the message as it came: only where that is allowed.`,
		Example: "  anxin deadletters show wage.payroll/0@1177 --config /etc/anxin/anxin.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			place, err := ingest.ParsePlace(args[0])
			if err != nil {
				return app.BadInput(err)
			}
			protector, err := app.LoadProtector(c.Keys)
			if err != nil {
				return err
			}
			l, message, err := letters.Open(cmd.Context(), c.Ingest.Kafka, protector, place)
			if err != nil {
				return err
			}
			if !reveal {
				message = letters.Hide(message)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s, rejected at %s\n", place, inChina(l.At))
			if !l.ReplayedAt.IsZero() {
				fmt.Fprintf(cmd.OutOrStdout(), "replayed at %s\n", inChina(l.ReplayedAt))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n\n%s\n", l.Reason, l.Detail, message)
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().BoolVar(&reveal, "reveal", false, "show personal data too")
	return cmd
}

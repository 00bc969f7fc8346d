package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest/record"
)

func keysCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Make the secret keys that protect personal data"}
	cmd.AddCommand(&cobra.Command{
		Use: "new FILE", Short: "Write a file of new keys",
		Long: `Writes new keys for hashing identity numbers and for sealing names, phones and dead letters. Whoever holds the file can
read what was sealed, and without it nobody can: keep a copy apart from the records.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := record.GenerateKeys()
			if err != nil {
				return err
			}
			if err := keys.Save(args[0]); err != nil {
				return badInput{err}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: new keys, readable by you alone\n", args[0])
			return nil
		},
	})
	return cmd
}

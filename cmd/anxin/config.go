package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
)

func configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check configuration files"}
	cmd.AddCommand(&cobra.Command{
		Use: "check FILE", Short: "Tell whether a configuration file can be used", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := app.LoadConfiguration(args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: good\n", args[0])
			return nil
		},
	})
	return cmd
}

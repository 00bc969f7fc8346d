package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/platform/store"
)

func migrateCommand() *cobra.Command {
	var configPath string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Create or upgrade the ClickHouse schema",
		Long:  `Brings the schema of the configured store to this version, on a single node or, with store.cluster set, on a cluster. Other commands do the same when they start.`,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, log, err := prepared(configPath)
			if err != nil {
				return err
			}
			database, err := app.Migrate(cmd.Context(), c, log, dryRun, func(m store.Migration) {
				if !dryRun {
					fmt.Fprintln(cmd.OutOrStdout(), m.Name)
					return
				}
				fmt.Fprintf(cmd.OutOrStdout(), "-- %s\n", m.Name)
				for _, statement := range m.Statements {
					fmt.Fprintf(cmd.OutOrStdout(), "%s;\n", statement)
				}
			})
			if err != nil || dryRun {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "database %s is up to date\n", database)
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "print the statements instead of running them")
	return cmd
}

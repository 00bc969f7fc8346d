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
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			log, err := logger("warn")
			if err != nil {
				return err
			}
			s, err := store.Open(cmd.Context(), c.Store, log)
			if err != nil {
				return err
			}
			defer s.Close()
			pending, err := store.Pending(cmd.Context(), s, store.Layout{Cluster: c.Store.Cluster, Database: s.Database()})
			if err != nil {
				return err
			}
			for _, m := range pending {
				if !dryRun {
					fmt.Fprintln(cmd.OutOrStdout(), m.Name)
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "-- %s\n", m.Name)
				for _, statement := range m.Statements {
					fmt.Fprintf(cmd.OutOrStdout(), "%s;\n", statement)
				}
			}
			if dryRun {
				return nil
			}
			if err := s.Migrate(cmd.Context()); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "database %s is up to date\n", s.Database())
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "print the statements instead of running them")
	return cmd
}

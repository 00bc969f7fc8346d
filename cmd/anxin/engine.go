package main

import (
	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/platform/embedded"
)

// engineCommand is the process of the embedded ClickHouse engine, started by anxin itself.
func engineCommand() *cobra.Command {
	engine := &cobra.Command{
		Use: "engine", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return embedded.ServeEngine(cmd.Context()) },
	}
	engine.AddCommand(&cobra.Command{
		Use: "fetch", Args: cobra.NoArgs,
		Short: "Fetch the engine's library into the cache, once",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := embedded.Library(cmd.Context(), cmd.ErrOrStderr())
			return err
		},
	})
	return engine
}

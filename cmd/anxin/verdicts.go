package main

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
)

func verdictsCommand() *cobra.Command {
	var configPath string
	cmd := &cobra.Command{
		Use: "verdicts", Short: "Write what people found of warnings, one JSON object a line, for backtest --verdicts",
		Long: `Reads the log of verdicts, the newest first: true, untrue or settled, with what the warning said then. Verdicts are given by
persons, on the pages or through the API. With the embedded store no other anxin may run on it meanwhile.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			log, err := logger("warn")
			if err != nil {
				return err
			}
			return app.With(cmd.Context(), c, log, func(ctx context.Context, p *app.Parts) error {
				found, err := p.Verdicts(ctx)
				if err != nil {
					return err
				}
				out := json.NewEncoder(cmd.OutOrStdout())
				for _, v := range found.Book().All() {
					if err := out.Encode(v); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	return cmd
}

package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func newDetectorCommand() *cobra.Command {
	var dir, scope, group string
	cmd := &cobra.Command{
		Use: "new ID", Short: "Write the files of a new detector: a query with its header, and tests that hold", Args: cobra.ExactArgs(1),
		Example: "  anxin detectors new crane-idle --scope project --group safeguards\n  anxin detectors test crane-idle --catalog own",
		RunE: func(cmd *cobra.Command, args []string) error {
			id := args[0]
			if err := app.WriteDetector(dir, id, catalog.Scope(scope), catalog.Group(group)); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), `wrote %s and %s
1. put your question into both files
2. anxin detectors test %s --catalog %s
3. give its thresholds values in your policy file, section %s, and: anxin policy check FILE --catalog %s
4. detectors: {catalog: %s} in anxin.yaml puts it to work
`, filepath.Join(dir, id+".sql"), filepath.Join(dir, id+".test.yaml"), id, dir, id, dir, dir)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "own", "folder for the files")
	cmd.Flags().StringVar(&scope, "scope", string(catalog.Project), "what a warning is about: project, employer or township")
	cmd.Flags().StringVar(&group, "group", string(catalog.Payment), "safeguards, payment, foresight or handling")
	return cmd
}

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/detectortest"
	"github.com/anxin-project/anxin/internal/app"
)

func testDetectorsCommand() *cobra.Command {
	var folder string
	cmd := &cobra.Command{
		Use: "test [ID...]", Short: "Run the tests that stand beside detectors, on the embedded engine",
		Long: `Runs ID.test.yaml of the named detectors, or of all: those shipped and those of --catalog. Each test tells a story in
records and names the warnings it must raise as of some dates, and none but these. Exit code 1 when one does not hold.`,
		Example: "  anxin detectors test crane-idle --catalog own",
		RunE: func(cmd *cobra.Command, ids []string) error {
			catalogue, err := shipped.Read(folder)
			if err != nil {
				return app.BadInput(err)
			}
			chosen, err := app.ChooseDetectors(catalogue, ids)
			if err != nil {
				return app.BadInput(err)
			}
			tests, err := detectortest.Read(chosen)
			if err != nil {
				return app.BadInput(err)
			}
			outcomes, err := app.TestDetectors(cmd.Context(), folder, catalogue, tests)
			if err != nil {
				return err
			}
			if failed := printOutcomes(cmd.OutOrStdout(), chosen, outcomes); failed > 0 {
				return fmt.Errorf("%d of %d detectors do not do what their tests say", failed, len(chosen))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&folder, "catalog", "", "folder with further detectors")
	return cmd
}

// printOutcomes writes how every test of every detector came out and returns how many detectors failed: by a test, or by
// having none.
func printOutcomes(w io.Writer, chosen []shipped.Detector, outcomes []detectortest.Outcome) (failed int) {
	for _, one := range chosen {
		fmt.Fprintln(w, one.ID)
		tests, bad := 0, 0
		for _, o := range outcomes {
			if o.Test.Detector != one.ID {
				continue
			}
			tests++
			if len(o.Problems) == 0 {
				fmt.Fprintf(w, "  ok      %s\n", o.Test.Name)
				continue
			}
			bad++
			fmt.Fprintf(w, "  failed  %s\n", o.Test.Name)
			for _, p := range o.Problems {
				fmt.Fprintf(w, "          %s\n", strings.ReplaceAll(p, "\n\t", "\n            "))
			}
		}
		if tests == 0 {
			fmt.Fprintf(w, "  failed  there are no tests: write them into %s.test.yaml beside it\n", one.ID)
		}
		if bad > 0 || tests == 0 {
			failed++
		}
	}
	return failed
}

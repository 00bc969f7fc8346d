package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/law"
)

func detectorsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "detectors", Short: "List, write and test detectors"}
	var folder, lang string
	list := &cobra.Command{
		Use: "list", Short: "List the detectors: what each asks, on what law it rests, what is yellow and what red", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := shipped.Read(folder)
			if err != nil {
				return app.BadInput(err)
			}
			laws, err := shipped.Laws(folder)
			if err != nil {
				return app.BadInput(err)
			}
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "ID\tGROUP\tTITLE\tQUESTION\tBASIS")
			for _, d := range all {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", d.ID, d.Group, d.Title.In(lang), d.Question.In(lang), strings.Join(citations(laws, d.Basis, lang), ", "))
			}
			return t.Flush()
		},
	}
	list.Flags().StringVar(&folder, "catalog", "", "folder with further detectors")
	list.Flags().StringVar(&lang, "lang", "zh", "zh or en")
	cmd.AddCommand(list, newDetectorCommand(), testDetectorsCommand())
	return cmd
}

// citations lists what a detector rests on, with a note beside what nobody could read.
func citations(laws *law.Registry, basis []string, lang string) []string {
	noted := slices.Clone(basis)
	for i, code := range basis {
		if !laws.Resolve(code).Checked() {
			noted[i] += " (" + law.NotChecked.In(lang) + ")"
		}
	}
	return noted
}

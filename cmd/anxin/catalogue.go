package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/detectors"
	"github.com/anxin-project/anxin/detectors/policy"
)

func detectorsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "detectors", Short: "Look at the catalogue of detectors"}
	var folder, lang string
	list := &cobra.Command{
		Use: "list", Short: "List the detectors: what each asks, on what law it rests, what is yellow and what red", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := detectors.Catalogue(folder)
			if err != nil {
				return badInput{err}
			}
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "ID\tGROUP\tTITLE\tQUESTION\tBASIS")
			for _, d := range all {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", d.ID, d.Group, d.Title.In(lang), d.Question.In(lang), strings.Join(d.Basis, ", "))
			}
			return t.Flush()
		},
	}
	list.Flags().StringVar(&folder, "catalog", "", "folder with further detectors")
	list.Flags().StringVar(&lang, "lang", "zh", "zh or en")
	cmd.AddCommand(list)
	return cmd
}

func policyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Short: "Check and show policy: thresholds, weights and deadlines with their sources"}
	cmd.AddCommand(
		&cobra.Command{
			Use: "check FILE", Short: "Tell whether a policy file can be used", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				p, err := policy.Load(args[0])
				if err != nil {
					return badInput{err}
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: good, policy version %s\n", args[0], p.Version())
				return nil
			},
		},
		&cobra.Command{
			Use: "show [FILE]", Short: "Show every value with its region, first day and source", Args: cobra.MaximumNArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				p, err := policy.Load(strings.Join(args, ""))
				if err != nil {
					return badInput{err}
				}
				t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(t, "PARAMETER\tVALUE\tREGION\tFROM\tSOURCE")
				for _, section := range p.Sections() {
					for _, name := range p.Names(section) {
						for _, s := range p.Settings(section, name) {
							region, from := s.Region, "always"
							if region == "" {
								region = "all"
							}
							if s.From != nil {
								from = s.From.String()
							}
							fmt.Fprintf(t, "%s.%s\t%v\t%s\t%s\t%s\n", section, name, s.Value, region, from, s.Source)
						}
					}
				}
				return t.Flush()
			},
		},
	)
	return cmd
}

package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/law"
)

func policyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Short: "Check and show policy: thresholds, weights and deadlines with their sources"}
	var folder, holidays string
	check := &cobra.Command{
		Use: "check [FILE]", Short: "Tell whether a policy file, or a file of holidays, can be used, and what it changes",
		Example: `  anxin policy check policy.yaml
  anxin policy check --holidays holidays.txt`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && holidays == "" {
				return app.BadInput(errors.New("want a policy file, or --holidays FILE"))
			}
			if len(args) > 0 {
				_, p, err := app.LoadRules(folder, args[0], today())
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: good, policy version %s\n", args[0], p.Version())
			}
			if holidays == "" {
				return nil
			}
			_, changes, err := app.LoadCalendar(holidays)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: good, over the notices shipped:\n", holidays)
			for _, a := range changes {
				fmt.Fprintf(cmd.OutOrStdout(), "  %s\n", a)
			}
			return nil
		},
	}
	check.Flags().StringVar(&holidays, "holidays", "", "file with holiday notices, of which to say what it changes")
	show := &cobra.Command{
		Use: "show [FILE]", Short: "Show every value with its region, first day and source", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, p, err := app.LoadRules(folder, strings.Join(args, ""), today())
			if err != nil {
				return err
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
						source := s.Source.EN
						if s.Unverified {
							source += " (" + law.NotChecked.EN + ")"
						}
						fmt.Fprintf(t, "%s.%s\t%v\t%s\t%s\t%s\n", section, name, s.Value, region, from, source)
					}
				}
			}
			names := p.Sources()
			for _, code := range slices.Sorted(maps.Keys(names)) {
				fmt.Fprintf(t, "sources.%s\t%s (%s)\t\t\t\n", code, names[code].EN, names[code].ZH)
			}
			return t.Flush()
		},
	}
	for _, c := range []*cobra.Command{check, show} {
		c.Flags().StringVar(&folder, "catalog", "", "folder with further detectors, which the file may set too")
		cmd.AddCommand(c)
	}
	return cmd
}

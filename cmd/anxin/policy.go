package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/policy"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/law"
)

// loadRules reads the detectors of a folder beside those shipped, and the policy that gives every one of them its
// thresholds; both paths may be empty.
func loadRules(folder, policyPath string, on civil.Date) ([]shipped.Detector, *policy.Policy, error) {
	catalogue, err := shipped.Read(folder)
	if err != nil {
		return nil, nil, badInput{err}
	}
	p, err := policy.Load(policyPath, shipped.Headers(catalogue))
	if err == nil {
		err = errors.Join(shipped.Supplied(catalogue, p, on), checkTerms(p))
	}
	if err != nil {
		return nil, nil, badInput{err}
	}
	return catalogue, p, nil
}

func policyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Short: "Check and show policy: thresholds, weights and deadlines with their sources"}
	var folder string
	check := &cobra.Command{
		Use: "check FILE", Short: "Tell whether a policy file can be used", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, p, err := loadRules(folder, args[0], today())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: good, policy version %s\n", args[0], p.Version())
			return nil
		},
	}
	show := &cobra.Command{
		Use: "show [FILE]", Short: "Show every value with its region, first day and source", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, p, err := loadRules(folder, strings.Join(args, ""), today())
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

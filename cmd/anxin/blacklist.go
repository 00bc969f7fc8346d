package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/alerts/blacklist"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/casefile"
)

func blacklistCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "blacklist", Short: "The joint-discipline list: show it, publish it, verify a publication",
		Long: "Reads the log; steps are taken by persons, through the API. With the embedded store no other anxin may run on it meanwhile.",
	}
	cmd.AddCommand(blacklistListCommand(), blacklistPublishCommand(), blacklistVerifyCommand())
	return cmd
}

// withBlacklist opens the list of a configuration, to be read.
func withBlacklist(ctx context.Context, c app.Configuration, do func(*blacklist.Store) error) error {
	log, err := logger("warn")
	if err != nil {
		return err
	}
	return app.With(ctx, c, log, func(ctx context.Context, p *app.Parts) error {
		list, err := p.Blacklist(ctx)
		if err != nil {
			return err
		}
		return do(list)
	})
}

func blacklistListCommand() *cobra.Command {
	var configPath, territory, stage string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List entries with their stage and what is due", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			return withBlacklist(cmd.Context(), c, func(list *blacklist.Store) error {
				entries := list.List(blacklist.Filter{Territory: territory, Stage: casefile.EntryStage(stage)})
				if asJSON {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(entries)
				}
				t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(t, "ENTRY\tNAME\tCOUNTY\tSTAGE\tUNTIL\tDUE")
				for _, e := range entries {
					until, due := "", ""
					if e.Until != nil {
						until = e.Until.String()
					}
					for _, d := range e.Deadlines {
						if d.DoneOn == nil && d.Due != nil {
							due += fmt.Sprintf("%s %s (%s) ", d.Kind, d.Due, d.State)
						}
					}
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", e.ID, e.Name, e.County, e.Stage, until, due)
				}
				return t.Flush()
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&territory, "territory", "", "leading digits of the division code")
	cmd.Flags().StringVar(&stage, "stage", "", "candidate, notified, objected, verified, decided, listed, removal_requested, removed, expired, withdrawn or not_listed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON; persons' names are not masked")
	return cmd
}

func blacklistPublishCommand() *cobra.Command {
	var configPath, out string
	cmd := &cobra.Command{
		Use: "publish", Short: "Write the list as the law makes it public, with a signed manifest",
		Long: "Writes " + blacklist.JSONFile + ", " + blacklist.CSVFile + ", " + blacklist.WorkbookFile + ", " + blacklist.ManifestFile + " and " + blacklist.SignatureFile +
			". The key is alerts.signing_key of the configuration.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			if c.Alerts.SigningKey == "" {
				return app.BadInput(errors.New("there is no key to sign with: make one with `openssl genpkey -algorithm ed25519 -out list-key.pem` and set alerts.signing_key"))
			}
			key, err := blacklist.LoadKey(c.Alerts.SigningKey)
			if err != nil {
				return app.BadInput(fmt.Errorf("alerts.signing_key: %w", err))
			}
			return withBlacklist(cmd.Context(), c, func(list *blacklist.Store) error {
				publication := list.Publication()
				files, err := publication.Sign(key)
				if err != nil {
					return err
				}
				if err := blacklist.Write(out, files); err != nil {
					return fmt.Errorf("writing the publication: %w", err)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%d employers on the list of %s, in %s\n", len(publication.Employers), publication.On, out)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file")
	cmd.Flags().StringVar(&out, "out", "", "folder to write to")
	_ = cmd.MarkFlagRequired("out") // the flag is there
	return cmd
}

func blacklistVerifyCommand() *cobra.Command {
	var keyPath string
	cmd := &cobra.Command{
		Use: "verify DIR", Short: "Tell whether a publication is as it was signed", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := blacklist.LoadPublicKey(keyPath)
			if err != nil {
				return app.BadInput(err)
			}
			m, err := blacklist.Check(args[0], key)
			if errors.Is(err, os.ErrNotExist) {
				return app.BadInput(err)
			}
			if err != nil {
				return fmt.Errorf("%s: do not use this publication: %w", args[0], err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "good: %d employers on the list of %s, signed with key %s\n", m.Employers, m.On, m.Key)
			return nil
		},
	}
	cmd.Flags().StringVar(&keyPath, "key", "", "public key in PEM, as `openssl pkey -pubout` writes it")
	_ = cmd.MarkFlagRequired("key") // the flag is there
	return cmd
}

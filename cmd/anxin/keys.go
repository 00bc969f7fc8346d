package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

func keysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "keys", Short: "Make, show and rotate the secret keys that protect personal data",
		Long: `The key file holds what identity numbers are hashed with and names, phones and dead letters are sealed with. Only its owner
may read it. To replace the hash key without making strangers of workers: keys rotate, restart ingest, wait until all
workers have been met again, keys end, restart ingest (docs/how-to/keys.md).`,
	}
	cmd.AddCommand(newKeysCommand(), showKeysCommand(), rotateKeysCommand(), endRotationCommand())
	return cmd
}

func newKeysCommand() *cobra.Command {
	return &cobra.Command{
		Use: "new FILE", Short: "Write a file of new keys",
		Long: `Writes new keys for hashing identity numbers and for sealing names, phones and dead letters. Whoever holds the file can
read what was sealed, and without it nobody can: keep a copy apart from the records.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := record.GenerateKeys(today())
			if err != nil {
				return err
			}
			if err := keys.Save(args[0]); err != nil {
				return app.BadInput(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: new keys, readable by you alone\n", args[0])
			return nil
		},
	}
}

func showKeysCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show [FILE]", Short: "Check a key file and list its keys, without the secrets",
		Long: `Lists each key by its id, the day it was made and what it is used for, and fails where ingest would refuse the file.
Without FILE it reads the variable ` + app.KeysVariable + `.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && os.Getenv(app.KeysVariable) == "" {
				return app.BadInput(errors.New("name a key FILE, or set " + app.KeysVariable + " to the content of one"))
			}
			load := record.LoadKeys
			if len(args) == 0 {
				args, load = []string{""}, app.LoadKeys
			}
			keys, err := load(args[0])
			if err != nil {
				return app.BadInput(err)
			}
			return printKeys(cmd.OutOrStdout(), keys)
		},
	}
}

func printKeys(w io.Writer, keys record.Keys) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KIND\tID\tMADE ON\tUSE")
	for _, k := range keys.List() {
		made, use := "unknown", "hashes identity numbers and accounts"
		if k.Made.OK {
			made = k.Made.V.String()
		}
		switch {
		case k.Kind == record.SealKey && k.Current:
			use = "seals names, phones and dead letters"
		case k.Kind == record.SealKey:
			use = "opens what it sealed"
		case !k.Current:
			use = "previous: joined with the current one until keys end"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", k.Kind, k.ID, made, use)
	}
	return t.Flush()
}

func rotateKeysCommand() *cobra.Command {
	var only string
	cmd := &cobra.Command{
		Use: "rotate FILE", Short: "Add new current keys and keep the old ones beside them",
		Long: `Adds a new hash key and a new seal key, which are used from the next start of ingest on. The old hash key stays beside the
new one: ingest computes both and stores what joins a worker's old and new hash, until anxin keys end. The old seal keys
stay for good, to open what they sealed.

The file is replaced as a whole or not at all, with the owner and mode it had. Keep a copy of the new file in the safe.`,
		Example: "  anxin keys rotate /etc/anxin/keys\n  anxin keys rotate /etc/anxin/keys --only seal",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if only != "" && only != record.HashKey && only != record.SealKey {
				return app.BadInput(fmt.Errorf("--only %q: want hash or seal", only))
			}
			if err := app.RotateKeys(args[0], only); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: rotated; restart every ingest so that it reads the new keys, and copy the file to the safe\n", args[0])
			if only != record.SealKey {
				fmt.Fprintf(cmd.OutOrStdout(), "When all workers have been met again: anxin keys end %s\n", args[0])
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&only, "only", "", "rotate the hash key or the seal key alone: hash or seal")
	return cmd
}

func endRotationCommand() *cobra.Command {
	var configPath string
	var yes bool
	cmd := &cobra.Command{
		Use: "end FILE", Short: "End a rotation: drop the previous hash key",
		Long: `Asks the store how many workers, legal persons and accounts are known under the previous hash key alone. While there are
any it refuses: when next met, each would be somebody new. Those who have left are never met again; --yes ends the
rotation without them. What is joined stays joined.

Ingest must have been restarted since the rotation: one that still runs with the old file joins nobody.`,
		Example: "  anxin keys end /etc/anxin/keys --config /etc/anxin/anxin.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := app.LoadConfiguration(configPath)
			if err != nil {
				return err
			}
			dropped, err := app.EndRotation(cmd.Context(), c, args[0], yes, func(joined []ingest.Joined) { printJoined(cmd.OutOrStdout(), joined) })
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: hash key %s dropped; restart every ingest, and copy the file to the safe\n", args[0], dropped)
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file, which names the store")
	cmd.Flags().BoolVar(&yes, "yes", false, "end the rotation although some are not joined")
	return cmd
}

// printJoined says how far a rotation has come.
func printJoined(w io.Writer, joined []ingest.Joined) {
	names := map[string]string{record.AliasPerson: "workers and legal persons", record.AliasAccount: "accounts"}
	for _, j := range joined {
		fmt.Fprintf(w, "%s: %d joined, %d known under the previous key alone", names[j.Kind], j.Joined, j.Left)
		if j.Left > 0 {
			fmt.Fprintf(w, ", whose latest record is of %s", j.Newest.In(civil.Zone).Format(time.DateOnly))
			if j.Joined == 0 {
				fmt.Fprint(w, " (was ingest restarted after the rotation?)")
			}
		}
		fmt.Fprintln(w)
	}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/domain/edition"
)

func editionsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "editions", Short: "Publish and compare the monthly editions (月度通报，晾晒) of the wage-safety index"}
	var configPath string
	cmd.PersistentFlags().StringVar(&configPath, "config", "", "configuration file")
	cmd.AddCommand(editionsListCommand(&configPath), editionsPublishCommand(&configPath), editionsDiffCommand(&configPath))
	return cmd
}

func editionsListCommand(configPath *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the editions, and check that each is as it was published",
		Long: `Lists the published editions with their data cut-off, policy version and digest. Each is read again and its digest
recomputed; when one is not as it was published, the exit code is 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withParts(cmd.Context(), *configPath, func(ctx context.Context, p *app.Parts) error {
				return listEditions(ctx, p.Store, cmd.OutOrStdout(), asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the list as JSON")
	return cmd
}

func listEditions(ctx context.Context, conn driver.Conn, out io.Writer, asJSON bool) error {
	list, err := app.CheckedEditions(ctx, conn)
	if err != nil {
		return err
	}
	if asJSON {
		err = json.NewEncoder(out).Encode(list)
	} else {
		t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "EDITION\tMONTH\tDATA CUT-OFF\tPUBLISHED\tPOLICY\tDIGEST\tINTACT")
		for _, e := range list {
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%.16s\t%t\n", e.Number, e.Month, e.AsOf, e.PublishedAt.In(civil.Zone).Format("2006-01-02 15:04"), e.Policy, e.Digest, e.Intact)
		}
		err = t.Flush()
	}
	if at := slices.IndexFunc(list, func(e app.CheckedEdition) bool { return !e.Intact }); err == nil && at >= 0 {
		err = fmt.Errorf("edition %d is not as it was published: its rows in the store, or those of the list of editions, were changed afterwards; restore them from a backup", list[at].Number)
	}
	return err
}

func editionsPublishCommand(configPath *string) *cobra.Command {
	var month string
	cmd := &cobra.Command{
		Use: "publish", Short: "Publish the edition of a month",
		Long: `Publishes the edition of a month: the index of every township, county and prefecture as of a day of the next month
(policy editions.as_of_day, so that pay lists and banks have come), the talks proposed, the employers' compliance grades and
the reported rates. It takes the run as of that day that was begun after the day was over, or makes it. A month has one edition, which never changes: published again, it is the one there is.
A month whose day is still to come, a stale index and a run by another policy are refused.`,
		Example: "  anxin editions publish --month 2026-10", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			of := civil.DateOf(time.Now()).Month() - 1
			if month != "" {
				var err error
				if of, err = civil.ParseMonth(month); err != nil {
					return app.BadInput(fmt.Errorf("--month %q is not a month: want YYYY-MM, such as 2026-10", month))
				}
			}
			return withParts(cmd.Context(), *configPath, func(ctx context.Context, p *app.Parts) error {
				e, talks, published, err := p.PublishEdition(ctx, of)
				if err != nil {
					return err
				}
				if !published {
					fmt.Fprintf(cmd.OutOrStdout(), "%s is published already: edition %d\n", e.Month, e.Number)
					return nil
				}
				fmt.Fprintf(cmd.OutOrStdout(), "edition %d of %s published: data as of %s, talks proposed with %d townships\n", e.Number, e.Month, e.AsOf, len(talks))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&month, "month", "", "the month, YYYY-MM (default: the one before this)")
	return cmd
}

func editionsDiffCommand(configPath *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "diff FROM TO", Short: "Show what moved between two editions, by component",
		Long: `Shows for every unit how its index, light and rank moved from one edition to another, and how much of it each
component and the cap made: the parts add up to the change exactly as shown. Between two forms of the index, which measure
differently, nothing is said to move.`,
		Example: "  anxin editions diff 4 5", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var numbers [2]uint32
			for i, arg := range args {
				n, err := strconv.ParseUint(arg, 10, 32)
				if err != nil {
					return app.BadInput(fmt.Errorf("%q is not the number of an edition: `anxin editions list` shows them", arg))
				}
				numbers[i] = uint32(n)
			}
			return withParts(cmd.Context(), *configPath, func(ctx context.Context, p *app.Parts) error {
				return diffEditions(ctx, p.Store, cmd.OutOrStdout(), numbers[0], numbers[1], asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the differences as JSON")
	return cmd
}

func diffEditions(ctx context.Context, conn driver.Conn, out io.Writer, from, to uint32, asJSON bool) error {
	changes, err := app.CompareEditions(ctx, conn, from, to)
	if err != nil {
		return err
	}
	if asJSON {
		return encodeChanges(out, from, to, changes)
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "CODE\tNAME\tLIGHT\tRANK\tFROM\tTO\tMOVED")
	if at := slices.IndexFunc(changes, func(c edition.Change) bool { return len(c.Parts) > 0 }); at >= 0 {
		for _, part := range changes[at].Parts {
			fmt.Fprintf(t, "\t%s", strings.ToUpper(part.Component))
		}
	}
	fmt.Fprintln(t)
	for _, c := range changes {
		was, is := stand(c.From), stand(c.To)
		fmt.Fprintf(t, "%s\t%s\t%s → %s\t%s → %s\t%s\t%s", c.Code, c.Unit().Name, was.light, is.light, was.rank, is.rank, was.index, is.index)
		if c.Moved == nil {
			fmt.Fprintln(t, "\t–")
			continue
		}
		fmt.Fprintf(t, "\t%+.1f", *c.Moved)
		for _, part := range c.Parts {
			fmt.Fprintf(t, "\t%+.1f", part.Points)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// standing is where a unit stands in an edition, as text.
type standing struct{ index, light, rank string }

func stand(u *edition.Unit) standing {
	s := standing{"–", "–", "–"}
	if u == nil {
		return s
	}
	s.light = u.Light
	if u.Index != nil {
		s.index = fmt.Sprintf("%.1f", *u.Index)
	}
	if u.Rank > 0 {
		s.rank = fmt.Sprintf("%d/%d", u.Rank, u.RankedOf)
	}
	return s
}

// encodeChanges writes the differences as one object.
func encodeChanges(out io.Writer, from, to uint32, changes []edition.Change) error {
	type side struct {
		Index    *float64 `json:"index"`
		Light    string   `json:"light"`
		Rank     uint32   `json:"rank"`
		RankedOf uint32   `json:"ranked_of"`
	}
	sideOf := func(u *edition.Unit) *side {
		if u == nil {
			return nil
		}
		return &side{u.Index, u.Light, u.Rank, u.RankedOf}
	}
	type unit struct {
		Unit string `json:"unit"`
		Name string `json:"name"`
		edition.Change
		From *side `json:"from"` // null: not in this edition
		To   *side `json:"to"`
	}
	all := struct {
		From  uint32 `json:"from"`
		To    uint32 `json:"to"`
		Units []unit `json:"units"`
	}{from, to, make([]unit, len(changes))}
	for i, c := range changes {
		all.Units[i] = unit{c.Unit().Unit, c.Unit().Name, c, sideOf(c.From), sideOf(c.To)}
	}
	return json.NewEncoder(out).Encode(all)
}

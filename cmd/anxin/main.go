// Command anxin (安薪) watches over the wages of migrant workers: it ingests payroll and real-name records, computes
// early warnings and the wage-safety index of townships, and turns alerts into cases.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/anxin-project/anxin/internal/app"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // wrong usage or bad input
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	// The first Ctrl-C ends the work in order: what is in hand is stored and committed. A second one ends at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	root := command()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "anxin: stopped")
		return exitFailed
	case app.IsBadInput(err) || usage(err):
		fmt.Fprintf(os.Stderr, "anxin: %v\n", err)
		return exitUsage
	default:
		fmt.Fprintf(os.Stderr, "anxin: %v\n", err)
		return exitFailed
	}
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:   "anxin",
		Short: "安薪: early warning of wage arrears, from records to cases",
		Long: `安薪 (Anxin) watches over the wages of migrant workers. Records of payroll, attendance, wage accounts and
complaints stream through Kafka into ClickHouse; detectors find arrears and what leads to them; a wage-safety index
(安薪指数) ranks townships; alerts open cases, which people decide.

Try it:        anxin demo
Your records:  anxin assess DIR --as-of 2026-10-31 --out OUT
In production: anxin serve --config anxin.yaml`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(
		demoCommand(), assessCommand(), backtestCommand(),
		serveCommand(), ingestCommand(), detectCommand(), alertsCommand(), consoleCommand(),
		produceCommand(), deadlettersCommand(), runsCommand(), simulateCommand(), migrateCommand(),
		detectorsCommand(), editionsCommand(), policyCommand(), blacklistCommand(), verdictsCommand(), configCommand(), keysCommand(), usersCommand(), auditCommand(), benchCommand(), engineCommand(), riskCommand(),
	)
	return root
}

// usage tells whether cobra refused the command line.
func usage(err error) bool {
	text := err.Error()
	for _, start := range []string{"unknown command", "unknown flag", "unknown shorthand", "flag needs an argument", "invalid argument", "required flag", "accepts ", "requires ", "missing argument"} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return false
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/logs"
)

// logger writes to standard error: text on a terminal, JSON else.
func logger(level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, app.BadInput(fmt.Errorf("--log-level %q: want debug, info, warn or error", level))
	}
	options := &slog.HandlerOptions{Level: l, ReplaceAttr: logs.Replace}
	if terminal(os.Stderr) {
		return slog.New(slog.NewTextHandler(os.Stderr, options)), nil
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options)), nil
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// asDate reads a date from the command line.
func asDate(flag, text string) (civil.Date, error) {
	d, err := civil.ParseDate(text)
	if err != nil {
		return 0, app.BadInput(fmt.Errorf("%s %q is not a date: want YYYY-MM-DD, such as 2026-10-31", flag, strings.TrimSpace(text)))
	}
	return d, nil
}

func today() civil.Date { return civil.DateOf(time.Now()) }

// prepared is what a command that works on the store needs: its configuration, and a log of what goes wrong.
func prepared(configPath string) (c app.Configuration, log *slog.Logger, err error) {
	if c, err = app.LoadConfiguration(configPath); err == nil {
		log, err = logger("warn")
	}
	return c, log, err
}

// withParts opens the components of a configuration for one command.
func withParts(ctx context.Context, configPath string, do func(context.Context, *app.Parts) error) error {
	c, log, err := prepared(configPath)
	if err != nil {
		return err
	}
	return app.With(ctx, c, log, do)
}

// printJSON prints a report for machines, and for people who look at it.
func printJSON(w io.Writer, report any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(report)
}

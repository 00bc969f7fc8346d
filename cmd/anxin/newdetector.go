package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/skeleton"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

func newDetectorCommand() *cobra.Command {
	var dir, scope, group string
	cmd := &cobra.Command{
		Use: "new ID", Short: "Write the files of a new detector: a query with its header, and tests that hold", Args: cobra.ExactArgs(1),
		Example: "  anxin detectors new crane-idle --scope project --group safeguards\n  anxin detectors test crane-idle --catalog own",
		RunE: func(cmd *cobra.Command, args []string) error {
			id := args[0]
			query, tests, err := skeleton.Write(id, dir, catalog.Scope(scope), catalog.Group(group))
			if err != nil {
				return badInput{err}
			}
			all, err := shipped.Read("")
			if err != nil {
				return err
			}
			if slices.ContainsFunc(all, func(d shipped.Detector) bool { return d.ID == id }) {
				return badInput{fmt.Errorf("%s is shipped with Anxin: choose another id, or put a changed copy of its file into %s to replace it", id, dir)}
			}
			if err := writeNew(dir, map[string]string{id + ".sql": query, id + ".test.yaml": tests}); err != nil {
				return badInput{err}
			}
			fmt.Fprintf(cmd.OutOrStdout(), `wrote %s and %s
1. put your question into both files
2. anxin detectors test %s --catalog %s
3. give its thresholds values in your policy file, section %s, and: anxin policy check FILE --catalog %s
4. detectors: {catalog: %s} in anxin.yaml puts it to work
`, filepath.Join(dir, id+".sql"), filepath.Join(dir, id+".test.yaml"), id, dir, id, dir, dir)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "own", "folder for the files")
	cmd.Flags().StringVar(&scope, "scope", string(catalog.Project), "what a warning is about: project, employer or township")
	cmd.Flags().StringVar(&group, "group", string(catalog.Payment), "safeguards, payment, foresight or handling")
	return cmd
}

// writeNew writes files into a folder, none when one of them is there already.
func writeNew(dir string, files map[string]string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the folder: %w", err)
	}
	for name := range files {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already: choose another id or folder", filepath.Join(dir, name))
		}
	}
	for name, text := range files {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = f.WriteString(text)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

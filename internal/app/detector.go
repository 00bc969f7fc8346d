package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	shipped "github.com/anxin-project/anxin/detectors/catalog"
	"github.com/anxin-project/anxin/detectors/skeleton"
	"github.com/anxin-project/anxin/internal/domain/catalog"
)

// WriteDetector writes the files of a new detector into a folder: a query with its header, and tests that hold. An id that
// is taken, and whatever else the caller can choose otherwise, is BadInput; then nothing is written.
func WriteDetector(dir, id string, scope catalog.Scope, group catalog.Group) error {
	query, tests, err := skeleton.Write(id, dir, scope, group)
	if err != nil {
		return BadInput(err)
	}
	all, err := shipped.Read("")
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(d shipped.Detector) bool { return d.ID == id }) {
		return BadInput(fmt.Errorf("%s is shipped with Anxin: choose another id, or put a changed copy of its file into %s to replace it", id, dir))
	}
	if err := writeNew(dir, map[string]string{id + ".sql": query, id + ".test.yaml": tests}); err != nil {
		return BadInput(err)
	}
	return nil
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

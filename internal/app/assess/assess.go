// Package assess evaluates folders of records on engines embedded in this program: as of one date, or of one date after the other
// to tell what the warnings were worth.
package assess

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/anxin-project/anxin/detectors/index"
	"github.com/anxin-project/anxin/detectors/pass"
	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/produce"
	"github.com/anxin-project/anxin/internal/app"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// Options say what Run evaluates.
type Options struct {
	Dir      string     // the records: wage.TOPIC.ndjson, also .gz and .zst
	AsOf     civil.Date // only what was recorded by its end counts
	Policy   string     // a policy file laid over the national one; may be empty
	Holidays string     // a file with working-day notices of further years; may be empty
	Out      string     // the folder for the result, which is made
}

// Run loads the records by the same path as in production, makes a pass and writes what it found into the folder for the
// result: each file whole or not at all. The same records give the same files. It reports its progress to show. A folder, a
// policy or an option that cannot be used is app.BadInput.
func Run(ctx context.Context, o Options, show app.Show) (*Summary, error) {
	files, err := produce.Files(o.Dir, ingest.DefaultConfiguration().Kafka.Prefix)
	if err != nil {
		return nil, app.BadInput(err)
	}
	if _, _, err := app.LoadRules("", o.Policy, o.AsOf); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return nil, app.BadInput(fmt.Errorf("--out: %w", err))
	}
	result := NewSummary(o.AsOf)
	c := app.DefaultConfiguration()
	c.Policy, c.Holidays = o.Policy, o.Holidays
	err = withRecords(ctx, c, files, o.AsOf, result, show, func(p *app.Parts, letters []ingest.DeadLetter) error {
		start := time.Now()
		show("evaluating as of %s", o.AsOf)
		all, err := p.Detectors()
		if err != nil {
			return err
		}
		pass, err := all.Pass(ctx, o.AsOf)
		if err != nil {
			return err
		}
		result.Found(pass)
		result.Stage("detect", start)
		return writeResult(o.Out, pass, letters, p.Policy.Version())
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// writeResult writes the files of a result, each whole or not at all.
func writeResult(dir string, r pass.Result, letters []ingest.DeadLetter, policyVersion string) error {
	return errors.Join(
		writeWhole(filepath.Join(dir, "warnings.ndjson"), func(w io.Writer) error { return app.EncodeLines(w, r.Active()) }),
		writeWhole(filepath.Join(dir, "index.csv"), func(w io.Writer) error { return pass.WriteIndexCSV(w, r, policyVersion) }),
		writeLosses(filepath.Join(dir, "index-losses.ndjson"), r),
		writeWhole(filepath.Join(dir, "deadletters.ndjson"), func(w io.Writer) error { return app.EncodeLines(w, letters) }),
	)
}

// writeLosses writes the points that were lost, where any were, and leaves no file of an earlier result where none were.
func writeLosses(path string, r pass.Result) error {
	if slices.ContainsFunc(r.Index, func(row index.Row) bool { return len(row.Lost) > 0 }) {
		return writeWhole(path, func(w io.Writer) error { return pass.WriteLosses(w, r) })
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeWhole writes a file beside its place and moves it there when it is complete.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".anxin-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	err = errors.Join(write(f), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

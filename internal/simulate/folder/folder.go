// Package folder writes a simulated world into a folder of records, and reads its truth back.
package folder

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/anxin-project/anxin/internal/simulate"
	"github.com/anxin-project/anxin/internal/simulate/causal"
)

// Write simulates Options.From to Options.To into dir: wage.<topic>.ndjson.zst for each topic, in order of arrival, and
// truth.ndjson. The folder appears complete or not at all: everything is written beside it and renamed at the end. A
// folder left by an earlier call is replaced; one that holds anything else is refused. progress, if not nil, is told
// the days done.
func Write(ctx context.Context, o simulate.Options, dir string, progress func(done, total int)) error {
	w, err := simulate.New(o)
	if err != nil {
		return err
	}
	return whole(ctx, dir, func(temp string) error {
		return errors.Join(writeTopics(ctx, w, temp, progress), writeTruth(filepath.Join(temp, truthFile), w.Truth()))
	})
}

// WriteCausal does the same for worlds by their cash flow.
func WriteCausal(ctx context.Context, o causal.Options, dir string) error {
	return whole(ctx, dir, func(temp string) error {
		files, done, err := create(temp)
		if err != nil {
			return errors.Join(err, done())
		}
		truth, err := causal.Simulate(o, func(topic string, json []byte) error {
			_, err := files[topic].Write(append(json, '\n'))
			return err
		})
		return errors.Join(err, done(), writeTruth(filepath.Join(temp, truthFile), truth))
	})
}

// whole lets write fill a folder that takes the place of dir when it is complete.
func whole(ctx context.Context, dir string, write func(temp string) error) (err error) {
	dir = filepath.Clean(dir)
	old, err := replaceable(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-")
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(temp))
		}
	}()
	if err := write(temp); err != nil {
		return err
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	aside := temp + ".old"
	if old {
		if err := os.Rename(dir, aside); err != nil {
			return fmt.Errorf("simulate: make room: %w", err)
		}
	}
	if err := os.Rename(temp, dir); err != nil {
		if old {
			err = errors.Join(err, os.Rename(aside, dir))
		}
		return fmt.Errorf("simulate: put in place: %w", err)
	}
	if old {
		return os.RemoveAll(aside)
	}
	return nil
}

const truthFile = "truth.ndjson"

func topicFile(topic string) string { return "wage." + topic + ".ndjson.zst" }

// replaceable says whether dir exists; it is an error when it holds files that Write does not write.
func replaceable(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("simulate: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); name != truthFile && !(strings.HasPrefix(name, "wage.") && strings.HasSuffix(name, ".ndjson.zst")) {
			return false, fmt.Errorf("simulate: %s holds %s, which no simulation wrote; name an empty or new folder", dir, name)
		}
	}
	return true, nil
}

// create opens the files of all topics, and returns what completes them.
func create(dir string) (files map[string]io.Writer, done func() error, err error) {
	files = make(map[string]io.Writer, len(simulate.Topics))
	var closes []func() error
	done = func() (err error) {
		for _, c := range closes {
			err = errors.Join(err, c())
		}
		return err
	}
	for _, topic := range simulate.Topics {
		f, err := os.Create(filepath.Join(dir, topicFile(topic)))
		if err != nil {
			return nil, done, fmt.Errorf("simulate: %w", err)
		}
		closes = append(closes, f.Close)
		z, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return nil, done, err
		}
		b := bufio.NewWriterSize(z, 1<<17)
		files[topic] = b
		closes[len(closes)-1] = func() error { return errors.Join(b.Flush(), z.Close(), f.Close()) }
	}
	return files, done, nil
}

func writeTopics(ctx context.Context, w *simulate.World, dir string, progress func(done, total int)) (err error) {
	files, done, err := create(dir)
	defer func() { err = errors.Join(err, done()) }()
	if err != nil {
		return err
	}
	total := int(w.Last() - w.Today())
	sink := func(r simulate.Record) error {
		f := files[r.Topic]
		if _, err := f.Write(r.JSON); err != nil {
			return err
		}
		_, err := f.Write(newline)
		return err
	}
	for day := 1; day <= total; day++ {
		if err := w.Day(ctx, sink); err != nil {
			return fmt.Errorf("simulate %v: %w", w.Today(), err)
		}
		if progress != nil {
			progress(day, total)
		}
	}
	return nil
}

var newline = []byte{'\n'}

func writeTruth[T any](path string, truth []T) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	b := bufio.NewWriter(f)
	e := json.NewEncoder(b)
	for _, t := range truth {
		if err := e.Encode(t); err != nil {
			return fmt.Errorf("simulate: writing the truth: %w", err)
		}
	}
	return b.Flush()
}

// ReadTruth reads the truth that Write left in a folder; nil where there is none.
func ReadTruth(dir string) (all []simulate.Truth, err error) {
	path := filepath.Join(dir, truthFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the truth: %w", err)
	}
	defer f.Close()
	all = []simulate.Truth{}
	for lines := json.NewDecoder(f); ; {
		var t simulate.Truth
		switch err := lines.Decode(&t); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("%s, entry %d: %w; leave the file out to go without it", path, len(all)+1, err)
		}
		all = append(all, t)
	}
}

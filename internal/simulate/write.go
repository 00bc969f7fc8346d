package simulate

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// WriteDir simulates Options.From to Options.To into dir: wage.<topic>.ndjson.zst for each topic, in order of arrival, and
// truth.ndjson. The folder appears complete or not at all: everything is written beside it and renamed at the end. A
// folder left by an earlier call is replaced; one that holds anything else is refused. progress, if not nil, is told
// the days done.
func WriteDir(ctx context.Context, o Options, dir string, progress func(done, total int)) (err error) {
	w, err := New(o)
	if err != nil {
		return err
	}
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
	if err := w.writeTopics(ctx, temp, progress); err != nil {
		return err
	}
	if err := w.writeTruth(filepath.Join(temp, truthFile)); err != nil {
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

// replaceable says whether dir exists; it is an error when it holds files that WriteDir does not write.
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

func (w *World) writeTopics(ctx context.Context, dir string, progress func(done, total int)) (err error) {
	files := make(map[string]io.Writer, topicCount)
	for _, topic := range Topics {
		f, cerr := os.Create(filepath.Join(dir, topicFile(topic)))
		if cerr != nil {
			return fmt.Errorf("simulate: %w", cerr)
		}
		z, zerr := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		if zerr != nil {
			return errors.Join(zerr, f.Close())
		}
		b := bufio.NewWriterSize(z, 1<<17)
		files[topic] = b
		defer func() { err = errors.Join(err, b.Flush(), z.Close(), f.Close()) }()
	}
	total := int(w.opt.To-w.opt.From) + 1
	sink := func(r Record) error {
		f := files[r.Topic]
		if _, err := f.Write(r.JSON); err != nil {
			return err
		}
		_, err := f.Write(newline)
		return err
	}
	for done := 1; done <= total; done++ {
		if err := w.Day(ctx, sink); err != nil {
			return fmt.Errorf("simulate %v: %w", w.today, err)
		}
		if progress != nil {
			progress(done, total)
		}
	}
	return nil
}

var newline = []byte{'\n'}

func (w *World) writeTruth(path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	b := bufio.NewWriter(f)
	e := json.NewEncoder(b)
	for _, t := range w.Truth() {
		if err := e.Encode(t); err != nil {
			return fmt.Errorf("simulate: truth of %s: %w", t.Subject, err)
		}
	}
	return b.Flush()
}

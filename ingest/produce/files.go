package produce

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/anxin-project/anxin/ingest/record"
)

// File is a file of records of one topic, one JSON object a line.
type File struct {
	Path  string
	Topic record.Topic
	Size  int64 // as stored, compressed or not
}

// Files finds the topic files (PREFIX TOPIC .ndjson[.gz|.zst]) of a folder, in the order of topics. Other files that end
// in .ndjson are an error, so that a misspelt topic is not left out in silence; truth.ndjson of a simulation is passed over.
func Files(dir, prefix string) ([]File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading the folder of records: %w", err)
	}
	found := map[record.Topic]File{}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".gz")
		if !ok {
			name = strings.TrimSuffix(name, ".zst")
		}
		name, ok = strings.CutSuffix(name, ".ndjson")
		if !ok || e.IsDir() || name == "truth" {
			continue
		}
		topic, ok := record.ParseTopic(prefix, name)
		if !ok {
			return nil, fmt.Errorf("%s: there is no topic %q; want %s", filepath.Join(dir, e.Name()), name, TopicNames(prefix))
		}
		if other, twice := found[topic]; twice {
			return nil, fmt.Errorf("%s and %s both hold topic %s: keep one", other.Path, e.Name(), name)
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		found[topic] = File{Path: filepath.Join(dir, e.Name()), Topic: topic, Size: info.Size()}
	}
	var files []File
	for _, t := range record.Topics() {
		if f, ok := found[t]; ok {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s holds no records: want files such as %s%s.ndjson, .ndjson.gz or .ndjson.zst", dir, prefix, record.TopicAttendance)
	}
	return files, nil
}

// TopicNames lists the names of all topics, for messages.
func TopicNames(prefix string) string {
	var names []string
	for _, t := range record.Topics() {
		names = append(names, prefix+string(t))
	}
	return strings.Join(names, ", ")
}

// maxLine is far above the largest record the contract allows; a longer line is not a record of any kind.
const maxLine = 16 << 20

// Send puts every line of the file on its topic. Empty lines are passed over; a line that is no record is sent as it is and
// ends as a dead letter. progress is told of the bytes of the file read.
func (p *Producer) Send(ctx context.Context, f File, progress func(bytes int64)) error {
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	counted := &counter{from: file, told: progress}
	text, err := Decompressed(f.Path, counted)
	if err != nil {
		return err
	}
	defer text.Close()
	lines := bufio.NewScanner(text)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := p.Put(ctx, f.Topic, Key(f.Topic, line), line); err != nil {
			return err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("%s, line %d: longer than %d MiB; want one record a line", f.Path, n+1, maxLine>>20)
	} else if err != nil {
		return fmt.Errorf("%s, after line %d: %w", f.Path, n, err)
	}
	return p.Flush(ctx)
}

// Decompressed reads a file by its ending: .gz, .zst or as it is.
func Decompressed(path string, from io.Reader) (io.ReadCloser, error) {
	switch filepath.Ext(path) {
	case ".gz":
		z, err := gzip.NewReader(from)
		if err != nil {
			return nil, fmt.Errorf("%s is not a gzip file: %w", path, err)
		}
		return z, nil
	case ".zst":
		z, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, fmt.Errorf("%s is not a zstd file: %w", path, err)
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(from), nil
}

type counter struct {
	from io.Reader
	told func(int64)
	n    int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.n += int64(n)
	if c.told != nil {
		c.told(c.n)
	}
	return n, err
}

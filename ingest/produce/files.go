package produce

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

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

// Send puts every record of the file on its topic. Empty lines are passed over; a line that is no record is sent as it is
// and ends as a dead letter. progress is called with the number of bytes read so far.
func (p *Producer) Send(ctx context.Context, f File, progress func(bytes int64)) error {
	r, err := Source{Path: f.Path, Topic: f.Topic}.open(progress)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		one, err := r.Next()
		if err == io.EOF {
			return p.Flush(ctx)
		}
		if err != nil {
			return err
		}
		if err := p.Put(ctx, f.Topic, one.Key, one.Value); err != nil {
			return err
		}
	}
}

package produce

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// StateEnding makes the name of the file beside a source that says how far it was sent.
const StateEnding = ".anxin-progress"

// state is what is kept of a source that is being sent: which file it is, where it goes, and up to where the broker has it.
// What lies behind may be on the broker too, and is sent again.
type state struct {
	File     string    `json:"file"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	Head     string    `json:"head_sha256"`    // of the first 64 KiB
	To       string    `json:"to"`             // brokers and topic
	Mapping  string    `json:"mapping_sha256"` // with the key for ids; empty without a mapping
	Position Position  `json:"acknowledged"`
	Saved    time.Time `json:"saved"`
}

const headBytes = 64 << 10

func (s Source) state(to string) (state, error) {
	f, err := os.Open(s.Path)
	if err != nil {
		return state{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return state{}, err
	}
	head := sha256.New()
	if _, err := io.CopyN(head, f, headBytes); err != nil && err != io.EOF {
		return state{}, fmt.Errorf("%s: %w", s.Path, err)
	}
	now := state{File: filepath.Base(s.Path), Size: info.Size(), Modified: info.ModTime().UTC(), Head: hex.EncodeToString(head.Sum(nil)), To: to}
	if s.Mapping != nil {
		sum := sha256.Sum256(append(s.Mapping.digest[:], s.IDKey...))
		now.Mapping = hex.EncodeToString(sum[:])
	}
	return now, nil
}

// readState returns what was kept, or nil.
func readState(path string) (*state, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading how far the file was sent: %w", err)
	}
	var s state
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil || s.Position.Bytes < 0 || s.Position.Line < 0 || s.Position.Records < 0 || s.Position.Bytes == 0 && s.Position.Records > 0 {
		return nil, &Problem{Path: path, Want: "is not a progress file of anxin produce, or damaged. " + again}
	}
	return &s, nil
}

const again = "Send the whole file again with --restart: records that arrive twice count once"

// holdsFor says whether a kept state is of the same work; else what is different.
func (s *state) holdsFor(now state, path, statePath string) error {
	what := ""
	switch {
	case s.File != now.File:
		what = "is of another file, " + s.File
	case s.Size != now.Size || !s.Modified.Equal(now.Modified) || s.Head != now.Head:
		what = "was written before the file changed, so the place in it no longer holds"
	case s.To != now.To:
		what = "is of sending it elsewhere, to " + s.To
	case s.Mapping != now.Mapping:
		what = "was written with another mapping or key for ids"
	default:
		return nil
	}
	return &Problem{Path: path, Want: fmt.Sprintf("was begun before, but %s %s. %s", statePath, what, again)}
}

// write replaces the file whole or not at all.
func (s *state) write(path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("keeping how far the file was sent (another place: --state FILE): %w", err)
		}
	}()
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".anxin-progress-*") // only for its owner
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

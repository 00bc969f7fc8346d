package demo

import (
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
)

// keysIn returns the keys of a demonstration's folder, making them at its first start. They lie beside the data that they open,
// which a real service must never do: here nobody is real. Without them a second start on the same folder could open no name that
// the first has sealed, and would take each worker for another person than the first did.
func keysIn(folder string) (record.Keys, error) {
	path := filepath.Join(folder, "keys")
	keys, err := record.LoadKeys(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if keys, err = record.GenerateKeys(civil.DateOf(time.Now())); err != nil {
		return keys, err
	}
	return keys, keys.Save(path)
}

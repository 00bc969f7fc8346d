package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/anxin-project/anxin/ingest"
	"github.com/anxin-project/anxin/ingest/record"
	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/platform/store"
)

// KeysVariable may hold the content of a key file, where secrets come by the environment.
const KeysVariable = "ANXIN_KEYS"

// LoadKeys reads the keys from the environment, else from a file. The variable is taken out of the environment, so that no
// process started from here inherits it. Every error is BadInput.
func LoadKeys(path string) (record.Keys, error) {
	if text := os.Getenv(KeysVariable); text != "" {
		_ = os.Unsetenv(KeysVariable) // fails for impossible names only
		keys, err := record.ReadKeys(strings.NewReader(text))
		if err != nil {
			return keys, BadInput(fmt.Errorf("the variable %s must hold the content of a key file (anxin keys new): %w", KeysVariable, err))
		}
		return keys, nil
	}
	keys, err := record.LoadKeys(path)
	if errors.Is(err, os.ErrNotExist) {
		return keys, BadInput(fmt.Errorf("there is no key file %s: make one with `anxin keys new %s` and keep it safe, or set keys in the configuration", path, path))
	}
	if err != nil {
		return keys, BadInput(err)
	}
	return keys, nil
}

// LoadProtector builds what hashes and seals from the keys of the environment or of a file, as LoadKeys does.
func LoadProtector(path string) (*record.Protector, error) {
	keys, err := LoadKeys(path)
	if err != nil {
		return nil, err
	}
	return record.NewProtector(keys)
}

// RotateKeys adds new current keys to a file and keeps the old ones beside them: record.HashKey or record.SealKey alone, or
// both where only is empty. The file is replaced as a whole or not at all. Every error is BadInput.
func RotateKeys(path, only string) error {
	err := record.UpdateKeys(path, func(k record.Keys) (_ record.Keys, err error) {
		if only != record.SealKey {
			if k, err = k.RotateHash(today()); err != nil {
				return k, fmt.Errorf("%w (anxin keys end %s), or rotate the seal key alone with --only seal", err, path)
			}
		}
		if only != record.HashKey {
			k, err = k.RotateSeal(today())
		}
		return k, err
	})
	if err != nil {
		return BadInput(err)
	}
	return nil
}

// EndRotation drops the previous hash key of a file and returns its id. It tells how far the rotation has come in the
// configured store, and refuses while somebody is known under the previous key alone, unless without is set.
func EndRotation(ctx context.Context, c Configuration, path string, without bool, tell func([]ingest.Joined)) (dropped record.KeyID, err error) {
	err = record.UpdateKeys(path, func(k record.Keys) (record.Keys, error) {
		previous, current, rotating := k.Rotating()
		if !rotating {
			return k, errors.New("no rotation is under way: there is one hash key only")
		}
		joined, err := rotationProgress(ctx, c, previous, current)
		if err != nil {
			return k, err
		}
		tell(joined)
		var left uint64
		for _, j := range joined {
			left += j.Left
		}
		if left > 0 && !without {
			return k, fmt.Errorf("%d are not joined yet: wait until ingest has met them, or give --yes to end the rotation without them", left)
		}
		dropped = previous
		return k.EndRotation(), nil
	})
	return dropped, err
}

func rotationProgress(ctx context.Context, c Configuration, previous, current record.KeyID) (joined []ingest.Joined, err error) {
	s, err := store.Open(ctx, c.Store, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return ingest.Progress(ctx, s, previous, current)
}

func today() civil.Date { return civil.DateOf(time.Now()) }

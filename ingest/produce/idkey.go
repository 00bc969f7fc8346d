package produce

import (
	"fmt"
	"os"
)

// IDKeyBytes is the least length of a key for ids.
const IDKeyBytes = 32

// LoadIDKey reads the secret from which a mapping makes ids of personal data. Without a secret an id of an identity number
// could be found by trying all numbers. A file that others than its owner can read is refused.
func LoadIDKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading the key for ids: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the key for ids %s can be read or changed by others than its owner: chmod 600 %s", path, path)
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the key for ids: %w", err)
	}
	if len(key) < IDKeyBytes {
		return nil, fmt.Errorf("the key for ids %s has %d bytes: want at least %d random ones", path, len(key), IDKeyBytes)
	}
	return key, nil
}

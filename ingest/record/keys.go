package record

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

// secret yields a 256-bit key. It is a function because fmt follows pointers for some verbs, even into unexported fields,
// but prints no more than an address of a function.
type secret func() *[32]byte

func keep(key *[32]byte) secret { return func() *[32]byte { return key } }

type namedSecret struct {
	id   string
	key  secret
	made Opt[civil.Date] // when; unknown of keys whose file does not tell
}

// Keys are the secrets of a deployment: one current key for hashing and one for sealing, and those they replaced. Every
// formatting verb, slog and encoding/json see only "record.Keys(hidden)".
type Keys struct {
	hash []namedSecret // current first; one previous at most
	seal []namedSecret // current first; older ones open what they sealed
}

const hiddenKeys = "record.Keys(hidden)"

// String hides the keys.
func (Keys) String() string { return hiddenKeys }

// GoString hides the keys from %#v.
func (Keys) GoString() string { return hiddenKeys }

// Format hides the keys from every verb.
func (Keys) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenKeys) }

// LogValue hides the keys from slog.
func (Keys) LogValue() slog.Value { return slog.StringValue(hiddenKeys) }

// MarshalJSON hides the keys from encoding/json.
func (Keys) MarshalJSON() ([]byte, error) { return []byte(`"` + hiddenKeys + `"`), nil }

// KeyInfo is the part of a key that is no secret.
type KeyInfo struct {
	Kind    string // hash or seal
	ID      KeyID
	Made    Opt[civil.Date] // unknown of keys whose file does not tell
	Current bool            // it makes new values; any other still finds or opens older ones
}

// The kinds of keys.
const (
	HashKey = "hash"
	SealKey = "seal"
)

// List tells of every key, hash keys first, the current ones first.
func (k Keys) List() []KeyInfo {
	var all []KeyInfo
	for i, s := range k.hash {
		all = append(all, KeyInfo{HashKey, s.id, s.made, i == 0})
	}
	for i, s := range k.seal {
		all = append(all, KeyInfo{SealKey, s.id, s.made, i == 0})
	}
	return all
}

// Rotating tells whether there is a previous hash key, and the ids of both.
func (k Keys) Rotating() (previous, current KeyID, rotating bool) {
	if len(k.hash) < 2 {
		return "", k.hash[0].id, false
	}
	return k.hash[1].id, k.hash[0].id, true
}

// GenerateKeys makes new random keys with random ids.
func GenerateKeys(on civil.Date) (Keys, error) {
	h, err := newSecret("h", on)
	if err != nil {
		return Keys{}, err
	}
	s, err := newSecret("s", on)
	if err != nil {
		return Keys{}, err
	}
	return Keys{hash: []namedSecret{h}, seal: []namedSecret{s}}, nil
}

// RotateHash returns keys with a new hash key; the current one becomes the previous, so that aliases join workers' old
// and new keys. While there is a previous key a rotation is under way and another is refused: end it first with
// EndRotation.
func (k Keys) RotateHash(on civil.Date) (Keys, error) {
	if len(k.hash) > 1 {
		return Keys{}, errors.New("rotate hash key: the last rotation has not ended; end it before starting another")
	}
	n, err := newSecret("h", on)
	if err != nil {
		return Keys{}, err
	}
	return Keys{hash: append([]namedSecret{n}, k.hash...), seal: k.seal}, nil
}

// EndRotation returns keys without the previous hash key. What was hashed with it is found by its aliases only.
func (k Keys) EndRotation() Keys { return Keys{hash: k.hash[:min(1, len(k.hash))], seal: k.seal} }

// RotateSeal returns keys that seal with a new key and still open what the older ones sealed.
func (k Keys) RotateSeal(on civil.Date) (Keys, error) {
	n, err := newSecret("s", on)
	if err != nil {
		return Keys{}, err
	}
	return Keys{hash: k.hash, seal: append([]namedSecret{n}, k.seal...)}, nil
}

func newSecret(kind string, on civil.Date) (namedSecret, error) {
	var id [4]byte
	key := new([32]byte)
	if _, err := rand.Read(id[:]); err != nil {
		return namedSecret{}, fmt.Errorf("generate key: %w", err)
	}
	if _, err := rand.Read(key[:]); err != nil {
		return namedSecret{}, fmt.Errorf("generate key: %w", err)
	}
	return namedSecret{kind + hex.EncodeToString(id[:]), keep(key), some(on)}, nil
}

func (k Keys) check() error {
	if len(k.hash) == 0 || len(k.seal) == 0 {
		return errors.New("keys: expected a hash key and a seal key")
	}
	if len(k.hash) > 2 {
		return errors.New("keys: expected at most one previous hash key")
	}
	for _, list := range [][]namedSecret{k.hash, k.seal} {
		seen := map[string]bool{}
		for _, s := range list {
			if seen[s.id] {
				return errors.New("keys: expected every key id once")
			}
			seen[s.id] = true
		}
	}
	return nil
}

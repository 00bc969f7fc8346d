package record

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
)

// secret yields a 256-bit key. It is a function because fmt follows pointers for some verbs, even into unexported fields,
// but prints no more than an address of a function.
type secret func() *[32]byte

func keep(key *[32]byte) secret { return func() *[32]byte { return key } }

type namedSecret struct {
	id  string
	key secret
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

// GenerateKeys makes new random keys with random ids.
func GenerateKeys() (Keys, error) {
	h, err := newSecret("h")
	if err != nil {
		return Keys{}, err
	}
	s, err := newSecret("s")
	if err != nil {
		return Keys{}, err
	}
	return Keys{hash: []namedSecret{h}, seal: []namedSecret{s}}, nil
}

// RotateHash returns keys with a new hash key; the current one becomes the previous, so that aliases join workers' old
// and new keys. While there is a previous key a rotation is under way and another is refused: end it first with
// EndRotation.
func (k Keys) RotateHash() (Keys, error) {
	if len(k.hash) > 1 {
		return Keys{}, errors.New("rotate hash key: the last rotation has not ended; end it before starting another")
	}
	n, err := newSecret("h")
	if err != nil {
		return Keys{}, err
	}
	return Keys{hash: append([]namedSecret{n}, k.hash...), seal: k.seal}, nil
}

// EndRotation returns keys without the previous hash key. What was hashed with it is found by its aliases only.
func (k Keys) EndRotation() Keys { return Keys{hash: k.hash[:min(1, len(k.hash))], seal: k.seal} }

// RotateSeal returns keys that seal with a new key and still open what the older ones sealed.
func (k Keys) RotateSeal() (Keys, error) {
	n, err := newSecret("s")
	if err != nil {
		return Keys{}, err
	}
	return Keys{hash: k.hash, seal: append([]namedSecret{n}, k.seal...)}, nil
}

func newSecret(kind string) (namedSecret, error) {
	var id [4]byte
	key := new([32]byte)
	if _, err := rand.Read(id[:]); err != nil {
		return namedSecret{}, fmt.Errorf("generate key: %w", err)
	}
	if _, err := rand.Read(key[:]); err != nil {
		return namedSecret{}, fmt.Errorf("generate key: %w", err)
	}
	return namedSecret{kind + hex.EncodeToString(id[:]), keep(key)}, nil
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

const keyFileHead = `# Secret keys of Anxin. Whoever has this file can recompute identity hashes and read sealed names: keep it
# readable by the service alone (mode 0600), keep a copy in a safe, never in version control.
# Each line: hash or seal, key id, 64 hexadecimal digits. The first of each kind is current, others are previous ones.
`

// Save writes the keys to a new file with mode 0600. It never overwrites: lost keys are lost history.
func (k Keys) Save(path string) error {
	if err := k.check(); err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(keyFileHead)
	for _, s := range k.hash {
		fmt.Fprintf(&b, "hash %s %s\n", s.id, hex.EncodeToString(s.key()[:]))
	}
	for _, s := range k.seal {
		fmt.Fprintf(&b, "seal %s %s\n", s.id, hex.EncodeToString(s.key()[:]))
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("save keys: %w", err)
	}
	_, err = f.Write(b.Bytes())
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("save keys to %s: %w", path, err)
	}
	return nil
}

// LoadKeys reads the file that Save writes. A file that others than its owner can read or change is refused. Errors name
// lines, never what they hold.
func LoadKeys(path string) (Keys, error) {
	f, err := os.Open(path)
	if err != nil {
		return Keys{}, fmt.Errorf("load keys: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Keys{}, fmt.Errorf("load keys: %w", err)
	}
	if info.Mode()&fs.ModeType != 0 || info.Mode().Perm()&0o077 != 0 {
		return Keys{}, fmt.Errorf("load keys from %s: mode is %04o, expected 0600; run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	var k Keys
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		part := strings.Fields(line)
		if len(part) != 3 || !validKeyID(part[1]) || len(part[2]) != 64 {
			return Keys{}, fmt.Errorf("load keys from %s: line %d: expected hash or seal, key id, 64 hexadecimal digits", path, n)
		}
		key := new([32]byte)
		s := namedSecret{part[1], keep(key)}
		if _, err := hex.Decode(key[:], []byte(part[2])); err != nil {
			return Keys{}, fmt.Errorf("load keys from %s: line %d: expected 64 hexadecimal digits", path, n)
		}
		switch part[0] {
		case "hash":
			k.hash = append(k.hash, s)
		case "seal":
			k.seal = append(k.seal, s)
		default:
			return Keys{}, fmt.Errorf("load keys from %s: line %d: expected hash or seal", path, n)
		}
	}
	if err := lines.Err(); err != nil {
		return Keys{}, fmt.Errorf("load keys from %s: a line is too long or cannot be read", path)
	}
	if err := k.check(); err != nil {
		return Keys{}, fmt.Errorf("load keys from %s: %w", path, err)
	}
	return k, nil
}

func validKeyID(s string) bool {
	if s == "" || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		if !idByte[s[i]] {
			return false
		}
	}
	return true
}

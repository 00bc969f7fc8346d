package record

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/anxin-project/anxin/internal/domain/civil"
)

const keyFileHead = `# Secret keys of Anxin. Whoever has this file can recompute identity hashes and read sealed names: keep it
# readable by the service alone (mode 0600), keep a copy in a safe, never in version control.
# Each line: hash or seal, key id, 64 hexadecimal digits, the day it was made. The first of each kind is current,
# others are previous ones.
`

func (k Keys) text() []byte {
	var b bytes.Buffer
	b.WriteString(keyFileHead)
	write := func(kind string, list []namedSecret) {
		for _, s := range list {
			fmt.Fprintf(&b, "%s %s %s", kind, s.id, hex.EncodeToString(s.key()[:]))
			if s.made.OK {
				fmt.Fprintf(&b, " %s", s.made.V)
			}
			b.WriteByte('\n')
		}
	}
	write(HashKey, k.hash)
	write(SealKey, k.seal)
	return b.Bytes()
}

// Save writes the keys to a new file with mode 0600. It never overwrites: lost keys are lost history.
func (k Keys) Save(path string) error {
	if err := k.check(); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("save keys: %w", err)
	}
	_, err = f.Write(k.text())
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return errors.Join(fmt.Errorf("save keys to %s: %w", path, err), os.Remove(path))
	}
	return nil
}

// UpdateKeys changes a key file, all of it or nothing: a crash leaves either the old file or the new one, with the owner
// and the mode that the old one had. Of two that change it at once one is refused, for the keys that the other had made
// would be lost.
func UpdateKeys(path string, change func(Keys) (Keys, error)) (err error) {
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return fmt.Errorf("load keys: %w", err)
	}
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("change keys in %s: somebody else is changing them, or was stopped while doing so; if nobody is, remove %s and try again", path, next)
	}
	if err != nil {
		return fmt.Errorf("change keys: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(next))
		}
	}()
	old, err := LoadKeys(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("change keys: %w", err)
	}
	k, err := change(old)
	if err == nil {
		err = k.check()
	}
	if err != nil {
		return err
	}
	if _, err = f.Write(k.text()); err == nil {
		err = errors.Join(f.Chmod(info.Mode().Perm()), giveTo(f, info), f.Sync())
	}
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		return fmt.Errorf("change keys in %s: %w", path, err)
	}
	return errors.Join(f.Close(), syncFolder(filepath.Dir(path)))
}

// syncFolder makes a rename last.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
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
	k, err := ReadKeys(f)
	if err != nil {
		return Keys{}, fmt.Errorf("load keys from %s: %w", path, err)
	}
	return k, nil
}

// ReadKeys reads what a key file holds. Errors name lines, never what they hold.
func ReadKeys(r io.Reader) (Keys, error) {
	var k Keys
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		part := strings.Fields(line)
		if len(part) != 3 && len(part) != 4 || !validKeyID(part[1]) || len(part[2]) != 64 {
			return Keys{}, fmt.Errorf("line %d: expected hash or seal, key id, 64 hexadecimal digits and, maybe, a date", n)
		}
		key := new([32]byte)
		s := namedSecret{id: part[1], key: keep(key)}
		if _, err := hex.Decode(key[:], []byte(part[2])); err != nil {
			return Keys{}, fmt.Errorf("line %d: expected 64 hexadecimal digits", n)
		}
		if len(part) == 4 {
			made, err := civil.ParseDate(part[3])
			if err != nil {
				return Keys{}, fmt.Errorf("line %d: expected the date YYYY-MM-DD on which the key was made, behind its digits", n)
			}
			s.made = some(made)
		}
		switch part[0] {
		case HashKey:
			k.hash = append(k.hash, s)
		case SealKey:
			k.seal = append(k.seal, s)
		default:
			return Keys{}, fmt.Errorf("line %d: expected hash or seal", n)
		}
	}
	if err := lines.Err(); err != nil {
		return Keys{}, errors.New("a line is too long or cannot be read")
	}
	return k, k.check()
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

package record

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func newKeyFile(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "keys")
	k, err := GenerateKeys(sampleDay)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func listOf(t *testing.T, path string) []KeyInfo {
	t.Helper()
	k, err := LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	return k.List()
}

func TestAKeyFileIsChangedAsAWholeAndKeepsItsModeAndItsLink(t *testing.T) {
	path := newKeyFile(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := errors.Join(os.Symlink(path, link), os.Chmod(path, 0o400)); err != nil {
		t.Fatal(err)
	}
	before := listOf(t, path)
	if err := UpdateKeys(link, func(k Keys) (Keys, error) { return k.RotateHash(sampleDay + 1) }); err != nil {
		t.Fatal(err)
	}
	after := listOf(t, link)
	if len(after) != 3 || !after[0].Current || after[0].Made != some(sampleDay+1) || after[1] != (KeyInfo{HashKey, before[0].ID, some(sampleDay), false}) || after[2] != before[1] {
		t.Errorf("after the rotation the keys are %+v, before %+v", after, before)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode() != 0o400 {
		t.Errorf("the file is %v (%v), want mode 0400", info.Mode(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v (%v)", info.Mode(), err)
	}
}

func TestAKeyFileStaysAsItIsWhereItsChangeFails(t *testing.T) {
	path := newKeyFile(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(Keys) (Keys, error){
		"an error":             func(Keys) (Keys, error) { return Keys{}, errors.New("no") },
		"keys that are none":   func(Keys) (Keys, error) { return Keys{}, nil },
		"somebody else's turn": func(k Keys) (Keys, error) { return k, UpdateKeys(path, Keys.unchanged) },
	} {
		if err := UpdateKeys(path, change); err == nil {
			t.Errorf("%s: no error", name)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
		if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
			t.Errorf("%s: files left behind: %v", name, left)
		}
	}
}

func (k Keys) unchanged() (Keys, error) { return k, nil }

func TestKeysOfFilesWithoutDatesAreRead(t *testing.T) {
	hex := strings.Repeat("0f", 32)
	k, err := ReadKeys(strings.NewReader("hash h1 " + hex + "\nseal s1 " + hex + " 2026-10-31\n"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadKeys(strings.NewReader(string(k.text())))
	if err != nil || !reflect.DeepEqual(again.List(), k.List()) || k.List()[0].Made.OK || k.List()[1].Made.V.String() != "2026-10-31" {
		t.Errorf("read as %+v, then as %+v (%v)", k.List(), again.List(), err)
	}
}

// FuzzKeyFile holds that no key file panics, and that no error and no list shows what stands in one.
func FuzzKeyFile(f *testing.F) {
	const secret = "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2"
	f.Add("hash h1 ", "\nseal s1 ", " 2026-10-31\n")
	f.Add("# \nhash h1 ", "\nseal s1 ", "\nhash h0 ")
	f.Add("sign x ", "", "")
	f.Fuzz(func(t *testing.T, first, second, third string) {
		k, err := ReadKeys(strings.NewReader(first + secret + second + secret + third))
		if err != nil {
			if strings.Contains(err.Error(), "5ec2e7") && !strings.Contains(first+second+third, "5ec2e7") {
				t.Fatalf("the error shows a key: %v", err)
			}
			return
		}
		again, err := ReadKeys(strings.NewReader(string(k.text())))
		if err != nil || !reflect.DeepEqual(again.List(), k.List()) {
			t.Fatalf("written as %s", k.text())
		}
	})
}

package demo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/anxin-project/anxin/ingest/record"
)

// A demonstration that is started again on its folder opens what the first start has sealed, and knows its people again.
func TestASecondStartKnowsTheKeysOfTheFirst(t *testing.T) {
	folder := t.TempDir()
	var sealed []byte
	var hashed any
	for range 2 {
		keys, err := keysIn(folder)
		if err != nil {
			t.Fatal(err)
		}
		p, err := record.NewProtector(keys)
		if err != nil {
			t.Fatal(err)
		}
		if sealed == nil {
			sealed = p.SealLetter([]byte("张三丰"))
		}
		if clear, err := p.OpenLetter(sealed); err != nil || string(clear) != "张三丰" {
			t.Errorf("opened %q, %v", clear, err)
		}
		if hashed == nil {
			hashed = keys.List()[0].ID
		} else if hashed != keys.List()[0].ID {
			t.Error("the second start hashes with another key")
		}
	}
	info, err := os.Stat(filepath.Join(folder, "keys"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v, %v", info, err)
	}
}

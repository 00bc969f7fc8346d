package embedded

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// packedLibrary is a packed file like npm's, with the given members.
func packedLibrary(t *testing.T, members map[string]string) (path, integrity string) {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)
	for name, content := range members {
		if err := archive.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	archive.Close()
	zipped.Close()
	path = filepath.Join(t.TempDir(), "lib.tgz")
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	hash := sha512.Sum512(packed.Bytes())
	return path, "sha512-" + base64.StdEncoding.EncodeToString(hash[:])
}

func TestAVerifiedLibraryIsUnpackedWhole(t *testing.T) {
	packed, integrity := packedLibrary(t, map[string]string{"package/package.json": "{}", "package/libchdb.so": "the library"})
	path := filepath.Join(t.TempDir(), "libchdb.so")
	var all sync.WaitGroup
	for range 4 { // as if four processes fetched it at once
		all.Go(func() {
			if err := unpackLibrary(t.Context(), packed, integrity, path); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	content, err := os.ReadFile(path)
	if err != nil || string(content) != "the library" {
		t.Errorf("got %q, %v", content, err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("parts were left behind: %v, %v", entries, err)
	}
}

func TestAnotherPackageIsNotInstalled(t *testing.T) {
	packed, _ := packedLibrary(t, map[string]string{"package/libchdb.so": "another library"})
	path := filepath.Join(t.TempDir(), "libchdb.so")
	err := unpackLibrary(t.Context(), packed, libraryIntegrity, path)
	if err == nil || !strings.Contains(err.Error(), "not the pinned package") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("it was installed")
	}
}

func TestAPackageWithoutTheLibraryIsAnError(t *testing.T) {
	packed, integrity := packedLibrary(t, map[string]string{"package/readme": "x"})
	if err := unpackLibrary(t.Context(), packed, integrity, filepath.Join(t.TempDir(), "libchdb.so")); err == nil {
		t.Error("no error")
	}
}

func TestLibraryOfOnesOwn(t *testing.T) {
	own := filepath.Join(t.TempDir(), "own.so")
	t.Setenv(LibraryEnv, own)
	if _, err := Library(t.Context(), nil); err == nil || !strings.Contains(err.Error(), own) || !strings.Contains(err.Error(), LibraryEnv) {
		t.Errorf("a missing file gave %v", err)
	}
	if err := os.WriteFile(own, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if path, err := Library(t.Context(), nil); err != nil || path != own {
		t.Errorf("got %s, %v", path, err)
	}
}

func TestWithoutNpmTheErrorSaysWhatToDo(t *testing.T) {
	t.Setenv(LibraryEnv, "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("PATH", t.TempDir())
	_, err := Library(t.Context(), nil)
	for _, part := range []string{"install npm", LibraryEnv + "=", "ANXIN_STORE_DSN=clickhouse://"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q in it", err, part)
		}
	}
}

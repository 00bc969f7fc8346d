package embedded

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The ClickHouse engine as a library, pinned: name, version and npm's integrity of the packed file.
const (
	libraryPackage   = "@chdb/lib-linux-x64-gnu"
	libraryVersion   = "26.5.3"
	libraryIntegrity = "sha512-fPrLmRt5Moor9yGz4mazbrNje4t7X9KB2mTGkXFWRxRBs2iKy8yh6jx11xsa0Qr3iDFMU/yHqd+bVdYJXu3QaQ=="
	libraryMember    = "package/libchdb.so"
)

// LibraryEnv names the environment variable that points to a libchdb.so of one's own.
const LibraryEnv = "ANXIN_LIBCHDB"

// ErrUnsupported says that the embedded engine does not exist for this operating system and processor.
var ErrUnsupported = errors.New("the embedded engine runs on Linux x86-64 only; set ANXIN_STORE_DSN=clickhouse://… of a ClickHouse server instead")

// Library returns the path of libchdb.so, fetching it on first use: from $ANXIN_LIBCHDB, else from the user's cache, else
// from npm (with npm's own registry configuration) into that cache. Several processes may call it at once.
// Slow steps are reported to progress, one line each; nil reports nothing.
func Library(ctx context.Context, progress io.Writer) (string, error) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return "", ErrUnsupported
	}
	if path := os.Getenv(LibraryEnv); path != "" {
		info, err := os.Stat(path)
		if err != nil {
			return "", fmt.Errorf("%s names %s, which cannot be read: %w; correct it or unset it", LibraryEnv, path, err)
		}
		if !info.Mode().IsRegular() {
			return "", fmt.Errorf("%s names %s, which is not a file; give the path of libchdb.so itself", LibraryEnv, path)
		}
		return filepath.Abs(path)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder for the ClickHouse engine: %w; set %s=/path/to/libchdb.so", err, LibraryEnv)
	}
	dir := filepath.Join(cache, "anxin", "libchdb-"+libraryVersion)
	path := filepath.Join(dir, "libchdb.so")
	// The file only appears under this name once verified and complete, so its presence is enough.
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if progress == nil {
		progress = io.Discard
	}
	if err := fetchLibrary(ctx, dir, path, progress); err != nil {
		return "", err
	}
	return path, nil
}

// fetchLibrary packs the pinned package with npm, verifies it and puts the library at path.
func fetchLibrary(ctx context.Context, dir, path string, progress io.Writer) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return fmt.Errorf("the embedded ClickHouse engine (libchdb %s) is not on this machine and npm, which fetches it, is not installed: "+
			"install npm, or set %s=/path/to/libchdb.so, or set ANXIN_STORE_DSN=clickhouse://… of a server", libraryVersion, LibraryEnv)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create the cache folder of the ClickHouse engine: %w", err)
	}
	// Inside the cache, so that the final rename stays on one file system.
	temp, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return fmt.Errorf("create a folder to fetch the ClickHouse engine into: %w", err)
	}
	defer os.RemoveAll(temp)

	fmt.Fprintf(progress, "fetching the ClickHouse engine (%s %s, about 160 MB, once) with npm …\n", libraryPackage, libraryVersion)
	var complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--ignore-scripts", libraryPackage+"@"+libraryVersion)
	cmd.Dir = temp
	cmd.Stderr = &complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("fetch the ClickHouse engine: %w", ctx.Err())
		}
		return fmt.Errorf("npm pack %s@%s: %w: %s; check npm's registry and network settings, or set %s=/path/to/libchdb.so, or set ANXIN_STORE_DSN=clickhouse://… of a server",
			libraryPackage, libraryVersion, err, lastLine(complaint.String()), LibraryEnv)
	}
	packed, err := filepath.Glob(filepath.Join(temp, "*.tgz"))
	if err != nil || len(packed) != 1 {
		return fmt.Errorf("npm pack %s@%s left %d packed files instead of one", libraryPackage, libraryVersion, len(packed))
	}
	fmt.Fprintln(progress, "verifying and unpacking the ClickHouse engine …")
	if err := unpackLibrary(ctx, packed[0], libraryIntegrity, path); err != nil {
		return err
	}
	fmt.Fprintf(progress, "the ClickHouse engine is at %s\n", path)
	return nil
}

// unpackLibrary verifies the packed file against npm's integrity string and writes the library in it to path, all or nothing:
// the file is complete on disk before it gets its name, so that several processes may do this at once.
func unpackLibrary(ctx context.Context, packed, integrity, path string) error {
	file, err := os.Open(packed)
	if err != nil {
		return fmt.Errorf("open the packed ClickHouse engine: %w", err)
	}
	defer file.Close()
	hash := sha512.New()
	if _, err := io.Copy(hash, contextReader{ctx, file}); err != nil {
		return fmt.Errorf("read the packed ClickHouse engine: %w", err)
	}
	if got := "sha512-" + base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != integrity {
		return fmt.Errorf("%s is not the pinned package: its integrity is %s, expected %s; nothing was installed, check npm's registry configuration",
			filepath.Base(packed), got, integrity)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind the packed ClickHouse engine: %w", err)
	}
	unzipped, err := gzip.NewReader(contextReader{ctx, file})
	if err != nil {
		return fmt.Errorf("unpack the ClickHouse engine: %w", err)
	}
	for members := tar.NewReader(unzipped); ; {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s holds no %s", filepath.Base(packed), libraryMember)
		}
		if err != nil {
			return fmt.Errorf("unpack the ClickHouse engine: %w", err)
		}
		if header.Name == libraryMember && header.Typeflag == tar.TypeReg {
			return writeWhole(path, members)
		}
	}
}

// writeWhole writes the file under another name, syncs it and renames it: path never holds a part.
func writeWhole(path string, from io.Reader) error {
	file, err := os.CreateTemp(filepath.Dir(path), "libchdb-*.part")
	if err != nil {
		return fmt.Errorf("write the ClickHouse engine: %w", err)
	}
	defer os.Remove(file.Name()) // gone already after the rename
	defer file.Close()
	if _, err := io.Copy(file, from); err != nil {
		return fmt.Errorf("write the ClickHouse engine: %w; is the disk full?", err)
	}
	if err := errors.Join(file.Chmod(0o755), file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write the ClickHouse engine: %w", err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("put the ClickHouse engine in place: %w", err)
	}
	return nil
}

// contextReader makes a long copy end when the context does.
type contextReader struct {
	ctx  context.Context
	from io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

package reading

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// Unpacked reads a file by its first bytes or its ending.
func Unpacked(path string, file *os.File, from io.Reader) (io.ReadCloser, bool, error) {
	var magic [4]byte
	n, err := file.ReadAt(magic[:], 0)
	if err != nil && err != io.EOF {
		return nil, false, fmt.Errorf("%s: %w", path, err)
	}
	ending := filepath.Ext(path)
	switch start := magic[:n]; {
	case ending == ".gz" || bytes.HasPrefix(start, []byte("\x1f\x8b")):
		ending = ".gz"
	case ending == ".zst" || bytes.Equal(start, []byte("\x28\xb5\x2f\xfd")):
		ending = ".zst"
	}
	text, err := decompressed(path, ending, from)
	return text, ending == ".gz" || ending == ".zst", err
}

// zstdWindow is the most that reading zstd may take; it is what zstd --long writes.
const zstdWindow = 128 << 20

func decompressed(path, ending string, from io.Reader) (io.ReadCloser, error) {
	switch ending {
	case ".gz":
		z, err := gzip.NewReader(from)
		if err != nil {
			return nil, &Problem{Path: path, Want: fmt.Sprintf("is not a gzip file (%v)", err)}
		}
		return z, nil
	case ".zst":
		z, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return nil, &Problem{Path: path, Want: fmt.Sprintf("is not a zstd file (%v)", err)}
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(from), nil
}

type Counter struct {
	From io.Reader
	At   io.ReaderAt // instead, for workbooks
	Told func(int64)
	N    int64
}

// ReadAt counts what is read here and there; parts that are read twice do not make more of the file than there is.
func (c *Counter) ReadAt(b []byte, at int64) (int, error) {
	n, err := c.At.ReadAt(b, at)
	c.N = max(c.N, at+int64(n))
	if c.Told != nil {
		c.Told(c.N)
	}
	return n, err
}

func (c *Counter) Read(b []byte) (int, error) {
	n, err := c.From.Read(b)
	c.N += int64(n)
	if c.Told != nil {
		c.Told(c.N)
	}
	return n, err
}

package folder

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anxin-project/anxin/internal/domain/civil"
	"github.com/anxin-project/anxin/internal/simulate"
)

func TestWriteLeavesAllOrNothing(t *testing.T) {
	scale, err := simulate.ScaleByName("tiny")
	if err != nil {
		t.Fatal(err)
	}
	o := simulate.Options{Seed: 7, To: civil.NewDate(2026, 10, 31), Scale: scale, Noise: true}
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	ctx, cancel := context.WithCancel(t.Context())
	err = Write(ctx, o, dir, func(done, total int) {
		if done == total/2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
	if left, _ := os.ReadDir(parent); len(left) != 0 {
		t.Fatalf("cancelled, and %v is left", left)
	}
	for range 2 { // the second replaces the first
		if err := Write(t.Context(), o, dir, nil); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != len(simulate.Topics)+1 {
		t.Fatalf("%v, %v", files, err)
	}
	if left, _ := os.ReadDir(parent); len(left) != 1 {
		t.Fatalf("beside the folder: %v", left)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), o, dir, nil); err == nil || !strings.Contains(err.Error(), "notes.txt") {
		t.Fatalf("a folder with other files: %v", err)
	}
}

// Command generate writes the reference pages that the code knows best: run `go run ./docs/generate` in the repository's
// root after a change to commands, configuration, detectors, policy, laws or metrics. A test in docs fails until then.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/anxin-project/anxin/docs/generate/reference"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	pages, err := reference.Pages(root)
	if err != nil {
		return err
	}
	for path, text := range pages {
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

package alerts

import (
	"embed"
	"io/fs"
)

//go:embed rules/*.yml
var ruleFiles embed.FS

// Rules are the rule files, for the embedded evaluator; Prometheus reads the same files from disk.
func Rules() fs.FS {
	files, err := fs.Sub(ruleFiles, "rules")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return files
}

package app

import (
	"os"
	"runtime/debug"
)

// ingestMemory is what the heap of a process that only ingests is kept to: above it garbage is collected more often. With
// the program itself it makes up the 400 MB that such a process is to stay below, as `anxin bench ingest` measures. It is no
// hard limit; GOMEMLIMIT sets another, for members that own hundreds of partitions.
const ingestMemory = 320 << 20

func limitIngestMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(ingestMemory)
	}
}

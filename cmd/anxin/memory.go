package main

import (
	"os"
	"runtime/debug"
)

// ingestMemory is what the heap of a process that only ingests is kept to: above it garbage is collected more often. With
// the program itself it makes up the 400 MB of design/benchmarks.md. It is no hard limit; GOMEMLIMIT sets another, for
// members that own hundreds of partitions.
const ingestMemory = 320 << 20

func limitIngestMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(ingestMemory)
	}
}

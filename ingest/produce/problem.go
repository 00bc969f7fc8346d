package produce

import "github.com/anxin-project/anxin/ingest/produce/reading"

// Problem says where in an input something cannot be read, and what is expected there. It never quotes what stands there.
type Problem = reading.Problem

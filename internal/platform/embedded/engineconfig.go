package embedded

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"time"
)

// What the parent tells the engine's process, as one line of JSON on its standard input. The input then stays open: its end means that
// the parent wants the engine closed, or is gone.
type engineConfig struct {
	Dir         string `json:"dir"`
	Library     string `json:"library"`
	Password    string `json:"password"`
	Slots       int    `json:"slots"`
	MemoryLimit int64  `json:"memory_limit"`
	// Still is after how long an insert that does nothing is given up; 0 for the default.
	Still time.Duration `json:"still"`
}

// What the engine's process answers, once, as JSON on its status pipe.
type engineStatus struct {
	Version string `json:"version,omitempty"`
	Error   string `json:"error,omitempty"`
}

// Files that the engine's process inherits.
const (
	listenerFD = 3
	statusFD   = 4
)

// ErrNotAChild says that the engine's process was started by hand.
var ErrNotAChild = errors.New("the engine's process is started by anxin itself (anxin demo, anxin assess, --store embedded:…), not by hand")

const (
	defaultSlots = 4
	gibibyte     = 1 << 30
)

// defaultMemoryLimit leaves at least half of the machine to the rest of Anxin and its neighbours.
func defaultMemoryLimit() int64 {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 2 * gibibyte
	}
	for line := range strings.SplitSeq(string(info), "\n") {
		rest, ok := strings.CutPrefix(line, "MemTotal:")
		if !ok {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
		if err != nil {
			break
		}
		return max(gibibyte, min(4*gibibyte, kib*1024/2))
	}
	return 2 * gibibyte
}

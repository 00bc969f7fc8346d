// Package bench measures this machine with Anxin's own work, on engines embedded in this program: records per second of ingest
// beside the engine's own insert, and seconds of a pass. Its reports hold every figure, and the targets they are held against.
package bench

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// Machine says what a figure was measured on.
type Machine struct {
	Cores  int    `json:"cores"`
	CPU    string `json:"cpu"`
	Memory int64  `json:"memory_bytes"`
	System string `json:"system"`
	Go     string `json:"go"`
	Anxin  string `json:"anxin"`
	Engine string `json:"engine"`
}

func thisMachine() Machine {
	m := Machine{Cores: runtime.GOMAXPROCS(0), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		m.Anxin = info.Main.Version
	}
	m.CPU = field("/proc/cpuinfo", "model name")
	m.Memory = kilobytes(field("/proc/meminfo", "MemTotal"))
	return m
}

// field returns what a file of lines "name: value" says of a name, or nothing.
func field(path, name string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func kilobytes(text string) int64 {
	var n int64
	if _, err := fmt.Sscan(text, &n); err != nil {
		return 0
	}
	return n << 10
}

// resident returns a process's memory now, in bytes; 0 when it has ended.
func resident(pid int) int64 {
	return kilobytes(field(fmt.Sprintf("/proc/%d/status", pid), "VmRSS"))
}

// peakResident returns the most memory a process has had, in bytes. What the kernel tells when it has ended would not do:
// that counts the memory of the process that started it.
func peakResident(pid int) int64 {
	return kilobytes(field(fmt.Sprintf("/proc/%d/status", pid), "VmHWM"))
}

// processorTime returns the processor time, in seconds, that a process has used so far; 0 when it has ended.
func processorTime(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), ") ") // the name may hold anything
	var user, system float64
	for i, f := range strings.Fields(after) {
		switch i {
		case 11:
			_, _ = fmt.Sscan(f, &user)
		case 12:
			_, _ = fmt.Sscan(f, &system)
		}
	}
	const ticks = 100 // a second, on Linux
	return (user + system) / ticks
}

// Median is the middle of some values, or the mean of the two in the middle; 0 of none.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if n := len(sorted); n > 0 {
		return (sorted[(n-1)/2] + sorted[n/2]) / 2
	}
	return 0
}

//go:build linux && amd64

package embedded

import (
	"fmt"
	"syscall"
	"unsafe"
)

// sigaction is the kernel's struct on x86-64 (not glibc's).
type sigaction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

func rtSigaction(signal int, set, old *sigaction) error {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(signal),
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), unsafe.Sizeof(old.mask), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// keepSignalHandlers runs f and then puts every signal handler back as it was. libchdb replaces those of SIGSEGV, SIGINT and others
// each time it connects, even when told not to; Go's runtime needs its own (nil checks, preemption, an ignored Ctrl-C). Between the two
// a signal would meet the wrong handler, so the child has no signals sent to it while it connects: it sits in its own process group,
// and asynchronous preemption is off.
func keepSignalHandlers(f func()) error {
	const last = 64
	var before [last + 1]sigaction
	for signal := 1; signal <= last; signal++ {
		if err := rtSigaction(signal, nil, &before[signal]); err != nil {
			return fmt.Errorf("read the handler of signal %d: %w", signal, err)
		}
	}
	f()
	for signal := 1; signal <= last; signal++ {
		var after sigaction
		if err := rtSigaction(signal, nil, &after); err != nil {
			return fmt.Errorf("read the handler of signal %d: %w", signal, err)
		}
		if after == before[signal] {
			continue
		}
		if err := rtSigaction(signal, &before[signal], nil); err != nil {
			return fmt.Errorf("restore the handler of signal %d: %w", signal, err)
		}
	}
	return nil
}

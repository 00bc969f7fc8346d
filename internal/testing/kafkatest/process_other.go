//go:build !linux

package kafkatest

import "syscall"

// endWithParent has no counterpart outside Linux; there only the test's cleanup ends the broker.
func endWithParent() *syscall.SysProcAttr { return nil }

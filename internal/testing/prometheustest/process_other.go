//go:build !linux

package prometheustest

import "syscall"

// endWithParent has no counterpart outside Linux; there only the test's cleanup ends the server.
func endWithParent() *syscall.SysProcAttr { return nil }

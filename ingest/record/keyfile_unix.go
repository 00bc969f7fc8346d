//go:build unix

package record

import (
	"io/fs"
	"os"
	"syscall"
)

// giveTo gives a file to the owner of another: keys that root rotates stay the service's.
func giveTo(f *os.File, of fs.FileInfo) error {
	owner, ok := of.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}

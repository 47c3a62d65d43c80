//go:build unix

package specs

import (
	"syscall"
	"testing"
)

// pipe makes a file that blocks whoever reads it.
func pipe(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
}

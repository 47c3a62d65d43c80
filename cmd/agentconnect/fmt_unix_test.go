//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestReadSourceOfPipe refuses a pipe that nobody writes to, and does not wait.
func TestReadSourceOfPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.hcl")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := readSource(path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v, want a refusal", err)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// What is in a data directory besides what the server keeps there.
const (
	lockFile    = "lock"
	controlFile = "control.sock"
)

// lockWait is how long a predecessor may take to let go.
const lockWait = 2 * time.Second

// inUseError says that another process has the data directory.
type inUseError struct{ path, who string }

// Error says how to go on.
func (e *inUseError) Error() string {
	return fmt.Sprintf("data_dir %s is used by %s: stop that one, or choose another directory by --data-dir", e.path, e.who)
}

// dataDir is a data directory that belongs to this process alone.
type dataDir struct {
	path string
	lock *flock.Flock
}

// openDataDir makes the directory if need be, and takes its lock, which the
// system gives back however the process ends.
func openDataDir(ctx context.Context, path string) (*dataDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, usageError("data_dir: %v", err)
	}
	lock := flock.New(filepath.Join(path, lockFile), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	ok, err := lock.TryLockContext(ctx, 50*time.Millisecond)
	switch {
	case ok:
		d := &dataDir{path: path, lock: lock}
		return d, d.sign()
	case err == nil || ctx.Err() != nil:
		return nil, &inUseError{path, owner(path)}
	default:
		return nil, usageError("data_dir: %v", err)
	}
}

// sign notes which process has the directory, for whoever is refused.
func (d *dataDir) sign() error {
	text := strconv.Itoa(os.Getpid()) + "\n"
	if err := os.WriteFile(filepath.Join(d.path, lockFile), []byte(text), 0o600); err != nil {
		d.close()
		return usageError("data_dir: %v", err)
	}
	return nil
}

// owner says who has a directory.
func owner(path string) string {
	who := "another process"
	if text, err := os.ReadFile(filepath.Join(path, lockFile)); err == nil {
		if pid := strings.TrimSpace(string(text)); pid != "" && len(pid) < 20 {
			who = "process " + pid
		}
	}
	return who
}

// close gives the directory back. The lock file stays: to remove it would let
// two processes lock two files of that name.
func (d *dataDir) close() { _ = d.lock.Close() }

// exists says whether there is a data directory.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

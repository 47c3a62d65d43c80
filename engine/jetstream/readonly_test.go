//go:build linux

package jetstream_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

// readOnlyTest is the name of a test that is to run in a process of its own, to
// which the modes of files apply: they do not to root.
const readOnlyTest = "AGENTCONNECT_TEST_READ_ONLY"

const (
	prDropCapability = 24
	capDACOverride   = 1
)

// ordinary runs the test that calls it in a process that may write only what its
// modes allow, and says whether this is that process.
func ordinary(t *testing.T) bool {
	t.Helper()
	if os.Getenv(readOnlyTest) == t.Name() {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=1m") //nolint:gosec // this test itself
	cmd.Env = append(os.Environ(), readOnlyTest+"="+t.Name())
	type result struct {
		out []byte
		err error
		no  syscall.Errno
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // and the thread ends with it: what it lost it lost for good
		if os.Geteuid() == 0 {
			if _, _, no := syscall.RawSyscall(syscall.SYS_PRCTL, prDropCapability, capDACOverride, 0); no != 0 {
				done <- result{no: no}
				return
			}
		}
		out, err := cmd.CombinedOutput()
		done <- result{out: out, err: err}
	}()
	r := <-done
	switch {
	case r.no != 0:
		t.Skipf("root cannot give up writing where modes forbid it: %v", r.no)
	case r.err != nil:
		t.Errorf("%v\n%s", r.err, r.out)
	case !strings.Contains(string(r.out), "--- PASS: "+t.Name()):
		t.Errorf("the test did not run:\n%s", r.out)
	}
	return false
}

// modes sets the modes of all directories and files below one.
func modes(t *testing.T, dir string, ofDir, ofFile fs.FileMode) {
	t.Helper()
	var paths []string
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			paths = append(paths, path)
			return os.Chmod(path, 0o700) //nolint:gosec // a directory
		}
		return errors.Join(err, os.Chmod(path, ofFile))
	})
	for _, path := range slices.Backward(paths) {
		err = errors.Join(err, os.Chmod(path, ofDir))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A journal in a directory that cannot be written does not open, says which one
// it is and leaves it as it was.
func TestOpenReadOnly(t *testing.T) {
	if !ordinary(t) {
		return
	}
	empty, full := t.TempDir(), t.TempDir()
	j := open(t, full, jetstream.SyncAlways)
	write(t, j, "s", 1, 3)
	j.Close()
	for name, dir := range map[string]string{"empty": empty, "with a journal": full} {
		modes(t, dir, 0o500, 0o400)
		t.Cleanup(func() { modes(t, dir, 0o700, 0o600) })
		refused(t, name, dir)
	}
	modes(t, full, 0o500, 0o600)
	refused(t, "files can be written, and no new ones be made", full)
	modes(t, full, 0o700, 0o600)
	j = open(t, full, jetstream.SyncAlways)
	defer j.Close()
	if n := length(t, j, "s"); n != 3 {
		t.Errorf("the session has %d events", n)
	}
	write(t, j, "s", 4, 5)
}

func refused(t *testing.T, name, dir string) {
	t.Helper()
	start := time.Now()
	_, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("%s: got %v", name, err)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("%s: it took %s", name, took)
	}
}

// A directory that becomes read-only under a journal in use: the append that
// needs a new file fails, what was acknowledged can be read, and it goes on when
// the directory can be written again.
func TestBecomesReadOnly(t *testing.T) {
	if !ordinary(t) {
		return
	}
	for _, keeps := range []bool{true, false} {
		dir := t.TempDir()
		j, err := jetstream.OpenSynced(t.Context(), jetstream.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)}, keeps)
		if err != nil {
			t.Fatal(err)
		}
		write(t, j, "s", 1, 1)
		modes(t, dir, 0o500, 0o600)
		t.Cleanup(func() { modes(t, dir, 0o700, 0o600) })
		seq := uint64(2)
		for ; err == nil && seq < 40; seq++ {
			list := said("s", seq)
			list[0].Data.(*engine.Said).Role = strings.Repeat("x", 1<<20) //nolint:forcetypeassert // as made
			err = j.Append(t.Context(), "s", seq-1, list)
		}
		if !errors.Is(err, engine.ErrJournal) || !errors.Is(j.Err(), engine.ErrJournal) {
			t.Fatalf("after %d events: got %v, and the store says %v", seq, err, j.Err())
		}
		modes(t, dir, 0o700, 0o600)
		healthy(t, j)
		n := length(t, j, "s")
		if n != seq-2 && n != seq-1 { // the last one was not acknowledged: there or not
			t.Errorf("the session has %d events, and %d were acknowledged", n, seq-2)
		}
		write(t, j, "s", n+1, n+2)
		j.Close()
	}
}

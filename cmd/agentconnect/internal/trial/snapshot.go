package trial

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// maxSnapshot bounds what is read of a snapshot, in bytes.
const maxSnapshot = 4 << 20

// snapshot compares the transcript with the one that is stored, or stores it
// where that is asked for.
func (c *check) snapshot(end *ending) {
	name := c.trial.Snapshot
	if name == "" {
		return
	}
	at := c.trial.Args["snapshot"]
	got := []byte(strings.Join(Transcript(end.events), "\n") + "\n")
	if c.o.Update {
		if c.r.Failed() {
			c.fail(specs.FailSnapshot, at, nil, "The snapshot is not written, since the run fails otherwise.")
			return
		}
		written, err := c.store(name, got)
		if err != nil {
			c.fail(specs.FailSnapshot, at, nil, "The snapshot cannot be written: %v.", err)
		} else if written {
			c.r.Updated = c.suite.Beside(name)
		}
		return
	}
	want, err := c.stored(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.fail(specs.FailSnapshot, at, nil, "There is no snapshot %s yet. \"agentconnect test -update\" writes it; read it before you commit it.", c.suite.Beside(name))
	case err != nil:
		c.fail(specs.FailSnapshot, at, nil, "The snapshot cannot be read: %v.", err)
	case !bytes.Equal(normal(want), normal(got)):
		c.fail(specs.FailSnapshot, at, nil, "The transcript is not that of %s. If it is right now, \"agentconnect test -update\" writes it anew.\n%s", c.suite.Beside(name), difference(string(normal(want)), string(normal(got))))
	}
}

// normal is a text with the line breaks of all systems alike.
func normal(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// stored reads a snapshot. It does not leave the test file's directory, links
// included.
func (c *check) stored(name string) ([]byte, error) {
	root, err := os.OpenRoot(filepath.Dir(c.suite.Path))
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // it was only read from
	info, err := root.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSnapshot {
		return nil, fmt.Errorf("%s is not a file of at most %d bytes", name, maxSnapshot)
	}
	return root.ReadFile(filepath.FromSlash(name))
}

// store writes a snapshot and says whether it is another one now.
func (c *check) store(name string, text []byte) (bool, error) {
	if before, err := c.stored(name); err == nil && bytes.Equal(normal(before), text) {
		return false, nil
	}
	root, err := os.OpenRoot(filepath.Dir(c.suite.Path))
	if err != nil {
		return false, err
	}
	defer root.Close() //nolint:errcheck // all was written and closed
	if dir := path.Dir(filepath.ToSlash(name)); dir != "." {
		if err := root.MkdirAll(filepath.FromSlash(dir), 0o755); err != nil {
			return false, err
		}
	}
	return true, root.WriteFile(filepath.FromSlash(name), text, 0o644)
}

// Bounds of a difference that is shown.
const (
	maxDiffLines = 12 // of each side
	contextLines = 2
)

// difference shows the first lines that differ.
func difference(want, got string) string {
	a, b := strings.Split(strings.TrimSuffix(want, "\n"), "\n"), strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	endA, endB := len(a), len(b)
	for endA > from && endB > from && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	var out []string
	for _, line := range a[max(0, from-contextLines):from] {
		out = append(out, "    "+line)
	}
	add := func(mark string, lines []string) {
		for i, line := range lines {
			if i == maxDiffLines {
				out = append(out, fmt.Sprintf("  %s … and %d lines more", mark, len(lines)-i))
				return
			}
			out = append(out, "  "+mark+" "+line)
		}
	}
	add("-", a[from:endA])
	add("+", b[from:endB])
	for _, line := range a[endA:min(len(a), endA+contextLines)] {
		out = append(out, "    "+line)
	}
	return strings.Join(out, "\n")
}

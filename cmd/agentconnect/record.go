package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// record writes a session's events to a file, one JSON object a line. The file
// gets its name when it is whole; until then it is a hidden one beside it, which
// is removed when the program is stopped at once.
type record struct {
	path   string // where it will be; empty when it is written in place
	temp   string
	file   *os.File
	buf    *bufio.Writer
	forget func()
	err    error // the first one of writing
}

// openRecord creates the file.
func openRecord(h *halt, path string) (*record, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil, usageError("--record: %s is a directory", path)
	}
	if err == nil && !info.Mode().IsRegular() { // a pipe or a device has no place beside it
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, usageError("--record: %v", err)
		}
		return &record{file: file, buf: bufio.NewWriter(file), forget: func() {}}, nil
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%s.tmp", filepath.Base(path), rand.Text()[:8]))
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) //nolint:gosec // the umask decides
	if err != nil {
		return nil, usageError("--record: %v", err)
	}
	r := &record{path: path, temp: temp, file: file, buf: bufio.NewWriter(file)}
	r.forget = h.atOnce(func() { _ = os.Remove(temp) }) // there is no time to complain
	return r, nil
}

// event writes a stored event; live ones are not part of a record.
func (r *record) event(e *engine.Event) {
	if r == nil || r.err != nil || e.Seq == 0 {
		return
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = r.buf.Write(append(line, '\n'))
	}
	r.err = err
}

// finish gives the file its name, or removes it when it is not whole.
func (r *record) finish() error {
	if r == nil {
		return nil
	}
	defer r.forget()
	err := r.err
	if err == nil {
		err = r.buf.Flush()
	}
	if err == nil && r.path != "" {
		err = r.file.Sync()
	}
	if closed := r.file.Close(); err == nil {
		err = closed
	}
	if r.path == "" {
		return recordError(err)
	}
	if err == nil {
		err = os.Rename(r.temp, r.path)
	}
	if err != nil {
		_ = os.Remove(r.temp) // it is of no use
	}
	return recordError(err)
}

// discard removes a record of which nothing was written.
func (r *record) discard() {
	if r == nil {
		return
	}
	_ = r.file.Close()
	if r.temp != "" {
		_ = os.Remove(r.temp)
	}
	r.forget()
}

func recordError(err error) error {
	if err == nil {
		return nil
	}
	return usageError("--record: %v", err)
}

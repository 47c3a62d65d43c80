package main

import (
	"bufio"
	"encoding/json"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// record writes a session's events to a file, one JSON object a line.
type record struct {
	file *output
	buf  *bufio.Writer
	err  error // the first one of writing
}

// openRecord creates the file.
func openRecord(h *halt, path string) (*record, error) {
	if path == "" {
		return nil, nil
	}
	file, err := createFile(h, "--record", path, 0o666) // the umask decides
	if err != nil {
		return nil, err
	}
	return &record{file: file, buf: bufio.NewWriter(file)}, nil
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
	err := r.err
	if err == nil {
		err = r.buf.Flush()
	}
	if err != nil {
		err = r.file.trouble(err)
	}
	return r.file.finish(err)
}

// discard removes a record of which nothing was written.
func (r *record) discard() {
	if r == nil {
		return
	}
	_ = r.file.finish(silent(statusOK)) // it has no name yet
}

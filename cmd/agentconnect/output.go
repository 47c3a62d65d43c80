package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// output is a file that is being written. It gets its name when it is whole;
// until then it is a hidden one beside it, which is removed when the program is
// stopped at once.
type output struct {
	*os.File
	what   string // what asked for it, for errors
	path   string // where it will be; empty when it is written in place
	temp   string
	forget func()
}

// createOutput creates a file. "-" is standard output.
func (a *app) createOutput(what, path string, mode os.FileMode) (*output, error) {
	if path == "-" {
		return &output{File: a.con.out, what: what, forget: func() {}}, nil
	}
	return createFile(a.halt, what, path, mode)
}

func createFile(h *halt, what, path string, mode os.FileMode) (*output, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil, usageError("%s: %s is a directory", what, path)
	}
	if err == nil && !info.Mode().IsRegular() { // a pipe or a device has no place beside it
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, usageError("%s: %v", what, err)
		}
		return &output{File: file, what: what, forget: func() {}}, nil
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%s.tmp", filepath.Base(path), rand.Text()[:8]))
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, usageError("%s: %v", what, err)
	}
	o := &output{File: file, what: what, path: path, temp: temp}
	o.forget = h.atOnce(func() { _ = os.Remove(temp) }) // there is no time to complain
	return o, nil
}

// writeOutput writes a whole file. "-" is standard output.
func (a *app) writeOutput(what, path string, write func(io.Writer) error) error {
	out, err := a.createOutput(what, path, 0o644)
	if err != nil {
		return err
	}
	return out.finish(write(out))
}

// finish gives the file its name, or removes it when there was an error, which
// it gives back.
func (o *output) finish(err error) error {
	defer o.forget()
	if o.path == "" && o.File == os.Stdout {
		return err
	}
	var own error
	if err == nil && o.path != "" {
		own = o.Sync()
	}
	if closed := o.Close(); own == nil {
		own = closed
	}
	if err == nil && own == nil && o.path != "" {
		own = os.Rename(o.temp, o.path)
	}
	if (err != nil || own != nil) && o.temp != "" {
		_ = os.Remove(o.temp) // it is of no use
	}
	if err == nil && own != nil {
		err = o.trouble(own)
	}
	return err
}

// trouble is an error of writing the file.
func (o *output) trouble(err error) error { return usageError("%s: %v", o.what, err) }

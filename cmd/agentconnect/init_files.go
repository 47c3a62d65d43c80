package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
)

// readmeName is the file that says what an example shows.
const readmeName = "README.md"

// seedling is a template on its way to a directory.
type seedling struct {
	name, dir string
	from      fs.FS
}

// plant writes all files, or none. It returns their paths.
func (s *seedling) plant() ([]string, error) {
	paths, err := s.paths()
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(filepath.Join(s.dir, readmeName)); err == nil { // that of the project around it
		paths = slices.DeleteFunc(paths, func(path string) bool { return path == readmeName })
	}
	if err := s.free(paths); err != nil {
		return nil, err
	}
	made := &undo{}
	written, err := s.write(paths, made)
	if err != nil {
		made.all()
		return nil, usageError("%v", err)
	}
	return written, nil
}

// paths are those of the template's files.
func (s *seedling) paths() ([]string, error) {
	var list []string
	err := fs.WalkDir(s.from, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	return list, err
}

// free reports what stands in the way: a file of the same name, or a scenario
// that the new one would be merged with.
func (s *seedling) free(paths []string) error {
	info, err := os.Stat(s.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return usageError("%v", err)
	case !info.IsDir():
		return usageError("%s is a file; name a directory", screen.Line(s.dir))
	}
	for _, path := range paths {
		if at := filepath.Join(s.dir, filepath.FromSlash(path)); exists(at) {
			return usageError("%s is there already; nothing was written. Name another directory: agentconnect init %s DIR", screen.Line(at), s.name)
		}
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return usageError("%v", err)
	}
	i := slices.IndexFunc(entries, func(e fs.DirEntry) bool {
		return strings.HasSuffix(e.Name(), ".hcl") || strings.HasSuffix(e.Name(), ".hcl.json")
	})
	if i >= 0 {
		return usageError("%s has a scenario already (%s), and the files of a directory belong together; nothing was written. Name another directory: agentconnect init %s DIR",
			screen.Line(s.dir), screen.Line(entries[i].Name()), s.name)
	}
	return nil
}

func (s *seedling) write(paths []string, made *undo) ([]string, error) {
	var written []string
	for _, path := range paths {
		text, err := fs.ReadFile(s.from, path)
		if err != nil {
			return nil, err
		}
		if path == readmeName {
			text = []byte(s.readme(string(text)))
		}
		to := filepath.Join(s.dir, filepath.FromSlash(path))
		if err := made.dirs(filepath.Dir(to)); err != nil {
			return nil, err
		}
		if err := made.file(to, text); err != nil {
			return nil, err
		}
		written = append(written, to)
	}
	return written, nil
}

// readme has the commands as they are where the scenario is now.
func (s *seedling) readme(text string) string {
	const there = "https://github.com/agentconnect-dev/agentconnect/blob/main/"
	return strings.NewReplacer(
		"bin/agentconnect", "agentconnect",
		"examples/"+s.name, filepath.ToSlash(shellWord(s.dir)),
		"](../README.md", "]("+there+"examples/README.md",
		"](../../", "]("+there,
		"](../", "]("+there+"examples/",
	).Replace(text)
}

// undo remembers what was made, to take it back.
type undo struct{ paths []string }

// dirs makes a directory and those above it.
func (u *undo) dirs(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	if up := filepath.Dir(path); up != path {
		if err := u.dirs(up); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o777); err != nil { // the umask decides
		return err
	}
	u.paths = append(u.paths, path)
	return nil
}

// file makes a file that is not there.
func (u *undo) file(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) // the umask decides
	if err != nil {
		return err
	}
	u.paths = append(u.paths, path)
	_, err = f.Write(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// all removes what was made, the last first.
func (u *undo) all() {
	for _, path := range slices.Backward(u.paths) {
		_ = os.Remove(path) // what is in use by now stays
	}
}

package specs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A folder is a scenario's directory, as seen through [os.Root] and through
// the texts that lie over it.
type folder struct {
	dir     string // absolute
	root    *os.Root
	overlay map[string][]byte // by path below dir, with slashes
}

// A fileError says why a file cannot be read.
type fileError struct{ code, message string }

func (e *fileError) Error() string { return e.message }

func fileErrorf(code, format string, args ...any) *fileError {
	return &fileError{code, fmt.Sprintf(format, args...)}
}

// openFolder opens a directory. It need not exist when texts lie over it, and
// is not looked at when they are all that there is.
func openFolder(dir string, overlay map[string][]byte, only bool) (*folder, error) {
	f := &folder{dir: dir, overlay: map[string][]byte{}}
	for name, text := range overlay {
		if rel, err := filepath.Rel(dir, name); err == nil && filepath.IsLocal(rel) {
			f.overlay[filepath.ToSlash(rel)] = text
		}
	}
	if only && len(f.overlay) > 0 {
		return f, nil
	}
	if only {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: fs.ErrNotExist}
	}
	root, err := os.OpenRoot(dir)
	if err != nil && len(f.overlay) == 0 {
		return nil, err
	}
	f.root = root
	return f, nil
}

func (f *folder) close() {
	if f.root != nil {
		_ = f.root.Close() // only reading was done
	}
}

// read is the content of a regular file of at most limit bytes. The name is
// relative to the directory.
func (f *folder) read(name string, limit int) ([]byte, *fileError) {
	rel := path.Clean(filepath.ToSlash(name))
	if !filepath.IsLocal(filepath.FromSlash(rel)) {
		return nil, fileErrorf(codeOutside, "%s lies outside of the scenario's directory.", name)
	}
	if text, ok := f.overlay[rel]; ok {
		return checkSize(name, text, limit)
	}
	if f.root == nil {
		return nil, fileErrorf(codeFile, "%s does not exist.", name)
	}
	info, err := f.root.Stat(rel)
	if err != nil {
		return nil, describe(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fileErrorf(codeNotRegular, "%s is %s, not a regular file.", name, modeText(info.Mode()))
	}
	if info.Size() > int64(limit) {
		return nil, fileErrorf(codeTooLarge, "%s has %s; at most %s are read.", name, sizeText(int(min(info.Size(), 1<<40))), sizeText(limit))
	}
	file, err := f.root.Open(rel)
	if err != nil {
		return nil, describe(name, err)
	}
	defer func() { _ = file.Close() }() // only reading was done
	text, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err != nil {
		return nil, describe(name, err)
	}
	return checkSize(name, text, limit)
}

func checkSize(name string, text []byte, limit int) ([]byte, *fileError) {
	if len(text) > limit {
		return nil, fileErrorf(codeTooLarge, "%s has %s; at most %s are read.", name, sizeText(len(text)), sizeText(limit))
	}
	return text, nil
}

// describe puts an error of the system into words.
func describe(name string, err error) *fileError {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fileErrorf(codeFile, "%s does not exist.", name)
	case errors.Is(err, fs.ErrPermission):
		return fileErrorf(codeFile, "%s may not be read.", name)
	case strings.Contains(err.Error(), "escapes"):
		return fileErrorf(codeOutside, "%s leads out of the scenario's directory.", name)
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	return fileErrorf(codeFile, "%s cannot be read: %v.", name, err)
}

func modeText(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	default:
		return "something else"
	}
}

// list are the names of the files at the top of the directory, sorted.
func (f *folder) list() ([]string, error) {
	var out []string
	if f.root != nil {
		entries, err := fs.ReadDir(f.root.FS(), ".")
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !e.IsDir() {
				out = append(out, e.Name())
			}
		}
	}
	for name := range f.overlay {
		if !strings.Contains(name, "/") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// isScenario says whether a file of a directory belongs to the scenario.
func isScenario(name string) bool {
	base := strings.TrimSuffix(name, ".json")
	switch {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "#"), strings.HasSuffix(name, "~"):
		return false
	case strings.HasSuffix(base, ".vars.hcl"), strings.HasSuffix(base, ".test.hcl"):
		return false
	default:
		return strings.HasSuffix(base, ".hcl")
	}
}

// isAutoVars says whether a file sets variables without being asked to.
func isAutoVars(name string) bool {
	base := strings.TrimSuffix(name, ".json")
	return !strings.HasPrefix(name, ".") && (base == mainVars || strings.HasSuffix(base, ".auto.vars.hcl"))
}

// mainVars is the file of variables that comes first.
const mainVars = "agentconnect.vars.hcl"

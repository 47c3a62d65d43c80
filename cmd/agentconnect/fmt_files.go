package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sourcesAt are the files that a path of fmt stands for, in order.
func sourcesAt(path string, recursive bool) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, usageError("%s", missing(path, err))
	}
	if !info.IsDir() {
		if base := strings.TrimSuffix(path, ".json"); !strings.HasSuffix(base, ".hcl") {
			return nil, usageError("%s is not a file of the language: its name does not end in .hcl", path)
		}
		return []string{path}, nil
	}
	var list []string
	err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case file == path:
			return nil
		case entry.IsDir() && (!recursive || strings.HasPrefix(entry.Name(), ".")):
			return filepath.SkipDir
		case entry.Type().IsRegular() && isSource(entry.Name()):
			list = append(list, file)
		}
		return nil
	})
	if err != nil {
		return nil, usageError("%v", err)
	}
	return list, nil
}

// isSource says whether a file of a directory is written in the language.
func isSource(name string) bool {
	return strings.HasSuffix(name, ".hcl") && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "#")
}

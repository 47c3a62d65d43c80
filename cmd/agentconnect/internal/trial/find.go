package trial

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// maxFound bounds the test files that are found below a directory.
const maxFound = 10_000

// Find gives the test files that paths mean: files, and directories with all
// that are in them and below. An error says what is not there.
func Find(paths []string) ([]string, error) {
	var out []string
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case os.IsNotExist(err):
			return nil, fmt.Errorf("there is no file or directory %s", path)
		case err != nil:
			return nil, err
		case !info.IsDir() && !specs.IsTest(path):
			return nil, fmt.Errorf("%s is not a test file: its name does not end in .test.hcl", path)
		case !info.IsDir():
			out = append(out, path)
			continue
		}
		below, err := findBelow(path)
		if err != nil {
			return nil, err
		}
		if len(below) == 0 {
			return nil, fmt.Errorf("there is no *.test.hcl file in %s or below", path)
		}
		out = append(out, below...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(out, func(name string) bool {
		full, err := filepath.Abs(name)
		again := err == nil && seen[full]
		seen[full] = true
		return again
	}), nil
}

func findBelow(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != dir && (strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules"):
			return fs.SkipDir
		case e.Type().IsRegular() && specs.IsTest(path):
			out = append(out, path)
		}
		if len(out) > maxFound {
			return fmt.Errorf("there are more than %d test files below %s", maxFound, dir)
		}
		return nil
	})
	return out, err
}

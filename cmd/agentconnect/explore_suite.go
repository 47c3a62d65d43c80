package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// exploredSuite is the test file that --write asks for.
type exploredSuite struct {
	path     string // empty when none is written
	scenario string // as the file names it, empty when it lies beside it
	text     strings.Builder
}

// newExploredSuite sees that the file can be written and finds the scenario.
func newExploredSuite(o *exploreOptions, path string) (*exploredSuite, error) {
	s := &exploredSuite{path: o.write}
	if o.write == "" {
		return s, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, usageError("%s", missing(path, err))
	}
	folder := filepath.Dir(o.write)
	if o.write != "-" {
		if !specs.IsTest(o.write) || strings.HasSuffix(o.write, ".json") {
			return nil, usageError("--write: the name of a test file ends in .test.hcl")
		}
		if _, err := os.Lstat(o.write); err == nil {
			return nil, usageError("--write: %s is there already; remove it, or name another file", o.write)
		}
	} else if folder = path; !info.IsDir() {
		folder = filepath.Dir(path)
	}
	from, err1 := filepath.Abs(folder)
	to, err2 := filepath.Abs(path)
	rel, err3 := filepath.Rel(from, to)
	if err1 != nil || err2 != nil || err3 != nil || !filepath.IsLocal(rel) {
		return nil, usageError("--write: a test file lies in the directory of its scenario, or above it")
	}
	if rel != "." {
		s.scenario = filepath.ToSlash(rel)
	}
	return s, nil
}

func (s *exploredSuite) add(x *explored) {
	if s.path == "" {
		return
	}
	for _, f := range x.Findings {
		if f.Run != "" {
			s.text.WriteString("\n" + f.Run)
		} else {
			fmt.Fprintf(&s.text, "\n# %s: %s\n", f.Kind, f.Text)
		}
	}
	for _, e := range x.Ends {
		s.text.WriteString("\n" + e.Run)
	}
}

// whole is the text of the file.
func (s *exploredSuite) whole() string {
	text := "# Written by agentconnect explore.\n"
	if s.scenario != "" {
		text += "\nscenario = " + quoted(s.scenario) + "\n"
	}
	return text + s.text.String()
}

// write writes the file.
func (s *exploredSuite) write(a *app) error {
	if s.path == "" {
		return nil
	}
	return a.writeOutput("--write", s.path, func(w io.Writer) error {
		_, err := io.WriteString(w, s.whole())
		return err
	})
}

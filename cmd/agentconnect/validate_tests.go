package main

import (
	"os"
	"path/filepath"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// sound is what validate says of a path without errors.
type sound struct {
	cfg  *specs.Config // nil for a test file
	runs int           // of test files
}

// validated checks what is at a path: a test file with its scenario, or a
// scenario, and where it is a directory the test files in it. Nothing is run.
func (a *app) validated(path string, vars []specs.VarInput) (*sound, specs.Diagnostics, error) {
	if specs.IsTest(path) {
		if err := there(path); err != nil {
			return nil, nil, err
		}
		runs, ds := a.checkedTest(path, vars)
		return &sound{runs: runs}, ds, nil
	}
	cfg, ds, err := checked(path, vars)
	if err != nil || ds.HasErrors() { // what tests have besides would only be consequences
		return nil, ds, err
	}
	s := &sound{cfg: cfg}
	for _, name := range testsIn(path) {
		runs, found := a.checkedTest(name, vars)
		s.runs, ds = s.runs+runs, append(ds, found...)
	}
	return s, ds, nil
}

// checkedTest checks a test file and counts its runs.
func (a *app) checkedTest(path string, vars []specs.VarInput) (int, specs.Diagnostics) {
	opts := specs.Options{Vars: vars, Version: thisBuild().Version}
	suite, ds := specs.LoadSuite(path, opts)
	if suite == nil {
		return 0, ds
	}
	found, _ := suite.Check(opts, func() bool { return a.halt.ctx.Err() != nil })
	return len(suite.Runs), append(ds, found...)
}

// testsIn are the test files in a directory, none for a file.
func testsIn(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if e.Type().IsRegular() && specs.IsTest(e.Name()) {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out
}

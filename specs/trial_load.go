package specs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// maxRuns bounds the runs of a test file.
const maxRuns = 500

// LoadSuite reads a test file and checks what can be checked without its
// scenario. With an error among the diagnostics the Suite is nil.
func LoadSuite(path string, opts Options) (*Suite, Diagnostics) {
	l := newLoader(opts)
	defer l.close()
	l.root.schema = trialSchema()
	s := &Suite{Path: path}
	l.readSuite(s)
	ds := l.finish()
	if ds.HasErrors() {
		return nil, ds
	}
	s.found = ds
	return s, ds
}

// IsTest says whether a name is that of a test file.
func IsTest(name string) bool {
	base := filepath.Base(name)
	return strings.HasSuffix(strings.TrimSuffix(base, ".json"), ".test.hcl") && !strings.HasPrefix(base, ".")
}

func (l *loader) readSuite(s *Suite) {
	defer func() {
		if r := recover(); r != nil {
			l.report(codeInternal, "", hcl.Range{}, "The test file cannot be loaded: %v.", r)
		}
	}()
	full := l.absolute(s.Path)
	if !IsTest(full) {
		l.report(codeFile, "", hcl.Range{}, "%s is not a test file: its name ends neither in .test.hcl nor in .test.hcl.json.", s.Path)
		return
	}
	if !l.openFolder(s.Path, filepath.Dir(full)) {
		return
	}
	base := filepath.Base(full)
	text, ok := l.readSource(base)
	if !ok {
		return
	}
	s.File, s.text = l.folderName(base), text
	if body, ok := l.parse(s.File, text); ok {
		l.read(l.root, body)
		l.checkSuite(s)
	}
}

// checkSuite checks a test file by itself.
func (l *loader) checkSuite(s *Suite) {
	l.constants(l.root)
	l.findScenario(s)
	l.checkMocks(l.root)
	runs := l.root.all("run")
	seen := map[string]*node{}
	for _, n := range runs {
		if n.opaque {
			continue
		}
		if first := seen[n.name]; first != nil {
			d := l.about(n, codeRunTwice, n.header, "There is already a run %q.", n.name)
			l.related(d, first.header, "the first one")
			continue
		}
		seen[n.name] = n
		l.checkRun(n)
		s.Runs = append(s.Runs, SuiteRun{Name: n.name, Range: l.rng(n.header), Command: n.str("command")})
	}
	switch {
	case len(runs) == 0 && !l.syntaxErrors:
		l.report(codeNoRuns, "", hcl.Range{Filename: s.File, Start: hcl.InitialPos, End: hcl.InitialPos}, "The file has no run block, so that it tests nothing: write run \"what is tested\" { … }.")
	case len(runs) > maxRuns:
		l.about(runs[maxRuns], codeManyRuns, runs[maxRuns].header, "A test file has at most %d runs; put the others into another one.", maxRuns)
	}
}

// findScenario finds what is tested: what the file names, or else its folder.
func (l *loader) findScenario(s *Suite) {
	s.Scenario = filepath.Dir(s.Path)
	files, err := l.folder.list()
	if err != nil {
		return // loading the scenario says so
	}
	files = slices.DeleteFunc(files, func(file string) bool { return !isScenario(file) })
	name := l.root.str("scenario")
	switch {
	case name == "":
		if len(files) == 0 && l.root.args["scenario"] == nil && !l.syntaxErrors && !l.opts.OverlayOnly {
			l.report(codeNoFiles, "", hcl.Range{Filename: s.File, Start: hcl.InitialPos, End: hcl.InitialPos}, "There is no *.hcl or *.hcl.json file in the folder of the test file (%s) that it could test: put it beside a scenario, or name one below by scenario = \"…\".", s.Scenario)
		}
	case l.below(l.root, "scenario"):
		folder := s.Scenario
		s.Scenario = filepath.Join(folder, filepath.FromSlash(name))
		if full := l.absolute(s.Scenario); !l.isThere(full) {
			a := l.root.args["scenario"]
			d := l.wrong(l.root, a, codeFile, a.expr.Range(), "There is no file or directory %q in the folder of the test file (%s).%s", brief(name), folder, l.meant(name, files))
			if near := nearest(name, files); near != "" {
				l.rename(d, a.expr.Range(), `"`+near+`"`)
			}
		}
	}
}

// isThere says whether a path names anything; what is only in memory may be a
// folder of it.
func (l *loader) isThere(full string) bool {
	_, err := os.Stat(full)
	return err == nil || l.opts.OverlayOnly || l.overlay[full] != nil
}

// constants gives arguments that refer to nothing their values.
func (l *loader) constants(n *node) {
	for _, a := range sortedArgs(n) {
		if !a.schema.static || a.bad {
			continue
		}
		for _, t := range a.expr.Variables() {
			l.checkRef(n, a, t)
		}
		if !a.bad {
			l.evaluateArg(n, a)
		}
	}
}

// below holds a path to be one below the test file's directory.
func (l *loader) below(n *node, name string) bool {
	if rel := n.str(name); rel == "" || filepath.IsLocal(filepath.FromSlash(rel)) {
		return true
	}
	a := n.args[name]
	l.wrong(n, a, codeTestPath, a.expr.Range(), "%s is a path below the directory of the test file; it is %q.", name, brief(n.str(name)))
	return false
}

// checkMocks holds each provider to have one mock in a place.
func (l *loader) checkMocks(n *node) {
	seen := map[string]*node{}
	for _, m := range n.all("mock") {
		if first := seen[m.name]; first != nil {
			d := l.about(m, codeDuplicate, m.header, "There is already a mock of provider.%s; put all replies into it.", m.name)
			l.related(d, first.header, "the first one")
		}
		seen[m.name] = m
	}
	for _, m := range n.all("mock_tool") {
		if m.args["result"] == nil && m.args["fail"] == nil || m.args["result"] != nil && m.args["fail"] != nil {
			l.about(m, codeToolAnswer, m.header, "mock_tool %q has result or fail: what the tool gives, or how it fails.", m.name)
		}
	}
}

// checkRun checks what a run says about itself.
func (l *loader) checkRun(n *node) {
	l.constants(n)
	l.checkMocks(n)
	l.below(n, "replay")
	l.below(n, "snapshot")
	command := n.str("command")
	tests := n.args["replay"] != nil || n.args["snapshot"] != nil || len(n.all("assert")) > 0 || len(n.all("expect_error")) > 0
	if e := n.one("expect"); e != nil && len(e.args) == 0 && !e.broken {
		l.about(e, codeTestsNone, e.header, "The block expects nothing: write outcome, stop, speakers, turns, max_turns, max_calls, max_tokens, max_cost or result.")
	}
	tests = tests || n.one("expect") != nil
	for _, e := range n.all("expect_error") {
		if len(e.args) == 0 && !e.broken {
			l.about(e, codeTestsNone, e.header, "The block expects nothing: write code, contains or ref.")
		}
	}
	if !tests && command != "validate" && !n.broken && !l.syntaxErrors {
		l.about(n, codeTestsNone, n.header, "Run %q expects nothing, so that it cannot fail: add expect, assert, expect_error, replay or snapshot.", n.name)
	}
	l.checkCommand(n, command)
}

// checkCommand finds what has no meaning with a run's command.
func (l *loader) checkCommand(n *node, command string) {
	idle := func(why string, args, blocks []string) {
		for _, name := range args {
			if a := n.args[name]; a != nil {
				l.about(n, codeRunNeeds, a.name, "%s has no meaning here: %s.", name, why)
			}
		}
		for _, name := range blocks {
			for _, b := range n.all(name) {
				l.about(b, codeRunNeeds, b.header, "%s has no meaning here: %s.", name, why)
			}
		}
	}
	switch {
	case command == "validate":
		idle("the scenario is only loaded", []string{"session", "seed", "opening", "say", "stay", "replay", "snapshot"}, []string{"mock", "mock_tool", "approve", "expect", "assert"})
	case command == "plan":
		idle("nothing is run for a plan", []string{"seed", "opening", "say", "stay", "replay", "snapshot"}, []string{"mock", "mock_tool", "approve"})
		if e := n.one("expect"); e != nil {
			for _, name := range []string{"outcome", "stop", "speakers", "result"} {
				if a := e.args[name]; a != nil {
					l.about(e, codeRunNeeds, a.name, "%s has no meaning here: a plan has numbers alone.", name)
				}
			}
		}
	case n.args["replay"] != nil:
		idle("all that is said comes from the recorded session", []string{"seed", "opening", "say", "stay"}, []string{"mock", "mock_tool", "approve"})
	}
}

// CheckSuite gives all findings about a test file: those of [LoadSuite], and
// where it is sound, what is found in it with its scenario. Findings about the
// scenario itself are not among them. Stopped, if not nil, is asked before each
// run; once it is true there are no findings, since they would not be complete.
func CheckSuite(path string, opts Options, stopped func() bool) Diagnostics {
	s, ds := LoadSuite(path, opts)
	if s == nil {
		return ds
	}
	found, ok := s.Check(opts, stopped)
	if !ok {
		return nil
	}
	return slices.Concat(ds, found).sorted()
}

// Check gives what is found in a test file with its scenario, besides what
// [LoadSuite] found. Findings about the scenario itself are not among them. It is
// not ok when stopped said so.
func (s *Suite) Check(opts Options, stopped func() bool) (ds Diagnostics, ok bool) {
	known := func(d Diagnostic) bool {
		same := func(o Diagnostic) bool { return sameFinding(o, d) }
		return slices.ContainsFunc(ds, same) || slices.ContainsFunc(s.found, same)
	}
	for i := range s.Runs {
		if stopped != nil && stopped() {
			return nil, false
		}
		t, found := s.Trial(i, opts)
		for _, d := range found {
			if t.IsOwn(&d) && !known(d) {
				ds = append(ds, d)
			}
		}
	}
	return ds.sorted(), true
}

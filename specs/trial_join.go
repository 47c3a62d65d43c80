package specs

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// Trial loads the scenario of a run with the run's variables and mocks. The
// environment is not read: a test comes out the same on every machine. The
// diagnostics are those of the scenario and of the test file; with an error
// among them the Trial's Config is nil.
func (s *Suite) Trial(i int, opts Options) (*Trial, Diagnostics) {
	opts.Env = func(string) (string, bool) { return "", false }
	opts.AllowMissingEnv = true
	l := newLoader(opts)
	defer l.close()
	t := &Trial{SuiteRun: s.Runs[i], Tools: map[string][]*ToolMock{}, Mocked: map[string]Range{}, Owned: map[string]bool{}, l: l}
	l.joined = &joined{suite: s, index: i, trial: t}
	cfg := l.guarded(s.Scenario)
	ds := l.finish()
	if cfg != nil && !ds.HasErrors() {
		t.Config = l.sealed(cfg)
	}
	return t, ds
}

// joined is the run of a test file that a scenario is loaded for.
type joined struct {
	suite *Suite
	index int
	trial *Trial
	root  *node
	run   *node
	// variables, mocks and tools are what counts for the run, from both places.
	variables []*node
	mocks     map[string]*node
	tools     map[string][]*node
}

// join reads the run. Its file was found sound by itself.
func (l *loader) join() {
	j := l.joined
	if j == nil {
		return
	}
	name := l.shownPath(j.suite.Path)
	body, ok := l.parse(name, j.suite.text)
	if !ok {
		return
	}
	j.root = &node{schema: trialSchema()}
	l.read(j.root, body)
	runs := j.root.all("run")
	if j.index >= len(runs) {
		l.report(codeInternal, "", hcl.Range{}, "The test file has no run %d.", j.index+1)
		return
	}
	j.run = runs[j.index]
	j.mocks, j.tools = map[string]*node{}, map[string][]*node{}
	for _, place := range []*node{j.root, j.run} {
		j.variables = append(j.variables, place.all("variables")...)
		tools := map[string][]*node{}
		for _, m := range place.all("mock") {
			j.mocks[m.name] = m
		}
		for _, m := range place.all("mock_tool") {
			tools[m.name] = append(tools[m.name], m)
		}
		maps.Copy(j.tools, tools)
	}
	l.joinRefs()
}

// owns says whether a mock stands in the run itself.
func (j *joined) owns(mock *node) bool { return slices.Contains(j.run.blocks, mock) }

// each visits the blocks that have references and values.
func (j *joined) each(visit func(*node)) {
	if j == nil || j.run == nil {
		return
	}
	for _, name := range slices.Sorted(keysOf(j.mocks)) {
		visit(j.mocks[name])
	}
	for _, name := range slices.Sorted(keysOf(j.tools)) {
		for _, n := range j.tools[name] {
			visit(n)
		}
	}
	own := *j.run
	own.blocks = slices.DeleteFunc(slices.Clone(own.blocks), func(n *node) bool {
		return slices.Contains([]string{"variables", "mock", "mock_tool"}, n.schema.name)
	})
	visit(&own)
}

// joinRefs checks the references of the run. What only a test refers to is as
// unused in the scenario as before.
func (l *loader) joinRefs() {
	before := maps.Clone(l.mentioned)
	l.joined.each(l.checkRefs)
	l.mentioned = before
}

// evaluateJoined gives the run's arguments their values.
func (l *loader) evaluateJoined() { l.joined.each(l.evaluate) }

// joinVariables sets the run's variables, over all others.
func (l *loader) joinVariables() {
	if l.joined == nil {
		return
	}
	names := sortedKeys(l.inputs)
	for _, n := range l.joined.variables {
		for _, a := range sortedArgs(n) {
			v := l.inputs[a.schema.name]
			if v == nil {
				d := l.about(n, codeNoVariable, a.name, "The scenario has no variable %q.%s", a.schema.name, l.meant(a.schema.name, names))
				l.rename(d, a.name, nearest(a.schema.name, names))
				continue
			}
			if v.sensitive {
				l.hidden = append(l.hidden, a.expr.Range())
			}
			l.setExpr(v, a.expr)
		}
	}
}

// IsOwn says whether a finding is about the test file itself, and not about the
// scenario with the values that the run gives it.
func (t *Trial) IsOwn(d *Diagnostic) bool {
	if d.Range == nil || d.Range.Filename != t.Range.Filename {
		return false
	}
	return !slices.Contains([]string{codeVarInvalid, codeVarValue, codeVarNull, codeUnknownKey}, d.Code)
}

// Beside is the path of a file that a run names, which is below the directory of
// its test file.
func (s *Suite) Beside(name string) string {
	return filepath.Join(filepath.Dir(s.Path), filepath.FromSlash(name))
}

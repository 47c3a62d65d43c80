package specs

import (
	"path/filepath"
	"slices"
)

// ReadTestOutline is [ReadOutline] for a test file: the symbols are those of
// the scenario that it tests, the mentions those of both.
func ReadTestOutline(path string, opts Options) (out *Outline) {
	defer func() {
		if recover() != nil {
			out = &Outline{Incomplete: true}
		}
	}()
	test := newLoader(opts)
	defer test.close()
	test.root.schema = trialSchema()
	suite := &Suite{Path: path}
	test.readSuite(suite)
	if suite.Scenario == "" {
		suite.Scenario = filepath.Dir(path)
	}
	l := newLoader(opts)
	defer l.close()
	out = l.outlined(suite.Scenario)
	out.Scenario = suite.Scenario
	if f := test.sources[suite.File]; f != nil {
		l.sources[suite.File] = f
		w := &outliner{loader: l, out: out}
		for _, n := range test.root.blocks {
			w.block(n)
		}
	}
	slices.SortStableFunc(out.Uses, func(a, b Use) int { return inOrder(a.Range, b.Range) })
	out.Files = append(out.Files, suite.File)
	out.Incomplete = out.Incomplete || test.syntaxErrors
	return out
}

// CheckTest finds what is wrong in a test file: in itself, and in what its runs
// make of the scenario, as far as the test file is to blame. Stopped is asked
// before each run; once it is true the findings are not complete.
func CheckTest(path string, opts Options, stopped func() bool) Diagnostics {
	suite, ds := LoadSuite(path, opts)
	if suite == nil {
		return ds
	}
	for i := range suite.Runs {
		if stopped() {
			return nil
		}
		t, found := suite.Trial(i, opts)
		for j := range found {
			if t.IsOwn(&found[j]) && !slices.ContainsFunc(ds, func(d Diagnostic) bool { return sameFinding(d, found[j]) }) {
				ds = append(ds, found[j])
			}
		}
	}
	return ds.sorted()
}

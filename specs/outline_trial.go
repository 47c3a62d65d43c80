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

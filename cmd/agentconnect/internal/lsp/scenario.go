package lsp

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// A scenario is what the server knows of what is loaded together: a directory,
// or a file that stands for itself. The server's mutex guards it.
type scenario struct {
	outline  func() *specs.Outline // reads it at the first call
	outlined int                   // the clock of the outline
	// whole are the symbols of the last outline without gaps, and the clock of
	// that.
	whole   []specs.Symbol
	wholeAt int
	// names are those that expressions may read, at best of a scenario without
	// gaps.
	names *specs.ExprNames
	sound bool
	// found are the findings, and the clock of when they were looked for.
	found  specs.Diagnostics
	looked int
}

// rooted remembers to which scenario a file belongs.
type rooted struct {
	root  string
	clock int
}

// scenario is the one of a root. The caller holds the mutex.
func (s *server) scenario(root string) *scenario {
	sc := s.scenarios[root]
	if sc == nil {
		sc = &scenario{outlined: -1, wholeAt: -1, looked: -1}
		s.scenarios[root] = sc
	}
	return sc
}

// outline is what a scenario declares, for the texts as they are now. Who asks
// while it is read waits for that.
func (s *server) outline(root string) *specs.Outline {
	s.mu.Lock()
	sc, clock := s.scenario(root), s.clock
	if sc.outlined != clock {
		opts := s.options(root)
		sc.outline, sc.outlined = sync.OnceValue(func() *specs.Outline { return s.readOutline(root, opts, sc, clock) }), clock
	}
	outline := sc.outline
	s.mu.Unlock()
	return outline()
}

func (s *server) readOutline(root string, opts specs.Options, sc *scenario, clock int) *specs.Outline {
	read := specs.ReadOutline
	if isTest(root) {
		read = specs.ReadTestOutline
	}
	out := read(root, opts)
	absolute(out, opts.WorkDir)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !out.Incomplete && sc.wholeAt < clock {
		sc.whole, sc.wholeAt = out.Symbols, clock
	}
	return out
}

// absolute makes the names of files paths.
func absolute(out *specs.Outline, dir string) {
	for i, name := range out.Files {
		out.Files[i] = full(dir, name)
	}
	for i := range out.Symbols {
		out.Symbols[i].NameRange.Filename = full(dir, out.Symbols[i].NameRange.Filename)
		out.Symbols[i].Range.Filename = full(dir, out.Symbols[i].Range.Filename)
	}
	for i := range out.Uses {
		out.Uses[i].Range.Filename = full(dir, out.Uses[i].Range.Filename)
	}
}

func full(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }

// symbols are the names of a scenario, with those that a gap hides now.
func (s *server) symbols(root string) []specs.Symbol {
	out := s.outline(root)
	if !out.Incomplete {
		return out.Symbols
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[string]bool{}
	all := slices.Clone(out.Symbols)
	for _, sym := range all {
		known[sym.Address] = true
	}
	for _, sym := range s.scenario(root).whole {
		if !known[sym.Address] {
			all = append(all, sym)
		}
	}
	return all
}

// tested is the scenario that a test file is about; any other root is itself.
func (s *server) tested(root string) string {
	if !isTest(root) {
		return root
	}
	return cmp.Or(s.outline(root).Scenario, filepath.Dir(root))
}

// uses are all mentions of names in a scenario and in the tests beside it, and
// whether those are all.
func (s *server) uses(root string) (uses []specs.Use, whole bool) {
	root = s.tested(root)
	out := s.outline(root)
	uses, whole = slices.Clone(out.Uses), !out.Incomplete
	dir := root
	if !s.isDirectory(root) {
		dir = filepath.Dir(root)
	}
	for _, name := range s.testsIn(dir) {
		test := s.outline(name)
		if s.tested(name) != root {
			continue
		}
		whole = whole && !test.Incomplete
		for _, u := range test.Uses {
			if u.Range.Filename == name {
				uses = append(uses, u)
			}
		}
	}
	return uses, whole
}

// testsIn are the test files of a directory, open or on disk.
func (s *server) testsIn(dir string) []string {
	found, _ := filepath.Glob(filepath.Join(dir, "*.test.hcl"))
	found = found[:min(len(found), maxBeside)]
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.open {
		if isTest(name) && filepath.Dir(name) == dir && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// exprNames are the names that expressions of a scenario may read.
func (s *server) exprNames(root string) *specs.ExprNames {
	root = s.tested(root)
	s.mu.Lock()
	sc, opts := s.scenario(root), s.options(root)
	names := sc.names
	s.mu.Unlock()
	if names != nil {
		return names
	}
	names = specs.Analyze(root, opts).Names
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc.names == nil {
		sc.names = names
	}
	return sc.names
}

// maxSteps bounds how many directories above a file are searched for a
// scenario that imports it, maxBeside how many files beside it.
const (
	maxSteps  = 4
	maxBeside = 50
)

// root is the scenario that a file belongs to: one in a directory above that
// imports it; else its directory; else, where the files of that declare the
// same names and so are no scenario together, one beside it that imports it;
// else the file alone.
func (s *server) root(name string) string {
	s.mu.Lock()
	known, clock := s.roots[name], s.clock
	s.mu.Unlock()
	if known.root != "" && known.clock == clock {
		return known.root
	}
	root := s.findRoot(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roots[name] = rooted{root, clock}
	return root
}

func (s *server) findRoot(name string) string {
	dir := filepath.Dir(name)
	if unsaved(name) || isTest(name) {
		return name
	}
	if isVars(name) {
		return dir
	}
	for above, steps := filepath.Dir(dir), 0; steps < maxSteps && s.inWorkspace(above); above, steps = filepath.Dir(above), steps+1 {
		if hasScenario(above) && slices.Contains(s.outline(above).Files, name) {
			return above
		}
	}
	out := s.outline(dir)
	if !out.Duplicates {
		return dir
	}
	beside, _ := filepath.Glob(filepath.Join(dir, "*.hcl"))
	for _, other := range beside[:min(len(beside), maxBeside)] {
		if other != name && !isTest(other) && !isVars(other) && slices.Contains(s.outline(other).Files, name) {
			return other
		}
	}
	return name
}

// shownName is what a scenario's outline calls a document, as far as it is known
// without reading: a tree of the same name is parsed once for both.
func (s *server) shownName(d *document) string {
	s.mu.Lock()
	root := s.roots[d.path].root
	s.mu.Unlock()
	dir := filepath.Dir(d.path)
	if root != "" && root != d.path && s.isDirectory(root) {
		dir = root
	}
	rel, err := filepath.Rel(dir, d.path)
	if err != nil {
		return filepath.Base(d.path)
	}
	return filepath.ToSlash(rel)
}

func (s *server) inWorkspace(dir string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.within(dir)
}

func hasScenario(dir string) bool {
	found, _ := filepath.Glob(filepath.Join(dir, "*.hcl*"))
	return len(found) > 0
}

func isTest(name string) bool { return specs.IsTest(name) }

func isVars(name string) bool {
	return strings.HasSuffix(name, ".vars.hcl") || strings.HasSuffix(name, ".vars.hcl.json")
}

// readFile is a file's text; what cannot be read, or is too large to be a part
// of a scenario, is empty.
func readFile(name string) []byte {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(f, maxMessage))
	if err != nil {
		return nil
	}
	return content
}

package specs

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// An importStep is an import on the way to a file.
type importStep struct {
	file, target string
	at           hcl.Range
}

// load reads a file and those it imports. The name is relative to the
// scenario's directory; path are the imports on the way to it.
func (l *loader) loadFile(name string, trail []importStep) {
	if l.loaded[name] {
		return
	}
	l.loaded[name] = true
	text, ok := l.readSource(name)
	if !ok {
		l.syntaxErrors = true // what the file declares is unknown
		return
	}
	l.parseFile(name, text, trail)
}

func (l *loader) parseFile(name string, text []byte, trail []importStep) {
	shown := l.folderName(name)
	l.files = append(l.files, shown)
	body, ok := l.parse(shown, text)
	if !ok {
		return
	}
	before := len(l.root.blocks)
	l.read(l.root, body)
	for _, n := range slices.Clone(l.root.blocks[before:]) {
		if n.schema.name == "import" {
			l.importFile(name, n, trail)
		}
	}
}

func (l *loader) importFile(from string, n *node, trail []importStep) {
	a := n.args["from"]
	if a == nil || a.bad {
		l.syntaxErrors = true
		return
	}
	if len(a.expr.Variables()) > 0 {
		l.checkRefs(n)
		l.syntaxErrors = true
		return
	}
	l.evaluateArg(n, a)
	target := n.str("from")
	if target == "" {
		if !a.bad {
			l.wrong(n, a, codeImport, a.expr.Range(), "An import names a file, such as \"./shared.hcl\".")
		}
		l.syntaxErrors = true
		return
	}
	rel := path.Join(path.Dir(from), filepath.ToSlash(target))
	at := a.expr.Range()
	step := importStep{from, rel, at}
	if start := slices.IndexFunc(trail, func(s importStep) bool { return s.file == rel }); start >= 0 || rel == from {
		l.importCycle(n, append(slices.Clone(trail[max(start, 0):]), step), rel == from)
		return
	}
	if !l.importable(n, a, target, rel) {
		l.syntaxErrors = true
		return
	}
	if l.loaded[rel] {
		return
	}
	l.loaded[rel] = true
	text, err := l.folder.read(rel, maxFileSize)
	if err != nil {
		l.wrong(n, a, err.code, at, "%s", err.message)
		l.syntaxErrors = true
		return
	}
	if l.charge(rel, text) {
		l.parseFile(rel, text, append(slices.Clip(trail), step))
	}
}

func (l *loader) importable(n *node, a *arg, target, rel string) bool {
	at := a.expr.Range()
	switch {
	case path.IsAbs(filepath.ToSlash(target)) || filepath.IsAbs(target):
		l.wrong(n, a, codeImport, at, "An import is relative to the importing file: \"./shared.hcl\".")
	case !filepath.IsLocal(filepath.FromSlash(rel)):
		l.wrong(n, a, codeOutside, at, "%s lies outside of the scenario's directory.", brief(target))
	case !strings.HasSuffix(strings.TrimSuffix(rel, ".json"), ".hcl"):
		l.wrong(n, a, codeImport, at, "An import names a file that ends in .hcl or .hcl.json.")
	default:
		return true
	}
	return false
}

func (l *loader) importCycle(n *node, cycle []importStep, self bool) {
	if self {
		cycle = cycle[len(cycle)-1:]
	}
	var names []string
	for _, step := range cycle {
		names = append(names, l.folderName(step.file))
	}
	last := cycle[len(cycle)-1]
	d := l.about(n, codeImportCycle, last.at, "The file imports itself: %s → %s.", strings.Join(names, " → "), l.folderName(last.target))
	for _, step := range cycle {
		l.related(d, step.at, "%s", fmt.Sprintf("%s imports %s", l.folderName(step.file), l.folderName(step.target)))
	}
}

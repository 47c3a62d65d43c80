package specs

import (
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
)

func keysOf[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// open finds the scenario's directory and its files.
func (l *loader) open(name string) (files []string, ok bool) {
	full := l.absolute(name)
	if l.isFile(full) {
		if target, err := filepath.EvalSymlinks(full); err == nil && l.opts.Overlay[name] == nil && !l.opts.OverlayOnly {
			if info, err := os.Lstat(full); err == nil && info.Mode()&os.ModeSymlink != 0 {
				full = target
			}
		}
		return l.openFile(name, full)
	}
	return l.openDir(name, full)
}

// isFile says whether a path names a file, on disk or in the overlay.
func (l *loader) isFile(full string) bool {
	if _, ok := l.overlay[full]; ok {
		return true
	}
	info, err := os.Stat(full)
	if err != nil || l.opts.OverlayOnly {
		return strings.HasSuffix(full, ".hcl") || strings.HasSuffix(full, ".json")
	}
	return !info.IsDir()
}

func (l *loader) openFile(name, full string) ([]string, bool) {
	base := filepath.Base(full)
	if !strings.HasSuffix(strings.TrimSuffix(base, ".json"), ".hcl") {
		l.report(codeFile, "", hcl.Range{}, "%s is not a scenario: its name ends neither in .hcl nor in .hcl.json.", name)
		return nil, false
	}
	l.rootFile = base
	return []string{base}, l.openFolder(name, filepath.Dir(full))
}

func (l *loader) openDir(name, full string) ([]string, bool) {
	if !l.openFolder(name, full) {
		return nil, false
	}
	all, err := l.folder.list()
	if err != nil {
		l.report(codeFile, "", hcl.Range{}, "%s", describe(name, err).message)
		return nil, false
	}
	files := slices.DeleteFunc(all, func(file string) bool { return !isScenario(file) })
	if len(files) == 0 {
		l.report(codeNoFiles, "", hcl.Range{}, "There is no *.hcl or *.hcl.json file in %s.", name)
		return nil, false
	}
	return files, true
}

func (l *loader) openFolder(name, dir string) bool {
	f, err := openFolder(dir, l.overlay, l.opts.OverlayOnly)
	if err != nil {
		l.report(codeFile, "", hcl.Range{}, "%s", describe(name, err).message)
		return false
	}
	l.folder = f
	return true
}

// absolute is a path of the caller's, made absolute.
func (l *loader) absolute(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(l.workDir, name)
}

// shownPath is how diagnostics call a path of the caller's.
func (l *loader) shownPath(name string) string {
	return shownPath(l.workDir, l.absolute(name))
}

// shownPath is a path relative to a directory, where there is such a one.
func shownPath(dir, full string) string {
	if rel, err := filepath.Rel(dir, full); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(full)
}

// folderName is how diagnostics call a file of the scenario.
func (l *loader) folderName(name string) string {
	return l.shownPath(filepath.Join(l.folder.dir, filepath.FromSlash(name)))
}

func (l *loader) addSource(name string, text []byte) { l.sources[name] = newSourceFile(name, text) }

// used notes that the scenario depends on a text, for [Config.Hash].
func (l *loader) used(name string, text []byte) {
	if _, known := l.content[name]; !known {
		l.content[name] = text
	}
}

// readSource reads a file of the scenario to be parsed.
func (l *loader) readSource(name string) ([]byte, bool) {
	text, err := l.folder.read(name, maxFileSize)
	if err != nil {
		l.report(err.code, "", hcl.Range{}, "%s", err.message)
		return nil, false
	}
	return text, l.charge(name, text)
}

// charge counts files and bytes.
func (l *loader) charge(name string, text []byte) bool {
	l.fileCount++
	l.byteCount += len(text)
	switch {
	case l.fileCount > maxFiles:
		if l.fileCount == maxFiles+1 {
			l.report(codeTooManyFiles, "", hcl.Range{}, "The scenario has more than %d files.", maxFiles)
		}
		return false
	case l.byteCount > maxTotalSize:
		if l.byteCount-len(text) <= maxTotalSize {
			l.report(codeTooLarge, "", hcl.Range{}, "With %s the scenario's files have more than %s in all.", name, sizeText(maxTotalSize))
		}
		return false
	}
	l.used(name, text)
	return true
}

// readVarFile reads a file that the command line names; it may lie anywhere.
func (l *loader) readVarFile(name string) ([]byte, bool) {
	full := l.absolute(name)
	f, err := openFolder(filepath.Dir(full), l.overlay, l.opts.OverlayOnly)
	if err != nil {
		l.report(codeFile, "", hcl.Range{}, "%s", describe(name, err).message)
		return nil, false
	}
	defer f.close()
	text, fileErr := f.read(filepath.Base(full), maxFileSize)
	if fileErr != nil {
		l.report(fileErr.code, "", hcl.Range{}, "%s", strings.Replace(fileErr.message, filepath.Base(full), name, 1))
		return nil, false
	}
	return text, l.charge(name, text)
}

// autoVars are the files of variables that are read without being asked for.
func (l *loader) autoVars() []string {
	all, err := l.folder.list()
	if err != nil {
		return nil
	}
	files := slices.DeleteFunc(all, func(name string) bool { return !isAutoVars(name) })
	slices.SortStableFunc(files, func(a, b string) int { return rank(a) - rank(b) })
	return files
}

func rank(name string) int {
	if strings.TrimSuffix(name, ".json") == mainVars {
		return 0
	}
	return 1
}

const bom = "\xef\xbb\xbf"

// parse guards and parses a file; what is wrong with its syntax is reported,
// and the rest of it is still there.
func (l *loader) parse(name string, text []byte) (hcl.Body, bool) {
	l.addSource(name, text)
	if strings.HasSuffix(name, ".json") {
		return l.parseJSON(name, text)
	}
	if !l.guard(text, name, syntaxConfig, "") {
		l.syntaxErrors = true
		return nil, false
	}
	tree, shared := l.tree(name, text)
	l.adoptSyntax(tree.found)
	if tree.file == nil {
		return nil, false
	}
	body, ok := tree.file.Body.(*hclsyntax.Body)
	if !ok {
		return nil, false
	}
	if !shared {
		l.meter(body)
	}
	l.noteBlocks(body)
	return body, true
}

// tree is the syntax tree of a file. Who only looks at what is written shares
// one with others who do; else it is the loader's own, to be metered. An import
// whose name is computed makes the difference, since loading computes it.
func (l *loader) tree(name string, text []byte) (tree *syntaxTree, shared bool) {
	if l.looksOnly {
		tree = l.opts.Lexed.tree(name, text)
		if tree.file == nil || importsLiterally(tree.file.Body) {
			return tree, true
		}
	}
	if l.opts.Lexed != nil {
		if tree = l.opts.Lexed.tree(name, text).copied(name); tree != nil {
			return tree, false
		}
	}
	return parseText(name, text), false
}

// importsLiterally says whether all imports of a file have their names written
// out.
func importsLiterally(body hcl.Body) bool {
	b, ok := body.(*hclsyntax.Body)
	if !ok {
		return false
	}
	return !slices.ContainsFunc(b.Blocks, func(block *hclsyntax.Block) bool {
		if block.Type != "import" {
			return false
		}
		from := block.Body.Attributes["from"]
		if from == nil {
			return false
		}
		_, literal := literalText(from.Expr)
		return !literal
	})
}

func (l *loader) parseJSON(name string, text []byte) (hcl.Body, bool) {
	if !l.guard(text, name, syntaxJSON, "") {
		l.syntaxErrors = true
		return nil, false
	}
	file, found := hcljson.Parse(text, name)
	l.adoptSyntax(found)
	if file == nil || found.HasErrors() {
		return nil, false
	}
	return file.Body, true
}

// adoptSyntax takes over what the parser found, without what only follows: a
// second finding about the same characters, and those about the lines after a
// string that is not closed.
func (l *loader) adoptSyntax(found hcl.Diagnostics) {
	var last hcl.Range
	open, count := false, 0
	for i, d := range found {
		at := hcl.Range{}
		if d.Subject != nil {
			at = *d.Subject
		}
		if at == last || open && (d.Summary == multiLineString || d.Summary == openTemplate) {
			continue
		}
		last, open = at, open || d.Summary == multiLineString
		if d.Severity == hcl.DiagError {
			l.syntaxErrors = true
		}
		if count++; count > maxSyntax {
			l.report(codeSyntax, "", at, "The file has %d findings more about its syntax from here on; mend the first ones.", len(found)-i)
			return
		}
		l.adopt(codeSyntax, "", d)
	}
}

// maxSyntax is how many findings about the syntax of one file are reported: in
// a file that is something else each character would be one.
const maxSyntax = 100

// What the parser says about a quoted string that goes on after the end of its
// line, and about one that does not end at all.
const (
	multiLineString = "Invalid multi-line string"
	openTemplate    = "Unterminated template string"
)

package agentconnect_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the documents at the root may name in `code`: files of the tree, the
// exported names of its packages, and targets of the Makefile.
var (
	span   = regexp.MustCompile("`([^`\n]+)`")
	inTree = regexp.MustCompile(`^(engine|specs|providers|server|cmd|examples|docs|\.ci)/[\w./-]*$`)
	goName = regexp.MustCompile(`^\*?(engine|specs|providers)\.([A-Z]\w*)$`)
	target = regexp.MustCompile(`(?m)(?:^|[` + "`" + `(])make ([a-z]+)`)
)

// The documents at the root speak only of what exists.
func TestDocumentsNameWhatExists(t *testing.T) {
	makefile := read(t, "Makefile")
	names := map[string]map[string]bool{}
	for _, folder := range []string{"engine", "specs", "providers"} {
		names[folder] = exported(t, folder)
	}
	for _, file := range documents(t) {
		if filepath.Dir(file) != "." {
			continue
		}
		text := read(t, file)
		for _, found := range span.FindAllStringSubmatch(text, -1) {
			name := found[1]
			if inTree.MatchString(name) && !strings.HasSuffix(name, "/x") { // providers/x is any of them
				if _, err := os.Stat(filepath.FromSlash(name)); err != nil {
					t.Errorf("%s names %s, which is not there", file, name)
				}
			}
			if parts := goName.FindStringSubmatch(name); parts != nil && !names[parts[1]][parts[2]] {
				t.Errorf("%s names %s, which package %s does not export", file, name, parts[1])
			}
		}
		for _, found := range target.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(makefile, "\n"+found[1]+":") {
				t.Errorf("%s names make %s, which the Makefile does not have", file, found[1])
			}
		}
	}
}

// exported returns the names that the package in a folder exports.
func exported(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range tree.Decls {
			declared(decl, names)
		}
	}
	return names
}

// declared adds the names of a declaration; methods go by their types.
func declared(decl ast.Decl, names map[string]bool) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names[d.Name.Name] = true
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names[s.Name.Name] = true
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names[name.Name] = true
				}
			}
		}
	}
}

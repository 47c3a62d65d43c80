// Package agentconnect_test holds what is true of the whole tree: who may
// import whom, which folders there are, and that no link in the documents is
// broken. ARCHITECTURE.md says the same in words.
package agentconnect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/agentconnect-dev/agentconnect"

// A layer says which of our packages a package may import: with its shipped
// files, and, beyond those, with its test files. Patterns are relative to the
// module; a final /* stands for everything below, "*" for everything.
type layer struct {
	code  []string
	tests []string
}

// layers is the import table. A package without a row of its own takes the row
// of the nearest folder above that ends in /*. What lies below internal/
// belongs to the package around it.
var layers = map[string]layer{
	"specs":              {},
	"specs/chart":        {code: []string{"specs"}},
	"specs/lint":         {code: []string{"specs"}},
	"providers":          {tests: []string{"providers/providertest", "providers/scripted"}},
	"providers/scripted": {code: []string{"providers", "specs"}, tests: []string{"providers/*"}},
	"providers/*":        {code: []string{"providers"}, tests: []string{"providers/*"}},
	"engine":             {code: []string{"specs", "providers"}, tests: []string{"engine/*", "providers/*"}},
	"engine/memory":      {code: []string{"engine"}, tests: []string{"engine/*", "specs", "providers", "providers/*"}},
	"engine/jetstream":   {code: []string{"engine"}, tests: []string{"engine/*", "specs", "providers", "providers/*"}},
	"engine/tools":       {code: []string{"engine", "specs", "providers"}, tests: []string{"engine/*", "providers/*"}},
	"engine/*":           {code: []string{"engine"}, tests: []string{"engine/*", "specs", "providers", "providers/*"}},
	"server":             {code: []string{"engine", "specs", "specs/chart", "providers"}, tests: []string{"engine/*", "providers/*"}},
	"cmd/*":              {code: []string{"*"}},
	"examples":           {tests: []string{"*"}},
	".":                  {tests: []string{"*"}},
}

// bans keeps foreign packages out of ours, tests included: the language's
// parser stays behind specs, and no vendor's kit comes near the core.
var bans = map[string][]string{
	"engine":    {"github.com/hashicorp/hcl/", "github.com/zclconf/go-cty/", "github.com/spf13/", "github.com/gorilla/"},
	"providers": {"github.com/hashicorp/hcl/", "github.com/zclconf/go-cty/", "github.com/spf13/", "github.com/gorilla/"},
	"server":    {"github.com/hashicorp/hcl/", "github.com/zclconf/go-cty/", "github.com/spf13/"},
	"specs":     {"github.com/spf13/", "github.com/gorilla/", "github.com/nats-io/"},
}

// pkg is the part of `go list -json` that the table needs.
type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func TestImports(t *testing.T) {
	pkgs := list(t)
	if len(pkgs) == 0 {
		t.Fatal("go list found no packages")
	}
	for _, finding := range violations(pkgs) {
		t.Error(finding)
	}
	for _, p := range pkgs {
		for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if strings.HasPrefix(imp, "github.com/hashicorp/hcl-lang/") && relative(p.ImportPath) != "cmd/agentconnect/internal/lsp/hcllang" {
				t.Errorf("%s must not import %s: only cmd/agentconnect/internal/lsp/hcllang knows hcl-lang", relative(p.ImportPath), imp)
			}
		}
	}
}

// The checker is itself checked: a wrong import must be found and named.
func TestViolations(t *testing.T) {
	tests := []struct {
		name string
		pkg  pkg
		want string // part of the only finding; empty: none
	}{
		{"allowed", pkg{ImportPath: module + "/engine", Imports: []string{"fmt", module + "/specs", module + "/providers"}}, ""},
		{
			"engine knows a vendor",
			pkg{ImportPath: module + "/engine", Imports: []string{module + "/providers/openai"}},
			"engine must not import providers/openai; allowed: specs, providers",
		},
		{"engine's tests may script", pkg{ImportPath: module + "/engine", XTestImports: []string{module + "/providers/scripted", module + "/engine/memory"}}, ""},
		{
			"engine's tests do not serve",
			pkg{ImportPath: module + "/engine", XTestImports: []string{module + "/server"}},
			"engine (tests) must not import server; allowed: specs, providers, engine/*, providers/*",
		},
		{
			"engine parses",
			pkg{ImportPath: module + "/engine", Imports: []string{"github.com/hashicorp/hcl/v2"}},
			"engine must not import github.com/hashicorp/hcl/v2: it is banned below engine",
		},
		{
			"a journal parses in a test",
			pkg{ImportPath: module + "/engine/memory", TestImports: []string{"github.com/zclconf/go-cty/cty"}},
			"engine/memory (tests) must not import github.com/zclconf/go-cty/cty",
		},
		{
			"specs looks down",
			pkg{ImportPath: module + "/specs", Imports: []string{module + "/engine"}},
			"specs must not import engine; allowed: nothing of ours",
		},
		{
			"a journal reads the language",
			pkg{ImportPath: module + "/engine/memory", Imports: []string{module + "/specs"}},
			"engine/memory must not import specs; allowed: engine",
		},
		{
			"vendors know each other",
			pkg{ImportPath: module + "/providers/google", Imports: []string{module + "/providers/openai"}},
			"providers/google must not import providers/openai; allowed: providers",
		},
		{
			"internal belongs to its owner",
			pkg{ImportPath: module + "/specs/internal/guard", Imports: []string{module + "/providers"}},
			"specs/internal/guard must not import providers; allowed: nothing of ours",
		},
		{"an owner uses its internal", pkg{ImportPath: module + "/specs", Imports: []string{module + "/specs/internal/guard"}}, ""},
		{"commands wire", pkg{ImportPath: module + "/cmd/agentconnect", Imports: []string{module + "/engine/memory", module + "/providers/scripted"}}, ""},
		{"no row", pkg{ImportPath: module + "/store"}, "store has no row in the import table"},
		{"no row below specs", pkg{ImportPath: module + "/specs/draft"}, "specs/draft has no row in the import table"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := violations([]pkg{tt.pkg})
			if tt.want == "" && len(got) > 0 {
				t.Fatalf("got %q, want no finding", got)
			}
			if tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Fatalf("got %q, want one finding with %q", got, tt.want)
			}
		})
	}
}

func TestFolders(t *testing.T) {
	allowed := []string{"engine", "specs", "providers", "server", "cmd", "examples", "docs", "editors"}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || strings.HasPrefix(name, ".") || name == "bin" || name == "dist" { // git's, editors', built
			continue
		}
		if !slices.Contains(allowed, name) {
			t.Errorf("top-level folder %s/ is not in the table; allowed: %s", name, strings.Join(allowed, ", "))
		}
	}
}

// A folder named after nothing collects everything.
func TestFolderNames(t *testing.T) {
	vague := []string{"pkg", "util", "utils", "common", "type", "types", "model", "models", "helper", "helpers", "misc", "base", "shared"}
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() || file == "." {
			return nil
		}
		if skipped(entry.Name()) {
			return filepath.SkipDir
		}
		if slices.Contains(vague, entry.Name()) {
			t.Errorf("folder %s: name it after what it is about, not %q", file, entry.Name())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// violations returns one line for each import that the table or a ban forbids.
func violations(pkgs []pkg) []string {
	var found []string
	for _, p := range pkgs {
		name := relative(p.ImportPath)
		row, ok := rowOf(name)
		if !ok {
			found = append(found, name+" has no row in the import table: add one to layers in arch_test.go, or put the code where it belongs")
			continue
		}
		tests := slices.Concat(p.TestImports, p.XTestImports)
		found = append(found, check(name, name, p.Imports, row.code)...)
		found = append(found, check(name, name+" (tests)", tests, slices.Concat(row.code, row.tests))...)
	}
	return found
}

// check compares the imports of one package, shown under title, with what it may import.
func check(name, title string, imports, allowed []string) []string {
	var found []string
	for _, imp := range imports {
		if imp != module && !strings.HasPrefix(imp, module+"/") {
			if folder, _, _ := strings.Cut(name, "/"); banned(folder, imp) {
				found = append(found, fmt.Sprintf("%s must not import %s: it is banned below %s", title, imp, folder))
			}
			continue
		}
		target := relative(imp)
		if owner(target) == owner(name) || matches(owner(target), allowed) {
			continue
		}
		list := strings.Join(allowed, ", ")
		if list == "" {
			list = "nothing of ours"
		}
		found = append(found, fmt.Sprintf("%s must not import %s; allowed: %s", title, target, list))
	}
	return found
}

func banned(folder, imp string) bool {
	return slices.ContainsFunc(bans[folder], func(prefix string) bool { return strings.HasPrefix(imp+"/", prefix) })
}

func matches(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		folder, below := strings.CutSuffix(p, "/*")
		return p == "*" || p == name || below && strings.HasPrefix(name, folder+"/")
	})
}

// rowOf finds the row of a package: its own, or the nearest one above ending in /*.
func rowOf(name string) (layer, bool) {
	name = owner(name)
	if row, ok := layers[name]; ok {
		return row, true
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if row, ok := layers[dir+"/*"]; ok {
			return row, true
		}
	}
	return layer{}, false
}

// owner is the package that an internal one belongs to; any other is its own.
func owner(name string) string {
	before, _, _ := strings.Cut(name, "/internal/")
	return before
}

func relative(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

func skipped(folder string) bool {
	return strings.HasPrefix(folder, ".") || folder == "testdata" || folder == "bin" || folder == "dist" || folder == "node_modules"
}

// list asks the go command for all packages of the module.
func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatalf("go list's answer: %v", err)
		}
		pkgs = append(pkgs, p)
	}
}

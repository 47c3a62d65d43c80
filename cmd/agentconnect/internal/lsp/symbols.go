package lsp

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lsp/hcllang"
)

// Kinds of symbols.
const (
	symbolModule    = 2
	symbolNamespace = 3
	symbolClass     = 5
	symbolProperty  = 7
	symbolInterface = 11
	symbolFunction  = 12
	symbolVariable  = 13
	symbolConstant  = 14
	symbolObject    = 19
	symbolEvent     = 24
	symbolOperator  = 25
)

// symbolKind is the kind that a block has for editors.
func symbolKind(block string) int {
	kinds := map[string]int{
		"agent": symbolClass, "human": symbolInterface, "pattern": symbolOperator, "session": symbolModule, "stop": symbolEvent,
		"tool": symbolFunction, "provider": symbolNamespace, "variable": symbolVariable, "locals": symbolConstant,
	}
	if kind, ok := kinds[block]; ok {
		return kind
	}
	return symbolObject
}

func (s *server) documentSymbols(_ context.Context, p *documentParams) ([]documentSymbol, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(d.path, ".json") {
		return []documentSymbol{}, nil
	}
	found, err := s.language(d.path).Symbols(s.shownName(d), d.bytes)
	if err != nil {
		return []documentSymbol{}, nil //nolint:nilerr // a text that cannot be parsed has findings already
	}
	return outlineOf(d, found), nil
}

func outlineOf(d *document, found []hcllang.Symbol) []documentSymbol {
	out := []documentSymbol{}
	for _, f := range found {
		s := documentSymbol{Name: f.Name, Kind: symbolProperty, Range: d.span(f.From, f.To)}
		s.SelectionRange = d.span(f.From, min(f.From+len(f.Name), f.To))
		if f.Block {
			s.Kind = symbolKind(f.Type)
			s.Children = outlineOf(d, f.Inside)
		}
		out = append(out, s)
	}
	return out
}

// Bounds of the answer to a question about the whole workspace.
const (
	maxWorkspaceSymbols = 500
	maxWorkspaceDirs    = 300
	maxWorkspaceEntries = 20_000
)

func (s *server) workspaceSymbols(ctx context.Context, p *symbolParams) ([]workspaceSymbol, error) {
	out := []workspaceSymbol{}
	query := strings.ToLower(p.Query)
	seen := map[string]bool{}
	for _, root := range s.workspace(ctx) {
		for _, sym := range s.symbols(root) {
			if !matches(strings.ToLower(sym.Address), query) {
				continue
			}
			at := s.location(sym.NameRange)
			key := sym.Address + "@" + at.URI
			if seen[key] {
				continue
			}
			seen[key] = true
			out = append(out, workspaceSymbol{Name: sym.Address, Kind: symbolKind(sym.Block), ContainerName: filepath.Base(filepath.Dir(sym.NameRange.Filename)), Location: at})
			if len(out) == maxWorkspaceSymbols {
				return out, nil
			}
		}
	}
	return out, nil
}

// matches says whether all letters of a query are in a name, in their order.
func matches(name, query string) bool {
	for _, c := range query {
		i := strings.IndexRune(name, c)
		if i < 0 {
			return false
		}
		name = name[i+1:]
	}
	return true
}

// workspace are the scenarios of open files and of the folders of the
// workspace.
func (s *server) workspace(ctx context.Context) []string {
	s.mu.Lock()
	folders := slices.Clone(s.folders)
	var names []string
	for name := range s.open {
		names = append(names, name)
	}
	s.mu.Unlock()
	slices.Sort(names)
	var roots []string
	for _, name := range names {
		if root := s.root(name); !slices.Contains(roots, root) && !isTest(root) {
			roots = append(roots, root)
		}
	}
	entries := 0
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
			if entries++; err != nil || ctx.Err() != nil || entries > maxWorkspaceEntries || len(roots) >= maxWorkspaceDirs {
				return filepath.SkipAll
			}
			base := entry.Name()
			if entry.IsDir() && name != folder && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata") {
				return filepath.SkipDir
			}
			if !entry.IsDir() && strings.HasSuffix(base, ".hcl") && !isTest(name) && !isVars(name) {
				if root := s.root(name); !slices.Contains(roots, root) {
					roots = append(roots, root)
				}
			}
			return nil
		})
	}
	return roots
}

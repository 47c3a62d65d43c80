package specs

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/conf"
	"github.com/zclconf/go-cty/cty"
)

// An Analysis is all that can be said about a scenario while it is written.
type Analysis struct {
	// Config is nil when there are errors.
	Config      *Config
	Diagnostics Diagnostics
	// Names are those that expressions may read, as far as they are known.
	Names *ExprNames
}

// Analyze does what [Load] does and says besides what expressions may read,
// which is known where parts of the scenario are broken, too.
func Analyze(path string, opts Options) *Analysis {
	l := newLoader(opts)
	defer l.close()
	cfg := l.guarded(path)
	ds := l.finish()
	a := &Analysis{Diagnostics: ds, Names: &ExprNames{base: l.exprBase, inputs: l.exprInputs}}
	if cfg != nil && !ds.HasErrors() {
		a.Config = l.sealed(cfg)
	}
	return a
}

// ExprNames are the names that the expressions of a scenario may read. The
// zero value knows the language alone.
type ExprNames struct {
	base   exprScope
	inputs map[string]*Type // of tools, by address
}

// An ExprPlace says where an expression stands, which decides what it sees.
type ExprPlace struct {
	// Address is that of the block at the top: tool.add.
	Address string
	// Form is that of the argument.
	Form ArgForm
	// Here says that it sees its pattern's own view, Script that it belongs to
	// a scripted answer, Test that it is the condition of an assert.
	Here, Script, Test bool
}

// An ExprItem is something that may be written in an expression.
type ExprItem struct {
	Name string
	Kind ExprItemKind
	// Detail is its type in words, Doc a sentence; either may be empty.
	Detail, Doc string
}

// ExprItemKind says what an ExprItem is.
type ExprItemKind string

// The kinds of items.
const (
	ItemName        ExprItemKind = "name"
	ItemField       ExprItemKind = "field"
	ItemFunction    ExprItemKind = "function"
	ItemOperator    ExprItemKind = "operator"
	ItemParticipant ExprItemKind = "participant"
	ItemWord        ExprItemKind = "word" // a text that is expected
)

// scope is what an expression at a place sees.
func (n *ExprNames) scope(at ExprPlace) *exprScope {
	s := n.base
	s.here, s.script, s.input = at.Here, at.Script, n.inputs[at.Address]
	if at.Test {
		s.facts = trialNames()
	}
	return &s
}

// names are the items that an expression may begin with.
func (s *exprScope) items() []ExprItem {
	docs, calls := exprDocs(), functionDocs()
	var out []ExprItem
	env := s.env()
	for _, name := range s.names() {
		item := ExprItem{Name: name, Kind: ItemName, Doc: docs[name]}
		if typ := env[name]; typ != nil {
			nt := typ.Nature()
			item.Detail = natureName(&nt)
		}
		out = append(out, item)
	}
	for name := range functions() {
		out = append(out, ExprItem{Name: name, Kind: ItemFunction, Detail: calls[name].signature, Doc: calls[name].doc})
	}
	for name, doc := range operatorDocs() {
		out = append(out, ExprItem{Name: name, Kind: ItemOperator, Doc: doc})
	}
	slices.SortFunc(out, func(a, b ExprItem) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// fieldsOf are the fields of what a chain such as agents['x'].last gives.
func (s *exprScope) fieldsOf(chain string) []ExprItem {
	root, rest, deep := strings.Cut(chain, ".")
	switch {
	case s.input == nil && !deep && (chain == "var" || chain == "local"):
		return valueItems(map[string]map[string]cty.Value{"var": s.vars, "local": s.locals}[chain])
	case s.input == nil && (root == "var" || root == "local"):
		return valueFields(map[string]map[string]cty.Value{"var": s.vars, "local": s.locals}[root], rest)
	}
	nt, cache := s.natureOf(chain)
	if nt == nil {
		return nil
	}
	if chain == "agents" && s.input == nil {
		return s.participantItems()
	}
	return natureItems(nt, cache)
}

// elementOf are the fields of the elements of what a chain gives.
func (s *exprScope) elementOf(chain string) []ExprItem {
	nt, cache := s.natureOf(chain)
	if nt == nil || !nt.IsArray() {
		return nil
	}
	elem := nt.Elem(cache)
	return natureItems(&elem, cache)
}

// participantItems are the names that agents['…'] takes.
func (s *exprScope) participantItems() []ExprItem {
	out := make([]ExprItem, 0, len(s.participants))
	for _, name := range s.participants {
		out = append(out, ExprItem{Name: name, Kind: ItemParticipant, Detail: "a participant"})
	}
	return out
}

// natureOf checks a chain by itself; nil when it does not check.
func (s *exprScope) natureOf(chain string) (*nature.Nature, *nature.Cache) {
	src := source{text: chain}
	tree, ds := parseExpr(&src)
	if ds.HasErrors() {
		return nil, nil
	}
	r := newResolver(&src, s)
	root := r.resolve(tree)
	config := conf.CreateNew()
	t := &typer{resolver: r, root: root, config: config}
	if !t.plain() {
		return nil, nil
	}
	return t.root.Nature(), &config.NtCache
}

func natureItems(nt *nature.Nature, cache *nature.Cache) []ExprItem {
	docs := fieldDocs()
	all := nt.All(cache)
	var out []ExprItem
	for _, name := range sortedKeys(all) {
		if name == "" {
			continue
		}
		field := all[name]
		out = append(out, ExprItem{Name: name, Kind: ItemField, Detail: natureName(&field), Doc: docs[name]})
	}
	return out
}

// natureName is a type in words.
func natureName(nt *nature.Nature) string {
	if nt.Kind == reflect.Invalid {
		return ""
	}
	return typeName(nt.String())
}

func valueItems(values map[string]cty.Value) []ExprItem {
	var out []ExprItem
	for _, name := range slices.Sorted(maps.Keys(values)) {
		out = append(out, ExprItem{Name: name, Kind: ItemField, Detail: values[name].Type().FriendlyName()})
	}
	return out
}

// valueFields are the fields of an object that a variable or a local has.
func valueFields(values map[string]cty.Value, path string) []ExprItem {
	name, rest, deep := strings.Cut(path, ".")
	v, ok := values[name]
	if !ok {
		return nil
	}
	v, _ = v.Unmark()
	if !v.IsKnown() || !isObject(v) {
		return nil
	}
	if deep {
		return valueFields(v.AsValueMap(), rest)
	}
	return valueItems(v.AsValueMap())
}

package specs

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// refType is the type of references among values, all kinds alike, so that
// lists and conditionals may mix them.
//
//nolint:gochecknoglobals // a type, immutable, told apart from others by its identity
var refType = cty.CapsuleWithOps("reference", reflect.TypeFor[refValue](), &cty.CapsuleOps{
	Equals:    func(a, b any) cty.Value { return cty.BoolVal(*a.(*refValue) == *b.(*refValue)) },
	RawEquals: func(a, b any) bool { return *a.(*refValue) == *b.(*refValue) },
	HashKey:   func(v any) string { return v.(*refValue).String() },
	GoString:  func(v any) string { return v.(*refValue).String() },
})

// A refValue is a reference as a value.
type refValue struct{ kind, name string }

func (r *refValue) String() string { return r.kind + "." + r.name }

// refKinds are the words that references begin with.
func refKinds() []string {
	return []string{"agent", "human", "local", "pattern", "provider", "session", "stop", "tool", "var"}
}

// nameSpace is where a kind of block keeps its names: participants share one.
func nameSpace(kind string) string {
	if slices.Contains(anyone(), kind) {
		return "participant"
	}
	return kind
}

// declare enters a block's name.
func (l *loader) declare(n *node) {
	if n.name == "" {
		return
	}
	kind := n.schema.refKind()
	space := nameSpace(kind)
	if space == "participant" && n.name == "user" {
		l.about(n, codeReserved, n.labels[len(n.schema.labels)-1], "The person's side of a conversation is called user; name the %s otherwise.", kind)
	}
	if first := l.names[space][n.name]; first != nil {
		d := l.about(n, codeDuplicate, n.labels[len(n.schema.labels)-1], "There is already %s.", first.title())
		l.related(d, first.header, "the first one")
		return
	}
	if l.names[space] == nil {
		l.names[space] = map[string]*node{}
	}
	l.names[space][n.name] = n
}

// declared are the names of a kind.
func (l *loader) declared(kind string) []string {
	var out []string
	if kind == "local" {
		for name := range l.locals {
			out = append(out, name)
		}
	}
	for name, n := range l.names[nameSpace(kind)] {
		if n.schema.refKind() == kind {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (l *loader) isDeclared(kind, name string) bool {
	if kind == "local" {
		return l.locals[name] != nil
	}
	n := l.names[nameSpace(kind)][name]
	return n != nil && n.schema.refKind() == kind
}

// checkRefs reports the references in a block that lead nowhere.
func (l *loader) checkRefs(n *node) {
	for _, a := range n.args {
		if a.schema.typ == typeConstraint {
			continue
		}
		if l.unquoted(n, a) {
			continue
		}
		for _, t := range a.expr.Variables() {
			l.checkRef(n, a, t)
		}
	}
	for _, inner := range n.blocks {
		l.checkRefs(inner)
	}
}

func (l *loader) checkRef(n *node, a *arg, t hcl.Traversal) {
	kind, name, ok := splitRef(t)
	at := t.SourceRange()
	if address := kind + "." + name; address != n.address { // a validation reads its own variable
		l.mentioned[address] = true
	}
	switch {
	case a.schema.static:
		l.wrong(n, a, codeNoRefs, at, "%s must be known before anything else is evaluated: write the value itself.", a.schema.name)
	case !slices.Contains(refKinds(), kind):
		l.unknownRoot(n, a, t)
	case !ok:
		l.wrong(n, a, codeIncompleteRef, at, "Say which %s is meant: %s.name.%s", kind, kind, someOf(kind, l.declared(kind)))
	case !l.isDeclared(kind, name):
		l.unknownRef(n, a, t, kind, name)
	case len(t) > 2 && kind != "var" && kind != "local":
		l.wrong(n, a, codeRefField, at, "%s.%s stands for the whole block; its arguments cannot be read.", kind, name)
	}
}

// splitRef takes a reference apart: agent.writer, also agent["writer"].
func splitRef(t hcl.Traversal) (kind, name string, ok bool) {
	kind = t.RootName()
	if len(t) < 2 {
		return kind, "", false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return kind, step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String {
			return kind, step.Key.AsString(), true
		}
	}
	return kind, "", false
}

func someOf(kind string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" There are: %s.", listed(prefixAll(kind+".", names)))
}

func prefixAll(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = prefix + name
	}
	return out
}

func (l *loader) unknownRoot(n *node, a *arg, t hcl.Traversal) {
	a.bad = true
	n.fail()
	if l.syntaxErrors {
		return
	}
	root := t.RootName()
	hint, isType := "", len(t) == 1 && slices.Contains([]string{"string", "number", "bool"}, root)
	if near := nearest(root, refKinds()); near != "" {
		hint = fmt.Sprintf(" Did you mean %q?", near)
	}
	if _, runs := envNames()[root]; runs && len(t) > 1 {
		hint = " It exists while a session runs: conditions, rule, items and result read it, in quotes. " +
			"A text of the scenario is written before; agents read what others answered in the conversation."
	} else if isType {
		hint = " It is a type, which type = … takes alone."
	} else if len(t) == 1 {
		hint = fmt.Sprintf(" If the text is meant, write \"%s\" in quotes.", root)
	} else if hint == "" {
		hint = fmt.Sprintf(" References begin with one of: %s.", listed(refKinds()))
	}
	d := l.wrong(n, a, codeUnknownName, t.SourceRange(), "Nothing is called %q here.%s", root, hint)
	if len(t) == 1 && plainWord(a.expr) && !isType {
		l.rename(d, t.SourceRange(), fmt.Sprintf("%q", root))
	} else if len(t) > 1 {
		l.rename(d, t[0].SourceRange(), nearest(root, refKinds()))
	}
}

func plainWord(expr hcl.Expression) bool {
	_, ok := expr.(*hclsyntax.ScopeTraversalExpr)
	return ok
}

// unknownRef reports a name that is not declared, unless a file has syntax
// errors: the declaration may be in the part that could not be read.
func (l *loader) unknownRef(n *node, a *arg, t hcl.Traversal, kind, name string) {
	a.bad = true
	n.fail()
	if l.syntaxErrors {
		return
	}
	candidates := l.declared(kind)
	if other := l.names[nameSpace(kind)][name]; other != nil {
		got := other.schema.refKind()
		d := l.wrong(n, a, codeUnknownName, t.SourceRange(), "%q is the name of a block %s: write %s.%s.", name, other.schema.name, got, name)
		l.rename(d, t.SourceRange(), got+"."+name)
		return
	}
	hint := l.meant(name, candidates)
	if len(candidates) == 0 {
		hint = fmt.Sprintf(" There is no %s at all.", blockWord(kind))
	}
	d := l.wrong(n, a, codeUnknownName, t.SourceRange(), "No %s is called %q.%s", blockWord(kind), name, hint)
	if near := nearest(name, candidates); near != "" {
		l.rename(d, t.SourceRange(), kind+"."+near)
	}
}

func blockWord(kind string) string {
	if kind == "var" {
		return "variable"
	}
	return kind
}

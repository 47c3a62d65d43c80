package specs

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// pointer copies # and its like; fields of elements are members of it.
func (r *resolver) pointer(n *ast.PointerNode) (ast.Node, span) {
	at := r.token(n)
	at.to = min(at.to+len(n.Name), len(r.src.text))
	return r.number(&ast.PointerNode{Name: n.Name}, at)
}

func (r *resolver) identifier(n *ast.IdentifierNode) (ast.Node, span) {
	at := r.token(n)
	if !slices.Contains(r.lets, n.Value) && !r.known(n.Value, at) {
		return r.unknown(at)
	}
	return r.number(&ast.IdentifierNode{Value: n.Value}, at)
}

// known checks a name at the start of an expression and notes what it reads.
func (r *resolver) known(name string, at span) bool {
	if r.scope.input != nil {
		return r.knownInput(name, at)
	}
	part, ok := envNames()[name]
	switch {
	case r.scope.fact(name):
		part = partFacts
	case name == "var" || name == "local":
		r.report(codeExprVariable, at, "%s is not a value by itself; write %s.name.", name, name)
		return false
	case !ok:
		d := r.report(codeExprName, at, "There is no %s here. The names are %s.", quoteName(name), strings.Join(r.scope.names(), ", "))
		r.suggest(d, at, name, r.scope.names())
		return false
	case part == PartHere && !r.scope.here:
		r.report(codeExprElsewhere, at, "here is a pattern's own view: it exists in until, rule, items and when of patterns, and in stops with a scope.")
		return false
	case part == PartScript && !r.scope.script:
		d := r.report(codeExprElsewhere, at, "%s exists only in the conditions of scripted replies and fails.", name)
		r.suggest(d, at, name, r.scope.names())
		return false
	}
	r.reads |= part
	r.see(name)
	return true
}

func (r *resolver) knownInput(name string, at span) bool {
	if _, ok := r.scope.input.fields[name]; ok {
		return true
	}
	if _, ok := envNames()[name]; ok {
		r.report(codeExprElsewhere, at, "A tool sees its input alone, not the session's %s. Its inputs are %s.", name, inputNames(r.scope.input.fields))
		return false
	}
	d := r.report(codeExprName, at, "The tool has no input %s. Its inputs are %s.", quoteName(name), inputNames(r.scope.input.fields))
	r.suggest(d, at, name, r.scope.names())
	return false
}

// member copies a.b and a[b]. What follows var, local, agents and data is
// checked here, the fields of everything else with its type.
func (r *resolver) member(n *ast.MemberNode) (ast.Node, span) {
	root, keys, constant := memberPath(n)
	if root != nil && !slices.Contains(r.lets, root.Value) {
		switch {
		case (root.Value == "var" || root.Value == "local") && r.literalRoot(root.Value):
			if len(keys) == 0 { // var[name]
				at := r.token(root)
				r.report(codeExprVariable, at, "The name after %s must be written out: %s.name.", root.Value, root.Value)
				return r.unknown(at)
			}
			return r.literal(n, root)
		case r.scope.input == nil && len(constant) > 0:
			return r.path(n, root, keys, constant)
		}
	}
	return r.plainMember(n)
}

// literalRoot says that var and local are not inputs of a tool.
func (r *resolver) literalRoot(name string) bool {
	return r.scope.input == nil || r.scope.input.fields[name] == nil
}

func (r *resolver) plainMember(n *ast.MemberNode) (ast.Node, span) {
	x, at := r.node(n.Node)
	prop, end := r.property(n)
	return r.number(&ast.MemberNode{Node: x, Property: prop, Optional: n.Optional}, at.with(end))
}

func (r *resolver) property(n *ast.MemberNode) (ast.Node, span) {
	prop, end := r.node(n.Property)
	return prop, end.with(r.through(n))
}

// memberPath is a chain of constant keys that starts at a name, and the names
// among them before the first index. A chain that goes on with a computed key is
// cut there.
func memberPath(n *ast.MemberNode) (root *ast.IdentifierNode, names []*ast.StringNode, keys []any) {
	for {
		if key, ok := n.Property.(*ast.StringNode); ok {
			names = append(names, key)
		} else {
			names = nil
		}
		if key := constantKey(n.Property); key != nil {
			keys = append(keys, key)
		} else {
			keys = nil
		}
		switch base := n.Node.(type) {
		case *ast.IdentifierNode:
			slices.Reverse(names)
			slices.Reverse(keys)
			return base, names, keys
		case *ast.MemberNode:
			n = base
		case *ast.ChainNode:
			inner, ok := base.Node.(*ast.MemberNode)
			if !ok {
				return nil, nil, nil
			}
			n = inner
		default:
			return nil, nil, nil
		}
	}
}

// path copies a chain of constant keys that starts at a name of the session.
func (r *resolver) path(n *ast.MemberNode, root *ast.IdentifierNode, names []*ast.StringNode, keys []any) (ast.Node, span) {
	if len(names) > 0 && !r.knownPath(root, names) {
		at := r.token(root)
		r.reads |= envNames()[root.Value]
		return r.unknown(at.with(r.token(n)))
	}
	seen := len(r.paths)
	c, at := r.plainMember(n)
	if seen < len(r.paths) {
		r.paths[seen].keys = keys
	}
	return c, at
}

// knownPath checks the names behind agents, data and here.data.
func (r *resolver) knownPath(root *ast.IdentifierNode, names []*ast.StringNode) bool {
	first := names[0]
	if root.Value == "here" && r.scope.here && first.Value == "data" && len(names) > 1 {
		first = names[1]
	}
	switch {
	case root.Value == "agents":
		return r.participant(first)
	case root.Value == "here" && first != names[0] && len(r.scope.board) > 0:
		return r.entry(first)
	case root.Value == "data", root.Value == "here" && first != names[0]:
		return r.answers(first)
	default:
		return true
	}
}

// participant checks the key of agents.
func (r *resolver) participant(key *ast.StringNode) bool {
	names := r.scope.participants
	if names == nil || slices.Contains(names, key.Value) {
		return true
	}
	at := r.token(key)
	d := r.report(codeExprParticipant, at, "There is no participant %s. The participants are %s.", quoteName(key.Value), strings.Join(names, ", "))
	r.suggestKey(d, at, key.Value, names)
	return false
}

// answers checks the key of data.
func (r *resolver) answers(key *ast.StringNode) bool {
	if _, ok := r.scope.data[key.Value]; ok {
		return true
	}
	at, with := r.token(key), slices.Sorted(maps.Keys(r.scope.data))
	if slices.Contains(r.scope.participants, key.Value) {
		r.report(codeExprNoOutput, at, "%s gives no structured answers, so data.%s is never there. Give it an output block, or read agents['%s'].last.content.", key.Value, key.Value, key.Value)
		return false
	}
	detail := "No agent here gives structured answers: add an output block to one."
	if len(with) > 0 {
		detail = "Structured answers come from " + strings.Join(with, ", ") + "."
	}
	d := r.report(codeExprParticipant, at, "There is no agent %s. %s", quoteName(key.Value), detail)
	r.suggestKey(d, at, key.Value, with)
	return false
}

// suggestKey suggests a name for a key that may be in quotes.
func (r *resolver) suggestKey(d *Diagnostic, at span, name string, among []string) {
	if at.to-at.from > len(name) && at.to <= len(r.src.text) {
		at = span{at.from + 1, at.to - 1}
	}
	r.suggest(d, at, name, among)
}

func quoteName(name string) string { return "'" + shorten(name, 40) + "'" }

func inputNames(fields map[string]*Type) string {
	if len(fields) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
}

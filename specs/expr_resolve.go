package specs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// resolver copies a parsed tree and checks every name on the way. In the copy
// each node has a number of its own as location, which spans turns into a piece
// of the text, and the values of var and local are in place.
type resolver struct {
	src   *source
	scope *exprScope
	ds    Diagnostics

	bytes  []int       // byte offset of each character
	closes map[int]int // where a bracket that opens at a character ends, in bytes
	spans  []span
	lets   []string
	depth  int // of predicates
	full   bool

	reads  EnvPart
	paths  []exprPath
	probes *Probes
}

func newResolver(src *source, scope *exprScope) *resolver {
	r := &resolver{src: src, scope: scope, bytes: runeOffsets(src.text), closes: map[int]int{}}
	r.spans = append(r.spans, span{0, len(src.text)})
	r.pairBrackets()
	return r
}

// pairBrackets finds the ends of brackets, since nodes do not know them. A
// function's name is paired with the end of its arguments.
func (r *resolver) pairBrackets() {
	tokens, err := lexer.Lex(file.NewSource(r.src.text))
	if err != nil {
		return
	}
	var open []int
	for i, t := range tokens {
		if t.Kind != lexer.Bracket {
			continue
		}
		if strings.Contains("([{", t.Value) {
			open = append(open, i)
			continue
		}
		if len(open) == 0 {
			return
		}
		first := open[len(open)-1]
		open = open[:len(open)-1]
		end := clampedAt(r.bytes, t.To)
		r.closes[tokens[first].From] = end
		if first > 0 && tokens[first].Value == "(" && tokens[first-1].Kind == lexer.Identifier {
			r.closes[tokens[first-1].From] = end
		}
	}
}

func (r *resolver) resolve(root ast.Node) ast.Node {
	n, _ := r.node(root)
	r.probes = probesOf(n)
	return n
}

// sorted are the findings in the order of the text.
func (r *resolver) sorted() Diagnostics {
	slices.SortStableFunc(r.ds, func(a, b Diagnostic) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	return r.ds
}

func (r *resolver) report(code string, at span, format string, args ...any) *Diagnostic {
	if len(r.ds) >= maxFindings {
		return &Diagnostic{}
	}
	r.ds = append(r.ds, r.src.finding(code, r.src.span(at), fmt.Sprintf(format, args...)))
	return &r.ds[len(r.ds)-1]
}

// suggest adds what was probably meant, with the change that mends it.
func (r *resolver) suggest(d *Diagnostic, at span, name string, among []string) {
	meant := closest(name, among)
	if meant == "" {
		return
	}
	d.Detail += fmt.Sprintf(" Did you mean %s?", meant)
	if r.src.units != nil {
		d.Fix = &Fix{Message: "Write " + meant, Edits: []Edit{{Range: r.src.span(at), NewText: meant}}}
	}
}

// number makes n the node for a piece of the text.
func (r *resolver) number(n ast.Node, at span) (ast.Node, span) {
	n.SetLocation(file.Location{From: len(r.spans), To: len(r.spans)})
	r.spans = append(r.spans, at)
	return n, at
}

// unknown stands for a node that has been complained about: it may be anything.
func (r *resolver) unknown(at span) (ast.Node, span) { return r.number(anything(), at) }

func anything() ast.Node {
	env := &ast.IdentifierNode{Value: "$env"}
	return &ast.MemberNode{Node: env, Property: env}
}

func isAnything(n ast.Node) bool {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return false
	}
	id, ok := m.Property.(*ast.IdentifierNode)
	return ok && id.Value == "$env"
}

// token is the piece of text of the token at which n stands.
func (r *resolver) token(n ast.Node) span {
	loc := n.Location()
	return span{clampedAt(r.bytes, loc.From), clampedAt(r.bytes, loc.To)}
}

// through is the piece from a token to the end of the bracket that it opens.
func (r *resolver) through(n ast.Node) span {
	at := r.token(n)
	if end, ok := r.closes[n.Location().From]; ok {
		at.to = max(at.to, end)
	}
	return at
}

func (s span) with(o span) span { return span{min(s.from, o.from), max(s.to, o.to)} }

// node copies a tree and says which text it covers. A tree that shares parts
// may be far larger than it looks: past the limit it is cut off.
func (r *resolver) node(n ast.Node) (ast.Node, span) {
	if len(r.spans) > 4*maxExprNodes {
		if !r.full {
			r.full = true
			r.report(codeExprLong, span{0, len(r.src.text)}, "%s", tooManyNodes)
		}
		return r.unknown(span{0, len(r.src.text)})
	}
	switch n := n.(type) {
	case *ast.NilNode:
		return r.number(&ast.NilNode{}, r.token(n))
	case *ast.IntegerNode:
		return r.number(&ast.IntegerNode{Value: n.Value}, r.token(n))
	case *ast.FloatNode:
		return r.number(&ast.FloatNode{Value: n.Value}, r.token(n))
	case *ast.BoolNode:
		return r.number(&ast.BoolNode{Value: n.Value}, r.token(n))
	case *ast.StringNode:
		return r.number(&ast.StringNode{Value: n.Value}, r.token(n))
	case *ast.BytesNode:
		return r.number(&ast.BytesNode{Value: n.Value}, r.token(n))
	case *ast.IdentifierNode:
		return r.identifier(n)
	case *ast.PointerNode:
		return r.pointer(n)
	case *ast.UnaryNode:
		x, at := r.node(n.Node)
		return r.number(&ast.UnaryNode{Operator: n.Operator, Node: x}, at.with(r.token(n)))
	case *ast.BinaryNode:
		left, a := r.node(n.Left)
		right, b := r.node(n.Right)
		if s, ok := right.(*ast.StringNode); ok && n.Operator == "matches" {
			right = r.pattern(s)
		}
		return r.number(&ast.BinaryNode{Operator: n.Operator, Left: left, Right: right}, a.with(b))
	case *ast.ChainNode:
		x, at := r.node(n.Node)
		return r.number(&ast.ChainNode{Node: x}, at)
	case *ast.MemberNode:
		return r.member(n)
	case *ast.CallNode:
		return r.call(n)
	case *ast.BuiltinNode:
		return r.builtin(n)
	default:
		return r.compound(n)
	}
}

// compound copies the nodes that hold others.
func (r *resolver) compound(n ast.Node) (ast.Node, span) {
	switch n := n.(type) {
	case *ast.SliceNode:
		return r.slice(n)
	case *ast.PredicateNode:
		x, at := r.node(n.Node)
		return r.number(&ast.PredicateNode{Node: x}, at)
	case *ast.VariableDeclaratorNode:
		return r.let(n)
	case *ast.SequenceNode:
		nodes, at := r.list(n.Nodes)
		return r.number(&ast.SequenceNode{Nodes: nodes}, at)
	case *ast.ConditionalNode:
		cond, a := r.node(n.Cond)
		yes, b := r.node(n.Exp1)
		no, c := r.node(n.Exp2)
		return r.number(&ast.ConditionalNode{Ternary: n.Ternary, Cond: cond, Exp1: yes, Exp2: no}, a.with(b).with(c))
	case *ast.ArrayNode:
		nodes, _ := r.list(n.Nodes)
		return r.number(&ast.ArrayNode{Nodes: nodes}, r.through(n))
	case *ast.MapNode:
		pairs, _ := r.list(n.Pairs)
		return r.number(&ast.MapNode{Pairs: pairs}, r.through(n))
	case *ast.PairNode:
		key, a := r.node(n.Key)
		value, b := r.node(n.Value)
		return r.number(&ast.PairNode{Key: key, Value: value}, a.with(b))
	default:
		at := r.token(n)
		r.report(codeExprSyntax, at, "This cannot stand in an expression.")
		return r.unknown(at)
	}
}

// list copies nodes; the text they cover is empty at the end of the text when
// there are none.
func (r *resolver) list(nodes []ast.Node) ([]ast.Node, span) {
	copies := make([]ast.Node, 0, len(nodes))
	at := span{len(r.src.text), 0}
	for _, n := range nodes {
		c, s := r.node(n)
		copies, at = append(copies, c), at.with(s)
	}
	return copies, at
}

func (r *resolver) slice(n *ast.SliceNode) (ast.Node, span) {
	x, at := r.node(n.Node)
	c := &ast.SliceNode{Node: x}
	if n.From != nil {
		c.From, _ = r.node(n.From)
	}
	if n.To != nil {
		c.To, _ = r.node(n.To)
	}
	return r.number(c, at.with(r.through(n)))
}

// let copies a declaration, unless its name means something already.
func (r *resolver) let(n *ast.VariableDeclaratorNode) (ast.Node, span) {
	value, a := r.node(n.Value)
	at := a.with(r.token(n))
	if r.taken(n.Name) {
		r.report(codeExprName, r.token(n), "%s means something here already. Give the variable another name.", quoteName(n.Name))
		x, b := r.node(n.Expr)
		return x, at.with(b)
	}
	r.lets = append(r.lets, n.Name)
	x, b := r.node(n.Expr)
	r.lets = r.lets[:len(r.lets)-1]
	return r.number(&ast.VariableDeclaratorNode{Name: n.Name, Value: value, Expr: x}, at.with(b))
}

func (r *resolver) taken(name string) bool {
	_, isFunction := builtin.Index[name]
	return isFunction || strings.HasPrefix(name, "$") || slices.Contains(r.lets, name) || slices.Contains(r.scope.names(), name)
}

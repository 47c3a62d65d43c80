package specs

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
)

// rewriter makes a checked tree safe to run: what may be absent (structured
// answers, JSON of unknown type, elements of lists) is read without failing,
// and a condition that needs it is false. A value that may be absent is called
// loose.
//
// Negations are pushed inwards, so that a condition over something absent is
// false under not as well: not (data.x.score >= 8) waits for the score.
type rewriter struct {
	*typer
	loose []looseVar // of let
	elems []bool     // whether # may be absent, innermost last
	fresh int
}

type looseVar struct {
	name  string
	loose bool
}

// root rewrites the whole expression.
func (w *rewriter) root(n ast.Node, want exprWant) ast.Node {
	if want == wantBool {
		return w.cond(n, false)
	}
	c, _ := w.value(n)
	return c
}

// as gives a new node the number, and so the place, of an old one.
func as(n, old ast.Node) ast.Node {
	n.SetLocation(old.Location())
	return n
}

// cond rewrites a condition, negated or not.
func (w *rewriter) cond(n ast.Node, negated bool) ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return w.cond(n.Node, !negated)
		}
	case *ast.BinaryNode:
		if c := w.binaryCond(n, negated); c != nil {
			return c
		}
	case *ast.ConditionalNode:
		return as(&ast.ConditionalNode{Ternary: true, Cond: w.cond(n.Cond, false), Exp1: w.cond(n.Exp1, negated), Exp2: w.cond(n.Exp2, negated)}, n)
	case *ast.VariableDeclaratorNode:
		return w.let(n, func(body ast.Node) (ast.Node, bool) { return w.cond(body, negated), false })
	case *ast.SequenceNode:
		return w.sequence(n, func(last ast.Node) (ast.Node, bool) { return w.cond(last, negated), false })
	}
	return w.flag(n, negated)
}

func (w *rewriter) binaryCond(n *ast.BinaryNode, negated bool) ast.Node {
	switch n.Operator {
	case "and", "&&", "or", "||":
		op := n.Operator
		if negated {
			op = opposite(op)
		}
		return as(&ast.BinaryNode{Operator: op, Left: w.cond(n.Left, negated), Right: w.cond(n.Right, negated)}, n)
	case "matches":
		return w.matches(n, negated)
	case "==", "!=", "<", ">", "<=", ">=", "in", "contains", "startsWith", "endsWith":
		return w.comparison(n, negated)
	default:
		return nil
	}
}

func opposite(op string) string {
	if op == "and" || op == "&&" {
		return "or"
	}
	return "and"
}

// comparison keeps the library's operator where both sides are there and
// plain, and takes ours elsewhere.
func (w *rewriter) comparison(n *ast.BinaryNode, negated bool) ast.Node {
	if _, ok := n.Right.(*ast.NilNode); ok && (n.Operator == "==" || n.Operator == "!=") {
		return w.presence(n, n.Left, negated)
	}
	if _, ok := n.Left.(*ast.NilNode); ok && (n.Operator == "==" || n.Operator == "!=") {
		return w.presence(n, n.Right, negated)
	}
	left, a := w.value(n.Left)
	right, b := w.value(n.Right)
	whole := n.Operator == "==" || n.Operator == "!="
	composed := whole && (!simple(n.Left) || !simple(n.Right))
	if a || b || composed || n.Operator == "in" {
		return as(&ast.CallNode{Callee: as(&ast.ConstantNode{Value: comparer(n.Operator, negated)}, n), Arguments: []ast.Node{left, right}}, n)
	}
	return negate(as(&ast.BinaryNode{Operator: n.Operator, Left: left, Right: right}, n), negated)
}

// presence is a comparison with nil, which asks whether something is there.
func (w *rewriter) presence(n *ast.BinaryNode, operand ast.Node, negated bool) ast.Node {
	x, _ := w.value(operand)
	fn := isAbsent
	if (n.Operator == "!=") != negated {
		fn = isPresent
	}
	return call(n, fn, x)
}

func negate(n ast.Node, negated bool) ast.Node {
	if !negated {
		return n
	}
	return as(&ast.UnaryNode{Operator: "not", Node: n}, n)
}

// flag is a condition that is not made of others.
func (w *rewriter) flag(n ast.Node, negated bool) ast.Node {
	nature := n.Nature()
	if nature.IsUnknown(&w.config.NtCache) && !w.consequence(n) {
		at := spanOf(w.spans, n.Location().From)
		text := w.src.text[at.from:at.to]
		w.report(codeExprFlag, at, "A condition must be true or false, and nothing says that this is. Write %s == true, or declare the field in the agent's output.", shorten(text, 60))
	}
	x, loose := w.value(n)
	if !loose && nature.Kind == reflect.Bool {
		return negate(x, negated)
	}
	if negated {
		return call(n, isFalse, x)
	}
	return call(n, isTrue, x)
}

// consequence says that the type of n may be unknown only because of an error
// that has been reported.
func (w *rewriter) consequence(n ast.Node) bool {
	if !w.ds.HasErrors() {
		return false
	}
	f := &errorFinder{lets: len(w.loose) > 0 || len(w.elems) > 0}
	ast.Walk(&n, f)
	return f.found
}

// errorFinder finds what stands for an error, or may hold the result of one.
type errorFinder struct{ lets, found bool }

func (f *errorFinder) Visit(node *ast.Node) {
	_, isElem := (*node).(*ast.PointerNode)
	_, isName := (*node).(*ast.IdentifierNode)
	f.found = f.found || isAnything(*node) || f.lets && (isElem || isName)
}

// call calls one of our functions of one value.
func call(old ast.Node, fn func(any) bool, x ast.Node) ast.Node {
	return as(&ast.CallNode{Callee: as(&ast.ConstantNode{Value: fn}, old), Arguments: []ast.Node{x}}, old)
}

// simple says that the type is known and not composed.
func simple(n ast.Node) bool {
	switch n.Nature().Kind {
	case reflect.Bool, reflect.Int, reflect.Float64, reflect.String:
		return true
	default:
		return false
	}
}

// let rewrites a declaration around what body makes of its expression.
func (w *rewriter) let(n *ast.VariableDeclaratorNode, body func(ast.Node) (ast.Node, bool)) ast.Node {
	c, _ := w.letLoose(n, body)
	return c
}

func (w *rewriter) letLoose(n *ast.VariableDeclaratorNode, body func(ast.Node) (ast.Node, bool)) (ast.Node, bool) {
	value, loose := w.value(n.Value)
	w.loose = append(w.loose, looseVar{n.Name, loose})
	x, looseBody := body(n.Expr)
	w.loose = w.loose[:len(w.loose)-1]
	return as(&ast.VariableDeclaratorNode{Name: n.Name, Value: value, Expr: x}, n), looseBody
}

func (w *rewriter) sequence(n *ast.SequenceNode, last func(ast.Node) (ast.Node, bool)) ast.Node {
	c, _ := w.sequenceLoose(n, last)
	return c
}

func (w *rewriter) sequenceLoose(n *ast.SequenceNode, last func(ast.Node) (ast.Node, bool)) (ast.Node, bool) {
	nodes, loose := make([]ast.Node, len(n.Nodes)), false
	for i, x := range n.Nodes {
		if i < len(n.Nodes)-1 {
			nodes[i], _ = w.value(x)
		} else {
			nodes[i], loose = last(x)
		}
	}
	return as(&ast.SequenceNode{Nodes: nodes}, n), loose
}

// name is a variable's name that nobody can write.
func (w *rewriter) name() string {
	w.fresh++
	return " " + strconv.Itoa(w.fresh)
}

// guarded evaluates args and then what make builds from them, unless one of
// the loose ones is absent; then the whole is.
func (w *rewriter) guarded(old ast.Node, args []ast.Node, loose []bool, build func([]ast.Node) ast.Node) ast.Node {
	passed := make([]ast.Node, len(args))
	names := make([]string, len(args))
	for i, arg := range args {
		passed[i] = arg
		if loose[i] {
			names[i] = w.name()
			passed[i] = as(&ast.IdentifierNode{Value: names[i]}, old)
		}
	}
	body := build(passed)
	for i, arg := range slices.Backward(args) {
		if !loose[i] {
			continue
		}
		is := call(old, isAbsent, as(&ast.IdentifierNode{Value: names[i]}, old))
		body = as(&ast.ConditionalNode{Ternary: true, Cond: is, Exp1: as(&ast.ConstantNode{}, old), Exp2: body}, old)
		body = as(&ast.VariableDeclaratorNode{Name: names[i], Value: arg, Expr: body}, old)
	}
	return body
}

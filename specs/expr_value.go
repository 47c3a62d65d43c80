package specs

import (
	"reflect"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// value rewrites an expression and says whether its value may be absent.
func (w *rewriter) value(n ast.Node) (ast.Node, bool) {
	switch n := n.(type) {
	case *ast.NilNode:
		return as(&ast.ConstantNode{}, n), true
	case *ast.ConstantNode:
		return n, n.Value == nil
	case *ast.IdentifierNode:
		return w.ident(n)
	case *ast.PointerNode:
		return n, n.Name != "index" && (n.Name == "acc" || w.elems[len(w.elems)-1])
	case *ast.ChainNode:
		return w.value(n.Node)
	case *ast.MemberNode:
		return w.member(n)
	case *ast.UnaryNode:
		return w.unary(n)
	case *ast.BinaryNode:
		return w.binary(n)
	case *ast.SliceNode:
		return w.slice(n)
	case *ast.BuiltinNode:
		return w.builtin(n)
	case *ast.VariableDeclaratorNode:
		return w.letLoose(n, w.value)
	case *ast.SequenceNode:
		return w.sequenceLoose(n, w.value)
	case *ast.ConditionalNode:
		a, la := w.value(n.Exp1)
		b, lb := w.value(n.Exp2)
		return as(&ast.ConditionalNode{Ternary: true, Cond: w.cond(n.Cond, false), Exp1: a, Exp2: b}, n), la || lb
	case *ast.ArrayNode:
		return w.array(n), false
	case *ast.MapNode:
		return as(&ast.MapNode{Pairs: w.values(n.Pairs)}, n), false
	case *ast.PairNode:
		key, _ := w.value(n.Key)
		x, _ := w.value(n.Value)
		return as(&ast.PairNode{Key: key, Value: x}, n), false
	default:
		return n, false
	}
}

// array makes a list of literals once instead of at each evaluation.
func (w *rewriter) array(n *ast.ArrayNode) ast.Node {
	texts, numbers := []string{}, []int{}
	for _, x := range n.Nodes {
		switch x := x.(type) {
		case *ast.StringNode:
			texts = append(texts, x.Value)
		case *ast.IntegerNode:
			numbers = append(numbers, x.Value)
		}
	}
	switch {
	case len(texts) > 0 && len(texts) == len(n.Nodes):
		return as(&ast.ConstantNode{Value: texts}, n)
	case len(numbers) > 0 && len(numbers) == len(n.Nodes):
		return as(&ast.ConstantNode{Value: numbers}, n)
	default:
		return as(&ast.ArrayNode{Nodes: w.values(n.Nodes)}, n)
	}
}

func (w *rewriter) values(nodes []ast.Node) []ast.Node {
	out := make([]ast.Node, len(nodes))
	for i, n := range nodes {
		out[i], _ = w.value(n)
	}
	return out
}

// inputName is where a tool's input stands in the frame.
const inputName = " input"

func (w *rewriter) ident(n *ast.IdentifierNode) (ast.Node, bool) {
	for _, v := range slices.Backward(w.loose) {
		if v.name == n.Value {
			return n, v.loose
		}
	}
	if w.scope.input != nil || w.scope.fact(n.Value) {
		return fetch(n, as(&ast.IdentifierNode{Value: inputName}, n), as(&ast.StringNode{Value: n.Value}, n)), true
	}
	return n, false
}

// fetch reads a field or an element without failing.
func fetch(old, base, key ast.Node) ast.Node {
	return as(&ast.CallNode{Callee: as(&ast.ConstantNode{Value: fetchAt}, old), Arguments: []ast.Node{base, key}}, old)
}

func (w *rewriter) member(n *ast.MemberNode) (ast.Node, bool) {
	if isAnything(n) {
		return as(&ast.ConstantNode{}, n), true
	}
	base, looseBase := w.value(n.Node)
	key, looseKey := w.value(n.Property)
	nature := n.Node.Nature()
	_, named := n.Property.(*ast.StringNode)
	switch {
	case looseBase || looseKey:
	case nature.Kind == reflect.Struct && named:
		return as(&ast.MemberNode{Node: base, Property: key}, n), n.Nature().IsUnknown(&w.config.NtCache)
	case nature.Type == reflect.TypeFor[map[string]EnvAgent]():
		return as(&ast.MemberNode{Node: base, Property: key}, n), false
	}
	return fetch(n, base, key), true
}

func (w *rewriter) slice(n *ast.SliceNode) (ast.Node, bool) {
	args, loose := []ast.Node{nil}, []bool{false}
	args[0], loose[0] = w.value(n.Node)
	index := map[bool]int{}
	for from, x := range map[bool]ast.Node{true: n.From, false: n.To} {
		if x == nil {
			continue
		}
		c, l := w.value(x)
		index[from] = len(args)
		args, loose = append(args, c), append(loose, l)
	}
	build := func(args []ast.Node) ast.Node {
		s := &ast.SliceNode{Node: args[0]}
		if i, ok := index[true]; ok {
			s.From = args[i]
		}
		if i, ok := index[false]; ok {
			s.To = args[i]
		}
		return as(s, n)
	}
	return w.guarded(n, args, loose, build), slices.Contains(loose, true)
}

func (w *rewriter) unary(n *ast.UnaryNode) (ast.Node, bool) {
	if n.Operator == "not" || n.Operator == "!" {
		return w.cond(n, false), false
	}
	if i, ok := n.Node.(*ast.IntegerNode); ok && n.Operator == "-" {
		return as(&ast.IntegerNode{Value: -i.Value}, n), false
	}
	x, loose := w.value(n.Node)
	build := func(args []ast.Node) ast.Node { return as(&ast.UnaryNode{Operator: n.Operator, Node: args[0]}, n) }
	return w.guarded(n, []ast.Node{x}, []bool{loose}, build), loose
}

func (w *rewriter) binary(n *ast.BinaryNode) (ast.Node, bool) {
	switch n.Operator {
	case "??":
		left, loose := w.value(n.Left)
		right, looseToo := w.value(n.Right)
		return as(&ast.BinaryNode{Operator: "??", Left: left, Right: right}, n), loose && looseToo
	case "+", "-", "*", "/", "%", "**", "^", "..":
		return w.arithmetic(n)
	default:
		return w.cond(n, false), false
	}
}

// arithmetic is absent when a side is. Adding strings is ours, since it makes
// texts of any length.
func (w *rewriter) arithmetic(n *ast.BinaryNode) (ast.Node, bool) {
	left, a := w.value(n.Left)
	right, b := w.value(n.Right)
	numbers := n.Left.Nature().IsNumber() && n.Right.Nature().IsNumber()
	build := func(args []ast.Node) ast.Node {
		switch {
		case n.Operator == "+" && !numbers:
			return bounded(n, "+", args)
		case n.Operator == "%" && (a || b):
			return as(&ast.CallNode{Callee: as(&ast.ConstantNode{Value: modulo}, n), Arguments: args}, n)
		}
		return as(&ast.BinaryNode{Operator: n.Operator, Left: args[0], Right: args[1]}, n)
	}
	return w.guarded(n, []ast.Node{left, right}, []bool{a, b}, build), a || b
}

// bounded calls one of our functions that keep account of what they make.
func bounded(old ast.Node, name string, args []ast.Node) ast.Node {
	env := as(&ast.IdentifierNode{Value: "$env"}, old)
	return as(&ast.CallNode{Callee: as(&ast.IdentifierNode{Value: boundedName(name)}, old), Arguments: slices.Concat([]ast.Node{env}, args)}, old)
}

// boundedName keeps our functions out of reach of what can be written.
func boundedName(name string) string { return " " + name }

func (w *rewriter) builtin(n *ast.BuiltinNode) (ast.Node, bool) {
	kind := functions()[n.Name]
	args, loose := make([]ast.Node, len(n.Arguments)), make([]bool, len(n.Arguments))
	for i, arg := range n.Arguments {
		if p, ok := arg.(*ast.PredicateNode); ok {
			args[i] = w.predicate(n, p, kind == fnTest, loose[0])
			continue
		}
		args[i], loose[i] = w.value(arg)
	}
	if n.Name == "sum" && len(args) == 1 && w.mayBeAbsent(n.Arguments[0], loose[0]) {
		args = append(args, w.ticked(n, as(&ast.PointerNode{}, n), true))
		loose = append(loose, false)
	}
	build := func(args []ast.Node) ast.Node {
		if kind == fnBounded {
			return bounded(n, n.Name, args)
		}
		return as(&ast.BuiltinNode{Name: n.Name, Arguments: args}, n)
	}
	return w.guarded(n, args, loose, build), slices.Contains(loose, true) || givesNothing(n.Name)
}

// givesNothing says that a function may find nothing.
func givesNothing(name string) bool {
	switch name {
	case "find", "findLast", "findIndex", "findLastIndex", "first", "last", "get", "min", "max", "mean", "median", "fromJSON", "reduce":
		return true
	default:
		return false
	}
}

// predicate rewrites the body that runs for each element. A body that is a
// condition stands on its own: an element whose data is absent does not match.
func (w *rewriter) predicate(of *ast.BuiltinNode, p *ast.PredicateNode, test, looseList bool) ast.Node {
	w.elems = append(w.elems, w.mayBeAbsent(of.Arguments[0], looseList))
	defer func() { w.elems = w.elems[:len(w.elems)-1] }()
	if test {
		return w.ticked(p, w.cond(p.Node, false), false)
	}
	body, loose := w.value(p.Node)
	return w.ticked(p, body, loose && of.Name == "sum")
}

// mayBeAbsent says whether the elements of a list may be.
func (w *rewriter) mayBeAbsent(list ast.Node, loose bool) bool {
	nature := list.Nature()
	elem := nature.Elem(&w.config.NtCache)
	return loose || elem.IsUnknown(&w.config.NtCache)
}

// ticked puts a look at the clock before a predicate's body; orZero makes what
// is absent 0.
func (w *rewriter) ticked(old, body ast.Node, orZero bool) ast.Node {
	if orZero {
		body = as(&ast.BinaryNode{Operator: "??", Left: body, Right: as(&ast.IntegerNode{}, old)}, old)
	}
	env := as(&ast.IdentifierNode{Value: "$env"}, old)
	tick := as(&ast.CallNode{Callee: as(&ast.ConstantNode{Value: tick}, old), Arguments: []ast.Node{env}}, old)
	return as(&ast.PredicateNode{Node: as(&ast.SequenceNode{Nodes: []ast.Node{tick, body}}, old)}, old)
}

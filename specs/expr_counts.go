package specs

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// counted is a comparison of a counter with a number: turns > 100. The counter
// stands on the left, also where it was written on the right.
type counted struct {
	counter exprPath
	op      string
	than    float64
	at      Range
}

// A verdict is what is known of a condition before anything has happened.
type verdict int

const (
	open verdict = iota
	never
	always
)

// logic is how a condition is made of comparisons with counters: and, or and
// not of parts, a comparison, or anything else, which has no op.
type logic struct {
	op    string
	parts []*logic
	of    *counted
}

// not is what is known of the opposite.
func (v verdict) not() verdict {
	switch v {
	case never:
		return always
	case always:
		return never
	default:
		return open
	}
}

// verdict is what is known of a condition whose comparisons are known.
func (l *logic) verdict(of func(*counted) verdict) verdict {
	if l.of != nil {
		return of(l.of)
	}
	parts := make([]verdict, 0, len(l.parts))
	for _, p := range l.parts {
		parts = append(parts, p.verdict(of))
	}
	switch l.op {
	case "and":
		return atLeast(len(parts), parts)
	case "or":
		return atLeast(1, parts)
	case "not":
		return parts[0].not()
	default:
		return open
	}
}

// atLeast is what is known of so many of some conditions.
func atLeast(n int, parts []verdict) verdict {
	certain, possible := 0, 0
	for _, v := range parts {
		if v == always {
			certain++
		}
		if v != never {
			possible++
		}
	}
	switch {
	case possible < n:
		return never
	case certain >= n:
		return always
	default:
		return open
	}
}

// under is what is known of a comparison whose counter is never above a number.
func (c *counted) under(most float64) verdict {
	above := never // the counter is never so large
	switch c.op {
	case ">=", "==", "<", "!=":
		if most >= c.than {
			above = open
		}
	default: // > and <=
		if most > c.than {
			above = open
		}
	}
	if slices.Contains([]string{"<", "<=", "!="}, c.op) {
		return above.not()
	}
	return above
}

// counter finds the comparisons of a tree whose names are resolved.
type counter struct {
	r     *resolver
	found map[ast.Node]*counted
	order []*counted
}

// counts finds the counters that an expression compares, and what follows from
// them for the whole. There is nothing where it compares none.
func (r *resolver) counts(root ast.Node) ([]*counted, *logic) {
	if r.scope.input != nil {
		return nil, nil
	}
	c := &counter{r: r, found: map[ast.Node]*counted{}}
	ast.Walk(&root, c)
	if len(c.order) == 0 {
		return nil, nil
	}
	return c.order, c.logic(root)
}

// Visit looks at one comparison.
func (c *counter) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok {
		return
	}
	mirrored, ok := map[string]string{">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}[n.Operator]
	if !ok {
		return
	}
	of, op, number := n.Left, n.Operator, n.Right
	path, found := counterPath(of)
	if !found {
		of, op, number = n.Right, mirrored, n.Left
		path, found = counterPath(of)
	}
	than, constant := constantNumber(number)
	if !found || !constant {
		return
	}
	one := &counted{path, op, than, c.r.src.span(spanOf(c.r.spans, n.Location().From))}
	c.found[n], c.order = one, append(c.order, one)
}

// logic is how a tree is made of what was found.
func (c *counter) logic(node ast.Node) *logic {
	switch n := node.(type) {
	case *ast.BinaryNode:
		if one := c.found[n]; one != nil {
			return &logic{of: one}
		}
		op := map[string]string{"and": "and", "&&": "and", "or": "or", "||": "or"}[n.Operator]
		return &logic{op: op, parts: []*logic{c.logic(n.Left), c.logic(n.Right)}}
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return &logic{op: "not", parts: []*logic{c.logic(n.Node)}}
		}
	}
	return &logic{}
}

// counterPath is the path of a counter: turns, usage.cost, agents['x'].turns.
func counterPath(node ast.Node) (exprPath, bool) {
	switch n := node.(type) {
	case *ast.ChainNode:
		return counterPath(n.Node)
	case *ast.IdentifierNode:
		return exprPath{root: n.Value}, slices.Contains([]string{"turns", "rounds", "calls", "elapsed"}, n.Value)
	case *ast.MemberNode:
		root, _, keys := memberPath(n)
		if root == nil || len(keys) == 0 {
			return exprPath{}, false
		}
		want := map[string]int{"usage": 1, "here": 1, "agents": 2}[root.Value]
		field, _ := keys[len(keys)-1].(string)
		return exprPath{root.Value, keys}, len(keys) == want && slices.Contains(countersOf(root.Value), field)
	}
	return exprPath{}, false
}

// countersOf are the fields below a name that count something.
func countersOf(root string) []string {
	return map[string][]string{
		"usage":  {"input_tokens", "output_tokens", "total_tokens", "cost"},
		"here":   {"turns", "rounds"},
		"agents": {"turns", "tokens"},
	}[root]
}

// constantNumber is the number that a node is: 600, 10 * 60.
func constantNumber(node ast.Node) (float64, bool) {
	switch n := node.(type) {
	case *ast.IntegerNode:
		return float64(n.Value), true
	case *ast.FloatNode:
		return n.Value, true
	case *ast.UnaryNode:
		x, ok := constantNumber(n.Node)
		return -x, ok && n.Operator == "-"
	case *ast.BinaryNode:
		a, left := constantNumber(n.Left)
		b, right := constantNumber(n.Right)
		switch n.Operator {
		case "+":
			return a + b, left && right
		case "-":
			return a - b, left && right
		case "*":
			return a * b, left && right
		}
	}
	return 0, false
}

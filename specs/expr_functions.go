package specs

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// fnKind says how a function of the library is used.
type fnKind uint8

const (
	fnPlain   fnKind = iota + 1 // as it is
	fnTest                      // its predicate is a condition
	fnEach                      // its predicate gives a value
	fnBounded                   // by ours, which bounds its cost
)

// functions are the functions that expressions may call. What reads a clock or
// grows without bound is missing.
func functions() map[string]fnKind {
	fns := map[string]fnKind{}
	for kind, names := range map[fnKind][]string{
		fnPlain: {
			"len", "abs", "ceil", "floor", "round", "int", "float", "trim", "trimPrefix", "trimSuffix",
			"indexOf", "lastIndexOf", "hasPrefix", "hasSuffix", "keys", "values", "take", "reverse",
			"bitand", "bitor", "bitxor", "bitnand", "bitnot", "bitshl", "bitshr", "bitushr",
		},
		fnTest: {"all", "none", "any", "one", "filter", "find", "findIndex", "findLast", "findLastIndex", "count"},
		fnEach: {"map", "sum", "groupBy", "sortBy", "reduce"},
		fnBounded: {
			"upper", "lower", "repeat", "replace", "split", "join", "string", "toJSON", "fromJSON", "type",
			"min", "max", "mean", "median", "sort", "uniq", "concat", "flatten", "first", "last", "get",
		},
	} {
		for _, name := range names {
			fns[name] = kind
		}
	}
	return fns
}

// call copies a call of something that the library does not know.
func (r *resolver) call(n *ast.CallNode) (ast.Node, span) {
	at := r.through(n)
	name := "that"
	where := r.token(n)
	if id, ok := n.Callee.(*ast.IdentifierNode); ok {
		name = id.Value
	} else if m, ok := n.Callee.(*ast.MemberNode); ok {
		r.node(m.Node)
		r.list(n.Arguments)
		r.report(codeExprFunction, where, "Values have no functions of their own here. Functions stand in front: len(last.content).")
		return r.unknown(at)
	}
	r.list(n.Arguments)
	d := r.report(codeExprFunction, where, "There is no function %s.", quoteName(name))
	r.suggest(d, where, name, sortedKeys(functions()))
	return r.unknown(at)
}

// builtin copies a call of one of the library's functions.
func (r *resolver) builtin(n *ast.BuiltinNode) (ast.Node, span) {
	where := r.token(n)
	at := r.through(n)
	kind, ok := functions()[n.Name]
	if !ok {
		r.list(n.Arguments)
		r.forbidden(n.Name, where)
		return r.unknown(at)
	}
	predicate := kind == fnTest || kind == fnEach
	if predicate {
		r.depth++
		defer func() { r.depth-- }()
	}
	if predicate && r.depth > maxNesting {
		r.report(codeExprNesting, where, "%s stands inside %d others that walk over a list; %d is the most. Let an inner one make a list first with let, or decide in a tool.", n.Name, r.depth-1, maxNesting)
	}
	args, inside := r.arguments(n, predicate)
	return r.number(&ast.BuiltinNode{Name: n.Name, Arguments: args}, at.with(inside))
}

// arguments copies them; the list that is walked over is not yet inside.
func (r *resolver) arguments(n *ast.BuiltinNode, predicate bool) ([]ast.Node, span) {
	if !predicate || len(n.Arguments) == 0 {
		return r.list(n.Arguments)
	}
	r.depth--
	first, at := r.node(n.Arguments[0])
	r.depth++
	rest, with := r.list(n.Arguments[1:])
	return slices.Concat([]ast.Node{first}, rest), at.with(with)
}

func (r *resolver) forbidden(name string, at span) {
	switch name {
	case "now", "date", "duration", "timezone":
		r.report(codeExprFunction, at, "%s() is not available: an expression must give the same when a session is replayed. elapsed has the seconds since the start.", name)
	default:
		r.report(codeExprFunction, at, "%s() is not available in expressions.", name)
	}
}

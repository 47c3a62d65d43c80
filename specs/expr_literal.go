package specs

import (
	"math/big"
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/zclconf/go-cty/cty"
)

// literal puts the value of var.x or local.x in place, as far as constant keys
// lead into it.
func (r *resolver) literal(n *ast.MemberNode, root *ast.IdentifierNode) (ast.Node, span) {
	chain := memberChain(n)
	first, _ := chain[0].Property.(*ast.StringNode)
	if first == nil { // var[turns].x
		at := r.token(root)
		r.report(codeExprVariable, at, "The name after %s must be written out: %s.name.", root.Value, root.Value)
		return r.unknown(at)
	}
	at := r.token(root).with(r.token(first)).with(r.through(chain[0]))
	value, ok := r.variable(root.Value, first)
	used := 1
	for ok && used < len(chain) {
		next, at2, found := r.step(value, chain[used])
		if !found {
			break
		}
		if next == cty.NilVal {
			return r.unknown(at.with(at2))
		}
		value, at, used = next, at.with(at2), used+1
	}
	if !ok {
		return r.unknown(at.with(r.through(n)))
	}
	c, covered := r.constant(value, at)
	for _, m := range chain[used:] {
		prop, end := r.property(m)
		c, covered = r.number(&ast.MemberNode{Node: c, Property: prop, Optional: m.Optional}, covered.with(end))
	}
	return c, covered
}

// memberChain lists the members of a chain, the one next to the root first.
func memberChain(n *ast.MemberNode) []*ast.MemberNode {
	var chain []*ast.MemberNode
	for n != nil {
		chain = append(chain, n)
		base := n.Node
		if c, ok := base.(*ast.ChainNode); ok {
			base = c.Node
		}
		n, _ = base.(*ast.MemberNode)
	}
	slices.Reverse(chain)
	return chain
}

func (r *resolver) variable(kind string, name *ast.StringNode) (cty.Value, bool) {
	values, what := r.scope.vars, "variable"
	if kind == "local" {
		values, what = r.scope.locals, "local value"
	}
	value, ok := values[name.Value]
	if !ok {
		at, names := r.token(name), sortedKeys(values)
		d := r.report(codeExprVariable, at, "The scenario declares no %s %s.", what, quoteName(name.Value))
		r.suggestKey(d, at, name.Value, names)
		return value, false
	}
	if value == cty.NilVal {
		value = cty.DynamicVal
	}
	if secret(value) {
		r.report(codeExprSecret, r.token(name), "%s.%s is sensitive, and what expressions see is shown in reasons. Decide by a value that is not.", kind, name.Value)
		return value, false
	}
	return value, true
}

// secret says whether a value must not be shown: it is marked, or has values
// of a type that HCL cannot write.
func secret(value cty.Value) bool {
	if value.ContainsMarked() {
		return true
	}
	found := false
	_ = cty.Walk(value, func(_ cty.Path, v cty.Value) (bool, error) { // the callback gives no error
		found = found || v.Type().IsCapsuleType()
		return !found, nil
	})
	return found
}

// step follows a constant key into a value. It gives no value when there is an
// error, and found is false where the value cannot be followed at load.
func (r *resolver) step(value cty.Value, m *ast.MemberNode) (next cty.Value, at span, found bool) {
	at = r.through(m)
	if !value.IsKnown() || value.IsNull() {
		return value, at, false
	}
	switch key := m.Property.(type) {
	case *ast.StringNode:
		return r.attribute(value, key, at)
	case *ast.IntegerNode:
		t := value.Type()
		if !t.IsListType() && !t.IsTupleType() {
			return value, at, false
		}
		i, n := key.Value, value.LengthInt()
		if i < 0 || i >= n {
			r.report(codeExprField, r.token(key), "There is no element %d: the list has %d.", i, n)
			return cty.NilVal, at, true
		}
		return value.Index(cty.NumberIntVal(int64(i))), at, true
	default:
		return value, at, false
	}
}

func (r *resolver) attribute(value cty.Value, key *ast.StringNode, at span) (cty.Value, span, bool) {
	t := value.Type()
	if !t.IsObjectType() && !t.IsMapType() {
		return value, at, false
	}
	fields := value.AsValueMap()
	if v, ok := fields[key.Value]; ok {
		return v, at, true
	}
	where, names := r.token(key), sortedKeys(fields)
	d := r.report(codeExprField, where, "The value has no %s.", quoteName(key.Value))
	r.suggestKey(d, where, key.Value, names)
	return cty.NilVal, at, true
}

// constant is the node of a value.
func (r *resolver) constant(value cty.Value, at span) (ast.Node, span) {
	switch v := goValue(value).(type) {
	case string:
		return r.number(&ast.StringNode{Value: v}, at)
	case bool:
		return r.number(&ast.BoolNode{Value: v}, at)
	case int:
		return r.number(&ast.IntegerNode{Value: v}, at)
	case float64:
		return r.number(&ast.FloatNode{Value: v}, at)
	case []any:
		return r.number(&ast.ConstantNode{Value: typedList(v)}, at)
	default:
		return r.number(&ast.ConstantNode{Value: v}, at)
	}
}

// goValue is a value as expressions know it; nil while it is not known.
func goValue(v cty.Value) any {
	if !v.IsKnown() || v.IsNull() {
		return nil
	}
	switch t := v.Type(); {
	case t == cty.String:
		return v.AsString()
	case t == cty.Bool:
		return v.True()
	case t == cty.Number:
		return goNumber(v.AsBigFloat())
	case t.IsListType(), t.IsSetType(), t.IsTupleType():
		list := make([]any, 0, v.LengthInt())
		for _, elem := range v.AsValueSlice() {
			list = append(list, goValue(elem))
		}
		return list
	case t.IsMapType(), t.IsObjectType():
		m := map[string]any{}
		for k, elem := range v.AsValueMap() {
			m[k] = goValue(elem)
		}
		return m
	default:
		return nil
	}
}

func goNumber(f *big.Float) any {
	if i, acc := f.Int64(); acc == big.Exact && int64(int(i)) == i {
		return int(i)
	}
	x, _ := strconv.ParseFloat(f.Text('g', 17), 64)
	return x
}

// typedList is the list with the type of its elements where they share one, so
// that a comparison with another type is found.
func typedList(list []any) any {
	texts := make([]string, 0, len(list))
	for _, v := range list {
		s, ok := v.(string)
		if !ok {
			return list
		}
		texts = append(texts, s)
	}
	if len(texts) == 0 {
		return list
	}
	return texts
}

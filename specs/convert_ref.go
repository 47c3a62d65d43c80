package specs

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// convertRef handles references, alone, in lists and in objects.
func (l *loader) convertRef(n *node, a *arg, v cty.Value) {
	switch a.schema.typ {
	case typeRefOrName:
		if v.Type() == cty.String {
			l.convertString(n, a, v.AsString())
			return
		}
		fallthrough
	case typeRef:
		if ref, ok := l.oneRef(n, a, v, a.expr.Range()); ok {
			a.value = ref
		}
	case typeRefMap:
		l.convertRefMap(n, a, v)
	default:
		if refs, ok := l.refList(n, a, v, a.expr); ok {
			a.value = refs
		}
	}
}

// oneRef is a reference of a kind that the argument takes.
func (l *loader) oneRef(n *node, a *arg, v cty.Value, at hcl.Range) (Ref, bool) {
	named := a.schema.typ == typeRefMap || a.schema.typ == typeRefsOrNames
	if named && !v.IsNull() && v.Type() == cty.String {
		return Ref{Name: v.AsString(), Range: l.rng(at)}, true // a bare name, which the checks look up
	}
	if v.IsNull() || !v.Type().Equals(refType) {
		l.wrong(n, a, codeType, at, "%s takes %s, not %s.%s", a.schema.name, a.schema.takes(), kindText(v), l.quoted(v))
		return Ref{}, false
	}
	ref, _ := v.EncapsulatedValue().(*refValue)
	if !slices.Contains(a.schema.refs, ref.kind) {
		l.wrong(n, a, codeRefKind, at, "%s takes %s; %s is %s.", a.schema.name, a.schema.takes(), ref, article(ref.kind))
		return Ref{}, false
	}
	return Ref{Kind: RefKind(ref.kind), Name: ref.name, Range: l.rng(at)}, true
}

// quoted helps who wrote the name of a block as a text.
func (l *loader) quoted(v cty.Value) string {
	if v.IsNull() || v.Type() != cty.String {
		return ""
	}
	text := v.AsString()
	for _, kind := range refKinds() {
		if l.isDeclared(kind, text) && kind != "var" && kind != "local" {
			return fmt.Sprintf(" Write %s.%s without quotes.", kind, text)
		}
	}
	return ""
}

func (l *loader) refList(n *node, a *arg, v cty.Value, expr hcl.Expression) ([]Ref, bool) {
	if v.IsNull() || !isList(v) {
		hint := ""
		if !v.IsNull() && v.Type().Equals(refType) {
			hint = " Put it in brackets."
		}
		l.wrong(n, a, codeType, expr.Range(), "%s takes %s, not %s.%s", a.schema.name, a.schema.takes(), kindText(v), hint)
		return nil, false
	}
	at := elementRanges(expr)
	out := []Ref{}
	ok := true
	for i, e := range elementsOf(v) {
		ref, good := l.oneRef(n, a, e, at(i))
		ok = ok && good
		out = append(out, ref)
	}
	return out, ok
}

func (l *loader) convertRefMap(n *node, a *arg, v cty.Value) {
	if !isObject(v) {
		l.wrong(n, a, codeType, a.expr.Range(), "%s takes %s, not %s.", a.schema.name, a.schema.takes(), kindText(v))
		return
	}
	pairs := keyExprs(a.expr)
	out := map[string][]Ref{}
	for key, e := range v.AsValueMap() {
		expr := a.expr
		if pairs[key] != nil {
			expr = pairs[key]
		}
		if refs, ok := l.refList(n, a, e, expr); ok {
			out[key] = refs
		}
	}
	if !a.bad {
		a.value = out
	}
}

// isList says whether a value has elements in an order.
func isList(v cty.Value) bool {
	t := v.Type()
	return v.IsKnown() && !v.IsNull() && (t.IsTupleType() || t.IsListType() || t.IsSetType())
}

func elementsOf(v cty.Value) []cty.Value {
	out := make([]cty.Value, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		out = append(out, e)
	}
	return out
}

// elementRanges are the places of a list's elements where they are written
// one by one; otherwise that of the list.
func elementRanges(expr hcl.Expression) func(i int) hcl.Range {
	list, found := hcl.ExprList(expr)
	return func(i int) hcl.Range {
		if !found.HasErrors() && i < len(list) {
			return list[i].Range()
		}
		return expr.Range()
	}
}

// keyRanges are the places of an object's values.
func keyRanges(expr hcl.Expression) func(key string) hcl.Range {
	pairs := keyExprs(expr)
	return func(key string) hcl.Range {
		if e := pairs[key]; e != nil {
			return e.Range()
		}
		return expr.Range()
	}
}

func keyExprs(expr hcl.Expression) map[string]hcl.Expression {
	out := map[string]hcl.Expression{}
	pairs, found := hcl.ExprMap(expr)
	if found.HasErrors() {
		return out
	}
	for _, pair := range pairs {
		key := hcl.ExprAsKeyword(pair.Key)
		if key == "" {
			v, found := pair.Key.Value(nil)
			if found.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String || v.IsMarked() {
				continue
			}
			key = v.AsString()
		}
		out[key] = pair.Value
	}
	return out
}

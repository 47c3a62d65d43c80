package specs

import (
	"fmt"
	"slices"
	"strings"

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
	if a.schema.typ == typeRefMap && !v.IsNull() && v.Type() == cty.String {
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

// takes says what an argument takes, for people.
func (a *argSchema) takes() string {
	switch a.typ {
	case typeBool:
		return "true or false"
	case typeInt, typeNumber:
		return "a number"
	case typeDuration:
		return "a time such as \"30s\""
	case typeStrings:
		return "a list of texts"
	case typeStringMap, typeSecretMap:
		return "an object of texts"
	case typeNumberMap:
		return "an object of numbers"
	case typeRef:
		return "a reference to " + kindsText(a.refs)
	case typeRefs:
		return "a list of references to " + kindsText(a.refs)
	case typeRefMap:
		return "an object of lists of names or references to " + kindsText(a.refs)
	case typeRefOrName:
		return "a text or a reference to " + kindsText(a.refs)
	case typeCount:
		return words(a.enum) + " or a number"
	case typeAny, typeValue:
		return "a value"
	case typeObject:
		return "an object"
	case typeConstraint:
		return "a type"
	case typeCondition:
		return "a condition in quotes"
	case typeSpeaker, typeItems, typeResult:
		return "an expression in quotes"
	default:
		return "a text"
	}
}

func kindsText(kinds []string) string {
	out := make([]string, len(kinds))
	for i, kind := range kinds {
		out[i] = article(kind)
	}
	if len(out) == 1 {
		return out[0]
	}
	return strings.Join(out[:len(out)-1], ", ") + " or " + out[len(out)-1]
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// words quotes and joins: "a", "b" or "c".
func words(list []string) string {
	out := make([]string, len(list))
	for i, word := range list {
		out[i] = fmt.Sprintf("%q", word)
	}
	if len(out) < 2 {
		return strings.Join(out, "")
	}
	return strings.Join(out[:len(out)-1], ", ") + " or " + out[len(out)-1]
}

// kindText says what a value is, for people, without showing it at length.
func kindText(v cty.Value) string {
	v, _ = v.Unmark()
	switch t := v.Type(); {
	case v.IsKnown() && v.IsNull():
		return "null"
	case !v.IsKnown():
		return "unknown"
	case t.Equals(refType):
		ref, _ := v.EncapsulatedValue().(*refValue)
		return ref.String()
	case t == cty.String:
		return fmt.Sprintf("the text %q", brief(v.AsString()))
	case t == cty.Number:
		return "the number " + numberText(v.AsBigFloat())
	case t == cty.Bool:
		return fmt.Sprintf("%t", v.True())
	case t.IsObjectType(), t.IsMapType():
		return "an object"
	default:
		return "a list"
	}
}

// rangeText is the allowed range of a number or a time.
func (a *argSchema) rangeText() string {
	show := func(f *float64) string {
		if a.typ == typeDuration {
			return durationText(*f)
		}
		return numberPlain(*f)
	}
	switch {
	case a.min == nil:
		return "at most " + show(a.max)
	case a.max == nil || *a.max == maxCount || *a.max == maxSeconds:
		if a.max != nil && a.typ == typeDuration && *a.min > 0 {
			return "positive and less than ten years"
		}
		return "at least " + show(a.min)
	default:
		return "from " + show(a.min) + " to " + show(a.max)
	}
}

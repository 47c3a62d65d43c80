package specs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// evaluate gives each argument of a block its value.
func (l *loader) evaluate(n *node) {
	for i := range n.schema.args {
		if a := n.args[n.schema.args[i].name]; a != nil && !a.bad {
			l.evaluateArg(n, a)
		}
	}
	for _, inner := range n.blocks {
		l.evaluate(inner)
	}
}

func (l *loader) evaluateArg(n *node, a *arg) {
	if a.schema.typ == typeConstraint {
		l.evaluateType(n, a)
		return
	}
	v, ctx, ok := l.eval(a.expr, n)
	if !ok {
		a.bad = true
		return
	}
	mark := len(l.ds)
	l.convert(n, a, v)
	for i := mark; i < len(l.ds) && ctx != nil; i++ {
		l.values = append(l.values, valuesAt{i, a.expr, ctx})
	}
}

// A typeArg is the value of a type constraint.
type typeArg struct {
	typ      cty.Type
	defaults *typeexpr.Defaults
}

func (l *loader) evaluateType(n *node, a *arg) {
	if !l.guardType(a.expr, n.address) {
		a.bad = true
		n.fail()
		return
	}
	typ, defaults, found := typeexpr.TypeConstraintWithDefaults(a.expr)
	for _, d := range found {
		a.bad = true
		n.fail()
		l.hintType(l.adopt(codeTypeExpr, n.address, d), d.Subject)
	}
	if !a.bad {
		a.value = &typeArg{typ, defaults}
	}
}

// convert gives an argument the Go value of its type.
func (l *loader) convert(n *node, a *arg, v cty.Value) {
	a.raw = v
	bare, _ := v.Unmark()
	switch {
	case bare.IsKnown() && bare.IsNull():
		if a.schema.required {
			l.wrong(n, a, codeMissingArg, a.expr.Range(), "%s must not be null.", a.schema.name)
		}
		return
	case a.schema.typ == typeValue:
		a.value = v
		return
	case a.schema.typ == typeSecret || a.schema.typ == typeSecretMap:
		l.convertSecret(n, a, v)
		return
	case hasMark(v) && !l.reveals(n, a):
		l.wrong(n, a, codeSecretPlace, a.expr.Range(),
			"%s would show a secret: env() and sensitive variables may stand in api_key and in headers only.", a.schema.name)
		return
	}
	bare, _ = v.UnmarkDeep()
	if !bare.IsWhollyKnown() {
		switch {
		case hasMark(v): // of a secret that is not there, see Options.AllowMissingEnv
		case l.syntaxErrors: // of what could not be parsed
			a.bad = true
			n.fail()
		default:
			l.wrong(n, a, codeEval, a.expr.Range(), "The value cannot be computed: a part of it is null or of no certain type.")
		}
		return
	}
	if a.isRef() {
		l.convertRef(n, a, bare)
		return
	}
	if hasRef(bare) {
		l.wrong(n, a, codeType, a.expr.Range(), "%s takes %s, not a reference.", a.schema.name, a.schema.takes())
		return
	}
	l.convertPlain(n, a, bare)
}

// reveals says whether an argument only looks at a secret: the condition of a
// validation.
func (l *loader) reveals(n *node, a *arg) bool {
	return n.schema.name == "validation" && a.schema.name == "condition"
}

func (a *arg) isRef() bool {
	switch a.schema.typ {
	case typeRef, typeRefs, typeRefMap, typeRefOrName, typeRefsOrNames:
		return true
	default:
		return false
	}
}

// convertPlain handles what is not a reference and not a secret.
func (l *loader) convertPlain(n *node, a *arg, v cty.Value) {
	switch a.schema.typ {
	case typeString, typeCondition, typeSpeaker, typeItems, typeResult:
		if v, ok := l.as(n, a, v, cty.String); ok {
			l.convertString(n, a, v.AsString())
		}
	case typeBool:
		if v, ok := l.as(n, a, v, cty.Bool); ok {
			a.value = v.True()
		}
	case typeInt:
		l.convertInt(n, a, v)
	case typeNumber:
		if v, ok := l.as(n, a, v, cty.Number); ok {
			f, _ := v.AsBigFloat().Float64()
			if l.inRange(n, a, f) {
				a.value = f
			}
		}
	case typeCount:
		if v.Type() == cty.String {
			l.convertString(n, a, v.AsString())
			return
		}
		l.convertInt(n, a, v)
	case typeDuration:
		l.convertDuration(n, a, v)
	case typeStrings:
		l.convertStrings(n, a, v)
	default:
		l.convertObject(n, a, v)
	}
}

// as converts to a primitive type; texts and numbers do not stand for each
// other by accident: a text is no number.
func (l *loader) as(n *node, a *arg, v cty.Value, t cty.Type) (cty.Value, bool) {
	out, err := convertTo(v, t)
	if err != nil || out.IsNull() || (v.Type() == cty.String && t != cty.String) {
		l.wrong(n, a, codeType, a.expr.Range(), "%s takes %s, not %s.", a.schema.name, a.schema.takes(), kindText(v))
		return cty.NilVal, false
	}
	return out, true
}

func (l *loader) convertString(n *node, a *arg, text string) {
	if len(a.schema.enum) > 0 && !slices.Contains(a.schema.enum, text) {
		l.notAllowed(n, a, a.expr.Range(), text)
		return
	}
	if a.schema.nonEmpty && text == "" {
		l.wrong(n, a, codeNotAllowed, a.expr.Range(), "%s must not be empty; leave it out instead.", a.schema.name)
		return
	}
	a.value = text
}

func (l *loader) notAllowed(n *node, a *arg, at hcl.Range, text string) {
	d := l.wrong(n, a, codeNotAllowed, at, "%s is one of %s; it is %q.", a.schema.name, words(a.schema.enum), brief(text))
	if near := nearest(text, a.schema.enum); near != "" {
		d.Detail += fmt.Sprintf(" Did you mean %q?", near)
		l.rename(d, at, strconv.Quote(near))
	}
}

func brief(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return cut(text, most)
}

func (l *loader) convertInt(n *node, a *arg, v cty.Value) {
	v, ok := l.as(n, a, v, cty.Number)
	if !ok {
		return
	}
	f := v.AsBigFloat()
	if !f.IsInt() {
		l.wrong(n, a, codeRange, a.expr.Range(), "%s is a whole number; it is %s.", a.schema.name, numberText(f))
		return
	}
	limit, _ := f.Float64()
	if !l.inRange(n, a, limit) {
		return
	}
	whole, _ := f.Int64()
	a.value = int(whole)
}

func numberText(f *big.Float) string { return f.Text('g', 12) }

// inRange checks the least and the greatest value.
func (l *loader) inRange(n *node, a *arg, f float64) bool {
	low, high := a.schema.min, a.schema.max
	if (low == nil || f >= *low) && (high == nil || f <= *high) {
		return true
	}
	l.wrong(n, a, codeRange, a.expr.Range(), "%s is %s; it is %s.", a.schema.name, a.schema.rangeText(), strconv.FormatFloat(f, 'g', 12, 64))
	return false
}

func (l *loader) convertDuration(n *node, a *arg, v cty.Value) {
	text := ""
	if v.Type() == cty.String {
		text = v.AsString()
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		l.wrong(n, a, codeDuration, a.expr.Range(), "%s is a time such as \"30s\", \"5m\" or \"1h30m\"; it is %s.", a.schema.name, kindText(v))
		return
	}
	if low, high := *a.schema.min, *a.schema.max; d.Seconds() < low || d.Seconds() > high {
		l.wrong(n, a, codeRange, a.expr.Range(), "%s is %s; it is %q.", a.schema.name, a.schema.rangeText(), text)
		return
	}
	a.value = d
}

func (l *loader) convertStrings(n *node, a *arg, v cty.Value) {
	if !isList(v) {
		l.wrong(n, a, codeType, a.expr.Range(), "%s takes a list of texts, not %s.", a.schema.name, kindText(v))
		return
	}
	at := elementRanges(a.expr)
	out := []string{}
	for i, e := range elementsOf(v) {
		if e.IsNull() || e.Type() != cty.String {
			l.wrong(n, a, codeType, at(i), "%s takes a list of texts; this element is %s.", a.schema.name, kindText(e))
			continue
		}
		text := e.AsString()
		if len(a.schema.enum) > 0 && !slices.Contains(a.schema.enum, text) {
			l.notAllowed(n, a, at(i), text)
			continue
		}
		out = append(out, text)
	}
	if len(out) == 0 && a.schema.nonEmpty && !a.bad {
		l.wrong(n, a, codeNotAllowed, a.expr.Range(), "%s must not be empty.", a.schema.name)
	}
	if !a.bad {
		a.value = out
	}
}

// convertObject handles objects and whatever JSON can write.
func (l *loader) convertObject(n *node, a *arg, v cty.Value) {
	if a.schema.typ != typeAny && !isObject(v) {
		l.wrong(n, a, codeType, a.expr.Range(), "%s takes %s, not %s.", a.schema.name, a.schema.takes(), kindText(v))
		return
	}
	switch a.schema.typ {
	case typeStringMap:
		a.value = objectOf(l, n, a, v, cty.String, cty.Value.AsString)
	case typeNumberMap:
		a.value = objectOf(l, n, a, v, cty.Number, func(v cty.Value) float64 { f, _ := v.AsBigFloat().Float64(); return f })
	default:
		text, err := ctyjson.Marshal(v, v.Type())
		if err == nil {
			text, err = readable(text)
		}
		if err != nil {
			l.wrong(n, a, codeType, a.expr.Range(), "%s cannot be written as JSON: %v.", a.schema.name, err)
			return
		}
		a.value = json.RawMessage(text)
	}
	if a.bad {
		a.value = nil
	}
}

// readable writes JSON without the escapes that Go puts in for web pages: models
// and people read this text.
func readable(text []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// objectOf converts an object's values one by one.
func objectOf[T any](l *loader, n *node, a *arg, v cty.Value, t cty.Type, of func(cty.Value) T) map[string]T {
	at := keyRanges(a.expr)
	out := map[string]T{}
	for key, e := range v.AsValueMap() {
		converted, err := convertTo(e, t)
		if err != nil || converted.IsNull() || (e.Type() == cty.String && t != cty.String) {
			l.wrong(n, a, codeType, at(key), "%s takes %s; %q is %s.", a.schema.name, a.schema.takes(), brief(key), kindText(e))
			continue
		}
		out[key] = of(converted)
	}
	return out
}

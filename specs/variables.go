package specs

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A variable is a declared input while it is read.
type variable struct {
	node      *node
	typ       cty.Type
	defaults  *typeexpr.Defaults
	sensitive bool
	nullable  bool
	// input is the value that was given; given says that there is one.
	input  cty.Value
	given  bool
	from   hcl.Range // of the given value
	failed bool
	unset  bool // an empty value stands for the one that is missing
}

// declareVariables reads the declarations, defaults aside.
func (l *loader) declareVariables() {
	for _, n := range l.blocksOf("variable") {
		if l.names["var"][n.name] != n {
			continue
		}
		v := &variable{node: n, typ: cty.DynamicPseudoType, nullable: true}
		l.inputs[n.name] = v
		for _, name := range []string{"type", "sensitive", "nullable", "description"} {
			if a := n.args[name]; a != nil && !a.bad {
				l.evaluateArg(n, a)
			}
		}
		if t := get[*typeArg](n, "type"); t != nil {
			v.typ, v.defaults = t.typ, t.defaults
		}
		v.sensitive, v.nullable = n.bool("sensitive"), get[bool](n, "nullable")
		if a := n.args["type"]; a != nil && a.bad {
			v.failed = true
		}
		if a := n.args["default"]; v.sensitive && a != nil {
			l.hidden = append(l.hidden, a.expr.Range())
		}
	}
}

// resolveVariables decides each variable's value.
func (l *loader) resolveVariables() {
	for _, name := range l.varOrder() {
		v := l.inputs[name]
		value, at, ok := l.chosen(v)
		if !ok {
			continue
		}
		value, ok = l.fit(v, value, at)
		if !ok {
			continue
		}
		if v.sensitive {
			value = value.Mark(secretMark{})
		}
		l.vars[name] = value
	}
}

// chosen is the given value or the default.
func (l *loader) chosen(v *variable) (cty.Value, hcl.Range, bool) {
	if v.failed {
		return cty.NilVal, hcl.Range{}, false
	}
	def := v.node.args["default"]
	if def != nil && !def.bad {
		l.evaluateArg(v.node, def)
	}
	switch {
	case v.given:
		return v.input, v.from, true
	case def == nil && l.opts.AllowUnsetVars:
		v.unset = true
		return emptyOf(v.typ), hcl.Range{}, true
	case def == nil:
		l.about(v.node, codeVarUnset, v.node.header, "Set it by -var %s=…, by the environment variable %s%s, by a file of variables, or give it a default.",
			v.node.name, envPrefix, v.node.name)
		return cty.NilVal, hcl.Range{}, false
	case def.bad:
		return cty.NilVal, hcl.Range{}, false
	case def.value == nil:
		return cty.NullVal(v.typ), def.expr.Range(), true
	default:
		value, _ := def.value.(cty.Value)
		v.from = def.expr.Range()
		return value, v.from, true
	}
}

// emptyOf is a value of a type that stands for none: as small as what is made
// of it may still make sense.
func emptyOf(t cty.Type) cty.Value {
	switch {
	case t == cty.Number:
		return cty.NumberIntVal(1)
	case t == cty.Bool:
		return cty.False
	case t.IsListType():
		return cty.ListValEmpty(t.ElementType())
	case t.IsSetType():
		return cty.SetValEmpty(t.ElementType())
	case t.IsMapType():
		return cty.MapValEmpty(t.ElementType())
	case t.IsObjectType():
		attrs := map[string]cty.Value{}
		for name, inner := range t.AttributeTypes() {
			attrs[name] = emptyOf(inner)
		}
		return cty.ObjectVal(attrs)
	case t.IsTupleType():
		var items []cty.Value
		for _, inner := range t.TupleElementTypes() {
			items = append(items, emptyOf(inner))
		}
		return cty.TupleVal(items)
	default:
		return cty.StringVal("")
	}
}

// fit converts a value to the variable's type.
func (l *loader) fit(v *variable, value cty.Value, at hcl.Range) (cty.Value, bool) {
	if at.Filename == "" {
		at = v.node.header
	}
	if hasRef(value) {
		l.badInput(v, at, "A variable cannot hold a reference.")
		return cty.NilVal, false
	}
	if key := extraKey(value, v.typ, ""); key != "" {
		l.failInput(v)
		l.report(codeUnknownKey, v.node.address, at, "The type of the variable, %s, has no key %s.", brief(typeexpr.TypeString(v.typ)), key)
		return cty.NilVal, false
	}
	if v.defaults != nil && !value.IsNull() {
		value = v.defaults.Apply(value)
	}
	out, err := convertTo(value, v.typ)
	if err != nil {
		l.badInput(v, at, "The variable is of type %s, and the value does not fit: %s.", brief(typeexpr.TypeString(v.typ)), errText(err, v.sensitive))
		return cty.NilVal, false
	}
	if out.IsNull() && !v.nullable {
		l.failInput(v)
		l.report(codeVarNull, v.node.address, at, "The variable %q must have a value.", v.node.name)
		return cty.NilVal, false
	}
	return out, true
}

// errText is an error of a conversion; that of a secret says nothing.
func errText(err error, sensitive bool) string {
	if sensitive {
		return "it is of another type"
	}
	return strings.TrimSuffix(err.Error(), ".")
}

// extraKey finds a key of an object that its type does not have. HCL would
// drop it.
func extraKey(v cty.Value, t cty.Type, path string) string {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return ""
	}
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		inner, step := cty.DynamicPseudoType, ""
		switch {
		case t.IsObjectType() && key.Type() == cty.String:
			name := key.AsString()
			if !t.HasAttribute(name) {
				return fmt.Sprintf("%q%s", brief(name), path)
			}
			inner, step = t.AttributeType(name), " in "+name
		case t.IsCollectionType():
			inner = t.ElementType()
		}
		if inner == cty.DynamicPseudoType {
			continue
		}
		if found := extraKey(e, inner, step); found != "" {
			return found
		}
	}
	return ""
}

// validate tests the rules of the variables.
//
// Those that read no locals come before the locals are computed: what is made
// of a value that is refused would only fail again.
func (l *loader) validateVariables(readingLocals bool) {
	var refused []string
	for _, name := range l.varOrder() {
		if _, ok := l.vars[name]; !ok || l.inputs[name].unset {
			continue
		}
		for _, n := range l.inputs[name].node.all("validation") {
			if readsLocals(n) != readingLocals {
				continue
			}
			l.evaluate(n)
			condition := n.args["condition"]
			if condition == nil || condition.bad || condition.value == nil || n.bool("condition") {
				continue
			}
			message := n.args["error_message"]
			if message == nil || message.bad {
				continue
			}
			v := l.inputs[name]
			at := v.from
			if at.Filename == "" {
				at = condition.expr.Range()
			}
			d := l.about(v.node, codeVarInvalid, at, "%s", n.str("error_message"))
			if at != condition.expr.Range() {
				l.related(d, condition.expr.Range(), "the rule that is not met")
			}
			if ctx, ok := l.scope(condition.expr); ok {
				l.values = append(l.values, valuesAt{len(l.ds) - 1, condition.expr, ctx})
			}
			refused = append(refused, name)
		}
	}
	for _, name := range refused {
		delete(l.vars, name)
	}
}

func readsLocals(n *node) bool {
	for _, a := range n.args {
		for _, t := range a.expr.Variables() {
			if t.RootName() == "local" {
				return true
			}
		}
	}
	return false
}

// variables are those of the configuration.
func (l *loader) configVariables() []*Variable {
	var out []*Variable
	for _, name := range l.varOrder() {
		v := l.inputs[name]
		def := v.node.args["default"]
		c := &Variable{
			Block: l.block(v.node), Type: typeexpr.TypeString(v.typ),
			Sensitive: v.sensitive || hasMarkOf(l.vars[name]), Required: def == nil,
			Default: json.RawMessage("null"), Value: json.RawMessage("null"),
		}
		if value, ok := l.vars[name]; ok && !c.Sensitive && !v.unset {
			c.Value = jsonOf(value)
		}
		if def != nil && !c.Sensitive {
			if value, ok := def.value.(cty.Value); ok {
				c.Default = jsonOf(value)
			}
		}
		out = append(out, c)
	}
	return out
}

func hasMarkOf(v cty.Value) bool { return v != cty.NilVal && hasMark(v) }

func jsonOf(v cty.Value) json.RawMessage {
	if hasMark(v) || !v.IsWhollyKnown() {
		return json.RawMessage("null")
	}
	text, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return json.RawMessage("null")
	}
	return text
}

// varOrder are the names of the variables in the order of the files.
func (l *loader) varOrder() []string {
	var out []string
	for _, n := range l.blocksOf("variable") {
		if v := l.inputs[n.name]; v != nil && v.node == n {
			out = append(out, n.name)
		}
	}
	return out
}

package specs

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// secretText stands for what must not be shown.
const secretText = "(a secret)"

// inlineMax is how many characters a list or an object may have on one line.
const inlineMax = 70

// secretive says whether an argument is a secret, or has one in it.
func secretive(a *arg) bool {
	return a.schema.typ == typeSecret || a.schema.typ == typeSecretMap || a.raw != cty.NilVal && hasMark(a.raw)
}

// nodeText writes a block with the values of its arguments.
func (e *Evaluator) nodeText(n *node, indent string) string {
	var out strings.Builder
	out.WriteString(n.schema.name)
	for _, label := range []string{n.kind, n.name} {
		if label != "" {
			out.WriteString(" " + strconv.Quote(label))
		}
	}
	out.WriteString(" {\n")
	inner, width := indent+"  ", 0
	args := sortedArgs(n)
	for _, a := range args {
		width = max(width, len(a.schema.name))
	}
	for _, a := range args {
		value := secretText
		switch {
		case secretive(a):
		case a.raw == cty.NilVal:
			value = e.source(a)
		default:
			value = nested(a.raw, inner)
		}
		out.WriteString(inner + a.schema.name + strings.Repeat(" ", width-len(a.schema.name)) + " = " + value + "\n")
	}
	for _, b := range n.blocks {
		out.WriteString(inner + e.nodeText(b, inner) + "\n")
	}
	out.WriteString(indent + "}")
	return out.String()
}

// valueText writes a value as HCL.
func valueText(v cty.Value) string { return nested(v, "") }

// nested is valueText for a value whose lines after the first are indented.
func nested(v cty.Value, indent string) string {
	if v.IsMarked() {
		return secretText
	}
	switch t := v.Type(); {
	case !v.IsKnown():
		return "(not known)"
	case v.IsNull():
		return "null"
	case t.Equals(refType):
		ref, _ := v.EncapsulatedValue().(*refValue)
		return ref.String()
	case t == cty.String:
		return quoted(v.AsString())
	case t == cty.Number:
		return numberText(v.AsBigFloat())
	case t == cty.Bool:
		return strconv.FormatBool(v.True())
	case v.CanIterateElements():
		return collection(v, indent)
	default:
		return "(" + t.FriendlyName() + ")"
	}
}

// collection writes a list, a set, a map or an object, on one line if it fits.
func collection(v cty.Value, indent string) string {
	begin, end := "[", "]"
	keyed := v.Type().IsMapType() || v.Type().IsObjectType()
	if keyed {
		begin, end = "{", "}"
	}
	inner := indent + "  "
	var parts []string
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		text := nested(value, inner)
		if keyed {
			text = keyText(key.AsString()) + " = " + text
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return begin + end
	}
	line := strings.Join(parts, ", ")
	if len(line) <= inlineMax && !slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(p, "\n") }) {
		if keyed {
			return begin + " " + line + " " + end
		}
		return begin + line + end
	}
	separator := "\n" + inner
	if !keyed {
		separator = "," + separator
	}
	tail := "\n"
	if !keyed {
		tail = ",\n"
	}
	return begin + "\n" + inner + strings.Join(parts, separator) + tail + indent + end
}

func keyText(key string) string {
	if hclsyntax.ValidIdentifier(key) {
		return key
	}
	return quoted(key)
}

// quoted is a text as HCL writes it: templates in it are text.
func quoted(s string) string { return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes()) }

package specs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// addValues tells what a finding's expression could see: var.x is "abc".
func (l *loader) addValues(v valuesAt) {
	if v.finding >= len(l.ds) {
		return
	}
	d := &l.ds[v.finding]
	if d.Snippet == nil {
		d.Snippet = &Snippet{Values: []SnippetValue{}}
	}
	for _, t := range v.expr.Variables() {
		value, found := t.TraverseAbs(v.ctx)
		if found.HasErrors() {
			continue
		}
		name := traversalText(t)
		known := slices.ContainsFunc(d.Snippet.Values, func(s SnippetValue) bool { return s.Traversal == name })
		if statement := statementOf(value); statement != "" && !known && len(d.Snippet.Values) < maxValues {
			d.Snippet.Values = append(d.Snippet.Values, SnippetValue{name, statement})
		}
	}
}

// statementOf describes a value for people; references describe themselves.
func statementOf(v cty.Value) string {
	if hasMark(v) {
		return "is a secret"
	}
	switch t := v.Type(); {
	case t.Equals(refType):
		return ""
	case !v.IsKnown():
		return "is not known"
	case v.IsNull():
		return "is null"
	case t == cty.String:
		return fmt.Sprintf("is %q", brief(v.AsString()))
	case t == cty.Number:
		return "is " + numberText(v.AsBigFloat())
	case t == cty.Bool:
		return fmt.Sprintf("is %t", v.True())
	case t.IsObjectType(), t.IsMapType():
		return "is an object with " + plural(v.LengthInt(), "key")
	default:
		return "is a list with " + plural(v.LengthInt(), "element")
	}
}

// traversalText writes a path as the language does.
func traversalText(t hcl.Traversal) string {
	var out strings.Builder
	for _, step := range t {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			out.WriteString(s.Name)
		case hcl.TraverseAttr:
			out.WriteString("." + s.Name)
		case hcl.TraverseIndex:
			if s.Key.Type() == cty.String {
				fmt.Fprintf(&out, "[%q]", s.Key.AsString())
			} else if s.Key.Type() == cty.Number {
				fmt.Fprintf(&out, "[%s]", numberText(s.Key.AsBigFloat()))
			}
		}
	}
	return out.String()
}

// sortedArgs are a block's arguments in the order of the file.
func sortedArgs(n *node) []*arg {
	out := make([]*arg, 0, len(n.args))
	for _, a := range n.args {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *arg) int { return a.name.Start.Byte - b.name.Start.Byte })
	return out
}

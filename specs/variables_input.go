package specs

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A VarInput sets variables: one by name and text, one by name and JSON value,
// or those of a file.
type VarInput struct {
	// Name and Text are what -var name=text has. The text is taken as it is for
	// a variable of type string; for other types it is an HCL expression.
	Name, Text string
	// JSON is the value instead of Text, from a request.
	JSON json.RawMessage
	// File is the path of a file of variables, relative to the working
	// directory.
	File string
}

// envPrefix begins the names of variables in the environment.
const envPrefix = "AGENTCONNECT_VAR_"

// setVariables takes over the given values, weakest first, so that the last
// one counts.
func (l *loader) setVariables() {
	for _, name := range slices.Sorted(keysOf(l.inputs)) {
		if text, ok := l.opts.Env(envPrefix + name); ok {
			l.setText(l.inputs[name], envPrefix+name, text)
		}
	}
	for _, name := range l.autoVars() {
		if text, ok := l.readSource(name); ok {
			l.setFile(l.folderName(name), text)
		}
	}
	for _, in := range l.opts.Vars {
		switch {
		case in.File != "":
			if text, ok := l.readVarFile(in.File); ok {
				l.setFile(l.shownPath(in.File), text)
			}
		case l.inputs[in.Name] == nil:
			l.report(codeNoVariable, "", hcl.Range{}, "The scenario has no variable %q.%s", brief(in.Name), l.meant(in.Name, slices.Collect(keysOf(l.inputs))))
		case in.JSON != nil:
			l.setJSON(l.inputs[in.Name], in.JSON)
		default:
			l.setText(l.inputs[in.Name], "-var "+in.Name, in.Text)
		}
	}
}

// setText sets a variable from the command line or the environment.
func (l *loader) setText(v *variable, source, text string) {
	if v.failed {
		return
	}
	if v.typ == cty.String {
		if at := invalidUTF8([]byte(text)); at >= 0 || len(text) > maxText {
			l.badInput(v, hcl.Range{}, "The value given by %s is not a UTF-8 text of at most 1 MiB.", source)
			return
		}
		v.input, v.given, v.from = cty.StringVal(text), true, hcl.Range{}
		return
	}
	if len(text) > maxFileSize {
		l.badInput(v, hcl.Range{}, "The value given by %s has %s; at most %s are read.", source, sizeText(len(text)), sizeText(maxFileSize))
		return
	}
	if !v.sensitive {
		l.addSource(source, []byte(text))
	}
	mark := len(l.ds)
	if !l.guard([]byte(text), source, syntaxExpression, v.node.address) {
		l.failInput(v)
		return
	}
	expr, found := hclsyntax.ParseExpression([]byte(text), source, hcl.InitialPos)
	if !found.HasErrors() {
		l.meter(expr)
		l.setExpr(v, expr)
		return
	}
	l.ds = l.ds[:mark]
	if word := hcl.ExprAsKeyword(expr); v.typ == cty.DynamicPseudoType && word != "" {
		return
	}
	hint := ""
	if !v.sensitive {
		hint = fmt.Sprintf(" It is %q: %s", brief(text), found[0].Detail)
	}
	l.badInput(v, hcl.Range{}, "The value given by %s is not %s.%s", source, typeText(v.typ), hint)
}

// setFile sets the variables of a file.
func (l *loader) setFile(name string, text []byte) {
	body, ok := l.parse(name, text)
	if !ok {
		return
	}
	attrs, found := body.JustAttributes()
	for _, d := range found {
		l.adopt(codeSyntax, "", d)
	}
	var unknown []string
	var at hcl.Range
	for _, attrName := range slices.Sorted(keysOf(attrs)) {
		attr := attrs[attrName]
		v := l.inputs[attrName]
		if v == nil {
			unknown = append(unknown, attrName)
			if len(unknown) == 1 || attr.NameRange.Start.Byte < at.Start.Byte {
				at = attr.NameRange
			}
			continue
		}
		if v.sensitive {
			l.hidden = append(l.hidden, attr.Expr.Range())
		}
		l.setExpr(v, attr.Expr)
	}
	if len(unknown) > 0 {
		l.report(codeVarUnused, "", at, "The scenario does not declare: %s.%s", listed(unknown), l.meant(unknown[0], slices.Collect(keysOf(l.inputs))))
	}
}

// setExpr sets a variable to a value that must not depend on anything.
func (l *loader) setExpr(v *variable, expr hcl.Expression) {
	if used := expr.Variables(); len(used) > 0 {
		t := used[0]
		hint := ""
		if len(t) == 1 {
			hint = fmt.Sprintf(" If the text is meant, write \"%s\" in quotes.", t.RootName())
		}
		l.badInput(v, t.SourceRange(), "A value for a variable is a constant; %q is not one.%s", t.RootName(), hint)
		return
	}
	l.budget.reset()
	value, found := expr.Value(&hcl.EvalContext{})
	if found.HasErrors() {
		for _, d := range found {
			l.adopt(codeVarValue, v.node.address, d)
		}
		l.failInput(v)
		return
	}
	if excess := sizeOf(value); excess != "" {
		l.badInput(v, expr.Range(), "%s", excess)
		return
	}
	v.input, v.given, v.from = value, true, expr.Range()
}

func (l *loader) setJSON(v *variable, text []byte) {
	if len(text) > maxFileSize || jsonDepth(string(text)) > maxDepth {
		l.badInput(v, hcl.Range{}, "The value is larger than %s or nested more than %d deep.", sizeText(maxFileSize), maxDepth)
		return
	}
	var simple ctyjson.SimpleJSONValue
	if err := json.Unmarshal(text, &simple); err != nil {
		l.badInput(v, hcl.Range{}, "The value is not JSON: %v.", err)
		return
	}
	if excess := sizeOf(simple.Value); excess != "" {
		l.badInput(v, hcl.Range{}, "%s", excess)
		return
	}
	v.input, v.given, v.from = simple.Value, true, hcl.Range{}
}

func (l *loader) badInput(v *variable, at hcl.Range, format string, args ...any) {
	l.failInput(v)
	l.report(codeVarValue, v.node.address, at, format, args...)
}

func (l *loader) failInput(v *variable) {
	v.failed = true
	v.node.fail()
}

func typeText(t cty.Type) string {
	switch t {
	case cty.Number:
		return "a number"
	case cty.Bool:
		return "true or false"
	default:
		return "an HCL value of type " + brief(typeexpr.TypeString(t))
	}
}

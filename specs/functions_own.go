package specs

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// secretMark marks values that must not be shown.
type secretMark struct{}

func stringParam(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.String}
}

// envFunc reads a variable of the environment, as a secret.
func (l *loader) envFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{stringParam("name")},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			if text, ok := l.opts.Env(name); ok {
				return cty.StringVal(text).Mark(secretMark{}), nil
			}
			if l.opts.AllowMissingEnv {
				return cty.UnknownVal(cty.String).Mark(secretMark{}), nil
			}
			return cty.NilVal, &funcError{codeEnv, fmt.Sprintf("the environment variable %s is not set", name)}
		},
	})
}

// bearerFunc makes the value of an Authorization header.
func bearerFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{stringParam("token")},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal("Bearer " + args[0].AsString()).Mark(secretMark{}), nil
		},
	})
}

// dedentFunc removes the space that all lines of a text begin with.
func dedentFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{stringParam("text")},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(dedent(args[0].AsString())), nil
		},
	})
}

func dedent(text string) string {
	lines := strings.Split(text, "\n")
	margin, found := "", false
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		space := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if !found {
			margin, found = space, true
		}
		for !strings.HasPrefix(space, margin) {
			margin = margin[:len(margin)-1]
		}
	}
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			lines[i] = ""
		} else {
			lines[i] = strings.TrimPrefix(line, margin)
		}
	}
	return strings.Join(lines, "\n")
}

// deepmergeFunc merges objects; where several have an object at the same key,
// these are merged as well, otherwise the later one counts.
func deepmergeFunc() function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "objects", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true, AllowMarked: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			v, err := deepmergeAll(args)
			if err != nil {
				return cty.NilType, err
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return deepmergeAll(args) },
	})
}

func deepmergeAll(args []cty.Value) (cty.Value, error) {
	out := cty.EmptyObjectVal
	for _, v := range args {
		bare, _ := v.Unmark()
		if !bare.IsKnown() {
			return cty.DynamicVal, nil
		}
		if bare.IsNull() {
			continue
		}
		if !bare.Type().IsObjectType() && !bare.Type().IsMapType() {
			return cty.NilVal, &funcError{codeEval, "deepmerge takes objects"}
		}
		out = deepmerge(out, v)
	}
	return out, nil
}

func deepmerge(a, b cty.Value) cty.Value {
	x, marksX := a.Unmark()
	y, marksY := b.Unmark()
	if !isObject(x) || !isObject(y) {
		return b
	}
	merged := x.AsValueMap()
	if merged == nil {
		merged = map[string]cty.Value{}
	}
	for key, v := range y.AsValueMap() {
		if old, ok := merged[key]; ok {
			v = deepmerge(old, v)
		}
		merged[key] = v
	}
	return cty.ObjectVal(merged).WithMarks(marksX, marksY)
}

func isObject(v cty.Value) bool {
	return v.IsKnown() && !v.IsNull() && (v.Type().IsObjectType() || v.Type().IsMapType())
}

package specs

import (
	"errors"
	"fmt"
	"maps"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// A funcError is an error of a function with a code of its own.
type funcError struct{ code, message string }

func (e *funcError) Error() string { return e.message }

func asFuncError(err error) (*funcError, bool) {
	var out *funcError
	ok := errors.As(err, &out)
	return out, ok
}

// pureFunctions are those that depend on their arguments alone.
func pureFunctions() map[string]function.Function {
	return map[string]function.Function{
		"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "log": stdlib.LogFunc,
		"max": stdlib.MaxFunc, "min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "signum": stdlib.SignumFunc,

		"chomp": stdlib.ChompFunc, "dedent": dedentFunc(), "format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc,
		"indent": stdlib.IndentFunc, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "regex": stdlib.RegexFunc,
		"regexall": stdlib.RegexAllFunc, "regexreplace": stdlib.RegexReplaceFunc, "replace": stdlib.ReplaceFunc, "split": stdlib.SplitFunc,
		"strlen": stdlib.StrlenFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc, "title": stdlib.TitleFunc,
		"trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc,
		"upper": stdlib.UpperFunc,

		"chunklist": stdlib.ChunklistFunc, "coalesce": stdlib.CoalesceFunc, "coalescelist": stdlib.CoalesceListFunc,
		"compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "deepmerge": deepmergeFunc(),
		"distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc, "keys": stdlib.KeysFunc,
		"length": lengthFunc(), "lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "range": stdlib.RangeFunc,
		"reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc, "setproduct": stdlib.SetProductFunc,
		"setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc, "slice": stdlib.SliceFunc, "sort": stdlib.SortFunc,
		"values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,

		"csvdecode": stdlib.CSVDecodeFunc, "formatdate": stdlib.FormatDateFunc, "jsondecode": stdlib.JSONDecodeFunc,
		"jsonencode": stdlib.JSONEncodeFunc, "timeadd": stdlib.TimeAddFunc,

		"tobool": stdlib.MakeToFunc(cty.Bool), "tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)), "tonumber": stdlib.MakeToFunc(cty.Number),
		"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "tostring": stdlib.MakeToFunc(cty.String),
	}
}

// functions are all that an expression may call.
func (l *loader) functions() map[string]function.Function {
	all := pureFunctions()
	all["env"] = l.envFunc()
	all["bearer"] = bearerFunc()
	all["file"] = l.fileFunc()
	all["fileset"] = l.filesetFunc()
	for name, f := range all {
		all[name] = l.metered(name, f)
	}
	inTemplates := maps.Clone(all)
	all["templatefile"] = l.metered("templatefile", l.templatefileFunc(inTemplates))
	return all
}

// metered is a function that pays for its arguments before it works on them.
func (l *loader) metered(name string, f function.Function) function.Function {
	spec := &function.Spec{Params: f.Params(), VarParam: f.VarParam(), Description: f.Description()}
	spec.Type = func(args []cty.Value) (cty.Type, error) {
		if err := l.pay(name, args); err != nil {
			return cty.NilType, err
		}
		return f.ReturnTypeForValues(args)
	}
	spec.Impl = func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, err := f.Call(args)
		if err == nil && !l.budget.spend(1, textSize(v)) {
			return cty.NilVal, &funcError{codeEvalCost, tooCostly}
		}
		return v, err
	}
	return function.New(spec)
}

// pay spends what a call costs: the texts and elements that go in, and what a
// function makes of them beyond that.
func (l *loader) pay(name string, args []cty.Value) error {
	if name == "jsondecode" && textAt(args, 0) > 0 {
		text, _ := args[0].Unmark()
		if jsonDepth(text.AsString()) > maxDepth {
			return &funcError{codeTooDeep, "the JSON is nested more than 64 deep"}
		}
	}
	steps, work := 1, 0
	for _, v := range args {
		s, w := cost(v)
		steps, work = steps+s, work+w
	}
	steps, work = growth(name, args, steps, work)
	if !l.budget.spend(steps, work) {
		return &funcError{codeEvalCost, tooCostly}
	}
	return nil
}

// cost is the number of elements and bytes at the top of a value.
func cost(v cty.Value) (steps, work int) {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return 0, 0
	}
	if !v.CanIterateElements() {
		return 0, textSize(v)
	}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		steps++
		work += textSize(e)
	}
	return steps, work
}

// growth estimates functions whose result or time is more than their input.
func growth(name string, args []cty.Value, steps, work int) (int, int) {
	switch name {
	case "distinct", "setproduct", "flatten":
		product := 1
		for _, v := range args {
			s, _ := cost(v)
			product = mul(product, max(s, 1))
		}
		if name == "distinct" {
			product = mul(product, product) / 20
		}
		return steps + product, work
	case "join", "formatlist", "indent":
		longest := 0
		for _, v := range args {
			longest = max(longest, textSize(v))
		}
		if name == "indent" {
			return steps, work + mul(intOf(args, 0), work)
		}
		return steps, work + mul(longest, steps)
	case "replace", "regexreplace":
		return steps, work + mul(textAt(args, 2), textAt(args, 0)/max(textAt(args, 1), 1)+1)
	case "regex", "regexall":
		return steps, work + mul(textAt(args, 0), textAt(args, 1))/64
	case "format":
		return steps, work + widths(args)
	default:
		return steps, work
	}
}

// jsonDepth is how deep arrays and objects are nested.
func jsonDepth(s string) int {
	depth, deepest, text := 0, 0, []byte(s)
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = stringEnd(text, i) - 1
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth--
		}
	}
	return deepest
}

// widths are the numbers in a format, which may ask for any amount of space.
func widths(args []cty.Value) int {
	if len(args) == 0 || textAt(args, 0) == 0 {
		return 0
	}
	text, _ := args[0].Unmark()
	total, n := 0, 0
	for _, c := range text.AsString() {
		if c >= '0' && c <= '9' {
			n = min(n*10+int(c-'0'), maxWork)
			continue
		}
		total, n = min(total+n, 2*maxWork), 0
	}
	return total
}

func textAt(args []cty.Value, i int) int {
	if i >= len(args) {
		return 0
	}
	return textSize(args[i])
}

func intOf(args []cty.Value, i int) int {
	if i >= len(args) {
		return 0
	}
	v, _ := args[i].Unmark()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.Number {
		return 0
	}
	f, _ := v.AsBigFloat().Float64()
	return int(min(max(f, 0), maxWork))
}

// mul multiplies without running over.
func mul(a, b int) int {
	if a > 0 && b > 2*maxWork/a {
		return 2 * maxWork
	}
	return a * b
}

// lengthFunc counts the characters of a text and the elements of a collection.
func lengthFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			t := args[0].Type()
			if t == cty.String || t == cty.DynamicPseudoType || t.IsCollectionType() || t.IsTupleType() || t.IsObjectType() {
				return cty.Number, nil
			}
			return cty.NilType, fmt.Errorf("length takes a text, a list, a set, a map or an object, not %s", t.FriendlyName())
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			switch t := args[0].Type(); {
			case t == cty.String:
				return stdlib.Strlen(args[0])
			case t.IsObjectType():
				return cty.NumberIntVal(int64(len(t.AttributeTypes()))), nil
			default:
				return args[0].Length(), nil
			}
		},
	})
}

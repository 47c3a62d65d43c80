package specs

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// measured books the size of values, or refuses them when they are too large.
func measured(f *frame, values ...any) error {
	var m measure
	for _, v := range values {
		if !m.walk(v) {
			return evalError(tooManyValues)
		}
	}
	const word = 16
	return f.spend(m.bytes + word*m.values)
}

// elements are those of any list; nil for what is none.
func elements(list any) []any {
	if l, ok := list.([]any); ok {
		return l
	}
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return nil
	}
	out := make([]any, v.Len())
	for i := range out {
		out[i] = v.Index(i).Interface()
	}
	return out
}

// toText writes a value as a person would: texts bare, the rest as JSON.
func toText(f *frame, args []any) (any, error) {
	switch v := args[0].(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	default:
		return toJSON(f, args)
	}
}

func toJSON(f *frame, args []any) (any, error) {
	if err := measured(f, args[0]); err != nil {
		return nil, err
	}
	text, err := json.Marshal(plain(args[0]))
	if err != nil {
		return nil, evalError("The value has no JSON: " + err.Error() + ".")
	}
	return string(text), nil
}

func typeOfValue(_ *frame, args []any) (any, error) {
	switch kindOf(args[0]) {
	case "nothing":
		return "nil", nil
	case "true or false":
		return "bool", nil
	case "a string":
		return "string", nil
	case "a list":
		return "list", nil
	case "a number":
		return "number", nil
	default:
		return "object", nil
	}
}

// numbersFunc applies fn to all numbers in the arguments, which may be lists.
// What is absent is left out; without any number the result is absent.
func numbersFunc(fn func([]float64) float64) func(*frame, []any) (any, error) {
	return func(f *frame, args []any) (any, error) {
		if err := measured(f, args...); err != nil {
			return nil, err
		}
		var all []float64
		whole := true
		for _, v := range flat(args, nil) {
			x, ok := number(v)
			if !ok {
				return nil, evalError("A number is needed, not " + kindOf(v) + ".")
			}
			_, isInt := v.(int)
			whole = whole && isInt
			all = append(all, x)
		}
		if len(all) == 0 {
			return nil, nil
		}
		if x := fn(all); !whole || x != float64(int(x)) {
			return x, nil
		}
		return int(fn(all)), nil
	}
}

// flat appends the values in lists and lists of lists, without absent ones.
func flat(list, out []any) []any {
	for _, v := range list {
		if v == nil {
			continue
		}
		if inner := reflect.ValueOf(v); inner.Kind() == reflect.Slice || inner.Kind() == reflect.Array {
			out = flat(elements(v), out)
		} else {
			out = append(out, v)
		}
	}
	return out
}

func least(all []float64) float64    { return slices.Min(all) }
func greatest(all []float64) float64 { return slices.Max(all) }

func mean(all []float64) float64 {
	sum := 0.0
	for _, x := range all {
		sum += x
	}
	return sum / float64(len(all))
}

func median(all []float64) float64 {
	slices.Sort(all)
	middle := len(all) / 2
	if len(all)%2 == 1 {
		return all[middle]
	}
	return (all[middle-1] + all[middle]) / 2
}

func sortValues(f *frame, args []any) (any, error) {
	if err := measured(f, args[0]); err != nil {
		return nil, err
	}
	out := slices.Clone(elements(args[0]))
	slices.SortStableFunc(out, func(a, b any) int {
		order, ok := compareOrder(a, b)
		if !ok {
			return strings.Compare(kindOf(a), kindOf(b))
		}
		return order
	})
	if len(args) == 2 && args[1] == "desc" {
		slices.Reverse(out)
	}
	return out, nil
}

// maxUniqueLists is how many composed values are compared with each other.
const maxUniqueLists = 300

func uniqueValues(f *frame, args []any) (any, error) {
	if err := measured(f, args[0]); err != nil {
		return nil, err
	}
	seen, composed, out := map[any]bool{}, []any{}, []any{}
	for _, v := range elements(args[0]) {
		if scalar(v) {
			key := v
			if x, ok := number(v); ok {
				key = x
			}
			if !seen[key] {
				seen[key], out = true, append(out, v)
			}
			continue
		}
		if slices.ContainsFunc(composed, func(o any) bool { return same(o, v) }) {
			continue
		}
		if composed, out = append(composed, v), append(out, v); len(composed) > maxUniqueLists {
			return nil, evalError(tooManyValues)
		}
	}
	return out, nil
}

func concatLists(f *frame, args []any) (any, error) {
	const word = 16
	out := []any{}
	for _, list := range args {
		more := elements(list)
		if err := f.spend(word * (len(out) + len(more))); err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

func flattenLists(f *frame, args []any) (any, error) {
	if err := measured(f, args[0]); err != nil {
		return nil, err
	}
	return flat(elements(args[0]), []any{}), nil
}

// plain turns a result into a JSON value: lists, objects and scalars.
func plain(v any) any {
	if scalar(v) {
		return v
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Slice, reflect.Array:
		out := elements(v)
		copied := make([]any, len(out))
		for i, elem := range out {
			copied[i] = plain(elem)
		}
		return copied
	case reflect.Map:
		out := map[string]any{}
		for iter := r.MapRange(); iter.Next(); {
			out[fmt.Sprint(iter.Key().Interface())] = plain(iter.Value().Interface())
		}
		return out
	case reflect.Struct:
		out := map[string]any{}
		for i := range r.NumField() {
			if name := r.Type().Field(i).Tag.Get("expr"); name != "" {
				out[name] = plain(r.Field(i).Interface())
			}
		}
		return out
	default:
		return v
	}
}

package specs

import (
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr/vm/runtime"
)

// The functions here work on values that may be absent, which is nil: whatever
// is not there, or is of another type, makes a comparison false.

func isAbsent(v any) bool  { return v == nil }
func isPresent(v any) bool { return v != nil }

func isTrue(v any) bool {
	b, ok := v.(bool)
	return ok && b
}

func isFalse(v any) bool {
	b, ok := v.(bool)
	return ok && !b
}

// fetchAt is a field, or an element counted from the end when negative.
func fetchAt(base, key any) any {
	switch b := base.(type) {
	case nil:
		return nil
	case map[string]any:
		name, _ := key.(string)
		return b[name]
	case []any:
		if i, ok := position(key, len(b)); ok {
			return b[i]
		}
		return nil
	}
	return fetchOther(reflect.ValueOf(base), key)
}

func fetchOther(base reflect.Value, key any) any {
	switch base.Kind() {
	case reflect.Slice, reflect.Array:
		if i, ok := position(key, base.Len()); ok {
			return base.Index(i).Interface()
		}
	case reflect.Struct:
		return fieldOf(base, key)
	case reflect.Map:
		return entryOf(base, key)
	default:
	}
	return nil
}

func fieldOf(base reflect.Value, key any) any {
	name, _ := key.(string)
	t := base.Type()
	for i := range t.NumField() {
		if name != "" && t.Field(i).Tag.Get("expr") == name {
			return base.Field(i).Interface()
		}
	}
	return nil
}

func entryOf(base reflect.Value, key any) any {
	k := reflect.ValueOf(key)
	if !k.IsValid() || !k.Comparable() || !k.Type().AssignableTo(base.Type().Key()) {
		return nil
	}
	if v := base.MapIndex(k); v.IsValid() {
		return v.Interface()
	}
	return nil
}

// position is the place of an index in a list of n elements.
func position(key any, n int) (int, bool) {
	var i int
	switch k := key.(type) {
	case int:
		i = k
	case float64:
		i = int(k)
		if float64(i) != k {
			return 0, false
		}
	default:
		return 0, false
	}
	if i < 0 {
		i += n
	}
	return i, i >= 0 && i < n
}

// comparer is the function of a comparison, or of its opposite, which is false
// as well when a side is absent or of another type.
func comparer(op string, negated bool) func(any, any) bool {
	switch op {
	case "==":
		return equality(!negated)
	case "!=":
		return equality(negated)
	}
	compare := relation(op)
	return func(a, b any) bool {
		holds, ok := compare(a, b)
		return ok && holds != negated
	}
}

func equality(wanted bool) func(any, any) bool {
	return func(a, b any) bool {
		if a == nil || b == nil {
			return false
		}
		return same(a, b) == wanted
	}
}

func same(a, b any) bool {
	if scalar(a) && scalar(b) {
		if order, ok := compareOrder(a, b); ok {
			return order == 0
		}
		return a == b
	}
	var seen measure
	return seen.walk(a) && seen.walk(b) && runtime.Equal(a, b)
}

// relation is a comparison that says whether its sides can be compared.
func relation(op string) func(a, b any) (holds, ok bool) {
	switch op {
	case "in":
		return within
	case "contains":
		return texts(strings.Contains)
	case "startsWith":
		return texts(strings.HasPrefix)
	case "endsWith":
		return texts(strings.HasSuffix)
	}
	return func(a, b any) (bool, bool) {
		order, ok := compareOrder(a, b)
		switch op {
		case "<":
			return order < 0, ok
		case "<=":
			return order <= 0, ok
		case ">":
			return order > 0, ok
		default:
			return order >= 0, ok
		}
	}
}

func texts(test func(string, string) bool) func(a, b any) (bool, bool) {
	return func(a, b any) (bool, bool) {
		s, ok := a.(string)
		t, too := b.(string)
		return ok && too && test(s, t), ok && too
	}
}

// compareOrder orders numbers and strings. Not-a-number has no order.
func compareOrder(a, b any) (int, bool) {
	if s, ok := a.(string); ok {
		t, ok := b.(string)
		return strings.Compare(s, t), ok
	}
	if i, ok := a.(int); ok {
		if j, ok := b.(int); ok {
			return sign(i < j, i > j), true
		}
	}
	x, ok := number(a)
	y, too := number(b)
	return sign(x < y, x > y), ok && too && x == x && y == y
}

func sign(less, more bool) int {
	switch {
	case less:
		return -1
	case more:
		return 1
	default:
		return 0
	}
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	default:
		return 0, false
	}
}

// within says whether b, a list or an object, has a.
func within(a, b any) (holds, ok bool) {
	if a == nil || b == nil {
		return false, false
	}
	if s, isText := b.(string); isText {
		t, isText := a.(string)
		return isText && strings.Contains(s, t), isText
	}
	if names, isTexts := b.([]string); isTexts {
		name, isText := a.(string)
		return isText && slices.Contains(names, name), true
	}
	list := reflect.ValueOf(b)
	switch list.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range list.Len() {
			if v := list.Index(i).Interface(); v != nil && same(a, v) {
				return true, true
			}
		}
		return false, true
	case reflect.Map:
		return hasKey(list, a), true
	case reflect.Struct:
		return fieldOf(list, a) != nil, true
	default:
		return false, false
	}
}

func hasKey(m reflect.Value, key any) bool {
	k := reflect.ValueOf(key)
	return k.Comparable() && k.Type().AssignableTo(m.Type().Key()) && m.MapIndex(k).IsValid()
}

// modulo takes the whole numbers that JSON gives as floats.
func modulo(a, b any) any {
	x, ok := number(a)
	y, too := number(b)
	if !ok || !too || x != float64(int(x)) || y != float64(int(y)) || y == 0 {
		return nil
	}
	return int(x) % int(y)
}

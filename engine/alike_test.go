package engine_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// stateDiff and eventDiff say how two values differ as cmp does, which takes
// most of a test's time when it compares thousands; so they look first whether
// there is anything to say.
func stateDiff(x, y *engine.State) string {
	if (alike{state: true}).values(reflect.ValueOf(x), reflect.ValueOf(y), 0) {
		return ""
	}
	return cmp.Diff(x, y, stateOptions()...)
}

func eventDiff(x, y any) string {
	if (alike{}).values(reflect.ValueOf(x), reflect.ValueOf(y), 0) {
		return ""
	}
	return cmp.Diff(x, y)
}

// alike compares values with their unexported fields. It may take equal values
// for different, never the other way round. What it passes over in states is
// what stateOptions does.
type alike struct{ state bool }

func (a alike) values(x, y reflect.Value, depth int) bool {
	if !x.IsValid() || !y.IsValid() {
		return x.IsValid() == y.IsValid()
	}
	if x.Type() != y.Type() || depth > 100 {
		return false
	}
	switch x.Kind() {
	case reflect.Pointer:
		return x.Pointer() == y.Pointer() || !x.IsNil() && !y.IsNil() && !a.one(x.Type()) && a.values(x.Elem(), y.Elem(), depth+1)
	case reflect.Interface:
		return a.values(x.Elem(), y.Elem(), depth+1)
	case reflect.Struct:
		return a.structs(x, y, depth)
	case reflect.Slice, reflect.Array:
		return a.lists(x, y, depth)
	case reflect.Map:
		return a.maps(x, y, depth)
	case reflect.Func:
		return x.IsNil() && y.IsNil()
	default:
		return x.Comparable() && x.Equal(y)
	}
}

// one says whether a type's values are compared by where they are.
func (a alike) one(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[*engine.Template](), reflect.TypeFor[*engine.NodeForTest](), reflect.TypeFor[*engine.AgentForTest](), reflect.TypeFor[*engine.HumanForTest]():
		return a.state
	}
	return false
}

func (a alike) structs(x, y reflect.Value, depth int) bool {
	t := x.Type()
	for i := range t.NumField() {
		if !a.passed(t, t.Field(i).Name) && !a.values(x.Field(i), y.Field(i), depth+1) {
			return false
		}
	}
	return true
}

func (a alike) passed(t reflect.Type, field string) bool {
	switch t {
	case reflect.TypeFor[time.Time]():
		return a.state && field == "loc"
	case reflect.TypeFor[engine.State]():
		return a.state && field == "changed"
	case reflect.TypeFor[specs.Env]():
		return a.state && (field == "Here" || field == "Agent" || field == "Input" || field == "Call")
	}
	return false
}

func (a alike) lists(x, y reflect.Value, depth int) bool {
	if x.Len() != y.Len() || x.Kind() == reflect.Slice && !a.state && x.IsNil() != y.IsNil() {
		return false
	}
	for i := range x.Len() {
		if !a.values(x.Index(i), y.Index(i), depth+1) {
			return false
		}
	}
	return true
}

func (a alike) maps(x, y reflect.Value, depth int) bool {
	if x.Len() != y.Len() || !a.state && x.IsNil() != y.IsNil() {
		return false
	}
	for all := x.MapRange(); all.Next(); {
		if other := y.MapIndex(all.Key()); !other.IsValid() || !a.values(all.Value(), other, depth+1) {
			return false
		}
	}
	return true
}

// TestAlike takes nothing for equal that cmp tells apart.
func TestAlike(t *testing.T) {
	at := time.Unix(1, 0)
	said := func(text string) any { return engine.Event{Time: at, Data: &engine.Said{Content: text}} }
	for i, tt := range []struct {
		x, y         any
		event, state bool
	}{
		{said("a"), said("a"), true, true},
		{said("a"), said("b"), false, false},
		{said("a"), engine.Event{Time: at, Data: &engine.Ended{}}, false, false},
		{said("a"), engine.Event{Time: at.Add(1), Data: &engine.Said{Content: "a"}}, false, false},
		{said("a"), engine.Event{Time: at}, false, false},
		{at, at.UTC(), at.Location() == time.UTC, true},
		{[]string{}, []string(nil), false, true},
		{[]any{1}, []any{"1"}, false, false},
		{[]int{1, 2}, []int{1}, false, false},
		{map[string]int{"a": 1}, map[string]int{"b": 1}, false, false},
		{map[string]int{"a": 1}, map[string]int{"a": 2}, false, false},
		{map[string]int{}, map[string]int(nil), false, true},
		{engine.State{}, engine.State{}, true, true},
		{specs.Env{}, specs.Env{Turns: 1}, false, false},
		{&engine.Template{}, &engine.Template{}, true, false},
	} {
		x, y := reflect.ValueOf(tt.x), reflect.ValueOf(tt.y)
		if event, state := (alike{}).values(x, y, 0), (alike{state: true}).values(x, y, 0); event != tt.event || state != tt.state {
			t.Errorf("%d: got %t and %t, want %t and %t", i, event, state, tt.event, tt.state)
		}
	}
}

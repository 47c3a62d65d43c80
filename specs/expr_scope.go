package specs

import (
	"maps"
	"reflect"
	"slices"

	"github.com/expr-lang/expr/types"
	"github.com/zclconf/go-cty/cty"
)

// exprWant is the kind of value that an argument wants of its expression.
type exprWant int

const (
	wantBool exprWant = iota
	wantString
	wantList
	wantAny
)

// exprScope are the names that an expression may use.
type exprScope struct {
	// data has the agents that give structured answers. A nil type says that
	// the fields are unknown.
	data map[string]*Type
	// participants are the names that agents['x'] may use; nil allows any.
	participants []string
	vars, locals map[string]cty.Value
	// script adds agent, input and call; here adds the pattern's own view.
	script, here bool
	// input replaces all of the session's names by the fields of a tool's input.
	input *Type
}

// envName is a name at the top of the environment.
type envName struct {
	part  EnvPart
	field int // index in Env
}

// envNames are the names of an Env, with the part that each belongs to.
func envNames() map[string]envName {
	parts := map[string]EnvPart{
		"elapsed": PartElapsed, "usage": PartUsage, "last": PartMessages, "first": PartMessages, "messages": PartMessages,
		"agents": PartAgents, "data": PartData, "here": PartHere, "agent": PartScript, "input": PartScript, "call": PartScript,
	}
	names := map[string]envName{}
	t := reflect.TypeFor[Env]()
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("expr")
		part, ok := parts[name]
		if !ok {
			part = PartCounters
		}
		names[name] = envName{part, i}
	}
	return names
}

// names lists what may stand at the start of an expression, for suggestions.
func (s *exprScope) names() []string {
	var names []string
	if s.input != nil {
		names = slices.Collect(maps.Keys(s.input.fields))
	} else {
		for name, n := range envNames() {
			if s.allows(n) {
				names = append(names, name)
			}
		}
	}
	names = append(names, "var", "local")
	slices.Sort(names)
	return names
}

func (s *exprScope) allows(n envName) bool {
	return (n.part != PartHere || s.here) && (n.part != PartScript || s.script)
}

// env is the environment as the checker sees it: typed further than [Env] is.
func (s *exprScope) env() types.Map {
	if s.input != nil {
		return s.input.fieldTypes()
	}
	t := reflect.TypeFor[Env]()
	env := types.Map{}
	for name, n := range envNames() {
		if s.allows(n) {
			env[name] = types.TypeOf(reflect.Zero(t.Field(n.field).Type).Interface())
		}
	}
	data := types.Map{}
	for agent, typ := range s.data {
		data[agent] = typ.checked()
	}
	env["data"] = data
	if s.here {
		here := types.Map{}
		h := reflect.TypeFor[EnvHere]()
		for i := range h.NumField() {
			here[h.Field(i).Tag.Get("expr")] = types.TypeOf(reflect.Zero(h.Field(i).Type).Interface())
		}
		here["data"] = data
		env["here"] = here
	}
	return env
}

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
	// board are the entries of a blackboard, which here.data has besides.
	board map[string]*Type
	// participants are the names that agents['x'] may use; nil allows any.
	participants []string
	vars, locals map[string]cty.Value
	// script adds agent, input and call; here adds the pattern's own view.
	script, here bool
	// input replaces all of the session's names by the fields of a tool's input.
	input *Type
	// facts are names besides the session's, in the conditions of tests.
	facts *Type
}

// envNames are the names of an Env, with the part that each belongs to.
func envNames() map[string]EnvPart {
	return map[string]EnvPart{
		"turns": PartCounters, "rounds": PartCounters, "calls": PartCounters, "tool_calls": PartCounters,
		"handoffs": PartCounters, "outcome": PartCounters,
		"elapsed": PartElapsed, "usage": PartUsage, "last": PartMessages, "first": PartMessages, "messages": PartMessages,
		"agents": PartAgents, "data": PartData, "here": PartHere, "agent": PartScript, "input": PartScript, "call": PartScript,
	}
}

// names lists what may stand at the start of an expression, for suggestions.
func (s *exprScope) names() []string {
	var names []string
	if s.input != nil {
		names = slices.Collect(maps.Keys(s.input.fields))
	} else {
		for name, part := range envNames() {
			if s.allows(part) {
				names = append(names, name)
			}
		}
		if s.facts != nil {
			names = slices.AppendSeq(names, maps.Keys(s.facts.fields))
		}
	}
	names = append(names, "var", "local")
	slices.Sort(names)
	return names
}

func (s *exprScope) allows(part EnvPart) bool {
	return (part != PartHere || s.here) && (part != PartScript || s.script)
}

// env is the environment as the checker sees it: typed further than [Env] is.
func (s *exprScope) env() types.Map {
	if s.input != nil {
		return s.input.fieldTypes()
	}
	env := fieldTypes(reflect.TypeFor[Env]())
	for name, part := range envNames() {
		if !s.allows(part) {
			delete(env, name)
		}
	}
	if s.facts != nil {
		maps.Copy(env, s.facts.fieldTypes())
	}
	data := types.Map{}
	for agent, typ := range s.data {
		data[agent] = typ.checked()
	}
	env["data"] = data
	if s.here {
		here := fieldTypes(reflect.TypeFor[EnvHere]())
		here["data"] = s.entries(data)
		env["here"] = here
	}
	return env
}

// entries are what here.data has: the structured answers, and the board.
func (s *exprScope) entries(data types.Map) types.Map {
	if len(s.board) == 0 {
		return data
	}
	all := maps.Clone(data)
	for name, typ := range s.board {
		all[name] = typ.checked()
	}
	return all
}

// fieldTypes are the types of a struct's fields by their names in expressions.
func fieldTypes(t reflect.Type) types.Map {
	fields := types.Map{}
	for f := range t.Fields() {
		fields[f.Tag.Get("expr")] = types.TypeOf(reflect.Zero(f.Type).Interface())
	}
	return fields
}

package engine

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"

	"github.com/agentconnect-dev/agentconnect/specs"
)

const (
	// maxAnswers bounds the answers of one form that are tried, and maxTexts the
	// texts of conditions.
	maxAnswers = 16
	maxTexts   = 8
	maxNested  = 8
	// stranger is a name that nobody has.
	stranger = "nobody"
)

// literal is a text in an expression.
var literal = regexp.MustCompile(`'([^'\\]*)'|"([^"\\]*)"`)

// exploredTexts are answers that may matter: what is given, and the texts that
// the template's conditions have.
func (t *Template) exploredTexts(more []string) []string {
	texts := slices.Clone(more)
	add := func(e *specs.Expr) {
		if e == nil {
			return
		}
		for _, m := range literal.FindAllStringSubmatch(e.Text(), -1) {
			if text := m[1] + m[2]; text != "" && len(texts) < maxTexts && !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	var ofStop func(s *stop)
	ofStop = func(s *stop) {
		add(s.spec.When)
		for _, p := range s.parts {
			ofStop(p)
		}
	}
	for _, s := range t.stops {
		ofStop(s)
	}
	var of func(n *node)
	of = func(n *node) {
		for _, e := range conditionsOf(n.spec) {
			add(e)
		}
		for i := range n.slots {
			if n.slots[i].node != nil {
				of(n.slots[i].node)
			}
		}
	}
	of(t.root)
	return texts
}

// shape is what a schema says of the answers that are tried.
type shape struct {
	Type       any
	Enum       []any
	Items      *shape
	Properties map[string]*shape
	Required   []string
	Minimum    *float64
}

// answersOf are answers of a form: each of its names, yes and no, little and
// much, nothing, one thing and two. There is one at least.
func answersOf(schema json.RawMessage) []string {
	s := &shape{}
	_ = json.Unmarshal(schema, s) // it was resolved before
	if s.Type == nil && s.Properties != nil {
		s.Type = "object"
	}
	var list []string
	for _, v := range s.values(0) {
		if b, err := json.Marshal(v); err == nil {
			list = append(list, string(b))
		}
	}
	if len(list) == 0 {
		return []string{"{}"}
	}
	return list
}

func (s *shape) values(depth int) []any {
	kind, _ := s.Type.(string)
	if kinds, ok := s.Type.([]any); ok && len(kinds) > 0 {
		kind, _ = kinds[0].(string)
	}
	low := 0.0
	if s.Minimum != nil {
		low = *s.Minimum
	}
	switch {
	case depth > maxNested:
		return []any{nil}
	case len(s.Enum) > 0:
		return append(slices.Clone(s.Enum[:min(len(s.Enum), maxAnswers)]), stranger)
	case kind == "object" || s.Properties != nil:
		return s.objects(depth)
	case kind == "array" && s.Items != nil:
		return s.lists(depth)
	case kind == "array":
		return []any{[]any{}}
	case kind == "boolean":
		return []any{false, true}
	case kind == "number", kind == "integer":
		return []any{low, low + 1}
	case kind == "null":
		return []any{nil}
	default:
		return []any{exploredShort}
	}
}

// objects are all combinations of what the properties may be, as long as there
// are few; then each property changes while the others stay.
func (s *shape) objects(depth int) []any {
	all := []map[string]any{{}}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		values := s.Properties[name].values(depth + 1)
		var next []map[string]any
		for i, m := range all {
			for k, v := range values {
				if i > 0 && k > 0 && len(all)*len(values) > maxAnswers {
					break
				}
				c := maps.Clone(m)
				c[name] = v
				next = append(next, c)
			}
		}
		all = next
	}
	list := make([]any, len(all))
	for i, m := range all {
		list[i] = m
	}
	return list
}

func (s *shape) lists(depth int) []any {
	values := s.Items.values(depth + 1)
	list := []any{}
	if len(values) > 1 {
		list = append(list, []any{values[0], values[1]})
	} else {
		list = append(list, []any{values[0], values[0]})
	}
	for _, v := range values[:min(len(values), maxAnswers/2)] {
		list = append(list, []any{v})
	}
	return append(list, []any{})
}

// conditionsOf are the conditions of a pattern.
func conditionsOf(p *specs.Pattern) (list []*specs.Expr) {
	if p.Loop != nil {
		list = append(list, p.Loop.Until)
	}
	if p.Debate != nil {
		list = append(list, p.Debate.Until)
	}
	if p.Router != nil {
		for i := range p.Router.Routes {
			list = append(list, p.Router.Routes[i].When)
		}
	}
	if p.Graph != nil {
		for i := range p.Graph.Edges {
			list = append(list, p.Graph.Edges[i].When)
		}
	}
	if p.Blackboard != nil {
		list = append(list, p.Blackboard.Goal)
		for i := range p.Blackboard.Rules {
			list = append(list, p.Blackboard.Rules[i].When)
		}
	}
	return list
}

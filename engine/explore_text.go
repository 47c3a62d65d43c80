package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

const (
	// maxAnswers bounds the combinations of a form's values that are tried,
	// maxNames the names of a list, and maxTexts the texts and numbers of
	// conditions.
	maxAnswers = 64
	maxNames   = 64
	maxTexts   = 16
	maxNested  = 8
	// stranger is a name that nobody has.
	stranger = "nobody"
)

// trial is what is tried: values that may matter, because somebody says so or
// because conditions have them.
type trial struct {
	texts []string
	// fields are texts of structured answers, numbers those around which
	// conditions decide.
	fields  []string
	numbers []float64
	// cut says that there was more than is tried.
	cut bool
}

func (t *Template) trial(more []string) *trial {
	x := &trial{texts: slices.Clone(more)}
	for _, e := range t.conditions() {
		p, data := e.Probes(), false
		for _, seen := range e.Seen(nil) {
			data = data || strings.Contains(seen.Name, "data")
		}
		x.texts = x.more(x.texts, p.Texts)
		if data {
			x.fields = x.more(x.fields, p.Texts)
			for _, n := range p.Numbers {
				x.number(n)
			}
		}
	}
	return x
}

func (x *trial) more(list, texts []string) []string {
	for _, text := range texts {
		switch {
		case slices.Contains(list, text):
		case len(list) < maxTexts:
			list = append(list, text)
		default:
			x.cut = true
		}
	}
	return list
}

func (x *trial) number(n float64) {
	for _, v := range []float64{n - 1, n, n + 1} {
		switch {
		case slices.Contains(x.numbers, v):
		case len(x.numbers) < maxTexts:
			x.numbers = append(x.numbers, v)
		default:
			x.cut = true
		}
	}
}

// shape is what a schema says of the answers that are tried.
type shape struct {
	Type       any
	Enum       []any
	Items      *shape
	Properties map[string]*shape
	Required   []string
	Minimum    *float64
	Maximum    *float64
}

// answersOf are answers of a form: each of its names, yes and no, little and
// much, nothing, one thing and two. There is one at least.
func (x *trial) answersOf(schema json.RawMessage) []string {
	s := &shape{}
	_ = json.Unmarshal(schema, s) // it was resolved before
	if s.Type == nil && s.Properties != nil {
		s.Type = "object"
	}
	var list []string
	for _, v := range x.values(s, 0) {
		if b, err := json.Marshal(v); err == nil {
			list = append(list, string(b))
		}
	}
	if len(list) == 0 {
		return []string{"{}"}
	}
	return list
}

func (x *trial) values(s *shape, depth int) []any {
	kind, _ := s.Type.(string)
	if kinds, ok := s.Type.([]any); ok && len(kinds) > 0 {
		kind, _ = kinds[0].(string)
	}
	switch {
	case depth > maxNested:
		return []any{nil}
	case len(s.Enum) > 0:
		x.cut = x.cut || len(s.Enum) > maxNames
		return append(slices.Clone(s.Enum[:min(len(s.Enum), maxNames)]), stranger)
	case kind == "object" || s.Properties != nil:
		return x.objects(s, depth)
	case kind == "array" && s.Items != nil:
		return x.lists(s, depth)
	case kind == "array":
		return []any{[]any{}}
	case kind == "boolean":
		return []any{false, true}
	case kind == "number", kind == "integer":
		return x.between(s, kind == "integer")
	case kind == "null":
		return []any{nil}
	default:
		list := []any{exploredShort}
		for _, text := range x.fields {
			list = append(list, text)
		}
		return list
	}
}

// between are numbers that a schema allows: small ones, and those that
// conditions have.
func (x *trial) between(s *shape, whole bool) []any {
	low := 0.0
	if s.Minimum != nil {
		low = *s.Minimum
	}
	list := []any{low}
	for _, n := range append([]float64{low + 1}, x.numbers...) {
		if n < low && s.Minimum != nil || s.Maximum != nil && n > *s.Maximum || whole && n != float64(int(n)) || slices.Contains(list, any(n)) {
			continue
		}
		list = append(list, n)
	}
	return list
}

// objects are all combinations of what the properties may be, as long as there
// are few; then each property changes while the others stay.
func (x *trial) objects(s *shape, depth int) []any {
	all := []map[string]any{{}}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		values := x.values(s.Properties[name], depth+1)
		var next []map[string]any
		for i, m := range all {
			for k, v := range values {
				if i > 0 && k > 0 && len(all)*len(values) > maxAnswers {
					x.cut = true
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

func (x *trial) lists(s *shape, depth int) []any {
	values := x.values(s.Items, depth+1)
	list := []any{}
	if len(values) > 1 {
		list = append(list, []any{values[0], values[1]})
	} else {
		list = append(list, []any{values[0], values[0]})
	}
	x.cut = x.cut || len(values) > maxNames
	for _, v := range values[:min(len(values), maxNames)] {
		list = append(list, []any{v})
	}
	return append(list, []any{})
}

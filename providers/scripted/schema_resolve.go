package scripted

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// resolve follows references and chooses among alternatives until only plain
// keywords are left. A schema that refers to itself alone allows null.
func (f *filler) resolve(schema any, depth int) map[string]any {
	for range maxDepth {
		s, ok := schema.(map[string]any)
		if !ok {
			return map[string]any{}
		}
		f.values++
		if depth > maxDepth || f.values > 4*maxValues {
			break
		}
		next, ok := f.step(s, depth)
		if !ok {
			return s
		}
		schema = next
	}
	return map[string]any{"type": "null"}
}

// step does one of those things, and says whether there was one to do.
func (f *filler) step(s map[string]any, depth int) (any, bool) {
	if ref, ok := s["$ref"].(string); ok {
		return merge(without(s, "$ref"), f.lookup(ref)), true
	}
	if all, ok := s["allOf"].([]any); ok {
		out := without(s, "allOf")
		for _, part := range all {
			out = merge(out, f.resolve(part, depth+1))
		}
		return out, true
	}
	for _, keyword := range []string{"anyOf", "oneOf"} {
		if some, ok := s[keyword].([]any); ok && len(some) > 0 {
			return merge(without(s, keyword), f.branch(some, depth)), true
		}
	}
	return s, false
}

// branch is the first alternative that says something; deep down, the one that
// is likely to end.
func (f *filler) branch(some []any, depth int) any {
	isNull := func(one any) bool {
		s, _ := one.(map[string]any)
		return s["type"] == "null"
	}
	deep := depth >= fullDepth || f.values > maxValues
	for _, one := range some {
		s, _ := one.(map[string]any)
		_, refers := s["$ref"]
		if deep && !refers || !deep && !isNull(one) && one != false {
			return one
		}
	}
	return some[0]
}

// lookup finds what a reference within the schema refers to.
func (f *filler) lookup(ref string) any {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	at := f.root
	for token := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if token == "" {
			continue
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch in := at.(type) {
		case map[string]any:
			at = in[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			at = in[i]
		default:
			return nil
		}
	}
	return at
}

// merge joins two schemas that must both hold.
func merge(a map[string]any, other any) map[string]any {
	b, ok := other.(map[string]any)
	if !ok {
		return a
	}
	out := maps.Clone(a)
	for key, value := range b {
		switch key {
		case "properties":
			out[key] = joinMaps(out[key], value)
		case "required", "allOf":
			out[key] = joinLists(out[key], value)
		case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
			out[key] = tighter(out[key], value, func(x, y float64) float64 { return max(x, y) })
		case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
			out[key] = tighter(out[key], value, func(x, y float64) float64 { return min(x, y) })
		default:
			out[key] = value
		}
	}
	return out
}

func joinMaps(a, b any) any {
	x, _ := a.(map[string]any)
	y, _ := b.(map[string]any)
	out := map[string]any{}
	maps.Copy(out, x)
	maps.Copy(out, y)
	return out
}

func joinLists(a, b any) any {
	x, _ := a.([]any)
	y, _ := b.([]any)
	return slices.Concat(x, y)
}

func tighter(a, b any, of func(x, y float64) float64) any {
	x, ok := a.(float64)
	if !ok {
		return b
	}
	y, ok := b.(float64)
	if !ok {
		return a
	}
	return of(x, y)
}

func without(s map[string]any, key string) map[string]any {
	out := maps.Clone(s)
	delete(out, key)
	return out
}

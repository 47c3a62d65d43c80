package scripted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Bounds of a composed value.
const (
	maxDepth  = 24
	fullDepth = 4    // below it, objects have only what they must have
	maxValues = 2000 // in all
	maxItems  = 64   // of one list
)

var errSchema = errors.New("the schema is not a JSON schema")

// filler composes a value that satisfies a schema, as far as the bounds allow.
type filler struct {
	v      *voice
	root   any
	values int
}

// json composes JSON that satisfies a schema.
func (v *voice) json(schema []byte) (string, error) {
	f := filler{v: v}
	if err := json.Unmarshal(schema, &f.root); err != nil {
		return "", fmt.Errorf("%w: %w", errSchema, err)
	}
	if !isSchema(f.root) {
		return "", errSchema
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f.value(f.root, spot{}, 0)); err != nil {
		return "", fmt.Errorf("%w: %w", errSchema, err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// spot is where in the value the filler is: the salt of its draws, and the name
// of the nearest property.
type spot struct {
	salt uint64
	name string
	// nth tells apart the items of a list.
	nth int
}

func (s spot) property(name string) spot {
	salt := s.salt
	for _, c := range []byte(name) {
		salt = mix(salt ^ uint64(c))
	}
	return spot{salt: salt, name: name}
}

// value composes a value for a schema.
func (f *filler) value(schema any, at spot, depth int) any {
	f.values++
	s := f.resolve(schema, depth)
	if c, ok := s["const"]; ok {
		return c
	}
	if list, ok := s["enum"].([]any); ok && len(list) > 0 {
		return f.choose(list, at)
	}
	switch f.typeOf(s) {
	case "object":
		return f.object(s, at, depth)
	case "array":
		return f.array(s, at, depth)
	case "integer":
		return f.number(s, at, true)
	case "number":
		return f.number(s, at, false)
	case "boolean":
		return f.v.far
	case "null":
		return nil
	default:
		return f.text(s, at)
	}
}

// choose takes one of the allowed values, and null only when there is no other.
func (f *filler) choose(list []any, at spot) any {
	some := slices.DeleteFunc(slices.Clone(list), func(v any) bool { return v == nil })
	if len(some) == 0 {
		return nil
	}
	return some[(f.v.draw(at.salt, len(some))+at.nth)%len(some)]
}

// typeOf is the type of the value to compose: the first that is not null, or
// what the other keywords suggest.
func (f *filler) typeOf(s map[string]any) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case []any:
		for _, one := range t {
			if name, ok := one.(string); ok && name != "null" {
				return name
			}
		}
		return "null"
	}
	for _, hint := range []struct{ keyword, means string }{
		{"properties", "object"}, {"required", "object"}, {"additionalProperties", "object"}, {"minProperties", "object"},
		{"items", "array"}, {"prefixItems", "array"}, {"minItems", "array"},
		{"minimum", "number"}, {"maximum", "number"}, {"exclusiveMinimum", "number"}, {"exclusiveMaximum", "number"}, {"multipleOf", "number"},
	} {
		if _, ok := s[hint.keyword]; ok {
			return hint.means
		}
	}
	return "string"
}

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

// array composes as many items as must be, two when it is free to choose.
func (f *filler) array(s map[string]any, at spot, depth int) []any {
	list := []any{}
	want := f.length(s, "minItems", "maxItems", depth)
	prefix, _ := s["prefixItems"].([]any)
	rest, more := s["items"]
	if legacy, ok := rest.([]any); ok { // how older drafts wrote prefixItems
		prefix = legacy
		rest, more = s["additionalItems"]
	}
	if len(prefix) > want && depth < maxDepth {
		want = min(len(prefix), count(s, "maxItems", maxItems))
	}
	for i := 0; len(list) < want && i < 2*maxItems; i++ {
		item := rest
		switch {
		case i < len(prefix):
			item = prefix[i]
		case more && rest == false:
			return list
		}
		next := f.value(item, spot{salt: at.salt + uint64(min(i, len(prefix))), name: at.name, nth: i}, depth+1) //nolint:gosec // not negative
		if s["uniqueItems"] == true && slices.ContainsFunc(list, func(old any) bool { return reflect.DeepEqual(old, next) }) {
			continue
		}
		list = append(list, next)
	}
	return list
}

// length is how many items or properties to compose.
func (f *filler) length(s map[string]any, least, most string, depth int) int {
	want := 2
	if depth >= fullDepth || f.values > maxValues {
		want = 0
	}
	lo, hi := count(s, least, 0), count(s, most, maxItems)
	if depth >= maxDepth || f.values > 2*maxValues {
		return 0
	}
	return min(max(want, lo), hi, maxItems)
}

// object composes the properties that must be there, and near the top all.
func (f *filler) object(s map[string]any, at spot, depth int) map[string]any {
	out := map[string]any{}
	if depth >= maxDepth || f.values > 2*maxValues {
		return out
	}
	properties, _ := s["properties"].(map[string]any)
	extra, open := s["additionalProperties"]
	for _, name := range f.names(s, properties, depth) {
		schema, declared := properties[name]
		if !declared {
			schema = extra
		}
		out[name] = f.value(schema, at.property(name), depth+1)
	}
	least := count(s, "minProperties", 0)
	if len(properties) == 0 && isSchema(extra) && extra != false && depth < fullDepth {
		least = max(least, 1) // an example of what such an object is for
	}
	for i := 1; len(out) < min(least, maxItems) && (!open || extra != false); i++ {
		name := "item_" + strconv.Itoa(i)
		if _, taken := out[name]; !taken {
			out[name] = f.value(extra, spot{salt: at.salt, name: at.name, nth: i}, depth+1)
		}
	}
	return out
}

// names are the properties to compose, in a fixed order.
func (f *filler) names(s, properties map[string]any, depth int) []string {
	var names []string
	required, _ := s["required"].([]any)
	for _, r := range required {
		if name, ok := r.(string); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	most := count(s, "maxProperties", maxValues)
	least := max(len(names), count(s, "minProperties", 0))
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if (depth >= fullDepth || f.values > maxValues) && len(names) >= least || len(names) >= most {
			break
		}
		if properties[name] != false && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
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

func isSchema(v any) bool {
	switch v.(type) {
	case map[string]any, bool:
		return true
	default:
		return false
	}
}

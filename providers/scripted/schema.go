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
		{"properties", "object"},
		{"required", "object"},
		{"additionalProperties", "object"},
		{"minProperties", "object"},
		{"items", "array"},
		{"prefixItems", "array"},
		{"minItems", "array"},
		{"minimum", "number"},
		{"maximum", "number"},
		{"exclusiveMinimum", "number"},
		{"exclusiveMaximum", "number"},
		{"multipleOf", "number"},
	} {
		if _, ok := s[hint.keyword]; ok {
			return hint.means
		}
	}
	return "string"
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

func isSchema(v any) bool {
	switch v.(type) {
	case map[string]any, bool:
		return true
	default:
		return false
	}
}

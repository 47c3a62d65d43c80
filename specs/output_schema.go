package specs

import (
	"encoding/json"
	"slices"

	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
)

// schemaOf writes a type as a JSON schema. Objects are closed; what is not
// optional is required.
func schemaOf(t cty.Type, defaults *typeexpr.Defaults) json.RawMessage {
	text, err := json.Marshal(schemaValue(t, defaults))
	if err != nil { // maps, strings and numbers that came from JSON
		return json.RawMessage("{}")
	}
	return text
}

func schemaValue(t cty.Type, defaults *typeexpr.Defaults) map[string]any {
	switch {
	case t == cty.String:
		return map[string]any{"type": "string"}
	case t == cty.Number:
		return map[string]any{"type": "number"}
	case t == cty.Bool:
		return map[string]any{"type": "boolean"}
	case t.IsListType():
		return map[string]any{"type": "array", "items": schemaValue(t.ElementType(), defaultsOf(defaults, ""))}
	case t.IsSetType():
		return map[string]any{"type": "array", "items": schemaValue(t.ElementType(), defaultsOf(defaults, "")), "uniqueItems": true}
	case t.IsMapType():
		return map[string]any{"type": "object", "additionalProperties": schemaValue(t.ElementType(), defaultsOf(defaults, ""))}
	case t.IsTupleType():
		return tupleSchema(t)
	case t.IsObjectType():
		return objectSchema(t, defaults)
	default:
		return map[string]any{}
	}
}

func tupleSchema(t cty.Type) map[string]any {
	items := []any{}
	for _, e := range t.TupleElementTypes() {
		items = append(items, schemaValue(e, nil))
	}
	return map[string]any{"type": "array", "prefixItems": items, "items": false, "minItems": len(items), "maxItems": len(items)}
}

func objectSchema(t cty.Type, defaults *typeexpr.Defaults) map[string]any {
	properties, required := map[string]any{}, []string{}
	for name, attr := range t.AttributeTypes() {
		property := schemaValue(attr, defaultsOf(defaults, name))
		if defaults != nil {
			if v, ok := defaults.DefaultValues[name]; ok && !v.IsNull() && !hasMark(v) {
				property["default"] = jsonOf(v)
			}
		}
		properties[name] = property
		if !t.AttributeOptional(name) {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// defaultsOf are the defaults inside of an attribute, or of elements for "".
func defaultsOf(d *typeexpr.Defaults, name string) *typeexpr.Defaults {
	if d == nil {
		return nil
	}
	return d.Children[name]
}

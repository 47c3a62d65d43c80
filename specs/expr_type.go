package specs

import (
	"encoding/json"
	"slices"

	"github.com/expr-lang/expr/types"
	"github.com/zclconf/go-cty/cty"
)

// Type is what expressions know of a structured answer or of a tool's input. A
// nil Type knows nothing: any field may be there.
type Type struct {
	kind   typeKind
	elem   *Type            // of lists and maps
	fields map[string]*Type // of objects
	open   bool             // objects with further fields
}

type typeKind uint8

const (
	kindAny typeKind = iota
	kindBool
	kindNumber
	kindString
	kindList
	kindMap
	kindObject
)

// maxTypeDepth is where a type becomes any; schemas come from files.
const maxTypeDepth = 32

// TypeOf is the type that an HCL type describes.
func TypeOf(t cty.Type) *Type { return typeOf(t, 0) }

func typeOf(t cty.Type, depth int) *Type {
	switch {
	case depth > maxTypeDepth || t == cty.NilType:
		return &Type{}
	case t == cty.Bool:
		return &Type{kind: kindBool}
	case t == cty.Number:
		return &Type{kind: kindNumber}
	case t == cty.String:
		return &Type{kind: kindString}
	case t.IsListType(), t.IsSetType():
		return &Type{kind: kindList, elem: typeOf(t.ElementType(), depth+1)}
	case t.IsTupleType():
		return &Type{kind: kindList, elem: &Type{}}
	case t.IsMapType():
		return &Type{kind: kindMap, elem: typeOf(t.ElementType(), depth+1)}
	case t.IsObjectType():
		fields := map[string]*Type{}
		for name, attr := range t.AttributeTypes() {
			fields[name] = typeOf(attr, depth+1)
		}
		return &Type{kind: kindObject, fields: fields}
	default:
		return &Type{}
	}
}

// TypeOfSchema is the type that a JSON schema describes, as far as type,
// properties, items and enum tell; the rest is any.
func TypeOfSchema(schema []byte) *Type {
	var s jsonSchema
	if json.Unmarshal(schema, &s) != nil {
		return &Type{}
	}
	return s.typ(0)
}

type jsonSchema struct {
	Type       json.RawMessage            `json:"type"`
	Properties map[string]json.RawMessage `json:"properties"`
	Additional json.RawMessage            `json:"additionalProperties"`
	Items      json.RawMessage            `json:"items"`
	Enum       []any                      `json:"enum"`
}

func (s *jsonSchema) typ(depth int) *Type {
	if depth > maxTypeDepth {
		return &Type{}
	}
	switch s.name() {
	case "boolean":
		return &Type{kind: kindBool}
	case "number", "integer":
		return &Type{kind: kindNumber}
	case "string":
		return &Type{kind: kindString}
	case "array":
		return &Type{kind: kindList, elem: schemaType(s.Items, depth+1)}
	case "object":
		return s.object(depth)
	default:
		return &Type{}
	}
}

func (s *jsonSchema) object(depth int) *Type {
	closed := len(s.Additional) == 0 || string(s.Additional) == "false"
	if len(s.Properties) == 0 {
		return &Type{kind: kindMap, elem: schemaType(s.Additional, depth+1)}
	}
	fields := map[string]*Type{}
	for name, p := range s.Properties {
		fields[name] = schemaType(p, depth+1)
	}
	return &Type{kind: kindObject, fields: fields, open: !closed}
}

// name is the one type that the schema names, null aside, or empty.
func (s *jsonSchema) name() string {
	var one string
	if json.Unmarshal(s.Type, &one) == nil && one != "" {
		return one
	}
	var several []string
	if json.Unmarshal(s.Type, &several) == nil && len(several) > 0 {
		several = slices.DeleteFunc(several, func(t string) bool { return t == "null" })
		if len(several) == 1 {
			return several[0]
		}
		return ""
	}
	texts := slices.IndexFunc(s.Enum, func(v any) bool { _, ok := v.(string); return !ok }) < 0
	switch {
	case len(s.Enum) > 0 && texts:
		return "string"
	case len(s.Type) == 0 && len(s.Properties) > 0:
		return "object"
	default:
		return ""
	}
}

func schemaType(raw json.RawMessage, depth int) *Type {
	var s jsonSchema
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil {
		return &Type{}
	}
	return s.typ(depth)
}

// checked is the type as the checker of expressions knows it. Numbers are
// float64, since they come from JSON.
func (t *Type) checked() types.Type {
	if t == nil {
		return types.Any
	}
	switch t.kind {
	case kindBool:
		return types.Bool
	case kindNumber:
		return types.Float64
	case kindString:
		return types.String
	case kindList:
		return types.Array(t.elem.checked())
	case kindMap:
		return types.Map{types.Extra: t.elem.checked()}
	case kindObject:
		return t.fieldTypes()
	default:
		return types.Any
	}
}

func (t *Type) fieldTypes() types.Map {
	m := types.Map{}
	for name, f := range t.fields {
		m[name] = f.checked()
	}
	if t.open {
		m[types.Extra] = types.Any
	}
	return m
}

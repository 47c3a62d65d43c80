package server

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// maxShapeErrors bounds what one answer tells about wrong types.
const maxShapeErrors = 50

// shapeErrors compares decoded JSON with the Go type that it is meant for, so
// that each mismatch is told with its whole place: encoding/json stops at the
// first and leaves keys of maps out.
type shapeErrors []fieldError

func (f *shapeErrors) wrong(loc []any, kind, msg string) {
	if len(*f) < maxShapeErrors {
		*f = append(*f, fieldError{Loc: slices.Clone(loc), Msg: msg, Type: kind})
	}
}

func (f *shapeErrors) check(t reflect.Type, v any, loc []any) {
	if v == nil || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return // absent, or it knows itself
	}
	switch t.Kind() {
	case reflect.Pointer:
		f.check(t.Elem(), v, loc)
	case reflect.Struct:
		f.checkStruct(t, v, loc)
	case reflect.Map:
		f.checkMap(t, v, loc)
	case reflect.Slice:
		f.checkList(t, v, loc)
	case reflect.String:
		if _, ok := v.(string); !ok {
			f.wrong(loc, "string_type", "must be a string")
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			f.wrong(loc, "bool_type", "must be true or false")
		}
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
		f.checkNumber(t, v, loc)
	default: // any, and what requests have no use for
	}
}

func (f *shapeErrors) checkStruct(t reflect.Type, v any, loc []any) {
	object, ok := v.(map[string]any)
	if !ok {
		f.wrong(loc, "object_type", "must be an object")
		return
	}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || !field.IsExported() {
			continue
		}
		if name == "" {
			name = field.Name
		}
		for key, value := range object {
			if strings.EqualFold(key, name) { // as encoding/json matches them
				f.check(field.Type, value, append(loc, key))
			}
		}
	}
}

func (f *shapeErrors) checkMap(t reflect.Type, v any, loc []any) {
	object, ok := v.(map[string]any)
	if !ok {
		f.wrong(loc, "object_type", "must be an object")
		return
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		f.check(t.Elem(), object[key], append(loc, key))
	}
}

func (f *shapeErrors) checkList(t reflect.Type, v any, loc []any) {
	items, ok := v.([]any)
	if !ok {
		f.wrong(loc, "list_type", "must be a list")
		return
	}
	for i, item := range items {
		f.check(t.Elem(), item, append(loc, i))
	}
}

func (f *shapeErrors) checkNumber(t reflect.Type, v any, loc []any) {
	n, ok := v.(json.Number)
	if !ok {
		f.wrong(loc, "number_type", "must be a number")
		return
	}
	if json.Unmarshal([]byte(n), reflect.New(t).Interface()) != nil {
		f.wrong(loc, "number_range", "must be a number of the right kind and size")
	}
}

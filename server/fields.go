package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// maxMetadata bounds an object of metadata, in bytes of JSON.
const maxMetadata = 16 << 10

// fields reads the members of a JSON object and collects what is wrong with
// them, each finding with its place.
type fields struct {
	loc     []any
	object  object[json.RawMessage]
	at      map[string]json.RawMessage
	problem *[]fieldError
}

// body reads the object that is a request's body.
func bodyFields(text json.RawMessage) *fields {
	return (&fields{problem: &[]fieldError{}}).inner(text, "body")
}

// inner reads an object below; what is none is a finding.
func (f *fields) inner(text json.RawMessage, name string) *fields {
	in := &fields{loc: append(slices.Clone(f.loc), name), at: map[string]json.RawMessage{}, problem: f.problem}
	o, err := members(text)
	if err != nil {
		in.wrong("object_type", "must be an object")
		return in
	}
	in.object = o
	for _, m := range o {
		in.at[m.key] = m.value
	}
	return in
}

// wrong adds a finding about this object, or a place below it.
func (f *fields) wrong(kind, msg string, below ...any) {
	*f.problem = append(*f.problem, fieldError{Loc: append(slices.Clone(f.loc), below...), Msg: msg, Type: kind})
}

// err is nil when nothing is wrong so far.
func (f *fields) err() error {
	if len(*f.problem) == 0 {
		return nil
	}
	return invalid(*f.problem...)
}

// given is a member's value; null is as good as absent.
func (f *fields) given(name string) (json.RawMessage, bool) {
	v, ok := f.at[name]
	return v, ok && string(v) != "null"
}

// text is a string of at most limit bytes, or empty.
func (f *fields) text(name string, limit int) string {
	v, ok := f.given(name)
	if !ok {
		return ""
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		f.wrong("string_type", "must be a string", name)
		return ""
	}
	if len(s) > limit {
		f.wrong("string_too_long", fmt.Sprintf("must have at most %d bytes", limit), name)
		return ""
	}
	return s
}

// needed is a text that must be there.
func (f *fields) needed(name string, limit int) string {
	before := len(*f.problem)
	s := f.text(name, limit)
	if s == "" && len(*f.problem) == before {
		f.wrong("missing", "must be given and not be empty", name)
	}
	return s
}

// texts is a list of at most so many names; nil when there is none.
func (f *fields) texts(name string, most int, allowed ...string) []string {
	v, ok := f.given(name)
	if !ok {
		return nil
	}
	var raw []json.RawMessage
	if json.Unmarshal(v, &raw) != nil {
		f.wrong("list_type", "must be a list of strings", name)
		return nil
	}
	if len(raw) > most {
		f.wrong("too_long", fmt.Sprintf("must have at most %d entries", most), name)
		return nil
	}
	list := make([]string, 0, len(raw))
	for i, item := range raw {
		var s string
		switch {
		case string(item) == "null" || json.Unmarshal(item, &s) != nil:
			f.wrong("string_type", "must be a string", name, i)
		case s == "" || len(s) > maxName:
			f.wrong("string_length", fmt.Sprintf("must have 1 to %d bytes", maxName), name, i)
		case len(allowed) > 0 && !slices.Contains(allowed, s):
			f.wrong("enum", "must be "+orList(allowed), name, i)
		default:
			list = append(list, s)
		}
	}
	return list
}

// flag is a member that is true or false.
func (f *fields) flag(name string) bool {
	v, ok := f.given(name)
	if ok && string(v) != "true" && string(v) != "false" {
		f.wrong("bool_type", "must be true or false", name)
	}
	return string(v) == "true"
}

// metadata is an object of at most 16 KiB, nil when there is none.
func (f *fields) metadata() map[string]any {
	const name = "metadata"
	v, ok := f.given(name)
	if !ok {
		return nil
	}
	if len(v) > maxMetadata {
		f.wrong("too_long", fmt.Sprintf("must have at most %d bytes", maxMetadata), name)
		return nil
	}
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(v))
	d.UseNumber() // it is given back as it came
	if d.Decode(&m) != nil {
		f.wrong("object_type", "must be an object", name)
		return nil
	}
	return m
}

// orList is "a, b or c", each in quotes.
func orList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}

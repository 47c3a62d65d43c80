package screen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// outlineDepth is how deep a structured answer is laid out in lines; what is
// deeper stays JSON.
const outlineDepth = 4

// outline lays out a structured answer in lines, its fields in their order:
//
//	winner: skeptic
//	remarks:
//	  - short
//	  - fair
//
// What is not an object or a list stays as it is.
func outline(raw json.RawMessage) string {
	var out strings.Builder
	if writeOutline(&out, raw, 0) != nil {
		return string(raw)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

func writeOutline(out *strings.Builder, raw json.RawMessage, depth int) error {
	raw = bytes.TrimSpace(raw)
	indent := strings.Repeat("  ", depth)
	switch {
	case len(raw) == 0:
		return nil
	case raw[0] == '{' && depth < outlineDepth:
		return eachField(raw, func(key string, value json.RawMessage) error {
			return writeEntry(out, indent+key+":", value, depth)
		})
	case raw[0] == '[' && depth < outlineDepth:
		return eachItem(raw, func(value json.RawMessage) error {
			return writeEntry(out, indent+"-", value, depth)
		})
	}
	text, err := scalar(raw)
	out.WriteString(indent + text + "\n")
	return err
}

// writeEntry writes a value behind its head, or below it when it has parts.
func writeEntry(out *strings.Builder, head string, value json.RawMessage, depth int) error {
	value = bytes.TrimSpace(value)
	if depth+1 < outlineDepth && len(value) > 2 && (value[0] == '{' || value[0] == '[') {
		out.WriteString(head + "\n")
		return writeOutline(out, value, depth+1)
	}
	text, err := scalar(value)
	out.WriteString(head + " " + text + "\n")
	return err
}

func scalar(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || raw[0] != '"' {
		return string(raw), nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}

func eachField(raw json.RawMessage, do func(string, json.RawMessage) error) error {
	return each(raw, func(dec *json.Decoder) error {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		return do(fmt.Sprint(key), value)
	})
}

func eachItem(raw json.RawMessage, do func(json.RawMessage) error) error {
	return each(raw, func(dec *json.Decoder) error {
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		return do(value)
	})
}

// each goes through an object or a list; take reads one member.
func each(raw json.RawMessage, take func(*json.Decoder) error) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		if err := take(dec); err != nil {
			return err
		}
	}
	return nil
}

package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// maxComplaint bounds what is said of wrong arguments, in bytes.
const maxComplaint = 1 << 10

// checkOf makes a check of arguments by a JSON schema; nil without one.
func checkOf(schema json.RawMessage) (func(json.RawMessage) error, error) {
	if len(schema) == 0 {
		return nil, nil //nolint:nilnil // nothing is checked
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(schema, &s); err != nil {
		return nil, fmt.Errorf("schema of its input: %w", err)
	}
	r, err := s.Resolve(nil)
	if err != nil {
		return nil, fmt.Errorf("schema of its input: %w", err)
	}
	return func(arguments json.RawMessage) error {
		input, err := object(arguments)
		if err != nil {
			return err
		}
		if err := r.Validate(input); err != nil {
			return fmt.Errorf("the arguments do not satisfy the schema: %s", cut(innermost(err), maxComplaint))
		}
		return nil
	}, nil
}

// innermost is what is wrong, without the way to it but its last steps.
func innermost(err error) string {
	return strings.TrimPrefix(err.Error(), "validating root: ")
}

// object decodes arguments, which are a JSON object.
func object(arguments json.RawMessage) (map[string]any, error) {
	if len(bytes.TrimSpace(arguments)) == 0 {
		return map[string]any{}, nil
	}
	var input map[string]any
	if err := json.Unmarshal(arguments, &input); err != nil {
		return nil, fmt.Errorf("the arguments are not a JSON object: %w", err)
	}
	if input == nil {
		return nil, errors.New("the arguments are not a JSON object")
	}
	return input, nil
}

// cut bounds a text and makes it UTF-8.
func cut(s string, most int) string {
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

package anthropic

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// baseURL is where the service is.
const baseURL = "https://api.anthropic.com"

// version is the version of the API.
const version = "2023-06-01"

// Keys are the environment variables that may hold the key.
func Keys() []string { return []string{"ANTHROPIC_API_KEY"} }

// traits are what depends on the model.
type traits struct {
	// most is the cap of a reply where a scenario names none: the service wants
	// one. It costs nothing that is not written.
	most int
	// native says that the service keeps to a schema while it writes.
	native bool
	// sampled says that temperature and top_p may be set; both says together.
	sampled, both bool
}

// first4 are the models of the fourth generation that came first.
var first4 = regexp.MustCompile(`^claude-(opus|sonnet)-4(-0|-20\d{6})?$`)

// traitsOf tells them by the model's name. One that is not known is taken for a
// newer one.
func traitsOf(model string) traits {
	family := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(model, n) })
	}
	switch {
	case family("claude-3-opus", "claude-3-sonnet", "claude-3-haiku", "claude-2"):
		return traits{most: 4096, sampled: true, both: true}
	case family("claude-3"):
		return traits{most: 8192, sampled: true, both: true}
	case family("claude-opus-4-5", "claude-opus-4-6", "claude-sonnet-4-5", "claude-sonnet-4-6", "claude-haiku-4-5"):
		return traits{most: 16_000, sampled: true, native: true}
	case family("claude-opus-4-1"):
		return traits{most: 16_000, sampled: true, native: true}
	case first4.MatchString(model):
		return traits{most: 16_000, sampled: true, both: true}
	default: // from Opus 4.7 on, models sample as they see fit
		return traits{most: 32_000, native: true}
	}
}

// enforceable says whether the service can keep to a schema: objects must name
// their fields and allow no others, and of the keywords it knows only these.
func enforceable(schema json.RawMessage) bool {
	var s map[string]json.RawMessage
	if json.Unmarshal(schema, &s) != nil {
		return false
	}
	if string(s["type"]) == `"object"` && string(s["additionalProperties"]) != "false" {
		return false
	}
	for name, raw := range s {
		switch name {
		case "type", "description", "title", "enum", "const", "required", "additionalProperties", "$schema", "default":
		case "items":
			if !enforceable(raw) {
				return false
			}
		case "properties", "$defs", "definitions":
			var parts map[string]json.RawMessage
			if json.Unmarshal(raw, &parts) != nil {
				return false
			}
			for _, part := range parts {
				if !enforceable(part) {
					return false
				}
			}
		case "anyOf":
			var parts []json.RawMessage
			if json.Unmarshal(raw, &parts) != nil || slices.ContainsFunc(parts, func(p json.RawMessage) bool { return !enforceable(p) }) {
				return false
			}
		default: // bounds, patterns, references that may lead back: a tool's schema may have them
			return false
		}
	}
	return true
}

package engine_test

import "encoding/json"

// structured is an answer of a form, which the choice makes good or bad.
func structured(schema json.RawMessage, choice byte) string {
	var form struct {
		Properties map[string]struct {
			Type string
			Enum []string
		}
		Required []string
	}
	_ = json.Unmarshal(schema, &form)
	answer := map[string]any{}
	for name, p := range form.Properties {
		switch {
		case p.Type == "boolean":
			answer[name] = choice > 190
		case p.Type == "number":
			answer[name] = int(choice)
		case len(p.Enum) > 0 && choice%7 != 0:
			answer[name] = p.Enum[int(choice/7)%len(p.Enum)]
		default:
			answer[name] = "nobody"
		}
	}
	b, _ := json.Marshal(answer)
	return string(b)
}

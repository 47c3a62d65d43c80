package engine_test

import "encoding/json"

// schemaOf is what a made-up answer looks at.
type schemaOf struct {
	Type       string
	Enum       []string
	MaxItems   *int
	Items      *schemaOf
	Properties map[string]*schemaOf
}

// structured is an answer of a form, which the choice makes good or bad.
func structured(schema json.RawMessage, choice byte) string {
	var form schemaOf
	_ = json.Unmarshal(schema, &form)
	form.Type = "object"
	b, _ := json.Marshal(form.answer(choice))
	return string(b)
}

func (s *schemaOf) answer(choice byte) any {
	switch {
	case s.Type == "object":
		answer := map[string]any{}
		for name, p := range s.Properties {
			answer[name] = p.answer(choice)
		}
		return answer
	case s.Type == "array" && s.Items != nil:
		list := []any{}
		n := choice % 5
		if s.MaxItems != nil && choice%3 != 0 {
			n = min(byte(*s.MaxItems), 20)
		}
		for i := range n {
			list = append(list, s.Items.answer(choice+i))
		}
		return list
	case s.Type == "boolean":
		return choice > 190
	case s.Type == "number":
		return int(choice)
	case len(s.Enum) > 0 && choice%7 != 0:
		return s.Enum[int(choice/7)%len(s.Enum)]
	default:
		return "nobody"
	}
}

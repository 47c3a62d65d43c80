package engine

import (
	"encoding/json"
	"fmt"
	"strings"
)

const emptyAnswer = "Your answer was empty. Please answer."

// maxProblem bounds what a model is told of a mistake, in bytes: a certificate
// counts with it, and a validator may quote the whole answer.
const maxProblem = 400

// problem says what is wrong with a reply in words that help the model to mend
// it, or "" when nothing is.
func (r *reply) problem(f form) string {
	if strings.TrimSpace(r.text) == "" {
		return emptyAnswer
	}
	if f.check == nil {
		return ""
	}
	r.text = unfenced(r.text)
	var v any
	if err := json.Unmarshal([]byte(r.text), &v); err != nil {
		return fmt.Sprintf("Your answer is not valid JSON (%s). Answer with the JSON object alone.", clip(err.Error(), maxProblem))
	}
	if err := f.check.Validate(v); err != nil {
		return fmt.Sprintf("Your answer does not satisfy the schema: %s. Answer with the corrected JSON object alone.", clip(err.Error(), maxProblem))
	}
	return ""
}

// unfenced takes a JSON text out of the Markdown fence that models like to put
// around it, however often.
func unfenced(s string) string {
	for {
		inner := unfencedOnce(s)
		if inner == s {
			return s
		}
		s = inner
	}
}

func unfencedOnce(s string) string {
	s = strings.TrimSpace(s)
	body, ok := strings.CutPrefix(s, "```")
	if !ok {
		return s
	}
	_, body, ok = strings.Cut(body, "\n")
	if !ok {
		return s
	}
	body, ok = strings.CutSuffix(body, "```")
	if !ok {
		return s
	}
	return strings.TrimSpace(body)
}

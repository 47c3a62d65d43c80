package specs

import (
	"encoding/json"
	"regexp"
)

// itemOf is the longest item of a map, in tokens: as long as the pattern allows,
// and no longer than the answer in which it is.
func (pr *prover) itemOf(m *MapPattern) int {
	most := tokensIn(m.ItemSize())
	if m.Items == nil {
		return most
	}
	if path := answered.FindStringSubmatch(m.Items.Text()); path != nil {
		if a := pr.agents[path[1]]; a != nil && a.Output.hasTexts(path[2]) {
			most = min(most, capOf(a))
		}
	}
	return most
}

// answered is a list of an agent's answer: data.editor.chapters.
var answered = regexp.MustCompile(`^\s*(?:here\.)?data\.(\w+)\.(\w+)\s*$`)

// hasTexts says whether a field is a list of texts. Those are told as they are;
// other items are written as JSON anew, which may be longer than the answer.
func (o *Output) hasTexts(field string) bool {
	var form struct {
		Properties map[string]struct {
			Type  any
			Items struct{ Type any }
		}
	}
	if o == nil || json.Unmarshal(o.Schema, &form) != nil {
		return false
	}
	f := form.Properties[field]
	return f.Type == "array" && f.Items.Type == "string"
}

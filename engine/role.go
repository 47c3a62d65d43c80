package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// The roles in which a pattern or a condition asks somebody for an answer of
// its own form. A step without a role is a plain turn.
const (
	roleAnswer     = "answer"
	roleApproval   = "approval"
	roleAsked      = "asked"
	roleBallot     = "ballot"
	roleBid        = "bid"
	roleCasting    = "casting"
	roleChair      = "chair"
	roleClassifier = "classifier"
	roleCritic     = "critic"
	roleFacts      = "facts"
	roleJudge      = "judge"
	rolePlan       = "plan"
	roleProgress   = "progress"
	roleStep       = "step"
	roleSummary    = "summary"
	roleTask       = "task"
)

// ask is what is asked of whoever has a role.
type ask struct {
	form
	// decides says that the answer is a decision: no turn and no message.
	decides bool
	// plain says that a text is wanted, of an agent with an output too.
	plain bool
	// firm says that the answer has this form even if the agent has an output.
	firm bool
}

// form is what a structured answer must be. The zero value is any text.
type form struct {
	schema json.RawMessage      // that the model is told
	check  *jsonschema.Resolved // that the answer must satisfy
}

// answerForm makes a form of the properties of an object; those that are
// optional need not be there. What the model is told may be stricter than what
// is checked: strict replaces properties.
func answerForm(properties, strict map[string]any, optional ...string) form {
	check, err := json.Marshal(objectSchema(properties, nil, optional))
	if err != nil {
		return form{}
	}
	told, err := json.Marshal(objectSchema(properties, strict, optional))
	if err != nil {
		return form{}
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(check, &s); err != nil {
		return form{}
	}
	r, err := s.Resolve(nil)
	if err != nil {
		return form{}
	}
	return form{schema: told, check: r}
}

func objectSchema(properties, strict map[string]any, optional []string) map[string]any {
	all := make(map[string]any, len(properties))
	needed := make(map[string]bool, len(properties))
	for name, p := range properties {
		all[name], needed[name] = p, true
		if s, ok := strict[name]; ok {
			all[name] = s
		}
	}
	for _, name := range optional {
		delete(needed, name)
	}
	return map[string]any{"type": "object", "properties": all, "required": slices.Sorted(maps.Keys(needed)), "additionalProperties": false}
}

// The properties of answers.
func textOf() map[string]any   { return map[string]any{"type": "string"} }
func numberOf() map[string]any { return map[string]any{"type": "number"} }
func boolOf() map[string]any   { return map[string]any{"type": "boolean"} }

// oneOf is a text that is one of some.
func oneOf(names []string) map[string]any { return map[string]any{"type": "string", "enum": names} }

// asked is what a turn is asked for by its role, nil for a plain turn.
func (t *turn) asked(tmpl *Template) *ask {
	switch {
	case t.role == "":
		return nil
	case t.asker != 0:
		return &ask{decides: true, plain: true}
	case t.frame != nil:
		return t.frame.node.asks[t.role]
	default:
		return tmpl.judging
	}
}

// form is what a turn's answer must be: the agent's own output, else what its
// role asks for.
func (st *State) form(t *turn) form {
	a := t.asked(st.t)
	switch {
	case a != nil && a.plain:
		return form{}
	case a != nil && a.firm:
		return a.form
	case t.agent.schema != nil:
		return form{schema: t.agent.spec.Output.Schema, check: t.agent.schema}
	case a != nil:
		return a.form
	default:
		return form{}
	}
}

// asks notes what a node asks of a role.
func (n *node) ask(role string, a ask) {
	if n.asks == nil {
		n.asks = map[string]*ask{}
	}
	n.asks[role] = &a
}

// decision is a decision as the log has it: JSON, a text as a JSON string.
func (f form) decision(text string) json.RawMessage {
	if f.check != nil {
		if b, err := json.Marshal(json.RawMessage(text)); err == nil {
			return b
		}
	}
	b, _ := json.Marshal(text) // a string always is JSON
	return b
}

// answerText is the answer of which decision made a decision.
func (f form) answerText(decision json.RawMessage) string {
	if f.check != nil {
		return string(decision)
	}
	var text string
	_ = json.Unmarshal(decision, &text) // our own JSON
	return text
}

// decided ends a decision: it is no step of the pass.
func (f *Frame) decided(slot int, r stepResult) {
	f.close(slot)
	f.passed[slot] = r
	f.tries++
	if !r.ok {
		f.idle++
	}
}

// foldDecision takes in what was decided.
func (st *State) foldDecision(t *turn, raw json.RawMessage) {
	var v any
	_ = json.Unmarshal(raw, &v) // our own JSON
	if t.judges() {
		st.foldJudged(t, v)
		return
	}
	if t.asker != 0 {
		text, _ := v.(string)
		st.replied(t, text, false)
		return
	}
	t.frame.decided(t.slot, stepResult{ok: true, turn: t.n, data: v})
}

// fields reads a structured answer into a struct; it says whether there is one.
func fields(data, into any) bool {
	if data == nil {
		return false
	}
	b, err := json.Marshal(data)
	return err == nil && json.Unmarshal(b, into) == nil
}

// describe says who candidates are, for whoever chooses among them.
func (n *node) describe(t *Template, slots []int) string {
	var b strings.Builder
	for _, i := range slots {
		b.WriteString("\n- " + n.introduce(t, i))
	}
	return b.String()
}

// introduce says who is in a slot.
func (n *node) introduce(t *Template, i int) string {
	switch s := &n.slots[i]; {
	case s.agent != nil && s.name == s.who():
		return t.introduce(Participant{Name: s.name, Kind: "agent"})
	case s.human != nil:
		return s.name + ", a person"
	case s.node != nil && s.node.spec.Description != "":
		return s.name + ": " + s.node.spec.Description
	default:
		return s.name
	}
}

package engine

import (
	"encoding/json"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// giver is a pattern that gives turns in its frames tools of its own. Calls to
// them are handled by the session; no [Tool] is called.
type giver interface {
	// gives are the pattern's tools for a turn.
	gives(st *State, t *turn) []providers.ToolSpec
	// means says whether a turn's call by a name is meant for the pattern.
	means(t *turn, name string) bool
	// mostCalls is how many tool calls a turn may make for the pattern's sake,
	// 0 for as many as its agent may make anyway.
	mostCalls(t *turn) int
	// declines says why the turn's i-th pending call is not made, empty when it
	// is.
	declines(st *State, t *turn, i int) string
}

// giver is the pattern that gives a turn tools, or nil.
func (t *turn) giver() giver {
	if t.frame == nil || t.agent == nil || t.role != "" {
		return nil
	}
	g, _ := t.frame.node.pattern.(giver)
	return g
}

// given says whether a call by a name is handled by the turn's pattern.
func (t *turn) given(name string) bool {
	g := t.giver()
	return g != nil && g.means(t, name)
}

// most is how many calls a turn may have made before one by a name.
func (t *turn) most(name string) int {
	if g := t.giver(); g != nil && g.means(t, name) {
		return max(t.agent.mostTools(), g.mostCalls(t))
	}
	return t.agent.mostTools()
}

// offered are the tools of a turn's next request, those of sets aside.
func (st *State) offered(t *turn) []providers.ToolSpec {
	var own []providers.ToolSpec
	if t.used < t.agent.mostTools() {
		own = t.agent.tools
	}
	g := t.giver()
	if g == nil || t.used >= max(t.agent.mostTools(), g.mostCalls(t)) {
		return own
	}
	given := g.gives(st, t)
	if len(given) == 0 {
		return own
	}
	return append(given, own...)
}

// mayCall says whether the calls of a turn's reply are to be made.
func (st *State) mayCall(t *turn) bool {
	return t.used < t.agent.mostTools() && len(t.agent.sets) > 0 || len(st.offered(t)) > 0
}

// declined says why a turn's pending call is not made, empty when it is.
func (st *State) declined(t *turn, c providers.ToolCall, over bool) string {
	switch g := t.giver(); {
	case over && t.overBefore(c.ID): // of the same reply, and told already
		return "no more tools"
	case over:
		return fmt.Sprintf("no more tools in this turn: %d calls are allowed; answer now", t.most(c.Name))
	case len(c.Arguments) == 0 || c.Arguments[0] != '{':
		return "the arguments are not a JSON object"
	case g == nil:
		return st.refused(t, c)
	case g.means(t, c.Name):
		return st.givenDeclined(t, g, c)
	default:
		var more []string
		for _, spec := range g.gives(st, t) {
			more = append(more, spec.Name)
		}
		return st.refused(t, c, more...)
	}
}

// overBefore says whether a pending call before one by an id is one too many.
func (t *turn) overBefore(id string) bool {
	for i := range t.pending {
		switch p := &t.pending[i]; {
		case p.call.ID == id:
			return false
		case p.over:
			return true
		}
	}
	return false
}

// givenDeclined says why a call that is meant for a pattern is not made.
func (st *State) givenDeclined(t *turn, g giver, c providers.ToolCall) string {
	for i := range t.pending {
		if t.pending[i].call.ID == c.ID {
			return g.declines(st, t, i)
		}
	}
	return ""
}

// toolForm is the schema of a generated tool's arguments.
func toolForm(needed string, properties map[string]string) json.RawMessage {
	all := map[string]any{}
	for name, doc := range properties {
		all[name] = map[string]any{"type": "string", "description": doc}
	}
	schema := map[string]any{"type": "object", "properties": all, "additionalProperties": false}
	if needed != "" {
		schema["required"] = []string{needed}
	}
	b, _ := json.Marshal(schema) // texts only
	return b
}

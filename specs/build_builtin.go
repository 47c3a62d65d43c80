package specs

import "encoding/json"

// The tools that every session has.
const (
	BuiltinFindAgents = "find_agents"
	BuiltinAskAgent   = "ask_agent"
)

// MaxHops is how many agents may wait for one another by [BuiltinAskAgent]: the
// last one asks nobody any more.
const MaxHops = 3

// builtinTool is what a built-in tool says of itself; it is empty when there is
// none of that name.
func builtinTool(name string) (description, input string) {
	switch name {
	case BuiltinFindAgents:
		return "Lists the other agents of this conversation, with what they can do. With capability only those that have it.",
			`{"type":"object","properties":{"capability":{"type":"string","description":"What they must be able to do; leave it out for all."}},` +
				`"additionalProperties":false}`
	case BuiltinAskAgent:
		return "Asks another agent of this conversation, whose answer is the result. Others do not hear question and answer.",
			`{"type":"object","properties":{"agent":{"type":"string","description":"Whom to ask, by name."},` +
				`"question":{"type":"string","description":"What is asked, with all that must be known for it: nothing else is seen."}},` +
				`"required":["agent","question"],"additionalProperties":false}`
	default:
		return "", ""
	}
}

// completeBuiltin gives a built-in tool what it says of itself.
func (t *Tool) completeBuiltin() {
	description, input := builtinTool(t.Builtin)
	if t.Description == "" {
		t.Description = description
	}
	if t.Input == nil && input != "" {
		t.Input = json.RawMessage(input)
	}
}

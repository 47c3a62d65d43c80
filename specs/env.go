package specs

// Env is what expressions see. The language type-checks against it; the engine
// fills it from a session's state. An Env is read-only while an expression
// runs.
type Env struct {
	Turns     int        `expr:"turns"`
	Rounds    int        `expr:"rounds"`
	Calls     int        `expr:"calls"`
	ToolCalls int        `expr:"tool_calls"`
	Handoffs  int        `expr:"handoffs"`
	Elapsed   float64    `expr:"elapsed"` // seconds
	Usage     EnvUsage   `expr:"usage"`
	Last      EnvMessage `expr:"last"`
	First     EnvMessage `expr:"first"`
	// Messages are the last 200, oldest first.
	Messages []EnvMessage `expr:"messages"`
	// Agents has every participant by its bare name.
	Agents map[string]EnvAgent `expr:"agents"`
	// Data are the latest structured outputs by agent, as JSON values.
	Data    map[string]any `expr:"data"`
	Outcome string         `expr:"outcome"`
	// Here is the pattern's own, in until, rule, items, edge and route
	// conditions, and in scoped stops.
	Here EnvHere `expr:"here"`

	// Agent, Input and Call exist in scripts alone: who is asked, the last
	// message of the prompt, and the number of the call, from 1.
	Agent string `expr:"agent"`
	Input string `expr:"input"`
	Call  int    `expr:"call"`
}

// EnvUsage counts tokens; Cost is in USD, 0 while unknown.
type EnvUsage struct {
	InputTokens  int     `expr:"input_tokens" json:"input_tokens"`
	OutputTokens int     `expr:"output_tokens" json:"output_tokens"`
	TotalTokens  int     `expr:"total_tokens" json:"total_tokens"`
	Cost         float64 `expr:"cost" json:"cost"`
}

// EnvMessage is a message of the transcript. The zero value is no message.
type EnvMessage struct {
	Exists  bool   `expr:"exists"`
	Content string `expr:"content"`
	// Agent is the bare name of who said it, user for the person's side.
	Agent string `expr:"agent"`
	// Role is user, assistant or system; Type is text.
	Role string `expr:"role"`
	Type string `expr:"type"`
	Data any    `expr:"data"`
	Turn int    `expr:"turn"`
}

// EnvAgent is a participant.
type EnvAgent struct {
	Turns  int        `expr:"turns"`
	Tokens int        `expr:"tokens"`
	Last   EnvMessage `expr:"last"`
}

// EnvHere is a pattern's own view.
type EnvHere struct {
	Turns  int            `expr:"turns"`
	Rounds int            `expr:"rounds"`
	Last   EnvMessage     `expr:"last"`
	Data   map[string]any `expr:"data"`
}

// EnvPart names a part of an [Env] that an expression reads, so that it need
// not be evaluated again while that part stays as it is.
type EnvPart uint16

// The parts.
const (
	PartCounters EnvPart = 1 << iota // turns, rounds, calls, tool_calls, handoffs, outcome
	PartElapsed
	PartUsage
	PartMessages // last, first, messages
	PartAgents
	PartData
	PartHere
	PartScript // agent, input, call
	partFacts  // what conditions of tests read besides
)

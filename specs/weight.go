package specs

// A Weight is what a request to a model is made of, for an estimate of its
// size. A certificate and the engine, which reserves what a call may take
// before it makes it, estimate alike.
type Weight struct {
	// Bytes are those of all texts: the system prompt, messages, tool calls with
	// their arguments, the schema of the answer, and names, descriptions and
	// schemas of tools.
	Bytes int
	// Tools are how many tools are described; Sets are servers of tools, whose
	// descriptions are not known before the call.
	Tools, Sets int
}

// toolTokens are the words around the description of a tool.
const toolTokens = 20

// Tokens is the estimate: four bytes a token, the vendors' own rule of thumb
// for English.
func (w Weight) Tokens() int {
	return satAdd(tokensIn(w.Bytes), satAdd(satMul(w.Tools, toolTokens), satMul(w.Sets, mcpTokens)))
}

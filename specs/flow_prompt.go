package specs

import "cmp"

// resultOf is the longest result of an agent's tools, in tokens.
func (pr *prover) resultOf(a *Agent) int {
	longest := 0
	for _, name := range a.Tools {
		if t := pr.tools[name]; t != nil {
			size := tokensIn(cmp.Or(t.MaxResult, 64<<10))
			if t.Builtin != "" {
				size = min(size, pr.builtinOf(a, t.Builtin))
			}
			longest = max(longest, satAdd(size, fixedTokens))
		}
	}
	return longest
}

// promptOf is what each request of an agent says besides the conversation and
// the introductions of the others: its system prompt, its tools, its schema.
func (pr *prover) promptOf(a *Agent) int {
	bytes := len(a.Name) + len(a.DisplayName) + len(a.Personality) + len(a.Instructions)
	for _, c := range a.Capabilities {
		bytes += len(c) + 2
	}
	if a.Output != nil {
		bytes += 2 * len(a.Output.Schema) // some services are told in the prompt, too
	}
	n := satAdd(fixedTokens, tokensIn(bytes))
	for _, name := range a.Tools {
		n = satAdd(n, pr.toolTokens(name))
	}
	return n
}

func (pr *prover) toolTokens(name string) int {
	t := pr.tools[name]
	switch {
	case t == nil:
		return 0
	case t.MCP != nil:
		return Weight{Sets: 1}.Tokens()
	default:
		return Weight{Bytes: len(t.Name) + len(t.Description) + len(t.Input), Tools: 1}.Tokens()
	}
}

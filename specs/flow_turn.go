package specs

import (
	"math"
	"time"
)

// What the numbers stand on where a scenario does not say. The engine keeps to
// the first five; the others are assumptions that a certificate names.
const (
	defaultAttempts = 3 // of a provider without a retry block
	repairs         = 2 // of an answer that is empty or does not fit its schema
	summaryTokens   = 500
	callTimeout     = time.Minute
	finalTimeout    = 2 * time.Minute // of the last turn, without a turn_timeout

	bytesPerToken = 4
	personTokens  = 2000 // of a message that a person writes
	mcpTokens     = 2000 // of the descriptions of an MCP server's tools
	noteTokens    = 300  // of a pattern's own words to somebody
	repairTokens  = 130  // of what is said about an answer that does not fit, or a call that is not made
	emptyTokens   = 20   // of what is said about an answer that is empty
	fixedTokens   = 60   // of the fixed words of a system prompt
	refusedTokens = 4    // of the refusal of a further tool call that is one too many
	overTokens    = 30   // of that of the first one
	callsPerReply = 128  // tool calls that one answer may ask for
)

// tokensIn are the tokens of so many bytes.
func tokensIn(bytes int) int { return (bytes + bytesPerToken - 1) / bytesPerToken }

// toolCalls is how many tools an agent may call in a turn.
func (pr *prover) toolCalls(name string) int {
	if a := pr.agents[name]; a != nil {
		return a.MaxToolCalls
	}
	return 0
}

// turnOf is what a turn of an agent takes, with the tools that a pattern gives
// it besides its own.
func (pr *prover) turnOf(name string, g given) spend { return pr.turnAfter(name, g, 0) }

// turnAfter is what a turn takes that so many agents wait for.
func (pr *prover) turnAfter(name string, g given, hops int) spend {
	key := turnKey{name, g, hops}
	if s, done := pr.turns[key]; done {
		return s
	}
	a := pr.agents[name]
	if a == nil {
		return spend{}
	}
	f := pr.turnFlow(a, g, hops)
	s := newSolver(f).total().spend
	s = s.plus(pr.grown(a, g))
	if a.Limits.TokensPerMinute > 0 {
		s.wait += time.Minute.Seconds()
	}
	if a.Limits.TokensPerHour > 0 {
		s.wait += time.Hour.Seconds()
	}
	pr.turns[key] = s
	return s
}

type turnKey struct {
	agent string
	given given
	hops  int
}

// turnFlow is the control graph of an agent's turn: an answer, a further
// request after each round of tool calls, repairs of the answer; each tried
// again and with each fallback; and before it the summary of its memory.
func (pr *prover) turnFlow(a *Agent, g given, hops int) *Flow {
	b := pr.newFlow("agent."+a.Name, "turn", a.Range)
	at := enter
	if a.summarizes() {
		at = b.call(at, StepSummary, a.Memory.Summarize, pr.summaryCall(a), "the summary is asked for")
	}
	hub, answer := b.choice("request"), b.choice("answer")
	b.plain(at, hub)
	from := hub
	for i, name := range a.Models {
		n := b.call(from, StepCall, name, pr.agentCall(a, i, g), "a new request")
		if i > 0 {
			b.flow.Edges[len(b.flow.Edges)-1].Label = "falls back"
		}
		b.plain(n, answer)
		from = n
	}
	if from == hub {
		b.plain(hub, answer)
	}
	b.plain(from, leave)
	b.plain(answer, leave)
	if g.calls > 0 || len(a.Tools) > 0 {
		kind := StepTool
		wait := pr.toolWait(a)
		if math.IsInf(wait, 1) {
			kind = StepApproval
		}
		tool := b.node(kind, "tools", Ref{}, load{sum: sum{spend: pr.asked(a, hops).plus(spend{wait: wait})}})
		most := b.counter("max_tool_calls", max(g.calls, a.MaxToolCalls), "the next turn")
		most.Range = a.Arg("max_tool_calls")
		b.counted(answer, tool, most)
		b.plain(tool, hub)
	}
	b.edge(FlowEdge{From: answer, To: hub, Label: "mend the answer", Counter: b.counter("repairs", repairs, "the next turn")})
	return b.flow
}

func (a *Agent) summarizes() bool { return a.Memory != nil && a.Memory.Summarize != "" }

// call is the node of a request, which is tried again.
func (b *flowBuilder) call(from int, kind StepKind, provider string, s spend, resets string) int {
	n := b.node(kind, "provider."+provider, Ref{}, load{sum: sum{spend: s}})
	var again *Counter
	if tries := b.pr.tries(provider); tries > 1 {
		again = b.counter("retry.attempts - 1", tries-1, resets)
		if p := b.pr.providers[provider]; p != nil {
			again.Range = p.Arg("retry.attempts")
		}
		b.edge(FlowEdge{From: n, To: n, Label: "again", Counter: again})
	}
	e := FlowEdge{From: from, To: n}
	if again != nil {
		e.resets = []*Counter{again}
	}
	b.edge(e)
	return n
}

func (pr *prover) tries(provider string) int {
	if p := pr.providers[provider]; p != nil && p.Retry != nil && p.Retry.Attempts > 0 {
		return p.Retry.Attempts
	}
	return defaultAttempts
}

// agentCall is one request to a model of an agent's chain.
func (pr *prover) agentCall(a *Agent, link int, g given) spend {
	provider := a.Models[link]
	price := pr.priceOf(provider, a.modelAt(link))
	s := spend{calls: 1, asks: 1, in: satAdd(pr.promptOf(a), g.words), out: capOf(a), wait: pr.callWait(provider)}
	s.askPrice = price.Input
	if m := a.Memory; m != nil && m.Keep == "last" && (m.Messages > 0 || m.Tokens > 0) {
		s.msgs = 1
		switch {
		case m.Tokens > 0 && (m.Messages == 0 || m.Tokens <= m.Messages*capOf(a)):
			s.in = satAdd(s.in, m.Tokens)
		default:
			s.msgs = m.Messages
		}
		if m.Summarize != "" {
			s.in = satAdd(s.in, summaryTokens+noteTokens)
		}
		s.msgPrice = mulFloat(price.Input, s.msgs)
	} else {
		s.reads, s.readPrice = 1, price.Input
	}
	s.cost = mulFloat(price.Input, s.in) + mulFloat(price.Output, s.out)
	return s
}

// summaryCall is one request for a summary of an agent's memory.
func (pr *prover) summaryCall(a *Agent) spend {
	price := pr.priceOf(a.Memory.Summarize, "")
	s := spend{calls: 1, in: noteTokens + summaryTokens, out: summaryTokens, reads: 1, readPrice: price.Input, wait: pr.callWait(a.Memory.Summarize)}
	s.cost = mulFloat(price.Input, s.in) + mulFloat(price.Output, s.out)
	return s
}

// modelAt is the model that an agent names for a provider of its chain: that for
// the first one, or empty.
func (a *Agent) modelAt(link int) string {
	if link > 0 {
		return ""
	}
	return a.Model
}

// capOf is the most tokens of one answer.
func capOf(a *Agent) int {
	if a.MaxTokens > 0 {
		return a.MaxTokens
	}
	return unbounded
}

// answerOf is what an agent's turn adds to the conversation, in tokens.
func (pr *prover) answerOf(name string) int {
	a := pr.agents[name]
	if a == nil {
		return 0
	}
	return satAdd(capOf(a), tokensIn(len(name)+4))
}

// priceOf is the price of a provider's tokens, for one token; not known is no
// bound.
func (pr *prover) priceOf(provider, model string) Price {
	p := pr.providers[provider]
	if p == nil {
		return Price{}
	}
	price, known := PriceOf(p, model)
	if !known {
		return Price{Input: math.Inf(1), Output: math.Inf(1)}
	}
	return Price{Input: max(price.Input, price.CachedInput) / 1e6, Output: price.Output / 1e6}
}

// callWait is how long a call and the wait before it take, in seconds.
func (pr *prover) callWait(provider string) float64 {
	wait, backoff := callTimeout, 30*time.Second
	if p := pr.providers[provider]; p != nil {
		if p.Timeout > 0 {
			wait = p.Timeout
		}
		if p.Retry != nil && p.Retry.MaxBackoff > 0 {
			backoff = p.Retry.MaxBackoff
		}
	}
	if pr.tries(provider) > 1 {
		wait += backoff
	}
	return wait.Seconds()
}

// toolWait is how long the slowest of an agent's tools takes; a person who must
// allow it takes as long as it takes.
func (pr *prover) toolWait(a *Agent) float64 {
	longest := 0.0
	for _, name := range a.Tools {
		t := pr.tools[name]
		switch {
		case t == nil:
		case t.Builtin == BuiltinAskAgent && t.Approval != "always": // its time is the other's turn
		case t.Approval == "always":
			return math.Inf(1)
		case t.Timeout == 0:
			longest = max(longest, time.Minute.Seconds())
		default:
			longest = max(longest, t.Timeout.Seconds())
		}
	}
	return longest
}

package specs

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// reasons says what bounds tokens and cost, or why nothing does.
func (pr *prover) reasons(who *cast, c *Certificate, l load, total bill) {
	switch capless := pr.caplessOf(who); {
	case math.IsInf(total.out, 1) && len(capless) > 0:
		c.Reasons["tokens"] = fmt.Sprintf("not bounded: %s no max_tokens, so that an answer may have any length", have(prefixed("agent.", capless), len(capless)))
	case math.IsInf(total.in, 1) && l.waits:
		c.Reasons["tokens"] = "not bounded: the conversation grows with each message of a person; memory { messages = … } of the agents or limits.max_tokens bounds it"
	case math.IsInf(total.in+total.out, 1):
		c.Reasons["tokens"] = "not bounded: the number is too large"
	case l.reads > 0:
		c.Reasons["tokens"] = fmt.Sprintf("each of %s takes its max_tokens, and reads all that was said before it", plural(l.calls, "call"))
	default:
		c.Reasons["tokens"] = fmt.Sprintf("each of %s takes its max_tokens, and reads what its memory holds", plural(l.calls, "call"))
	}
	switch priceless := pr.pricelessOf(who); {
	case math.IsInf(total.cost, 1) && len(priceless) > 0:
		c.Reasons["cost"] = fmt.Sprintf("not bounded: the price of %s is not known; price { input = …, output = … } says it", prefixed("provider.", priceless))
	case math.IsInf(total.cost, 1):
		c.Reasons["cost"] = "not bounded, since the tokens are not"
	default:
		c.Reasons["cost"] = "these tokens, each at the price of its model"
	}
}

func have(names string, n int) string {
	if n == 1 {
		return names + " has"
	}
	return names + " have"
}

// caplessOf are the agents of a cast whose answers have no cap.
func (pr *prover) caplessOf(who *cast) []string {
	var out []string
	for _, a := range pr.cfg.Agents {
		if who.agents[a.Name] && a.MaxTokens == 0 {
			out = append(out, a.Name)
		}
	}
	return out
}

// pricelessOf are the providers of a cast whose prices are not known.
func (pr *prover) pricelessOf(who *cast) []string {
	found := map[string]bool{}
	for _, a := range pr.cfg.Agents {
		for i, p := range pr.sources(a) {
			if _, known := PriceOf(p, a.modelAt(i)); who.agents[a.Name] && !known {
				found[p.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// seconds is the wall time without the last turn, and its reason.
func (pr *prover) seconds(s *Session, c *Certificate, l load) float64 {
	total, why := l.wait, "the longest time of each call, its retries, tools and waits, one after the other"
	if most := s.Limits.TurnTimeout; most > 0 && !pr.standsStill(pr.cast(s)) {
		own := mulFloat(most.Seconds(), l.tries) + mulFloat(l.decisions.wait, satAdd(l.tries, 1))
		if own < total {
			total, why = own, fmt.Sprintf("session.%s limits.turn_timeout = %s for each of %s", s.Name, most, plural(l.tries, "turn"))
		}
	}
	if l.waits {
		total = math.Inf(1)
	}
	if most := s.Limits.Timeout; most > 0 && most.Seconds() < total {
		total, why = most.Seconds(), fmt.Sprintf("session.%s limits.timeout = %s", s.Name, most)
	}
	if most := s.Lifetime; most > 0 && most.Seconds() < total {
		total, why = most.Seconds(), fmt.Sprintf("session.%s lifetime = %s", s.Name, most)
	}
	if math.IsInf(total, 1) {
		why = "not bounded: somebody may take any time, and the session has neither timeout nor lifetime"
	}
	c.Reasons["seconds"] = why
	return total
}

// standsStill says whether the time of turns may stand still, and begin anew:
// while they wait for a person's word, for workers, or for whom they have asked.
func (pr *prover) standsStill(who *cast) bool {
	for name := range who.patterns {
		if p := pr.patterns[name]; p != nil && p.Kind == "supervisor" {
			return true
		}
	}
	for name := range who.agents {
		a := pr.agents[name]
		if a == nil {
			continue
		}
		for _, tool := range a.Tools {
			if t := pr.tools[tool]; t != nil && (t.Approval == "always" || t.Builtin == BuiltinAskAgent) {
				return true
			}
		}
	}
	return false
}

// finalSeconds is how long the finalizing turn takes.
func finalSeconds(s *Session) float64 {
	if s.Limits.TurnTimeout > 0 {
		return s.Limits.TurnTimeout.Seconds()
	}
	return finalTimeout.Seconds()
}

// patience is how long a person's turn takes, in seconds.
func (pr *prover) patience(name string) float64 {
	if h := pr.humans[name]; h != nil && h.Timeout > 0 {
		return h.Timeout.Seconds()
	}
	return math.Inf(1)
}

// assumptions are what the numbers of a session stand on.
func (pr *prover) assumptions(s *Session, who *cast) []string {
	out := []string{
		fmt.Sprintf("a token of the scenario's own texts is %d bytes", bytesPerToken),
		"a model keeps to the max_tokens it is given, and an answer of n tokens has n tokens when it is read again",
		"nothing of a prompt is cached: all input is paid in full",
	}
	if s.Opening != "" {
		out = append(out, "the session begins with the opening that the scenario gives it")
	}
	if s.Opening == "" || len(who.humans) > 0 || s.Type == "human_agent" {
		out = append(out, fmt.Sprintf("a message of a person has %d tokens at most", personTokens))
	}
	if len(who.humans) == 0 && s.Type == "agent_agent" {
		out = append(out, "nobody speaks into the session from outside but for its opening")
	}
	mcp, summary := false, false
	for _, a := range pr.cfg.Agents {
		if !who.agents[a.Name] {
			continue
		}
		summary = summary || a.summarizes()
		for _, name := range a.Tools {
			mcp = mcp || pr.tools[name] != nil && pr.tools[name].MCP != nil
		}
	}
	if mcp {
		out = append(out, fmt.Sprintf("the tools of an MCP server are described in %d tokens", mcpTokens))
	}
	if summary {
		out = append(out, fmt.Sprintf("a summary of a memory has %d tokens at most", summaryTokens))
	}
	if names := pr.reporters(who); len(names) > 0 {
		out = append(out, fmt.Sprintf("the usage reported by %s is no more than the estimate that is reserved before a call; what is above is charged, and may pass max_tokens and max_cost",
			prefixed("provider.", names)))
	}
	out = append(out, "the process that runs it is not killed: calls that are under way would be made once more")
	out = append(out, "waits for a provider's own limits, which all sessions share, are not in the wall time")
	return append(out, pr.pricedAt(who)...)
}

// reporters are the providers of a cast that say themselves how many tokens a
// call took: vendors, and scripts with a usage of their own.
func (pr *prover) reporters(who *cast) []string {
	found := map[string]bool{}
	for _, a := range pr.cfg.Agents {
		if !who.agents[a.Name] {
			continue
		}
		for _, p := range pr.sources(a) {
			if p.Script == nil || p.Script.reports() {
				found[p.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// reports says whether an answer or a failure of a script has a usage of its own.
func (s *Script) reports() bool {
	return slices.ContainsFunc(s.Replies, func(r *ScriptReply) bool { return r.InputTokens >= 0 || r.OutputTokens >= 0 }) ||
		slices.ContainsFunc(s.Fails, func(f *ScriptFail) bool { return f.Usage != nil })
}

// pricedAt says from when the prices are.
func (pr *prover) pricedAt(who *cast) []string {
	byDate := map[string][]string{}
	for _, a := range pr.cfg.Agents {
		if !who.agents[a.Name] {
			continue
		}
		for i, p := range pr.sources(a) {
			model := p.Model
			if i == 0 && a.Model != "" {
				model = a.Model
			}
			if date, named := priceDate(p, model); date != "" && !slices.Contains(byDate[date], named) {
				byDate[date] = append(byDate[date], named)
			}
		}
	}
	var out []string
	for _, date := range slices.Sorted(maps.Keys(byDate)) {
		slices.Sort(byDate[date])
		out = append(out, fmt.Sprintf("the price of %s is as of %s", strings.Join(byDate[date], ", "), date))
	}
	return out
}

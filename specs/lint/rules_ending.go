package lint

import "github.com/agentconnect-dev/agentconnect/specs"

func endingRules() []Rule {
	return []Rule{{
		Name: "only-exhausted", Severity: specs.SeverityWarning, Summary: "Never ends by itself", check: onlyExhausted,
		Explanation: "The session has no stop condition, and its pattern goes on until a limit of the session cuts it off: it ends `exhausted` every time, which `run` and clients take for a failure. Where so many turns or rounds are what is wanted, write them into the pattern, `max_rounds = 4`, whose end is `achieved`; else say by a `stop` when it is enough.",
	}}
}

func onlyExhausted(p *pass) {
	for _, s := range p.cfg.Sessions {
		pattern := p.pattern(s.Pattern)
		if pattern == nil || s.Type != "agent_agent" || len(s.Stops) > 0 || len(p.casts[s.Name].Humans) > 0 || !p.endless(pattern) {
			continue
		}
		d := p.report("session."+s.Name, where(s), "session %q has no stop, and pattern.%s goes on until a limit of the session is reached. Write a stop, or max_turns into the pattern.", s.Name, pattern.Name)
		d.Related = []specs.Related{{Message: "what goes on", Range: pattern.Range}}
	}
}

// endless says whether a pattern has no end of its own: neither a bound nor
// somebody who may end it.
func (p *pass) endless(pattern *specs.Pattern) bool {
	if pattern.MaxRounds > 0 || pattern.MaxTurns > 0 {
		return false
	}
	for _, ref := range pattern.Participants { // who has taken all turns is left out, at last everybody
		if a := p.agent(ref.Name); ref.Kind == specs.RefAgent && (a == nil || a.Limits.MaxTurns > 0) {
			return false
		}
	}
	switch pattern.Kind {
	case "round_robin", "random":
		return true
	case "selector": // a rule may name nobody
		return pattern.Selector != nil && pattern.Selector.Rule == nil
	case "handoff":
		return pattern.Handoff != nil && pattern.Handoff.AfterTurn != "return"
	default:
		return false
	}
}

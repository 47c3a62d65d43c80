package trial

import (
	"github.com/agentconnect-dev/agentconnect/specs"
)

// plan compares the session's certificate.
func (c *check) plan() {
	cert := specs.Certify(c.trial.Config, c.trial.Session)
	if cert == nil {
		c.fail(specs.FailSession, specs.Range{}, nil, "Nothing bounds session.%s, so that there is no plan.", c.trial.Session)
		return
	}
	if e := c.trial.Expect; e != nil {
		if e.Turns != nil && float64(cert.Turns) != float64(*e.Turns) {
			c.unlike("turns", cert.Turns.Text(), "It takes at most %s turns; %d %s expected.", cert.Turns.Text(), *e.Turns, were(*e.Turns))
		}
		c.within("max_turns", "turns", e.MaxTurns, cert.Turns)
		c.within("max_calls", "calls", e.MaxCalls, cert.Calls)
		c.within("max_tokens", "tokens", e.MaxTokens, cert.Tokens)
		if e.MaxCost != nil && !(float64(cert.Cost) <= *e.MaxCost) {
			c.unlike("max_cost", cert.Cost.USD(), "It may cost %s; at most %s was expected.", cert.Cost.USD(), usd(*e.MaxCost))
		}
	}
	facts := specs.TrialFacts{
		"events": []any{}, "speakers": []any{}, "stop": nil, "reason": nil, "result": nil,
		"plan": map[string]any{"turns": known(cert.Turns), "calls": known(cert.Calls), "tokens": known(cert.Tokens), "cost": known(cert.Cost), "seconds": known(cert.Seconds)},
	}
	for _, a := range c.trial.Asserts {
		c.assert(a, &specs.Env{}, facts)
	}
}

func (c *check) within(arg, what string, most *int, got specs.Amount) {
	if most != nil && !(float64(got) <= float64(*most)) {
		c.unlike(arg, got.Text(), "It may take %s %s; at most %d %s expected.", got.Text(), what, *most, were(*most))
	}
}

// known is an amount, nil where nothing bounds it.
func known(a specs.Amount) any {
	if !a.Bounded() {
		return nil
	}
	return float64(a)
}

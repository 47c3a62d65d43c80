package specs

import (
	"fmt"
	"math"
)

// rates are what the tokens of some calls cost, in USD for each: the dearest of
// a request and of an answer, and the cheapest of all.
type rates struct{ in, out, least float64 }

// with adds a price; one that is not known has no bound.
func (r *rates) with(p Price, known bool) *rates {
	if !known {
		p = Price{Input: math.Inf(1), Output: math.Inf(1)}
	}
	least := min(p.Input, p.CachedInput, p.Output) / 1e6
	if r == nil {
		return &rates{in: max(p.Input, p.CachedInput) / 1e6, out: p.Output / 1e6, least: least}
	}
	return &rates{in: max(r.in, p.Input/1e6, p.CachedInput/1e6), out: max(r.out, p.Output/1e6), least: min(r.least, least)}
}

// cost is what so many tokens cost at most, so many of them of answers.
func (r *rates) cost(tokens, out float64) float64 {
	switch {
	case r == nil:
		return 0
	case r.out <= r.in:
		return timesF(r.in, tokens)
	case out >= tokens:
		return timesF(r.out, tokens)
	default:
		return timesF(r.out, out) + timesF(r.in, tokens-out)
	}
}

// tokens are as many as so much money can pay for.
func (r *rates) tokens(cost float64) float64 {
	if r == nil || r.least == 0 {
		return math.Inf(1)
	}
	return cost / r.least
}

// ratesOf are those of some agents' models, summaries included.
func (pr *prover) ratesOf(agents map[string]bool) *rates {
	var r *rates
	for _, a := range pr.cfg.Agents {
		if !agents[a.Name] {
			continue
		}
		for i, p := range pr.sources(a) {
			r = r.with(PriceOf(p, a.modelAt(i)))
		}
	}
	return r
}

// last is what the finalizing turn takes.
func (pr *prover) last(f *Finalize) sum {
	return sum{spend: pr.turnOf(f.Agent, given{}).noted(0, tokensIn(len(f.Prompt))), turns: 1, tries: 1}
}

// budgeted meets what a session takes with its budgets, each of which bounds
// tokens and cost: a token costs what the dearest model asks, or the cheapest.
func (pr *prover) budgeted(s *Session, c *Certificate, tokens float64, total bill) (float64, bill) {
	r := pr.ratesOf(pr.cast(s).agents)
	answers := func() float64 {
		if c.PerMessage { // the budgets are those of all messages
			return tokens
		}
		return total.out
	}
	meet := func(most float64, why string) {
		if most < tokens {
			c.Reasons["tokens"], tokens = why, most
			total.in, total.out = min(total.in, most), min(answers(), most)
		}
	}
	if most := s.Limits.MaxTokens; most > 0 {
		budget := fmt.Sprintf("session.%s limits.max_tokens = %d, ", s.Name, most)
		meet(float64(most), budget+"reserved before each call and for the last turn")
		if cost := r.cost(float64(most), min(answers(), float64(most))); cost < total.cost {
			c.Reasons["cost"], total.cost = budget+"each at the dearest price of its models", cost
		}
	}
	if most := s.Limits.MaxCost; most > 0 {
		budget := fmt.Sprintf("session.%s limits.max_cost = %v, ", s.Name, most)
		meet(r.tokens(most), budget+"at the cheapest price of its models")
		if most < total.cost {
			c.Reasons["cost"], total.cost = budget+"reserved before each call and for the last turn", most
		}
	}
	return tokens, total
}

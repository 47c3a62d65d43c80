package specs

import "math"

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

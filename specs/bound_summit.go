package specs

import (
	"fmt"
	"slices"
)

// A summit is what a counter never comes above in a session, and why.
type summit struct {
	most float64
	why  func() string
}

// summit is that of the counter of a comparison. It is false where nothing
// bounds it, or only for each message of a person.
func (w *waiting) summit(s *Session, l *load, c *counted, scope string) (summit, bool) {
	switch c.counter.root {
	case "turns":
		return w.counts(s, l, s.Bound.Turns, "turn")
	case "calls":
		return w.counts(s, l, s.Bound.Calls, "call")
	case "rounds":
		return w.roundsOf(s, s.Pattern)
	case "elapsed":
		return w.time(s)
	case "here":
		if p := w.patterns[scope]; p != nil && c.counter.keys[0] == "rounds" {
			return w.roundsOf(s, scope)
		}
		return w.own(s, l, scope)
	default:
		return w.taken(s, l, c.counter)
	}
}

func (w *waiting) counts(s *Session, l *load, most int, unit string) (summit, bool) {
	why := func() string {
		because := s.Bound.Because
		if s.Limits.MaxCalls > most && len(because) > 1 && because[0] == limit(s, "max_calls", s.Limits.MaxCalls) {
			because = because[1:] // what bounds the calls
		}
		return fmt.Sprintf("session.%s ends after %s at most%s", s.Name, plural(most, unit), first(because))
	}
	return summit{float64(most), why}, !l.waits && most < unbounded
}

// own is how many turns a pattern takes in one go.
func (w *waiting) own(s *Session, l *load, scope string) (summit, bool) {
	if p := w.patterns[scope]; p != nil {
		if inner := w.patternLoad(p); len(inner.cycles) == 0 && !inner.waits && inner.turns < s.Bound.Turns {
			why := func() string {
				return fmt.Sprintf("pattern.%s ends after %s at most%s", p.Name, plural(inner.turns, "turn"), first(inner.because))
			}
			return summit{float64(inner.turns), why}, true
		}
	}
	return w.counts(s, l, s.Bound.Turns, "turn")
}

// roundsOf is how many rounds a pattern has; one that goes through once has a
// single one.
func (w *waiting) roundsOf(s *Session, name string) (summit, bool) {
	p := w.patterns[name]
	if p == nil {
		return summit{}, false
	}
	most, by := p.MaxRounds, "max_rounds"
	if most == 0 && slices.Contains([]string{"sequential", "parallel", "map", "vote"}, p.Kind) {
		most, by = 1, "it goes through once"
	}
	if own := s.Limits.MaxRounds; own > 0 && name == s.Pattern && hasRounds(p.Kind) && (most == 0 || own < most) {
		most, by = own, "limits.max_rounds of session."+s.Name
	}
	why := func() string {
		return fmt.Sprintf("pattern.%s ends after %s at most (%s)", name, plural(most, "round"), by)
	}
	return summit{float64(most), why}, most > 0
}

// time is what a session's clock ends. What its calls may take is not looked
// at: waits for a provider come on top of it. A timer may be late.
func (w *waiting) time(s *Session) (summit, bool) {
	most, by := s.Lifetime, "lifetime"
	if own := s.Limits.Timeout; own > 0 && (most == 0 || own < most) {
		most, by = own, "limits.timeout"
	}
	why := func() string { return fmt.Sprintf("%s = %s ends session.%s before", by, most, s.Name) }
	return summit{most.Seconds()*1.05 + 5, why}, most > 0
}

// certsMost is for how many sessions certificates are computed to compare
// conditions with them.
const certsMost = 20

// taken is a number of the certificate. It holds as far as what it assumes.
func (w *waiting) taken(s *Session, l *load, of exprPath) (summit, bool) {
	c := w.certs[s.Name]
	if l.waits || c == nil && len(w.certs) >= certsMost {
		return summit{}, false
	}
	if c == nil {
		c = w.certify(s, *l)
		w.certs[s.Name] = c
	}
	most := c.counter(of)
	why := func() string {
		text := most.Text()
		if of.root == "usage" && of.keys[0] == "cost" {
			text = most.USD()
		}
		return fmt.Sprintf("%s is %s at most in session.%s, by what plan assumes", of, text, s.Name)
	}
	free := of.root == "usage" && most == 0 // as while a scenario is written on scripts
	const inexact = 1 + 1e-9                // as sums of prices are
	return summit{float64(most) * inexact, why}, most.Bounded() && !free
}

// counter is what the certificate says of a counter of conditions.
func (c *Certificate) counter(of exprPath) Amount {
	field, _ := of.keys[len(of.keys)-1].(string)
	if of.root == "agents" {
		name, _ := of.keys[0].(string)
		at := slices.IndexFunc(c.Agents, func(s Share) bool { return s.Address == "agent."+name })
		if at < 0 {
			return Unbounded()
		}
		return map[string]Amount{"turns": c.Agents[at].Turns, "tokens": c.Agents[at].Tokens}[field]
	}
	switch field {
	case "input_tokens":
		return c.InputTokens
	case "output_tokens":
		return c.OutputTokens
	case "total_tokens":
		return c.Tokens
	default:
		return c.Cost
	}
}

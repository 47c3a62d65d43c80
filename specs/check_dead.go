package specs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A reading is an expression that reads what somebody said.
type reading struct {
	address string
	expr    *Expr
}

// conditions are the expressions of a pattern.
func (p *Pattern) conditions() []*Expr {
	var out []*Expr
	add := func(e *Expr) {
		if e != nil {
			out = append(out, e)
		}
	}
	if p.Map != nil {
		add(p.Map.Items)
	}
	if p.Loop != nil {
		add(p.Loop.Until)
	}
	if p.Debate != nil {
		add(p.Debate.Until)
	}
	if p.Selector != nil {
		add(p.Selector.Rule)
	}
	if p.Router != nil {
		for _, r := range p.Router.Routes {
			add(r.When)
		}
	}
	if p.Graph != nil {
		for _, e := range p.Graph.Edges {
			add(e.When)
		}
	}
	if p.Blackboard != nil {
		add(p.Blackboard.Goal)
		for _, r := range p.Blackboard.Rules {
			add(r.When)
		}
	}
	return out
}

// strangers warns of conditions that read what somebody says who never takes
// part, or compare with such a name: it is never there.
func (c *domain) strangers() {
	readers := map[string][]reading{} // of patterns, by pattern
	for _, p := range c.cfg.Patterns {
		for _, e := range p.conditions() {
			if len(e.Keys("data"))+len(e.Keys("agents"))+len(e.Sought()) > 0 {
				readers[p.Name] = append(readers[p.Name], reading{p.address(), e})
			}
		}
	}
	here := map[string]*cast{} // everybody beside a pattern, in all its sessions
	for _, s := range c.cfg.Sessions {
		who := c.cast(s)
		for _, stop := range c.stopsOf(s) {
			if stop.When != nil {
				c.stranger(reading{"stop." + stop.Name, stop.When}, who, "session."+s.Name)
			}
		}
		for name := range readers {
			if who.patterns[name] {
				here[name] = here[name].with(who)
			}
		}
	}
	for _, p := range c.cfg.Patterns {
		for _, r := range readers[p.Name] {
			if who := here[p.Name]; who != nil {
				c.stranger(r, who, "its sessions")
			}
		}
	}
}

// with is everybody of two casts.
func (c *cast) with(other *cast) *cast {
	if c == nil {
		return other
	}
	out := &cast{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, from := range []*cast{c, other} {
		for name := range from.agents {
			out.agents[name] = true
		}
		for name := range from.humans {
			out.humans[name] = true
		}
		for name := range from.patterns {
			out.patterns[name] = true
		}
	}
	return out
}

func (c *domain) stranger(r reading, who *cast, where string) {
	c.nobody(r, who, where)
	for _, root := range []string{"data", "agents"} {
		for _, name := range r.expr.Keys(root) {
			if who.agents[name] || who.humans[name] || who.patterns[name] || c.agents[name] == nil && c.humans[name] == nil {
				continue // a name that nobody has is another finding
			}
			at := fmt.Sprintf("%s.%s", root, name)
			if root == "agents" {
				at = fmt.Sprintf("agents['%s']", name)
			}
			d := c.report(codeNeverThere, r.address, r.expr.Range(),
				"%s does not take part in %s, so %s is never there, and what compares it is always false.", name, where, at)
			if a := c.agents[name]; a != nil {
				d.Related = []Related{{"who never speaks there", a.Range}}
			}
		}
	}
}

// nobody warns of a comparison with the name of somebody who says nothing here.
func (c *domain) nobody(r reading, who *cast, where string) {
	for _, s := range r.expr.Sought() {
		name, _, _ := strings.Cut(s.Text, "[") // the copies of a map are called agent[0]
		if s.Field != "agent" || s.Op != "==" && s.Op != "!=" && s.Op != "in" || s.Folded || name == "" || name == "user" || who.agents[name] || who.humans[name] {
			continue
		}
		always := "false"
		if s.Op == "!=" {
			always = "true"
		}
		d := c.report(codeNeverThere, r.address, s.Range, "Nobody called %q says anything in %s, so the comparison is always %s.%s",
			s.Text, where, always, c.speaker(s.Text, who))
		if a := c.agents[name]; a != nil {
			d.Related = []Related{{"who does not take part", a.Range}}
		}
	}
}

// speaker is a hint at whose name was meant: conditions know participants by
// the names of their blocks.
func (c *domain) speaker(text string, who *cast) string {
	known := slices.Sorted(maps.Keys(who.agents))
	for _, name := range known {
		if a := c.agents[name]; a != nil && a.DisplayName == text {
			return fmt.Sprintf(" %s is what agent.%s is called; conditions know it as %q.", text, name, name)
		}
	}
	return c.meant(text, slices.Concat(known, slices.Sorted(maps.Keys(who.humans)), []string{"user"}))
}

// rounds warns of a session's rounds that its pattern never comes to.
func (c *domain) rounds(s *Session) {
	p := c.patterns[s.Pattern]
	if most := s.Limits.MaxRounds; p != nil && most > 0 && hasRounds(p.Kind) && p.MaxRounds > 0 && p.MaxRounds < most {
		d := c.report(codeDominated, "session."+s.Name, s.Arg("limits.max_rounds"),
			"pattern.%s ends after max_rounds = %d, so max_rounds = %d is never reached.", p.Name, p.MaxRounds, most)
		d.Related = []Related{{"the pattern's own", p.Arg("max_rounds")}}
	}
}

// messages warns of turns that messages always end before: where each turn is a
// message, there are as many at least.
func (pr *prover) messages(s *Session, who *cast) {
	l := s.Limits
	if l.MaxMessages > 0 && l.MaxTurns > l.MaxMessages && pr.speaks(who) {
		pr.report(codeDominated, "session."+s.Name, s.Arg("limits.max_turns"),
			"Each turn is a message: max_turns = %d is above max_messages = %d, which comes first.", l.MaxTurns, l.MaxMessages)
	}
}

// tooLate warns of conditions that are looked at only after the session is over
// for certain.
func (pr *prover) tooLate(s *Session) {
	b := s.Bound
	if b.PerMessage || b.Turns >= unbounded {
		return
	}
	for _, stop := range pr.stopsOf(s) {
		if most := s.Limits.MaxTurns; stop.MinTurns > b.Turns && (most == 0 || stop.MinTurns <= most) {
			pr.late(s, stop, "min_turns", fmt.Sprintf("The condition counts from turn %d on", stop.MinTurns))
		}
		if stop.Judge != nil && stop.Judge.Every > b.Turns {
			pr.late(s, stop, "every", fmt.Sprintf("The judge is asked every %d turns", stop.Judge.Every))
		}
	}
}

func (pr *prover) late(s *Session, stop *Stop, arg, what string) {
	why := ""
	if len(s.Bound.Because) > 0 {
		why = ": " + s.Bound.Because[0]
	}
	pr.report(codeStopDead, "stop."+stop.Name, stop.Arg(arg), "%s, but session.%s ends after %s at most%s.",
		what, s.Name, plural(s.Bound.Turns, "turn"), why)
}

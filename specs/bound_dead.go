package specs

import (
	"fmt"
	"slices"
	"strconv"
)

// A reader is a condition with the sessions in which it is looked at.
type reader struct {
	address string
	expr    *Expr
	scope   string // the pattern whose own view it has, or none
	in      []*Session
	// needed names the conditions that are never true since this one is not.
	needed string
	// tops are the summits of the counters that were looked at.
	tops map[string]*summit
}

// A waiting finds conditions that wait for more than ever comes.
type waiting struct {
	*prover
	proved map[string]load         // by session
	certs  map[string]*Certificate // by session, as far as they were needed
	used   map[string][]*Session   // by stop
	known  map[string]verdict      // by stop
}

// inVain warns of comparisons with numbers that a counter never comes to. A
// condition is looked at for all its sessions together: one in which it may be
// true is enough.
func (pr *prover) inVain(proved map[string]load) {
	w := &waiting{pr, proved, map[string]*Certificate{}, map[string][]*Session{}, map[string]verdict{}}
	if slices.ContainsFunc(pr.cfg.Stops, func(s *Stop) bool { return s.When != nil && s.When.logic != nil }) {
		w.ofStops()
	}
	for _, p := range pr.cfg.Patterns {
		var in []*Session
		for _, e := range p.conditions() {
			if e.logic == nil {
				continue
			}
			if in == nil {
				in = w.sessionsOf(p)
			}
			w.look(&reader{address: p.address(), expr: e, scope: p.Name, in: in})
		}
	}
}

func (w *waiting) ofStops() {
	for _, s := range w.cfg.Sessions {
		for _, stop := range w.stopsOf(s) {
			w.used[stop.Name] = append(w.used[stop.Name], s)
		}
	}
	needed := map[string]string{}
	for _, stop := range w.cfg.Stops {
		c := stop.Combine
		if c == nil || len(w.used[stop.Name]) == 0 || w.verdict(stop) != never {
			continue
		}
		if c.Op == "not" {
			w.report(codeStopDead, "stop."+stop.Name, stop.Arg("not"), "stop.%s is true as soon as the session begins and as long as it lasts, so this is never true.", c.Of[0])
			continue
		}
		for _, name := range c.Of {
			needed[name] += fmt.Sprintf(" Nor is stop.%s, which is made of it.", stop.Name)
		}
	}
	for _, stop := range w.cfg.Stops {
		if stop.When != nil {
			w.look(&reader{address: "stop." + stop.Name, expr: stop.When, scope: stop.Scope, in: w.used[stop.Name], needed: needed[stop.Name]})
		}
	}
}

func (w *waiting) sessionsOf(p *Pattern) []*Session {
	var out []*Session
	for _, s := range w.cfg.Sessions {
		if w.reach(s.Pattern).patterns[p.Name] {
			out = append(out, s)
		}
	}
	return out
}

// look warns of what is never true in a condition.
func (w *waiting) look(r *reader) {
	if r.expr.logic == nil || len(r.in) == 0 {
		return
	}
	whole, dead := w.logical(r), 0
	for _, c := range r.expr.counts {
		top, v := w.decide(c, r)
		if v != never {
			continue
		}
		dead++
		detail := fmt.Sprintf("%s, so %s %s %s is never true.", top.why(), c.counter, c.op, strconv.FormatFloat(c.than, 'f', -1, 64))
		if whole == never && r.expr.logic.of == nil {
			detail += " Nor is the whole condition."
		}
		if whole == never {
			detail += r.needed
		}
		w.report(codeStopDead, r.address, c.at, "%s", detail)
	}
	if dead == 0 && whole == never {
		w.report(codeStopDead, r.address, r.expr.Range(), "What is compared here is the same as long as the session lasts, and the whole is never true.%s", r.needed)
	}
}

// logical is what is known of a condition as a whole.
func (w *waiting) logical(r *reader) verdict {
	return r.expr.logic.verdict(func(c *counted) verdict {
		_, v := w.decide(c, r)
		return v
	})
}

// decide is what is known of a comparison in all sessions of its condition.
func (w *waiting) decide(c *counted, r *reader) (*summit, verdict) {
	name := c.counter.String()
	top, done := r.tops[name]
	if !done {
		top = w.highest(c, r)
		if r.tops == nil {
			r.tops = map[string]*summit{}
		}
		r.tops[name] = top
	}
	if top == nil {
		return nil, open
	}
	return top, c.under(top.most)
}

// highest is the summit of a counter in all sessions of a condition, nil where
// one has none.
func (w *waiting) highest(c *counted, r *reader) *summit {
	var top *summit
	for _, s := range r.in {
		l, proved := w.proved[s.Name]
		if !proved {
			return nil
		}
		one, bounded := w.summit(s, &l, c, r.scope)
		if !bounded {
			return nil
		}
		if top == nil || one.most > top.most {
			top = &one
		}
	}
	return top
}

// verdict is what is known of a stop.
func (w *waiting) verdict(stop *Stop) verdict {
	if v, done := w.known[stop.Name]; done {
		return v
	}
	w.known[stop.Name] = open // for a stop inside itself
	v := open
	switch c := stop.Combine; {
	case stop.When != nil && stop.When.logic != nil && len(w.used[stop.Name]) > 0:
		v = w.logical(&reader{expr: stop.When, scope: stop.Scope, in: w.used[stop.Name]})
	case c != nil:
		parts := make([]verdict, 0, len(c.Of))
		for _, name := range c.Of {
			if part := w.stops[name]; part != nil {
				parts = append(parts, w.verdict(part))
			}
		}
		v = c.verdict(parts)
	}
	if v == always && (stop.MinTurns > 0 || stop.Scope != "") {
		v = open
	}
	w.known[stop.Name] = v
	return v
}

// verdict is what is known of conditions that are combined.
func (c *Combine) verdict(parts []verdict) verdict {
	switch {
	case len(parts) == 0 || len(parts) < len(c.Of):
		return open
	case c.Op == "not":
		return parts[0].not()
	case c.Op == "any":
		return atLeast(1, parts)
	case c.Op == "all":
		return atLeast(len(parts), parts)
	default:
		return atLeast(c.AtLeast, parts)
	}
}

package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// stop is a compiled stop condition: a pure function of the state.
type stop struct {
	spec  *specs.Stop
	parts []*stop
	size  int // conditions that it is made of, itself included
}

// maxParts bounds the conditions that one condition is made of, counted as
// often as they are used: all of them are looked at after each event.
const maxParts = 1000

// stop compiles a condition; those that are used twice are compiled once.
func (c *compiler) stop(s *specs.Stop) *stop {
	if st := c.stops[s.Name]; st != nil {
		return st
	}
	st := &stop{spec: s, size: 1}
	c.stops[s.Name] = st
	switch {
	case s.When != nil:
	case s.Combine != nil:
		for _, name := range s.Combine.Of {
			part := c.stop(c.stopSpecs[name])
			st.parts = append(st.parts, part)
			st.size = min(st.size+part.size, maxParts+1)
		}
		if st.size > maxParts {
			c.report("AC8005", "Condition is too large", s.Range,
				fmt.Sprintf("stop.%s is made of more than %d conditions.", s.Name, maxParts))
		}
	case s.Tool != "":
		c.notYet("A stop that waits for a tool", s.Arg("tool"))
	case s.Judge != nil:
		c.notYet("A stop with a judge", s.Arg("judge"))
	case s.Repeat != nil:
		c.notYet("A stop on repetition", s.Arg("repeat"))
	}
	return st
}

func (s *stop) address() string { return "stop." + s.spec.Name }

// reads are the parts of the environment that the condition depends on.
func (s *stop) reads() specs.EnvPart {
	var r specs.EnvPart
	if s.spec.When != nil {
		r = s.spec.When.Reads()
	}
	if s.spec.MinTurns > 0 {
		r |= specs.PartCounters
	}
	if s.spec.Scope != "" {
		r |= specs.PartHere
	}
	for _, p := range s.parts {
		r |= p.reads()
	}
	return r
}

// remembered is a condition in an activation of the pattern of its scope, 0 for
// the session: what is remembered of it ends with the activation.
type remembered struct {
	stop  string
	frame int
}

func (s *stop) in(f *Frame) remembered {
	if f == nil {
		return remembered{stop: s.address()}
	}
	return remembered{stop: s.address(), frame: f.id}
}

// frames are the activations in which a condition is looked at: those of its
// own scope, else the one that it is a part in, nil for the session.
func (s *stop) frames(st *State, f *Frame) []*Frame {
	if s.spec.Scope == "" || f != nil && f.node.name == s.spec.Scope {
		return []*Frame{f}
	}
	var list []*Frame
	for _, g := range st.frames {
		if g.node.name == s.spec.Scope {
			list = append(list, g)
		}
	}
	slices.SortFunc(list, func(a, b *Frame) int { return cmp.Compare(a.id, b.id) })
	return list
}

// latch is something to remember: a part that was true once.
type latch func(remembered)

// holds says whether the condition is true now. Parts that are true for the
// first time under a latch are reported.
func (s *stop) holds(st *State, f *Frame, l latch) (bool, error) {
	turns := st.env.Turns
	if f != nil {
		turns = f.turns
	}
	if turns < s.spec.MinTurns {
		return false, nil
	}
	if s.spec.When != nil {
		return s.spec.When.Bool(st.envAt(f))
	}
	return s.combined(st, f, l)
}

func (s *stop) combined(st *State, f *Frame, l latch) (bool, error) {
	c := s.spec.Combine
	held := 0
	for _, p := range s.parts {
		ok := c.Latch && st.latched[p.in(f)]
		for _, g := range p.frames(st, f) {
			if ok {
				break
			}
			var err error
			if ok, err = p.holds(st, g, l); err != nil {
				return false, err
			}
			if ok && c.Latch {
				l(p.in(f))
			}
		}
		if ok {
			held++
		}
	}
	switch c.Op {
	case "any":
		return held > 0, nil
	case "all":
		return held == len(s.parts), nil
	case "not":
		return held == 0, nil
	default:
		return held >= c.AtLeast, nil
	}
}

// condition is what a reason tells of a true condition.
func (s *stop) condition(st *State, f *Frame) Condition {
	c := Condition{Address: s.address(), Outcome: Outcome(s.spec.Outcome), Seen: s.seen(st, f, nil)}
	at := s.spec.Range
	if s.spec.When != nil {
		at = s.spec.When.Range()
	}
	c.File, c.Line = place(at)
	return c
}

// maxSeen bounds the values that a reason shows.
const maxSeen = 20

func (s *stop) seen(st *State, f *Frame, list []Seen) []Seen {
	if s.spec.When != nil {
		for _, v := range s.spec.When.Seen(st.envAt(f)) {
			known := slices.ContainsFunc(list, func(s Seen) bool { return s.Name == v.Name })
			if !known && len(list) < maxSeen {
				list = append(list, Seen{Name: v.Name, Value: v.Value})
			}
		}
	}
	for _, p := range s.parts {
		if in := p.frames(st, f); len(in) > 0 {
			list = p.seen(st, in[0], list)
		}
	}
	return list
}

// text says why a stop fired, for a person.
func (s *stop) text() string {
	if s.spec.Reason != "" {
		return s.spec.Reason
	}
	if s.spec.When != nil {
		return fmt.Sprintf("%s: %s", s.address(), s.spec.When.Text())
	}
	names := make([]string, len(s.parts))
	for i, p := range s.parts {
		names[i] = p.address()
	}
	op := s.spec.Combine.Op
	if op == "at_least" {
		op = fmt.Sprintf("at least %d", s.spec.Combine.AtLeast)
	}
	return fmt.Sprintf("%s: %s of %s", s.address(), op, strings.Join(names, ", "))
}

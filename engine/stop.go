package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// stop is a compiled stop condition: a pure function of the state.
type stop struct {
	spec  *specs.Stop
	parts []*stop
	size  int           // conditions that it is made of, itself included
	judge *agent        // who decides it, nil when nobody does
	reads specs.EnvPart // what it depends on
}

// What conditions of each kind read.
const (
	toolReads   = specs.PartCounters
	judgeReads  = specs.PartCounters
	repeatReads = specs.PartCounters | specs.PartMessages
)

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
	case s.Judge != nil:
		st.judge = c.agent(s.Judge.Agent)
	}
	st.reads = st.dependsOn()
	return st
}

func (s *stop) address() string { return "stop." + s.spec.Name }

// dependsOn are the parts of the environment that the condition and its parts
// read.
func (s *stop) dependsOn() specs.EnvPart {
	var r specs.EnvPart
	if s.spec.When != nil {
		r = s.spec.When.Reads()
	}
	switch {
	case s.spec.Tool != "":
		r = toolReads
	case s.spec.Judge != nil:
		r = judgeReads
	case s.spec.Repeat != nil:
		r = repeatReads
	}
	if s.spec.MinTurns > 0 {
		r |= specs.PartCounters
	}
	if s.spec.Scope != "" {
		r |= specs.PartHere
	}
	for _, p := range s.parts {
		r |= p.reads
	}
	return r
}

// remembered is a condition, or a tool that one asks for, in an activation of the
// pattern of its scope, 0 for the session: what is remembered of it ends with the
// activation.
type remembered struct {
	stop  string
	frame int
}

// MarshalText writes it as a key of JSON: stop.agreed, or stop.agreed 3.
func (x remembered) MarshalText() ([]byte, error) {
	if x.frame == 0 {
		return []byte(x.stop), nil
	}
	return []byte(x.stop + " " + strconv.Itoa(x.frame)), nil
}

// UnmarshalText reads what MarshalText wrote.
func (x *remembered) UnmarshalText(text []byte) (err error) {
	var frame string
	*x = remembered{}
	if x.stop, frame, _ = strings.Cut(string(text), " "); frame != "" {
		x.frame, err = strconv.Atoi(frame)
	}
	return err
}

func (s *stop) in(f *Frame) remembered { return rememberedIn(s.address(), f) }

func rememberedIn(what string, f *Frame) remembered {
	if f == nil {
		return remembered{stop: what}
	}
	return remembered{stop: what, frame: f.id}
}

// frames are the activations in which a condition is looked at: those of its
// own scope, else the one that it is a part in, nil for the session.
func (s *stop) frames(st *State, f *Frame) []*Frame {
	if s.spec.Scope == "" || f != nil && f.node.name == s.spec.Scope {
		return []*Frame{f}
	}
	var list []*Frame
	for _, g := range st.openFrames() {
		if g.node.name == s.spec.Scope {
			list = append(list, g)
		}
	}
	return list
}

// latch is something to remember: a part that was true once.
type latch func(remembered)

// holds says whether the condition is true now. Parts that are true for the
// first time under a latch are reported.
func (s *stop) holds(st *State, f *Frame, l latch) (bool, error) {
	if st.turnsIn(f) < s.spec.MinTurns {
		return false, nil
	}
	switch {
	case s.spec.When != nil:
		return s.spec.When.Bool(st.envAt(f))
	case s.spec.Tool != "":
		return st.succeeded[s.toolIn(f)], nil
	case s.spec.Judge != nil:
		return st.judged[s.judgedAs(f)].Met, nil
	case s.spec.Repeat != nil:
		return s.repeated(st, f) >= s.spec.Repeat.Times, nil
	default:
		return s.combined(st, f, l)
	}
}

// toolIn is where the success of the condition's tool is noted.
func (s *stop) toolIn(f *Frame) remembered { return rememberedIn(s.spec.Tool, f) }

// repeated is how many times in a row what the condition looks at has come.
func (s *stop) repeated(st *State, f *Frame) int {
	if r := st.repeatsIn(f); r != nil {
		return r.now(s.spec.Repeat.Of)
	}
	return 0
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
	c.File, c.Line = place(s.at())
	return c
}

// at is where the condition is written.
func (s *stop) at() specs.Range {
	switch {
	case s.spec.When != nil:
		return s.spec.When.Range()
	case s.spec.Tool != "":
		return s.spec.Arg("tool")
	case s.spec.Judge != nil:
		return s.spec.Arg("judge")
	case s.spec.Repeat != nil:
		return s.spec.Arg("repeat")
	default:
		return s.spec.Range
	}
}

// maxSeen bounds the values that a reason shows.
const maxSeen = 20

func (s *stop) seen(st *State, f *Frame, list []Seen) []Seen {
	for _, v := range s.values(st, f) {
		known := slices.ContainsFunc(list, func(s Seen) bool { return s.Name == v.Name })
		if !known && len(list) < maxSeen {
			list = append(list, v)
		}
	}
	for _, p := range s.parts {
		if in := p.frames(st, f); len(in) > 0 {
			list = p.seen(st, in[0], list)
		}
	}
	return list
}

// values are what the condition itself looks at.
func (s *stop) values(st *State, f *Frame) []Seen {
	switch {
	case s.spec.When != nil:
		var list []Seen
		for _, v := range s.spec.When.Seen(st.envAt(f)) {
			list = append(list, Seen{Name: v.Name, Value: v.Value})
		}
		return list
	case s.spec.Tool != "":
		return []Seen{{Name: "tool." + s.spec.Tool + " succeeded", Value: strconv.FormatBool(st.succeeded[s.toolIn(f)])}}
	case s.spec.Judge != nil:
		j := st.judged[s.judgedAs(f)]
		list := []Seen{{Name: "agent." + s.spec.Judge.Agent + " met", Value: strconv.FormatBool(j.Met)}}
		if j.Why != "" {
			list = append(list, Seen{Name: "agent." + s.spec.Judge.Agent + " why", Value: strconv.Quote(clip(j.Why, maxTold))})
		}
		return list
	case s.spec.Repeat != nil:
		return []Seen{{Name: s.spec.Repeat.Of + " in a row", Value: strconv.Itoa(s.repeated(st, f))}}
	default:
		return nil
	}
}

// text says why a stop fired, for a person.
func (s *stop) text() string {
	if s.spec.Reason != "" {
		return s.spec.Reason
	}
	if s.spec.When != nil {
		return fmt.Sprintf("%s: %s", s.address(), s.spec.When.Text())
	}
	switch {
	case s.spec.Tool != "":
		return fmt.Sprintf("%s: tool.%s was called and succeeded", s.address(), s.spec.Tool)
	case s.spec.Judge != nil && s.spec.Judge.Criteria != "":
		return fmt.Sprintf("%s: agent.%s judges: %s", s.address(), s.spec.Judge.Agent, s.spec.Judge.Criteria)
	case s.spec.Judge != nil:
		return fmt.Sprintf("%s: agent.%s judges that it is enough", s.address(), s.spec.Judge.Agent)
	case s.spec.Repeat != nil:
		return fmt.Sprintf("%s: %s %d times in a row", s.address(), repeatText(s.spec.Repeat.Of), s.spec.Repeat.Times)
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

func repeatText(what string) string {
	switch what {
	case repeatSpeakers:
		return "the same speakers with nearly the same words"
	case repeatToolCall:
		return "the same tool call"
	default:
		return "the same text"
	}
}

package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// limit is a bound of the session block that counts something.
type limit struct {
	name   string
	budget bool
	max    float64
	at     specs.Range
	count  func(*State) float64
}

func (l *limit) address() string { return "limits." + l.name }

func (l *limit) reached(st *State) bool { return l.count(st) >= l.max }

func (l *limit) condition(st *State) Condition {
	c := Condition{Address: l.address(), Outcome: Exhausted, Seen: []Seen{
		{Name: strings.TrimPrefix(l.name, "max_"), Value: number(l.count(st))},
		{Name: l.name, Value: number(l.max)},
	}}
	c.File, c.Line = place(l.at)
	return c
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// limitsOf are the counting limits of a session in the order of their
// priority: budget first.
func limitsOf(s *specs.Session) []limit {
	env := func(get func(*specs.Env) int) func(*State) float64 {
		return func(st *State) float64 { return float64(get(&st.env)) }
	}
	l := s.Limits
	all := []limit{
		{name: "max_cost", budget: true, max: l.MaxCost, count: func(st *State) float64 { return st.env.Usage.Cost }},
		{name: "max_tokens", budget: true, max: float64(l.MaxTokens), count: env(func(e *specs.Env) int { return e.Usage.TotalTokens })},
		{name: "max_calls", max: float64(l.MaxCalls), count: env(func(e *specs.Env) int { return e.Calls })},
		{name: "max_tool_calls", max: float64(l.MaxToolCalls), count: env(func(e *specs.Env) int { return e.ToolCalls })},
		{name: "max_handoffs", max: float64(l.MaxHandoffs), count: env(func(e *specs.Env) int { return e.Handoffs })},
		{name: "max_turns", max: float64(l.MaxTurns), count: env(func(e *specs.Env) int { return e.Turns })},
		{name: "max_rounds", max: float64(l.MaxRounds), count: env(func(e *specs.Env) int { return e.Rounds })},
		{name: "max_messages", max: float64(l.MaxMessages), count: func(st *State) float64 { return float64(len(st.messages)) }},
		{name: "max_repeats", max: float64(l.MaxRepeats), count: func(st *State) float64 {
			if st.repeat == nil {
				return 0
			}
			return float64(st.repeat.Most)
		}},
	}
	var set []limit
	for _, x := range all {
		if x.max > 0 {
			x.at = s.Arg("limits." + x.name)
			set = append(set, x)
		}
	}
	return set
}

// limitReached gives the conditions of all limits that are reached.
func (st *State) limitReached() (found []Condition) {
	for i := range st.t.limits {
		if l := &st.t.limits[i]; l.reached(st) {
			found = append(found, l.condition(st))
		}
	}
	return found
}

// stepRefused gives the conditions of the limits that do not allow another
// step. That no handover is left is none of them: whoever has the floor goes on.
func (st *State) stepRefused() []Condition {
	found := st.limitReached()
	if len(found) == 1 && found[0].Address == "limits.max_handoffs" {
		return nil
	}
	return found
}

// callRefused is the limit that does not allow another call of a turn, or nil.
func (st *State) callRefused() *limit {
	for i := range st.t.limits {
		l := &st.t.limits[i]
		if l.name == "max_calls" && l.reached(st) {
			return l
		}
	}
	return nil
}

// toolsRefused is the limit that does not allow another tool call, or nil.
func (st *State) toolsRefused() *limit { return st.limitNamed("max_tool_calls") }

// handoffRefused is the limit that does not allow another handover, or nil.
func (st *State) handoffRefused() *limit { return st.limitNamed("max_handoffs") }

// limitNamed is the limit of a name if it is reached, or nil.
func (st *State) limitNamed(name string) *limit {
	for i := range st.t.limits {
		if l := &st.t.limits[i]; l.name == name && l.reached(st) {
			return l
		}
	}
	return nil
}

// exhausted is the reason for an end by limits.
func exhausted(found []Condition) Reason {
	c := found[0]
	return Reason{
		Stop:       c.Address,
		Text:       fmt.Sprintf("%s is reached: %s of %s", c.Address, c.Seen[0].Value, c.Seen[1].Value),
		Conditions: found,
	}
}

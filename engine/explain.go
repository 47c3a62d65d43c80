package engine

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Explanation says why a session ended, or how far it is from each of its
// limits and stop conditions and what it waits for.
type Explanation struct {
	// Outcome and Reason are set when the session has ended.
	Outcome Outcome `json:"outcome,omitempty"`
	Reason  *Reason `json:"reason,omitempty"`
	// Waiting says what a session that lives waits for.
	Waiting string `json:"waiting,omitempty"`
	// Limits are the bounds that count or measure something.
	Limits []Progress `json:"limits,omitempty"`
	// Stops are the stop conditions; of an ended session as they were when the
	// one that ended it fired.
	Stops []Progress     `json:"stops,omitempty"`
	Turns int            `json:"turns"`
	Calls int            `json:"calls"`
	Usage specs.EnvUsage `json:"usage"`
}

// Progress is how far a limit or a condition is.
type Progress struct {
	// Address is limits.max_turns, stop.agreed, pattern.talk.max_rounds …
	Address string `json:"address"`
	// Text is for a person.
	Text string `json:"text"`
	// Value and Bound are those of a limit, as a person writes them: 12, 2m30s.
	Value string `json:"value,omitempty"`
	Bound string `json:"bound,omitempty"`
	// Fraction is how much of the bound is used, from 0 to 1; of a condition it
	// is the part of its parts that hold.
	Fraction float64 `json:"fraction"`
	// Holds says that a limit is reached or a condition true.
	Holds bool `json:"holds,omitempty"`
	// Seen are the values that a condition reads.
	Seen []Seen `json:"seen,omitempty"`
	// Parts are what a condition is made of.
	Parts []Progress `json:"parts,omitempty"`
}

// Explain says why a session ended, or how far it is, from its template and its
// log alone: times are as of the last event. A log that does not fit gives an
// error.
func Explain(ctx context.Context, t *Template, log iter.Seq2[Event, error]) (Explanation, error) {
	var x Explanation
	var n noted
	st, err := foldLog(ctx, t, log, func(st *State, e *Event) bool {
		if fired, ok := e.Data.(*StopFired); ok && fired.Action != actionPause && fired.Action != actionLeave {
			x.Limits, x.Stops = st.limitProgress(), st.stopProgress()
		}
		n.take(e)
		return true
	})
	if err != nil {
		return Explanation{}, err
	}
	x.Turns, x.Calls, x.Usage = st.env.Turns, st.env.Calls, st.env.Usage
	if st.ended == nil {
		x.Waiting = st.waiting(n)
	} else {
		x.Outcome, x.Reason = st.ended.Outcome, &st.ended.Reason
	}
	if st.ended == nil || x.Limits == nil && x.Stops == nil {
		x.Limits, x.Stops = st.limitProgress(), st.stopProgress()
	}
	return x, nil
}

// limitProgress is how far every bound is that counts or measures something.
func (st *State) limitProgress() []Progress {
	var list []Progress
	for i := range st.t.limits {
		l := &st.t.limits[i]
		list = append(list, progress(l.address(), l.count(st), l.max, number))
	}
	span := func(address string, now, most time.Duration) {
		if most > 0 {
			list = append(list, progress(address, now.Round(time.Millisecond), most, time.Duration.String))
		}
	}
	span("limits.timeout", st.elapsed(st.last), st.t.spec.Limits.Timeout)
	span("lifetime", st.last.Sub(st.created), st.t.spec.Lifetime)
	count := func(address string, now, most int) {
		if most > 0 {
			list = append(list, progress(address, now, most, strconv.Itoa))
		}
	}
	for _, f := range st.openFrames() {
		count("pattern."+f.node.name+".max_turns", f.turns, f.node.spec.MaxTurns)
		count("pattern."+f.node.name+".max_rounds", f.rounds, f.node.spec.MaxRounds)
		if p, ok := f.node.pattern.(loop); ok {
			count("pattern."+f.node.name+".max_iterations", f.rounds, p.max)
		}
		if p, ok := f.node.pattern.(handoff); ok {
			count("pattern."+f.node.name+".max_handoffs", f.floor.Handoffs, p.most)
		}
		if p, ok := f.node.pattern.(supervisor); ok {
			count("pattern."+f.node.name+".max_delegations", f.delegated, p.most)
		}
	}
	for _, name := range st.t.order {
		if a := st.t.agents[name]; a != nil {
			count("agent."+name+".limits.max_turns", st.env.Agents[name].Turns, a.spec.Limits.MaxTurns)
		}
	}
	return list
}

func progress[N int | float64 | time.Duration](address string, now, most N, write func(N) string) Progress {
	p := Progress{Address: address, Value: write(now), Bound: write(most), Fraction: min(1, float64(now)/float64(most)), Holds: now >= most}
	p.Text = fmt.Sprintf("%s: %s of %s", address, p.Value, p.Bound)
	return p
}

// stopProgress is how far every stop condition is.
func (st *State) stopProgress() []Progress {
	var list []Progress
	for _, c := range st.t.stops {
		list = append(list, c.progress(st, nil)...)
	}
	return list
}

// progress is how far a condition is, in each activation of its scope.
func (s *stop) progress(st *State, in *Frame) []Progress {
	frames := s.frames(st, in)
	if len(frames) == 0 {
		return []Progress{{Address: s.address(), Text: fmt.Sprintf("%s; pattern.%s is not active", s.text(), s.spec.Scope)}}
	}
	list := make([]Progress, len(frames))
	for i, f := range frames {
		list[i] = s.progressIn(st, f)
	}
	return list
}

func (s *stop) progressIn(st *State, f *Frame) Progress {
	p := Progress{Address: s.address(), Text: s.text()}
	ok, err := s.holds(st, f, func(remembered) {})
	p.Holds = ok && err == nil
	turns := st.turnsIn(f)
	switch {
	case err != nil:
		p.Text += "; it cannot be evaluated: " + err.Error()
	case turns < s.spec.MinTurns:
		p.Text += fmt.Sprintf("; not before %d turns, there are %d", s.spec.MinTurns, turns)
	}
	p.Seen = s.values(st, f)
	if r := s.spec.Repeat; r != nil {
		now := s.repeated(st, f)
		p.Value, p.Bound, p.Fraction = strconv.Itoa(now), strconv.Itoa(r.Times), min(1, float64(now)/float64(r.Times))
	}
	if s.spec.Combine != nil {
		s.progressOfParts(st, f, &p)
	}
	if p.Holds {
		p.Fraction = 1
	}
	return p
}

// progressOfParts adds the parts and how many of those that are needed hold.
func (s *stop) progressOfParts(st *State, f *Frame, p *Progress) {
	c := s.spec.Combine
	held := 0
	for _, part := range s.parts {
		latched := c.Latch && st.latched[part.in(f)]
		of := part.progress(st, f)
		if latched {
			for i := range of {
				if !of[i].Holds {
					of[i].Text += "; it was true before"
				}
				of[i].Holds, of[i].Fraction = true, 1
			}
		}
		if slices.ContainsFunc(of, func(p Progress) bool { return p.Holds }) {
			held++
		}
		p.Parts = append(p.Parts, of...)
	}
	need := map[string]int{"all": len(s.parts), "any": 1, "at_least": c.AtLeast}[c.Op]
	if need > 0 {
		p.Fraction = min(1, float64(held)/float64(need))
		p.Value, p.Bound = strconv.Itoa(held), strconv.Itoa(need)
	}
}

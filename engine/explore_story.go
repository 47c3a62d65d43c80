package engine

import (
	"cmp"
	"slices"
	"strings"
)

// tells says whether it matters who said what some time ago, and how often who
// spoke: to conditions, to what agents remember, to persons. Else it decides
// nothing but how long prompts are.
func (t *Template) tells(r *relevance) bool {
	if r.texts || r.every || r.whole || r.persons || r.board {
		return true
	}
	for _, a := range t.agents {
		l := a.spec.Limits
		if a.window.tokens > 0 || a.summarizer != nil || l.MaxTurns > 0 || l.TokensPerMinute > 0 || l.TokensPerHour > 0 {
			return true
		}
	}
	for _, e := range t.conditions() {
		for _, seen := range e.Seen(nil) {
			if strings.HasPrefix(seen.Name, "agents") && !strings.Contains(seen.Name, ".last") || strings.HasSuffix(seen.Name, ".turn") {
				return true
			}
		}
	}
	return false
}

// forget takes out of a state who said what, and how often, where that decides
// nothing. Turns that are over have no numbers any more.
func (m *measurer) forget(s *savedState, list []message) (hungry []int) {
	s.LastTurn = 0
	for i := range s.Turns {
		t := &s.Turns[i]
		t.Turn, t.Asker = m.numbers[t.Turn], m.numbers[t.Asker]
	}
	for name, u := range s.Use {
		u.Turns, u.Said, u.Own = 0, 0, nil
		s.Use[name] = u
	}
	for i := range s.Frames {
		f := &s.Frames[i]
		for slot, r := range f.Passed {
			r.Turn = m.numbers[r.Turn]
			f.Passed[slot] = r
		}
		if n := m.w.st.frames[f.ID]; n != nil && !n.counts() {
			f.Visits = nil
		}
	}
	m.strangers(list)
	for _, n := range m.w.hungry {
		hungry = append(hungry, m.numbers[n])
	}
	return hungry
}

// counts says whether a frame's pattern reads how often its slots had a turn.
func (f *Frame) counts() bool {
	return f.node.kind == "graph" || f.node.kind == "random" || f.node.kind == "vote"
}

// strangers leaves out who said a message, but of those that may be read.
func (m *measurer) strangers(list []message) {
	known := m.kept(m.w)
	for _, f := range m.w.st.frames {
		known[f.lastMsg] = true
	}
	known[0], known[len(list)-1] = true, true
	for i := range list {
		x := &list[i]
		if x.turn = m.numbers[x.turn]; !known[i] {
			x.sender, x.copied, x.receiver, x.role = "", "", "", ""
		}
	}
}

// mends says whether a choice led to nothing but that its turn is asked again for
// an answer of the right form, which is nobody else's concern.
func (x *exploration) mends(before, w *world, c Choice) bool {
	was, is := before.st.turns[c.Turn], w.st.turns[c.Turn]
	return c.Do == DoAnswer && !x.what.all && !x.what.calls && was != nil && is != nil && is.call != 0 && is.repairs > was.repairs &&
		len(w.st.turns) == len(before.st.turns) && w.st.lastTurn == before.st.lastTurn &&
		len(w.st.messages) == len(before.st.messages) && (w.st.final == nil) == (before.st.final == nil)
}

// unorder leaves out in which order the participants of a frame have answered at
// the same time, where its pattern does not ask for it.
func (m *measurer) unorder(f *savedFrame) {
	n := m.w.st.frames[f.ID]
	if n == nil || !slices.Contains([]string{"vote", "parallel", "debate"}, n.node.kind) {
		return
	}
	f.Ended = -1
	f.Pass, f.Open, f.Ballots = slices.Clone(f.Pass), slices.Clone(f.Open), slices.Clone(f.Ballots)
	slices.Sort(f.Pass)
	slices.Sort(f.Open)
	slices.SortStableFunc(f.Ballots, func(a, b ballot) int { return cmp.Compare(a.Slot, b.Slot) })
}

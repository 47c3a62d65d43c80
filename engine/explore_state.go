package engine

import (
	"log/slog"
	"maps"
	"slices"
)

// world is a session's state between two choices, with what a running session
// knows beside it. It is not changed any more.
type world struct {
	st     *State
	ready  []int       // frames that are to be asked
	hungry []int       // turns that wait for what calls in flight give back
	inputs map[int]int // tokens of the requests in flight, by turn
	says   int         // messages of persons
	opened bool        // with another opening than the session's
}

// fork copies a state that goes on.
func (st *State) fork() *State {
	c := st.clone()
	c.env.Messages, c.env.Data = slices.Clip(st.env.Messages), maps.Clone(st.env.Data)
	return c
}

// session is a session in a world: without engine, journal and goroutines.
func (x *exploration) session(w *world) *Session {
	st := x.copy(w.st)
	s := &Session{
		id: st.session, t: x.t, st: st, now: st.last, ticked: st.last, log: slog.New(slog.DiscardHandler), calls: map[int]*call{},
	}
	for n, t := range st.turns {
		running := len(t.running())
		if t.agent == nil || t.call == 0 && running == 0 {
			continue
		}
		c := &call{turn: n, n: t.call, agent: t.name, cancel: func(error) {}, input: w.inputs[n], tools: running > 0, running: running}
		if t.call != 0 {
			c.seq, c.link = t.callSeq, t.model()
		}
		s.calls[n] = c
	}
	for _, id := range w.ready {
		s.ask(st.frames[id])
	}
	for _, n := range w.hungry {
		s.hungry = append(s.hungry, st.turns[n])
	}
	return s
}

// running are the turn's calls of tools that are being made.
func (t *turn) running() []*toolRun {
	var list []*toolRun
	for i := range t.pending {
		p := &t.pending[i]
		if p.asked && !p.done && !p.waits() && !t.given(p.call.Name) && !t.asks(p) {
			list = append(list, p)
		}
	}
	return list
}

// world keeps what a session has come to, and notes what happened on the way.
func (x *exploration) world(s *Session, before *world) *world {
	w := &world{st: s.st, inputs: map[int]int{}}
	if before != nil {
		w.says, w.opened = before.says, before.opened
		for n, tokens := range before.inputs {
			if t := s.st.turns[n]; t != nil && t.call != 0 {
				w.inputs[n] = tokens
			}
		}
	}
	for _, t := range s.starts {
		if s.st.turns[t.n] == t && t.call != 0 {
			w.inputs[t.n] = s.weighed(t)
		}
	}
	for _, f := range s.ready {
		if s.st.frames[f.id] == f {
			w.ready = append(w.ready, f.id)
		}
	}
	slices.Sort(w.ready) // they are asked by their numbers
	for _, t := range s.hungry {
		if s.st.turns[t.n] == t && t.call == 0 {
			w.hungry = append(w.hungry, t.n)
		}
	}
	for _, t := range s.st.turns {
		t.ready = nil
	}
	x.cover(s, before)
	if x.log != nil {
		x.log(s.batch)
	}
	return w
}

// weighed is the size of the request that a turn makes now, in tokens.
func (s *Session) weighed(t *turn) int {
	if t.summing {
		r := s.summaryRequest(t, t.upTo)
		return weighed(&r)
	}
	prompt := t.ready
	if prompt == nil {
		prompt = s.st.prompt(t)
	}
	return s.st.weigh(t, prompt)
}

// cover counts what a session has done.
func (x *exploration) cover(s *Session, before *world) {
	r := &covered{t: x.t, c: x.ways, nodes: x.nodes, frames: map[int]*node{}, failing: map[int]string{}, before: map[int]string{}}
	if before != nil {
		for id, f := range before.st.frames {
			r.frames[id] = f.node
		}
	}
	for i := range s.batch {
		r.event(&s.batch[i])
	}
}

package engine

import (
	"maps"
	"slices"
)

// clone copies a state for a reader beside the loop. Lists that only grow are
// shared: what they hold does not change. It is for encode, which makes anew
// what expressions see.
func (st *State) clone() *State {
	c := *st
	c.messages, c.lobby = slices.Clip(st.messages), slices.Clip(st.lobby)
	c.judged, c.succeeded = maps.Clone(st.judged), maps.Clone(st.succeeded)
	c.latched, c.pausedBy, c.clients = maps.Clone(st.latched), maps.Clone(st.pausedBy), maps.Clone(st.clients)
	c.warned = maps.Clone(st.warned)
	c.env.Agents = maps.Clone(st.env.Agents)
	c.frames = make(map[int]*Frame, len(st.frames))
	for id, f := range st.frames {
		c.frames[id] = f.clone()
	}
	for _, f := range c.frames {
		if f.parent != nil {
			f.parent = c.frames[f.parent.id]
		}
	}
	c.turns = make(map[int]*turn, len(st.turns))
	for n, t := range st.turns {
		x := *t
		x.extra, x.pending = slices.Clip(t.extra), slices.Clone(t.pending)
		if t.frame != nil {
			x.frame = c.frames[t.frame.id]
		}
		c.turns[n] = &x
	}
	c.marks = make(map[string][]string, len(st.marks))
	for provider, list := range st.marks {
		c.marks[provider] = slices.Clone(list)
	}
	c.use = make(map[string]*agentUse, len(st.use))
	for name, u := range st.use {
		x := *u
		x.own, x.spent = slices.Clip(u.own), slices.Clone(u.spent)
		c.use[name] = &x
	}
	c.repeat = st.repeat.clone()
	return &c
}

func (f *Frame) clone() *Frame {
	c := *f
	c.view, c.result = slices.Clip(f.view), slices.Clip(f.result)
	c.open, c.pass, c.visits, c.pending = slices.Clone(f.open), slices.Clone(f.pass), slices.Clone(f.visits), slices.Clone(f.pending)
	c.repeat = f.repeat.clone()
	c.ballots = slices.Clip(f.ballots)
	c.course = f.course.clone()
	if f.floor != nil {
		fl := *f.floor
		fl.Holders = slices.Clone(fl.Holders)
		c.floor = &fl
	}
	c.passed, c.data = maps.Clone(f.passed), maps.Clone(f.data)
	return &c
}

func (r *repeats) clone() *repeats {
	if r == nil {
		return nil
	}
	c := &repeats{By: make(map[string]*repeated, len(r.By)), Most: r.Most, Recent: slices.Clip(r.Recent), Runs: r.Runs}
	for name, x := range r.By {
		y := *x
		c.By[name] = &y
	}
	return c
}

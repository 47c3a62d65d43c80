package server

import (
	"slices"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// publish hands an event to all who follow.
func (st *stream) publish(e *engine.Event) {
	st.mu.Lock()
	defer st.mu.Unlock()
	sh := st.proj.next(e, true)
	st.keep(sh)
	st.mark(&st.proj)
	for _, f := range st.followers {
		if sh != nil && sh.level <= f.level {
			f.feed(e.Seq, sh)
		}
	}
	for f := range st.owing {
		f.feed(e.Seq, nil)
		if !f.owes() {
			delete(st.owing, f)
		}
	}
	if st.deltas > 0 {
		for _, early := range st.text.stored(e) {
			st.publishDelta(&early)
		}
	}
	if st.proj.ended != nil {
		st.finish()
	}
}

func (st *stream) publishDelta(e *engine.Event) {
	wire := st.proj.delta(e, st.s.clock.stamp())
	if wire == nil {
		return
	}
	for _, f := range st.followers {
		if f.deltas {
			f.sendDelta(wire)
		}
	}
}

// keep remembers a frame for those who come.
func (st *stream) keep(sh *shown) {
	if sh == nil {
		return
	}
	st.ring = append(st.ring, sh)
	st.size += len(sh.body)
	frames, bytes := min(ringFrames, st.s.cfg.WS.QueueFrames/4), min(ringBytes, st.s.cfg.WS.QueueBytes/4)
	drop := 0
	for len(st.ring)-drop > frames || st.size > bytes {
		st.size -= len(st.ring[drop].body)
		st.from = st.ring[drop].seq
		drop++
	}
	if drop > 0 {
		st.ring = slices.Delete(st.ring, 0, drop)
	}
}

// mark remembers a place from which the log can be read.
func (st *stream) mark(p *projector) {
	if p.pos%markEvery != 0 || len(st.marks) > 0 && st.marks[len(st.marks)-1].pos >= p.pos {
		return
	}
	st.marks = append(st.marks, p.clone())
}

package server

import (
	"encoding/json"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// maxEarly bounds the live texts that wait for the event they belong behind.
const maxEarly = 1024

// liveText puts live text where it belongs among the stored events: behind the
// call that it comes from, and before the end of its turn.
type liveText struct {
	over  map[int]bool // turns that have ended
	early []engine.Event
}

// stored takes note of an event and gives the texts that may follow it.
func (l *liveText) stored(e *engine.Event) []engine.Event {
	if t := e.Type(); t == engine.TypeTurnFinished || t == engine.TypeTurnFailed {
		if l.over == nil || len(l.over) >= maxEarly {
			l.over = map[int]bool{}
		}
		l.over[e.Turn] = true
	}
	waiting := l.early
	l.early = nil
	var due []engine.Event
	for _, d := range waiting {
		if l.due(&d, e.Seq) {
			due = append(due, d)
		}
	}
	return due
}

// due says whether a text may be shown, when the events up to a number were.
// One that comes early is kept.
func (l *liveText) due(e *engine.Event, pos uint64) bool {
	switch {
	case l.over[e.Turn]:
		return false
	case e.Cause > pos:
		if len(l.early) < maxEarly {
			l.early = append(l.early, *e)
		}
		return false
	default:
		return true
	}
}

// generated hands out text as a model writes it: to those who follow here, and
// to the other nodes.
func (s *Server) generated(e *engine.Event) {
	rec := s.seats.of(e.Session)
	if rec == nil {
		return
	}
	rec.frames.delta(e)
	if s.cluster != nil {
		if message, err := json.Marshal(wireDelta(e)); err == nil {
			s.cluster.Tell(e.Session, message)
		}
	}
}

// delta hands out live text.
func (st *stream) delta(e *engine.Event) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.running && st.deltas > 0 && st.text.due(e, st.proj.pos) {
		st.publishDelta(e)
	}
}

// tune listens to what other nodes generate, until stop.
func (st *stream) tune() (stop func()) {
	c := st.s.cluster
	if c == nil {
		return func() {}
	}
	stop, err := c.Listen(st.rec.id, func(message []byte) {
		var d deltaText
		if json.Unmarshal(message, &d) == nil {
			st.delta(d.event(st.rec.id))
		}
	})
	if err != nil { // the finished messages come all the same
		st.s.log.Warn("live text of another node cannot be heard", "session", st.rec.id, "error", err)
		return func() {}
	}
	return stop
}

// deltaText is live text on its way to another node.
type deltaText struct {
	Time    time.Time `json:"time"`
	Turn    int       `json:"turn"`
	Agent   string    `json:"agent"`
	Cause   uint64    `json:"cause"`
	Text    string    `json:"text"`
	Thought bool      `json:"thought,omitempty"`
}

func wireDelta(e *engine.Event) deltaText {
	d := deltaText{Time: e.Time, Turn: e.Turn, Agent: e.Agent, Cause: e.Cause}
	switch data := e.Data.(type) {
	case *engine.TextDelta:
		d.Text = data.Text
	case *engine.ThoughtDelta:
		d.Text, d.Thought = data.Text, true
	}
	return d
}

func (d *deltaText) event(session string) *engine.Event {
	e := &engine.Event{Session: session, Time: d.Time, Turn: d.Turn, Agent: d.Agent, Cause: d.Cause, Data: &engine.TextDelta{Text: d.Text}}
	if d.Thought {
		e.Data = &engine.ThoughtDelta{Text: d.Text}
	}
	return e
}

package engine

import (
	"cmp"
	"fmt"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// exploredID is the session's, of which random draws are made: it is that of a
// run of a test with the first seed.
const exploredID = "session_1"

// start begins the session with its opening.
func (x *exploration) start() (w *world, panicked string) { return x.open(x.o.Opening) }

func (x *exploration) open(text string) (w *world, panicked string) {
	s := x.session(&world{st: newState(x.t, exploredID)})
	s.now = time.Unix(0, 0).UTC()
	panicked = guarded(func() {
		s.create(StartOptions{Opening: text})
		s.advance()
		w = x.world(s, nil)
	})
	return w, panicked
}

// step makes a choice, and lets the session's own code do what follows.
func (x *exploration) step(before *world, c Choice) (w *world, panicked string) {
	if c.Do == DoOpen {
		if w, panicked = x.open(c.Text); w != nil {
			w.opened = true
		}
		return w, panicked
	}
	panicked = guarded(func() {
		s := x.session(before)
		x.make(s, before, c)
		s.advance()
		w = x.world(s, before)
		if c.Do == DoSay {
			w.says++
		}
	})
	return w, panicked
}

// guarded gives a panic as text.
func guarded(do func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("the engine panicked: %v", r)
		}
	}()
	do()
	return ""
}

func (x *exploration) make(s *Session, w *world, c Choice) {
	t := s.st.turns[c.Turn]
	switch c.Do {
	case DoAnswer, DoCall, DoFail:
		x.reply(s, t, w.inputs[c.Turn], c).apply(s)
	case DoResult, DoToolFails:
		for _, p := range t.running() {
			if p.call.ID == c.Call {
				r := &toolResult{turn: t.n, call: p.call, result: c.Text, failed: c.Do == DoToolFails}
				r.apply(s)
				return
			}
		}
	case DoSay:
		_ = s.say(Message{Sender: cmp.Or(c.Who, userName), Content: c.Text}) // what is refused leads nowhere
	case DoAllow, DoDeny:
		_ = s.decide(c.Call, userName, c.Do == DoAllow, "no") // it waits for that
	case DoResume:
		s.resumed(userName)
	case DoCloseInput:
		s.closeInput()
	case DoWait:
		s.wait()
	}
}

// reply is what a model says.
func (x *exploration) reply(s *Session, t *turn, input int, c Choice) *reply {
	most := t.longest()
	u := providers.Usage{InputTokens: input, OutputTokens: min(most, estimate(len(c.Text)))}
	if len(c.Tools) > 0 || c.Do == DoFail || c.whole {
		u.OutputTokens = most
	}
	r := &reply{call: s.calls[t.n], text: c.Text, finish: providers.FinishStop, usage: &u}
	for _, tool := range c.Tools {
		r.tools = append(r.tools, providers.ToolCall{Name: tool.Name, Arguments: tool.Arguments})
	}
	if c.Do == DoFail {
		r.err = &providers.Error{Kind: c.Failure, Message: "explored", Usage: u}
	}
	return r
}

// wait lets the time pass until something happens by itself.
func (s *Session) wait() {
	for head := s.st.head; s.st.head == head && s.st.ended == nil; {
		at := s.nextDue()
		if at.IsZero() || at.Sub(s.st.last) > maxLooks*tickEvery && s.t.ticks && s.st.busy() {
			return // conditions that read the clock stay as they are
		}
		s.now = later(at, s.st.last)
		alarm{}.apply(s)
	}
}

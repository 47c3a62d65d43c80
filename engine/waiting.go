package engine

import (
	"fmt"
	"strings"
	"time"
)

// noted is what a log tells that a state does not keep.
type noted struct {
	called map[int]time.Time // when open calls were made, by turn
	paused string            // by whom
}

func (n *noted) take(e *Event) {
	switch d := e.Data.(type) {
	case *ModelCalled:
		if n.called == nil {
			n.called = map[int]time.Time{}
		}
		n.called[e.Turn] = e.Time
	case *TurnFinished, *TurnFailed:
		delete(n.called, e.Turn)
	case *Paused:
		n.paused = d.By
	}
}

// waiting says what a session that has not ended waits for.
func (st *State) waiting(n noted) string {
	var list []string
	for _, t := range st.openTurns() {
		list = append(list, st.waitsFor(t, n.called[t.n]))
	}
	switch {
	case st.ended != nil:
		return "the session has ended"
	case st.paused:
		list = append([]string{st.pausedFor(n.paused)}, list...)
	case st.stopAsked != nil:
		list = append(list, "it ends when these turns are finished")
	case len(list) > 0:
	case st.started.IsZero():
		list = append(list, "it waits for a first message")
	case st.rootDone != nil || st.final != nil || !st.chats():
		list = append(list, "it was cut short, and goes on when it is resumed")
	default:
		list = append(list, "it waits for a message")
	}
	if d := st.t.spec.IdleTimeout; d > 0 && !st.busy() {
		list = append(list, "if nothing happens it ends at "+moment(st.last.Add(d))+" (idle_timeout)")
	}
	return strings.Join(list, "; ")
}

// chats says whether a pattern is active that waits for a person's message.
func (st *State) chats() bool {
	for _, f := range st.frames {
		answered := len(f.pass) == 0 || f.node.kind != "chat" // an answer ends a round of a chat
		if f.node.chats() && len(f.pending) == 0 && answered && !st.inputClosed {
			return true
		}
	}
	return false
}

// waitsForMessage says whether a session waits for a message that is nobody's
// turn, unless the input is closed.
func (st *State) waitsForMessage() bool {
	return len(st.turns) == 0 && (st.started.IsZero() || st.chats())
}

func (st *State) pausedFor(by string) string {
	s := "it was paused at " + moment(st.pausedAt)
	if by != "" {
		s += " by " + by
	}
	if st.pauseReason != nil {
		s += " by " + st.pauseReason.Stop + " (" + st.pauseReason.Text + ")"
	}
	return s + " and waits to be resumed"
}

func (st *State) waitsFor(t *turn, called time.Time) string {
	switch {
	case t.human != nil && t.human.spec.Timeout > 0:
		return fmt.Sprintf("it waits for %s, since %s and at most until %s", t.name, moment(t.started), moment(t.started.Add(t.human.spec.Timeout)))
	case t.human != nil:
		return fmt.Sprintf("it waits for %s, since %s", t.name, moment(t.started))
	case t.cooling:
		return fmt.Sprintf("%s is over its token limit and waits until %s", t.name, moment(st.use[t.name].coolUntil))
	case t.call != 0 && called.IsZero():
		return fmt.Sprintf("call %d of %s to %s is under way", t.call, t.name, t.via)
	case t.call != 0:
		return fmt.Sprintf("call %d of %s to %s is under way, since %s", t.call, t.name, t.via, moment(called))
	case len(t.pending) > 0:
		if t.awaits() {
			return t.awaitsWhat()
		}
		var names []string
		for _, p := range t.pending {
			if !p.done {
				names = append(names, p.call.Name)
			}
		}
		return fmt.Sprintf("%s waits for its tools: %s", t.name, strings.Join(names, ", "))
	case st.awaitsBudget(t) != "":
		return fmt.Sprintf("%s waits for what calls under way will leave of %s", t.name, st.awaitsBudget(t))
	case !t.retryAt.IsZero():
		return fmt.Sprintf("%s tries again at %s", t.name, moment(t.retryAt))
	default:
		return fmt.Sprintf("the turn of %s was cut short, and goes on when it is resumed", t.name)
	}
}

// awaitsBudget is the budget of which a turn waits for what calls in flight give
// back, empty when it does not.
func (st *State) awaitsBudget(t *turn) string {
	if !st.t.budgeted() || t.retryAt.After(st.last) {
		return ""
	}
	d := ModelCalled{}
	if upTo := st.toSum(t); upTo >= 0 {
		d.Purpose, d.UpTo = purposeSummary, upTo
	}
	s := &Session{t: st.t, st: st}
	o := s.offerOf(t, &d)
	t.ready = nil // it may not be made for long
	_, no, later := st.affords(o, t.final)
	if !later {
		return ""
	}
	return no.limit.address()
}

// awaitsWhat says which tool calls a person must decide about.
func (t *turn) awaitsWhat() string {
	var calls, steps []string
	for i := range t.pending {
		switch p := &t.pending[i]; {
		case p.waits():
			calls = append(calls, fmt.Sprintf("%s (call %s)", p.call.Name, p.call.ID))
		case t.delegates(p):
			steps = append(steps, p.call.Name)
		}
	}
	if len(calls) == 0 {
		return t.name + " waits for whom it has asked: " + strings.Join(steps, ", ")
	}
	return fmt.Sprintf("%s waits for a person to allow %s", t.name, strings.Join(calls, ", "))
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

package engine

import (
	"context"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// approval is how far a person has decided about a tool call.
type approval int

const (
	approvalNone approval = iota
	approvalAsked
	approvalGiven
)

// maxDecision bounds what is said about a decision, in bytes.
const maxDecision = 4 << 10

// Approve allows or refuses a tool call that waits for a person; why is told to
// the model when it is refused. A call that waits for nobody, or not any more,
// gives [ErrNoApproval].
func (s *Session) Approve(ctx context.Context, callID, by string, ok bool, why string) error {
	for _, text := range []string{by, why} {
		if err := checkText("a decision", text); err != nil {
			return err
		}
	}
	_, err := s.command(ctx, func(s *Session) answer {
		return answer{err: s.decide(callID, clip(by, maxDecision), ok, clip(why, maxDecision))}
	})
	return err
}

// askApproval asks a person about a call whose request is in the log.
func (s *Session) askApproval(t *turn, c providers.ToolCall) {
	s.emit(t.event(&ApprovalAsked{CallID: c.ID, Tool: c.Name, Arguments: c.Arguments}))
}

// decide takes in a person's decision.
func (s *Session) decide(callID, by string, ok bool, why string) error {
	t, p := s.st.waitingCall(callID)
	if t == nil {
		return fmt.Errorf("call %q: %w", callID, ErrNoApproval)
	}
	c := p.call
	if ok {
		s.emit(t.event(&ApprovalGiven{CallID: c.ID, Tool: c.Name, By: by}))
		if tool, _ := t.agent.tool(c.Name); !tool.asks {
			s.tools = append(s.tools, toolStart{turn: t.n, tool: tool, call: c})
		}
		return nil
	}
	s.emit(t.event(&ApprovalDenied{CallID: c.ID, Tool: c.Name, By: by, Why: why}))
	s.afterTools(t)
	return nil
}

// text is what the model is told.
func (d *ApprovalDenied) text() string {
	text := "a person did not allow this call"
	if d.Why != "" {
		text += ": " + d.Why
	}
	return text
}

// waitingCall is the call of an id that waits for a person, in its open turn.
func (st *State) waitingCall(id string) (*turn, *toolRun) {
	for _, t := range st.turns {
		for i := range t.pending {
			if p := &t.pending[i]; p.call.ID == id && p.waits() {
				return t, p
			}
		}
	}
	return nil, nil
}

// waits says whether a call waits for a person.
func (p *toolRun) waits() bool { return p.approval == approvalAsked && !p.done }

// awaits says whether a turn waits for a person's decision, or for the steps of
// others, and for nothing else.
func (t *turn) awaits() bool {
	waits := false
	for i := range t.pending {
		p := &t.pending[i]
		if !p.done && !p.waits() && !t.delegates(p) {
			return false
		}
		waits = waits || !p.done
	}
	return waits
}

// busy says whether an agent is at work and does not wait for a person.
func (st *State) busy() bool {
	for _, t := range st.turns {
		if t.agent != nil && !t.awaits() {
			return true
		}
	}
	return false
}

// foldApproval takes in what happened to a call that a person must allow. The
// time that a person takes does not count as the turn's.
func (st *State) foldApproval(e *Event) {
	t := st.turns[e.Turn]
	waited := t.awaits()
	switch d := e.Data.(type) {
	case *ApprovalAsked:
		t.approve(d.CallID, approvalAsked)
	case *ApprovalGiven:
		t.approve(d.CallID, approvalGiven)
	case *ApprovalDenied:
		t.toolDone(d.CallID, d.text(), true)
	}
	if waited && !t.awaits() {
		t.started = e.Time
	}
}

func (t *turn) approve(id string, a approval) {
	for i := range t.pending {
		if p := &t.pending[i]; p.call.ID == id {
			p.approval = a
		}
	}
}

package engine

import (
	"context"
	"fmt"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Resume goes on with a session from its log: where it waited it waits again,
// and what a crash cut short is made again. A call that was in flight is made
// once more; a tool call without a result is made again if the tool is
// idempotent, otherwise the model is told that the result is unknown. The
// template must be the one that the session was started from. Resuming an
// ended session returns [ErrEnded].
func (e *Engine) Resume(ctx context.Context, t *Template, id string) (*Session, error) {
	st := newState(t, id)
	for ev, err := range e.cfg.Journal.Read(ctx, id, 0) {
		if err != nil {
			return nil, err
		}
		if ev.Seq != st.head+1 {
			return nil, fmt.Errorf("session %s: event %d is missing: %w", id, st.head+1, ErrDamaged)
		}
		if c, ok := ev.Data.(*Created); ok && c.Hash != t.Hash {
			return nil, fmt.Errorf("session %s: %w", id, ErrTemplate)
		}
		st.fold(&ev)
	}
	switch {
	case st.head == 0:
		return nil, ErrNotFound
	case st.ended != nil:
		return nil, ErrEnded
	}
	s, err := e.adopt(st)
	if err != nil {
		return nil, err
	}
	s.head.Store(st.head)
	_, err = s.command(ctx, func(s *Session) answer {
		s.takeOver()
		return answer{}
	})
	if err != nil {
		_ = s.post(letGo{err}) // it may be gone already
		return nil, err
	}
	return s, nil
}

// takeOver makes again what was cut short.
func (s *Session) takeOver() {
	s.emit(Event{Data: &TakenOver{Last: s.st.head}})
	for _, t := range s.openTurns() {
		if t.agent == nil || s.st.turns[t.n] != t {
			continue // a person's, or ended by what was found out about another
		}
		switch {
		case t.call != 0:
			s.emit(t.event(&ModelFailed{Call: t.call, Provider: t.provider(), Kind: providers.Canceled, Message: "interrupted; what it used is not known"}))
			s.callModel(t)
		case len(t.pending) > 0:
			s.redoTools(t)
		}
	}
	s.askAll()
}

// redoTools settles the tool calls that have no result.
func (s *Session) redoTools(t *turn) {
	for _, p := range t.pending {
		if p.done {
			continue
		}
		if tool, ok := t.agent.runs[p.call.Name]; ok && tool.Idempotent {
			s.tools = append(s.tools, toolStart{turn: t.n, tool: tool, call: p.call})
			continue
		}
		s.toolFailed(t, p.call, "interrupted: it is not known whether the call took effect")
	}
	s.afterTools(t)
}

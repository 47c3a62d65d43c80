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
	return e.revive(ctx, t, id, (*Session).takeOver)
}

// revive makes a session of its log.
func (e *Engine) revive(ctx context.Context, t *Template, id string, begin func(*Session)) (*Session, error) {
	st, err := e.load(ctx, t, id)
	if err != nil {
		return nil, err
	}
	if st.ended != nil {
		return nil, ErrEnded
	}
	s, err := e.adopt(ctx, st)
	if err != nil {
		return nil, err
	}
	_, err = s.command(ctx, func(s *Session) answer {
		begin(s)
		return answer{}
	})
	if err != nil {
		_ = s.post(letGo{err}) // it may be gone already
		return nil, err
	}
	return s, nil
}

// load folds a session's log.
func (e *Engine) load(ctx context.Context, t *Template, id string) (*State, error) {
	st := newState(t, id)
	for ev, err := range e.cfg.Journal.Read(ctx, id, 0) {
		if err != nil {
			return nil, err
		}
		if err := st.next(&ev); err != nil {
			return nil, err
		}
	}
	if st.head == 0 {
		return nil, ErrNotFound
	}
	return st, nil
}

// next folds the event that a log gives next, if it fits.
func (st *State) next(ev *Event) error {
	if ev.Seq != st.head+1 {
		return fmt.Errorf("session %s: event %d is missing: %w", st.session, st.head+1, ErrDamaged)
	}
	if c, ok := ev.Data.(*Created); ok && c.Hash != st.t.Hash {
		return fmt.Errorf("session %s: %w", st.session, ErrTemplate)
	}
	st.fold(ev)
	return nil
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

package engine

import (
	"fmt"
	"maps"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// state makes again the state that was saved.
func (s *savedState) state(t *Template) (*State, error) {
	st := newState(t, s.Session)
	st.head, st.last, st.created, st.started = s.Head, s.Last, s.Created, s.Started
	st.paused, st.pausedAt, st.pauseReason, st.held = s.Paused, s.PausedAt, s.PauseReason, s.Held
	st.inputClosed, st.stopAsked, st.final, st.ended, st.rootDone = s.InputClosed, s.StopAsked, s.Final, s.Ended, s.RootDone
	st.lobby, st.lastID, st.lastTurn, st.costly = s.Lobby, s.LastID, s.LastTurn, s.Costly
	st.owner, st.lost = s.Owner, s.Lost
	for _, limit := range s.Warned {
		st.warned[limit] = true
	}
	st.opening, st.history, st.copying = s.Opening, s.History, s.Copying
	st.firing, st.broken, st.finalOver, st.finalErr, st.repeat = s.Firing, s.Broken, s.FinalOver, s.FinalErr, s.Repeats
	maps.Copy(st.marks, s.Marks)
	maps.Copy(st.clients, s.Clients)
	maps.Copy(st.latched, s.Latched)
	maps.Copy(st.pausedBy, s.PausedBy)
	maps.Copy(st.succeeded, s.Succeeded)
	maps.Copy(st.judged, s.Judged)
	s.loadMessages(st)
	s.loadEnv(st)
	for i := range s.Frames {
		if err := s.Frames[i].load(st); err != nil {
			return nil, err
		}
	}
	for i := range s.Turns {
		if err := s.Turns[i].load(st); err != nil {
			return nil, err
		}
	}
	st.changed = ^specs.EnvPart(0) // what was looked at is not known
	return st, nil
}

// loadMessages makes the transcript and what expressions see of it.
func (s *savedState) loadMessages(st *State) {
	st.messages = s.messages
	seen := func(m *message) specs.EnvMessage {
		e := m.env()
		e.Data = m.output()
		return e
	}
	window := st.messages[max(0, len(st.messages)-envWindow):]
	for i := range window {
		st.remember(seen(&window[i]))
	}
	if len(st.messages) > len(window) {
		st.env.First = seen(&st.messages[0])
	}
	last, data := map[string]bool{}, map[string]bool{} // senders whose latest are found
	for i := len(st.messages) - 1; i >= 0; i-- {
		m := &st.messages[i]
		if last[m.sender] && (data[m.sender] || !m.data) {
			continue
		}
		e := seen(m)
		if a, ok := st.env.Agents[m.sender]; ok && !last[m.sender] {
			a.Last = e
			st.env.Agents[m.sender] = a
		}
		last[m.sender] = true
		if e.Data != nil && !data[m.sender] {
			data[m.sender] = true
			st.env.Data[m.sender] = e.Data
		}
	}
}

func (s *savedState) loadEnv(st *State) {
	c, env := s.Counts, &st.env
	env.Turns, env.Rounds, env.Calls, env.ToolCalls, env.Handoffs = c.Turns, c.Rounds, c.Calls, c.ToolCalls, c.Handoffs
	env.Usage, env.Outcome = c.Usage, s.Outcome
	env.Elapsed = st.elapsed(st.last).Seconds()
	for name, u := range s.Use {
		st.use[name] = &agentUse{
			spent: u.Spent, coolUntil: u.CoolUntil, said: u.Said, active: u.Active, summary: u.Summary, summedTo: u.SummedTo, own: u.Own,
		}
		if a, ok := env.Agents[name]; ok {
			a.Turns, a.Tokens = u.Turns, u.Tokens
			env.Agents[name] = a
		}
	}
}

// load puts a frame into a state that has the outer ones.
func (s *savedFrame) load(st *State) error {
	f := &Frame{
		id: s.ID, slot: s.Slot, path: s.Path, context: s.Context, note: s.Note, from: s.From, course: s.Course, view: s.View, turns: s.Turns, rounds: s.Rounds, idle: s.Idle, tries: s.Tries, said: s.Said, summary: s.Summary, counted: s.Counted,
		open: s.Open, pass: s.Pass, visits: s.Visits, ended: s.Ended, result: s.Result, lastMsg: s.LastMsg, pending: s.Pending,
		merged: s.Merged, lastDraft: s.Draft, best: s.Best, bestScore: s.Score, accepted: s.Accept, data: s.Data,
		toolCall: s.Call, delegated: s.Calls, floor: s.Floor, repeat: s.Repeats, ballots: s.Ballots,
		passed: make(map[int]stepResult, len(s.Passed)), node: st.t.root,
	}
	if s.Parent != 0 {
		p := st.frames[s.Parent]
		if p == nil || s.Slot < 0 || s.Slot >= len(p.node.slots) || p.node.slots[s.Slot].node == nil {
			return fmt.Errorf("%w: pattern %s is not where it was", errSnapshot, s.Path)
		}
		f.parent, f.node = p, p.node.slots[s.Slot].node
	}
	if len(f.visits) != len(f.node.slots) {
		return fmt.Errorf("%w: pattern %s has other participants", errSnapshot, s.Path)
	}
	for slot, r := range s.Passed {
		f.passed[slot] = stepResult{ok: r.OK, messages: r.Messages, held: r.Held, turn: r.Turn, data: r.Data}
	}
	st.frames[f.id] = f
	return nil
}

// load puts a turn into a state that has the frames.
func (s *savedTurn) load(st *State) error {
	t := &turn{
		n: s.Turn, slot: s.Slot, name: s.Name, role: s.Role, decides: s.Decides, note: s.Note, answers: s.Answers, context: s.Context, final: s.Final, started: s.Started,
		seq: s.Seq, link: s.Link, attempt: s.Attempt, call: s.Call, callSeq: s.CallSeq, mark: s.Mark, repairs: s.Repairs, used: s.Used,
		retryAt: s.RetryAt, cooling: s.Cooling, summing: s.Summing, summed: s.Summed, upTo: s.UpTo, said: s.Said, via: s.Via, extra: s.Extra,
		frame: st.frames[s.Frame], agent: st.t.agents[s.Name], human: st.t.humans[s.Name],
		toolCall: s.For, cap: s.Cap, claim: s.Claim, asker: s.Asker, stop: s.Stop,
	}
	if t.agent == nil && t.human == nil || t.frame == nil && !t.final && !t.judges() && t.asker == 0 {
		return fmt.Errorf("%w: turn %d is nobody's", errSnapshot, s.Turn)
	}
	for _, p := range s.Pending {
		t.pending = append(t.pending, toolRun{call: p.Call, asked: p.Asked, over: p.Over, done: p.Done, result: p.Result, failed: p.Failed, approval: p.Approval, step: p.Step})
	}
	st.turns[t.n] = t
	return nil
}

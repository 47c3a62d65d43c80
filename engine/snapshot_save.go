package engine

import (
	"cmp"
	"maps"
	"slices"
)

// saved is what is written of a state.
func (st *State) saved(m Mark) *savedState {
	s := &savedState{
		Session: st.session, Hash: st.t.Hash, Mark: m, Head: st.head, Last: st.last, Created: st.created, Started: st.started,
		Paused: st.paused, PausedAt: st.pausedAt, PauseReason: st.pauseReason, Held: st.held, InputClosed: st.inputClosed,
		StopAsked: st.stopAsked, Final: st.final, Ended: st.ended, RootDone: st.rootDone,
		Lobby: st.lobby, LastID: st.lastID, LastTurn: st.lastTurn,
		Marks: st.marks, Use: make(map[string]savedUse, len(st.use)), Latched: st.latched,
		PausedBy: st.pausedBy, Clients: st.clients, Repeats: st.repeat, Succeeded: st.succeeded, Judged: st.judged,
		Opening: st.opening, History: st.history, Copying: st.copying, Firing: st.firing, Broken: st.broken, FinalOver: st.finalOver, FinalErr: st.finalErr,
		Costly: st.costly, Outcome: st.env.Outcome, Owner: st.owner, Lost: st.lost, Warned: slices.Sorted(maps.Keys(st.warned)),
		Counts: savedCounts{
			Turns: st.env.Turns, Rounds: st.env.Rounds, Calls: st.env.Calls, ToolCalls: st.env.ToolCalls,
			Handoffs: st.env.Handoffs, Usage: st.env.Usage,
		},
	}
	for _, f := range st.frames {
		s.Frames = append(s.Frames, f.saved())
	}
	slices.SortFunc(s.Frames, func(a, b savedFrame) int { return cmp.Compare(a.ID, b.ID) }) // outer ones first
	for _, t := range st.turns {
		s.Turns = append(s.Turns, t.saved())
	}
	slices.SortFunc(s.Turns, func(a, b savedTurn) int { return cmp.Compare(a.Turn, b.Turn) })
	for name, u := range st.use {
		s.Use[name] = u.saved(st, name)
	}
	return s
}

func (f *Frame) saved() savedFrame {
	s := savedFrame{
		ID: f.id, Slot: f.slot, Path: f.path, Context: f.context, Note: f.note, From: f.from, Course: f.course, View: f.view, Turns: f.turns, Rounds: f.rounds, Idle: f.idle, Tries: f.tries, Said: f.said, Summary: f.summary, Counted: f.counted,
		Open: f.open, Pass: f.pass, Visits: f.visits, Ended: f.ended, Result: f.result, LastMsg: f.lastMsg, Pending: f.pending,
		Merged: f.merged, Draft: f.lastDraft, Best: f.best, Score: f.bestScore, Accept: f.accepted, Data: f.data,
		Call: f.toolCall, Calls: f.delegated, Floor: f.floor, Repeats: f.repeat, Ballots: f.ballots,
		Passed: make(map[int]savedResult, len(f.passed)),
	}
	if f.parent != nil {
		s.Parent = f.parent.id
	}
	for slot, r := range f.passed {
		s.Passed[slot] = savedResult{OK: r.ok, Messages: r.messages, Held: r.held, Turn: r.turn, Data: r.data}
	}
	return s
}

func (t *turn) saved() savedTurn {
	s := savedTurn{
		Turn: t.n, Slot: t.slot, Name: t.name, Role: t.role, Decides: t.decides, Note: t.note, Answers: t.answers, Context: t.context, Final: t.final, Started: t.started,
		Seq: t.seq, Link: t.link, Attempt: t.attempt, Call: t.call, CallSeq: t.callSeq, Mark: t.mark, Repairs: t.repairs, Used: t.used,
		RetryAt: t.retryAt, Cooling: t.cooling, Summing: t.summing, Summed: t.summed, UpTo: t.upTo, Said: t.said, Via: t.via, Extra: t.extra,
		For: t.toolCall, Cap: t.cap, Claim: t.claim, Asker: t.asker, Stop: t.stop,
	}
	if t.frame != nil {
		s.Frame = t.frame.id
	}
	for _, p := range t.pending {
		s.Pending = append(s.Pending, savedTool{Call: p.call, Asked: p.asked, Over: p.over, Done: p.done, Result: p.result, Failed: p.failed, Approval: p.approval, Step: p.step})
	}
	return s
}

func (u *agentUse) saved(st *State, name string) savedUse {
	a := st.env.Agents[name]
	return savedUse{
		Turns: a.Turns, Tokens: a.Tokens, Spent: u.spent, CoolUntil: u.coolUntil, Said: u.said, Active: u.active, Summary: u.summary, SummedTo: u.summedTo,
		Own: u.own,
	}
}

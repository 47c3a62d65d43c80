package engine

import (
	"slices"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

func (st *State) foldTurn(e *Event) {
	switch d := e.Data.(type) {
	case *TurnStarted:
		st.foldTurnStarted(e, d)
	case *TurnFinished:
		st.foldTurnFinished(e, d)
	case *TurnFailed:
		st.foldTurnFailed(e, d)
	case *ModelCalled:
		t := st.turns[e.Turn]
		t.call, t.callSeq, t.attempt, t.retryAt = d.Call, e.Seq, d.Attempt, time.Time{}
		t.summing, t.upTo = d.Purpose == purposeSummary, d.UpTo
		t.cap, t.claim = d.MaxTokens, d.claim()
		t.mark, t.via = len(st.marks[d.Provider]), d.Provider
		st.marks[d.Provider] = append(st.marks[d.Provider], "")
		st.env.Calls++
		st.changed |= specs.PartCounters
	case *ModelAnswered:
		st.foldAnswered(e, d)
	case *ModelFailed:
		t := st.turns[e.Turn]
		t.call = 0
		st.charge(e, d.Cost)
		st.settleClaim(t, d.Cost != nil || e.Usage != nil)
		st.marks[d.Provider][t.mark] = d.Mark
		if d.Unmade {
			st.unmark(d.Provider, t.mark)
		}
	case *ModelRetried:
		t := st.turns[e.Turn]
		t.attempt, t.retryAt = d.Attempt-1, d.Until
		if d.Kind == providers.BadOutput {
			t.repairs++
			t.extra = append(t.extra, providers.Message{Role: providers.User, Content: d.Message})
		}
	case *Summarized:
		t := st.turns[e.Turn]
		t.summed, t.summing, t.attempt = true, false, 0
		if d.Text != "" {
			u := st.use[t.name]
			u.summary, u.summedTo = d.Text, d.UpTo
		}
	case *ModelFellBack:
		t := st.turns[e.Turn]
		t.link++
		t.attempt = 0
	case *ToolRequested:
		t := st.turns[e.Turn]
		t.used++
		t.toolAsked(d.CallID)
		st.env.ToolCalls++
		st.changed |= specs.PartCounters
		st.repeating(t.frame, func(r *repeats) { r.tool(e.Agent, d.Tool+string(d.Arguments)) })
	case *ToolFinished:
		st.turns[e.Turn].answered(e, d.CallID, d.Result, false)
		st.foldSucceeded(st.turns[e.Turn], d.Tool)
	case *ToolFailed:
		st.turns[e.Turn].answered(e, d.CallID, d.Error, true)
	case *Handoff:
		st.foldHandoff(st.turns[e.Turn], d)
	case *ApprovalAsked, *ApprovalGiven, *ApprovalDenied:
		st.foldApproval(e)
	}
}

func (st *State) foldTurnStarted(e *Event, d *TurnStarted) {
	t := &turn{
		n: e.Turn, slot: d.Slot, name: e.Agent, role: d.Role, decides: d.Decides, note: d.Note, answers: d.Answers, context: d.Context, final: d.Final,
		started: e.Time, seq: e.Seq, agent: st.t.agents[e.Agent], human: st.t.humans[e.Agent],
		toolCall: d.Call, asker: d.Asker,
	}
	st.lastTurn = e.Turn
	st.turns[t.n] = t
	if d.Stop != "" {
		t.stop = remembered{d.Stop, d.Frame}
		st.foldJudging(t)
	} else if d.Asker != 0 {
		st.foldQuestion(t)
	} else if !d.Final {
		t.frame = st.frames[d.Frame]
		t.frame.startStep(d.Slot)
		if d.Call != "" {
			st.delegate(t.frame, d.Call)
		}
		if fl := t.frame.floor; fl != nil && d.Role == "" {
			fl.began(d.Answers)
		}
		if d.Answers >= 0 {
			t.frame.pending = slices.DeleteFunc(t.frame.pending, func(i int) bool { return i == d.Answers })
		}
	}
	if u := st.use[t.name]; t.agent != nil && t.agent.spec.Sees != "all" {
		if i := st.trigger(t); i >= 0 && (len(u.own) == 0 || u.own[len(u.own)-1] != i) {
			u.own = append(u.own, i)
		}
	}
}

func (st *State) foldTurnFinished(e *Event, d *TurnFinished) {
	t := st.turns[e.Turn]
	st.closeTurn(t)
	if d.Held != nil {
		st.accept(d.Held, accepted{Seq: e.Seq, Held: true})
	}
	if t.decides {
		st.foldDecision(t, d.Decision)
		return
	}
	st.env.Turns++
	ea := st.env.Agents[t.name]
	ea.Turns++
	st.env.Agents[t.name] = ea
	st.changed |= specs.PartCounters | specs.PartAgents | specs.PartHere
	if t.frame == nil {
		st.finalOver = true
		return
	}
	for g := t.frame; g != nil; g = g.parent {
		g.turns++
	}
	if t.toolCall != "" {
		text := ""
		if m := &st.messages[len(st.messages)-1]; m.turn == t.n {
			text = m.content
		}
		st.delivered(t.frame, t.slot, t.toolCall, text, false)
		return
	}
	r := stepResult{ok: true, held: d.Held, turn: t.n}
	if v := t.frame.view; d.Held == nil && len(v) > 0 && st.messages[v[len(v)-1]].turn == t.n {
		r.messages = []int{v[len(v)-1]}
	}
	r.data = st.answerOf(t, r)
	st.finishStep(t.frame, t.slot, r)
}

func (st *State) foldTurnFailed(e *Event, d *TurnFailed) {
	t := st.turns[e.Turn]
	st.closeTurn(t)
	if !d.Skipped && !d.Redo {
		st.foldTurnBroken(t, d)
	}
	switch {
	case t.judges(): // it is asked again in its time
	case t.asker != 0:
		st.replied(t, d.Message, true)
	case t.frame == nil:
		st.finalOver = true
	case d.Redo:
		t.frame.undoStep(t.slot)
		if t.toolCall != "" {
			st.undelegate(t.frame, t.toolCall)
		}
		if fl := t.frame.floor; fl != nil {
			fl.undone()
		}
		if !t.frame.node.chats() {
			break
		}
		if p := t.frame.pending; len(p) > 1 { // the newest one is answered, having seen the others
			t.frame.pending = p[len(p)-1:]
		}
	case t.decides:
		t.frame.decided(t.slot, stepResult{turn: t.n})
	case t.toolCall != "":
		st.delivered(t.frame, t.slot, t.toolCall, d.Message, true)
	default:
		st.finishStep(t.frame, t.slot, stepResult{turn: t.n})
	}
}

// foldSucceeded notes that a tool was called with success.
func (st *State) foldSucceeded(t *turn, name string) {
	tool, ok := t.agent.tool(name)
	if !ok {
		return
	}
	block := t.agent.blocks[tool.Spec.Name]
	st.succeeded[remembered{stop: block}] = true
	for f := t.frame; f != nil; f = f.parent {
		st.succeeded[remembered{block, f.id}] = true
	}
	st.changed |= toolReads
}

// answerOf is the structured answer of a turn with a role.
func (st *State) answerOf(t *turn, r stepResult) any {
	switch {
	case t.role == "":
		return nil
	case r.held != nil && r.held.Structured:
		m := message{content: r.held.Content, data: true}
		return m.output()
	case len(r.messages) > 0:
		return st.messages[r.messages[0]].output()
	default:
		return nil
	}
}

// foldTurnBroken notes what must follow from a failure that is not passed over.
func (st *State) foldTurnBroken(t *turn, d *TurnFailed) {
	switch {
	case t.judges() && st.frames[t.stop.frame] != nil: // the pattern fails that the condition is scoped to
		st.broken = &broken{Frame: t.stop.frame, Why: t.failure(d.Kind, d.Message)}
	case t.judges():
		st.broken = &broken{Why: t.failure(d.Kind, d.Message), Outcome: Failed}
	case t.frame == nil:
		st.finalErr = d.Message
	case t.human != nil:
		st.broken = &broken{Frame: t.frame.id, Why: t.absence(d.Message), Outcome: Blocked}
	default:
		st.broken = &broken{Frame: t.frame.id, Why: t.failure(d.Kind, d.Message)}
	}
}

func (st *State) foldAnswered(e *Event, d *ModelAnswered) {
	t := st.turns[e.Turn]
	t.call, t.attempt = 0, 0
	st.charge(e, d.Cost)
	st.settleClaim(t, true)
	st.marks[d.Provider][t.mark] = d.Mark
	if d.Text == "" && len(d.ToolCalls) == 0 {
		return
	}
	t.extra = append(t.extra, providers.Message{Role: providers.Assistant, Content: d.Text, ToolCalls: d.ToolCalls})
	for _, c := range d.ToolCalls {
		t.pending = append(t.pending, toolRun{call: c})
	}
}

// charge books what a call has used.
func (st *State) charge(e *Event, cost *float64) {
	st.changed |= specs.PartUsage
	u := &st.env.Usage
	if cost != nil {
		u.Cost += *cost
	} else {
		st.costly = true
	}
	if e.Usage == nil {
		return
	}
	u.InputTokens += e.Usage.InputTokens
	u.OutputTokens += e.Usage.OutputTokens
	u.TotalTokens = u.InputTokens + u.OutputTokens
	ea, ok := st.env.Agents[e.Agent]
	if !ok {
		return
	}
	ea.Tokens += e.Usage.Total()
	st.env.Agents[e.Agent] = ea
	st.changed |= specs.PartAgents
	if l := st.t.agents[e.Agent].spec.Limits; l.TokensPerMinute > 0 || l.TokensPerHour > 0 {
		use := st.use[e.Agent]
		use.spent = slices.DeleteFunc(use.spent, func(s spent) bool { return e.Time.Sub(s.At) >= time.Hour })
		use.spent = append(use.spent, spent{At: e.Time, Tokens: e.Usage.Total()})
	}
}

// unmark forgets a call that was announced and never made.
func (st *State) unmark(provider string, at int) {
	st.marks[provider] = slices.Delete(st.marks[provider], at, at+1)
	for _, t := range st.turns {
		if t.call != 0 && t.mark > at && t.via == provider {
			t.mark--
		}
	}
}

func (t *turn) toolAsked(id string) {
	for i := range t.pending {
		if p := &t.pending[i]; p.call.ID == id {
			p.asked, p.over = true, t.agent != nil && t.used > t.most(p.call.Name)
			return
		}
	}
}

// answered takes in a tool's result. The time that a turn waits for others'
// steps does not count as its own.
func (t *turn) answered(e *Event, id, result string, failed bool) {
	waited := t.awaits()
	t.toolDone(id, result, failed)
	if waited && !t.awaits() {
		t.started = e.Time
	}
}

func (t *turn) toolDone(id, result string, failed bool) {
	open := false
	for i := range t.pending {
		p := &t.pending[i]
		if p.call.ID == id && !p.done {
			p.done, p.result, p.failed = true, result, failed
		}
		open = open || !p.done
	}
	if open {
		return
	}
	for _, p := range t.pending {
		t.extra = append(t.extra, providers.Message{
			Role: providers.ToolRole, Content: p.result, ToolCallID: p.call.ID, ToolError: p.failed,
		})
	}
	t.pending = nil
}

package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// envWindow is how many messages expressions see.
const envWindow = 200

// fold takes in the next event. It is the only place that changes a State.
//
//nolint:cyclop // one case for each type of event
func (st *State) fold(e *Event) {
	st.head, st.last = e.Seq, e.Time
	switch d := e.Data.(type) {
	case *Created:
		st.created = e.Time
	case *Started:
		st.started = e.Time
	case *Paused:
		st.paused, st.pausedAt, st.pauseReason = true, e.Time, d.Reason
	case *Resumed:
		if st.paused && !st.started.IsZero() {
			st.held += e.Time.Sub(st.pausedAt)
		}
		st.paused, st.pauseReason = false, nil
	case *InputClosed:
		st.inputClosed = true
	case *Finalizing:
		st.final = d
		st.env.Outcome = string(d.Outcome)
		st.changed |= specs.PartCounters
	case *Ended:
		st.ended = d
		st.env.Outcome = string(d.Outcome)
	case *Latched:
		st.latched[d.Stop] = true
	case *StopFired:
		if d.Action == "pause" {
			st.pausedBy[d.Reason.Stop] = true
		}
	case *Cleared:
		delete(st.pausedBy, d.Stop)
	case *Said:
		st.foldSaid(e, d)
	case *Entered:
		st.foldEntered(d)
	case *Left:
		st.foldLeft(d)
	case *Round:
		st.foldRound(d)
	case *Chosen:
		st.frames[d.Frame].chosen = d.Name
	case *EdgeTaken:
		f := st.frames[d.Frame]
		f.edge = f.node.slotNamed(d.To)
	case *Merged:
		f := st.frames[d.Frame]
		f.view = append(f.view, d.Messages...)
		f.merged++
	case *CooledDown:
		st.use[e.Agent].coolUntil = d.Until
		st.turns[e.Turn].cooling = true
	case *Recovered:
		st.turns[e.Turn].cooling = false
	default:
		st.foldTurn(e)
	}
	if e.Agent != "" {
		if u := st.use[e.Agent]; u != nil {
			u.active = e.Time
		}
	}
	if !st.started.IsZero() {
		st.env.Elapsed = st.elapsed(e.Time).Seconds()
		st.changed |= specs.PartElapsed
	}
}

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
		st.env.Calls++
		st.changed |= specs.PartCounters
	case *ModelAnswered:
		st.foldAnswered(e, d)
	case *ModelFailed:
		st.turns[e.Turn].call = 0
		st.charge(e, d.Cost)
		st.mark(d.Provider, d.Mark)
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
		st.env.ToolCalls++
		st.changed |= specs.PartCounters
		if st.repeat != nil {
			st.repeat.tool(e.Agent, d.Tool+string(d.Arguments))
		}
	case *ToolFinished:
		st.turns[e.Turn].toolDone(d.CallID, d.Result, false)
	case *ToolFailed:
		st.turns[e.Turn].toolDone(d.CallID, d.Error, true)
	}
}

func (st *State) foldSaid(e *Event, d *Said) {
	i := len(st.messages)
	person := d.Role == "user"
	m := message{
		seq: e.Seq, sender: d.Sender, receiver: d.Receiver, role: d.Role, content: d.Content,
		tagged: "[" + d.Sender + "]: " + d.Content, turn: e.Turn, person: person, tokens: estimate(len(d.Content)),
	}
	st.messages = append(st.messages, m)
	em := specs.EnvMessage{
		Exists: true, Content: d.Content, Agent: d.Sender, Role: d.Role, Type: "text", Turn: e.Turn, Data: outputOf(d),
	}
	st.remember(em)
	if ea, ok := st.env.Agents[d.Sender]; ok {
		ea.Last = em
		st.env.Agents[d.Sender] = ea
		st.changed |= specs.PartAgents
	}
	if em.Data != nil {
		st.env.Data[d.Sender] = em.Data
		st.changed |= specs.PartData
	}
	if u := st.use[d.Sender]; u != nil {
		u.own = append(u.own, i)
		u.said++
	}
	if d.ClientID != "" {
		st.clients[d.Sender+"\x00"+d.ClientID] = e.Seq
	}
	if st.repeat != nil && !person {
		st.repeat.text(d.Sender, d.Content)
	}
	if f := st.frames[d.Frame]; f != nil {
		st.foldSaidIn(f, e, d, i, em.Data)
		return
	}
	st.foldSaidToAll(i, person)
}

// foldSaidIn takes in a message that belongs to a frame.
func (st *State) foldSaidIn(f *Frame, e *Event, d *Said, i int, data any) {
	f.view = append(f.view, i)
	if r, ok := f.passed[f.node.slotNamed(d.Sender)]; ok && r.held != nil && r.turn == e.Turn {
		r.messages, r.held = []int{i}, nil
		f.passed[f.node.slotNamed(d.Sender)] = r
		f.merged++
	}
	for g := f; g != nil; g = g.parent {
		g.lastMsg = i
		if data != nil {
			if g.data == nil {
				g.data = map[string]any{}
			}
			g.data[d.Sender] = data
		}
	}
	st.changed |= specs.PartHere
}

// foldSaidToAll takes in a message that every active pattern sees.
func (st *State) foldSaidToAll(i int, person bool) {
	if len(st.frames) == 0 {
		st.lobby = append(st.lobby, i)
		return
	}
	inner := map[int]bool{}
	for _, f := range st.frames {
		if f.parent != nil {
			inner[f.parent.id] = true
		}
		if person && f.node.kind == "chat" {
			f.pending = append(f.pending, i)
		}
	}
	for _, f := range st.frames {
		if !inner[f.id] {
			f.view = append(f.view, i)
			f.public = append(f.public, i)
		}
	}
}

// remember puts a message into the window that expressions see.
func (st *State) remember(m specs.EnvMessage) {
	env := &st.env
	if len(env.Messages) == envWindow {
		if cap(env.Messages) == envWindow {
			grown := make([]specs.EnvMessage, envWindow, 2*envWindow)
			copy(grown, env.Messages)
			env.Messages = grown
		}
		env.Messages = env.Messages[1:]
	}
	env.Messages = append(env.Messages, m)
	if !env.First.Exists {
		env.First = m
	}
	env.Last = m
	st.changed |= specs.PartMessages
}

func (st *State) foldEntered(d *Entered) {
	f := &Frame{
		id: d.Frame, slot: d.Slot, parent: st.frames[d.Parent], path: d.Name, context: d.Context,
		at: -1, ended: -1, lastMsg: -1, best: -1, lastDraft: -1, edge: -1, passed: map[int]stepResult{},
	}
	st.lastID = d.Frame
	if f.parent == nil {
		f.node = st.t.root
		if f.node.kind == "chat" {
			for _, i := range st.lobby {
				if st.messages[i].person {
					f.pending = append(f.pending, i)
				}
			}
		}
	} else {
		f.node = f.parent.node.slots[d.Slot].node
		f.path = f.parent.path + "/" + d.Name
		f.parent.startStep(d.Slot)
	}
	f.visits = make([]int, len(f.node.slots))
	st.frames[f.id] = f
}

func (st *State) foldLeft(d *Left) {
	f := st.frames[d.Frame]
	delete(st.frames, d.Frame)
	for id, t := range st.turns {
		if t.frame == f {
			delete(st.turns, id)
		}
	}
	p := f.parent
	if p == nil {
		st.rootDone = d
		return
	}
	for _, i := range f.public {
		if !slices.Contains(p.view, i) && !slices.Contains(d.Result, i) {
			p.view = append(p.view, i)
			p.public = append(p.public, i)
		}
	}
	if p.node.kind != "parallel" {
		p.view = append(p.view, d.Result...)
	}
	p.finishStep(f.slot, stepResult{ok: !d.Skipped && d.Why != leftCancelled, messages: d.Result})
}

func (st *State) foldRound(d *Round) {
	f := st.frames[d.Frame]
	f.rounds = d.Round
	if p, ok := f.node.pattern.(loop); ok {
		p.foldRound(f)
	}
	f.pass, f.merged = f.pass[:0], 0
	clear(f.passed)
	st.changed |= specs.PartHere
	if f.parent == nil {
		st.env.Rounds = d.Round
		st.changed |= specs.PartCounters
	}
}

func (st *State) foldTurnStarted(e *Event, d *TurnStarted) {
	t := &turn{
		n: e.Turn, slot: d.Slot, name: e.Agent, note: d.Note, answers: d.Answers, context: d.Context, final: d.Final,
		started: e.Time, seq: e.Seq, agent: st.t.agents[e.Agent], human: st.t.humans[e.Agent],
	}
	st.lastTurn = e.Turn
	st.turns[t.n] = t
	if !d.Final {
		t.frame = st.frames[d.Frame]
		t.frame.startStep(d.Slot)
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
	delete(st.turns, e.Turn)
	st.env.Turns++
	ea := st.env.Agents[t.name]
	ea.Turns++
	st.env.Agents[t.name] = ea
	st.changed |= specs.PartCounters | specs.PartAgents | specs.PartHere
	if t.frame == nil {
		return
	}
	for g := t.frame; g != nil; g = g.parent {
		g.turns++
	}
	r := stepResult{ok: true, held: d.Held, turn: t.n}
	if v := t.frame.view; d.Held == nil && len(v) > 0 && st.messages[v[len(v)-1]].turn == t.n {
		r.messages = []int{v[len(v)-1]}
	}
	t.frame.finishStep(t.slot, r)
}

func (st *State) foldTurnFailed(e *Event, d *TurnFailed) {
	t := st.turns[e.Turn]
	delete(st.turns, e.Turn)
	switch {
	case t.frame == nil:
	case d.Redo:
		t.frame.undoStep(t.slot)
		if t.frame.node.kind != "chat" {
			break
		}
		if p := t.frame.pending; len(p) > 1 { // the newest one is answered, having seen the others
			t.frame.pending = p[len(p)-1:]
		}
	default:
		t.frame.finishStep(t.slot, stepResult{turn: t.n})
	}
}

func (st *State) foldAnswered(e *Event, d *ModelAnswered) {
	t := st.turns[e.Turn]
	t.call = 0
	st.charge(e, d.Cost)
	st.mark(d.Provider, d.Mark)
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
		use.spent = slices.DeleteFunc(use.spent, func(s spent) bool { return e.Time.Sub(s.at) >= time.Hour })
		use.spent = append(use.spent, spent{at: e.Time, tokens: e.Usage.Total()})
	}
}

func (st *State) mark(provider, mark string) {
	if mark != "" {
		st.marks[provider] = append(st.marks[provider], mark)
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

func (f *Frame) startStep(slot int) {
	f.open = append(f.open, slot)
	f.visits[slot]++
	f.at, f.edge = slot, -1
}

func (f *Frame) undoStep(slot int) {
	f.close(slot)
	f.visits[slot]--
}

func (f *Frame) close(slot int) {
	if i := slices.Index(f.open, slot); i >= 0 {
		f.open = slices.Delete(f.open, i, i+1)
	}
}

func (f *Frame) finishStep(slot int, r stepResult) {
	f.close(slot)
	f.steps++
	f.ended, f.okay, f.result = slot, r.ok, r.messages
	f.pass = append(f.pass, slot)
	f.passed[slot] = r
	f.idle++
	if r.ok {
		f.idle = 0
	}
}

// estimate is the number of tokens that a text of so many bytes is taken for:
// four bytes a token, rounded up, the vendors' own rule of thumb for English.
func estimate(bytes int) int { return (bytes + 3) / 4 }

// fold of text for comparisons: case and white space do not count.
func folded(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

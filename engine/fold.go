package engine

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// fold takes in the next event. It is the only place that changes a State.
//
//nolint:cyclop // one case for each type of event
func (st *State) fold(e *Event) {
	before := st.last
	st.head, st.last = e.Seq, e.Time
	switch d := e.Data.(type) {
	case *Created:
		st.created, st.owner, st.opening, st.history, st.copying = e.Time, d.Owner, d.Opening, d.History, d.ForkedAt
	case *Started:
		st.started = e.Time
	case *Paused:
		st.paused, st.pausedAt, st.pauseReason = true, e.Time, d.Reason
		if d.Reason != nil {
			st.firing = nil
		}
	case *Resumed:
		if st.paused && !st.started.IsZero() {
			st.held += e.Time.Sub(st.pausedAt)
		}
		st.paused, st.pauseReason = false, nil
		st.changed |= st.t.reads // what was true behind the pause counts now
	case *StopAsked:
		st.stopAsked = d
	case *InputClosed:
		st.inputClosed = true
	case *Finalizing:
		st.final, st.firing = d, nil
		st.env.Outcome = string(d.Outcome)
		st.changed |= specs.PartCounters
	case *Ended:
		st.ended, st.firing, st.broken = d, nil, nil
		st.env.Outcome = string(d.Outcome)
	case *Latched:
		st.latched[remembered{d.Stop, d.Frame}] = true
	case *StopFired:
		st.firing = d
		if d.Action == actionPause {
			for _, c := range d.Reason.Conditions {
				st.pausedBy[remembered{c.Address, d.Frame}] = true
			}
		}
	case *BudgetWarned:
		st.warned[d.Limit] = true
	case *Cleared:
		delete(st.pausedBy, remembered{d.Stop, d.Frame})
	case *Said:
		st.foldSaid(e, d)
	case *Entered:
		st.foldEntered(d)
	case *Left:
		st.foldLeft(d)
	case *Round:
		st.foldRound(d)
	case *Ballot:
		f := st.frames[d.Frame]
		f.ballots = append(f.ballots, ballot{Slot: d.Slot, Choice: d.Choice, Score: d.Score, Spoiled: d.Spoiled})
	case *Verdict:
		st.frames[d.Frame].counted = true
	case *Items:
		st.frames[d.Frame].course.list(d)
	case *Planned:
		st.frames[d.Frame].course.take(d)
	case *Replanned:
		st.frames[d.Frame].replan(d)
	case *Merged:
		f := st.frames[d.Frame]
		st.show(f, d.Messages)
		f.merged++
	case *CooledDown:
		st.use[e.Agent].coolUntil = d.Until
		st.turns[e.Turn].cooling = true
	case *Recovered:
		t := st.turns[e.Turn]
		t.cooling, t.started = false, e.Time
	case *TakenOver:
		for _, t := range st.turns {
			if t.agent != nil {
				t.started = e.Time
			}
		}
	case *Forked:
		st.foldForked(e.Time, before)
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

func (st *State) foldEntered(d *Entered) {
	f := &Frame{
		id: d.Frame, slot: d.Slot, parent: st.frames[d.Parent], path: d.Name, context: d.Context, note: d.Note, from: len(st.messages),
		ended: -1, lastMsg: -1, said: -1, summary: -1, best: -1, lastDraft: -1, passed: map[int]stepResult{},
		toolCall: d.Call,
	}
	st.lastID = d.Frame
	if f.parent == nil {
		f.node = st.t.root
		if f.node.chats() {
			f.pending = st.unanswered()
		}
	} else {
		f.node = f.parent.node.slots[d.Slot].node
		f.path = f.parent.path + "/" + d.Name
		f.parent.startStep(d.Slot)
		if d.Call != "" {
			st.delegate(f.parent, d.Call)
		}
	}
	if p, ok := f.node.pattern.(handoff); ok {
		f.floor = p.floor()
	}
	f.visits = make([]int, len(f.node.slots))
	if st.t.watched[f.node.name] {
		f.repeat = newRepeats()
	}
	st.frames[f.id] = f
}

// unanswered are the messages of persons, said while no pattern was active,
// that no agent's words follow.
func (st *State) unanswered() []int {
	var list []int
	for _, i := range st.lobby {
		switch m := &st.messages[i]; {
		case m.person:
			list = append(list, i)
		case m.role == "assistant":
			list = nil
		}
	}
	return list
}

func (st *State) foldLeft(d *Left) {
	f := st.frames[d.Frame]
	delete(st.frames, d.Frame)
	st.foldBroken(f, d)
	for id, t := range st.turns {
		if t.frame == f || t.judges() && t.stop.frame == f.id {
			delete(st.turns, id)
		}
	}
	st.dropQuestions()
	of := func(x remembered, _ bool) bool { return x.frame == f.id }
	maps.DeleteFunc(st.latched, of)
	maps.DeleteFunc(st.pausedBy, of)
	maps.DeleteFunc(st.succeeded, of)
	maps.DeleteFunc(st.judged, func(x remembered, _ judged) bool { return x.frame == f.id })
	p := f.parent
	if p == nil {
		st.rootDone = d
		return
	}
	for _, i := range f.view {
		if st.messages[i].public && !slices.Contains(d.Result, i) {
			st.show(p, []int{i})
		}
	}
	if !p.node.holds(f.slot) {
		st.show(p, d.Result)
	}
	ok := !slices.Contains([]string{leftFailed, leftCancelled, leftRefused}, d.Why)
	if f.toolCall != "" {
		text := st.wordsOf(d.Result)
		if d.Reason != nil && !ok {
			text = d.Reason.Text
		}
		st.delivered(p, f.slot, f.toolCall, text, !ok)
		return
	}
	idle := p.idle
	st.finishStep(p, f.slot, stepResult{ok: ok, messages: d.Result})
	if f.turns == 0 { // nobody has spoken in it, so that no count of turns ends this
		p.idle = idle + 1
	}
}

// foldBroken notes what must follow from a frame's end.
func (st *State) foldBroken(f *Frame, d *Left) {
	if st.firing != nil && st.firing.Action == actionLeave && st.firing.Frame == d.Frame {
		st.firing = nil
	}
	if st.broken != nil && st.broken.Frame == d.Frame {
		st.broken = nil
	}
	if d.Why == leftFailed && !d.Skipped && f.parent != nil && d.Reason != nil {
		st.broken = &broken{Frame: f.parent.id, Why: *d.Reason}
	}
}

// foldForked begins a session's own part behind what was copied: the time in
// between does not count, what a condition had begun is decided again, and
// turns begin anew with the template's first model. Who goes on with it has
// not asked for its end.
func (st *State) foldForked(now, before time.Time) {
	st.copying, st.created = 0, now
	if !st.paused && !st.started.IsZero() {
		st.held += now.Sub(before)
	}
	for _, t := range st.turns {
		t.started, t.link = now, 0
	}
	if d := st.firing; d != nil && d.Action == actionPause {
		for _, c := range d.Reason.Conditions {
			delete(st.pausedBy, remembered{c.Address, d.Frame})
		}
	}
	st.firing, st.stopAsked, st.inputClosed = nil, nil, false
	st.changed |= st.t.reads
}

// show adds messages to what a frame sees; what was said to everybody may come
// from several inner frames, and is added once.
func (st *State) show(f *Frame, messages []int) {
	for _, i := range messages {
		if !st.messages[i].public || !slices.Contains(f.view, i) {
			f.view = append(f.view, i)
		}
	}
}

func (st *State) foldRound(d *Round) {
	f := st.frames[d.Frame]
	f.rounds = d.Round
	if p, ok := f.node.pattern.(rounder); ok {
		p.foldRound(f)
	}
	f.anew()
	st.changed |= specs.PartHere
	if f.parent == nil {
		st.env.Rounds = d.Round
		st.changed |= specs.PartCounters
	}
}

// anew begins another pass over the slots.
func (f *Frame) anew() {
	f.pass, f.merged, f.tries = f.pass[:0], 0, 0
	clear(f.passed)
}

func (f *Frame) startStep(slot int) {
	f.open = append(f.open, slot)
	if slot != summarySlot {
		f.visits[slot]++
	}
}

func (f *Frame) undoStep(slot int) {
	f.close(slot)
	if slot != summarySlot {
		f.visits[slot]--
	}
}

func (f *Frame) close(slot int) {
	if i := slices.Index(f.open, slot); i >= 0 {
		f.open = slices.Delete(f.open, i, i+1)
	}
}

// finishStep ends a step of a frame.
func (st *State) finishStep(f *Frame, slot int, r stepResult) {
	f.finishStep(slot, r)
	if p, ok := f.node.pattern.(follower); ok {
		p.after(st, f, slot, r)
	}
}

func (f *Frame) finishStep(slot int, r stepResult) {
	f.close(slot)
	f.ended, f.result = slot, r.messages
	f.pass = append(f.pass, slot)
	f.passed[slot] = r
	f.idle++
	if r.ok {
		f.idle = 0
	}
}

// estimate is the number of tokens that a text of so many bytes is taken for.
func estimate(bytes int) int { return specs.Weight{Bytes: bytes}.Tokens() }

// fold of text for comparisons: case and white space do not count.
func folded(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// handoff lets whoever has the floor speak until it hands over, by calling a
// tool that is named after whom it hands over to.
type handoff struct {
	start   int
	targets [][]int // by slot: whom it may hand over to
	then    string  // stay, return, user
	most    int     // handovers, 0 is no bound
}

// transferTo begins the names of the tools.
const transferTo = "transfer_to_"

// floor is who has the floor in a handoff.
type floor struct {
	// Holders are slots: who has it is the last one, those who had it before
	// come before.
	Holders []int `json:"holders"`
	// To is the slot that the open turn hands over to, From the one that did so
	// last and whose word is not answered yet; else -1.
	To   int    `json:"to"`
	From int    `json:"from"`
	Why  string `json:"why,omitempty"`
	// Answers is the person's message that is being answered, or -1.
	Answers  int `json:"answers"`
	Handoffs int `json:"handoffs,omitempty"`
	// On says that the next one speaks without waiting for a person.
	On   bool `json:"on,omitempty"`
	Over bool `json:"over,omitempty"`
}

func (c *compiler) handoff(n *node) Pattern {
	a := n.spec.Handoff
	p := handoff{start: max(0, n.slotNamed(n.spec.Start)), then: a.AfterTurn, most: a.MaxHandoffs, targets: make([][]int, len(n.slots))}
	for from := range n.slots {
		for to := range n.slots {
			if to != from && (a.Allow == nil || slices.Contains(a.Allow[n.slots[from].name], n.slots[to].name)) {
				p.targets[from] = append(p.targets[from], to)
			}
		}
	}
	return p
}

func (p handoff) floor() *floor {
	return &floor{Holders: []int{p.start}, To: -1, From: -1, Answers: -1}
}

// waits says whether the pattern waits for a person after each turn.
func (p handoff) waits() bool { return p.then == "user" }

// Next implements [Pattern].
func (p handoff) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	if why := full(f); why != "" {
		return done(why)
	}
	fl, slot := f.floor, p.holder(st, f)
	if fl.Over || slot < 0 {
		return done(leftDone)
	}
	m := one(slot)
	step := &m.Steps[0]
	if p.waits() {
		switch {
		case fl.On:
			step.Answers = fl.Answers
		case len(f.pending) > 0:
			step.Answers = f.pending[0]
		case st.inputClosed:
			return done(leftDone)
		default:
			return Move{}
		}
	}
	if fl.From >= 0 {
		step.Note = f.handedNote()
	} else if f.ended >= 0 && slot != f.ended {
		m.Chosen = &Chosen{Frame: f.id, Name: f.node.slots[slot].name, By: "floor", Why: "it comes back from " + f.node.slots[f.ended].name}
	}
	return m
}

// handedNote tells who has the floor now why that is so.
func (f *Frame) handedNote() string {
	note := f.node.slots[f.floor.From].name + " has handed the conversation over to you"
	if f.floor.Why != "" {
		note += ": " + f.floor.Why
	}
	return note
}

// holder is who has the floor, of those who may still speak, or -1.
func (p handoff) holder(st *State, f *Frame) int {
	for _, slot := range slices.Backward(f.floor.Holders) {
		if st.active(&f.node.slots[slot]) {
			return slot
		}
	}
	return -1
}

// gives implements giver.
func (p handoff) gives(st *State, t *turn) []providers.ToolSpec {
	f := t.frame
	if p.most > 0 && f.floor.Handoffs >= p.most {
		return nil
	}
	var list []providers.ToolSpec
	for _, to := range p.targets[t.slot] {
		if !st.active(&f.node.slots[to]) {
			continue
		}
		list = append(list, providers.ToolSpec{
			Name:        transferTo + f.node.slots[to].name,
			Description: "Hands the conversation over to " + f.node.introduce(st.t, to) + ", who then has the floor instead of you.",
			Schema:      toolForm("", map[string]string{"reason": "Why, in a sentence, for whoever has the floor then."}),
		})
	}
	return list
}

// means implements giver.
func (p handoff) means(_ *turn, name string) bool { return strings.HasPrefix(name, transferTo) }

// mostCalls implements giver.
func (p handoff) mostCalls(*turn) int { return 0 }

// declines implements giver.
func (p handoff) declines(st *State, t *turn, i int) string {
	f, name := t.frame, strings.TrimPrefix(t.pending[i].call.Name, transferTo)
	to := f.node.slotNamed(name)
	for _, q := range t.pending[:i] {
		if q.asked && !q.done && p.means(t, q.call.Name) {
			return fmt.Sprintf("the floor goes to %s already; only the first handover of an answer counts", strings.TrimPrefix(q.call.Name, transferTo))
		}
	}
	switch {
	case len(p.targets[t.slot]) == 0:
		return "you may hand over to nobody; answer yourself"
	case to < 0 || !slices.Contains(p.targets[t.slot], to):
		return fmt.Sprintf("you cannot hand over to %q; you may hand over to %s", clip(name, maxTold), strings.Join(f.node.names(p.targets[t.slot]), ", "))
	case !st.active(&f.node.slots[to]):
		return name + " has taken all its turns"
	case p.most > 0 && f.floor.Handoffs >= p.most:
		return fmt.Sprintf("max_handoffs = %d is reached; answer yourself", p.most)
	}
	if err := json.Unmarshal(t.pending[i].call.Arguments, &handover{}); err != nil {
		return "reason must be a text"
	}
	return ""
}

// handover are the arguments of the tools.
type handover struct {
	Reason string `json:"reason"`
}

// transfer is the call by which a turn hands over when all its other tools have
// answered, or nil.
func (t *turn) transfer() *toolRun {
	if t.frame == nil {
		return nil
	}
	p, ok := t.frame.node.pattern.(handoff)
	if !ok {
		return nil
	}
	var last *toolRun
	for i := range t.pending {
		q := &t.pending[i]
		if q.done {
			continue
		}
		if last != nil || !q.asked || !p.means(t, q.call.Name) {
			return nil
		}
		last = q
	}
	return last
}

// handOver gives the floor away, unless the session's limit forbids it.
func (s *Session) handOver(t *turn, run *toolRun) {
	if l := s.st.handoffRefused(); l != nil {
		s.exhaust(exhausted([]Condition{l.condition(s.st)}))
		return
	}
	var args handover
	_ = json.Unmarshal(run.call.Arguments, &args) // declines saw to it
	s.emit(t.event(&Handoff{
		Frame: t.frame.id, CallID: run.call.ID, From: t.name, To: strings.TrimPrefix(run.call.Name, transferTo), Why: clip(args.Reason, maxDecision),
	}))
	s.endHandedOver(t)
}

// handedOver says whether a turn has given the floor away and must end.
func (t *turn) handedOver() bool {
	return t.frame != nil && t.frame.floor != nil && t.frame.floor.To >= 0 && t.role == ""
}

// endHandedOver ends such a turn, with the words that went with the call if
// there were any.
func (s *Session) endHandedOver(t *turn) {
	text := ""
	for _, m := range slices.Backward(t.extra) {
		if m.Role == providers.Assistant {
			text = m.Content
			break
		}
	}
	if strings.TrimSpace(text) == "" {
		s.emit(t.event(&TurnFinished{}))
		s.ask(t.frame)
		return
	}
	r, form := &reply{text: text}, s.st.form(t)
	said := &Said{Sender: t.name, Role: "assistant", Content: text}
	if form.check != nil && r.problem(form) == "" {
		said.Content, said.Structured = r.text, true
	}
	s.finishTurn(t, said)
}

// foldHandoff takes in that a turn gives the floor away.
func (st *State) foldHandoff(t *turn, d *Handoff) {
	fl := t.frame.floor
	fl.To, fl.Why = t.frame.node.slotNamed(d.To), d.Why
	fl.Handoffs++
	t.toolDone(d.CallID, "", false)
	st.env.Handoffs++
	st.changed |= specs.PartCounters
}

// began notes whose message a turn answers: a person's new one has handovers of
// its own.
func (fl *floor) began(answers int) {
	if answers >= 0 && !fl.On {
		fl.Handoffs = 0
	}
	fl.Answers = answers
}

// undone forgets what the turn did that is taken again.
func (fl *floor) undone() { fl.To, fl.Answers, fl.On = -1, -1, false }

// after moves the floor when somebody has spoken.
func (p handoff) after(_ *State, f *Frame, slot int, _ stepResult) {
	fl := f.floor
	for i, holder := range slices.Backward(fl.Holders) {
		if holder == slot {
			fl.Holders = fl.Holders[:i+1]
			break
		}
	}
	silent := f.node.slots[slot].agent == nil // it cannot hand over
	switch {
	case fl.To >= 0:
		fl.Holders = append(slices.Clip(fl.Holders), fl.To)
		fl.From, fl.To, fl.On = slot, -1, true
	default:
		fl.From, fl.Why, fl.On = -1, "", silent
		if !silent {
			fl.Answers = -1
		}
		if silent || p.then == "return" {
			p.back(f, slot)
		}
	}
	if p.then != "return" && len(fl.Holders) > 2 {
		fl.Holders = slices.Clone(fl.Holders[len(fl.Holders)-2:])
	}
}

// back gives the floor to who had it before. When there is nobody the pattern
// is over, or somebody whom a person or a pattern may hand over to goes on.
func (p handoff) back(f *Frame, slot int) {
	fl := f.floor
	fl.Holders = slices.Clone(fl.Holders[:len(fl.Holders)-1])
	if len(fl.Holders) > 0 {
		return
	}
	if p.then != "return" {
		for _, to := range p.targets[slot] {
			if f.node.slots[to].agent != nil {
				fl.Holders = []int{to}
				return
			}
		}
	}
	fl.Over = true
}

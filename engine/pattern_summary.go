package engine

import (
	"fmt"
)

// summarySlot is where the summary of a pattern is asked for. It is none of the
// pattern's own slots.
const summarySlot = -1

const summaryNote = "This part of the conversation is over. Sum it up for those who were not there, in at most 250 words: results, decisions, " +
	"open questions, and who said what where that matters. Write plain text, no introduction."

// summarizer is who sums up a node: the first agent that takes part in it.
func (c *compiler) summarizer(n *node) {
	if n.spec.Result != "summary" {
		return
	}
	a := n.firstAgent()
	if a == nil {
		c.report("AC8006", "Nobody can sum up", n.spec.Arg("result"),
			fmt.Sprintf("result = \"summary\" of pattern %q needs an agent in it, whose model writes the summary; it has none.", n.name))
		return
	}
	n.sums = &slot{name: a.spec.Name, agent: a}
	n.ask(roleSummary, ask{decides: true, plain: true})
}

// firstAgent is the first agent in declared order, inner patterns included.
func (n *node) firstAgent() *agent {
	for i := range n.slots {
		switch s := &n.slots[i]; {
		case s.agent != nil:
			return s.agent
		case s.node != nil:
			if a := s.node.firstAgent(); a != nil {
				return a
			}
		}
	}
	return nil
}

// at is a slot of a node.
func (n *node) at(i int) *slot {
	if i == summarySlot {
		return n.sums
	}
	return &n.slots[i]
}

// has says whether a node has a slot.
func (n *node) has(i int) bool {
	return i == summarySlot && n.sums != nil || i >= 0 && i < len(n.slots)
}

// summed sees that a frame that is done is summed up. It says whether the frame
// can be left; until then it is asked again.
func (s *Session) summed(f *Frame) bool {
	if f.node.sums == nil || f.summary >= 0 {
		return true
	}
	r, over := f.passed[summarySlot]
	switch {
	case f.running(summarySlot):
		return false
	case over && !r.ok, !over && len(f.view) == 0: // passed over, or nothing was said
		return true
	case over:
		text, _ := r.data.(string)
		s.voice(f, &Said{Sender: f.node.name, Role: "system", Content: text, Frame: f.id})
		return true
	}
	if s.allowed() {
		s.startTurn(f, Step{Slot: summarySlot, Role: roleSummary, Note: summaryNote, Answers: -1})
	}
	return false
}

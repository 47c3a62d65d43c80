package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// course is what a frame remembers of the way that its pattern takes, where
// that is a list, a plan, a ledger or a board. It is saved as it is; its lists
// of items and steps do not change.
type course struct {
	// Listed says that Items are known.
	Listed bool              `json:"listed,omitempty"`
	Items  []json.RawMessage `json:"items,omitempty"`

	// Planned says that a plan is being carried out: its next step is At.
	Planned bool       `json:"planned,omitempty"`
	Plan    []PlanStep `json:"plan,omitempty"`
	At      int        `json:"at,omitempty"`
	// Replans is how many plans were given up, the last one because of Why.
	Replans int    `json:"replans,omitempty"`
	Why     string `json:"why,omitempty"`
	// Trouble is why the plan cannot go on.
	Trouble string `json:"trouble,omitempty"`

	// Stalls are the rounds without progress; Met says that whoever leads is
	// satisfied.
	Stalls int  `json:"stalls,omitempty"`
	Met    bool `json:"met,omitempty"`

	// Writes counts what was written on the board, Written has which of it was
	// the last for each entry, and Seen what there was when each rule last acted,
	// plus 1.
	Writes  int            `json:"writes,omitempty"`
	Written map[string]int `json:"written,omitempty"`
	Seen    map[int]int    `json:"seen,omitempty"`
}

func (c course) clone() course {
	c.Written, c.Seen = maps.Clone(c.Written), maps.Clone(c.Seen)
	return c
}

// Course is what a pattern has decided about its way; at most one is set.
type Course struct {
	Items     *Items
	Planned   *Planned
	Replanned *Replanned
}

func (c Course) data() Data {
	switch {
	case c.Items != nil:
		return c.Items
	case c.Planned != nil:
		return c.Planned
	case c.Replanned != nil:
		return c.Replanned
	default:
		return nil
	}
}

func (c *course) list(d *Items) { c.Listed, c.Items = true, d.Items }

func (c *course) take(d *Planned) { c.Planned, c.Plan, c.At, c.Trouble = true, d.Steps, 0, "" }

// replan gives up the plan of a frame and what was done of it.
func (f *Frame) replan(d *Replanned) {
	c := &f.course
	c.Replans, c.Why = d.Number, d.Why
	c.Planned, c.Plan, c.At, c.Trouble, c.Stalls = false, nil, 0, "", 0
	f.anew()
}

// again is the move of a pattern that gives up its plan.
func (f *Frame) again(why string) Move {
	return Move{Course: Course{Replanned: &Replanned{Frame: f.id, Number: f.course.Replans + 1, Why: clip(why, maxWhy)}}}
}

// maxWhy bounds what is told of a plan that is given up, in bytes.
const maxWhy = 1 << 10

// follower is a pattern that notes in the frame's course what a step, which has
// just ended, means for it. It is a part of fold.
type follower interface {
	after(st *State, f *Frame, slot int, r stepResult)
}

// rounder is a pattern that notes what a round, which is just complete, means
// for it. It is a part of fold.
type rounder interface{ foldRound(f *Frame) }

// tolerant is a pattern that goes on when some steps fail, whatever its
// on_error says.
type tolerant interface {
	tolerates(f *Frame, slot int) bool
}

// aimed is a pattern that can end without what it is for. For a reason of that
// kind it says how a session ends whose pattern it is.
type aimed interface {
	missed(why string) Outcome
}

// endMissed ends a session whose pattern ended without what it is for.
func (s *Session) endMissed(p aimed, why string) {
	r := Reason{Stop: "pattern", Text: fmt.Sprintf("pattern_done: pattern.%s %s", s.t.root.name, missedText(why))}
	if o := p.missed(why); o != Exhausted {
		s.end(o, r)
		return
	}
	s.exhaust(r)
}

func missedText(why string) string {
	switch why {
	case leftStalled:
		return "made no progress, and max_resets is used up"
	case leftStuck:
		return "is stuck: nobody can act, and its goal is not reached"
	case leftRefused:
		return "has no plan that the person who must approve it agrees to"
	default:
		return "reached its " + why + " before its goal"
	}
}

// inputs are the frames around a turn whose notes it is told, outermost first.
func (t *turn) inputs() []*Frame {
	var list []*Frame
	if t.context != nil {
		return nil
	}
	for f := t.frame; f != nil; f = f.parent {
		if f.note != "" {
			list = append(list, f)
		}
		if f.context != nil {
			break
		}
	}
	slices.Reverse(list)
	return list
}

// named is the slot of one of the first participants, or -1.
func (n *node) named(name string, first int) int {
	if slot := n.slotNamed(name); slot < first {
		return slot
	}
	return -1
}

// names are those of slots.
func (n *node) names(slots []int) []string {
	names := make([]string, len(slots))
	for i, slot := range slots {
		names[i] = n.slots[slot].name
	}
	return names
}

// upTo are the first slots.
func upTo(n int) []int {
	slots := make([]int, n)
	for i := range slots {
		slots[i] = i
	}
	return slots
}

// asked is the step in which a role is asked for.
func asked(slot int, role, note string) Move {
	return Move{Steps: []Step{{Slot: slot, Role: role, Note: note, Answers: -1}}}
}

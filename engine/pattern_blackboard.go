package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// blackboard lets those act whose inputs on the board are there or have
// changed, one after the other, until the goal is reached or nobody can. It has
// a slot for each rule.
type blackboard struct {
	rules []boardRule
	goal  *specs.Expr
	most  int
}

type boardRule struct {
	when   *specs.Expr
	writes string
	reads  []string // entries; none is any of them
}

func (c *compiler) blackboard(n *node) Pattern {
	a := n.spec.Blackboard
	p := blackboard{goal: a.Goal, most: a.MaxActivations}
	n.patience = 3*len(n.slots) + 3
	n.slots = nil
	for _, r := range a.Rules {
		n.slots = append(n.slots, c.slot(r.Run.Name, r.Run))
		p.rules = append(p.rules, boardRule{when: r.When, writes: r.Writes, reads: p.entries(a, r.When)})
	}
	return p
}

// entries are those that a condition reads.
func (p blackboard) entries(a *specs.Blackboard, when *specs.Expr) []string {
	var list []string
	if when == nil {
		return nil
	}
	for _, name := range when.Keys("here", "data") {
		if slices.ContainsFunc(a.Rules, func(r specs.BlackboardRule) bool { return r.Writes == name }) {
			list = append(list, name)
		}
	}
	for _, agent := range when.Keys("data") {
		for _, r := range a.Rules {
			if r.Run.Kind == specs.RefAgent && r.Run.Name == agent {
				list = append(list, r.Writes)
			}
		}
	}
	return list
}

// missed implements [aimed].
func (p blackboard) missed(why string) Outcome {
	switch {
	case p.goal == nil:
		return ""
	case why == leftStuck:
		return Blocked
	case why == leftMaxActions, why == leftMaxRounds, why == leftMaxTurns:
		return Exhausted
	default:
		return ""
	}
}

// after implements [follower]: somebody has written on the board, or has looked
// at it in vain.
func (p blackboard) after(st *State, f *Frame, slot int, r stepResult) {
	if slot < 0 {
		return
	}
	c := &f.course
	if r.ok && len(r.messages) > 0 {
		m := &st.messages[r.messages[len(r.messages)-1]]
		if f.data == nil {
			f.data = map[string]any{}
		}
		name := p.rules[slot].writes
		if f.data[name] = m.output(); f.data[name] == nil {
			f.data[name] = m.content
		}
		if c.Written == nil {
			c.Written = map[string]int{}
		}
		c.Writes++
		c.Written[name] = c.Writes
		st.changed |= specs.PartHere
	}
	if c.Seen == nil {
		c.Seen = map[int]int{}
	}
	c.Seen[slot] = c.Writes + 1
}

// Next implements [Pattern].
func (p blackboard) Next(st *State, f *Frame) Move {
	if len(f.open) > 0 {
		return Move{}
	}
	if len(f.pass) > 0 {
		return Move{Round: true}
	}
	if p.goal != nil {
		switch ok, err := p.goal.Bool(st.envAt(f)); {
		case err != nil:
			return Move{Err: err}
		case ok:
			return done(leftDone)
		}
	}
	if why := p.over(f); why != "" {
		return done(why)
	}
	slot, err := p.next(st, f)
	switch {
	case err != nil:
		return Move{Err: err}
	case slot >= 0:
		return p.act(f, slot)
	case p.goal != nil:
		return done(leftStuck)
	default:
		return done(leftDone)
	}
}

// over says why nobody acts any more.
func (p blackboard) over(f *Frame) string {
	if f.steps() >= p.most {
		return leftMaxActions
	}
	return full(f)
}

// next is who acts: of those who can, who has not acted for the longest time,
// the first in declared order of equals.
func (p blackboard) next(st *State, f *Frame) (slot int, err error) {
	slot = -1
	for i := range p.rules {
		if slot >= 0 && f.course.Seen[i] >= f.course.Seen[slot] || !st.active(&f.node.slots[i]) || !p.news(f, i) {
			continue
		}
		if when := p.rules[i].when; when != nil {
			if ok, err := when.Bool(st.envAt(f)); err != nil || !ok {
				if err != nil {
					return -1, err
				}
				continue
			}
		}
		slot = i
	}
	return slot, nil
}

// news says whether something on the board is new to a rule.
func (p blackboard) news(f *Frame, rule int) bool {
	seen := f.course.Seen[rule]
	if seen == 0 { // the task itself is new
		return true
	}
	for name, at := range f.course.Written {
		if at >= seen && (len(p.rules[rule].reads) == 0 || slices.Contains(p.rules[rule].reads, name)) {
			return true
		}
	}
	return false
}

// act lets somebody act, who is told what is on the board.
func (p blackboard) act(f *Frame, slot int) Move {
	r := &p.rules[slot]
	how := Chosen{By: "board"}
	if r.when != nil {
		how.Why = r.when.Text()
	}
	m := choose(f, slot, how)
	m.Steps[0].Note = p.board(f) + fmt.Sprintf("\nIt is your turn. Your answer becomes the entry %s of the board.", r.writes)
	return m
}

// board is what stands on the board, in the order of the rules.
func (p blackboard) board(f *Frame) string {
	var b strings.Builder
	told := map[string]bool{}
	for _, r := range p.rules {
		if f.course.Written[r.writes] == 0 || told[r.writes] {
			continue
		}
		told[r.writes] = true
		text, ok := f.data[r.writes].(string)
		if !ok {
			raw, _ := json.Marshal(f.data[r.writes]) // it came from JSON
			text = string(raw)
		}
		fmt.Fprintf(&b, "\n- %s: %s", r.writes, text)
	}
	if b.Len() == 0 {
		return "There is nothing on the board yet."
	}
	return "On the board:" + b.String()
}

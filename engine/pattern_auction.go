package engine

import (
	"fmt"
	"slices"
	"strings"
)

// auction lets a manager announce a task, those who have the capabilities for
// it bid, and the best bid do it, again and again until the manager ends it and
// answers. Its slots are the participants at work, the participants as bidders,
// and the manager's two offices.
type auction struct {
	hands        int
	task, answer int
	minScore     float64
}

// tender is what the manager announces.
type tender struct {
	Done  bool     `json:"done"`
	Task  string   `json:"task"`
	Needs []string `json:"needs"`
}

// bid is what a participant answers.
type bid struct {
	Score  float64 `json:"score"`
	Reason string  `json:"reason"`
}

func (c *compiler) auction(n *node) Pattern {
	a := n.spec.Manager
	p := auction{hands: len(n.slots), minScore: a.MinScore}
	n.patience = 3*(len(n.slots)+1) + 3
	n.slots = append(n.slots, n.slots...)
	p.task, p.answer = c.office(n, a.Manager), c.office(n, a.Manager)
	properties := map[string]any{"done": boolOf(), "task": textOf(), "needs": map[string]any{"type": "array", "items": textOf()}}
	strict := map[string]any{}
	if can := n.capabilities(p.hands); len(can) > 0 {
		strict["needs"] = map[string]any{"type": "array", "items": oneOf(can)}
	}
	n.ask(roleTask, ask{form: answerForm(properties, strict, "task", "needs"), firm: true})
	score := numberOf()
	score["minimum"] = 0
	n.ask(roleBid, ask{form: answerForm(map[string]any{"score": score, "reason": textOf()}, nil, "reason"), firm: true})
	return p
}

// capabilities are those that the first participants have.
func (n *node) capabilities(first int) []string {
	var list []string
	for _, s := range n.slots[:first] {
		for _, c := range s.agent.spec.Capabilities {
			if !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	return list
}

// holds implements [gatherer]: nobody sees another's bid before all are in.
func (p auction) holds(slot int) bool { return slot >= p.hands && slot < 2*p.hands }

// after implements [follower]: the manager ends the auction.
func (p auction) after(_ *State, f *Frame, slot int, r stepResult) {
	var t tender
	if slot == p.task && r.ok && fields(r.data, &t) {
		f.course.Met = t.Done
	}
}

// foldRound implements [rounder]: it notes why a task was not done.
func (p auction) foldRound(f *Frame) {
	f.course.Why = ""
	for slot := range p.hands {
		if r, ok := f.passed[slot]; ok {
			if !r.ok {
				f.course.Why = f.node.slots[slot].name + " won the task and failed at it"
			}
			return
		}
	}
	var t tender
	switch {
	case !fields(f.passed[p.task].data, &t) || t.Done:
	case strings.TrimSpace(t.Task) == "":
		f.course.Why = "the task had no words"
	case p.minScore > 0:
		f.course.Why = fmt.Sprintf("nobody made a bid of %s or more", number(p.minScore))
	default:
		f.course.Why = "nobody made a bid"
	}
}

// Next implements [Pattern].
func (p auction) Next(st *State, f *Frame) Move {
	why := full(f)
	if f.course.Met {
		why = leftDone
	}
	r, told := f.passed[p.task]
	switch {
	case f.running(p.task) || f.running(p.answer) || slices.ContainsFunc(f.open, func(slot int) bool { return slot < p.hands }):
		return Move{}
	case f.has(p.answer):
		return done(why)
	case told && !f.course.Met:
		return p.sell(st, f, r)
	case !st.active(&f.node.slots[p.task]):
		if why == "" {
			why = leftDone
		}
		return done(why)
	case why != "":
		return asked(p.answer, roleAnswer, "No more tasks are given out. Now answer what was asked, by what has been done.")
	default:
		return asked(p.task, roleTask, p.question(st, f))
	}
}

// question is what the manager is asked.
func (p auction) question(st *State, f *Frame) string {
	var b strings.Builder
	if f.course.Why != "" {
		b.WriteString("In the last round " + f.course.Why + ". ")
	}
	b.WriteString("Say what is to be done next. Answer with a JSON object: task describes one task, for which the others then bid, and done is false; " +
		"or, when nothing is left to do, done is true.")
	if len(f.node.capabilities(p.hands)) > 0 {
		b.WriteString(" needs may list the capabilities that the task takes; then only those who have all of them bid.")
	}
	b.WriteString(f.node.describe(st.t, upTo(p.hands)))
	return b.String()
}

// sell lets everybody bid, shows the bids, and lets the best one do the task.
func (p auction) sell(st *State, f *Frame, r stepResult) Move {
	var t tender
	if !r.ok || !fields(r.data, &t) || strings.TrimSpace(t.Task) == "" {
		return Move{Round: true}
	}
	for slot := range p.hands {
		if f.has(slot) {
			return Move{Round: true}
		}
	}
	var m Move
	okay := 0
	for _, slot := range p.bidders(f.node, t) {
		switch {
		case f.passed[slot].ok:
			okay++
		case st.toCome(f, slot):
			m.Steps = append(m.Steps, asked(slot, roleBid, p.invitation(t)).Steps...)
		}
	}
	switch {
	case len(m.Steps) > 0 || len(f.open) > 0:
		return m
	case f.merged < okay:
		return Move{Merge: f.unmergedOf(p.hands, 2*p.hands)}
	default:
		return p.award(st, f, t)
	}
}

// bidders are the slots of those who have the capabilities that a task needs;
// of everybody, if nobody has.
func (p auction) bidders(n *node, t tender) []int {
	var able, all []int
	for slot := p.hands; slot < 2*p.hands; slot++ {
		all = append(all, slot)
		can := n.slots[slot].agent.spec.Capabilities
		if !slices.ContainsFunc(t.Needs, func(c string) bool { return !slices.Contains(can, c) }) {
			able = append(able, slot)
		}
	}
	if len(able) == 0 {
		return all
	}
	return able
}

func (p auction) invitation(t tender) string {
	note := "Bid for this task: " + t.Task + "\nAnswer with a JSON object: score, a number from 0, says how well you can do it, 10 is as well as anybody could"
	if p.minScore > 0 {
		note += fmt.Sprintf("; bids below %s do not count", number(p.minScore))
	}
	return note + ". Give a short reason. Do not do the task yet."
}

// award lets the best bid do the task; of equal ones, the first in declared
// order.
func (p auction) award(st *State, f *Frame, t tender) Move {
	best, slot := bid{}, -1
	for i := range p.hands {
		var b bid
		r := f.passed[p.hands+i]
		if r.ok && fields(r.data, &b) && b.Score >= p.minScore && (slot < 0 || b.Score > best.Score) && st.active(&f.node.slots[i]) {
			best, slot = b, i
		}
	}
	if slot < 0 {
		return Move{Round: true}
	}
	why := number(best.Score)
	if best.Reason != "" {
		why += ": " + clip(best.Reason, maxWhy)
	}
	m := choose(f, slot, Chosen{By: roleBid, Why: why})
	m.Steps[0].Role, m.Steps[0].Note = roleStep, "Your bid has won. Do the task now: "+t.Task
	return m
}

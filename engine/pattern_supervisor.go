package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// supervisor is one turn of a manager, whose tools are its workers: each call
// is a step, and what the step gives is the tool's result.
type supervisor struct {
	workers []int // slots
	manager int   // slot
	most    int   // delegations, 0 is no bound
}

var errNoManager = errors.New("the manager gave no answer")

func (c *compiler) supervisor(n *node) Pattern {
	a := n.spec.Manager
	p := supervisor{most: a.MaxDelegations}
	for _, ref := range a.Workers {
		p.workers = append(p.workers, c.place(n, ref))
	}
	p.manager = c.office(n, a.Manager)
	return p
}

// Next implements [Pattern].
func (p supervisor) Next(st *State, f *Frame) Move {
	if t := st.turnIn(f, p.manager); t != nil {
		return p.serve(st, f, t)
	}
	switch {
	case f.running(summarySlot):
		return Move{}
	case len(f.open) > 0: // what the manager does not wait for any more
		return Move{Cancel: f.open}
	}
	if r, over := f.passed[p.manager]; over {
		if !r.ok {
			return Move{Err: fmt.Errorf("pattern %q: %w", f.node.name, errNoManager)}
		}
		m := done(leftDone)
		if len(r.messages) > 0 {
			m.Result = &r.messages[len(r.messages)-1]
		}
		return m
	}
	if why := full(f); why != "" {
		return done(why)
	}
	if !st.active(&f.node.slots[p.manager]) {
		return done(leftDone)
	}
	return one(p.manager)
}

// serve gives the manager the results that are there, and starts what it has
// called.
func (p supervisor) serve(st *State, f *Frame, t *turn) Move {
	var m Move
	for i := range t.pending {
		switch q := &t.pending[i]; {
		case q.done || !q.asked || !p.means(t, q.call.Name):
		case q.step == stepOver:
			m.Results = append(m.Results, Result{Turn: t.n, Call: q.call, Text: q.result, Failed: q.failed})
		case q.step == stepNone:
			if no := st.declined(t, q.call, q.over); no != "" {
				m.Results = append(m.Results, Result{Turn: t.n, Call: q.call, Text: no, Failed: true})
				continue
			}
			m.Steps = append(m.Steps, Step{
				Slot: f.node.slotNamed(q.call.Name), Note: taskOf(q.call), Answers: -1, Context: &[]int{}, Call: q.call.ID,
			})
		}
	}
	if len(m.Results) > 0 { // then it is asked again
		m.Steps = nil
	}
	return m
}

// turnIn is the open turn in a slot of a frame, or nil.
func (st *State) turnIn(f *Frame, slot int) *turn {
	for _, t := range st.turns {
		if t.frame == f && t.slot == slot && t.toolCall == "" {
			return t
		}
	}
	return nil
}

// gives implements giver.
func (p supervisor) gives(st *State, t *turn) []providers.ToolSpec {
	if t.slot != p.manager || p.reached(t, len(t.pending)) != "" {
		return nil
	}
	n := t.frame.node
	var list []providers.ToolSpec
	for _, w := range p.workers {
		if p.tired(st, t, w, len(t.pending)) {
			continue
		}
		list = append(list, providers.ToolSpec{
			Name:        n.slots[w].name,
			Description: "Gives a task to " + n.introduce(st.t, w) + ", whose answer is the result. Several can work at once.",
			Schema:      toolForm("task", map[string]string{"task": "What is to be done, with all that must be known for it: nothing else is seen."}),
		})
	}
	return list
}

// means implements giver.
func (p supervisor) means(t *turn, name string) bool {
	return t.slot == p.manager && slices.ContainsFunc(p.workers, func(w int) bool { return t.frame.node.slots[w].name == name })
}

// mostCalls implements giver.
func (p supervisor) mostCalls(t *turn) int {
	if t.slot != p.manager {
		return 0
	}
	return p.most
}

// declines implements giver.
func (p supervisor) declines(st *State, t *turn, i int) string {
	c := t.pending[i].call
	reached := p.reached(t, i)
	switch w := t.frame.node.slotNamed(c.Name); {
	case strings.TrimSpace(taskOf(c)) == "":
		return "task is missing; say in it what is to be done"
	case reached != "":
		return reached + " is reached; answer now"
	case p.tired(st, t, w, i):
		return c.Name + " has taken all its turns"
	default:
		return ""
	}
}

// reached is the bound of the pattern that does not allow another delegation
// before a turn's i-th pending call, empty when none does.
func (p supervisor) reached(t *turn, i int) string {
	f, unstarted := t.frame, p.unstarted(t, i, "")
	switch most := f.node.spec.MaxTurns; {
	case p.most > 0 && f.delegated+unstarted >= p.most:
		return fmt.Sprintf("max_delegations = %d", p.most)
	case most > 0 && f.turns+len(f.open)+unstarted >= most: // the manager's own is one of them
		return fmt.Sprintf("max_turns = %d", most)
	default:
		return ""
	}
}

// unstarted counts the calls before the i-th that are still to be started, of
// one worker or, without a name, of all.
func (p supervisor) unstarted(t *turn, i int, worker string) int {
	n := 0
	for k := range t.pending[:i] {
		q := &t.pending[k]
		if q.asked && !q.done && q.step == stepNone && p.means(t, q.call.Name) && (worker == "" || q.call.Name == worker) {
			n++
		}
	}
	return n
}

// tired says whether a worker has no turn left, those that it takes now counted.
func (p supervisor) tired(st *State, t *turn, worker, i int) bool {
	s := &t.frame.node.slots[worker]
	if s.agent == nil || s.agent.spec.Limits.MaxTurns == 0 {
		return false
	}
	taken := st.env.Agents[s.who()].Turns + p.unstarted(t, i, s.name)
	for _, o := range st.turns {
		if o.name == s.who() {
			taken++
		}
	}
	return taken >= s.agent.spec.Limits.MaxTurns
}

// taskOf is what a call of a worker asks for.
func taskOf(c providers.ToolCall) string {
	var args struct {
		Task string `json:"task"`
	}
	if json.Unmarshal(c.Arguments, &args) != nil {
		return ""
	}
	return args.Task
}

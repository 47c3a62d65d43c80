package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// notWaited ends the turn of somebody whose asker is gone.
const notWaited = "who has asked does not wait any more"

// question are the arguments of ask_agent.
type question struct {
	Agent    string `json:"agent"`
	Question string `json:"question"`
}

func questionOf(arguments json.RawMessage) question {
	var q question
	if json.Unmarshal(arguments, &q) != nil {
		return question{}
	}
	return q
}

// checkQuestion says what is wrong with a question by itself.
func checkQuestion(arguments json.RawMessage) error {
	switch q := questionOf(arguments); {
	case strings.TrimSpace(q.Agent) == "":
		return errNobodyAsked
	case strings.TrimSpace(q.Question) == "":
		return errNothingAsked
	default:
		return nil
	}
}

// asks says whether a pending call is a question to another agent.
func (t *turn) asks(p *toolRun) bool {
	if t.agent == nil || !p.asked || p.done || t.given(p.call.Name) {
		return false
	}
	tool, ok := t.agent.tool(p.call.Name)
	return ok && tool.asks && (!tool.Approval || p.approval != approvalNone)
}

// asksBy says whether the pending call of an id is one.
func (t *turn) asksBy(id string) bool {
	return slices.ContainsFunc(t.pending, func(p toolRun) bool { return p.call.ID == id && t.asks(&p) })
}

// refused says why a call of a tool of the agent's own is not made.
func (st *State) refused(t *turn, c providers.ToolCall, more ...string) string {
	if no := t.agent.refuses(c, more...); no != "" {
		return no
	}
	if tool, _ := t.agent.tool(c.Name); tool.asks {
		return st.unanswerable(t, questionOf(c.Arguments).Agent)
	}
	return ""
}

// unanswerable says why a turn cannot ask somebody, empty when it can. It
// depends on nothing that changes while the turn is open.
func (st *State) unanswerable(t *turn, name string) string {
	if t.final {
		return "the conversation is over, and nobody can be asked any more; answer yourself"
	}
	if name == t.name {
		return "you cannot ask yourself"
	}
	if st.t.agents[name] == nil {
		return fmt.Sprintf("there is no agent %q; there are %s", clip(name, maxTold), strings.Join(st.t.agentNames(t.name), ", "))
	}
	hops := 1
	for a := st.turns[t.asker]; a != nil; a = st.turns[a.asker] {
		if a.name == name {
			return name + " waits for your answer and cannot be asked"
		}
		hops++
	}
	if hops > specs.MaxHops {
		return fmt.Sprintf("%d agents wait for answers already, and no more may; answer yourself", hops-1)
	}
	return ""
}

// serveQuestions hands the next answer to whoever has asked, or puts the next
// question. It says whether there was one.
func (s *Session) serveQuestions() bool {
	for _, t := range s.st.openTurns() {
		for i := range t.pending {
			switch p := &t.pending[i]; {
			case !t.asks(p) || p.waits():
			case p.step == stepOver:
				s.handReply(t, p)
				return true
			case p.step == stepNone:
				s.startAsked(t, p)
				return true
			}
		}
	}
	return false
}

func (s *Session) handReply(t *turn, p *toolRun) {
	s.toolAnswered(t, p.call, p.result, p.failed)
	s.afterTools(t)
}

func (s *Session) startAsked(t *turn, p *toolRun) {
	q := questionOf(p.call.Arguments)
	n := s.st.lastTurn + 1
	s.emit(Event{Turn: n, Agent: q.Agent, Cause: s.st.head, Data: &TurnStarted{
		Asker: t.n, Call: p.call.ID, Role: roleAsked, Decides: true, Answers: -1, Context: &[]int{},
		Note: fmt.Sprintf("%s asks you, and nobody else hears your answer: %s", t.name, strings.ToValidUTF8(q.Question, "\uFFFD")),
	}})
	s.coolOrCall(s.st.turns[n])
}

// dropAsked ends the turns of those whom a turn has asked.
func (s *Session) dropAsked(t *turn) {
	for _, o := range s.st.openTurns() {
		if o.asker == t.n && s.st.turns[o.n] == o {
			s.cancelTurn(o, &TurnFailed{Kind: providers.Canceled, Message: notWaited, Skipped: true})
		}
	}
}

// foldQuestion notes that somebody is asked.
func (st *State) foldQuestion(t *turn) {
	if p := st.questioned(t); p != nil {
		p.step = stepRuns
	}
}

// replied notes what whoever was asked has said.
func (st *State) replied(t *turn, text string, failed bool) {
	p := st.questioned(t)
	if p == nil {
		return
	}
	tool, _ := st.turns[t.asker].agent.tool(p.call.Name)
	p.step, p.result, p.failed = stepOver, clip(text, tool.MaxResult), failed
}

// questioned is the call that waits for a turn, or nil.
func (st *State) questioned(t *turn) *toolRun {
	a := st.turns[t.asker]
	if a == nil {
		return nil
	}
	for i := range a.pending {
		if p := &a.pending[i]; p.call.ID == t.toolCall && !p.done {
			return p
		}
	}
	return nil
}

// closeTurn forgets a turn, and those of whom it has asked.
func (st *State) closeTurn(t *turn) {
	delete(st.turns, t.n)
	st.dropQuestions()
}

// dropQuestions forgets turns whose asker is gone.
func (st *State) dropQuestions() {
	for again := true; again; {
		again = false
		for n, t := range st.turns {
			if t.asker != 0 && st.turns[t.asker] == nil {
				delete(st.turns, n)
				again = true
			}
		}
	}
}

// refusesQuestion says why somebody cannot have been asked, by the template.
func (st *State) refusesQuestion(e *Event, d *TurnStarted) string {
	a := st.turns[d.Asker]
	if a == nil || st.t.agents[e.Agent] == nil {
		return fmt.Sprintf("%s is asked by turn %d, which asks nobody", e.Agent, d.Asker)
	}
	for i := range a.pending {
		if p := &a.pending[i]; p.call.ID == d.Call && a.asks(p) {
			return ""
		}
	}
	return fmt.Sprintf("%s is asked by %s, who has no tool for it in the template", e.Agent, a.name)
}

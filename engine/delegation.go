package engine

import (
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// stepState is how far the step is that a tool call has started.
type stepState int

const (
	stepNone stepState = iota
	stepRuns
	stepOver // its result is there, and the caller does not have it yet
)

// Result is what a step gives to the tool call that it was started for.
type Result struct {
	Turn   int // that has made the call
	Call   providers.ToolCall
	Text   string // or what went wrong
	Failed bool
}

// hand gives results back to the turns that wait for them.
func (s *Session) hand(results []Result) {
	for _, r := range results {
		t := s.st.turns[r.Turn]
		if t == nil {
			continue
		}
		s.toolAnswered(t, r.Call, r.Text, r.Failed)
		s.ask(t.frame)
	}
	if len(results) > 0 {
		if t := s.st.turns[results[0].Turn]; t != nil {
			s.afterTools(t)
		}
	}
}

// delegation is the pending call of an id within a frame, or nil.
func (st *State) delegation(f *Frame, id string) *toolRun {
	for _, t := range st.turns {
		if t.frame != f || t.toolCall == id {
			continue
		}
		for i := range t.pending {
			if p := &t.pending[i]; p.call.ID == id && !p.done {
				return p
			}
		}
	}
	return nil
}

// delegate notes that a call's step begins.
func (st *State) delegate(f *Frame, id string) {
	f.delegated++
	if p := st.delegation(f, id); p != nil {
		p.step = stepRuns
	}
}

// undelegate notes that a call's step is to begin again.
func (st *State) undelegate(f *Frame, id string) {
	f.delegated--
	if p := st.delegation(f, id); p != nil {
		p.step = stepNone
	}
}

// delivered notes what a call's step gave.
func (st *State) delivered(f *Frame, slot int, id, text string, failed bool) {
	f.close(slot)
	if !failed && strings.TrimSpace(text) == "" {
		text, failed = "there was no answer", true
	}
	if p := st.delegation(f, id); p != nil {
		p.step, p.result, p.failed = stepOver, clip(text, defaultMaxResult), failed
	}
}

// wordsOf is the text of messages, each with its sender when there are several.
func (st *State) wordsOf(list []int) string {
	if len(list) == 1 {
		return st.messages[list[0]].content
	}
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = st.messages[m].tagged
	}
	return strings.Join(texts, "\n\n")
}

// delegates says whether a turn waits for the step of a call, or for the answer
// of whom it has asked.
func (t *turn) delegates(p *toolRun) bool {
	if t.asks(p) {
		return !p.waits()
	}
	if t.frame == nil || !p.asked || p.done {
		return false
	}
	s, ok := t.frame.node.pattern.(supervisor)
	return ok && t.role == "" && s.means(t, p.call.Name)
}

// waitsForSteps says whether a turn waits for others' steps and nothing else.
func (t *turn) waitsForSteps() bool {
	waits := false
	for i := range t.pending {
		p := &t.pending[i]
		if !p.done && !t.delegates(p) {
			return false
		}
		waits = waits || !p.done
	}
	return waits
}

// before leaves out of what a turn sees the words that others have said for its
// own calls, which it gets as their results.
func (t *turn) before(st *State, list []int) []int {
	if t.frame == nil || t.toolCall != "" || t.frame.delegated == 0 {
		return list
	}
	kept := make([]int, 0, len(list))
	for _, i := range list {
		if m := &st.messages[i]; m.turn <= t.n {
			kept = append(kept, i)
		}
	}
	return kept
}

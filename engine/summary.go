package engine

import (
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// summaryTokens caps a summary, in tokens.
const summaryTokens = 500

// purposeSummary marks the calls for summaries.
const purposeSummary = "summary"

const summaryPrompt = "You keep the memory of a participant in a conversation. Sum up what is below for them, in at most 250 words: " +
	"facts, decisions, promises, open questions, and who said what. Write plain text, no introduction."

// toSum says up to which message a turn's agent must have a summary before it
// speaks, because its window does not hold what it sees; -1 when it needs none.
// What is left out is half a window at once, so that not every turn sums up.
func (st *State) toSum(t *turn) int {
	a := t.agent
	if a.summarizer == nil || t.summed {
		return -1
	}
	list := st.remembered(t, st.concerning(t))
	w := a.window
	if len(w.cut(st, list)) == len(list) {
		return -1
	}
	half := window{messages: (w.messages + 1) / 2, tokens: (w.tokens + 1) / 2}
	kept := half.cut(st, list)
	return list[len(list)-len(kept)-1]
}

// remembered leaves out what an agent's summary covers.
func (st *State) remembered(t *turn, list []int) []int {
	u := st.use[t.name]
	if u.summary == "" {
		return list
	}
	for k, i := range list {
		if i > u.summedTo || i == t.answers {
			return list[k:]
		}
	}
	return nil
}

// callSummarizer asks for the summary that a turn needs first.
func (s *Session) callSummarizer(t *turn, upTo int) {
	link := t.agent.summarizer
	s.announce(t, &ModelCalled{
		Provider: link.entry.Settings.Name, Model: link.model, Call: s.st.env.Calls + 1, Attempt: t.attempt + 1,
		MaxTokens: summaryTokens, Purpose: purposeSummary, UpTo: upTo,
	})
}

// summaryRequest asks for a summary of the old one and what has been said since,
// up to a message.
func (s *Session) summaryRequest(t *turn, upTo int) providers.Request {
	var b strings.Builder
	if old := s.st.use[t.name].summary; old != "" {
		b.WriteString("Summary so far: " + old + "\n\n")
	}
	for _, i := range s.st.remembered(t, s.st.concerning(t)) {
		if i <= upTo {
			b.WriteString(s.st.messages[i].tagged + "\n")
		}
	}
	link := t.agent.summarizer
	return providers.Request{
		Model: link.model, Session: s.id, Agent: t.name, System: summaryPrompt, MaxTokens: summaryTokens,
		Messages: []providers.Message{{Role: providers.User, Content: b.String()}},
	}
}

// summarized takes in a summary, or goes on without it: then the window is cut
// as without a summarizer, and the event says so.
func (s *Session) summarized(t *turn, r *reply) {
	d := &Summarized{UpTo: t.upTo}
	if r.err == nil {
		s.answered(t, r, false)
		d.Text = strings.TrimSpace(r.text)
	}
	s.emit(t.event(d))
	s.callModel(t)
}

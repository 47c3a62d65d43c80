package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// What is said to an agent when nobody has said anything that it could answer.
const (
	sayBegin = "Please begin."
	sayGoOn  = "Please go on."
)

// window bounds what reaches an agent's prompt; 0 is no bound.
type window struct{ messages, tokens int }

func windowOf(a *specs.Agent) window {
	if a.Memory == nil || a.Memory.Keep != "last" {
		return window{}
	}
	return window{messages: a.Memory.Messages, tokens: a.Memory.Tokens}
}

// systemPrompts writes the system prompt of every agent: who it is, what it is
// to do, and who else is there.
func (t *Template) systemPrompts() {
	for _, a := range t.agents {
		a.system = t.systemPrompt(a)
	}
}

func (t *Template) systemPrompt(a *agent) string {
	var b strings.Builder
	fmt.Fprintf(&b, "You are %s.", a.display)
	if a.spec.Personality != "" {
		fmt.Fprintf(&b, "\nPersonality: %s.", strings.TrimSuffix(a.spec.Personality, "."))
	}
	if len(a.spec.Capabilities) > 0 {
		fmt.Fprintf(&b, "\nCapabilities: %s.", strings.Join(a.spec.Capabilities, ", "))
	}
	if a.spec.Instructions != "" {
		b.WriteString("\n\n" + strings.TrimSpace(a.spec.Instructions))
	}
	var others []string
	for _, p := range t.Participants {
		if p.Name != a.spec.Name {
			others = append(others, "- "+t.introduce(p))
		}
	}
	if len(others) > 0 {
		b.WriteString("\n\nOthers in this conversation:\n" + strings.Join(others, "\n"))
		b.WriteString("\nTheir messages begin with their name in brackets. Yours must not.")
	}
	return b.String()
}

func (t *Template) introduce(p Participant) string {
	if p.Kind == "human" {
		return p.Name + ", a person"
	}
	a := t.agents[p.Name]
	s := p.Name
	if a.display != p.Name {
		s += ", called " + a.display
	}
	if a.spec.Description != "" {
		s += ": " + a.spec.Description
	}
	if len(a.spec.Capabilities) > 0 {
		s += " (can: " + strings.Join(a.spec.Capabilities, ", ") + ")"
	}
	return s
}

// request builds the prompt of a turn from the transcript.
func (s *Session) request(req *providers.Request, t *turn, link *chainLink) {
	if t.summing {
		*req = s.summaryRequest(t, t.upTo)
		s.script(req, t, link)
		return
	}
	a := t.agent.spec
	prompt := t.ready
	if t.ready = nil; prompt == nil {
		prompt = s.st.prompt(t)
	}
	*req = providers.Request{
		Model: link.model, Session: s.id, Agent: t.name, System: t.agent.system, Messages: prompt,
		MaxTokens: t.cap, Temperature: a.Temperature, TopP: a.TopP, Seed: a.Seed, Stop: a.StopSequences,
	}
	req.Tools = s.st.offered(t)
	req.Schema = s.st.form(t).schema
	s.script(req, t, link)
}

// script gives a scripted model what its conditions read.
func (s *Session) script(req *providers.Request, t *turn, link *chainLink) {
	if _, ok := link.entry.Model.(providers.PerSession); !ok {
		return
	}
	req.Env = func() any {
		env := s.st.envAt(t.frame)
		env.Agent, env.Input = t.name, req.Messages[len(req.Messages)-1].Content
		return env
	}
}

func (a *agent) mostTools() int {
	if a.spec.MaxToolCalls > 0 {
		return a.spec.MaxToolCalls
	}
	return defaultToolCalls
}

// prompt is the conversation as the turn's participant sees it. It is never
// empty and ends with a message of somebody else.
func (st *State) prompt(t *turn) []providers.Message {
	seen := st.seen(t)
	list := make([]providers.Message, 0, len(seen)+len(t.extra)+2)
	if u := st.use[t.name]; u.summary != "" {
		list = append(list, providers.Message{Role: providers.User, Content: "Summary of what was said before: " + u.summary})
	}
	notes := t.inputs()
	for _, i := range seen {
		for len(notes) > 0 && notes[0].from <= i {
			list = append(list, providers.Message{Role: providers.User, Content: notes[0].note})
			notes = notes[1:]
		}
		list = append(list, st.tell(t, &st.messages[i]))
	}
	for _, f := range notes {
		list = append(list, providers.Message{Role: providers.User, Content: f.note})
	}
	switch {
	case t.note != "":
		list = append(list, providers.Message{Role: providers.User, Content: t.note})
	case len(list) == 0:
		list = append(list, providers.Message{Role: providers.User, Content: sayBegin})
	case list[len(list)-1].Role == providers.Assistant:
		list = append(list, providers.Message{Role: providers.User, Content: sayGoOn})
	}
	return append(list, t.extra...)
}

// tell puts a message into the words in which a participant hears it: its own
// as the assistant's, the person's side as it is, others with their name.
func (st *State) tell(t *turn, m *message) providers.Message {
	switch m.sender {
	case t.name:
		return providers.Message{Role: providers.Assistant, Content: m.content}
	case userName:
		return providers.Message{Role: providers.User, Content: m.content}
	default:
		return providers.Message{Role: providers.User, Content: m.tagged}
	}
}

// seen are the messages that reach a turn's prompt, oldest first.
func (st *State) seen(t *turn) []int {
	return t.agent.window.cut(st, st.remembered(t, st.concerning(t)))
}

// concerning are the messages that an agent sees, before its memory's bounds.
func (st *State) concerning(t *turn) []int {
	all := t.agent.spec.Sees == "all" || t.agent.spec.Sees == ""
	most := 0
	if all && t.answers < 0 && t.agent.summarizer == nil {
		most = t.agent.window.messages
	}
	list := st.visible(t, most)
	if t.answers >= 0 {
		list = st.upTo(list, t.answers)
	}
	if !all {
		list = st.addressed(t, list)
	}
	return list
}

// visible are the messages of the patterns around a turn: the last so many, or
// all of them for 0.
func (st *State) visible(t *turn, most int) []int {
	if t.context != nil {
		return *t.context
	}
	f := t.frame
	if t.judges() {
		f = st.frames[t.stop.frame]
	}
	if f == nil { // the finalizing turn sees everything, and so does a judge
		all := make([]int, len(st.messages))
		for i := range all {
			all[i] = i
		}
		return all
	}
	var room [8][]int
	parts := room[:0] // innermost first
	n := 0
	st.segments(f, func(seg []int) bool {
		if len(parts) == 0 {
			seg = t.before(st, seg)
		}
		if most > 0 && len(seg) > most-n {
			seg = seg[len(seg)-(most-n):]
		}
		parts = append(parts, seg)
		n += len(seg)
		return most == 0 || n < most
	})
	list := make([]int, 0, n)
	for _, seg := range slices.Backward(parts) {
		list = append(list, seg...)
	}
	return list
}

// segments visits the parts of the transcript that a frame sees, innermost
// first, until visit returns false.
func (st *State) segments(f *Frame, visit func([]int) bool) {
	for ; f != nil; f = f.parent {
		if !visit(f.view) {
			return
		}
		if f.context != nil {
			visit(*f.context)
			return
		}
	}
	visit(st.lobby)
}

// upTo leaves out what persons said after the message that is answered, and
// puts that message last.
func (st *State) upTo(list []int, answers int) []int {
	kept := make([]int, 0, len(list))
	for _, i := range list {
		if i != answers && (i < answers || !st.messages[i].person) {
			kept = append(kept, i)
		}
	}
	return append(kept, answers)
}

// addressed leaves out what does not concern an agent: all but its own words,
// what made it speak and, if it sees that much, what names it.
func (st *State) addressed(t *turn, list []int) []int {
	own := make(map[int]bool, len(st.use[t.name].own))
	for _, i := range st.use[t.name].own {
		own[i] = true
	}
	kept := make([]int, 0, len(list))
	for _, i := range list {
		m := &st.messages[i]
		named := t.agent.spec.Sees == "addressed" && (m.receiver == t.name || mention(m.content, t.name, t.agent) >= 0)
		if own[i] || named {
			kept = append(kept, i)
		}
	}
	return kept
}

// trigger is the message that makes a turn's participant speak, or -1.
func (st *State) trigger(t *turn) int {
	if t.answers >= 0 {
		return t.answers
	}
	list := st.visible(t, 1)
	if len(list) == 0 {
		return -1
	}
	return list[len(list)-1]
}

// cut keeps the newest messages that fit; the newest one always does.
func (w window) cut(st *State, list []int) []int {
	if w.messages > 0 && len(list) > w.messages {
		list = list[len(list)-w.messages:]
	}
	if w.tokens == 0 {
		return list
	}
	sum := 0
	for k, i := range slices.Backward(list) {
		sum += st.messages[i].tokens
		if sum > w.tokens && k < len(list)-1 {
			return list[k+1:]
		}
	}
	return list
}

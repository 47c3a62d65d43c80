package engine

import (
	"fmt"
	"strings"
)

// choice is what a chair answers.
type choice struct {
	Next   string `json:"next"`
	Reason string `json:"reason"`
	End    bool   `json:"end"`
	Final  string `json:"final"`
}

// byChair lets the chair choose, several times if its choice cannot be used.
func (p selector) byChair(st *State, f *Frame) Move {
	var open []int
	for _, slot := range p.candidates {
		if p.barred(st, f, slot) == "" {
			open = append(open, slot)
		}
	}
	if len(open) == 0 && !p.moderates {
		return p.instead(st, f, "nobody may speak after "+f.node.slots[f.ended].name)
	}
	r, decided := f.passed[p.chair]
	if !decided {
		return asked(p.chair, roleChair, p.question(st, f, open))
	}
	m, no := p.follow(st, f, r)
	switch {
	case no == "":
		return m
	case f.tries < p.attempts:
		return asked(p.chair, roleChair, fmt.Sprintf("Your last answer cannot be used: %s.\n%s", no, p.question(st, f, open)))
	default:
		return p.instead(st, f, fmt.Sprintf("the chair was asked %d times: %s", f.tries, no))
	}
}

// question is what the chair is asked.
func (p selector) question(st *State, f *Frame, open []int) string {
	var b strings.Builder
	b.WriteString("You chair this conversation and decide who speaks next. Answer with a JSON object: next is the name of one of these")
	if p.moderates {
		b.WriteString(", and end is false; or, when the conversation has reached its purpose, end is true and final is the closing message that you write")
	}
	b.WriteString(". Give a short reason.")
	b.WriteString(f.node.describe(st.t, open))
	return b.String()
}

// follow does what the chair has decided, or says why that cannot be done.
func (p selector) follow(st *State, f *Frame, r stepResult) (m Move, no string) {
	var c choice
	switch {
	case !r.ok:
		return m, "there was no answer"
	case !fields(r.data, &c):
		return m, "it is not of the form that is asked for"
	case p.moderates && c.End:
		return p.final(f, c)
	case c.Next == "":
		return m, "it names nobody"
	}
	slot, no := p.allowed(st, f, c.Next)
	if no != "" {
		return m, fmt.Sprintf("it chose %q, %s", clip(c.Next, maxTold), no)
	}
	return choose(f, slot, Chosen{By: roleChair, Why: c.Reason}), ""
}

// final ends the talk with the chair's message.
func (p selector) final(f *Frame, c choice) (m Move, no string) {
	if strings.TrimSpace(c.Final) == "" {
		return m, "final is empty; write the closing message into it"
	}
	who := f.node.slots[p.chair].who()
	return Move{Say: &Said{Sender: who, Role: "assistant", Content: c.Final, Frame: f.id}}, ""
}

// closing lets the chair have the last word when nobody else may speak. When it
// has none the talk ends all the same.
func (p selector) closing(f *Frame, why string) Move {
	const note = "The conversation is over. Answer with a JSON object in which end is true and final is the closing message that you write."
	r, decided := f.passed[p.chair]
	if !decided {
		return asked(p.chair, roleChair, note)
	}
	var c choice
	no := "there was no answer"
	if r.ok && fields(r.data, &c) {
		var m Move
		if m, no = p.final(f, c); no == "" {
			return m
		}
	}
	if f.tries < p.attempts {
		return asked(p.chair, roleChair, fmt.Sprintf("Your last answer cannot be used: %s.\n%s", no, note))
	}
	return done(why)
}

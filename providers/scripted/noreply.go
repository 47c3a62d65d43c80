package scripted

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// maxTried bounds the replies that an error says were tried.
const maxTried = 8

// noReplyAdvice is what can be done about it.
const noReplyAdvice = "add a reply, raise times, or set strict = false"

// NoReplyError is why a strict script has no answer to a call.
type NoReplyError struct {
	// Call is the number of the call, from 1.
	Call int
	// Agent is who called, and Last how the last message begins; both may be empty.
	Agent, Last string
	// Tried are the first replies that were looked at: those that may still be used
	// come first, since a mistake is likely to be there. More is how many were left
	// out.
	Tried []Tried
	More  int
	// messages says that the call had messages.
	messages bool
}

// Tried is a reply that did not fit a call.
type Tried struct {
	// Reply is its place among the replies of [Config].
	Reply int
	// Label is where the script has it, shortened.
	Label string
	// Agent is the only agent that gets it, where that was another one. Used is how
	// often it was used, where it is used up. With neither its condition did not
	// hold.
	Agent string
	Used  int
}

// Error says what was asked, what was tried, and what can be done about it.
func (e *NoReplyError) Error() string {
	out := e.Asked() + "; "
	if len(e.Tried) == 0 {
		return out + "the script has no reply at all; " + noReplyAdvice
	}
	tried := make([]string, len(e.Tried))
	for i, t := range e.Tried {
		tried[i] = t.Label + " (" + t.Why() + ")"
	}
	if e.More > 0 {
		tried = append(tried, fmt.Sprintf("and %d more", e.More))
	}
	return out + "tried " + strings.Join(tried, ", ") + "; " + noReplyAdvice
}

// Asked says for what call there is no reply.
func (e *NoReplyError) Asked() string {
	out := fmt.Sprintf("no reply is left at call %d", e.Call)
	if e.Agent != "" {
		out += fmt.Sprintf(" by agent %q", e.Agent)
	}
	if e.messages {
		out += fmt.Sprintf(" (last message: %q)", e.Last)
	}
	return out
}

// Why says why the reply did not fit.
func (t Tried) Why() string {
	switch {
	case t.Agent != "":
		return "for agent " + strconv.Quote(t.Agent)
	case t.Used == 1:
		return "used"
	case t.Used > 0:
		return fmt.Sprintf("used %d times", t.Used)
	default:
		return "its condition does not hold"
	}
}

// nothingLeft says which replies were tried and why each did not fit.
func (w *walk) nothingLeft(s *script, req *providers.Request) error {
	e := &NoReplyError{Call: w.calls, Agent: excerpt(req.Agent), messages: len(req.Messages) > 0}
	if e.messages {
		e.Last = excerpt(req.Messages[len(req.Messages)-1].Content)
	}
	var open, spent []Tried
	for i := range s.replies {
		r := &s.replies[i]
		t := Tried{Reply: i, Label: r.Label}
		switch {
		case !r.isFor(req):
			t.Agent = excerpt(r.Agent)
		case w.usedUp(r, i):
			t.Used = r.times
			spent = append(spent, t)
			continue
		}
		open = append(open, t)
	}
	e.Tried = append(open, spent...)
	if len(e.Tried) > maxTried {
		e.Tried, e.More = e.Tried[:maxTried], len(e.Tried)-maxTried
	}
	for i := range e.Tried {
		e.Tried[i].Label = excerpt(e.Tried[i].Label)
	}
	return e
}

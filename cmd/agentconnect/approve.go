package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	// allowLabel stands before the answer to whether a tool may be called.
	allowLabel = "Allow it? [y/N] "
	// nobodyAllows is what a model is told where nobody can be asked.
	nobodyAllows = "nobody is at a terminal to allow it"
	// maxAsked bounds what is shown of a call's arguments, in bytes.
	maxAsked = 4 << 10
)

// question is a tool call that waits for the person.
type question struct {
	turn         int
	agent        string
	call         *engine.ApprovalAsked
	shown, given bool // it was put to the person; an answer is under way
}

// questions are the tool calls that wait for the person, the oldest first.
type questions []*question

// take takes in what happened: a question, or the end of one.
func (q *questions) take(e *engine.Event) {
	switch d := e.Data.(type) {
	case *engine.ApprovalAsked:
		*q = append(*q, &question{turn: e.Turn, agent: e.Agent, call: d})
	case *engine.ApprovalGiven:
		q.forget(func(x *question) bool { return x.call.CallID == d.CallID })
	case *engine.ApprovalDenied:
		q.forget(func(x *question) bool { return x.call.CallID == d.CallID })
	case *engine.TurnFinished, *engine.TurnFailed:
		q.forget(func(x *question) bool { return x.turn == e.Turn })
	case *engine.Ended:
		*q = nil
	}
}

func (q *questions) forget(is func(*question) bool) { *q = slices.DeleteFunc(*q, is) }

// next is the question that the person is to answer now, or nil.
func (q questions) next() *question {
	for _, x := range q {
		if !x.given {
			return x
		}
	}
	return nil
}

// text puts a question with all that the call would do.
func (x *question) text() string {
	var b bytes.Buffer
	if json.Indent(&b, x.call.Arguments, "", "  ") != nil {
		b.Reset()
		b.Write(x.call.Arguments)
	}
	shown := b.String()
	if len(shown) > maxAsked {
		shown = fmt.Sprintf("%s… (%d bytes)", shown[:maxAsked], len(x.call.Arguments))
	}
	return fmt.Sprintf("%s asks to call %s with\n%s", x.agent, x.call.Tool, shown)
}

// decision reads an answer: yes, or no and what the model is told.
func decision(answer string) (allow bool, why string, ok bool) {
	word, why, _ := strings.Cut(strings.TrimSpace(answer), " ")
	switch strings.ToLower(word) {
	case "y", "yes":
		return true, "", strings.TrimSpace(why) == ""
	case "", "n", "no":
		return false, strings.TrimSpace(why), true
	default:
		return false, "", false
	}
}

const decisionHelp = "y allows the call, n does not; what follows the n is told to the model"

// allow takes the person's answer to a question.
func (d *desk) allow(ctx context.Context, c *conversation, answer string) {
	allow, why, ok := decision(answer)
	if !ok {
		d.terminal.Remark(decisionHelp)
		return
	}
	c.settle(ctx, c.asks.next(), allow, why)
}

// settle passes a decision on.
func (c *conversation) settle(ctx context.Context, x *question, allow bool, why string) {
	x.given = true
	err := c.session.Approve(ctx, x.call.CallID, "a person", allow, why)
	if !errors.Is(err, engine.ErrNoApproval) { // its turn may have ended
		c.fail(err)
	}
}

// nobodyAllows answers for a person who is not there.
func (c *conversation) nobodyAllows(ctx context.Context) {
	for x := c.asks.next(); x != nil && c.desk == nil; x = c.asks.next() {
		c.settle(ctx, x, false, nobodyAllows)
	}
}

// decide has the server take a decision, beside what goes on.
func (r *room) decide(x *question, allow bool, why string) {
	if r.asking {
		r.remark("the server has not answered yet")
		return
	}
	r.asking, x.given = true, true
	r.commands.Go(func() { r.asked <- r.v.client.Approve(r.ctx, r.session.ID, x.call.CallID, allow, why) })
}

// question puts the next question to the person and says whether there is one.
// Where nobody can be asked the call is not allowed.
func (r *room) question() bool {
	x := r.asks.next()
	if x == nil || !r.live || r.ended != nil {
		return false
	}
	if r.keyboard == nil {
		if !r.asking {
			r.decide(x, false, nobodyAllows)
		}
		return false
	}
	if !x.shown {
		x.shown = true
		r.remark(x.text())
	}
	return true
}

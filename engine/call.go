package engine

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"strings"
	"sync/atomic"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// maxReply bounds the text of one reply and what its tool calls say, in bytes.
const maxReply = 1 << 20

// maxReplyCalls bounds the tool calls of one reply.
const maxReplyCalls = 128

// maxErrorText bounds what is stored of a failure's text, in bytes.
const maxErrorText = 4 << 10

// noAnswer stands in the log for an answer that was empty.
const noAnswer = "(no answer)"

// maxRepairs is how often a model may mend an answer that does not fit.
const maxRepairs = 2

// call is a request to a model in flight.
type call struct {
	turn, n  int
	seq      uint64 // of model.called
	agent    string
	link     *chainLink
	ctx      context.Context //nolint:containedctx // the call's life
	cancel   context.CancelCauseFunc
	chunks   iter.Seq2[providers.Chunk, error]
	request  providers.Request
	sets     []Tool // whose tools are to be asked for
	reply    reply
	input    int          // estimated tokens of the request
	received atomic.Int64 // bytes of the reply so far
	watch    *watch       // of a rehearsal

	// Instead of a request it may stand for the tools of a turn.
	tools   bool
	running int
}

// reply is what came back, for better or worse.
type reply struct {
	call      *call
	text      string
	tools     []providers.ToolCall
	finish    providers.Finish
	usage     *providers.Usage
	mark      string
	simulated bool
	took      time.Duration
	err       error
}

// callModel asks the turn's model, unless a limit forbids it. A draining
// session leaves that to whoever resumes it.
func (s *Session) callModel(t *turn) {
	if s.drains {
		return
	}
	if l := s.st.callRefused(); l != nil && !t.final {
		s.exhaust(exhausted([]Condition{l.condition(s.st)}))
		return
	}
	if upTo := s.st.toSum(t); upTo >= 0 {
		s.callSummarizer(t, upTo)
		return
	}
	link := &t.agent.chain[t.link]
	s.announce(t, &ModelCalled{
		Provider: link.entry.Settings.Name, Model: link.model, Call: s.st.env.Calls + 1, Attempt: t.attempt + 1,
		MaxTokens: t.agent.spec.MaxTokens,
	})
}

// announce tells of a call, which is made once that is stored, if the budgets
// allow it.
func (s *Session) announce(t *turn, d *ModelCalled) {
	if s.reserve(t, d) {
		s.emit(t.event(d))
		s.starts = append(s.starts, t)
	}
}

// begin makes the call that a stored event announces.
func (s *Session) begin(t *turn) {
	link := t.model()
	ctx, cancel := context.WithCancelCause(s.ctx)
	c := &call{turn: t.n, n: t.call, seq: t.callSeq, agent: t.name, link: link, ctx: ctx, cancel: cancel}
	if s.stage != nil {
		c.ctx, c.watch = s.stage.watched(ctx, cancel, c)
	}
	s.request(&c.request, t, link)
	if !t.summing && t.used < t.agent.mostTools() {
		c.sets = t.agent.sets
	}
	c.input = weighed(&c.request)
	s.calls[t.n] = c
	c.chunks = s.model(link).Stream(c.ctx, &c.request)
	if s.stage != nil {
		s.stage.call(c)
		return
	}
	if s.worker && s.own == nil {
		s.own = c
		return
	}
	s.wg.Go(func() { s.work(c) })
}

// model is the session's own model of a provider.
func (s *Session) model(link *chainLink) providers.Model {
	name := link.entry.Settings.Name
	m := s.models[name]
	if m == nil {
		m = link.entry.Model
		if p, ok := m.(providers.PerSession); ok {
			m = p.ForSession(s.st.marksOf(name))
		}
		s.models[name] = m
	}
	return m
}

// marksOf are the marks of a provider's calls so far, without those that are
// announced and not made yet: the last ones.
func (st *State) marksOf(provider string) []string {
	marks := st.marks[provider]
	for _, t := range st.turns {
		if t.call != 0 && t.via == provider {
			marks = marks[:len(marks)-1]
		}
	}
	return marks
}

// stream reads a reply to its end.
func (s *Session) stream(c *call) (r *reply) {
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			r = &reply{err: s.panicked(p)}
		}
		c.cancel(nil)
		r.call, r.took = c, time.Since(began)
	}()
	s.offer(c)
	began = time.Now()
	defer deadlines(c)()
	return s.read(c)
}

// deadlines cancels a call that takes longer than its provider allows.
func deadlines(c *call) (stop func()) {
	list := deadlinesOf(&c.link.entry.Settings)
	if len(list) == 0 {
		return func() {}
	}
	timers := make([]*time.Timer, len(list))
	for i, d := range list {
		timers[i] = time.AfterFunc(d.after, func() {
			if c.ctx.Err() == nil && (!d.first || c.received.Load() == 0) {
				c.cancel(d.why)
			}
		})
	}
	return func() {
		for _, t := range timers {
			t.Stop()
		}
	}
}

// deadline is when a call is given up, unless what it waits for has come.
type deadline struct {
	after time.Duration
	why   error
	first bool // what it waits for is the first chunk
}

func deadlinesOf(set *providers.Settings) (list []deadline) {
	add := func(d time.Duration, what string, first bool) {
		if d > 0 {
			list = append(list, deadline{after: d, first: first, why: &providers.Error{
				Kind: providers.TimedOut, Provider: set.Name, Vendor: set.Kind, Message: fmt.Sprintf("%s of %s is over", what, d),
			}})
		}
	}
	add(set.Timeout, "timeout", false)
	add(set.FirstTokenTimeout, "first_token_timeout", true)
	return list
}

// read collects a reply.
func (s *Session) read(c *call) *reply {
	r := &c.reply
	var b strings.Builder
	kept := 0 // bytes
	set := &c.link.entry.Settings
	for chunk, err := range c.chunks {
		if err != nil {
			r.err = err
			break
		}
		if chunk.Text != "" {
			c.received.Add(int64(len(chunk.Text)))
			s.live.publish(s.id, c, chunk.Text, false)
			if r.text == "" && b.Len() == 0 {
				r.text = chunk.Text
			} else {
				if b.Len() == 0 {
					b.WriteString(r.text)
				}
				b.WriteString(chunk.Text)
			}
		}
		if chunk.Thought != "" {
			c.received.Add(int64(len(chunk.Thought)))
			s.live.publish(s.id, c, chunk.Thought, true)
		}
		if chunk.ToolCall != nil {
			size := len(chunk.ToolCall.ID) + len(chunk.ToolCall.Name) + len(chunk.ToolCall.Arguments)
			c.received.Add(int64(size))
			kept += size
			r.tools = append(r.tools, *chunk.ToolCall)
		}
		if kept += len(chunk.Text); kept > maxReply || len(r.tools) > maxReplyCalls {
			r.err = &providers.Error{
				Kind: providers.Other, Provider: set.Name, Vendor: set.Kind,
				Message: fmt.Sprintf("the reply is longer than 1 MiB, or asks for more than %d tools", maxReplyCalls),
			}
			break
		}
		if chunk.Finish != "" {
			r.finish, r.usage, r.mark, r.simulated = chunk.Finish, chunk.Usage, chunk.Mark, chunk.Simulated
		}
	}
	if b.Len() > 0 {
		r.text = b.String()
	}
	r.text = strings.ToValidUTF8(r.text, "\uFFFD") // a log holds nothing else
	switch cause := context.Cause(c.ctx); {
	case r.err != nil && cause != nil:
		if e, ok := errors.AsType[*providers.Error](cause); ok { // a deadline of ours
			r.err = e
		}
	case r.err == nil && r.finish == "":
		r.err = &providers.Error{Kind: providers.Cut, Provider: set.Name, Vendor: set.Kind, Message: "the reply ended without a proper end"}
	}
	return r
}

// apply takes in a reply, if the turn still waits for it.
func (r *reply) apply(s *Session) {
	t := s.st.turns[r.call.turn]
	if t == nil || t.call != r.call.n {
		return
	}
	delete(s.calls, t.n)
	if r.err != nil {
		s.callFailed(t, r)
		return
	}
	if r.usage == nil {
		r.usage = &providers.Usage{InputTokens: r.call.input, OutputTokens: estimate(len(r.text))}
	}
	if t.summing {
		s.summarized(t, r)
		return
	}
	s.st.settleCalls(r.tools)
	switch problem := r.problem(s.st.form(t)); {
	case len(r.tools) > 0 && s.st.mayCall(t):
		s.answered(t, r, true)
		s.requestTools(t, r.tools)
	case problem == "":
		s.answered(t, r, false)
		if t.decides {
			s.decideTurn(t, s.st.form(t).decision(r.text))
			return
		}
		s.finishTurn(t, &Said{
			Sender: t.name, Role: "assistant", Content: r.text, Structured: s.st.form(t).check != nil, Simulated: r.simulated,
		})
	default:
		r.tools = nil // nobody makes them, and a call without a result is refused
		s.answered(t, r, true)
		s.mendAnswer(t, problem)
	}
}

// mendAnswer sends an answer back that does not fit, or gives up.
func (s *Session) mendAnswer(t *turn, problem string) {
	if t.repairs < maxRepairs {
		s.emit(t.event(&ModelRetried{Attempt: 1, Until: s.now, Kind: providers.BadOutput, Message: problem}))
		s.callModel(t)
		return
	}
	set := &t.model().entry.Settings
	s.failTurn(t, &providers.Error{Kind: providers.BadOutput, Provider: set.Name, Vendor: set.Kind, Message: problem})
}

// answered records a reply; whole says that its text is not the turn's message.
func (s *Session) answered(t *turn, r *reply, whole bool) {
	set := &r.call.link.entry.Settings
	d := &ModelAnswered{
		Call: t.call, Provider: set.Name, Model: r.call.link.model, Finish: r.finish, Cost: r.call.link.cost(*r.usage),
		Milliseconds: r.took.Milliseconds(), Mark: r.mark,
	}
	if whole {
		d.Text, d.ToolCalls = r.text, r.tools
		if d.Text == "" && len(d.ToolCalls) == 0 {
			d.Text = noAnswer
		}
	}
	e := t.event(d)
	e.Usage, e.Cause = r.usage, t.callSeq
	s.settle(t.call, r.usage, d.Cost)
	s.emit(e)
}

// callFailed tries again, falls back to the next model, or fails the turn.
func (s *Session) callFailed(t *turn, r *reply) {
	set := &r.call.link.entry.Settings
	d := &ModelFailed{Call: t.call, Provider: set.Name, Kind: providers.KindOf(r.err), Message: clip(r.err.Error(), maxErrorText), Cost: new(float64)}
	e := t.event(d)
	e.Cause = t.callSeq
	if pe, ok := errors.AsType[*providers.Error](r.err); ok {
		d.Mark, d.RetryAfter = pe.Mark, pe.RetryAfter
		if pe.Usage.Total() > 0 {
			e.Usage, d.Cost = &pe.Usage, r.call.link.cost(pe.Usage)
		}
	}
	s.settle(t.call, e.Usage, d.Cost)
	s.emit(e)
	if wait, again := set.Retry.Next(t.attempt, r.err, jitter(s.id, s.st.head)); again {
		until := s.now.Add(wait).Round(time.Microsecond) // as the clock goes
		s.emit(t.event(&ModelRetried{Attempt: t.attempt + 1, Until: until, Kind: d.Kind}))
		return // the clock calls again
	}
	if t.summing {
		s.summarized(t, r)
		return
	}
	if t.link+1 < len(t.agent.chain) {
		s.emit(t.event(&ModelFellBack{From: set.Name, To: t.agent.chain[t.link+1].entry.Settings.Name}))
		s.callModel(t)
		return
	}
	s.failTurn(t, r.err)
}

// jitter is a number from 0 to 1 that differs between sessions and moments and
// is the same when they are the same.
func jitter(session string, seq uint64) float64 {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%s.%d", session, seq)
	return float64(h.Sum32()) / (1 << 32)
}

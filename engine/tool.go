package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Tool is something that agents may call.
type Tool struct {
	Spec providers.ToolSpec
	// Timeout bounds a call; 0 is one minute.
	Timeout time.Duration
	// MaxResult bounds the result in bytes; 0 is 64 KiB. What is longer is cut.
	MaxResult int
	// Idempotent says that the call may be made again after a crash.
	Idempotent bool
	// Approval says that a person must allow each call.
	Approval bool
	// Check, if set, says what is wrong with arguments, before anybody is asked
	// to allow the call. It depends on them alone.
	Check func(arguments json.RawMessage) error
	// List, if set, makes this a set of tools that are known only when they are
	// asked for, before each request to a model. Models see them by names that
	// begin with Spec.Name and [SetMark]; [CallerOf] tells Call which is meant.
	// It may be called concurrently.
	List func(ctx context.Context) ([]providers.ToolSpec, error)
	// Call runs the tool. Its error goes back to the model. It may be called
	// concurrently and must return soon after its context ends.
	Call func(ctx context.Context, arguments json.RawMessage) (string, error)

	// asks says that a call is a question to another agent; nothing is called.
	asks bool
}

const (
	defaultToolTimeout = time.Minute
	defaultMaxResult   = 64 << 10
	defaultToolCalls   = 8
)

// toolStart is a tool call to be made once its event is stored.
type toolStart struct {
	turn  int
	agent string
	tool  Tool
	call  providers.ToolCall
}

// toolResult is what a tool gave.
type toolResult struct {
	turn   int
	call   providers.ToolCall
	result string // or what is wrong
	failed bool
}

// requestTools starts the calls that a model asks for, at once. A draining
// session leaves that to whoever resumes it.
func (s *Session) requestTools(t *turn, calls []providers.ToolCall) {
	if s.drains {
		return
	}
	for _, c := range calls {
		if l := s.st.toolsRefused(); l != nil {
			s.exhaust(exhausted([]Condition{l.condition(s.st)}))
			return
		}
		over := t.used >= t.most(c.Name)
		s.emit(t.event(&ToolRequested{CallID: c.ID, Tool: c.Name, Arguments: c.Arguments}))
		if no := s.st.declined(t, c, over); no != "" {
			s.toolFailed(t, c, no)
			continue
		}
		if t.given(c.Name) { // its pattern sees to it
			s.ask(t.frame)
			continue
		}
		tool, _ := t.agent.tool(c.Name)
		if tool.Approval {
			s.askApproval(t, c)
			continue
		}
		if tool.asks { // advance sees to it
			continue
		}
		s.tools = append(s.tools, toolStart{turn: t.n, tool: tool, call: c})
	}
	s.afterTools(t)
}

// refuses says why a call is not made, empty when it is. There are more tools
// that are not the agent's own.
func (a *agent) refuses(c providers.ToolCall, more ...string) string {
	tool, known := a.tool(c.Name)
	switch {
	case !known:
		return fmt.Sprintf("there is no tool %q; there are %s", c.Name, strings.Join(append(more, a.toolNames()...), ", "))
	case tool.Check != nil:
		if err := tool.Check(c.Arguments); err != nil {
			return err.Error()
		}
		return ""
	default:
		return ""
	}
}

func (a *agent) toolNames() []string {
	names := make([]string, len(a.tools))
	for i, t := range a.tools {
		names[i] = t.Name
	}
	for _, set := range a.sets {
		names = append(names, set.Spec.Name+SetMark+"…")
	}
	return names
}

func (s *Session) toolFailed(t *turn, c providers.ToolCall, why string) {
	s.emit(t.event(&ToolFailed{CallID: c.ID, Tool: c.Name, Error: clip(why, t.mostError(c.Name))}))
}

// mostError is how long the error of a call may be, in bytes: hardly longer than
// the tool's result, since a certificate counts with it.
func (t *turn) mostError(name string) int {
	if tool, own := t.agent.tool(name); own {
		return max(maxProblem, min(cmp.Or(tool.MaxResult, defaultMaxResult), maxErrorText))
	}
	return maxProblem
}

// toolAnswered tells what a call gave, or what is wrong.
func (s *Session) toolAnswered(t *turn, c providers.ToolCall, result string, failed bool) {
	if failed {
		s.toolFailed(t, c, result)
		return
	}
	s.emit(t.event(&ToolFinished{CallID: c.ID, Tool: c.Name, Result: result}))
}

// afterTools goes on with the turn when all its tools have answered.
func (s *Session) afterTools(t *turn) {
	if s.st.turns[t.n] != t {
		return
	}
	if run := t.transfer(); run != nil {
		s.handOver(t, run)
		return
	}
	if len(t.pending) == 0 {
		s.callModel(t)
	}
}

func (s *Session) runTool(ts toolStart) {
	t := s.st.turns[ts.turn]
	if t == nil {
		return
	}
	ts.agent = t.name
	c := s.calls[ts.turn]
	if c == nil { // one context for all tools of the turn
		ctx, cancel := context.WithCancelCause(s.ctx)
		c = &call{turn: ts.turn, ctx: ctx, cancel: cancel, tools: true}
		s.calls[ts.turn] = c
	}
	c.running++
	if s.stage != nil {
		s.stage.tool(c, ts)
		return
	}
	s.wg.Go(func() { _ = s.post(s.useTool(c.ctx, ts)) })
}

// useTool gives what a tool gives within its time.
func (s *Session) useTool(ctx context.Context, ts toolStart) *toolResult {
	timeout := cmp.Or(ts.tool.Timeout, defaultToolTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no result within %s", timeout))
	defer cancel()
	result, err := s.callTool(ctx, ts)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	r := &toolResult{turn: ts.turn, call: ts.call, result: clip(result, ts.tool.MaxResult)}
	if err != nil {
		r.failed, r.result = true, err.Error()
	}
	return r
}

// callTool calls a tool; a panic is an error of the tool.
func (s *Session) callTool(ctx context.Context, ts toolStart) (result string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = s.panicked(p)
		}
	}()
	ctx = s.withCaller(ctx, Caller{Agent: ts.agent, Tool: ts.call.Name, CallID: ts.call.ID})
	return ts.tool.Call(ctx, ts.call.Arguments)
}

// settleCalls makes of what a model asks for what a log gives back unchanged:
// text is UTF-8, each has an id of its own, and arguments are JSON in one
// spelling. Nothing stands for an empty object, and what is no JSON for its
// text, which no tool takes.
func (st *State) settleCalls(calls []providers.ToolCall) {
	for i := range calls {
		c := &calls[i]
		c.ID, c.Name = strings.ToValidUTF8(c.ID, "\uFFFD"), strings.ToValidUTF8(c.Name, "\uFFFD")
		if c.ID == "" || st.openCall(c.ID) || slices.ContainsFunc(calls[:i], func(o providers.ToolCall) bool { return o.ID == c.ID }) {
			c.ID = fmt.Sprintf("call_%d_%d", st.env.Calls, i+1)
		}
		text := bytes.ToValidUTF8(c.Arguments, []byte("\uFFFD"))
		if len(text) == 0 {
			text = []byte("{}")
		}
		spelled, err := json.Marshal(json.RawMessage(text))
		if err != nil {
			spelled, _ = json.Marshal(string(text)) // a string always is JSON
		}
		c.Arguments = spelled
	}
}

// openCall says whether a call of an open turn has an id.
func (st *State) openCall(id string) bool {
	for _, t := range st.turns {
		if slices.ContainsFunc(t.pending, func(p toolRun) bool { return p.call.ID == id }) {
			return true
		}
	}
	return false
}

// clip bounds a result, at a character's edge.
func clip(s string, most int) string {
	if most == 0 {
		most = defaultMaxResult
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= most || len(s) <= most+len(cutMark) && strings.HasSuffix(s, cutMark) { // what is cut stays so
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + cutMark
}

// cutMark ends a text that was cut.
const cutMark = "\n[cut]"

// apply takes in a tool's result, if the turn still waits for it.
func (r *toolResult) apply(s *Session) {
	t, c := s.st.turns[r.turn], s.calls[r.turn]
	if t == nil || c == nil || !c.tools {
		return
	}
	if c.running--; c.running == 0 {
		c.cancel(nil)
		delete(s.calls, r.turn)
	}
	s.toolAnswered(t, r.call, r.result, r.failed)
	s.afterTools(t)
}

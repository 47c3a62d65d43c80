package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// listed is a model that gives one reply after the other.
type listed struct {
	replies  [][]providers.Chunk
	fails    map[int]error // by call, from 1
	requests []*providers.Request
}

// Stream implements [providers.Model].
func (m *listed) Stream(_ context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	m.requests = append(m.requests, req)
	n := len(m.requests)
	return func(yield func(providers.Chunk, error) bool) {
		if err := m.fails[n]; err != nil {
			yield(providers.Chunk{}, err)
			return
		}
		if len(m.replies) == 0 {
			yield(providers.Chunk{}, errors.New("no reply is left"))
			return
		}
		chunks := m.replies[0]
		m.replies = m.replies[1:]
		for _, c := range chunks {
			if !yield(c, nil) {
				return
			}
		}
		yield(providers.Chunk{Finish: providers.FinishStop, Usage: &providers.Usage{InputTokens: 1, OutputTokens: 1}}, nil)
	}
}

func asks(calls ...providers.ToolCall) []providers.Chunk {
	list := make([]providers.Chunk, len(calls))
	for i := range calls {
		list[i].ToolCall = &calls[i]
	}
	return list
}

func says() []providers.Chunk { return []providers.Chunk{{Text: "done"}} }

// withTool runs an agent with the tool "echo" against a model.
func withTool(t *testing.T, limits string, m providers.Model, call func(json.RawMessage) (string, error)) []engine.Event {
	t.Helper()
	cfg := load(t, write(t, `
provider "scripted" "p" {
}
tool "echo" {
  expr {
    result = "1"
  }
}
agent "a" {
  provider = provider.p
  tools    = [tool.echo]
}
pattern "sequential" "once" {
  participants = [agent.a]
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.once
  opening = "Begin."
  limits {
    `+limits+`
  }
}
`))
	models := scripts(cfg)
	entry := models["p"]
	entry.Model = m
	models["p"] = entry
	tools := map[string][]engine.Tool{"echo": {{
		Spec: providers.ToolSpec{Name: "echo"}, MaxResult: 100,
		Call: func(_ context.Context, args json.RawMessage) (string, error) { return call(args) },
	}}}
	tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models, Tools: tools})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return play(t, tmpl, nil)
}

func echo(args json.RawMessage) (string, error) { return string(args), nil }

func call(id, args string) providers.ToolCall {
	return providers.ToolCall{ID: id, Name: "echo", Arguments: json.RawMessage(args)}
}

// Each request of a turn has all its attempts, however many tools were called
// before it.
func TestToolsThenRetry(t *testing.T) {
	busy := &providers.Error{Kind: providers.Overloaded}
	m := &listed{
		replies: [][]providers.Chunk{asks(call("1", "{}")), asks(call("2", "{}")), asks(call("3", "{}")), says()},
		fails:   map[int]error{4: busy, 5: busy},
	}
	log := withTool(t, "max_turns = 5", m, echo)
	if got := ended(t, log); got.Outcome != engine.Achieved {
		t.Errorf("got %s (%s), want achieved", got.Outcome, got.Reason.Text)
	}
}

// The same call in another spelling is the same call, in the log and after it
// was read back; broken text of a vendor does not get into the log.
func TestToolCallsNormal(t *testing.T) {
	m := &listed{replies: [][]providers.Chunk{
		asks(call("1", ` {"a": "<1>"}`)), asks(call("2", "{\"a\":\n\"<1>\"}")),
		asks(providers.ToolCall{ID: "\xff", Name: "echo\xff", Arguments: json.RawMessage("{\"a\":\"\xff\"}")}),
		says(),
	}}
	var got []string
	log := withTool(t, "max_repeats = 2", m, func(args json.RawMessage) (string, error) {
		got = append(got, string(args))
		return "ok", nil
	})
	if len(got) != 2 || got[0] != got[1] {
		t.Errorf("the tool got %q, want the same twice", got)
	}
	for _, ev := range log {
		if d, ok := ev.Data.(*engine.ToolRequested); ok && strings.Contains(d.Tool+d.CallID+string(d.Arguments), "\xff") {
			t.Errorf("the log has broken text: %q", d)
		}
	}
}

// What a tool says of its failure is bounded and text.
func TestToolErrorBounded(t *testing.T) {
	m := &listed{replies: [][]providers.Chunk{asks(call("1", "{}")), says()}}
	log := withTool(t, "max_turns = 5", m, func(json.RawMessage) (string, error) {
		return "", errors.New("\xff" + strings.Repeat("x", 1<<20))
	})
	for _, ev := range log {
		if d, ok := ev.Data.(*engine.ToolFailed); ok && len(d.Error) > 5000 {
			t.Errorf("the error has %d bytes", len(d.Error))
		}
	}
	ended(t, log)
}

// A reply that asks for more than anybody could want is refused.
func TestToolCallsBounded(t *testing.T) {
	flood := make([]providers.ToolCall, 100_000)
	for i := range flood {
		flood[i] = call(fmt.Sprint(i), "{}")
	}
	huge := asks(providers.ToolCall{ID: "1", Name: "echo", Arguments: json.RawMessage(`{"a":"` + strings.Repeat("x", 2<<20) + `"}`)})
	for name, reply := range map[string][]providers.Chunk{"many": asks(flood...), "large": huge} {
		t.Run(name, func(t *testing.T) {
			log := withTool(t, "max_turns = 5", &listed{replies: [][]providers.Chunk{reply}}, echo)
			if got := ended(t, log); got.Outcome != engine.Failed || len(log) > 100 {
				t.Errorf("got %s after %d events, want failed at once", got.Outcome, len(log))
			}
		})
	}
}

// Calls that cannot be made are not in the prompt of the repair: vendors refuse
// a call that has no result.
func TestRepairWithoutCalls(t *testing.T) {
	replies := [][]providers.Chunk{}
	for i := range 9 { // one more than a turn may
		replies = append(replies, asks(call(fmt.Sprint(i), fmt.Sprintf(`{"n":%d}`, i))))
	}
	m := &listed{replies: append(replies, says())}
	log := withTool(t, "max_turns = 5", m, echo)
	if got := ended(t, log); got.Outcome != engine.Achieved {
		t.Fatalf("got %s (%s), want achieved", got.Outcome, got.Reason.Text)
	}
	open := map[string]bool{}
	for _, msg := range m.requests[len(m.requests)-1].Messages {
		for _, c := range msg.ToolCalls {
			open[c.ID] = true
		}
		delete(open, msg.ToolCallID)
	}
	if len(open) > 0 {
		t.Errorf("calls without a result: %v", open)
	}
}

// The session's max_tool_calls holds within a turn.
func TestMaxToolCalls(t *testing.T) {
	m := &listed{replies: [][]providers.Chunk{asks(call("1", `{"n":1}`), call("2", `{"n":2}`), call("3", `{"n":3}`)), says()}}
	log := withTool(t, "max_tool_calls = 2", m, echo)
	asked := 0
	for _, ev := range log {
		if ev.Type() == engine.TypeToolRequested {
			asked++
		}
	}
	if got := ended(t, log); got.Outcome != engine.Exhausted || got.Reason.Stop != "limits.max_tool_calls" || asked != 2 {
		t.Errorf("got %s by %s after %d calls, want exhausted by limits.max_tool_calls after 2", got.Outcome, got.Reason.Stop, asked)
	}
}

// Calls that a vendor does not tell apart get each its own result.
func TestToolCallsWithoutID(t *testing.T) {
	for name, id := range map[string]string{"none": "", "same": "x"} {
		t.Run(name, func(t *testing.T) {
			m := &listed{replies: [][]providers.Chunk{asks(call(id, `{"n":1}`), call(id, `{"n":2}`)), says()}}
			log := withTool(t, "max_turns = 5", m, func(args json.RawMessage) (string, error) {
				if string(args) == `{"n":1}` {
					time.Sleep(time.Second)
				}
				return string(args), nil
			})
			if got := ended(t, log); got.Outcome != engine.Achieved {
				t.Fatalf("got %s (%s), want achieved", got.Outcome, got.Reason.Text)
			}
			asked := map[string]string{}
			for _, msg := range m.requests[1].Messages {
				for _, c := range msg.ToolCalls {
					asked[c.ID] = string(c.Arguments)
				}
				if msg.Role == providers.ToolRole && asked[msg.ToolCallID] != msg.Content {
					t.Errorf("the result of %s is %s", asked[msg.ToolCallID], msg.Content)
				}
			}
			if len(asked) != 2 {
				t.Errorf("the calls have ids %v, want two", asked)
			}
		})
	}
}

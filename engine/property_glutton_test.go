package engine_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// glutton takes all that it can: it fails as often as it is asked again and
// bills that, calls tools as long as there are any, answers wrongly as often as
// it may mend it, with answers as long as their cap, and never agrees, now and then as late as it may. A list of
// choices says whom it names, what it calls, and where it fails for good.
type glutton struct {
	mu       sync.Mutex
	choices  []byte
	attempts int // of its provider
	asked    map[uint64]int
}

// gluttons are one for each provider, which choose alike.
func gluttons(models map[string]providers.Entry, choices []byte) {
	for name, entry := range models {
		entry.Model = &glutton{choices: choices, attempts: cmp.Or(entry.Settings.Retry.Attempts, providers.DefaultRetry.Attempts), asked: map[uint64]int{}}
		models[name] = entry
	}
}

// meal is what a call does.
type meal struct {
	fail   bool
	choice byte
}

// next looks at what is asked alone, so that the same is answered alike, in
// whatever order calls arrive.
func (g *glutton) next(req *providers.Request) meal {
	h := fnv.New64a()
	fmt.Fprint(h, req.Agent, len(req.Tools), len(req.Schema))
	for i := range req.Messages {
		fmt.Fprint(h, req.Messages[i].Role, req.Messages[i].Content, len(req.Messages[i].ToolCalls))
	}
	key := h.Sum64()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked[key]++
	m := meal{choice: g.choices[key%uint64(len(g.choices))]}
	m.fail = g.asked[key]%g.attempts != 0 || m.choice == 13 || g.choices[0]%2 == 0 && lastStep(req)
	return m
}

// lastStep says whether the last step of a plan is asked for: when it fails,
// there is another plan.
func lastStep(req *providers.Request) bool {
	var step, steps int
	for i := range req.Messages {
		_, text, found := strings.Cut(req.Messages[i].Content, "Your task, step ")
		if n, _ := fmt.Sscanf(text, "%d of %d", &step, &steps); found && n == 2 && step == steps {
			return true
		}
	}
	return false
}

// used is how many tools were called in this turn.
func used(req *providers.Request) (n int) {
	for i := range req.Messages {
		if req.Messages[i].Role == providers.ToolRole {
			n++
		}
	}
	return n
}

// weight is the size of a request as a vendor counts it, in tokens.
func weight(req *providers.Request) int {
	n := len(req.System) + len(req.Schema)
	for _, m := range req.Messages {
		n += len(m.Content)
		for _, c := range m.ToolCalls {
			n += len(c.Name) + len(c.Arguments)
		}
	}
	for _, tool := range req.Tools {
		n += len(tool.Name) + len(tool.Description) + len(tool.Schema)
	}
	return (n + 3) / 4
}

// mended is how often an answer of this turn was wrong.
func mended(req *providers.Request) (n int) {
	for i := range req.Messages {
		if m := &req.Messages[i]; m.Role == providers.User && strings.HasPrefix(m.Content, "Your answer ") {
			n++
		}
	}
	return n
}

// Stream implements [providers.Model].
func (g *glutton) Stream(ctx context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	m := g.next(req)
	usage := providers.Usage{InputTokens: weight(req), OutputTokens: req.MaxTokens}
	return func(yield func(providers.Chunk, error) bool) {
		if g.choices[0]%5 == 1 && providers.Sleep(ctx, 59*time.Second) != nil { // a call has a minute
			yield(providers.Chunk{}, &providers.Error{Kind: providers.Canceled, Message: "glutton"})
			return
		}
		chunk := providers.Chunk{Text: strings.Repeat("no, ", req.MaxTokens)}
		switch {
		case m.fail:
			yield(providers.Chunk{}, &providers.Error{Kind: providers.Overloaded, Message: "glutton", Usage: usage})
			return
		case mended(req)%3 < 2 && (len(req.Tools) == 0 || m.choice%4 == 1):
			chunk.Text = wrong(req)
		case len(req.Tools) > 0:
			calls := 1
			if m.choice%16 == 5 {
				calls = 100 // more than any turn may make
			}
			for range calls - 1 {
				if !yield(providers.Chunk{ToolCall: &providers.ToolCall{Name: "x", Arguments: json.RawMessage("{}")}}, nil) {
					return
				}
			}
			chunk = providers.Chunk{ToolCall: order(req, m.choice, calls, g.choices[0]%3 > 0 && used(req) < 7)}
		case len(req.Schema) > 0:
			chunk.Text = structured(req.Schema, m.choice)
			chunk.Text = chunk.Text[:len(chunk.Text)-1] + strings.Repeat(" ", max(0, 4*req.MaxTokens-len(chunk.Text))) + "}"
		}
		if yield(chunk, nil) {
			yield(providers.Chunk{Finish: providers.FinishStop, Usage: &usage}, nil)
		}
	}
}

// wrong is the longest answer that does not do.
func wrong(req *providers.Request) string {
	if len(req.Schema) == 0 {
		return strings.Repeat(" ", 4*req.MaxTokens)
	}
	return `{"other": "` + strings.Repeat("x", max(0, 4*req.MaxTokens-14)) + `"}`
}

// order calls a tool, among so many calls of a reply; a handover may be in vain.
func order(req *providers.Request, choice byte, calls int, vain bool) *providers.ToolCall {
	room := max(4*req.MaxTokens-120-3*calls, 0)
	name, who := req.Tools[int(choice)%len(req.Tools)].Name, string("abc"[choice/7%3])
	text := strings.Repeat("x", room)
	args := fmt.Sprintf(`{"task": %q}`, text)
	switch {
	case strings.HasPrefix(name, "transfer_to_") && vain:
		name = "transfer_to_nobody"
		fallthrough
	case strings.HasPrefix(name, "transfer_to_"):
		args = fmt.Sprintf(`{"reason": %q}`, text)
	case name == "ask":
		args = fmt.Sprintf(`{"agent": %q, "question": %q}`, who, text)
	}
	return &providers.ToolCall{Name: name, Arguments: json.RawMessage(args)}
}

// loud is a tool whose result is as long as it may be.
func loud() map[string][]engine.Tool {
	return map[string][]engine.Tool{"t": {{
		Spec: providers.ToolSpec{Name: "t", Schema: json.RawMessage(`{"type":"object"}`)}, MaxResult: loudest,
		Call: func(context.Context, json.RawMessage) (string, error) { return strings.Repeat("y", 2*loudest), nil },
	}}}
}

// loudest is the max_result of that tool.
const loudest = 3000

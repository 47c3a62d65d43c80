package engine_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// recorder answers with its number of the call and keeps what it was asked.
type recorder struct {
	mu       sync.Mutex
	requests []providers.Request
}

// Stream implements [providers.Model].
func (r *recorder) Stream(_ context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, *req)
	text := fmt.Sprintf("%s%d", req.Agent, len(r.requests))
	return func(yield func(providers.Chunk, error) bool) {
		if yield(providers.Chunk{Text: text}, nil) {
			yield(providers.Chunk{Finish: providers.FinishStop}, nil)
		}
	}
}

// prompts runs a scenario and gives the prompts of one agent, one line each:
// the messages, with a < before the agent's own.
func prompts(t *testing.T, src, agent string, commands ...string) []string {
	t.Helper()
	cfg := load(t, write(t, src))
	models := scripts(cfg)
	rec := &recorder{}
	for name, e := range models {
		e.Model = rec
		models[name] = e
	}
	tmpl, diags := engine.Compile(cfg, cfg.Sessions[0].Name, engine.Resources{Models: models})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	play(t, tmpl, commands)
	var list []string
	for _, r := range rec.requests {
		if r.Agent != agent {
			continue
		}
		var parts []string
		for _, m := range r.Messages {
			if m.Role == providers.Assistant {
				parts = append(parts, "<"+m.Content)
			} else {
				parts = append(parts, m.Content)
			}
		}
		list = append(list, strings.Join(parts, " | "))
	}
	return list
}

const threeInTurn = `
provider "scripted" "p" {}
provider "scripted" "memo" {}
agent "a" {
  provider = provider.p
  %s
}
agent "b" {
  provider = provider.p
}
agent "c" {
  provider = provider.p
}
pattern "round_robin" "talk" {
  participants = [agent.a, agent.b, agent.c]
  max_turns    = 7
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin, b and all."
}
`

func TestPrompts(t *testing.T) {
	nested := `
provider "scripted" "p" {}
agent "a" {
  provider = provider.p
}
agent "b" {
  provider = provider.p
}
agent "c" {
  provider = provider.p
}
pattern "sequential" "inner" {
  participants = [agent.a, agent.b]
  result       = "RESULT"
}
pattern "sequential" "outer" {
  participants = [agent.c, pattern.inner, agent.d]
  context      = "CONTEXT"
}
agent "d" {
  provider = provider.p
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.outer
  opening = "Begin."
}
`
	with := func(result, context string) string {
		return strings.NewReplacer("RESULT", result, "CONTEXT", context).Replace(nested)
	}
	chat := `
provider "scripted" "p" {}
agent "a" {
  provider = provider.p
}
session "s" {
  type    = "human_agent"
  agent   = agent.a
  opening = "Hello."
}
`
	tests := []struct {
		name, src, agent string
		commands         []string
		want             []string
	}{
		{"all", fmt.Sprintf(threeInTurn, ""), "a", nil, []string{
			"Begin, b and all.",
			"Begin, b and all. | <a1 | [b]: b2 | [c]: c3",
			"Begin, b and all. | <a1 | [b]: b2 | [c]: c3 | <a4 | [b]: b5 | [c]: c6",
		}},
		{"own", fmt.Sprintf(threeInTurn, `sees = "own"`), "a", nil, []string{
			"Begin, b and all.",
			"Begin, b and all. | <a1 | [c]: c3",
			"Begin, b and all. | <a1 | [c]: c3 | <a4 | [c]: c6",
		}},
		{"addressed", fmt.Sprintf(strings.Replace(threeInTurn, "Begin, b", "Begin, A", 1), `sees = "addressed"`), "a", nil, []string{
			"Begin, A and all.",
			"Begin, A and all. | <a1 | [c]: c3",
			"Begin, A and all. | <a1 | [c]: c3 | <a4 | [c]: c6",
		}},
		{"last two messages", fmt.Sprintf(threeInTurn, "memory {\n keep = \"last\"\n messages = 2\n}"), "a", nil, []string{
			"Begin, b and all.", "[b]: b2 | [c]: c3", "[b]: b5 | [c]: c6",
		}},
		{"last tokens", fmt.Sprintf(threeInTurn, "memory {\n keep = \"last\"\n tokens = 3\n}"), "a", nil, []string{
			"Begin, b and all.", "<a1 | [b]: b2 | [c]: c3", "<a4 | [b]: b5 | [c]: c6",
		}},
		{"summary", fmt.Sprintf(threeInTurn, "memory {\n keep = \"last\"\n messages = 2\n summarize = provider.memo\n}"), "a", nil, []string{
			"Begin, b and all.",
			"[user]: Begin, b and all.\n[a]: a1\n[b]: b2\n",
			"Summary of what was said before: a4 | [c]: c3",
			"Summary so far: a4\n\n[c]: c3\n[a]: a5\n[b]: b6\n",
			"Summary of what was said before: a8 | [c]: c7",
		}},
		{"inner sees outer", with("last", "all"), "b", nil, []string{"Begin. | [c]: c1 | [a]: a2"}},
		{"outer sees the last of inner", with("last", "all"), "d", nil, []string{"Begin. | [c]: c1 | [b]: b3"}},
		{"outer sees all of inner", with("all", "all"), "d", nil, []string{"Begin. | [c]: c1 | [a]: a2 | [b]: b3"}},
		{"inner gets the previous alone", with("last", "previous"), "b", nil, []string{"[c]: c1 | [a]: a2"}},
		{"outer gets the previous alone", with("all", "previous"), "d", nil, []string{"[a]: a2 | [b]: b3"}},
		{"chat", chat, "a", []string{"say one", "say two", "now", "say three", "close"}, []string{
			"<Hello. | one",
			"<Hello. | one | <a1 | two",
			"<Hello. | one | <a1 | two | <a2 | three",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, prompts(t, tt.src, tt.agent, tt.commands...)); diff != "" {
				t.Errorf("prompts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSystemPrompt(t *testing.T) {
	src := `
provider "scripted" "p" {}
agent "ann" {
  provider     = provider.p
  name         = "Dr. Ann"
  personality  = "warm, brief."
  capabilities = ["debate", "law"]
  instructions = "Argue for trees.\n"
}
agent "bob" {
  provider     = provider.p
  description  = "argues against"
  capabilities = ["numbers"]
}
human "eve" {
  timeout    = "1s"
  on_timeout = "skip"
}
pattern "sequential" "talk" {
  participants = [agent.ann, agent.bob, human.eve]
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
}
`
	cfg := load(t, write(t, src))
	models := scripts(cfg)
	rec := &recorder{}
	entry := models["p"]
	entry.Model = rec
	models["p"] = entry
	tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	play(t, tmpl, nil)
	want := `You are Dr. Ann.
Personality: warm, brief.
Capabilities: debate, law.

Argue for trees.

Others in this conversation:
- bob: argues against (can: numbers)
- eve, a person
Their messages begin with their name in brackets. Yours must not.`
	if diff := cmp.Diff(want, rec.requests[0].System); diff != "" {
		t.Errorf("system prompt (-want +got):\n%s", diff)
	}
}

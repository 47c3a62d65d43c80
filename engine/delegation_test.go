package engine_test

import (
	"context"
	"iter"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// scenario plays a scenario of testdata.
func scenario(t *testing.T, name string) (*engine.Template, []engine.Event) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	return playIn(t, txtar.Parse(text))
}

// taken are the turns of an agent that a log has.
func taken(log []engine.Event, agent string) int {
	n := 0
	for _, e := range log {
		if e.Type() == engine.TypeTurnStarted && e.Agent == agent {
			n++
		}
	}
	return n
}

// Wherever a crash cuts a manager's turn, a worker that has answered is not
// asked again, its manager gets the answer, and the log ends the same.
func TestWorkersAreNotAskedTwice(t *testing.T) {
	tmpl, log := scenario(t, "supervisor")
	last := log[len(log)-1].Data.(*engine.Ended) //nolint:forcetypeassert // its scenario says so
	for at := 1; at < len(log); at++ {
		if log[at-1].Type() == engine.TypeModelAnswered { // stored with what was said, or not at all
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			again, _ := crowdRun(t, stored(t, log[:at]), nil, "", func(e *engine.Engine) (*engine.Session, error) {
				return e.Resume(t.Context(), tmpl, "s")
			})
			for agent, want := range map[string]int{"boss": 1, "coder": 1, "tester": 2} {
				if got := taken(again, agent); got != want {
					t.Errorf("cut behind event %d: %s takes %d turns, want %d\n%s", at, agent, got, want, transcript(again))
				}
			}
			if d, ok := again[len(again)-1].Data.(*engine.Ended); !ok || d.Result != last.Result {
				t.Errorf("cut behind event %d, it ends with %+v", at, again[len(again)-1].Data)
			}
		})
	}
}

// A manager sees what its workers answer as results of its calls, in the order
// of the calls, and not in the conversation as well; a worker sees its task.
func TestPromptsOfManagerAndWorkers(t *testing.T) {
	cfg := load(t, write(t, managed))
	models := scripts(cfg)
	crew := &staff{asked: map[string][]string{}, offered: map[string]string{}}
	entry := models["p"]
	entry.Model = crew
	models["p"] = entry
	tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	play(t, tmpl, nil)
	want := map[string][]string{
		"boss":   {"user: Begin.", "user: Begin.|assistant: Go.|tool: done by coder|tool: done by tester"},
		"coder":  {"user: Do it."},
		"tester": {"user: Do it."},
	}
	for agent, prompts := range want {
		if diff := cmp.Diff(prompts, crew.asked[agent]); diff != "" {
			t.Errorf("%s is asked (-want +got)\n%s", agent, diff)
		}
	}
	if diff := cmp.Diff(map[string]string{"boss": "coder tester", "coder": "", "tester": ""}, crew.offered); diff != "" {
		t.Errorf("tools (-want +got)\n%s", diff)
	}
}

// staff is a model that calls both workers at once, one of whom is slow.
type staff struct {
	mu      sync.Mutex
	asked   map[string][]string // by agent
	offered map[string]string   // names of tools by agent
}

// Stream implements [providers.Model].
func (s *staff) Stream(_ context.Context, req *providers.Request) iter.Seq2[providers.Chunk, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var said, tools []string
	for _, m := range req.Messages {
		said = append(said, string(m.Role)+": "+m.Content)
	}
	for _, tool := range req.Tools {
		tools = append(tools, tool.Name)
	}
	s.asked[req.Agent] = append(s.asked[req.Agent], strings.Join(said, "|"))
	s.offered[req.Agent] = strings.Join(tools, " ")
	first := len(s.asked[req.Agent]) == 1
	return func(yield func(providers.Chunk, error) bool) {
		chunks := []providers.Chunk{{Text: "done by " + req.Agent}}
		switch {
		case req.Agent == "coder":
			time.Sleep(2 * time.Second)
		case req.Agent == "boss" && first:
			chunks = []providers.Chunk{{Text: "Go."}}
			for _, name := range []string{"coder", "tester"} {
				chunks = append(chunks, providers.Chunk{ToolCall: &providers.ToolCall{ID: name, Name: name, Arguments: []byte(`{"task": "Do it."}`)}})
			}
		}
		for _, c := range append(chunks, providers.Chunk{Finish: providers.FinishStop}) {
			if !yield(c, nil) {
				return
			}
		}
	}
}

const managed = `
provider "scripted" "p" {
}
agent "boss" {
  provider = provider.p
}
agent "coder" {
  provider = provider.p
}
agent "tester" {
  provider = provider.p
}
pattern "supervisor" "team" {
  manager = agent.boss
  workers = [agent.coder, agent.tester]
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.team
  opening = "Begin."
}
`

// A handoff whose floor is the person's waits for the next message.
func TestExplainFloor(t *testing.T) {
	tmpl, log := scenario(t, "handoff_user")
	at := find(t, log, engine.TypeTurnFinished, 2)
	x, err := engine.Explain(t.Context(), tmpl, sequence(log[:at]))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(x.Waiting, "it waits for a message") {
		t.Errorf("it waits for %q", x.Waiting)
	}
}

// How far a pattern is from its own bounds is told, and whom a manager waits
// for.
func TestExplainWorkers(t *testing.T) {
	tmpl, log := scenario(t, "supervisor")
	at := find(t, log, engine.TypeTurnStarted, 3)
	x, err := engine.Explain(t.Context(), tmpl, sequence(log[:at]))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(x.Waiting, "boss waits for whom it has asked: coder, tester") {
		t.Errorf("it waits for %q", x.Waiting)
	}
	var bounds []string
	for _, l := range x.Limits {
		bounds = append(bounds, l.Text)
	}
	if want := "pattern.desk.max_delegations: 2 of 5"; !strings.Contains(strings.Join(bounds, "\n"), want) {
		t.Errorf("got the limits %q, want %q", bounds, want)
	}
}

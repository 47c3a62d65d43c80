package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// guarded makes a session's template whose agent calls a tool that a person
// must allow.
func guarded(t *testing.T, session string, m providers.Model, tool engine.Tool) *engine.Template {
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
  `+session+`
}
`))
	models := scripts(cfg)
	entry := models["p"]
	entry.Model = m
	models["p"] = entry
	tool.Spec.Name, tool.Approval = "echo", true
	tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models, Tools: map[string][]engine.Tool{"echo": {tool}}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return tmpl
}

// counted is a tool that counts its calls.
func counted(n *int) engine.Tool {
	return engine.Tool{Call: func(_ context.Context, args json.RawMessage) (string, error) {
		*n++
		return string(args), nil
	}}
}

func types(events []engine.Event) []engine.Type {
	var list []engine.Type
	for _, e := range events {
		list = append(list, e.Type())
	}
	return list
}

// A call that must be allowed is made when a person says so, and the model is
// told when a person does not. The time that the person takes is not the turn's.
func TestApproval(t *testing.T) {
	for name, c := range map[string]struct {
		ok    bool
		calls int
		told  string
	}{
		"given":  {true, 1, `{"n":1}`},
		"denied": {false, 0, "a person did not allow this call: too dear"},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			m := &listed{replies: [][]providers.Chunk{asks(call("1", `{"n":1}`)), says()}}
			tmpl := guarded(t, `idle_timeout = "2h"
  lifetime     = "3h"
  limits {
    turn_timeout = "10s"
    timeout      = "2h"
  }`, m, counted(&calls))
			verb := "deny"
			if c.ok {
				verb = "approve"
			}
			log := play(t, tmpl, []string{"wait 1h", verb + " 1"})
			if got := ended(t, log); got.Outcome != engine.Achieved {
				t.Fatalf("got %s (%s), want achieved", got.Outcome, got.Reason.Text)
			}
			if calls != c.calls {
				t.Errorf("the tool was called %d times, want %d", calls, c.calls)
			}
			last := m.requests[1].Messages[len(m.requests[1].Messages)-1]
			if last.Content != c.told || last.ToolError == c.ok {
				t.Errorf("the model was told %q (error %t), want %q", last.Content, last.ToolError, c.told)
			}
		})
	}
}

// A session in which nothing but an approval is waited for ends by its
// idle_timeout.
func TestApprovalIdle(t *testing.T) {
	calls := 0
	m := &listed{replies: [][]providers.Chunk{asks(call("1", `{}`))}}
	log := play(t, guarded(t, `idle_timeout = "10m"`, m, counted(&calls)), nil)
	if got := ended(t, log); got.Outcome != engine.Expired || got.Reason.Stop != "idle_timeout" {
		t.Errorf("got %s by %s, want expired by idle_timeout", got.Outcome, got.Reason.Stop)
	}
	if calls != 0 {
		t.Errorf("the tool was called %d times", calls)
	}
}

// What is wrong with arguments is found before anybody is asked.
func TestApprovalNotAskedForWrongArguments(t *testing.T) {
	calls := 0
	tool := counted(&calls)
	tool.Check = func(json.RawMessage) error { return errors.New("n is missing") }
	m := &listed{replies: [][]providers.Chunk{asks(call("1", `{}`)), says()}}
	log := play(t, guarded(t, "", m, tool), nil)
	ended(t, log)
	if got := types(log); slices.Contains(got, engine.TypeApprovalAsked) || !slices.Contains(got, engine.TypeToolFailed) {
		t.Errorf("got %v, want a failure and nobody asked", got)
	}
}

// A session that waits for an approval rests in its log, and goes on in another
// process: whether it was let go of or the process was killed.
func TestApprovalSurvives(t *testing.T) {
	for _, how := range []string{"rest", "kill"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				m := &listed{replies: [][]providers.Chunk{asks(call("1", `{"n":1}`)), says()}}
				tmpl := guarded(t, "", m, counted(&calls))
				journal := &memory.Journal{}
				cfg := engine.Config{Journal: journal}
				if how == "rest" {
					cfg.Passive = time.Second
				}
				first := engine.New(cfg)
				s, err := first.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if how == "rest" {
					if !errors.Is(s.Err(), engine.ErrPassive) {
						t.Fatalf("the session is let go with %v, want ErrPassive", s.Err())
					}
				}
				first.Close()
				second := engine.New(engine.Config{Journal: journal})
				defer second.Close()
				revive := second.Wake
				if how == "kill" {
					revive = second.Resume
				}
				if s, err = revive(t.Context(), tmpl, "s"); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if err := s.Approve(t.Context(), "2", "ann", true, ""); !errors.Is(err, engine.ErrNoApproval) {
					t.Errorf("another call: got %v, want ErrNoApproval", err)
				}
				if err := s.Approve(t.Context(), "1", "ann", true, ""); err != nil {
					t.Fatal(err)
				}
				if err := s.Approve(t.Context(), "1", "ann", true, ""); err == nil {
					t.Error("the same call was approved twice")
				}
				<-s.Done()
				if calls != 1 || s.Err() != nil {
					t.Errorf("the tool was called %d times, want once; the session ended with %v", calls, s.Err())
				}
				var log []engine.Event
				for e, err := range journal.Read(t.Context(), "s", 0) {
					if err != nil {
						t.Fatal(err)
					}
					log = append(log, e)
				}
				if d, err := engine.Replay(t.Context(), tmpl, sequence(log)); err != nil || d != nil {
					t.Errorf("replay: %v, %+v", err, d)
				}
				synctest.Wait()
			})
		})
	}
}

// A person's word that interrupts the agent takes back the question.
func TestApprovalInterrupted(t *testing.T) {
	calls := 0
	m := &listed{replies: [][]providers.Chunk{asks(call("1", `{}`)), says()}}
	log := play(t, guarded(t, `on_busy = "interrupt"`, m, counted(&calls)), []string{"say Never mind.", "lost-approve 1"})
	if got := ended(t, log); got.Outcome != engine.Achieved || calls != 0 {
		t.Errorf("got %s (%s) after %d calls, want achieved after none", got.Outcome, got.Reason.Text, calls)
	}
}

// A set's tools are asked for before each request, and a set that cannot be
// listed is told to the model.
func TestToolSet(t *testing.T) {
	cfg := load(t, write(t, `
provider "scripted" "p" {
}
tool "files" {
  mcp {
    command = ["files"]
  }
}
agent "a" {
  provider = provider.p
  tools    = [tool.files]
}
pattern "sequential" "once" {
  participants = [agent.a]
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.once
  opening = "Begin."
}
`))
	models := scripts(cfg)
	entry := models["p"]
	named := func(id, name string) providers.ToolCall {
		return providers.ToolCall{ID: id, Name: name, Arguments: json.RawMessage("{}")}
	}
	m := &listed{replies: [][]providers.Chunk{asks(named("1", "files__read")), asks(named("2", "read")), says()}}
	entry.Model = m
	models["p"] = entry
	listings := 0
	var called engine.Caller
	set := engine.Tool{
		Spec: providers.ToolSpec{Name: "files"},
		List: func(context.Context) ([]providers.ToolSpec, error) {
			if listings++; listings == 2 {
				return nil, errors.New("the server has ended")
			}
			return []providers.ToolSpec{{Name: "read"}}, nil
		},
		Call: func(ctx context.Context, _ json.RawMessage) (string, error) {
			called = engine.CallerOf(ctx)
			return "text", nil
		},
	}
	tmpl, diags := engine.Compile(cfg, "s", engine.Resources{Models: models, Tools: map[string][]engine.Tool{"files": {set}}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	log := play(t, tmpl, nil)
	if got := ended(t, log); got.Outcome != engine.Achieved {
		t.Fatalf("got %s (%s), want achieved", got.Outcome, got.Reason.Text)
	}
	if called.Tool != "files__read" || called.Agent != "a" || called.Session != "s" || called.CallID != "1" {
		t.Errorf("the tool was called by %+v", called)
	}
	if got := m.requests[0].Tools; len(got) != 1 || got[0].Name != "files__read" {
		t.Errorf("the first request offers %v", got)
	}
	if got := m.requests[1]; len(got.Tools) != 0 || !strings.Contains(got.System, "The tools of files cannot be used now: the server has ended.") {
		t.Errorf("the second request offers %v and says %q", got.Tools, got.System)
	}
	last := m.requests[2].Messages[len(m.requests[2].Messages)-1]
	if want := `there is no tool "read"; there are files__…`; last.Content != want {
		t.Errorf("the model was told %q, want %q", last.Content, want)
	}
}

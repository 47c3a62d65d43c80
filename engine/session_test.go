package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// template compiles a scenario's text.
func template(tb testing.TB, src string, tools map[string][]engine.Tool) *engine.Template {
	tb.Helper()
	return compile(tb, load(tb, write(tb, src)), tools)
}

func write(tb testing.TB, src string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "main.hcl")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

const chatScenario = `
provider "scripted" "p" {
  reply {
    when    = "true"
    content = "An answer that is long enough to come in more than one piece, word by word by word."
    delay   = "1s"
  }
}
agent "a" {
  provider = provider.p
}
session "s" {
  type  = "human_agent"
  agent = agent.a
}
`

func start(t *testing.T, cfg engine.Config, tmpl *engine.Template) (*engine.Engine, *engine.Session) {
	t.Helper()
	e := engine.New(cfg)
	s, err := e.Start(t.Context(), tmpl, engine.StartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return e, s
}

func say(t *testing.T, s *engine.Session, text string) engine.Receipt {
	t.Helper()
	r, err := s.Say(t.Context(), engine.Message{Content: text})
	if err != nil {
		t.Fatalf("say %q: %v", text, err)
	}
	return r
}

// A follower that joins late and reads slowly sees every event once, in order,
// and live text only of turns that are not over.
func TestFollow(t *testing.T) {
	tmpl := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}}, tmpl)
		defer e.Close()
		type seen struct{ seqs, deltas int }
		results := make([]seen, 3)
		var readers sync.WaitGroup
		for i := range results {
			readers.Go(func() {
				time.Sleep(time.Duration(i) * 700 * time.Millisecond)
				next, over := uint64(1), map[int]bool{}
				for ev, err := range s.Follow(t.Context(), 0, i != 1) {
					switch {
					case err != nil:
						t.Error(err)
					case ev.Seq == 0 && over[ev.Turn]:
						t.Errorf("reader %d: live text of turn %d after its end", i, ev.Turn)
					case ev.Seq == 0:
						results[i].deltas++
					case ev.Seq != next:
						t.Errorf("reader %d: got event %d, want %d", i, ev.Seq, next)
					default:
						next++
						results[i].seqs++
						over[ev.Turn] = over[ev.Turn] || ev.Type() == engine.TypeTurnFinished
					}
					time.Sleep(time.Duration(i) * time.Millisecond)
				}
			})
		}
		say(t, s, "one")
		say(t, s, "two")
		if err := s.CloseInput(t.Context()); err != nil {
			t.Fatal(err)
		}
		readers.Wait()
		for i, r := range results {
			if r.seqs != int(s.Head()) { //nolint:gosec // small
				t.Errorf("reader %d saw %d events of %d", i, r.seqs, s.Head())
			}
			if live := i != 1; (r.deltas > 0) != live {
				t.Errorf("reader %d saw %d pieces of live text", i, r.deltas)
			}
		}
	})
}

// A reader that leaves early, or whose context ends, leaves nothing behind.
func TestFollowLeaves(t *testing.T) {
	tmpl := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}}, tmpl)
		defer e.Close()
		for _, err := range s.Follow(t.Context(), 0, true) {
			if err != nil {
				t.Error(err)
			}
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		var reader sync.WaitGroup
		reader.Go(func() {
			for _, err := range s.Follow(ctx, 0, true) {
				if err != nil {
					t.Error(err)
				}
			}
		})
		synctest.Wait()
		cancel()
		reader.Wait()
	})
}

// Closing the engine ends calls, followers and commands.
func TestClose(t *testing.T) {
	tmpl := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}}, tmpl)
		say(t, s, "one")
		var reader sync.WaitGroup
		reader.Go(func() {
			for _, err := range s.Follow(t.Context(), 0, true) {
				if err != nil {
					t.Error(err)
				}
			}
		})
		synctest.Wait()
		e.Close()
		reader.Wait()
		<-s.Done()
		if err := s.Err(); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("got %v, want %v", err, engine.ErrClosed)
		}
		if _, err := s.Say(t.Context(), engine.Message{Content: "x"}); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("say after close: got %v, want %v", err, engine.ErrClosed)
		}
		if _, err := e.Start(t.Context(), tmpl, engine.StartOptions{}); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("start after close: got %v, want %v", err, engine.ErrClosed)
		}
		if _, err := e.Session(s.ID()); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("got %v, want %v", err, engine.ErrNotFound)
		}
	})
}

// failing is a journal that refuses appends after so many.
type failing struct {
	memory.Journal
	left int
}

var errDisk = errors.New("disk is full")

func (j *failing) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	if j.left--; j.left < 0 {
		return errDisk
	}
	return j.Journal.Append(ctx, session, expect, events)
}

// What could not be stored has no effect and is not acknowledged.
func TestJournalFails(t *testing.T) {
	tmpl := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &failing{left: 1}}, tmpl)
		defer e.Close()
		if _, err := s.Say(t.Context(), engine.Message{Content: "x"}); !errors.Is(err, errDisk) {
			t.Errorf("got %v, want %v", err, errDisk)
		}
		<-s.Done()
		if err := s.Err(); !errors.Is(err, errDisk) {
			t.Errorf("got %v, want %v", err, errDisk)
		}
		for ev, err := range s.Follow(t.Context(), 0, false) {
			if err != nil {
				t.Fatal(err)
			}
			if ev.Type() == engine.TypeSaid {
				t.Error("the message was stored")
			}
		}
	})
}

// broken is a model that panics when it is called.
type broken struct{}

func (broken) Stream(context.Context, *providers.Request) iter.Seq2[providers.Chunk, error] {
	panic("a programmer's mistake")
}

// A panic stays within its session.
func TestPanic(t *testing.T) {
	cfg := load(t, write(t, chatScenario))
	models := scripts(cfg)
	entry := models["p"]
	entry.Model = broken{}
	models["p"] = entry
	bad, diags := engine.Compile(cfg, "s", engine.Resources{Models: models})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	good := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}, Logger: quiet()}, bad)
		defer e.Close()
		if _, err := s.Say(t.Context(), engine.Message{Content: "x"}); err == nil || strings.Contains(err.Error(), "mistake") {
			t.Errorf("got %v, want an error that tells nothing of the inside", err)
		}
		<-s.Done()
		if s.Err() == nil {
			t.Error("the session has no error")
		}
		other, err := e.Start(t.Context(), good, engine.StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		say(t, other, "still there?")
	})
}

func TestClientID(t *testing.T) {
	tmpl := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}}, tmpl)
		defer e.Close()
		m := engine.Message{Content: "x", ClientID: "1"}
		first, err := s.Say(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Say(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if want := (engine.Receipt{Seq: first.Seq, Duplicate: true}); again != want {
			t.Errorf("got %+v, want %+v", again, want)
		}
	})
}

func TestSayRefuses(t *testing.T) {
	tmpl := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}}, tmpl)
		defer e.Close()
		for name, m := range map[string]engine.Message{
			"empty":    {},
			"long":     {Content: strings.Repeat("x", 256<<10+1)},
			"sender":   {Content: "x", Sender: "nobody"},
			"receiver": {Content: "x", Receiver: "nobody"},
		} {
			if _, err := s.Say(t.Context(), m); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		if got := s.Head(); got != 3 { // created, started, entered
			t.Errorf("a refused message was stored: head is %d", got)
		}
	})
}

// Commands of many callers are all answered, and stored once each.
func TestManyCallers(t *testing.T) {
	tmpl := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e, s := start(t, engine.Config{Journal: journal}, tmpl)
		defer e.Close()
		const callers, each = 20, 10
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				for k := range each {
					if _, err := s.Say(context.Background(), engine.Message{Content: fmt.Sprintf("%d.%d", i, k)}); err != nil {
						t.Error(err)
					}
					_ = s.Pause(context.Background(), "x")
					_ = s.Resume(context.Background(), "x")
				}
			})
		}
		wg.Wait()
		if err := s.CloseInput(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-s.Done()
		said := map[string]int{}
		var events []engine.Event
		for ev, err := range journal.Read(t.Context(), s.ID(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, ev)
			if d, ok := ev.Data.(*engine.Said); ok {
				said[d.Role]++
			}
		}
		if want := map[string]int{"user": callers * each, "assistant": callers * each}; !cmp.Equal(said, want) {
			t.Errorf("got %v, want %v", said, want)
		}
		checkReplay(t, tmpl, s, events)
	})
}

const toolScenario = `
provider "scripted" "p" {
  strict = true
  reply {
    content = "Let me see."
    tool_call {
      name      = "add"
      arguments = { a = 1, b = 2 }
    }
    tool_call {
      name      = "fail"
      arguments = {}
    }
    tool_call {
      name      = "nothing"
      arguments = {}
    }
    tool_call {
      name      = "slow"
      arguments = {}
    }
  }
  reply {
    when    = "input contains 'no more tools' or input contains 'within 2s'"
    content = "done"
  }
}
tool "calc" {
  expr {
    result = "1 + 1"
  }
}
agent "a" {
  provider       = provider.p
  tools          = [tool.calc]
  max_tool_calls = 4
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.once
  opening = "Begin."
}
pattern "sequential" "once" {
  participants = [agent.a]
}
`

// Tools run at once, their results go back in declared order, and their errors
// go to the model, not to the session.
func TestTools(t *testing.T) {
	tool := func(name string, call func(context.Context, json.RawMessage) (string, error)) engine.Tool {
		return engine.Tool{Spec: providers.ToolSpec{Name: name}, Call: call, Timeout: 2 * time.Second, MaxResult: 8}
	}
	tools := map[string][]engine.Tool{"calc": {
		tool("add", func(_ context.Context, args json.RawMessage) (string, error) { return "3 of " + string(args), nil }),
		tool("fail", func(context.Context, json.RawMessage) (string, error) { return "", errors.New("out of order") }),
		tool("slow", func(ctx context.Context, _ json.RawMessage) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}),
	}}
	events := play(t, template(t, toolScenario, tools), nil)
	got := map[string]string{}
	for _, ev := range events {
		switch d := ev.Data.(type) {
		case *engine.ToolFinished:
			got[d.Tool] = d.Result
		case *engine.ToolFailed:
			got[d.Tool] = d.Error
		case *engine.Ended:
			got["end"] = string(d.Outcome)
		}
	}
	want := map[string]string{
		"add": "3 of {\"a\n[cut]", "fail": "out of order", "nothing": `there is no tool "nothing"; there are add, fail, slow`,
		"slow": "no result within 2s", "end": "achieved",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tools (-want +got):\n%s", diff)
	}
}

// Every type of event keeps its content through JSON.
func TestEventJSON(t *testing.T) {
	for _, d := range engine.DataTypes() {
		in := engine.Event{Seq: 7, Time: time.Unix(1, 2000).UTC(), Session: "s", Turn: 1, Agent: "a", Pattern: "p", Cause: 6, Data: d}
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out engine.Event
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(in, out); diff != "" {
			t.Errorf("%s (-in +out):\n%s", d.Type(), diff)
		}
	}
	var e engine.Event
	if err := json.Unmarshal([]byte(`{"seq":1,"type":"no.such","data":{}}`), &e); err == nil {
		t.Error("an unknown type was read")
	}
}

// Info is the same while a session lives and after its end.
func TestInfo(t *testing.T) {
	tmpl := template(t, chatScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, engine.Config{Journal: &memory.Journal{}}, tmpl)
		defer e.Close()
		say(t, s, "one")
		info, err := s.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !info.Participants["a"].Running || info.Messages != 1 || info.Ended != nil {
			t.Errorf("at work: got %+v", info)
		}
		time.Sleep(2 * time.Second)
		if err := s.Stop(t.Context(), "x", false); err != nil {
			t.Fatal(err)
		}
		<-s.Done()
		info, err = s.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a := info.Participants["a"]
		if a.Running || a.Turns != 1 || a.Messages != 1 || a.LastActive.IsZero() || info.Messages != 2 || info.Ended == nil || info.Seq != s.Head() {
			t.Errorf("after the end: got %+v", info)
		}
	})
}

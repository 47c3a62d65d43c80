package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// forked makes a copy of a log's session at an event and runs it to its end.
func forked(t *testing.T, tmpl *engine.Template, log []engine.Event, at uint64, id string) []engine.Event {
	t.Helper()
	return forkedWith(t, tmpl, log, engine.ForkOptions{At: at, ID: id})
}

func forkedWith(t *testing.T, tmpl *engine.Template, log []engine.Event, o engine.ForkOptions) []engine.Event {
	t.Helper()
	journal := stored(t, log)
	e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
	defer e.Close()
	o.Owner = "new"
	at, id := o.At, o.ID
	s, err := e.Fork(t.Context(), tmpl, log[0].Session, o)
	if o.Say != nil && errors.Is(err, engine.ErrEnded) { // within its last turn
		return log
	}
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Hour, func() { _ = s.CloseInput(t.Context()) })
	time.AfterFunc(900*time.Hour, func() { _ = s.Stop(t.Context(), "x", false) })
	act(t, s, nil, "")
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	again := read(t, journal, id)
	checkReplay(t, tmpl, s, again)
	if diff := eventDiff(log, read(t, journal, log[0].Session)); diff != "" {
		t.Errorf("the original has changed:\n%s", diff)
	}
	checkCopy(t, log, again, at)
	checkSaid(t, again, o.Say)
	return again
}

// checkSaid sees that what is said in a copy comes before anything goes on.
func checkSaid(t *testing.T, log []engine.Event, say *engine.Message) {
	t.Helper()
	if say == nil {
		return
	}
	n := log[0].Data.(*engine.Created).ForkedAt //nolint:forcetypeassert // checkCopy saw to it
	for _, e := range log[n+1:] {
		switch d := e.Data.(type) {
		case *engine.Said:
			if d.Content == say.Content {
				return
			}
		case *engine.TurnFinished:
			if d.Held != nil && d.Held.Content == say.Content {
				return
			}
		case *engine.ModelFailed, *engine.Started, *engine.Entered:
		default:
			t.Errorf("%s comes before what is said", e.Type())
			return
		}
	}
	t.Error("what was said is not there")
}

func read(t *testing.T, journal engine.Journal, id string) []engine.Event {
	t.Helper()
	var log []engine.Event
	for e, err := range journal.Read(t.Context(), id, 0) {
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, e)
	}
	return log
}

// checkCopy compares a copy's first part with the original.
func checkCopy(t *testing.T, log, again []engine.Event, at uint64) {
	t.Helper()
	first, ok := again[0].Data.(*engine.Created)
	if !ok || first.ForkedFrom != log[0].Session || first.Owner != "new" {
		t.Fatalf("the first event is %+v", again[0].Data)
	}
	n := first.ForkedAt
	if at > 0 && at < uint64(len(log)) && n != at {
		t.Errorf("%d events are copied, want %d", n, at)
	}
	for i := uint64(1); i < n; i++ {
		want := log[i]
		want.Session = again[i].Session
		if diff := eventDiff(want, again[i]); diff != "" {
			t.Errorf("event %d:\n%s", i+1, diff)
		}
	}
	d, ok := again[n].Data.(*engine.Forked)
	if !ok || d.From != log[0].Session || d.At != n {
		t.Errorf("event %d is %s %+v", n+1, again[n].Type(), again[n].Data)
	}
	if problem := doubled(again); problem != "" {
		t.Error(problem)
	}
}

// TestFork forks random sessions behind any event, and a fork of them again.
func TestFork(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, src := crowded(rt, dir)
		if tmpl == nil {
			rt.Skip("the tree is refused")
		}
		list, seed := deeds(rt), rapid.Uint64().Draw(rt, "seed")
		synctest.Test(t, func(t *testing.T) {
			log, _ := crowdRun(t, &memory.Journal{}, list, "early", func(e *engine.Engine) (*engine.Session, error) {
				return e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
			})
			random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test's
			for i := range 4 {
				time.Sleep(1000 * time.Hour) // no limit of time counts it
				at := random.IntN(len(log) + 2)
				o := engine.ForkOptions{At: uint64(at), ID: fmt.Sprintf("f%d", i)} //nolint:gosec // not negative
				if random.IntN(2) == 0 {
					o.Say = &engine.Message{Content: "said in " + o.ID}
				}
				again := forkedWith(t, tmpl, log, o)
				if t.Failed() {
					rt.Logf("forked at %d\n%s", at, transcript(again))
					return
				}
				if random.IntN(2) == 0 {
					log = again
				}
			}
		})
		if t.Failed() {
			rt.Fatalf("%+v\n%s", list, src)
		}
	})
}

// TestForkEverywhere forks every scenario behind each of its events.
func TestForkEverywhere(t *testing.T) {
	scenarios(t, func(t *testing.T, tmpl *engine.Template, log []engine.Event) {
		t.Helper()
		for at := 0; at <= len(log); at++ {
			synctest.Test(t, func(t *testing.T) {
				again := forked(t, tmpl, log, uint64(at), "f") //nolint:gosec // not negative
				if t.Failed() {
					t.Fatalf("forked at %d\n%s", at, transcript(again))
				}
			})
		}
	})
}

const talk = `
provider "scripted" "p" {
  reply {
    when    = "true"
    content = "from p"
  }
}
provider "scripted" "q" {
  reply {
    when    = "true"
    content = "from q"
  }
}
agent "a" {
  provider = provider.p
}
agent "b" {
  provider = provider.p
}
pattern "round_robin" "talk" {
  participants = [agent.a, agent.b]
  max_turns    = 4
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  limits {
    timeout = "1h"
  }
}
`

// played is the log of a scenario.
func played(t *testing.T, src string, commands ...string) (*engine.Template, []engine.Event) {
	t.Helper()
	tmpl := template(t, src, nil)
	return tmpl, play(t, tmpl, commands)
}

// A fork with another model and a longer talk goes on where the first one ended.
func TestForkChanged(t *testing.T) {
	_, log := played(t, talk)
	src := strings.Replace(talk, "provider = provider.p\n}\npattern", "provider = provider.q\n}\npattern", 1)
	src = strings.Replace(src, "max_turns    = 4", "max_turns    = 6", 1)
	tmpl := template(t, src, nil)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(48 * time.Hour)
		again := forked(t, tmpl, log, 0, "f")
		n := again[0].Data.(*engine.Created).ForkedAt //nolint:forcetypeassert // forked saw to it
		d := again[n].Data.(*engine.Forked)           //nolint:forcetypeassert // likewise
		if diff := cmp.Diff([]string{"agent b: model scripted of q instead of scripted of p"}, d.Changed); diff != "" {
			t.Error(diff)
		}
		var said []string
		for _, e := range again[n:] {
			if d, ok := e.Data.(*engine.Said); ok {
				said = append(said, d.Sender+": "+d.Content)
			}
		}
		if diff := cmp.Diff([]string{"a: from p", "b: from q"}, said); diff != "" {
			t.Errorf("%s\n%s", diff, transcript(again))
		}
		if got := ended(t, again); got.Outcome != engine.Achieved {
			t.Errorf("got %s (%s)", got.Outcome, got.Reason.Text)
		}
	})
}

// A template that does not fit is refused with what does not, and nothing is
// stored.
func TestForkRefused(t *testing.T) {
	tmpl, log := played(t, talk)
	for _, test := range []struct{ name, old, new, want string }{
		{"another agent", `participants = [agent.a, agent.b]`, `participants = [agent.b, agent.a]`, "a takes a turn at place 1 of pattern.talk, where the template has b"},
		{"another pattern", `pattern "round_robin" "talk"`, `pattern "sequential" "talk"`, `the round_robin pattern "talk" begins, where the template has the sequential pattern "talk"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			journal := stored(t, log)
			e := engine.New(engine.Config{Journal: journal})
			defer e.Close()
			src := strings.Replace(talk, test.old, test.new, 1)
			_, err := e.Fork(t.Context(), template(t, src, nil), "s", engine.ForkOptions{ID: "f"})
			if !errors.Is(err, engine.ErrTemplate) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want ErrTemplate with %q", err, test.want)
			}
			for ev, err := range journal.Read(t.Context(), "f", 0) {
				if err == nil {
					t.Fatalf("%s is stored", ev.ID())
				}
			}
		})
	}
	e := engine.New(engine.Config{Journal: stored(t, log)})
	defer e.Close()
	if _, err := e.Fork(t.Context(), tmpl, "nobody", engine.ForkOptions{}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if _, err := e.Fork(t.Context(), tmpl, "s", engine.ForkOptions{ID: "s"}); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
}

// A copy that a crash cut short is not gone on with.
func TestForkIncomplete(t *testing.T) {
	tmpl, log := played(t, talk)
	synctest.Test(t, func(t *testing.T) {
		again := forked(t, tmpl, log, 9, "f")
		e := engine.New(engine.Config{Journal: stored(t, again[:7])})
		defer e.Close()
		if _, err := e.Resume(t.Context(), tmpl, "f"); !errors.Is(err, engine.ErrDamaged) {
			t.Errorf("got %v, want ErrDamaged", err)
		}
	})
}

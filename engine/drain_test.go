package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

const drainScenario = `
provider "scripted" "p" {
  reply {
    content = "yes"
    delay   = "10s"
    times   = 1000
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
}
`

// A drained session has finished its call and begun no other; resumed, it makes
// none again.
func TestDrain(t *testing.T) {
	tmpl := template(t, drainScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e, s := start(t, engine.Config{Journal: journal}, tmpl)
		time.Sleep(15 * time.Second) // within the second turn
		if err := e.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !errors.Is(s.Err(), engine.ErrClosed) {
			t.Errorf("got %v, want %v", s.Err(), engine.ErrClosed)
		}
		if _, err := e.Start(t.Context(), tmpl, engine.StartOptions{}); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("start: got %v, want %v", err, engine.ErrClosed)
		}
		e.Close()
		log := logOf(t, journal, s.ID())
		if got := log[len(log)-1].Type(); got != engine.TypeTurnFinished {
			t.Errorf("the log ends with %s, want the end of the turn", got)
		}
		e = engine.New(engine.Config{Journal: journal})
		defer e.Close()
		again, err := e.Resume(t.Context(), tmpl, s.ID())
		if err != nil {
			t.Fatal(err)
		}
		<-again.Done()
		if info, err := again.Info(t.Context()); err != nil || info.Calls != 4 || info.Turns != 4 {
			t.Errorf("got %d calls in %d turns, %v; want 4 in 4", info.Calls, info.Turns, err)
		}
	})
}

// What does not finish in time is cut, and made again.
func TestDrainInTime(t *testing.T) {
	tmpl := template(t, drainScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e, s := start(t, engine.Config{Journal: journal}, tmpl)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := e.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the deadline's error", err)
		}
		<-s.Done()
		e.Close()
		if !errors.Is(s.Err(), engine.ErrClosed) {
			t.Errorf("got %v, want %v", s.Err(), engine.ErrClosed)
		}
		e = engine.New(engine.Config{Journal: journal})
		defer e.Close()
		again, err := e.Resume(t.Context(), tmpl, s.ID())
		if err != nil {
			t.Fatal(err)
		}
		<-again.Done()
		if info, err := again.Info(t.Context()); err != nil || info.Calls != 5 || info.Turns != 4 {
			t.Errorf("got %d calls in %d turns, %v; want 5 in 4", info.Calls, info.Turns, err)
		}
	})
}

// TestDrainCrowd drains random sessions at random moments and resumes them:
// nothing that was taken is lost, no call is made twice, and they end.
func TestDrainCrowd(t *testing.T) {
	dir := t.TempDir()
	ends := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, src := crowded(rt, dir)
		if tmpl == nil {
			ends["refused"]++
			return
		}
		list := deeds(rt)
		after := time.Duration(rapid.IntRange(0, 300).Draw(rt, "after")) * time.Second
		problem := ""
		synctest.Test(t, func(t *testing.T) {
			journal := &memory.Journal{}
			e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
			s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(after, func() {
				if err := e.Drain(context.Background()); err != nil {
					t.Error(err)
				}
			})
			taken := act(t, s, list, "early")
			time.Sleep(after)
			synctest.Wait()
			e.Close()
			before := logOf(t, journal, "s")
			if problem = lost(before, taken); problem != "" || s.Err() == nil {
				ends["ended before"]++
				return
			}
			again, late := crowdRun(t, journal, nil, "late", func(e *engine.Engine) (*engine.Session, error) {
				return e.Resume(t.Context(), tmpl, "s")
			})
			if t.Failed() {
				return
			}
			problem = lost(again, late)
			if diff := cmp.Diff(before, again[:len(before)]); diff != "" {
				problem = "what was stored has changed:\n" + diff
			}
			for _, ev := range again {
				if d, ok := ev.Data.(*engine.ModelFailed); ok && d.Message == "interrupted; what it used is not known" {
					problem = "a call was cut short"
				}
			}
			ends[string(ended(t, again).Outcome)]++
		})
		if problem != "" || t.Failed() {
			rt.Fatalf("%s\n%+v after %s\n%s", problem, list, after, src)
		}
	})
	t.Logf("ends: %v", ends)
}

// A session that is let go for a reason ends its calls at once and says why.
func TestLetGo(t *testing.T) {
	tmpl := template(t, drainScenario, nil)
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e, s := start(t, engine.Config{Journal: journal}, tmpl)
		defer e.Close()
		synctest.Wait()
		before := len(logOf(t, journal, s.ID()))
		e.LetGo(s.ID(), engine.ErrOwned)
		<-s.Done()
		if !errors.Is(s.Err(), engine.ErrOwned) {
			t.Errorf("got %v, want %v", s.Err(), engine.ErrOwned)
		}
		synctest.Wait()
		if n := len(logOf(t, journal, s.ID())); n != before {
			t.Errorf("%d events were written after it was let go", n-before)
		}
		e.LetGo("nobody", engine.ErrOwned)
	})
}

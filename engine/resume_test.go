package engine_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// crash runs a scenario up to the first event that is wanted, forgets what came
// after it, waits, and resumes it: as a process does that died right then.
func crash(t *testing.T, tmpl *engine.Template, after func(engine.Event) bool, wait func()) []engine.Event {
	t.Helper()
	var log []engine.Event
	synctest.Test(t, func(t *testing.T) {
		first := &batches{}
		e, s := start(t, engine.Config{Journal: first, Logger: quiet()}, tmpl)
		var stored []engine.Event
		for ev, err := range s.Follow(t.Context(), 0, false) {
			if err != nil {
				t.Fatal(err)
			}
			stored = append(stored, ev)
			if after(ev) {
				break
			}
		}
		end := uint64(len(stored))
		for ev, err := range first.Read(t.Context(), s.ID(), end) { // the rest of its append
			if err != nil {
				t.Fatal(err)
			}
			if ev.Seq > first.upTo(end) {
				break
			}
			stored = append(stored, ev)
		}
		e.Close()
		wait()
		second := &memory.Journal{}
		if err := second.Append(t.Context(), s.ID(), 0, stored); err != nil {
			t.Fatal(err)
		}
		e = engine.New(engine.Config{Journal: second, Logger: quiet()})
		defer e.Close()
		again, err := e.Resume(t.Context(), tmpl, s.ID())
		if err != nil {
			t.Fatal(err)
		}
		<-again.Done()
		if err := again.Err(); err != nil {
			t.Fatal(err)
		}
		for ev, err := range second.Read(t.Context(), s.ID(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			log = append(log, ev)
		}
		checkReplay(t, tmpl, again, log)
	})
	return log
}

// upTo is where the append ended that stored an event.
func (j *batches) upTo(seq uint64) uint64 {
	for _, end := range j.ends {
		if end >= seq {
			return end
		}
	}
	return seq
}

// waiting is a tool that gives its result after a minute.
func waiting() map[string][]engine.Tool {
	return map[string][]engine.Tool{"wait": {{
		Spec: providers.ToolSpec{Name: "wait"}, Timeout: time.Hour,
		Call: func(ctx context.Context, _ json.RawMessage) (string, error) {
			select {
			case <-time.After(time.Minute):
				return "waited", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		},
	}}}
}

func ended(t *testing.T, log []engine.Event) *engine.Ended {
	t.Helper()
	end, ok := log[len(log)-1].Data.(*engine.Ended)
	if !ok {
		t.Fatalf("the last event is %s", log[len(log)-1].Type())
	}
	return end
}

// Calls that are to be made again may be refused by a limit: then the session
// is finalized, and the other calls are not made again.
func TestResumeRefused(t *testing.T) {
	tmpl := template(t, `
provider "scripted" "p" {
  reply {
    agent   = agent.a
    content = "late"
    delay   = "1m"
  }
  reply {
    agent = agent.b
    tool_call {
      name      = "wait"
      arguments = {}
    }
  }
}
tool "wait" {
  expr {
    result = "1"
  }
}
agent "a" {
  provider = provider.p
}
agent "b" {
  provider = provider.p
  tools    = [tool.wait]
}
pattern "parallel" "both" {
  participants = [agent.a, agent.b]
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.both
  opening = "Begin."
  limits {
    max_calls = 2
  }
  finalize {
    agent  = agent.a
    prompt = "End."
  }
}
`, waiting())
	log := crash(t, tmpl, func(ev engine.Event) bool { return ev.Type() == engine.TypeToolRequested }, func() {})
	if got := ended(t, log); got.Outcome != engine.Exhausted || got.Reason.Stop != "limits.max_calls" {
		t.Errorf("got %s by %s, want exhausted by limits.max_calls", got.Outcome, got.Reason.Stop)
	}
}

// A turn that a crash cut short begins anew: the time in which no process ran
// does not count for its timeout.
func TestResumeTurnTimeout(t *testing.T) {
	tmpl := template(t, `
provider "scripted" "p" {
  reply {
    content = "done"
    delay   = "5s"
  }
}
agent "a" {
  provider = provider.p
}
pattern "sequential" "once" {
  participants = [agent.a]
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.once
  opening = "Begin."
  limits {
    turn_timeout = "10s"
  }
}
`, nil)
	log := crash(t, tmpl, func(ev engine.Event) bool { return ev.Type() == engine.TypeModelCalled }, func() { time.Sleep(time.Minute) })
	if got := ended(t, log); got.Outcome != engine.Achieved {
		t.Errorf("got %s (%s), want achieved", got.Outcome, got.Reason.Text)
	}
}

// A resumed script knows how many calls there were: those that were cut short
// count, and those that never were made do not.
func TestResumeScript(t *testing.T) {
	tmpl := template(t, `
provider "scripted" "p" {
  reply {
    when    = "input contains 'slow'"
    content = "late"
    delay   = "1m"
  }
  reply {
    when    = "true"
    content = "soon"
    delay   = "1s"
  }
  fail {
    call = 3
    kind = "refusal"
  }
}
agent "a" {
  provider = provider.p
}
session "s" {
  type    = "human_agent"
  agent   = agent.a
  on_busy = "interrupt"
}
`, nil)
	synctest.Test(t, func(t *testing.T) {
		journal := &memory.Journal{}
		e, s := start(t, engine.Config{Journal: journal}, tmpl)
		say(t, s, "slow")
		synctest.Wait()
		say(t, s, "quick")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		e.Close()
		e = engine.New(engine.Config{Journal: journal})
		defer e.Close()
		s, err := e.Resume(t.Context(), tmpl, s.ID())
		if err != nil {
			t.Fatal(err)
		}
		say(t, s, "quick")
		<-s.Done()
		info, err := s.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if info.Ended.Outcome != engine.Failed || info.Calls != 3 {
			t.Errorf("got %s after %d calls, want failed at the third", info.Ended.Outcome, info.Calls)
		}
	})
}

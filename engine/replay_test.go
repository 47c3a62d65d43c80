package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// The logs of all scenarios, of all random sessions, of resumed and of forked
// ones are replayed by checkReplay. Here are those that must not be the same.

const debate = `
provider "scripted" "p" {
  reply {
    when    = "true"
    content = "text"
    delay   = "10s"
  }
}
agent "a" {
  provider = provider.p
}
agent "b" {
  provider = provider.p
}
agent "c" {
  provider = provider.p
}
stop "long" {
  when = "turns >= 5"
}
stop "late" {
  when = "elapsed > 300"
}
pattern "round_robin" "talk" {
  participants = [agent.a, agent.b, agent.c]
  max_turns    = 9
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  stop    = [stop.long, stop.late]
  limits {
    turn_timeout = "1m"
    max_calls    = 20
  }
}
`

func replayed(t *testing.T, tmpl *engine.Template, log []engine.Event) *engine.Divergence {
	t.Helper()
	d, err := engine.Replay(t.Context(), tmpl, sequence(log))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// find is the seq of the n-th event of a type, from 1.
func find(t *testing.T, log []engine.Event, typ engine.Type, n int) uint64 {
	t.Helper()
	for _, e := range log {
		if e.Type() == typ {
			if n--; n == 0 {
				return e.Seq
			}
		}
	}
	t.Fatalf("there is no such %s", typ)
	return 0
}

// A changed template differs first where it decides something else.
func TestReplayChanged(t *testing.T) {
	_, log := played(t, debate)
	for _, test := range []struct {
		name, old, new string
		typ            engine.Type // of the log's event
		n              int
		got            engine.Type // what there is instead, empty for nothing
		text           string
	}{
		{
			"another stop", "turns >= 5", "turns >= 3", engine.TypeRound, 1, engine.TypeStopFired,
			"in the log round 1 of pattern talk is complete; by this template stop.long is true (stop.long: turns >= 3)",
		},
		{
			"a later stop", "turns >= 5", "turns >= 6", engine.TypeStopFired, 1, engine.TypeTurnStarted,
			"in the log stop.long is true (stop.long: turns >= 5); by this template turn 6 begins, of c in pattern talk",
		},
		{"another text", "turns >= 5", "turns > 4", engine.TypeStopFired, 1, engine.TypeStopFired, `(reason.text was "stop.long: turns >= 5", is "stop.long: turns > 4")`},
		{
			"another order", "[agent.a, agent.b, agent.c]", "[agent.a, agent.c, agent.b]", engine.TypeTurnStarted, 2, engine.TypeTurnStarted,
			"in the log turn 2 begins, of b in pattern talk; by this template turn 2 begins, of c in pattern talk",
		},
		{
			"fewer turns", "max_turns    = 9", "max_turns    = 2", engine.TypeTurnStarted, 3, engine.TypeLeft,
			"by this template pattern talk is left (max_turns)",
		},
		{"fewer calls", "max_calls    = 20", "max_calls    = 1", engine.TypeTurnStarted, 2, engine.TypeStopFired, "limits.max_calls is true"},
		{"less time", `turn_timeout = "1m"`, `turn_timeout = "5s"`, engine.TypeModelAnswered, 1, engine.TypeModelFailed, ""},
		{"an earlier clock", "elapsed > 300", "elapsed > 4", engine.TypeModelAnswered, 1, engine.TypeStopFired, "stop.late is true"},
		{
			"another model", "agent \"b\" {\n", "agent \"b\" {\n  model = \"other\"\n", engine.TypeModelCalled, 2, engine.TypeModelCalled,
			`b calls the model other of p (model was "scripted", is "other")`,
		},
		{"a price", "provider \"scripted\" \"p\" {\n", "provider \"scripted\" \"p\" {\n  price {\n    input  = 1\n    output = 1\n  }\n", engine.TypeModelAnswered, 1, engine.TypeModelAnswered, "(cost was 0, is "},
		{"nothing that was decided", "agent \"b\" {\n", "agent \"b\" {\n  instructions = \"Be brief.\"\n", "", 0, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := strings.Replace(debate, test.old, test.new, 1)
			if src == debate {
				t.Fatal("nothing is changed")
			}
			d := replayed(t, template(t, src, nil), log)
			if test.typ == "" {
				if d != nil {
					t.Errorf("got %s, want no difference", d.Text)
				}
				return
			}
			if d == nil {
				t.Fatalf("there is no difference\n%s", transcript(log))
			}
			if want := find(t, log, test.typ, test.n); d.Seq != want || d.Want.Seq != want || d.Got == nil || d.Got.Type() != test.got || !strings.Contains(d.Text, test.text) {
				t.Errorf("got event %d, %+v: %s; want event %d, %s with %q", d.Seq, d.Got, d.Text, want, test.got, test.text)
			}
		})
	}
}

// A log that was tampered with differs where it was.
func TestReplayTampered(t *testing.T) {
	tmpl, log := played(t, debate)
	for _, test := range []struct {
		name   string
		tamper func([]engine.Event) []engine.Event
		seq    uint64
		text   string
	}{
		{"goes on", func(log []engine.Event) []engine.Event {
			e := log[len(log)-1]
			e.Seq++
			e.Data = &engine.Paused{By: "x"}
			return append(log, e)
		}, uint64(len(log)) + 1, "the session has ended, but the log goes on: the session is paused"},
		{"ends earlier", func(log []engine.Event) []engine.Event {
			at := find(t, log, engine.TypeTurnStarted, 2)
			e := log[at-1]
			e.Data, e.Turn, e.Agent, e.Pattern, e.Cause = &engine.Ended{Outcome: engine.Achieved, Reason: engine.Reason{Stop: "pattern", Text: "done"}}, 0, "", "", 0
			return append(log[:at-1], e)
		}, find(t, log, engine.TypeTurnStarted, 2), "in the log the session ends achieved (done); by this template turn 2 begins"},
		{"an answer nobody asked for", func(log []engine.Event) []engine.Event {
			at := find(t, log, engine.TypeModelAnswered, 1)
			e := log[at-1]
			d := *e.Data.(*engine.ModelAnswered) //nolint:forcetypeassert // find saw to it
			d.Call = 7
			e.Data = &d
			log[at-1] = e
			return log
		}, find(t, log, engine.TypeModelAnswered, 1), "by this template nothing happens here: call 1 of a to p is under way"},
		{"an end nobody wanted", func(log []engine.Event) []engine.Event {
			at := find(t, log, engine.TypeModelAnswered, 1)
			e := log[at-1]
			e.Data, e.Turn, e.Agent, e.Pattern, e.Cause = &engine.Ended{Outcome: engine.Expired, Reason: engine.Reason{Stop: "lifetime", Text: "over"}}, 0, "", "", 0
			return append(log[:at-1], e)
		}, find(t, log, engine.TypeModelAnswered, 1), "by this template nothing happens here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := replayed(t, tmpl, test.tamper(slices.Clone(log)))
			if d == nil || d.Seq != test.seq || !strings.Contains(d.Text, test.text) {
				t.Errorf("got %+v, want event %d with %q", d, test.seq, test.text)
			}
		})
	}
}

// Where a log has a hole or cannot be read, there is nothing to compare.
func TestReplayErrors(t *testing.T) {
	tmpl, log := played(t, debate)
	hole := slices.Delete(slices.Clone(log), 4, 5)
	if _, err := engine.Replay(t.Context(), tmpl, sequence(hole)); !errors.Is(err, engine.ErrDamaged) {
		t.Errorf("got %v, want ErrDamaged", err)
	}
	if _, err := engine.Replay(t.Context(), tmpl, sequence(nil)); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	broken := errors.New("broken")
	_, err := engine.Replay(t.Context(), tmpl, func(yield func(engine.Event, error) bool) {
		_ = yield(log[0], nil) && yield(engine.Event{}, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if d := replayed(t, tmpl, log[:7]); d != nil {
		t.Errorf("a log may stop anywhere: %s", d.Text)
	}
}

// TestReplayDamaged changes random events of random logs: a replay finds the
// difference or none, and never breaks.
func TestReplayDamaged(t *testing.T) {
	tmpl, log := played(t, debate)
	rapid.Check(t, func(rt *rapid.T) {
		bad := slices.Clone(log)
		for range rapid.IntRange(1, 4).Draw(rt, "changes") {
			i, j := rapid.IntRange(0, len(bad)-1).Draw(rt, "i"), rapid.IntRange(0, len(bad)-1).Draw(rt, "j")
			switch rapid.IntRange(0, 3).Draw(rt, "change") {
			case 0:
				bad[i].Data = bad[j].Data
			case 1:
				bad[i].Turn = bad[j].Turn
			case 2:
				bad[i].Agent = rapid.SampledFrom([]string{"", "a", "nobody"}).Draw(rt, "agent")
			case 3:
				bad[i].Usage = &providers.Usage{InputTokens: 1}
				bad[i].Time = bad[j].Time.Add(time.Hour)
			}
		}
		if _, err := engine.Replay(t.Context(), tmpl, sequence(bad)); err != nil && !errors.Is(err, engine.ErrDamaged) && !errors.Is(err, engine.ErrTemplate) {
			rt.Errorf("replay: %v", err)
		}
		if _, err := engine.Explain(t.Context(), tmpl, sequence(bad)); err != nil && !errors.Is(err, engine.ErrDamaged) && !errors.Is(err, engine.ErrTemplate) {
			rt.Errorf("explain: %v", err)
		}
	})
}

// TestReplayDrained drains random sessions while several calls are in flight:
// what these bring is stored, and the decisions that follow from it are made
// when the session is resumed or woken. The log replays all the same.
func TestReplayDrained(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		tmpl, src := crowded(rt, dir)
		if tmpl == nil {
			rt.Skip("the tree is refused")
		}
		list := deeds(rt)
		after := time.Duration(rapid.IntRange(0, 900).Draw(rt, "after")) * time.Second
		wakes := rapid.Bool().Draw(rt, "wakes")
		synctest.Test(t, func(t *testing.T) {
			journal := &memory.Journal{}
			e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
			s, err := e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(after, func() {
				if err := e.Drain(t.Context()); err != nil {
					t.Error(err)
				}
			})
			act(t, s, list, "early")
			synctest.Wait()
			e.Close()
			log := read(t, journal, "s")
			if log[len(log)-1].Type() == engine.TypeEnded {
				return
			}
			if d := replayed(t, tmpl, log); d != nil {
				t.Errorf("%s\n%s", d.Text, transcript(log))
			}
			crowdRun(t, journal, list, "late", func(e *engine.Engine) (*engine.Session, error) {
				if wakes {
					return e.Wake(t.Context(), tmpl, "s")
				}
				return e.Resume(t.Context(), tmpl, "s")
			})
		})
		if t.Failed() {
			rt.Fatalf("%v %v\n%+v\n%s", after, wakes, list, src)
		}
	})
}

package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const explained = `
provider "scripted" "p" {
  reply {
    when    = "true"
    content = "half done"
    delay   = "10s"
    usage {
      input_tokens  = 60
      output_tokens = 40
    }
  }
}
agent "a" {
  provider = provider.p
  limits {
    max_turns         = 8
    tokens_per_minute = 300
  }
}
human "boss" {
  timeout = "10m"
}
stop "half" {
  when = "last.content contains 'half'"
}
stop "long" {
  when      = "turns >= 5 and elapsed > 30"
  min_turns = 2
}
stop "both" {
  all   = [stop.half, stop.long]
  latch = true
}
stop "inner" {
  when  = "here.turns > 9"
  scope = pattern.work
}
pattern "loop" "work" {
  participants   = [agent.a]
  until          = "turns >= 6"
  max_iterations = 7
}
pattern "sequential" "talk" {
  participants = [pattern.work, human.boss]
}
session "s" {
  type     = "agent_agent"
  pattern  = pattern.talk
  opening  = "Begin."
  stop     = [stop.both, stop.inner]
  lifetime = "24h"
  limits {
    max_turns  = 20
    max_tokens = 10000
    timeout    = "2h"
  }
}
`

// tell writes an explanation as text.
func tell(t *testing.T, tmpl *engine.Template, log []engine.Event) string {
	t.Helper()
	x, err := engine.Explain(t.Context(), tmpl, sequence(log))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "turns %d, calls %d, tokens %d\n", x.Turns, x.Calls, x.Usage.TotalTokens)
	if x.Reason != nil {
		fmt.Fprintf(&b, "%s by %s: %s\n", x.Outcome, x.Reason.Stop, x.Reason.Text)
	}
	if x.Waiting != "" {
		fmt.Fprintf(&b, "%s\n", x.Waiting)
	}
	var list func(string, []engine.Progress)
	list = func(indent string, ps []engine.Progress) {
		for _, p := range ps {
			fmt.Fprintf(&b, "%s%s %.0f%% %v", indent, p.Text, 100*p.Fraction, p.Holds)
			if p.Bound != "" && len(p.Parts) > 0 {
				fmt.Fprintf(&b, " %s/%s", p.Value, p.Bound)
			}
			for _, s := range p.Seen {
				fmt.Fprintf(&b, " %s=%s", s.Name, s.Value)
			}
			b.WriteByte('\n')
			list(indent+"  ", p.Parts)
		}
	}
	list("", x.Limits)
	list("", x.Stops)
	return b.String()
}

// What is told of a session behind its events.
func TestExplain(t *testing.T) {
	tmpl, log := played(t, explained)
	for _, test := range []struct {
		name string
		typ  engine.Type
		n    int
		want string
	}{
		{"created", engine.TypeCreated, 1, `turns 0, calls 0, tokens 0
it waits for a first message; if nothing happens it ends at 2000-01-01 00:30:00 UTC (idle_timeout)
limits.max_tokens: 0 of 10000 0% false
limits.max_turns: 0 of 20 0% false
limits.timeout: 0s of 2h0m0s 0% false
lifetime: 0s of 24h0m0s 0% false
agent.a.limits.max_turns: 0 of 8 0% false
stop.both: all of stop.half, stop.long 0% false 0/2
  stop.half: last.content contains 'half' 0% false last.content=""
  stop.long: turns >= 5 and elapsed > 30; not before 2 turns, there are 0 0% false turns=0 elapsed=0
stop.inner: here.turns > 9; pattern.work is not active 0% false
`},
		{"under way", engine.TypeModelCalled, 2, `turns 1, calls 2, tokens 100
call 2 of a to p is under way, since 2000-01-01 00:00:10 UTC
limits.max_tokens: 100 of 10000 1% false
limits.max_turns: 1 of 20 5% false
limits.timeout: 10s of 2h0m0s 0% false
lifetime: 10s of 24h0m0s 0% false
pattern.work.max_iterations: 1 of 7 14% false
agent.a.limits.max_turns: 1 of 8 12% false
stop.both: all of stop.half, stop.long 50% false 1/2
  stop.half: last.content contains 'half' 100% true last.content="half done"
  stop.long: turns >= 5 and elapsed > 30; not before 2 turns, there are 1 0% false turns=1 elapsed=10.000004
stop.inner: here.turns > 9 0% false here.turns=1
`},
		{"cooling", engine.TypeCooledDown, 1, `a is over its token limit and waits until 2000-01-01 00:01:10 UTC
`},
		{"ended", engine.TypeEnded, 1, `turns 5, calls 5, tokens 500
achieved by stop.both: stop.both: all of stop.half, stop.long
limits.max_tokens: 500 of 10000 5% false
limits.max_turns: 5 of 20 25% false
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := tell(t, tmpl, log[:find(t, log, test.typ, test.n)])
			if test.name == "cooling" || test.name == "ended" {
				if !strings.Contains(got, test.want) {
					t.Errorf("got\n%swant in it\n%s", got, test.want)
				}
				return
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	got := tell(t, tmpl, log)
	for _, want := range []string{"stop.both: all of stop.half, stop.long 100% true 2/2\n", "turns=5 elapsed=", "stop.half: last.content contains 'half' 100% true"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%swant in it\n%s", got, want)
		}
	}
}

// What a session waits for.
func TestExplainWaiting(t *testing.T) {
	src := strings.Replace(explained, "stop     = [stop.both, stop.inner]", "stop     = [stop.inner]", 1)
	tmpl, log := played(t, src, "pause eve", "resume eve", "wait 2h")
	turn := log[len(log)-1].Turn
	for _, e := range log {
		if e.Agent == "boss" && e.Type() == engine.TypeTurnStarted {
			turn = int(e.Seq) //nolint:gosec // small
		}
	}
	if got, want := tell(t, tmpl, log[:turn]), "it waits for boss, since 2000-01-01 "; !strings.Contains(got, want) {
		t.Errorf("got\n%swant in it %q", got, want)
	}
	if got, want := tell(t, tmpl, log[:find(t, log, engine.TypePaused, 1)]), "it was paused at 2000-01-01 00:00:00 UTC by eve and waits to be resumed; call 1 of a to p is under way"; !strings.Contains(got, want) {
		t.Errorf("got\n%swant in it %q", got, want)
	}
	if got, want := tell(t, tmpl, log), "achieved by pattern: pattern_done: pattern.talk is done\n"; !strings.Contains(got, want) {
		t.Errorf("got\n%swant in it %q", got, want)
	}
}

// A turn that waits for the budget was not cut short.
func TestExplainWaitingForBudget(t *testing.T) {
	tmpl, log := played(t, `
provider "scripted" "p" {
  reply {
    when    = "true"
    content = "fine"
    delay   = "10s"
  }
}
agent "a" {
  provider   = provider.p
  max_tokens = 300
}
agent "b" {
  provider   = provider.p
  max_tokens = 300
}
pattern "parallel" "x" { participants = [agent.a, agent.b] }
session "s" {
  pattern = pattern.x
  opening = "Begin."
  limits { max_tokens = 600 }
}
`)
	at := find(t, log, engine.TypeTurnStarted, 2)
	got := tell(t, tmpl, log[:at])
	for _, want := range []string{"call 1 of a to p is under way", "b waits for what calls under way will leave of limits.max_tokens"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%swant in it %q", got, want)
		}
	}
	if got := tell(t, tmpl, log[:at-2]); !strings.Contains(got, "the turn of a was cut short") {
		t.Errorf("got\n%swant that the first turn was cut short, which waits for nothing", got)
	}
}

// What does not fit is refused.
func TestExplainErrors(t *testing.T) {
	_, log := played(t, debate)
	other := template(t, strings.Replace(debate, "[agent.a, agent.b, agent.c]", "[agent.b, agent.a, agent.c]", 1), nil)
	if _, err := engine.Explain(t.Context(), other, sequence(log)); !errors.Is(err, engine.ErrTemplate) {
		t.Errorf("got %v, want ErrTemplate", err)
	}
	if _, err := engine.Explain(t.Context(), other, sequence(nil)); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

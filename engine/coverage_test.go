package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const coverScenario = `
variable "choice" {
  type    = string
  default = "left"
}
provider "scripted" "p" {
  retry { attempts = 2 }
  fail {
    kind  = "overloaded"
    call  = 1
  }
  reply {
    agent   = agent.sorter
    content = jsonencode({ route = var.choice })
    when    = "true"
  }
}
agent "sorter" { provider = provider.p }
agent "a" { provider = provider.p }
agent "b" {
  provider = provider.p
  output { type = object({ fits = bool }) }
}
human "h" {
  timeout    = "1m"
  on_timeout = "skip"
}
pattern "router" "desk" {
  participants = [agent.a, pattern.talk]
  classifier   = agent.sorter
  default      = agent.a
  route "left" {
    describe = "left"
    to       = agent.a
  }
  route "right" {
    describe = "right"
    to       = pattern.talk
  }
}
pattern "sequential" "talk" {
  participants = [agent.b, human.h]
  on_error     = "skip"
}
stop "said" { when = "last.content == 'Done.'" }
session "s" {
  pattern = pattern.desk
  opening = "Begin."
  stop    = [stop.said]
  limits { max_turns = 9 }
}
`

// missing are the points that have not happened, one a line.
func missing(c *engine.Coverage) string {
	var b strings.Builder
	for _, p := range c.Missing() {
		fmt.Fprintf(&b, "%s: %s: %s\n", p.Kind, p.Name, p.What)
	}
	return b.String()
}

// TestCoverage covers a scenario by two sessions with different variables.
func TestCoverage(t *testing.T) {
	cover := func(src string, o engine.RehearseOptions) *engine.Coverage {
		tmpl := compileText(t, src)
		r, err := engine.Rehearse(t.Context(), tmpl, o)
		if err != nil {
			t.Fatal(err)
		}
		c := engine.NewCoverage(tmpl)
		if err := c.Add(t.Context(), tmpl, sequence(r.Events)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := cover(coverScenario, engine.RehearseOptions{})
	if diff := cmp.Diff(`participant: agent.b: 
participant: human.h: 
path: pattern.desk: it runs talk
path: pattern.desk: the default route
path: pattern.desk: the route "right"
path: pattern.talk: it runs b
path: pattern.talk: it runs h
stop: stop.said: 
limit: limits.max_turns: 
error: agent.b: an answer that does not fit is sent back
error: human.h: on_timeout
error: pattern.talk: on_error = skip
`, missing(c)); diff != "" {
		t.Errorf("after a session to the left (-want +got):\n%s", diff)
	}
	c.Merge(cover(strings.Replace(coverScenario, `"left"`, `"right"`, 1), engine.RehearseOptions{Stay: true}))
	c.Merge(cover(strings.Replace(coverScenario, `"left"`, `"right"`, 1), engine.RehearseOptions{
		Acts: []engine.Act{{Message: engine.Message{Content: "Done."}}},
	}))
	if diff := cmp.Diff(`path: pattern.desk: the default route
limit: limits.max_turns: 
error: agent.b: an answer that does not fit is sent back
`, missing(c)); diff != "" {
		t.Errorf("after two more to the right (-want +got):\n%s", diff)
	}
	want := []engine.Share{
		{Kind: engine.CoverParticipant, Covered: 4, Of: 4},
		{Kind: engine.CoverPath, Covered: 8, Of: 9},
		{Kind: engine.CoverStop, Covered: 1, Of: 1},
		{Kind: engine.CoverLimit, Covered: 0, Of: 1},
		{Kind: engine.CoverError, Covered: 3, Of: 4},
	}
	if diff := cmp.Diff(want, c.Summary()); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if c.Session != "s" || c.Sessions != 3 {
		t.Errorf("got %d sessions of %q, want 3 of s", c.Sessions, c.Session)
	}
	stop := slices.IndexFunc(c.Points, func(p engine.Point) bool { return p.Name == "stop.said" })
	if p := c.Points[stop]; p.Count != 1 || p.Line == 0 || !strings.HasSuffix(p.File, "main.hcl") {
		t.Errorf("got %+v, want one and its place", p)
	}
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var again engine.Coverage
	if err := json.Unmarshal(b, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, &again); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

// TestCoverageOfEverything covers all scenarios of testdata: every sort of point
// happens in one of them, and turns are counted as the log has them.
func TestCoverageOfEverything(t *testing.T) {
	counts := map[string]int{}
	scenarios(t, func(t *testing.T, tmpl *engine.Template, log []engine.Event) {
		t.Helper()
		c := engine.NewCoverage(tmpl)
		if err := c.Add(t.Context(), tmpl, sequence(log)); err != nil {
			t.Fatal(err)
		}
		turns, got := 0, 0
		for _, e := range log {
			if _, ok := e.Data.(*engine.TurnStarted); ok {
				turns++
			}
		}
		for _, p := range c.Points {
			if p.Kind == engine.CoverParticipant {
				got += p.Count
			}
			what := p.What
			for _, cut := range []string{"it falls back", "the route", "it runs", "from "} {
				if strings.HasPrefix(what, cut) {
					what = cut
				}
			}
			for _, cut := range []string{" hands over to ", " is followed by "} {
				if strings.Contains(what, cut) {
					what = cut
				}
			}
			if p.Kind == engine.CoverLimit && what == "" {
				what = p.Name
			}
			counts[p.Kind+": "+what] += p.Count
		}
		if got != turns {
			t.Errorf("the participants have %d turns, and the log %d", got, turns)
		}
	})
	for what, n := range counts {
		if n == 0 {
			t.Errorf("%s: it is nowhere covered", what)
		}
	}
	if len(counts) < 40 {
		t.Errorf("there are %d sorts of points, want 40 at least: %v", len(counts), counts)
	}
}

// TestCoverageOfTransitions covers who follows whom.
func TestCoverageOfTransitions(t *testing.T) {
	tmpl := compileText(t, `
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
pattern "selector" "x" {
  participants = [agent.a, agent.b]
  rule         = "turns == 0 ? 'a' : 'b'"
  allow_repeat = true
  max_rounds   = 3
  transitions  = { a = [agent.a, agent.b], b = [agent.a, agent.b] }
}
session "s" {
  pattern = pattern.x
  opening = "Begin."
}
`)
	r, err := engine.Rehearse(t.Context(), tmpl, engine.RehearseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := engine.NewCoverage(tmpl)
	if err := c.Add(t.Context(), tmpl, sequence(r.Events)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("path: pattern.x: it ends: done\npath: pattern.x: a is followed by a\npath: pattern.x: b is followed by a\n", missing(c)); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
}

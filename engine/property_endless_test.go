package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/specs"
)

const endlessAgents = `provider "scripted" "p" {
  reply {
    content = "on"
    when    = "true"
  }
}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }
session "s" {
  pattern = pattern.r
  opening = "Begin."
}
`

// TestRefusedCyclesGoOn drives scenarios that the proof refuses along the cycle
// that it prints, past any number of turns.
func TestRefusedCyclesGoOn(t *testing.T) {
	tests := []struct{ name, pattern, cycle string }{
		{"round robin", `pattern "round_robin" "r" { participants = [agent.a, agent.b, agent.c] }`, "a b c"},
		{"random", `pattern "random" "r" { participants = [agent.a, agent.b, agent.c] }`, "a b c"},
		{"rule", `pattern "selector" "r" {
  participants = [agent.a, agent.b]
  rule         = "last.agent == 'a' ? 'b' : 'a'"
}`, "a b"},
		{"handoff", `pattern "handoff" "r" { participants = [agent.a, agent.b] }`, "a"},
		{"graph", `pattern "graph" "r" {
  node "n1" { run = agent.a }
  node "n2" { run = agent.b }
  node "n3" { run = agent.c }
  edge {
    from = "n1"
    to   = "n2"
  }
  edge {
    from = "n2"
    to   = "n3"
    when = "last.content == 'on'"
  }
  edge {
    from = "n2"
    to   = "end"
  }
  edge {
    from = "n3"
    to   = "n2"
  }
  node "end" { run = agent.a }
}`, "b c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := endlessAgents + tt.pattern
			printed := refusedCycle(t, src)
			if !slices.Equal(printed, strings.Fields(tt.cycle)) {
				t.Errorf("got the cycle %v, want %s", printed, tt.cycle)
			}
			const most = 200 // or any number: nothing but this limit ends it
			limited := strings.Replace(src, "opening = \"Begin.\"\n", fmt.Sprintf("opening = \"Begin.\"\n  limits { max_turns = %d }\n", most), 1)
			spoke := driven(t, limited)
			if len(spoke) < most {
				t.Fatalf("it ended after %d turns, want %d at least", len(spoke), most)
			}
			for i, who := range spoke[most/2:] {
				if tt.name != "random" && who != printed[(i+most/2-slices.Index(spoke, printed[0]))%len(printed)] {
					t.Fatalf("turn %d is of %s, which is not the cycle's", i+most/2+1, who)
				}
				if !slices.Contains(printed, who) {
					t.Fatalf("%s spoke, who is not in the cycle %v", who, printed)
				}
			}
		})
	}
}

// refusedCycle loads a scenario that must be refused, and gives the agents of the
// cycle that the finding prints.
func refusedCycle(t *testing.T, src string) []string {
	t.Helper()
	_, ds := loadText(t, src)
	for _, d := range ds {
		if d.Code != "AC7001" {
			continue
		}
		_, rest, _ := strings.Cut(d.Detail, "goes on as ")
		text, _, _ := strings.Cut(rest, ", and no count")
		var names []string
		for part := range strings.SplitSeq(text, " → ") {
			names = append(names, part[strings.LastIndex(part, ".")+1:])
		}
		return names[:len(names)-1]
	}
	t.Fatalf("got %v, want AC7001", ds)
	return nil
}

func loadText(t *testing.T, src string) (*specs.Config, specs.Diagnostics) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "main.hcl")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	return specs.Load(path, specs.Options{})
}

// driven runs a session to its end and says whose turns there were.
func driven(t *testing.T, src string) []string {
	t.Helper()
	cfg, ds := loadText(t, src)
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	tmpl, ds := engine.Compile(cfg, "s", engine.Resources{Models: scripts(cfg)})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	var spoke []string
	synctest.Test(t, func(t *testing.T) {
		events := runIn(t, &memory.Journal{}, func(e *engine.Engine) (*engine.Session, error) {
			return e.Start(t.Context(), tmpl, engine.StartOptions{ID: "s"})
		})
		for i := range events {
			if said, ok := events[i].Data.(*engine.Said); ok && said.Role == "assistant" {
				spoke = append(spoke, said.Sender)
			}
		}
	})
	return spoke
}

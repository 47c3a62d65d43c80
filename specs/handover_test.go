package specs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// handover has a place for an expression of each kind that reads what agents
// have answered; all of them hold as they stand.
const handover = `provider "scripted" "p" {
  reply {
    when    = "$reply"
    content = "x"
  }
  reply {
    content = "y"
  }
}
agent "writer" {
  provider = provider.p
  output {
    type = object({ title = string, score = number, parts = list(string) })
  }
}
agent "plain" {
  provider = provider.p
}
pattern "graph" "g" {
  max_turns = 9
  node "one" {
    run        = agent.writer
    max_visits = 2
  }
  node "two" {
    run        = pattern.many
    max_visits = 2
  }
  edge {
    from = "one"
    to   = "two"
    when = "$edge"
  }
  edge {
    from = "one"
    to   = "three"
  }
  node "three" {
    run        = agent.plain
    max_visits = 2
  }
}
pattern "map" "many" {
  participants = [agent.plain]
  items        = "$items"
  max_items    = 3
}
pattern "selector" "s" {
  participants = [agent.writer, agent.plain]
  rule         = "$rule"
  max_rounds   = 3
}
pattern "router" "r" {
  participants = [agent.writer, agent.plain]
  route "x" {
    when = "$route"
    to   = agent.writer
  }
  default = agent.plain
}
pattern "loop" "l" {
  participants   = [agent.writer]
  max_iterations = 3
  until          = "$until"
}
pattern "sequential" "all" {
  participants = [pattern.g, pattern.s, pattern.r, pattern.l]
}
stop "scoped" {
  when  = "$scoped"
  scope = pattern.all
}
stop "found" {
  when = "$stop"
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.all
  opening = "Begin."
  stop    = [stop.found, stop.scoped]
  result  = "$result"
}
`

func handed(places map[string]string) string {
	src := handover
	for _, place := range []string{"reply", "edge", "items", "rule", "route", "until", "scoped", "stop", "result"} {
		e := places[place]
		if e == "" {
			e = "data.writer.score > 1"
			switch place {
			case "items":
				e = "data.writer.parts"
			case "rule":
				e = "data.writer.score > 1 ? 'writer' : 'plain'"
			}
		}
		src = strings.ReplaceAll(src, `"$`+place+`"`, fmt.Sprintf("%q", e))
	}
	return src
}

func loadText(t *testing.T, src string) specs.Diagnostics {
	t.Helper()
	path := filepath.Join(t.TempDir(), "main.hcl")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	_, diags := specs.Load(path, specs.Options{})
	return diags
}

// A text of the scenario is written before anybody has answered.
func TestHandOverInTextsIsExplained(t *testing.T) {
	src := strings.Replace(handed(nil), `"Begin."`, `"About ${data.writer.title}."`, 1)
	for _, d := range loadText(t, src) {
		if d.Code == "AC3001" && strings.Contains(d.Detail, "exists while a session runs") {
			return
		}
	}
	t.Errorf("no explanation in %v", loadText(t, src))
}

// What agents hand over is typed wherever an expression may read it: a field
// that their output has not, a wrong type and an agent that answers with text
// are errors there, with what was meant.
func TestHandOverIsTypedEverywhere(t *testing.T) {
	if diags := loadText(t, handed(nil)); diags.HasErrors() {
		t.Fatalf("the scenario is refused as it stands: %v", diags)
	}
	for _, place := range []string{"reply", "edge", "items", "rule", "route", "until", "scoped", "stop", "result"} {
		roots := []string{"data"}
		if strings.Contains("edge items rule route until scoped", place) {
			roots = append(roots, "here.data")
		}
		for _, root := range roots {
			for _, test := range []struct{ expr, code, hint string }{
				{"%s.writer.scoer > 1", "AC5003", "score"},
				{"%s.writter.score > 1", "AC5007", "writer"},
				{"%s.plain.score > 1", "AC5008", ""},
				{"%s.writer.title > 1", "AC5004", ""},
			} {
				e := fmt.Sprintf(test.expr, root)
				if place == "items" {
					e = strings.TrimSuffix(e, " > 1")
				}
				if place == "rule" {
					e += " ? 'writer' : 'plain'"
				}
				t.Run(place+"/"+e, func(t *testing.T) {
					if place == "items" && test.code == "AC5004" {
						t.Skip("a text is no list, which is another finding")
					}
					for _, d := range loadText(t, handed(map[string]string{place: e})) {
						if d.Code == test.code && d.Severity == specs.SeverityError && (test.hint == "" || strings.Contains(d.Detail, "Did you mean "+test.hint+"?")) {
							return
						}
					}
					t.Errorf("no %s with %q in %v", test.code, test.hint, loadText(t, handed(map[string]string{place: e})))
				})
			}
		}
	}
}

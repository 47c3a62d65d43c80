package specs

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// What is not written has the documented default.
func TestDefaults(t *testing.T) {
	cfg := mustLoad(t, map[string]string{"main.hcl": `
provider "scripted" "p" {}
human "h" {}
tool "t" {
  input { type = object({ a = number }) }
  expr { result = "a + 1" }
}
agent "a" {
  provider = provider.p
  tools    = [tool.t]
}
pattern "round_robin" "r" {
  participants = [agent.a, human.h]
  max_rounds   = 2
}
stop "x" { when = "turns > 1" }
session "s" {
  pattern = pattern.r
  opening = "Go."
  stop    = [stop.x]
}`}, "main.hcl", Options{})
	a, tool, stop, s := cfg.Agents[0], cfg.Tools[0], cfg.Stops[0], cfg.Sessions[0]
	got := []any{
		a.DisplayName, a.Sees, a.MaxToolCalls, a.Models, a.Temperature, cfg.Humans[0].OnTimeout,
		tool.Approval, tool.MaxResult, tool.Timeout, string(tool.Input),
		cfg.Patterns[0].OnError, cfg.Patterns[0].Result,
		stop.Outcome, stop.Action, s.Type, s.Start, s.OnBusy, s.Lifetime, s.IdleTimeout, cfg.Providers[0].Script.Strict,
	}
	want := []any{
		"a", "all", 8,
		[]string{"p"},
		(*float64)(nil), "skip",
		"never", 64 << 10, 30 * time.Second, `{"additionalProperties":false,"properties":{"a":{"type":"number"}},"required":["a"],"type":"object"}`,
		"fail", "last",
		"achieved", "end", "agent_agent", "auto", "enqueue", time.Hour, 30 * time.Minute, false,
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("%d: got %v, want %v", i, got[i], want[i])
		}
	}
}

// Arguments keep their places, those of inner blocks as well.
func TestArgRanges(t *testing.T) {
	cfg := mustLoad(t, map[string]string{"main.hcl": `provider "scripted" "p" {
  reply { content = "x" }
  reply {
    content = "y"
  }
}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
pattern "graph" "g" {
  node "x" { run = agent.a }
  node "y" { run = agent.b }
  edge {
    from = "x"
    to   = "y"
  }
}
session "s" {
  pattern = pattern.g
  limits {
    max_turns = 4
  }
}`}, "main.hcl", Options{})
	tests := []struct {
		block  Block
		arg    string
		line   int
		column int
	}{
		{cfg.Providers[0].Block, "reply.1.content", 4, 15},
		{cfg.Agents[1].Block, "provider", 8, 24},
		{cfg.Patterns[0].Block, "node.y.run", 11, 20},
		{cfg.Patterns[0].Block, "edge.0.to", 14, 12},
		{cfg.Sessions[0].Block, "limits.max_turns", 20, 17},
		{cfg.Sessions[0].Block, "limits.max_cost", 17, 1}, // not written: the header
	}
	for _, tt := range tests {
		if got := tt.block.Arg(tt.arg); got.Start.Line != tt.line || got.Start.Column != tt.column {
			t.Errorf("%s: got %d,%d, want %d,%d", tt.arg, got.Start.Line, got.Start.Column, tt.line, tt.column)
		}
	}
}

// References are values: they work in locals, conditionals, for and JSON.
func TestReferencesAreValues(t *testing.T) {
	main := `
variable "big" { default = false }
provider "scripted" "p" {}
provider "scripted" "q" {}
locals {
  panel = { first = agent.a, second = agent.b }
  all   = concat([for name, one in local.panel : one], [human.h])
}
agent "a" { provider = var.big ? provider.p : provider.q }
agent "b" { models = reverse([provider.p, provider["q"]]) }
human "h" {}
pattern "round_robin" "r" {
  participants = local.all
  max_rounds   = 2
}
`
	js := `{
  "//": "the same in JSON",
  "pattern": {"round_robin": {"j": {
    "participants": ["agent.a", "human.h"],
    "max_rounds": 1
  }}},
  "session": {
    "s": {"pattern": "pattern.r", "opening": "About ${var.big}"},
    "t": {"pattern": "${pattern.j}", "stop": [], "limits": {"max_turns": 3}}
  }
}`
	cfg := mustLoad(t, map[string]string{"main.hcl": main, "more.hcl.json": js}, ".", Options{})
	if got := [][]string{cfg.Agents[0].Models, cfg.Agents[1].Models}; !reflect.DeepEqual(got, [][]string{{"q"}, {"q", "p"}}) {
		t.Errorf("got models %v", got)
	}
	var who []string
	for _, p := range cfg.Patterns {
		for _, ref := range p.Participants {
			who = append(who, string(ref.Kind)+"."+ref.Name)
		}
	}
	if want := []string{"agent.a", "agent.b", "human.h", "agent.a", "human.h"}; !slices.Equal(who, want) {
		t.Errorf("got participants %q, want %q", who, want)
	}
	if s := cfg.Sessions[0]; s.Pattern != "r" || s.Opening != "About false" {
		t.Errorf("got session %+v", s)
	}
	if s := cfg.Sessions[1]; s.Pattern != "j" || s.Limits.MaxTurns != 3 {
		t.Errorf("got session %+v", s)
	}
}

func TestImplicitSession(t *testing.T) {
	const agents = "provider \"scripted\" \"p\" {}\nagent \"a\" { provider = provider.p }\n"
	const second = "agent \"b\" { provider = provider.p }\n"
	pattern := func(name, who string) string {
		return "pattern \"round_robin\" \"" + name + "\" {\n  participants = [" + who + "]\n  max_rounds   = 1\n}\n"
	}
	tests := []struct {
		name, text string
		want       *Session
	}{
		{"an agent", agents, &Session{Agent: "a", Type: "human_agent", OpenEnded: true}},
		{"two agents", agents + second, nil},
		{"a pattern", agents + second + pattern("r", "agent.a, agent.b"), &Session{Pattern: "r", Type: "agent_agent"}},
		{"the outer pattern", agents + second + pattern("r", "agent.a, agent.b") + pattern("o", "pattern.r"), &Session{Pattern: "o", Type: "agent_agent"}},
		{"two patterns", agents + second + pattern("r", "agent.a") + pattern("o", "agent.b"), nil},
		{
			"with its stops", agents + "stop \"x\" { when = \"turns > 1\" }\nstop \"y\" { not = stop.x }\n",
			&Session{Agent: "a", Type: "human_agent", OpenEnded: true, Stops: []string{"y"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg, ds := loadText(t, tt.text, Options{})
			if cfg == nil {
				t.Fatalf("got errors:\n%s", text(t, ds, RenderOptions{}))
			}
			if tt.want == nil {
				if len(cfg.Sessions) > 0 {
					t.Errorf("got %+v, want no session", cfg.Sessions[0])
				}
				return
			}
			if len(cfg.Sessions) != 1 {
				t.Fatalf("got %d sessions, want one", len(cfg.Sessions))
			}
			s := cfg.Sessions[0]
			if !s.Implicit || s.Agent != tt.want.Agent || s.Pattern != tt.want.Pattern || s.Type != tt.want.Type || s.OpenEnded != tt.want.OpenEnded ||
				!slices.Equal(s.Stops, tt.want.Stops) {
				t.Errorf("got %+v, want %+v", s, tt.want)
			}
		})
	}
}

func TestOutputSchema(t *testing.T) {
	tests := []struct{ typ, want string }{
		{"string", `{"type":"string"}`},
		{"any", `{}`},
		{"list(number)", `{"items":{"type":"number"},"type":"array"}`},
		{"set(bool)", `{"items":{"type":"boolean"},"type":"array","uniqueItems":true}`},
		{"map(string)", `{"additionalProperties":{"type":"string"},"type":"object"}`},
		{"tuple([string, number])", `{"items":false,"maxItems":2,"minItems":2,"prefixItems":[{"type":"string"},{"type":"number"}],"type":"array"}`},
		{
			"object({ b = optional(number, 3), a = list(object({ c = optional(string) })) })",
			`{"additionalProperties":false,"properties":{"a":{"items":{"additionalProperties":false,"properties":{"c":{"type":"string"}},` +
				`"required":[],"type":"object"},"type":"array"},"b":{"default":3,"type":"number"}},"required":["a"],"type":"object"}`,
		},
	}
	for _, tt := range tests {
		text := "provider \"scripted\" \"p\" {}\nagent \"a\" {\n  provider = provider.p\n  output { type = " + tt.typ + " }\n}\n"
		cfg := mustLoad(t, map[string]string{"main.hcl": text}, "main.hcl", Options{})
		if got := string(cfg.Agents[0].Output.Schema); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.typ, got, tt.want)
		}
	}
	files := map[string]string{
		"main.hcl": "provider \"scripted\" \"p\" {}\nagent \"a\" {\n  provider = provider.p\n  output { schema = file(\"s.json\") }\n}\n" +
			"stop \"x\" { when = \"data.a.score > 3\" }\n",
		"s.json": `{"type": "object", "properties": {"score": {"type": "number"}}}`,
	}
	cfg := mustLoad(t, files, "main.hcl", Options{})
	var schema map[string]any
	if err := json.Unmarshal(cfg.Agents[0].Output.Schema, &schema); err != nil || schema["type"] != "object" {
		t.Errorf("got schema %s, %v", cfg.Agents[0].Output.Schema, err)
	}
}

func TestExtraKey(t *testing.T) {
	typ := cty.Object(map[string]cty.Type{"people": cty.List(cty.Object(map[string]cty.Type{"name": cty.String}))})
	good := cty.ObjectVal(map[string]cty.Value{"people": cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal("x")})})})
	bad := cty.ObjectVal(map[string]cty.Value{"people": cty.TupleVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"nam": cty.StringVal("x")})})})
	if got := extraKey(good, typ, ""); got != "" {
		t.Errorf("got %s, want none", got)
	}
	if got := extraKey(bad, typ, ""); got == "" {
		t.Error("got none, want nam")
	}
}

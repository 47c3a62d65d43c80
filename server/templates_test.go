package server

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

func TestGetTemplate(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	got := ts.as(t, ann, 200, "GET", "/api/templates/debate", nil)
	check(t, got, "debate", "name")
	check(t, got, "Two sides", "description")
	check(t, got, "agent_agent", "session_type")
	check(t, got, map[string]any{
		"type": "string", "default": "Cities should ban private cars", "description": "What is debated", "required": false, "sensitive": false,
	}, "variables", "motion")
	check(t, got, map[string]any{"type": "string", "description": "", "required": false, "sensitive": true}, "variables", "key")
	check(t, got, map[string]any{
		"provider": "fast", "model": "fast-1", "capabilities": []any{"debate"}, "personality": "warm",
	}, "agents", "pro")
	check(t, got, nil, "agents", "bystander")
	check(t, got, "round_robin", "pattern")
	check(t, got, 4, "limits", "max_turns")
	check(t, got, "5m0s", "limits", "timeout")
	check(t, got, 4, "certificate", "turns")
	check(t, got, 300, "certificate", "seconds")
	check(t, got, 36, "certificate", "calls")
	check(t, got, nil, "certificate", "tokens") // the agents have no max_tokens
	check(t, got, false, "certificate", "per_message")
	check(t, got, "session.debate limits.timeout = 5m0s", "certificate", "reasons", "seconds")
	certificate, _ := json.Marshal(got["certificate"])
	for _, part := range []string{`{"address":"agent.con","calls":36,`, `{"address":"pattern.exchange",`, `{"address":"provider.fast",`, "nothing of a prompt is cached"} {
		if !strings.Contains(string(certificate), part) {
			t.Errorf("certificate: got %s, want it to have %s", certificate, part)
		}
	}
	graph, _ := got["graph"].(string)
	for _, line := range []string{"flowchart TD\n", `subgraph pattern_exchange["round_robin pattern.exchange"]`, `("agent.con<br/>≤`, "calls each"} {
		if !strings.Contains(graph, line) {
			t.Errorf("graph: got %s, want it to have %s", graph, line)
		}
	}
	check(t, ts.as(t, ann, 404, "GET", "/templates/nope", nil), "NOT_FOUND", "code")
}

func TestListTemplates(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   []string
	}{
		{nil, []string{"chat", "conversation"}},
		{withScenario(t, debateHCL), []string{"debate", "waiting", "aside", "chat", "conversation"}},
	} {
		ts := newTestServer(t, tt.change)
		list, _ := ts.as(t, ann, 200, "GET", "/templates", nil)["templates"].([]any)
		var names []string
		for _, v := range list {
			name, _ := at(v, "name").(string)
			names = append(names, name)
		}
		if strings.Join(names, " ") != strings.Join(tt.want, " ") {
			t.Errorf("got %v, want %v", names, tt.want)
		}
	}
}

// A graph is drawn with its edges and conditions, in letters that Mermaid takes.
func TestMermaidOfAGraph(t *testing.T) {
	sc := testScenario(t, `
provider "scripted" "x" {}
agent "a" { provider = provider.x }
agent "b" { provider = provider.x }
pattern "graph" "flow" {
  start = "draft"
  node "draft" {
    run        = agent.a
    max_visits = 3
  }
  node "check" {
    run        = agent.b
    max_visits = 3
  }
  edge {
    from = "draft"
    to   = "check"
  }
  edge {
    from = "check"
    to   = "draft"
    when = "last.content contains \"<no>\""
  }
  edge {
    from = "check"
    to   = "done"
  }
  node "done" {
    run        = agent.a
    max_visits = 1
  }
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.flow
  limits { max_turns = 6 }
}
`)
	o := &offer{name: "s", config: sc.Config}
	got := o.chart()
	for _, line := range []string{
		`pattern_flow_2("draft: agent.a<br/>≤ 3×, 9 calls each")`, `-->|"≤ 3×, node.draft.max_visits"| pattern_flow_2`,
		`-->|"last.content contains #quot;#lt;no#gt;#quot;, ≤ 3×"| pattern_flow_3`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("got %s, want it to have %s", got, line)
		}
	}
}

func TestBuiltinTemplateByName(t *testing.T) {
	ts := newTestServer(t, nil)
	got := ts.as(t, ann, 200, "POST", "/chat/sessions/create", `{"template":"chat","agents":{"assistant":{"personality":"dry"}}}`)
	check(t, got, "scripted", "agents", "assistant", "provider")
	check(t, got, "dry", "agents", "assistant", "personality")
	got = ts.as(t, ann, 200, "POST", "/chat/sessions/create", `{"template":"conversation"}`)
	check(t, got, "initializing", "status")
	ts.as(t, ann, 422, "POST", "/chat/sessions/create", `{"template":"direct"}`) // for agents' messages alone
}

// The templates may be replaced while sessions run: those keep what they began
// with, and a set that cannot be used changes nothing.
func TestSetTemplates(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	id, _ := ts.as(t, ann, 200, "POST", "/chat/sessions/create", `{"template":"waiting"}`)["session_id"].(string)
	changed := testScenario(t, strings.ReplaceAll(debateHCL, `personality  = "warm"`, `personality  = "cold"`))
	if err := ts.SetTemplates([]Scenario{changed, changed}); err == nil || !strings.Contains(err.Error(), `"debate"`) {
		t.Errorf("two scenarios with the same sessions: got %v, want an error that names them", err)
	}
	check(t, ts.as(t, ann, 200, "GET", "/templates/debate", nil), "warm", "agents", "pro", "personality")
	keyless := changed
	keyless.Models = func(*specs.Config) (providers.Registry, error) { return providers.Registry{}, nil }
	if err := ts.SetTemplates([]Scenario{keyless}); err == nil || !strings.Contains(err.Error(), `"fast"`) {
		t.Errorf("a scenario without models: got %v, want an error that names the provider", err)
	}
	check(t, ts.as(t, ann, 200, "GET", "/templates/debate", nil), "warm", "agents", "pro", "personality")
	if err := ts.SetTemplates([]Scenario{changed}); err != nil {
		t.Fatal(err)
	}
	check(t, ts.as(t, ann, 200, "GET", "/templates/debate", nil), "cold", "agents", "pro", "personality")
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil), "warm", "agents", "pro", "personality")
	if err := ts.SetTemplates(nil); err != nil {
		t.Fatal(err)
	}
	ts.as(t, ann, 404, "GET", "/templates/debate", nil)
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"Begin."}`)
	eventually(t, "the running session goes on", func() bool {
		return ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)["status"] != "initializing"
	})
}

// A template that nothing changes is compiled once.
func TestTemplatesAreCompiledOnce(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	one, _ := ts.plan(&createRequest{template: "debate"})
	two, _ := ts.plan(&createRequest{template: "debate"})
	if one == nil || two == nil || one.template != two.template {
		t.Errorf("got %v and %v, want the same template", one, two)
	}
	three, err := ts.plan(&createRequest{template: "debate", agents: []agentRequest{{key: "pro", model: "m"}}})
	if err != nil || three.template == one.template || three.template.Hash == one.template.Hash {
		t.Errorf("an override: got %+v, %v, want another template with another hash", three, err)
	}
}

func TestProviders(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.ProviderList = append([]ProviderInfo{{Key: "off", Name: "Off", DefaultModel: "off-1"}}, c.ProviderList...)
	})
	w, got := ts.do(t, "GET", "/chat/providers", ts.token(t, ann), nil)
	check(t, got, map[string]any{
		"name": "Scripted", "models": []any{scriptedModel, "scripted-2"}, "default_model": scriptedModel, "is_available": true,
	}, "scripted")
	check(t, got, []any{"off-1"}, "off", "models")
	text, _ := io.ReadAll(w.Body)
	o, err := members(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, m := range o {
		keys = append(keys, m.key)
	}
	if strings.Join(keys, " ") != "scripted other off absent" {
		t.Errorf("got the order %v, want usable ones first", keys)
	}
}

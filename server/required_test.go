package server

import (
	"net/http"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// A template whose variables have no values can be offered, and asks for them.
func TestRequiredVariables(t *testing.T) {
	text := `
variable "topic" { type = string }
provider "scripted" "demo" {}
agent "guide" {
  provider     = provider.demo
  instructions = "Talk about ${var.topic}."
}
session "tour" {
  type  = "human_agent"
  agent = agent.guide
}
`
	load := func(unset bool) func([]specs.VarInput) (*specs.Config, specs.Diagnostics) {
		return func(vars []specs.VarInput) (*specs.Config, specs.Diagnostics) {
			return specs.Load("tour.hcl", specs.Options{
				Vars: vars, Overlay: map[string][]byte{"tour.hcl": []byte(text)}, WorkDir: "/nowhere", AllowUnsetVars: unset,
				Env: func(string) (string, bool) { return "", false },
			})
		}
	}
	cfg, ds := load(true)(nil)
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	ts := newTestServer(t, func(c *Config) { c.Templates = []Scenario{{Config: cfg, Load: load(false), Models: testScripts}} })

	got := ts.as(t, ann, http.StatusOK, "GET", "/templates/tour", nil)
	check(t, got, true, "variables", "topic", "required")
	for _, body := range []string{`{"template":"tour"}`, `{"template":"tour","variables":{}}`, `{"template":"tour","agents":{"guide":{"personality":"dry"}}}`} {
		got = ts.as(t, ann, http.StatusUnprocessableEntity, "POST", "/chat/sessions/create", body)
		check(t, got, []any{"body", "variables", "topic"}, "errors", 0, "loc")
		check(t, got, "missing", "errors", 0, "type")
	}
	got = ts.as(t, ann, http.StatusOK, "POST", "/chat/sessions/create", `{"template":"tour","variables":{"topic":"bridges"}}`)
	check(t, got, "active", "status")
}

package main

import (
	"strings"
	"testing"
)

// Without any key an agent falls back to Ollama, if its chain has one and that
// answers; else the variables are named that were looked for.
func TestOllamaWithoutKey(t *testing.T) {
	far := newStandIn(true)
	defer far.Close()
	scenario := func(models string) string {
		return `
provider "anthropic" "fast" {}
provider "ollama" "here" {
  base_url = "` + far.URL + `/v1"
}
agent "ada" {
  models = ` + models + `
}
pattern "sequential" "talk" { participants = [agent.ada] }
session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Well?"
}
`
	}
	run := func(models string) (string, error) {
		cmd := command(t, scenario(models), "run", "talk.hcl")
		cmd.Env = append(cmd.Environ(), "ANTHROPIC_API_KEY=", "ANTHROPIC_API_KEY_FILE=")
		text, err := cmd.CombinedOutput()
		return string(text), err
	}
	if text, err := run("[provider.fast, provider.here]"); err != nil || !strings.Contains(text, "Answer to 1 texts.") {
		t.Errorf("got %v, want Ollama's answer:\n%s", err, text)
	}
	for _, models := range []string{"[provider.fast]", "[provider.here, provider.fast]"} {
		if text, err := run(models); err == nil || !strings.Contains(text, "set ANTHROPIC_API_KEY or ANTHROPIC_API_KEY_FILE") || !strings.Contains(text, "--simulate") {
			t.Errorf("%s: got %v, want what is missing:\n%s", models, err, text)
		}
	}
	far.Close()
	if text, err := run("[provider.fast, provider.here]"); err == nil || !strings.Contains(text, "set ANTHROPIC_API_KEY") {
		t.Errorf("got %v, want what is missing where nobody answers:\n%s", err, text)
	}
}

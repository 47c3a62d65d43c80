package anthropic_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/anthropic"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

var _ = flag.Bool("update", false, "rewrite the golden files")

const verdict = `{"type":"object","properties":{"winner":{"type":"string"}},"required":["winner"],"additionalProperties":false}`

// conversation has everything in it that a request may have.
func conversation() *providers.Request {
	temperature, topP, seed := 0.0, 0.9, int64(42)
	return &providers.Request{
		Model: "claude-sonnet-4-5", Session: "s1", Agent: "ada", System: "You are Ada <b>.",
		MaxTokens: 300, Temperature: &temperature, TopP: &topP, Seed: &seed, Stop: []string{"END", " "},
		Messages: []providers.Message{
			{Role: providers.User, Content: "How is the weather & what time is it?"},
			{Role: providers.User, Content: "Quick!"},
			{Role: providers.Assistant, Content: " ", ToolCalls: []providers.ToolCall{
				{ID: "call:from/elsewhere", Name: "weather", Arguments: json.RawMessage(`{"city":"Ulm","id":12345678901234567890}`)},
				{ID: "toolu_1", Name: "time.now", Arguments: nil},
				{ID: "toolu_2", Name: "weather", Arguments: json.RawMessage(`{}`)},
			}},
			{Role: providers.ToolRole, ToolCallID: "toolu_1", Content: "no clock", ToolError: true},
			{Role: providers.ToolRole, ToolCallID: "call:from/elsewhere", Content: ""},
			{Role: providers.ToolRole, ToolCallID: "forgotten", Content: "42"},
			{Role: providers.User, Content: "Go on."},
		},
		Tools: []providers.ToolSpec{
			{Name: "weather", Description: "Tells the weather.", Schema: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}}}`)},
			{Name: "time.now"},
			{Name: "time_now"},
		},
	}
}

func TestRequestBodies(t *testing.T) {
	judge := func(model, schema string) *providers.Request {
		return &providers.Request{
			Model: model, System: "Judge.", Schema: json.RawMessage(schema), Messages: []providers.Message{{Role: providers.User, Content: "Who wins?"}},
		}
	}
	both := conversation()
	both.Schema = json.RawMessage(`{"type":"array","items":{"$ref":"#/$defs/n"},"$defs":{"n":{"type":"number"}}}`)
	last := conversation()
	last.Tools = nil
	open := request("x")
	open.Messages = []providers.Message{{Role: providers.Assistant, Content: "I begin. \n"}}
	empty := request("x")
	empty.Messages = nil
	newer := conversation()
	newer.Model = "claude-opus-4-8"
	for name, req := range map[string]*providers.Request{
		"conversation": conversation(), "structured": judge("claude-sonnet-4-5", verdict), "structured_tools": both,
		"structured_bounded": judge("claude-opus-5", strings.Replace(verdict, `"string"`, `"string","minLength":2`, 1)),
		"structured_older":   judge("claude-3-5-haiku-20241022", verdict),
		"tools_no_more":      last, "assistant_first": open, "empty": empty, "newer_model": newer,
	} {
		t.Run(name, func(t *testing.T) {
			f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) { say(w, r, providertest.Reply{Text: "[1]"}) })
			if r := providertest.Collect(t, model(t, f).Stream(t.Context(), req)); r.Err != nil {
				t.Fatal(r.Err)
			}
			body, _ := f.Asked(t, 0)
			providertest.Golden(t, filepath.Join("testdata", "requests", name+".json"), body)
			wantAlternating(t, body)
		})
	}
}

// wantAlternating checks the service's rules of a conversation.
func wantAlternating(t *testing.T, body []byte) {
	t.Helper()
	var out struct {
		MaxTokens int `json:"max_tokens"`
		Messages  []struct {
			Role    string
			Content []struct {
				Type, Text, ID string
				Use            string `json:"tool_use_id"`
			}
		}
	}
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	if out.MaxTokens < 1 {
		t.Errorf("got max_tokens %d, want some", out.MaxTokens)
	}
	open := map[string]bool{}
	for i, m := range out.Messages {
		if want := []string{"user", "assistant"}[i%2]; m.Role != want || len(m.Content) == 0 {
			t.Errorf("message %d: got %d blocks of %s, want some of %s", i, len(m.Content), m.Role, want)
		}
		for _, b := range m.Content {
			switch b.Type {
			case "tool_use":
				open[b.ID] = true
			case "tool_result":
				if !open[b.Use] {
					t.Errorf("message %d: the result of %q comes after other things, or of no call", i, b.Use)
				}
				delete(open, b.Use)
			case "text":
				if strings.TrimSpace(b.Text) == "" || m.Role == "user" && len(open) > 0 {
					t.Errorf("message %d: got text %q before the results of %v", i, b.Text, open)
				}
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("calls without a result: %v", open)
	}
}

func TestHeaders(t *testing.T) {
	f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) { say(w, r, providertest.Reply{Text: "Yes."}) })
	m := model(t, f, func(c *providers.WireConfig) { c.Headers = map[string]string{"Anthropic-Beta": "fast-mode"} })
	if r := providertest.Collect(t, m.Stream(t.Context(), request("Well?"))); r.Err != nil {
		t.Fatal(r.Err)
	}
	if _, h := f.Asked(t, 0); h.Get("Anthropic-Beta") != "fast-mode" || h.Get("Anthropic-Version") != "2023-06-01" || h.Get("Content-Type") != "application/json" {
		t.Errorf("got headers %v, want those of the block and the dialect's", h)
	}
}

func TestNew(t *testing.T) {
	wire := providers.NewWire(providers.WireConfig{Base: http.DefaultTransport})
	for _, tt := range []struct {
		config anthropic.Config
		want   string // part of the error; empty: none
	}{
		{anthropic.Config{Wire: wire}, ""},
		{anthropic.Config{Wire: wire, BaseURL: "http://localhost:8000"}, ""},
		{anthropic.Config{Wire: wire, BaseURL: "api.example.org/v1"}, "whole address"},
		{anthropic.Config{Wire: wire, BaseURL: "file:///etc/passwd"}, "whole address"},
		{anthropic.Config{}, "has no wire"},
	} {
		_, err := anthropic.New(tt.config)
		if (tt.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", tt.config.BaseURL, err, tt.want)
		}
	}
}

package openai_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/openai"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

var _ = flag.Bool("update", false, "rewrite the golden files")

// conversation has everything in it that a request may have.
func conversation() *providers.Request {
	temperature, topP, seed := 0.0, 0.9, int64(42)
	return &providers.Request{
		Model: "test-model", Session: "s1", Agent: "ada", System: "You are Ada <b>.",
		MaxTokens: 300, Temperature: &temperature, TopP: &topP, Seed: &seed, Stop: []string{"END"},
		Messages: []providers.Message{
			{Role: providers.User, Content: "How is the weather & what time is it?"},
			{Role: providers.Assistant, ToolCalls: []providers.ToolCall{
				{ID: "toolu_from_elsewhere", Name: "weather", Arguments: json.RawMessage(`{"city":"Ulm"}`)},
				{ID: "abc123XYZ", Name: "time.now", Arguments: nil},
			}},
			{Role: providers.ToolRole, ToolCallID: "toolu_from_elsewhere", Content: ""},
			{Role: providers.ToolRole, ToolCallID: "abc123XYZ", Content: "no clock", ToolError: true},
			{Role: providers.User, Content: "Go on."},
		},
		Tools: []providers.ToolSpec{
			{Name: "weather", Description: "Tells the weather.", Schema: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}}}`)},
			{Name: "time.now"},
			{Name: "time_now"},
		},
	}
}

const verdict = `{"type":"object","properties":{"winner":{"type":"string"}},"required":["winner"],"additionalProperties":false}`

// Each row of the table asks in its own way.
func TestRequestBodies(t *testing.T) {
	structured := &providers.Request{
		Model: "test-model", System: "Judge.", MaxTokens: 50, Schema: json.RawMessage(verdict),
		Messages: []providers.Message{{Role: providers.User, Content: "Who wins?"}},
	}
	both := conversation()
	both.Schema = json.RawMessage(`{"type":"array","items":{"$ref":"#/$defs/n"},"$defs":{"n":{"type":"number"}}}`)
	for _, kind := range openai.Kinds() {
		for name, req := range map[string]*providers.Request{"conversation": conversation(), "structured": structured, "structured_tools": both} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) { say(w, r, providertest.Reply{Text: "[1]"}) })
				if r := providertest.Collect(t, model(t, f, kind).Stream(t.Context(), req)); r.Err != nil {
					t.Fatal(r.Err)
				}
				body, _ := f.Asked(t, 0)
				providertest.Golden(t, filepath.Join("testdata", "requests", kind+"."+name+".json"), body)
			})
		}
	}
}

// Models that fix their sampling are not asked to sample otherwise.
func TestFixedSampling(t *testing.T) {
	for name, fixed := range map[string]bool{
		"gpt-5": true, "gpt-5-mini": true, "gpt-5-2025-08-07": true, "o3": true, "o4-mini": true,
		"gpt-5.2": false, "gpt-5-chat-latest": false, "gpt-4.1": false,
	} {
		f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) { say(w, r, providertest.Reply{Text: "Yes."}) })
		req := conversation()
		req.Model = name
		if r := providertest.Collect(t, model(t, f, "openai").Stream(t.Context(), req)); r.Err != nil {
			t.Fatal(r.Err)
		}
		body, _ := f.Asked(t, 0)
		if got := !strings.Contains(string(body), `"temperature"`); got != fixed {
			t.Errorf("%s: got temperature left out %v, want %v", name, got, fixed)
		}
	}
}

func TestHeaders(t *testing.T) {
	f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) { say(w, r, providertest.Reply{Text: "Yes."}) })
	m := model(t, f, "openai", func(c *providers.WireConfig) {
		c.Headers = map[string]string{"X-Team": "blue", "Authorization": "Bearer other"}
	})
	if r := providertest.Collect(t, m.Stream(t.Context(), request("Well?"))); r.Err != nil {
		t.Fatal(r.Err)
	}
	if _, h := f.Asked(t, 0); h.Get("X-Team") != "blue" || h.Get("Authorization") != "Bearer other" || h.Get("Content-Type") != "application/json" {
		t.Errorf("got headers %v, want those of the block over the dialect's", h)
	}
}

func TestNew(t *testing.T) {
	wire := providers.NewWire(providers.WireConfig{Base: http.DefaultTransport})
	for _, tt := range []struct {
		config openai.Config
		want   string // part of the error; empty: none
	}{
		{openai.Config{Kind: "openai", Wire: wire}, ""},
		{openai.Config{Kind: "openai_compatible", Wire: wire, BaseURL: "http://localhost:8000/v1"}, ""},
		{openai.Config{Kind: "openai_compatible", Wire: wire}, "needs base_url"},
		{openai.Config{Kind: "openai", Wire: wire, BaseURL: "api.example.org/v1"}, "whole address"},
		{openai.Config{Kind: "openai", Wire: wire, BaseURL: "file:///etc/passwd"}, "whole address"},
		{openai.Config{Kind: "anthropic", Wire: wire}, "those that do are deepseek, groq"},
		{openai.Config{Kind: "openai"}, "has no wire"},
	} {
		_, err := openai.New(tt.config)
		if (tt.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %s: got %v, want an error with %q", tt.config.Kind, tt.config.BaseURL, err, tt.want)
		}
	}
}

func TestTable(t *testing.T) {
	for _, kind := range openai.Kinds() {
		local := kind == "ollama" || kind == "openai_compatible"
		if keys := openai.Keys(kind); (len(keys) == 0) != local {
			t.Errorf("%s: got keys %v", kind, keys)
		}
		if base := openai.BaseURL(kind); base != "" && !local && !strings.HasPrefix(base, "https://") {
			t.Errorf("%s: got base URL %q, want https", kind, base)
		}
	}
}

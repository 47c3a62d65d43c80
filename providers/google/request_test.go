package google_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/google"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

var _ = flag.Bool("update", false, "rewrite the golden files")

const verdict = `{"type":"object","properties":{"winner":{"type":"string"}},"required":["winner"],"additionalProperties":false}`

// conversation has everything in it that a request may have.
func conversation() *providers.Request {
	temperature, topP, seed := 0.7, 0.9, int64(1)<<40|42
	return &providers.Request{
		Model: "gemini-2.5-flash", Session: "s1", Agent: "ada", System: "You are Ada <b>.",
		MaxTokens: 300, Temperature: &temperature, TopP: &topP, Seed: &seed, Stop: []string{"END"},
		Messages: []providers.Message{
			{Role: providers.User, Content: "How is the weather & what time is it?"},
			{Role: providers.User, Content: "Quick!"},
			{Role: providers.Assistant, Content: " ", ToolCalls: []providers.ToolCall{
				{ID: "call:from/elsewhere", Name: "weather", Arguments: json.RawMessage(`{"city":"Ulm","id":12345678901234567890}`)},
				{ID: "call_2_1", Name: "time.now", Arguments: nil},
				{ID: "call_2_2", Name: "weather", Arguments: json.RawMessage(`{}`)},
			}},
			{Role: providers.ToolRole, ToolCallID: "call_2_1", Content: "no clock", ToolError: true},
			{Role: providers.ToolRole, ToolCallID: "call:from/elsewhere", Content: ""},
			{Role: providers.ToolRole, ToolCallID: "forgotten", Content: "42"},
			{Role: providers.User, Content: "Go on."},
		},
		Tools: []providers.ToolSpec{
			{Name: "weather", Description: "Tells the weather.", Schema: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}}}`)},
			{Name: "time.now"},
			{Name: "7up"},
		},
	}
}

func TestRequestBodies(t *testing.T) {
	structured := &providers.Request{
		Model: "gemini-2.0-flash", System: "Judge.", Schema: json.RawMessage(verdict), Messages: []providers.Message{{Role: providers.User, Content: "Who wins?"}},
	}
	both := conversation()
	both.Schema = json.RawMessage(`{"type":"array","items":{"$ref":"#/$defs/n"},"$defs":{"n":{"type":"number"}}}`)
	open := request("x")
	open.Messages = []providers.Message{{Role: providers.Assistant, Content: "I begin."}}
	empty := request("x")
	empty.Messages = nil
	newer := conversation()
	newer.Model = "gemini-3-pro"
	for name, req := range map[string]*providers.Request{
		"conversation": conversation(), "structured": structured, "structured_tools": both, "assistant_first": open, "empty": empty, "newer_model": newer,
	} {
		t.Run(name, func(t *testing.T) {
			f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) { say(w, r, providertest.Reply{Text: "[1]"}) })
			if r := providertest.Collect(t, model(t, f).Stream(t.Context(), req)); r.Err != nil {
				t.Fatal(r.Err)
			}
			body, _ := f.Asked(t, 0)
			providertest.Golden(t, filepath.Join("testdata", "requests", name+".json"), body)
			wantInOrder(t, body)
		})
	}
}

// wantInOrder checks the service's rules of a conversation.
func wantInOrder(t *testing.T, body []byte) {
	t.Helper()
	var out struct {
		Contents []struct {
			Role  string
			Parts []struct {
				Text                           string
				FunctionCall, FunctionResponse *struct{ Name string }
			}
		}
	}
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Contents) == 0 || out.Contents[0].Role != "user" {
		t.Errorf("got %+v, want the person's side first", out.Contents)
	}
	var calls int
	for i, c := range out.Contents {
		texts, asked, answered := 0, 0, 0
		for _, p := range c.Parts {
			switch {
			case p.FunctionCall != nil:
				asked++
			case p.FunctionResponse != nil:
				answered++
			case strings.TrimSpace(p.Text) != "":
				texts++
			default:
				t.Errorf("content %d has an empty part", i)
			}
		}
		if answered != calls || answered > 0 && (texts > 0 || c.Role != "user") {
			t.Errorf("content %d of %s: got %d results with %d texts, want %d results and nothing else", i, c.Role, answered, texts, calls)
		}
		calls = asked
	}
}

// What came along with a call goes back with it, to the session that it is of.
func TestSignatures(t *testing.T) {
	f := providertest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		o := stream(w)
		o.parts(object{"functionCall": object{"id": "fc1", "name": "clock", "args": object{}}, "thoughtSignature": "c2lnbmVk"})
		o.end("STOP", 1, 1)
	})
	m := model(t, f)
	req := request("What time is it?")
	req.Model = "gemini-3-pro"
	r := providertest.Collect(t, m.Stream(t.Context(), req))
	if r.Err != nil || len(r.ToolCalls) != 1 {
		t.Fatalf("got %+v, want a call", r)
	}
	req.Messages = append(req.Messages, providers.Message{Role: providers.Assistant, ToolCalls: r.ToolCalls}, providers.Message{Role: providers.ToolRole, ToolCallID: "fc1", Content: "noon"})
	other := *req
	other.Session = "s2"
	for i, tt := range []struct {
		req  *providers.Request
		want string
	}{{req, `"thoughtSignature":"c2lnbmVk"`}, {&other, `"thoughtSignature":"skip_thought_signature_validator"`}} {
		if r := providertest.Collect(t, m.Stream(t.Context(), tt.req)); r.Err != nil {
			t.Fatal(r.Err)
		}
		if body, _ := f.Asked(t, i+1); !strings.Contains(string(body), tt.want) {
			t.Errorf("got %s, want %s", body, tt.want)
		}
	}
}

func TestModelNames(t *testing.T) {
	for name, want := range map[string]string{
		"gemini-2.5-flash":        "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
		"models/gemini-2.5-flash": "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
		"tunedModels/mine":        "/v1beta/tunedModels/mine:streamGenerateContent",
		"a b?c":                   "/v1beta/models/a b?c:streamGenerateContent",
	} {
		var got string
		f := providertest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.URL.Path
			say(w, r, providertest.Reply{Text: "Yes."})
		})
		req := request("Well?")
		req.Model = name
		if r := providertest.Collect(t, model(t, f).Stream(t.Context(), req)); r.Err != nil || got != want {
			t.Errorf("%s: got path %q and error %v, want %q", name, got, r.Err, want)
		}
	}
}

func TestNew(t *testing.T) {
	wire := providers.NewWire(providers.WireConfig{Base: http.DefaultTransport})
	for _, tt := range []struct {
		config google.Config
		want   string // part of the error; empty: none
	}{
		{google.Config{Wire: wire}, ""},
		{google.Config{Wire: wire, BaseURL: "http://localhost:8000"}, ""},
		{google.Config{Wire: wire, BaseURL: "api.example.org"}, "whole address"},
		{google.Config{}, "has no wire"},
	} {
		_, err := google.New(tt.config)
		if (tt.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", tt.config.BaseURL, err, tt.want)
		}
	}
}

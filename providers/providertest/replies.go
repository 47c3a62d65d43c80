package providertest

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func ask(text string) *providers.Request {
	return &providers.Request{
		Model: "test-model", Session: "s1", Agent: "ada", System: "You are Ada.",
		Messages: []providers.Message{{Role: providers.User, Content: text}},
	}
}

// longText is long enough to arrive in several pieces, and not only ASCII.
func longText() string {
	return strings.TrimSpace(strings.Repeat("Straßenbahn, 路面電車 and tram are words for one thing. ", 40))
}

func (s *suite) text() {
	t, h := s.t, s.h
	m := h.Model(t, Reply{Text: "Hello, world."}, Reply{Text: "Hello again."})
	for _, want := range []string{"Hello, world.", "Hello again."} {
		r := Collect(t, m.Stream(t.Context(), ask("Say hello.")))
		r.wantStop(t, want)
	}
}

func (s *suite) longText() {
	t, h := s.t, s.h
	m := h.Model(t, Reply{Text: longText()})
	r := Collect(t, m.Stream(t.Context(), ask("Say a lot.")))
	r.wantStop(t, longText())
	if r.Pieces < 2 {
		t.Errorf("got %d piece of text, want it to be streamed in several", r.Pieces)
	}
}

func (s *suite) usage() {
	t, h := s.t, s.h
	want := providers.Usage{InputTokens: 1234, OutputTokens: 56}
	m := h.Model(t, Reply{Text: "Counted.", Usage: want})
	r := Collect(t, m.Stream(t.Context(), ask("Count.")))
	r.wantStop(t, "Counted.")
	if r.Last.Usage == nil || *r.Last.Usage != want {
		t.Errorf("got usage %+v, want %+v", r.Last.Usage, want)
	}
}

func (s *suite) length() {
	t, h := s.t, s.h
	text := "One two three four five six seven eight nine ten."
	m := h.Model(t, Reply{Text: text, Finish: providers.FinishLength})
	req := ask("Count to ten.")
	req.MaxTokens = 4
	r := Collect(t, m.Stream(t.Context(), req))
	if r.Err != nil || r.Last.Finish != providers.FinishLength {
		t.Errorf("got finish %q and error %v, want finish %q", r.Last.Finish, r.Err, providers.FinishLength)
	}
	if r.Text == "" || !strings.HasPrefix(text, r.Text) {
		t.Errorf("got text %q, want the beginning of %q", r.Text, text)
	}
}

func (s *suite) toolCalls() {
	t, h := s.t, s.h
	calls := []ToolCall{{"weather", `{"city":"Ulm","days":2}`}, {"clock", `{}`}}
	m := h.Model(t, Reply{Text: "Let me look.", ToolCalls: calls}, Reply{Text: "It rains."})
	req := ask("How is the weather?")
	req.Tools = []providers.ToolSpec{
		{Name: "weather", Description: "Tells the weather.", Schema: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}}}`)},
		{Name: "clock", Description: "Tells the time.", Schema: json.RawMessage(`{"type":"object","properties":{}}`)},
	}
	r := Collect(t, m.Stream(t.Context(), req))
	if r.Err != nil || r.Text != "Let me look." || r.Last.Finish != providers.FinishToolCalls {
		t.Fatalf("got text %q, finish %q, error %v; want %q, %q", r.Text, r.Last.Finish, r.Err, "Let me look.", providers.FinishToolCalls)
	}
	if len(r.ToolCalls) != len(calls) {
		t.Fatalf("got %d tool calls, want %d", len(r.ToolCalls), len(calls))
	}
	req.Messages = append(req.Messages, providers.Message{Role: providers.Assistant, Content: r.Text, ToolCalls: r.ToolCalls})
	for i, call := range r.ToolCalls {
		if call.Name != calls[i].Name || !sameJSON(call.Arguments, []byte(calls[i].Arguments)) {
			t.Errorf("tool call %d: got %s(%s), want %s(%s)", i+1, call.Name, call.Arguments, calls[i].Name, calls[i].Arguments)
		}
		req.Messages = append(req.Messages, providers.Message{Role: providers.ToolRole, ToolCallID: call.ID, Content: "no answer", ToolError: i == 1})
	}
	r = Collect(t, m.Stream(t.Context(), req))
	r.wantStop(t, "It rains.")
}

func (s *suite) structured() {
	t, h := s.t, s.h
	want := `{"winner":"ada","score":7.5,"notes":["a","b"]}`
	m := h.Model(t, Reply{Text: want})
	req := ask("Who wins?")
	req.Schema = json.RawMessage(`{"type":"object","properties":{"winner":{"type":"string"},"score":{"type":"number"},"notes":{"type":"array","items":{"type":"string"}}},
		"required":["winner","score","notes"],"additionalProperties":false}`)
	r := Collect(t, m.Stream(t.Context(), req))
	if r.Err != nil || r.Last.Finish != providers.FinishStop || len(r.ToolCalls) > 0 {
		t.Errorf("got finish %q, %d tool calls, error %v; want finish %q alone", r.Last.Finish, len(r.ToolCalls), r.Err, providers.FinishStop)
	}
	if !sameJSON([]byte(r.Text), []byte(want)) {
		t.Errorf("got %s, want %s", r.Text, want)
	}
}

func (s *suite) failure(kind providers.Kind) {
	t, h := s.t, s.h
	first := Reply{Text: longText(), Fail: kind}
	if kind == providers.RateLimited || kind == providers.Overloaded {
		first.RetryAfter = 7 * time.Second
	}
	m := h.Model(t, first, Reply{Text: "Better now."})
	r := Collect(t, m.Stream(t.Context(), ask("Fail, please.")))
	e, ok := errors.AsType[*providers.Error](r.Err)
	if !ok {
		t.Fatalf("got error %v, want a *providers.Error of kind %s", r.Err, kind)
	}
	if e.Kind != kind || e.RetryAfter != first.RetryAfter || e.Provider == "" || e.Vendor == "" {
		t.Errorf("got kind %q, retry after %v, provider %q, vendor %q; want %q, %v and both names", e.Kind, e.RetryAfter, e.Provider, e.Vendor, kind, first.RetryAfter)
	}
	if kind == providers.Cut && (r.Text == "" || r.Text == first.Text) || !strings.HasPrefix(first.Text, r.Text) {
		t.Errorf("got text %q before the error, want the beginning of the reply", r.Text)
	}
	if h.Secret != "" && strings.Contains(r.Err.Error(), h.Secret) {
		t.Errorf("got the key in the error text %q", r.Err)
	}
	r = Collect(t, m.Stream(t.Context(), ask("Again.")))
	if kind != providers.Cut || r.Text != first.Text { // a cut reply may be repeated
		r.wantStop(t, "Better now.")
	}
}

func (s *suite) requestKept() {
	t, h := s.t, s.h
	m := h.Model(t, Reply{Text: "Thank you."})
	full := func() *providers.Request {
		req := ask("Look at this.")
		temperature, seed := 0.5, int64(3)
		req.Temperature, req.TopP, req.Seed = &temperature, &temperature, &seed
		req.MaxTokens, req.Stop = 100, []string{"END"}
		req.Tools = []providers.ToolSpec{{Name: "clock", Schema: json.RawMessage(`{"type":"object","properties":{}}`)}}
		req.Messages = append(req.Messages,
			providers.Message{Role: providers.Assistant, Content: "Which?", ToolCalls: []providers.ToolCall{{ID: "call_1", Name: "clock", Arguments: json.RawMessage(`{}`)}}},
			providers.Message{Role: providers.ToolRole, ToolCallID: "call_1", Content: "noon"},
			providers.Message{Role: providers.User, Content: "This one."})
		return req
	}
	req := full()
	r := Collect(t, m.Stream(t.Context(), req))
	r.wantStop(t, "Thank you.")
	if !reflect.DeepEqual(req, full()) {
		t.Errorf("the request was changed: got %+v, want %+v", req, full())
	}
}

// wantStop fails the test unless the result is this text, properly ended.
func (r *Result) wantStop(t *testing.T, text string) {
	t.Helper()
	if r.Err != nil {
		t.Errorf("got error %v, want text %q", r.Err, text)
		return
	}
	if r.Text != text || r.Last.Finish != providers.FinishStop {
		t.Errorf("got text %q with finish %q, want %q with %q", r.Text, r.Last.Finish, text, providers.FinishStop)
	}
	if u := r.Last.Usage; u == nil || u.InputTokens == 0 || u.OutputTokens == 0 {
		t.Errorf("got usage %+v, want tokens in and out", u)
	}
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

package server

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// modelsHCL has templates for completions: one that says which part of the
// conversation it sees, one of two agents, one that fails, one that is cut
// short, one with a variable, one with an opening, and one that is none.
const modelsHCL = `
variable "word" {
  type    = string
  default = "plain"
}
provider "scripted" "fast" {
  reply {
    content = "I was told before that it is blue."
    when    = "any(messages, .content contains 'BLUE') && input contains 'colour'"
  }
  reply {
    content = "The word is ${var.word}."
    when    = "input contains 'word'"
  }
  reply {
    content = "first words"
    when    = "true"
  }
}
provider "scripted" "second" {
  reply {
    content = "last words"
    when    = "true"
  }
}
provider "scripted" "broken" {
  fail {
    when = "true"
    kind = "refusal"
  }
}
agent "one" { provider = provider.fast }
agent "two" { provider = provider.second }
agent "ill" { provider = provider.broken }
pattern "sequential" "relay" {
  participants = [agent.one, agent.two]
}
pattern "round_robin" "pair" {
  participants = [agent.one, agent.two]
}
session "memory" {
  agent      = agent.one
  open_ended = true
}
session "greeter" {
  agent      = agent.one
  opening    = "Welcome!"
  open_ended = true
}
session "relay" {
  type    = "human_agent"
  pattern = pattern.relay
}
session "ill" {
  agent      = agent.ill
  open_ended = true
}
session "pair" {
  pattern = pattern.pair
  opening = "Go."
  limits { max_turns = 2 }
}
`

func said(role, content string) map[string]any {
	return map[string]any{"role": role, "content": content}
}

func ask(model string, messages ...map[string]any) map[string]any {
	return map[string]any{"model": model, "messages": messages}
}

func TestListModels(t *testing.T) {
	ts := newTestServer(t, withScenario(t, modelsHCL))
	got := ts.as(t, ann, 200, "GET", "/v1/models", nil)
	check(t, got, "list", "object")
	var ids []string
	for _, m := range got["data"].([]any) {
		ids = append(ids, at(m, "id").(string))
		check(t, m, "model", "object")
	}
	if want := []string{"memory", "greeter", "relay", "ill", "chat"}; !slices.Equal(ids, want) {
		t.Errorf("got %v, want the human_agent templates %v", ids, want)
	}
	if w, _ := ts.do(t, "GET", "/v1/models", "", nil); w.StatusCode != 401 {
		t.Errorf("without a token: got %d", w.StatusCode)
	}
}

func TestCompletion(t *testing.T) {
	ts := newTestServer(t, withScenario(t, modelsHCL))
	for name, tt := range map[string]struct {
		body map[string]any
		want string
	}{
		"one message":   {ask("memory", said("user", "hello")), "first words"},
		"a history":     {ask("memory", said("system", "be kind"), said("user", "it is BLUE"), said("assistant", "noted"), said("user", "which colour?")), "I was told before that it is blue."},
		"two in a row":  {ask("memory", said("user", "it is BLUE"), said("system", "be kind"), said("user", "which colour?")), "I was told before that it is blue."},
		"parts":         {ask("memory", map[string]any{"role": "user", "content": []any{map[string]any{"type": "text", "text": "which "}, map[string]any{"type": "text", "text": "word?"}}}), "The word is plain."},
		"no opening":    {ask("greeter", said("user", "it is BLUE"), said("assistant", "hm"), said("user", "which colour?")), "I was told before that it is blue."},
		"an opening":    {ask("greeter", said("user", "hello")), "first words"},
		"two agents":    {ask("relay", said("user", "hello")), "first words\n\nlast words"},
		"the built-in":  {ask("chat", said("user", "hello")), ""},
		"other members": {map[string]any{"model": "memory", "messages": []any{said("user", "x")}, "temperature": 0.2, "max_tokens": 5, "n": 1, "tools": []any{}, "user": "u"}, "first words"},
		"variables":     {map[string]any{"model": "memory", "messages": []any{said("user", "word")}, "variables": map[string]any{"word": "magic"}}, "The word is magic."},
	} {
		got := ts.as(t, ann, 200, "POST", "/v1/chat/completions", tt.body)
		text, _ := at(got, "choices", 0, "message", "content").(string)
		if text == "" || tt.want != "" && text != tt.want {
			t.Errorf("%s: got %q, want %q", name, text, tt.want)
		}
		check(t, got, "stop", "choices", 0, "finish_reason")
		check(t, got, tt.body["model"], "model")
		if at(got, "usage", "total_tokens").(float64) <= 0 {
			t.Errorf("%s: got the usage %v", name, got["usage"])
		}
	}
	// Nothing is left of them.
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 0, "total_count")
	check(t, ts.as(t, ann, 200, "GET", "/agents/list", nil), 0, "total_count")
	if n := ts.index.live(ann); n != 0 {
		t.Errorf("%d sessions live on", n)
	}
}

// streamed asks for an answer as it is made and gives the data of its events.
func (ts *testServer) streamed(t *testing.T, body map[string]any) (chunks []map[string]any, last string) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", ts.url+"/v1/chat/completions", strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+ts.token(t, ann))
	w, err := ts.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	if kind := w.Header.Get("Content-Type"); w.StatusCode != 200 || kind != "text/event-stream" {
		text, _ := io.ReadAll(w.Body)
		t.Fatalf("got %d as %s: %s", w.StatusCode, kind, text)
	}
	d, err := theDescription()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := d.schema("CompletionChunk")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(w.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if last = data; data == "[DONE]" {
			break
		}
		var v map[string]any
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s is not as described: %v", data, err)
		}
		chunks = append(chunks, v)
	}
	return chunks, last
}

func TestCompletionStream(t *testing.T) {
	ts := newTestServer(t, withScenario(t, modelsHCL))
	for _, model := range []string{"memory", "relay"} {
		body := ask(model, said("user", "hello"))
		body["stream"], body["stream_options"] = true, map[string]any{"include_usage": true}
		chunks, last := ts.streamed(t, body)
		if last != "[DONE]" || len(chunks) < 3 {
			t.Fatalf("%s: got %d chunks and %q at the end", model, len(chunks), last)
		}
		check(t, chunks[0], "assistant", "choices", 0, "delta", "role")
		var text strings.Builder
		for _, c := range chunks {
			piece, _ := at(c, "choices", 0, "delta", "content").(string)
			text.WriteString(piece)
			check(t, c, chunks[0]["id"], "id")
		}
		if want := map[string]string{"memory": "first words", "relay": "first words\n\nlast words"}[model]; text.String() != want {
			t.Errorf("%s: got %q, want %q", model, text.String(), want)
		}
		check(t, chunks[len(chunks)-2], "stop", "choices", 0, "finish_reason")
		if at(chunks[len(chunks)-1], "usage", "completion_tokens").(float64) <= 0 {
			t.Errorf("got the usage %v", chunks[len(chunks)-1])
		}
	}
	eventually(t, "the sessions are gone", func() bool { return ts.index.live(ann) == 0 })
}

func TestCompletionRefusals(t *testing.T) {
	ts := newTestServer(t, withScenario(t, modelsHCL))
	for name, tt := range map[string]struct {
		body any
		want int
		loc  []any
	}{
		"no JSON":         {`{`, 400, nil},
		"no model":        {`{"messages":[{"role":"user","content":"x"}]}`, 422, []any{"body", "model"}},
		"unknown model":   {ask("gpt", said("user", "x")), 404, nil},
		"agent_agent":     {ask("pair", said("user", "x")), 404, nil},
		"no messages":     {`{"model":"memory"}`, 422, []any{"body", "messages"}},
		"empty":           {`{"model":"memory","messages":[]}`, 422, []any{"body", "messages"}},
		"no list":         {`{"model":"memory","messages":{}}`, 422, []any{"body", "messages"}},
		"role":            {ask("memory", said("tool", "x"), said("user", "x")), 422, []any{"body", "messages", 0.0, "role"}},
		"no last message": {ask("memory", said("user", "x"), said("assistant", "x")), 422, []any{"body", "messages", 1.0}},
		"no content":      {ask("memory", said("user", "")), 422, []any{"body", "messages", 0.0, "content"}},
		"a picture":       {`{"model":"memory","messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, 422, []any{"body", "messages", 0.0, "content", 0.0, "type"}},
		"n":               {`{"model":"memory","n":2,"messages":[{"role":"user","content":"x"}]}`, 422, []any{"body", "n"}},
		"tools":           {`{"model":"memory","tools":[{}],"messages":[{"role":"user","content":"x"}]}`, 422, []any{"body", "tools"}},
		"stream":          {`{"model":"memory","stream":1,"messages":[{"role":"user","content":"x"}]}`, 422, []any{"body", "stream"}},
		"variable":        {`{"model":"memory","variables":{"w":1},"messages":[{"role":"user","content":"x"}]}`, 422, []any{"body", "variables", "w"}},
		"only system":     {ask("memory", said("system", "x")), 422, []any{"body", "messages", 0.0}},
	} {
		got := ts.as(t, ann, tt.want, "POST", "/v1/chat/completions", tt.body)
		if tt.loc != nil && !equalJSON(at(got, "errors", 0, "loc"), tt.loc) {
			t.Errorf("%s: got %v, want %v", name, at(got, "errors", 0, "loc"), tt.loc)
		}
	}
	unknown := ts.as(t, ann, 404, "POST", "/v1/chat/completions", ask("gpt", said("user", "x")))
	if detail, _ := unknown["detail"].(string); !strings.Contains(detail, "memory, greeter") {
		t.Errorf("got %q, want the models that there are", detail)
	}
	ts.as(t, ann, 503, "POST", "/v1/chat/completions", ask("ill", said("user", "x")))
	stream := ask("ill", said("user", "x"))
	stream["stream"] = true
	ts.as(t, ann, 503, "POST", "/v1/chat/completions", stream) // nothing was sent yet
	if w, _ := ts.do(t, "POST", "/v1/chat/completions", "", ask("memory", said("user", "x"))); w.StatusCode != 401 {
		t.Errorf("without a token: got %d", w.StatusCode)
	}
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 0, "total_count")
}

// Completions count as messages, and their sessions in the cap.
func TestCompletionLimits(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Limits = Limits{Message: 2}
		c.Sessions.MaxPerUser = 1
	})
	ts.createChat(t, ann)
	check(t, ts.as(t, ann, 429, "POST", "/v1/chat/completions", ask("chat", said("user", "x"))), "SESSION_LIMIT", "code")
	ts.as(t, bob, 200, "POST", "/v1/chat/completions", ask("chat", said("user", "x")))
	ts.as(t, bob, 200, "POST", "/v1/chat/completions", ask("chat", said("user", "x")))
	check(t, ts.as(t, bob, 429, "POST", "/v1/chat/completions", ask("chat", said("user", "x"))), "RATE_LIMITED", "code")
}

// A client that goes away ends its session.
func TestCompletionLeft(t *testing.T) {
	ts := newTestServer(t, withScenario(t, statesHCL))
	text := `{"model":"slow","stream":true,"messages":[{"role":"user","content":"x"}]}`
	r, err := http.NewRequestWithContext(t.Context(), "POST", ts.url+"/v1/chat/completions", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+ts.token(t, ann))
	client := &http.Client{Timeout: 100e6}
	if w, err := client.Do(r); err == nil {
		_ = w.Body.Close()
		t.Fatal("the answer came too early")
	}
	client.CloseIdleConnections()
	eventually(t, "the session is gone", func() bool { return ts.index.live(ann) == 0 })
}

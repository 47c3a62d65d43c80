package google_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/google"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

func line(event string) string { return "data: " + event + "\r\n\r\n" }

func part(text string) string {
	return line(`{"candidates":[{"content":{"role":"model","parts":[` + text + `]}}]}`)
}

var (
	hello = part(`{"text":"Hello."}`)
	ended = line(`{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4}}`)
)

func because(reason string) string { return strings.ReplaceAll(ended, "STOP", reason) }

// ask gives a service that answers with these bytes a request.
func ask(tb testing.TB, contentType, body string, req *providers.Request) providertest.Result {
	tb.Helper()
	f := providertest.Serve(tb, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	})
	return providertest.Collect(tb, model(tb, f).Stream(tb.Context(), req))
}

// Whatever a service sends, there is an answer or a failure of a kind.
func TestReplies(t *testing.T) {
	tests := []struct {
		name, body string
		text       string
		kind       providers.Kind // of the failure; empty: none
		says       string         // part of its text
	}{
		{"whole", hello + ended, "Hello.", "", ""},
		{"reason beside the text", line(`{"candidates":[{"content":{"parts":[{"text":"Hello."}]},"finishReason":"STOP"}]}`), "Hello.", "", ""},
		{"reason twice", strings.ReplaceAll(hello, `]}}]}`, `]},"finishReason":"STOP"}]}`) + ended, "Hello.", "", ""},
		{"newlines alone", strings.ReplaceAll(hello+ended, "\r\n", "\n"), "Hello.", "", ""},
		{"comments", ": ping\n\n" + hello + ended, "Hello.", "", ""},
		{"a done", hello + ended + "data: [DONE]\n\n", "Hello.", "", ""},
		{"other candidates", line(`{"candidates":[{"index":1,"content":{"parts":[{"text":"Other."}]}}]}`) + hello + ended, "Hello.", "", ""},
		{"parts of other kinds", part(`{"executableCode":{"code":"1"}},{"inlineData":{}}`) + hello + ended, "Hello.", "", ""},
		{"unknown reason", hello + because("BORED"), "Hello.", "", ""},

		{"nothing", "", "", providers.Cut, "no events"},
		{"empty reply", ended, "", providers.Cut, "empty"},
		{"no end", hello, "Hello.", providers.Cut, "without a proper end"},
		{"truncated", hello + `data: {"candidates":[{"con`, "Hello.", providers.Cut, "not what it should be"},
		{"not JSON", "data: hello\n\n", "", providers.Cut, "not what it should be"},
		{"half a list", "data: [{\n\n", "", providers.Cut, "not what it should be"},
		{"wrong types", line(`{"candidates":7}`), "", providers.Cut, "not what it should be"},
		{"error within", hello + line(failure(503, "UNAVAILABLE", "busy")), "Hello.", providers.Overloaded, "busy"},
		{"limit within", line(failure(429, "RESOURCE_EXHAUSTED", "slow down")), "", providers.RateLimited, "slow down"},
		{"prompt blocked", line(`{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":3}}`), "", providers.Refused, "prohibited_content"},
		{"safety", hello + because("SAFETY"), "Hello.", providers.Refused, "safety"},
		{"recitation", hello + because("RECITATION"), "Hello.", providers.Refused, "recitation"},
		{"a picture's reason", because("IMAGE_SAFETY"), "", providers.Refused, "image_safety"},
		{"malformed call", line(`{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Malformed function call: print(x)"}]}`), "", providers.Cut, "print(x)"},
		{"other", hello + because("OTHER"), "Hello.", providers.Cut, "broke off"},
		{"reasoning ate it", because("MAX_TOKENS"), "", providers.BadOutput, "raise max_tokens"},
		{"key quoted back", line(failure(400, "INVALID_ARGUMENT", "bad "+secret)), "", providers.BadRequest, "bad (secret)"},
		{"arguments that are no object", part(`{"functionCall":{"name":"clock","args":[1]}}`) + ended, "", providers.Cut, `"clock" are not a JSON object`},
		{"call without a name", part(`{"functionCall":{"args":{}}}`) + ended, "", providers.Cut, "has no name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, "text/event-stream", tt.body, request("Well?"))
			if r.Text != tt.text {
				t.Errorf("got text %q, want %q", r.Text, tt.text)
			}
			wantFailure(t, r.Err, tt.kind, tt.says)
		})
	}
}

func wantFailure(t *testing.T, err error, kind providers.Kind, says string) {
	t.Helper()
	providertest.WantFailure(t, err, kind, says, "google", secret)
}

// Services that do not stream, or answer with a page.
func TestAnswersAtOnce(t *testing.T) {
	whole := `{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]},{"candidates":[{"content":{"parts":[{"text":"lo."}]},"finishReason":"STOP"}]}`
	for _, body := range []string{"[" + whole + "]", `{"candidates":[{"content":{"parts":[{"text":"Hello."}]},"finishReason":"STOP"}]}`} {
		if r := ask(t, "application/json; charset=UTF-8", body, request("Well?")); r.Err != nil || r.Text != "Hello." {
			t.Errorf("got %+v, want the text", r)
		}
	}
	for name, tt := range map[string]struct {
		contentType, body string
		kind              providers.Kind
		says              string
	}{
		"a list of errors": {"application/json", "[" + failure(403, "PERMISSION_DENIED", "not you") + "]", providers.Auth, "not you"},
		"an object":        {"application/json", `{}`, providers.Cut, "without a proper end"},
		"an empty list":    {"application/json", `[]`, providers.Cut, "without a proper end"},
		"truncated":        {"application/json", `[{"candi`, providers.Cut, "not what it should be"},
		"empty":            {"application/json", ``, providers.Cut, "not what it should be"},
		"a page":           {"text/html", `<html><head><title>Welcome to nginx!</title></head></html>`, providers.Other, "web page (Welcome to nginx!)"},
	} {
		r := ask(t, tt.contentType, tt.body, request("Well?"))
		t.Run(name, func(t *testing.T) { wantFailure(t, r.Err, tt.kind, tt.says) })
	}
}

func TestToolCalls(t *testing.T) {
	type call = providers.ToolCall
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	for name, tt := range map[string]struct {
		body string
		want []call
	}{
		"several": {
			part(`{"functionCall":{"id":"a","name":"clock","args":{"zone":1}}},{"functionCall":{"id":"b","name":"weather","args":{"city":"Ulm","big":12345678901234567890}}}`) + ended,
			[]call{{ID: "a", Name: "clock", Arguments: raw(`{"zone":1}`)}, {ID: "b", Name: "weather", Arguments: raw(`{"city":"Ulm","big":12345678901234567890}`)}},
		},
		"without ids": {
			part(`{"functionCall":{"name":"clock"}}`) + part(`{"functionCall":{"name":"clock","args":{}}}`) + ended,
			[]call{{ID: "call_1_1", Name: "clock", Arguments: raw(`{}`)}, {ID: "call_1_2", Name: "clock", Arguments: raw(`{}`)}},
		},
		"a name given back": {part(`{"functionCall":{"id":"a","name":"time_now","args":{}}}`) + ended, []call{{ID: "a", Name: "time.now", Arguments: raw(`{}`)}}},
	} {
		t.Run(name, func(t *testing.T) {
			req := request("Well?")
			req.Tools = []providers.ToolSpec{{Name: "clock"}, {Name: "weather"}, {Name: "time.now"}}
			r := ask(t, "text/event-stream", tt.body, req)
			if diff := cmp.Diff(tt.want, r.ToolCalls); diff != "" || r.Err != nil || r.Last.Finish != providers.FinishToolCalls {
				t.Errorf("got finish %q, error %v (-want +got):\n%s", r.Last.Finish, r.Err, diff)
			}
		})
	}
}

// What is too much is a failure before it fills the memory.
func TestBounds(t *testing.T) {
	big := strings.Repeat(part(`{"functionCall":{"name":"clock","args":{"x":"`+strings.Repeat("y", 60<<10)+`"}}}`), 20)
	wantFailure(t, ask(t, "text/event-stream", big, request("Well?")).Err, providers.Other, "longer than 1 MiB")
	many := strings.Repeat(part(`{"functionCall":{"name":"clock","args":{}}}`), 200)
	wantFailure(t, ask(t, "text/event-stream", many, request("Well?")).Err, providers.Other, "more than 128 tools")
	wantFailure(t, ask(t, "text/event-stream", "data: "+strings.Repeat("x", 2<<20), request("Well?")).Err, providers.Other, "longer than 1 MiB")
	wantFailure(t, ask(t, "application/json", strings.Repeat(" ", 17<<20), request("Well?")).Err, providers.Other, "longer than 16 MiB")
}

func TestThoughtsAndUsage(t *testing.T) {
	body := part(`{"text":"Hm. ","thought":true}`) + hello +
		line(`{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":80,"toolUsePromptTokenCount":5,"candidatesTokenCount":20,"thoughtsTokenCount":30,"totalTokenCount":155}}`)
	r := ask(t, "text/event-stream", body, request("Well?"))
	want := &providers.Usage{InputTokens: 105, CachedInputTokens: 80, OutputTokens: 50, ReasoningTokens: 30}
	if diff := cmp.Diff(want, r.Last.Usage); diff != "" || r.Err != nil || r.Thought != "Hm. " || r.Text != "Hello." {
		t.Errorf("got thought %q, text %q, error %v (-want +got):\n%s", r.Thought, r.Text, r.Err, diff)
	}
	r = ask(t, "text/event-stream", hello+line(`{"candidates":[{"finishReason":"STOP"}]}`), request("Well?"))
	if r.Err != nil || r.Last.Usage != nil {
		t.Errorf("got usage %+v, error %v; want none of either", r.Last.Usage, r.Err)
	}
	r = ask(t, "text/event-stream", hello+strings.ReplaceAll(ended, ":9", ":-9"), request("Well?"))
	if r.Err != nil || r.Last.Usage == nil || r.Last.Usage.InputTokens != 0 {
		t.Errorf("got usage %+v, error %v; want no negative number", r.Last.Usage, r.Err)
	}
}

func TestStructuredAnswers(t *testing.T) {
	text := func(s string) string {
		piece, _ := json.Marshal(object{"text": s})
		return part(string(piece)) + ended
	}
	list := `{"type":"array","items":{"type":"number"}}`
	tools := []providers.ToolSpec{{Name: "clock"}, {Name: "answer"}}
	for name, tt := range map[string]struct {
		schema, body, want string
		tools              []providers.ToolSpec
	}{
		"as it is":             {verdict, text(`{"winner":"ada"}`), `{"winner":"ada"}`, nil},
		"wrapped":              {list, text(`{"value":[1,2]}`), `[1,2]`, nil},
		"called":               {verdict, part(`{"functionCall":{"name":"answer_2","args":{"winner":"ada"}}}`) + ended, `{"winner":"ada"}`, tools},
		"called and wrapped":   {list, part(`{"functionCall":{"name":"answer_2","args":{"value":[1]}}}`) + ended, `[1]`, tools},
		"said, though it must": {verdict, text("```json\n{\"winner\":\"ada\"}\n```"), `{"winner":"ada"}`, tools},
	} {
		req := request("Who wins?")
		req.Schema, req.Tools = json.RawMessage(tt.schema), tt.tools
		r := ask(t, "text/event-stream", tt.body, req)
		if r.Err != nil || r.Text != tt.want || r.Last.Finish != providers.FinishStop || len(r.ToolCalls) > 0 {
			t.Errorf("%s: got %q, finish %q, calls %v, error %v; want %q", name, r.Text, r.Last.Finish, r.ToolCalls, r.Err, tt.want)
		}
	}
}

func TestFailure(t *testing.T) {
	for name, tt := range map[string]struct {
		body  string
		kind  providers.Kind
		after time.Duration
	}{
		"of the minute":   {failures(37 * time.Second)[providers.RateLimited].body, providers.RateLimited, 37 * time.Second},
		"of the day":      {failures(0)[providers.Quota].body, providers.Quota, 0},
		"in a list":       {"[" + failures(time.Second)[providers.RateLimited].body + "]", providers.RateLimited, time.Second},
		"without details": {failure(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."), providers.RateLimited, 0},
		"not JSON":        {"slow down", providers.RateLimited, 0},
	} {
		if e := google.Failure(429, nil, []byte(tt.body)); e.Kind != tt.kind || e.RetryAfter != tt.after {
			t.Errorf("%s: got %v after %v, want %s after %v", name, e, e.RetryAfter, tt.kind, tt.after)
		}
	}
}

// Whatever bytes come, the contract of a sequence holds.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		hello + ended, part(`{"functionCall":{"name":"clock","args":{}}}`) + ended, "data: [null]\n\n", "<html>", line(`{"candidates":[{"content":null}]}`), line(`{"error":[1]}`),
	} {
		f.Add(seed, "text/event-stream", true)
	}
	f.Add(`[{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"MAX_TOKENS"}]}]`, "application/json", false)
	f.Fuzz(func(t *testing.T, body, contentType string, structured bool) {
		for _, tools := range [][]providers.ToolSpec{nil, {{Name: "clock"}}} {
			req := request("Well?")
			if req.Tools = tools; structured {
				req.Schema = json.RawMessage(verdict)
			}
			m, err := google.New(google.Config{Wire: providers.NewWire(providers.WireConfig{Provider: "fast", Vendor: "google", Base: providertest.Says{ContentType: contentType, Body: body}})})
			if err != nil {
				t.Fatal(err)
			}
			r := providertest.Collect(t, m.Stream(t.Context(), req))
			if r.Err == nil && r.Text == "" && len(r.ToolCalls) == 0 {
				t.Errorf("got nothing and no error from %q", body)
			}
		}
	})
}

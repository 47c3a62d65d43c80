package anthropic_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/anthropic"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

func line(event string) string { return "data: " + event + "\n\n" }

var (
	begun   = "event: message_start\n" + line(`{"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}}`)
	hello   = line(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello."}}`)
	ended   = line(`{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}`)
	stopped = line(`{"type":"message_stop"}`)
)

// called is a reply with tool calls: an id, a name and arguments in pieces each.
func called(reason string, calls ...[]string) string {
	var b strings.Builder
	for i, c := range calls {
		start, _ := json.Marshal(object{"type": "content_block_start", "index": i, "content_block": object{"type": "tool_use", "id": c[0], "name": c[1], "input": object{}}})
		b.WriteString(line(string(start)))
		for _, part := range c[2:] {
			piece, _ := json.Marshal(object{"type": "content_block_delta", "index": i, "delta": object{"type": "input_json_delta", "partial_json": part}})
			b.WriteString(line(string(piece)))
		}
	}
	return begun + b.String() + strings.ReplaceAll(ended, "end_turn", reason) + stopped
}

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
		{"whole", begun + hello + ended + stopped, "Hello.", "", ""},
		{"no stop event", begun + hello + ended, "Hello.", "", ""},
		{"carriage returns", strings.ReplaceAll(begun+hello+ended+stopped, "\n", "\r\n"), "Hello.", "", ""},
		{"comments and pings", ": x\n\n" + line(`{"type":"ping"}`) + begun + hello + ended + stopped, "Hello.", "", ""},
		{"unknown events", line(`{"type":"novelty"}`) + begun + hello + ended + stopped, "Hello.", "", ""},
		{"what the vendor's tools do", begun + line(`{"type":"content_block_start","index":5,"content_block":{"type":"server_tool_use","id":"x","name":"web_search"}}`) +
			line(`{"type":"content_block_delta","index":5,"delta":{"type":"input_json_delta","partial_json":"{"}}`) + hello + ended, "Hello.", "", ""},
		{"text at the start of a block", begun + line(`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Hello."}}`) + ended, "Hello.", "", ""},
		{"stop sequence", begun + hello + strings.ReplaceAll(ended, "end_turn", "stop_sequence"), "Hello.", "", ""},
		{"unknown reason", begun + hello + strings.ReplaceAll(ended, "end_turn", "bored"), "Hello.", "", ""},
		{"invalid UTF-8", begun + strings.ReplaceAll(hello, "Hello", "Hell\xff") + ended, "Hell\uFFFD.", "", ""},

		{"nothing", "", "", providers.Cut, "no events"},
		{"comments alone", ": a\n\n: b\n\n", "", providers.Cut, "no events"},
		{"empty reply", begun + ended + stopped, "", providers.Cut, "empty"},
		{"no end", begun + hello, "Hello.", providers.Cut, "without a proper end"},
		{"stop without a reason", begun + hello + stopped, "Hello.", providers.Cut, "without a proper end"},
		{"truncated", begun + hello + `data: {"type":"content_bl`, "Hello.", providers.Cut, "not what it should be"},
		{"not JSON", "data: hello\n\n", "", providers.Cut, "not what it should be"},
		{"a list", "data: []\n\n", "", providers.Cut, "not what it should be"},
		{"wrong types", line(`{"type":7}`), "", providers.Cut, "not what it should be"},
		{"overloaded", begun + hello + "event: error\n" + line(`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`), "Hello.", providers.Overloaded, "Overloaded"},
		{"rate limit", "event: error\n" + line(`{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}`), "", providers.RateLimited, "slow down"},
		{"error without a type", line(`{"error":{"message":"no such thing","type":"invalid_request_error"}}`), "", providers.BadRequest, "no such thing"},
		{"a proxy's word", line(`{"message":"no Route matched"}`), "", providers.Other, "no Route"},
		{"refusal", begun + hello + line(`{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"Not that."}}}`), "Hello.", providers.Refused, "Not that."},
		{"refusal of a category", begun + line(`{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"category":"bio","explanation":null}}}`), "", providers.Refused, "bio"},
		{"refusal without words", begun + strings.ReplaceAll(ended, "end_turn", "refusal"), "", providers.Refused, "refuses"},
		{"reasoning ate it", begun + strings.ReplaceAll(ended, "end_turn", "max_tokens"), "", providers.BadOutput, "raise max_tokens"},
		{"key quoted back", line(`{"type":"error","error":{"type":"api_error","message":"bad ` + secret + `"}}`), "", providers.Overloaded, "bad (secret)"},
		{"arguments that are not JSON", called("tool_use", []string{"a", "clock", "{now"}), "", providers.Cut, `"clock" are not a JSON object`},
		{"arguments cut by max_tokens", called("max_tokens", []string{"a", "clock", `{"no`}), "", providers.BadOutput, "raise max_tokens"},
		{"call without a name", called("tool_use", []string{"a", "", `{}`}), "", providers.Cut, "has no name"},
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
	providertest.WantFailure(t, err, kind, says, "anthropic", secret)
}

func TestLength(t *testing.T) {
	for _, reason := range []string{"max_tokens", "model_context_window_exceeded"} {
		r := ask(t, "text/event-stream", begun+hello+strings.ReplaceAll(ended, "end_turn", reason), request("Well?"))
		if r.Err != nil || r.Text != "Hello." || r.Last.Finish != providers.FinishLength {
			t.Errorf("%s: got %+v, want finish length", reason, r)
		}
	}
}

// Services that do not stream, or answer with a page.
func TestAnswersAtOnce(t *testing.T) {
	whole := `{"type":"message","content":[{"type":"thinking","thinking":"Hm."},{"type":"text","text":"Hello."},{"type":"tool_use","id":"a","name":"clock","input":{"z":1}}],
		"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":2}}`
	r := ask(t, "application/json; charset=utf-8", whole, request("Well?"))
	if r.Err != nil || r.Text != "Hello." || r.Thought != "Hm." || len(r.ToolCalls) != 1 || string(r.ToolCalls[0].Arguments) != `{"z":1}` || r.Last.Usage.Total() != 5 {
		t.Errorf("got %+v, want a text and a call", r)
	}
	for name, tt := range map[string]struct {
		contentType, body string
		kind              providers.Kind
		says              string
	}{
		"an error":  {"application/json", `{"type":"error","error":{"type":"billing_error","message":"no credit"}}`, providers.Quota, "no credit"},
		"an object": {"application/json", `{}`, providers.Cut, "without a proper end"},
		"truncated": {"application/json", `{"type":"mess`, providers.Cut, "not what it should be"},
		"empty":     {"application/json", ``, providers.Cut, "not what it should be"},
		"a page":    {"text/html", `<html><head><title>Welcome to nginx!</title></head></html>`, providers.Other, "web page (Welcome to nginx!)"},
	} {
		r := ask(t, tt.contentType, tt.body, request("Well?"))
		t.Run(name, func(t *testing.T) { wantFailure(t, r.Err, tt.kind, tt.says) })
	}
}

func TestToolCalls(t *testing.T) {
	type call = providers.ToolCall
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	long := strings.Repeat("y", 900)
	for name, tt := range map[string]struct {
		body string
		want []call
	}{
		"in pieces": {
			called("tool_use", []string{"a", "clock", `{"z`, `one":1}`}, []string{"b", "weather", "", `{"city":"Ulm"}`}),
			[]call{{ID: "a", Name: "clock", Arguments: raw(`{"zone":1}`)}, {ID: "b", Name: "weather", Arguments: raw(`{"city":"Ulm"}`)}},
		},
		"without ids":        {called("tool_use", []string{"", "clock", "{}"}, []string{"", "clock", "{}"}), []call{{ID: "call_1_1", Name: "clock", Arguments: raw(`{}`)}, {ID: "call_1_2", Name: "clock", Arguments: raw(`{}`)}}},
		"one id for all":     {called("tool_use", []string{"a", "clock", "{}"}, []string{"a", "clock", "{}"}), []call{{ID: "a", Name: "clock", Arguments: raw(`{}`)}, {ID: "call_1_2", Name: "clock", Arguments: raw(`{}`)}}},
		"no arguments":       {called("tool_use", []string{"a", "clock"}), []call{{ID: "a", Name: "clock", Arguments: raw(`{}`)}}},
		"ended by end_turn":  {called("end_turn", []string{"a", "clock", "{}"}), []call{{ID: "a", Name: "clock", Arguments: raw(`{}`)}}},
		"a name given back":  {called("tool_use", []string{"a", "time_now", "{}"}), []call{{ID: "a", Name: "time.now", Arguments: raw(`{}`)}}},
		"a tool of no one's": {called("tool_use", []string{"a", "zap", "{}"}), []call{{ID: "a", Name: "zap", Arguments: raw(`{}`)}}},
		"long":               {called("tool_use", []string{"a", "clock", `{"x":"`, long, `"}`}), []call{{ID: "a", Name: "clock", Arguments: raw(`{"x":"` + long + `"}`)}}},
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
	pieces := []string{"a", "clock"}
	for range 20 {
		pieces = append(pieces, strings.Repeat("y", 60<<10))
	}
	wantFailure(t, ask(t, "text/event-stream", called("tool_use", pieces), request("Well?")).Err, providers.Other, "longer than 1 MiB")
	var many [][]string
	for range 200 {
		many = append(many, []string{"", "clock", "{}"})
	}
	wantFailure(t, ask(t, "text/event-stream", called("tool_use", many...), request("Well?")).Err, providers.Other, "more than 128 tools")
	wantFailure(t, ask(t, "text/event-stream", "data: "+strings.Repeat("x", 2<<20), request("Well?")).Err, providers.Other, "longer than 1 MiB")
	wantFailure(t, ask(t, "text/event-stream", begun+hello+strings.Repeat(": "+strings.Repeat("x", 1<<10)+"\n", 17<<10), request("Well?")).Err, providers.Other, "longer than 16 MiB")
}

func TestThoughtsAndUsage(t *testing.T) {
	body := line(`{"type":"message_start","message":{"usage":{"input_tokens":100,"cache_creation_input_tokens":20,"cache_read_input_tokens":80,"output_tokens":1}}}`) +
		line(`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm. "}}`) +
		line(`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"abc"}}`) + hello +
		line(`{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":null,"output_tokens":50,"output_tokens_details":{"thinking_tokens":30}}}`)
	r := ask(t, "text/event-stream", body, request("Well?"))
	want := &providers.Usage{InputTokens: 200, CachedInputTokens: 80, OutputTokens: 50, ReasoningTokens: 30}
	if diff := cmp.Diff(want, r.Last.Usage); diff != "" || r.Err != nil || r.Thought != "Hm. " || r.Text != "Hello." {
		t.Errorf("got thought %q, text %q, error %v (-want +got):\n%s", r.Thought, r.Text, r.Err, diff)
	}
	r = ask(t, "text/event-stream", hello+strings.ReplaceAll(ended, `,"usage":{"output_tokens":4}`, ""), request("Well?"))
	if r.Err != nil || r.Last.Usage != nil {
		t.Errorf("got usage %+v, error %v; want none of either", r.Last.Usage, r.Err)
	}
	r = ask(t, "text/event-stream", hello+strings.ReplaceAll(ended, ":4", ":-4"), request("Well?"))
	if r.Err != nil || r.Last.Usage == nil || *r.Last.Usage != (providers.Usage{}) {
		t.Errorf("got usage %+v, error %v; want zeros", r.Last.Usage, r.Err)
	}
}

// Structured answers come out of whatever stands around them.
func TestStructuredAnswers(t *testing.T) {
	text := func(s string) string {
		piece, _ := json.Marshal(object{"type": "content_block_delta", "index": 0, "delta": object{"type": "text_delta", "text": s}})
		return begun + line(string(piece)) + ended + stopped
	}
	list := `{"type":"array","items":{"type":"number"}}`
	bounded := strings.Replace(verdict, `"string"`, `"string","minLength":2`, 1)
	for name, tt := range map[string]struct{ schema, body, want string }{
		"as it is":             {verdict, text(`{"winner":"ada"}`), `{"winner":"ada"}`},
		"wrapped":              {list, text(`{"value":[1,2]}`), `[1,2]`},
		"wrapped and not":      {list, text(`[1,2]`), `[1,2]`},
		"called":               {bounded, called("tool_use", []string{"a", "answer", `{"winner":"ada"}`}), `{"winner":"ada"}`},
		"said, though it must": {bounded, text("Here:\n```json\n{\"winner\":\"ada\"}\n```"), `{"winner":"ada"}`},
	} {
		req := request("Who wins?")
		req.Schema = json.RawMessage(tt.schema)
		r := ask(t, "text/event-stream", tt.body, req)
		if r.Err != nil || r.Text != tt.want || r.Last.Finish != providers.FinishStop || len(r.ToolCalls) > 0 {
			t.Errorf("%s: got %q, finish %q, calls %v, error %v; want %q", name, r.Text, r.Last.Finish, r.ToolCalls, r.Err, tt.want)
		}
	}
}

// A tool that is called beside an answer comes first.
func TestAnswerBesideTools(t *testing.T) {
	req := request("Who wins?")
	req.Schema, req.Tools = json.RawMessage(strings.Replace(verdict, `"string"`, `"string","minLength":2`, 1)), []providers.ToolSpec{{Name: "clock"}, {Name: "answer"}}
	r := ask(t, "text/event-stream", called("tool_use", []string{"a", "clock", "{}"}, []string{"b", "answer_2", "{}"}), req)
	if r.Err != nil || r.Text != "" || len(r.ToolCalls) != 1 || r.ToolCalls[0].Name != "clock" || r.Last.Finish != providers.FinishToolCalls {
		t.Errorf("got %+v, want the clock alone", r)
	}
	r = ask(t, "text/event-stream", hello+called("tool_use", []string{"a", "answer", "{}"}), req)
	if r.Err != nil || r.Text != "Hello." || len(r.ToolCalls) != 1 || r.ToolCalls[0].Name != "answer" {
		t.Errorf("got %+v, want the scenario's own tool and the words before it", r)
	}
}

func TestFailure(t *testing.T) {
	e := anthropic.Failure(400, nil, []byte(`{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}}`))
	if e.Kind != providers.Quota {
		t.Errorf("got %v, want kind quota", e)
	}
}

// Whatever bytes come, the contract of a sequence holds.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		begun + hello + ended + stopped, called("tool_use", []string{"a", "clock", "{}"}), "event: error\ndata: {}\n\n", "<html>", line(`{"message":[1],"type":"x"}`),
		line(`{"type":"content_block_start","content_block":null}`), line(`{"type":"message_delta","delta":null,"usage":{"output_tokens":-1}}`),
	} {
		f.Add(seed, "text/event-stream", true)
	}
	f.Add(`{"type":"message","content":[{"type":"text","text":"x"}],"stop_reason":"max_tokens"}`, "application/json", false)
	f.Fuzz(func(t *testing.T, body, contentType string, structured bool) {
		for _, name := range []string{"claude-sonnet-4-5", "claude-3-haiku-20240307"} {
			req := request("Well?")
			if req.Model = name; structured {
				req.Schema = json.RawMessage(verdict)
			}
			m, err := anthropic.New(anthropic.Config{Wire: providers.NewWire(providers.WireConfig{Provider: "fast", Vendor: "anthropic", Base: providertest.Says{ContentType: contentType, Body: body}})})
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

package openai_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/openai"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

const (
	hello = `data: {"choices":[{"index":0,"delta":{"content":"Hello."}}]}` + "\n\n"
	ended = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	done  = "data: [DONE]\n\n"
)

func calls(fragments ...string) string {
	var b strings.Builder
	for _, f := range fragments {
		b.WriteString(`data: {"choices":[{"delta":{"tool_calls":[` + f + "]}}]}\n\n")
	}
	return b.String() + `data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}` + "\n\n" + done
}

// ask gives a service that answers with these bytes a request.
func ask(tb testing.TB, kind, contentType, body string, req *providers.Request) providertest.Result {
	tb.Helper()
	f := providertest.Serve(tb, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	})
	return providertest.Collect(tb, model(tb, f, kind).Stream(tb.Context(), req))
}

// Whatever a service sends, there is an answer or a failure of a kind.
func TestReplies(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 20000)
	tests := []struct {
		name, body string
		text       string
		kind       providers.Kind // of the failure; empty: none
		says       string         // part of its text
	}{
		{"whole", hello + ended + done, "Hello.", "", ""},
		{"no [DONE]", hello + ended, "Hello.", "", ""},
		{"carriage returns", strings.ReplaceAll(hello+ended+done, "\n", "\r\n"), "Hello.", "", ""},
		{"comments", ": OPENROUTER PROCESSING\n\n" + strings.Repeat(": ping\n\n", 1000) + hello + ended + done, "Hello.", "", ""},
		{"no space", strings.ReplaceAll(hello+ended+done, "data: ", "data:"), "Hello.", "", ""},
		{"event names and ids", "id: 1\nevent: completion\nretry: 5\n" + hello + ended + done, "Hello.", "", ""},
		{"event over two lines", "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"Hello.\"}}]}\n\n" + ended, "Hello.", "", ""},
		{"lines of JSON", strings.ReplaceAll(hello+ended, "data: ", ""), "Hello.", "", ""},
		{"last event without its end", hello + strings.TrimSpace(ended), "Hello.", "", ""},
		{"other choices", `data: {"choices":[{"index":1,"delta":{"content":"Other."}}]}` + "\n\n" + hello + ended + done, "Hello.", "", ""},
		{"null everywhere", `data: {"choices":[{"index":0,"delta":{"content":null,"tool_calls":null,"refusal":null},"finish_reason":null}],"usage":null,"error":null}` + "\n\n" + hello + ended + done, "Hello.", "", ""},
		{"unknown reason", hello + strings.ReplaceAll(ended, "stop", "eos_token"), "Hello.", "", ""},
		{"invalid UTF-8", strings.ReplaceAll(hello, "Hello", "Hell\xff") + ended, "Hell\uFFFD.", "", ""},

		{"nothing", "", "", providers.Cut, "no events"},
		{"comments alone", ": a\n\n: b\n\n", "", providers.Cut, "no events"},
		{"done alone", done, "", providers.Cut, "without a proper end"},
		{"empty reply", ended + done, "", providers.Cut, "empty"},
		{"no end", hello, "Hello.", providers.Cut, "without a proper end"},
		{"done without a reason", hello + done, "Hello.", providers.Cut, "without a proper end"},
		{"truncated JSON", hello + `data: {"choices":[{"del`, "Hello.", providers.Cut, "not what it should be"},
		{"not JSON", hello + "data: so sorry\n\n" + ended, "Hello.", providers.Cut, "so sorry"},
		{"wrong types", `data: {"choices":"none"}` + "\n\n", "", providers.Cut, "not what it should be"},
		{"a list", "data: [1]\n\n", "", providers.Cut, "not what it should be"},
		{"deep", "data: " + deep + "\n\n", "", providers.Cut, "not what it should be"},
		{"text", "Service is being updated.", "", providers.Cut, "no events"},
		{"error within", hello + `data: {"error":{"message":"busy","type":"server_error"}}` + "\n\n", "Hello.", providers.Overloaded, "busy"},
		{"error after a name", hello + "event: error\n" + `data: {"error":{"message":"slow down","code":"rate_limit_exceeded"}}` + "\n\n", "Hello.", providers.RateLimited, "slow down"},
		{"error after comments", ": wait\n\n" + `data: {"error":{"code":402,"message":"Insufficient credits"}}` + "\n\n", "", providers.Quota, "Insufficient credits"},
		{"error with a number", `data: {"error":{"code":"503","message":"later"}}` + "\n\n", "", providers.Overloaded, "later"},
		{"error in a choice", `data: {"choices":[{"delta":{},"error":{"code":429,"message":"later"}}]}` + "\n\n", "", providers.RateLimited, "later"},
		{"error as text", `data: {"error":"something broke"}` + "\n\n", "", providers.Other, "something broke"},
		{"error without envelope", `data: {"object":"error","message":"no such model","type":"invalid_request_error"}` + "\n\n", "", providers.BadRequest, "no such model"},
		{"late error", hello + `data: {"choices":[],"x_groq":{"error":"over capacity"}}` + "\n\n", "Hello.", providers.Cut, "over capacity"},
		{"filtered", hello + strings.ReplaceAll(ended, "stop", "content_filter") + done, "Hello.", providers.Refused, "filter"},
		{"refused", `data: {"choices":[{"delta":{"refusal":"I will"}}]}` + "\n\n" + `data: {"choices":[{"delta":{"refusal":" not."}}]}` + "\n\n" + ended, "", providers.Refused, "I will not."},
		{"reason error", hello + strings.ReplaceAll(ended, "stop", "error"), "Hello.", providers.Overloaded, "broke off"},
		{"reasoning ate it", strings.ReplaceAll(ended, "stop", "length"), "", providers.BadOutput, "raise max_tokens"},
		{"key quoted back", `data: {"error":{"message":"bad key ` + secret + `"}}` + "\n\n", "", providers.Other, "bad key (secret)"},
		{"arguments that are not JSON", calls(`{"index":0,"id":"a","function":{"name":"clock","arguments":"{now"}}`), "", providers.Cut, `"clock" are not a JSON object`},
		{"arguments cut by max_tokens", strings.ReplaceAll(calls(`{"index":0,"id":"a","function":{"name":"clock","arguments":"{\"no"}}`), `n":"tool_calls`, `n":"length`), "", providers.BadOutput, "raise max_tokens"},
		{"call without a name", calls(`{"index":0,"id":"a","function":{"arguments":"{}"}}`), "", providers.Cut, "has no name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, "openai", "text/event-stream", tt.body, request("Well?"))
			if r.Text != tt.text {
				t.Errorf("got text %q, want %q", r.Text, tt.text)
			}
			wantFailure(t, r.Err, tt.kind, tt.says)
		})
	}
}

func wantFailure(t *testing.T, err error, kind providers.Kind, says string) {
	t.Helper()
	providertest.WantFailure(t, err, kind, says, "openai", secret)
}

// Services that do not stream, or answer with a page.
func TestAnswersAtOnce(t *testing.T) {
	whole := `{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello.","tool_calls":[{"id":"a","type":"function","function":{"name":"clock","arguments":"{}"}}]},
		"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}`
	r := ask(t, "openai", "application/json; charset=utf-8", whole, request("Well?"))
	if r.Err != nil || r.Text != "Hello." || len(r.ToolCalls) != 1 || r.Last.Usage.Total() != 5 {
		t.Errorf("got %+v, want a text and a call", r)
	}
	for name, tt := range map[string]struct {
		contentType, body string
		kind              providers.Kind
		says              string
	}{
		"an error":     {"application/json", `{"error":{"message":"no credit","code":"insufficient_quota"}}`, providers.Quota, "no credit"},
		"pretty error": {"application/json", "{\n  \"error\": {\n  \"message\": \"busy\",\n \"type\": \"overloaded_error\"}\n}", providers.Overloaded, "busy"},
		"a message":    {"application/json", `{"message":"no Route matched with those values"}`, providers.Other, "no Route"},
		"an object":    {"application/json", `{}`, providers.Cut, "without a proper end"},
		"truncated":    {"application/json", `{"choices":[{"mess`, providers.Cut, "not what it should be"},
		"empty":        {"application/json", ``, providers.Cut, "not what it should be"},
		"a page":       {"text/html; charset=utf-8", `<html><head><title>Welcome to nginx!</title></head></html>`, providers.Other, "web page (Welcome to nginx!)"},
	} {
		r := ask(t, "openai", tt.contentType, tt.body, request("Well?"))
		t.Run(name, func(t *testing.T) { wantFailure(t, r.Err, tt.kind, tt.says) })
	}
}

func TestToolCalls(t *testing.T) {
	type call = providers.ToolCall
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	long := `{"index":0,"id":"a","function":{"name":"clock","arguments":"{\"x\":\"` + strings.Repeat("y", 900) + `\"}"}}`
	for name, tt := range map[string]struct {
		body string
		want []call
	}{
		"fragments that mix": {
			calls(`{"index":0,"id":"a","function":{"name":"clock","arguments":"{\"z"}}`, `{"index":1,"id":"b","function":{"name":"weather","arguments":""}}`,
				`{"index":1,"function":{"arguments":"{\"city\":"}}`, `{"index":0,"function":{"arguments":"one\":1}"}}`, `{"index":1,"function":{"arguments":"\"Ulm\"}"}}`),
			[]call{{ID: "a", Name: "clock", Arguments: raw(`{"zone":1}`)}, {ID: "b", Name: "weather", Arguments: raw(`{"city":"Ulm"}`)}},
		},
		"without an index": {
			calls(`{"id":"a","function":{"name":"clock","arguments":"{}"}},{"id":"b","function":{"name":"clock","arguments":"{"}}`, `{"function":{"arguments":"}"}}`),
			[]call{{ID: "a", Name: "clock", Arguments: raw(`{}`)}, {ID: "b", Name: "clock", Arguments: raw(`{}`)}},
		},
		"one index for all": {
			calls(`{"index":0,"id":"a","function":{"name":"clock","arguments":"{}"}}`, `{"index":0,"id":"b","function":{"name":"weather","arguments":"{}"}}`),
			[]call{{ID: "a", Name: "clock", Arguments: raw(`{}`)}, {ID: "b", Name: "weather", Arguments: raw(`{}`)}},
		},
		"without ids": {
			calls(`{"index":0,"function":{"name":"clock","arguments":"{}"}}`, `{"index":1,"function":{"name":"clock","arguments":"{}"}}`),
			[]call{{ID: "call_1_1", Name: "clock", Arguments: raw(`{}`)}, {ID: "call_1_2", Name: "clock", Arguments: raw(`{}`)}},
		},
		"arguments left out or wrapped up": {
			calls(`{"index":0,"id":"a","function":{"name":"clock"}}`, `{"index":1,"id":"b","function":{"name":"clock","arguments":"\"{\\\"x\\\":1}\""}}`),
			[]call{{ID: "a", Name: "clock", Arguments: raw(`{}`)}, {ID: "b", Name: "clock", Arguments: raw(`{"x":1}`)}},
		},
		"ended by stop": {
			strings.ReplaceAll(calls(`{"index":0,"id":"a","function":{"name":"clock","arguments":"{}"}}`), `n":"tool_calls`, `n":"stop`),
			[]call{{ID: "a", Name: "clock", Arguments: raw(`{}`)}},
		},
		"a name that had to be changed": {
			calls(`{"index":0,"id":"a","function":{"name":"time_now","arguments":"{}"}}`), []call{{ID: "a", Name: "time.now", Arguments: raw(`{}`)}},
		},
		"long": {calls(long), []call{{ID: "a", Name: "clock", Arguments: raw(`{"x":"` + strings.Repeat("y", 900) + `"}`)}}},
	} {
		t.Run(name, func(t *testing.T) {
			req := request("Well?")
			req.Tools = []providers.ToolSpec{{Name: "clock"}, {Name: "weather"}, {Name: "time.now"}}
			r := ask(t, "openai", "text/event-stream", tt.body, req)
			if diff := cmp.Diff(tt.want, r.ToolCalls); diff != "" || r.Err != nil || r.Last.Finish != providers.FinishToolCalls {
				t.Errorf("got finish %q, error %v (-want +got):\n%s", r.Last.Finish, r.Err, diff)
			}
		})
	}
}

// What is too much is a failure before it fills the memory.
func TestBounds(t *testing.T) {
	fragment := `{"index":0,"id":"a","function":{"name":"clock","arguments":"` + strings.Repeat("y", 60<<10) + `"}}`
	var many []string
	for range 20 {
		many = append(many, fragment)
	}
	r := ask(t, "openai", "text/event-stream", calls(many...), request("Well?"))
	wantFailure(t, r.Err, providers.Other, "longer than 1 MiB")
	var most strings.Builder
	for range 200 {
		most.WriteString(`,{"id":"` + strings.Repeat("i", most.Len()%7) + `","function":{"name":"clock","arguments":"{}"}}`)
	}
	r = ask(t, "openai", "text/event-stream", calls(most.String()[1:]), request("Well?"))
	wantFailure(t, r.Err, providers.Other, "more than 128 tools")
	r = ask(t, "openai", "text/event-stream", "data: "+strings.Repeat("x", 2<<20), request("Well?"))
	wantFailure(t, r.Err, providers.Other, "longer than 1 MiB")
	r = ask(t, "openai", "text/event-stream", hello+strings.Repeat(": "+strings.Repeat("x", 1<<10)+"\n", 17<<10), request("Well?"))
	wantFailure(t, r.Err, providers.Other, "longer than 16 MiB")
}

// Whoever leaves hears of no failure, also of one in the same event.
func TestLeaves(t *testing.T) {
	body := strings.ReplaceAll(calls(strings.Repeat(`{"id":"","function":{"name":"clock"}},`, 200)+`{}`), `{"tool_calls"`, `{"content":"Hello.","tool_calls"`)
	f := providertest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, body)
	})
	for c, err := range model(t, f, "openai").Stream(t.Context(), request("Well?")) {
		if err != nil || c.Text != "Hello." {
			t.Errorf("got %q and error %v, want the text", c.Text, err)
		}
		break
	}
}

func TestThoughts(t *testing.T) {
	for kind, body := range map[string]string{
		"deepseek":   `{"reasoning_content":"Hm. "}`,
		"openrouter": `{"reasoning":"Hm. "}`,
		"mistral":    `{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm. "}]}]}`,
	} {
		body = `data: {"choices":[{"delta":` + body + "}]}\n\n"
		r := ask(t, kind, "text/event-stream", body+body+hello+ended+done, request("Well?"))
		if r.Thought != "Hm. Hm. " || r.Text != "Hello." || r.Err != nil {
			t.Errorf("%s: got thought %q, text %q, error %v", kind, r.Thought, r.Text, r.Err)
		}
	}
	r := ask(t, "mistral", "text/event-stream", `data: {"choices":[{"delta":{"content":[{"type":"text","text":"Hi "},{"type":"text","text":"you."}]}}]}`+"\n\n"+ended, request("Well?"))
	if r.Text != "Hi you." || r.Err != nil {
		t.Errorf("got text %q, error %v; want the parts in one", r.Text, r.Err)
	}
}

func TestUsage(t *testing.T) {
	for name, tt := range map[string]struct {
		usage string
		want  *providers.Usage
	}{
		"missing":     {`null`, nil},
		"details":     {`{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":80},"completion_tokens_details":{"reasoning_tokens":30}}`, &providers.Usage{InputTokens: 100, CachedInputTokens: 80, OutputTokens: 50, ReasoningTokens: 30}},
		"deepseek":    {`{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36}`, &providers.Usage{InputTokens: 100, CachedInputTokens: 64, OutputTokens: 50}},
		"xai":         {`{"prompt_tokens":100,"completion_tokens":50,"total_tokens":450,"completion_tokens_details":{"reasoning_tokens":300}}`, &providers.Usage{InputTokens: 100, OutputTokens: 350, ReasoningTokens: 300}},
		"impossible":  {`{"prompt_tokens":-1,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":7}}`, &providers.Usage{OutputTokens: 5}},
		"null detail": {`{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":null,"completion_tokens_details":null}`, &providers.Usage{InputTokens: 1, OutputTokens: 2}},
	} {
		r := ask(t, "openai", "text/event-stream", hello+ended+`data: {"choices":[],"usage":`+tt.usage+"}\n\n"+done, request("Well?"))
		if diff := cmp.Diff(tt.want, r.Last.Usage); diff != "" || r.Err != nil {
			t.Errorf("%s: error %v (-want +got):\n%s", name, r.Err, diff)
		}
	}
	r := ask(t, "groq", "text/event-stream", hello+`data: {"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":4}}}`+"\n\n"+done, request("Well?"))
	if want := (providers.Usage{InputTokens: 3, OutputTokens: 4}); r.Last.Usage == nil || *r.Last.Usage != want {
		t.Errorf("groq: got %+v, want %+v", r.Last.Usage, want)
	}
}

// Structured answers come out of whatever stands around them.
func TestStructuredAnswers(t *testing.T) {
	text := func(s string) string {
		quoted, _ := json.Marshal(s)
		return `data: {"choices":[{"delta":{"content":` + string(quoted) + `}}]}` + "\n\n" + ended + done
	}
	list := `{"type":"array","items":{"type":"number"}}`
	for name, tt := range map[string]struct {
		kind, schema, body, want string
	}{
		"as it is":             {"openai", verdict, text(`{"winner":"ada"}`), `{"winner":"ada"}`},
		"fenced":               {"ollama", verdict, text("Here you are:\n```json\n{\"winner\":\"ada\"}\n```\n"), `{"winner":"ada"}`},
		"after thoughts":       {"openai_compatible", verdict, text("<think>{hm}</think>\n\n{\"winner\":\"ada\"}"), `{"winner":"ada"}`},
		"not there":            {"deepseek", verdict, text("Ada wins."), "Ada wins."},
		"wrapped":              {"openai", list, text(`{"value":[1,2]}`), `[1,2]`},
		"wrapped and not":      {"openai", list, text(`[1,2]`), `[1,2]`},
		"called":               {"groq", verdict, calls(`{"index":0,"id":"a","function":{"name":"answer","arguments":"{\"winner\":\"ada\"}"}}`), `{"winner":"ada"}`},
		"called and wrapped":   {"groq", list, calls(`{"index":0,"id":"a","function":{"name":"answer","arguments":"{\"value\":[1]}"}}`), `[1]`},
		"said, though it must": {"groq", verdict, text("```\n{\"winner\":\"ada\"}\n```"), `{"winner":"ada"}`},
	} {
		req := request("Who wins?")
		req.Schema = json.RawMessage(tt.schema)
		r := ask(t, tt.kind, "text/event-stream", tt.body, req)
		if r.Err != nil || r.Text != tt.want || r.Last.Finish != providers.FinishStop || len(r.ToolCalls) > 0 {
			t.Errorf("%s: got %q, finish %q, calls %v, error %v; want %q", name, r.Text, r.Last.Finish, r.ToolCalls, r.Err, tt.want)
		}
	}
}

// A tool that is called beside an answer comes first.
func TestAnswerBesideTools(t *testing.T) {
	req := request("Who wins?")
	req.Schema, req.Tools = json.RawMessage(verdict), []providers.ToolSpec{{Name: "clock"}, {Name: "answer"}}
	r := ask(t, "groq", "text/event-stream", hello[:len(hello)-2]+"\n\n"+calls(
		`{"index":0,"id":"a","function":{"name":"clock","arguments":"{}"}}`, `{"index":1,"id":"b","function":{"name":"answer_2","arguments":"{}"}}`), req)
	if r.Err != nil || r.Text != "" || len(r.ToolCalls) != 1 || r.ToolCalls[0].Name != "clock" || r.Last.Finish != providers.FinishToolCalls {
		t.Errorf("got %+v, want the clock alone", r)
	}
	r = ask(t, "groq", "text/event-stream", hello+calls(`{"index":0,"id":"a","function":{"name":"answer","arguments":"{}"}}`), req)
	if r.Err != nil || r.Text != "Hello." || len(r.ToolCalls) != 1 || r.ToolCalls[0].Name != "answer" {
		t.Errorf("got %+v, want the scenario's own tool and the words before it", r)
	}
}

// Whatever bytes come, the contract of a sequence holds.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		hello + ended + done, calls(`{"index":0,"id":"a","function":{"name":"clock","arguments":"{}"}}`), "data: [DONE]", "event: error\ndata: {}\n\n",
		`data: {"error":{"message":["a"],"code":4.5}}` + "\n\n", "{\"choices\":[{}]}\n", "\xef\xbb\xbfdata: {\n\n", "<html>", `data: {"choices":[{"delta":{"content":[{"text":1}]}}]}`,
	} {
		f.Add(seed, "text/event-stream", true)
	}
	f.Add(`{"choices":[{"message":{"content":"x"},"finish_reason":"length"}]}`, "application/json", false)
	f.Fuzz(func(t *testing.T, body, contentType string, structured bool) {
		req := request("Well?")
		if structured {
			req.Schema = json.RawMessage(verdict)
		}
		for _, kind := range []string{"openai", "groq"} {
			m, err := openai.New(openai.Config{Kind: kind, Wire: providers.NewWire(providers.WireConfig{Provider: "fast", Vendor: kind, Base: providertest.Says{ContentType: contentType, Body: body}})})
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

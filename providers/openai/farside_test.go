package openai_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/openai"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is the key that far sides want.
const secret = "sk-test-0123456789abcdef"

// model is a provider of a kind whose service is f.
func model(tb testing.TB, f *providertest.FarSide, kind string, change ...func(*providers.WireConfig)) *openai.Model {
	tb.Helper()
	base := providers.NewTransport()
	tb.Cleanup(base.CloseIdleConnections)
	config := providers.WireConfig{Provider: "fast", Vendor: kind, Base: base, Secrets: []string{secret}}
	for _, c := range change {
		c(&config)
	}
	m, err := openai.New(openai.Config{Kind: kind, APIKey: secret, BaseURL: f.URL + "/v1/", Wire: providers.NewWire(config)})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// out writes a stream as the services do.
type out struct{ *providertest.Events }

func stream(w http.ResponseWriter) out { return out{providertest.Stream(w)} }

type object = map[string]any

func (o out) delta(delta object, reason any) {
	o.Data("", object{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "test-model-2026",
		"choices": []any{object{"index": 0, "delta": delta, "finish_reason": reason}},
	})
}

func (o out) usage(in, out int) {
	o.Data("", object{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": []any{},
		"usage": object{"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out},
	})
}

// failures are what services answer, by kind.
func failures() map[providers.Kind]struct {
	status int
	body   string
} {
	type answer = struct {
		status int
		body   string
	}
	return map[providers.Kind]answer{
		providers.Auth:        {401, `{"error":{"message":"Incorrect API key provided: ` + secret + `. You can find your key elsewhere.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`},
		providers.RateLimited: {429, `{"error":{"message":"Rate limit reached for requests","type":"requests","param":null,"code":"rate_limit_exceeded"}}`},
		providers.Overloaded:  {503, `{"error":{"message":"The server is overloaded","type":"server_error","param":null,"code":null}}`},
		providers.Quota:       {429, `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`},
		providers.TooLong:     {400, `{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`},
		providers.Refused:     {400, `{"error":{"message":"The response was filtered.","type":null,"param":"prompt","code":"content_filter"}}`},
		providers.BadRequest:  {404, `{"error":{"message":"The model does not exist","type":"invalid_request_error","param":null,"code":"model_not_found"}}`},
	}
}

// script makes a far side say contract replies, one a call.
func script(replies []providertest.Reply) http.HandlerFunc {
	var calls atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		n := calls.Add(1)
		if r.Header.Get("Authorization") != "Bearer "+secret || r.URL.Path != "/v1/chat/completions" || int(n) > len(replies) {
			http.Error(w, "what is this?", http.StatusTeapot)
			return
		}
		reply := replies[n-1]
		if f, ok := failures()[reply.Fail]; ok {
			w.Header().Set("Content-Type", "application/json")
			if reply.RetryAfter > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(int(reply.RetryAfter.Seconds())))
			}
			w.WriteHeader(f.status)
			_, _ = io.WriteString(w, f.body)
			return
		}
		say(w, r, reply)
	}
}

func say(w http.ResponseWriter, r *http.Request, reply providertest.Reply) {
	o := stream(w)
	o.delta(object{"role": "assistant", "content": ""}, nil)
	words := strings.SplitAfter(reply.Text, " ")
	for _, word := range words[:len(words)/2] {
		o.delta(object{"content": word}, nil)
	}
	if reply.Fail == providers.Cut {
		return
	}
	for _, word := range words[len(words)/2:] {
		o.delta(object{"content": word}, nil)
	}
	if reply.Silent {
		<-r.Context().Done()
		return
	}
	reason := "stop"
	for i, c := range reply.ToolCalls {
		reason = "tool_calls"
		o.delta(object{"tool_calls": []any{object{"index": i, "id": fmt.Sprintf("callid%03d", i), "type": "function", "function": object{"name": c.Name, "arguments": ""}}}}, nil)
		half := len(c.Arguments) / 2
		for _, part := range []string{c.Arguments[:half], c.Arguments[half:]} {
			o.delta(object{"tool_calls": []any{object{"index": i, "function": object{"arguments": part}}}}, nil)
		}
	}
	if reply.Finish == providers.FinishLength {
		reason = "length"
	}
	o.delta(object{}, reason)
	u := reply.Usage
	if u == (providers.Usage{}) {
		u = providers.Usage{InputTokens: 9, OutputTokens: 4}
	}
	o.usage(u.InputTokens, u.OutputTokens)
	o.Raw("data: [DONE]\n\n")
}

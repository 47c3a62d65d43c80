package anthropic_test

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
	"github.com/agentconnect-dev/agentconnect/providers/anthropic"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is the key that far sides want.
const secret = "sk-ant-test-0123456789abcdef"

// model is a provider whose service is f.
func model(tb testing.TB, f *providertest.FarSide, change ...func(*providers.WireConfig)) *anthropic.Model {
	tb.Helper()
	base := providers.NewTransport()
	tb.Cleanup(base.CloseIdleConnections)
	config := providers.WireConfig{Provider: "fast", Vendor: "anthropic", Base: base, Secrets: []string{secret}, Failure: anthropic.Failure}
	for _, c := range change {
		c(&config)
	}
	m, err := anthropic.New(anthropic.Config{APIKey: secret, BaseURL: f.URL + "/v1/", Wire: providers.NewWire(config)})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

type object = map[string]any

// out writes a stream as the service does.
type out struct{ *providertest.Events }

func stream(w http.ResponseWriter) out { return out{providertest.Stream(w)} }

func (o out) event(kind string, fields object) {
	fields["type"] = kind
	o.Data(kind, fields)
}

func (o out) begin(input int) {
	o.event("message_start", object{"message": object{
		"id": "msg_1", "type": "message", "role": "assistant", "model": "test-model-2026", "content": []any{}, "stop_reason": nil, "stop_sequence": nil,
		"usage": object{"input_tokens": input, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 1},
	}})
	o.event("ping", object{})
}

func (o out) text(words ...string) {
	o.event("content_block_start", object{"index": 0, "content_block": object{"type": "text", "text": ""}})
	for _, word := range words {
		o.event("content_block_delta", object{"index": 0, "delta": object{"type": "text_delta", "text": word}})
	}
}

func (o out) call(index int, name, arguments string) {
	o.event("content_block_start", object{"index": index, "content_block": object{"type": "tool_use", "id": fmt.Sprintf("toolu_%03d", index), "name": name, "input": object{}}})
	half := len(arguments) / 2
	for _, part := range []string{"", arguments[:half], arguments[half:]} {
		o.event("content_block_delta", object{"index": index, "delta": object{"type": "input_json_delta", "partial_json": part}})
	}
	o.event("content_block_stop", object{"index": index})
}

func (o out) end(reason string, output int) {
	o.event("message_delta", object{"delta": object{"stop_reason": reason, "stop_sequence": nil}, "usage": object{"output_tokens": output}})
	o.event("message_stop", object{})
}

type answer struct {
	status int
	body   string
}

// failures are what the service answers, by kind.
func failures() map[providers.Kind]answer {
	say := func(kind, text string) string {
		return fmt.Sprintf(`{"type":"error","error":{"type":%q,"message":%q},"request_id":"req_1"}`, kind, text)
	}
	return map[providers.Kind]answer{
		providers.Auth:        {401, say("authentication_error", "invalid x-api-key "+secret)},
		providers.RateLimited: {429, say("rate_limit_error", "This request would exceed your organization's rate limit of 50 requests per minute.")},
		providers.Overloaded:  {529, say("overloaded_error", "Overloaded")},
		providers.Quota:       {400, say("invalid_request_error", "Your credit balance is too low to access the Anthropic API.")},
		providers.TooLong:     {400, say("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")},
		providers.Refused:     {400, say("invalid_request_error", "Output blocked by content filtering policy")},
		providers.BadRequest:  {404, say("not_found_error", "model: claude-nothing")},
	}
}

// script makes a far side say contract replies, one a call.
func script(replies []providertest.Reply) http.HandlerFunc {
	var calls atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		n := calls.Add(1)
		if r.Header.Get("X-Api-Key") != secret || r.Header.Get("Anthropic-Version") == "" || r.URL.Path != "/v1/messages" || int(n) > len(replies) {
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
	u := reply.Usage
	if u == (providers.Usage{}) {
		u = providers.Usage{InputTokens: 9, OutputTokens: 4}
	}
	o := stream(w)
	o.begin(u.InputTokens)
	words := strings.SplitAfter(reply.Text, " ")
	if reply.Fail == providers.Cut {
		o.text(words[:len(words)/2]...)
		return
	}
	o.text(words...)
	if reply.Silent {
		<-r.Context().Done()
		return
	}
	o.event("content_block_stop", object{"index": 0})
	reason := "end_turn"
	for i, c := range reply.ToolCalls {
		reason = "tool_use"
		o.call(i+1, c.Name, c.Arguments)
	}
	if reply.Finish == providers.FinishLength {
		reason = "max_tokens"
	}
	o.end(reason, u.OutputTokens)
}

func request(text string) *providers.Request {
	return &providers.Request{Model: "claude-sonnet-4-5", Session: "s1", Agent: "ada", Messages: []providers.Message{{Role: providers.User, Content: text}}}
}

package google_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/google"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is the key that far sides want.
const secret = "AIzaTest0123456789abcdefghijk"

// model is a provider whose service is f.
func model(tb testing.TB, f *providertest.FarSide, change ...func(*providers.WireConfig)) *google.Model {
	tb.Helper()
	base := providers.NewTransport()
	tb.Cleanup(base.CloseIdleConnections)
	config := providers.WireConfig{Provider: "fast", Vendor: "google", Base: base, Secrets: []string{secret}, Failure: google.Failure}
	for _, c := range change {
		c(&config)
	}
	m, err := google.New(google.Config{APIKey: secret, BaseURL: f.URL + "/v1beta/", Wire: providers.NewWire(config)})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

type object = map[string]any

// out writes a stream as the service does.
type out struct{ *providertest.Events }

func stream(w http.ResponseWriter) out { return out{providertest.Stream(w)} }

func (o out) parts(parts ...object) {
	o.Data("", object{"candidates": []object{{"content": object{"role": "model", "parts": parts}, "index": 0}}, "modelVersion": "test"})
}

func (o out) end(reason string, input, output int) {
	o.Data("", object{
		"candidates":    []object{{"content": object{"role": "model", "parts": []object{{"text": ""}}}, "finishReason": reason, "index": 0}},
		"usageMetadata": object{"promptTokenCount": input, "candidatesTokenCount": output, "totalTokenCount": input + output},
	})
}

// failure is what the service answers.
func failure(status int, name, message string, details ...object) string {
	text, err := json.Marshal(object{"error": object{"code": status, "message": message, "status": name, "details": details}})
	if err != nil {
		panic(err)
	}
	return string(text)
}

type answer struct {
	status int
	body   string
}

// failures are what the service answers, by kind. After is how long it asks to
// wait.
func failures(after time.Duration) map[providers.Kind]answer {
	quota := func(id string, after time.Duration) string {
		return failure(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details.",
			object{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []object{{"quotaId": id, "quotaValue": "10"}}},
			object{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": after.String()})
	}
	return map[providers.Kind]answer{
		providers.Auth: {400, failure(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key, not "+secret+".",
			object{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"})},
		providers.RateLimited: {429, quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", after)},
		providers.Overloaded:  {503, failure(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", object{"retryDelay": after.String()})},
		providers.Quota:       {429, quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", 30*time.Second)},
		providers.TooLong:     {400, failure(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")},
		providers.BadRequest:  {404, failure(404, "NOT_FOUND", "models/gemini-0 is not found for API version v1beta")},
	}
}

// script makes a far side say contract replies, one a call.
func script(replies []providertest.Reply) http.HandlerFunc {
	var calls atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		n := calls.Add(1)
		if r.Header.Get("X-Goog-Api-Key") != secret || !strings.HasPrefix(r.URL.Path, "/v1beta/models/") || !strings.HasSuffix(r.URL.Path, ":streamGenerateContent") ||
			r.URL.RawQuery != "alt=sse" || int(n) > len(replies) {
			http.Error(w, "what is this?", http.StatusTeapot)
			return
		}
		reply := replies[n-1]
		f, ok := failures(reply.RetryAfter)[reply.Fail]
		if !ok {
			say(w, r, reply)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if reply.Fail == providers.Overloaded {
			w.Header().Set("Retry-After", fmt.Sprint(int(reply.RetryAfter.Seconds())))
		}
		w.WriteHeader(f.status)
		_, _ = io.WriteString(w, f.body)
	}
}

func say(w http.ResponseWriter, r *http.Request, reply providertest.Reply) {
	o := stream(w)
	if reply.Fail == providers.Refused {
		o.Data("", object{"promptFeedback": object{"blockReason": "SAFETY"}, "usageMetadata": object{"promptTokenCount": 3}})
		return
	}
	words := strings.SplitAfter(reply.Text, " ")
	if reply.Fail == providers.Cut {
		words = words[:len(words)/2]
	}
	for _, word := range words {
		o.parts(object{"text": word})
	}
	switch {
	case reply.Fail == providers.Cut:
		return
	case reply.Silent:
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return
	}
	for _, c := range reply.ToolCalls {
		o.parts(object{"functionCall": object{"name": c.Name, "args": json.RawMessage(c.Arguments)}})
	}
	u := reply.Usage
	if u == (providers.Usage{}) {
		u = providers.Usage{InputTokens: 9, OutputTokens: 4}
	}
	reason := "STOP"
	if reply.Finish == providers.FinishLength {
		reason = "MAX_TOKENS"
	}
	o.end(reason, u.InputTokens, u.OutputTokens)
}

func request(text string) *providers.Request {
	return &providers.Request{Model: "gemini-2.5-flash", Session: "s1", Agent: "ada", Messages: []providers.Message{{Role: providers.User, Content: text}}}
}

package providers_test

import (
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// What vendors answer, in their shapes.
func TestFailure(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   providers.Kind
		says   string
	}{
		{"openai key", 401, `{"error":{"message":"Incorrect API key provided: sk-x.","type":"invalid_request_error","code":"invalid_api_key"}}`, providers.Auth, "Incorrect API key"},
		{"openai quota", 429, `{"error":{"message":"You exceeded your current quota, please check your plan","type":"insufficient_quota","code":"insufficient_quota"}}`, providers.Quota, "quota"},
		{"openai rate", 429, `{"error":{"message":"Rate limit reached for gpt-4.1 on tokens per min (TPM)","type":"tokens","code":"rate_limit_exceeded"}}`, providers.RateLimited, "TPM"},
		{"openai too large for its rate", 429, `{"error":{"message":"Request too large for gpt-4.1: Limit 10000, Requested 20000.","type":"tokens","code":"rate_limit_exceeded"}}`, providers.TooLong, "too large"},
		{"openai context", 400, `{"error":{"message":"maximum context length is 8192 tokens","code":"context_length_exceeded"}}`, providers.TooLong, "8192"},
		{"openai parameter", 400, `{"error":{"message":"Unsupported parameter: 'max_tokens'","param":"max_tokens","code":"unsupported_parameter"}}`, providers.BadRequest, "max_tokens"},
		{"openai model", 404, `{"error":{"message":"The model x does not exist","code":"model_not_found"}}`, providers.BadRequest, "does not exist"},
		{"openai filter", 400, `{"error":{"message":"Invalid prompt: your prompt was flagged","code":"invalid_prompt"}}`, providers.Refused, "flagged"},
		{"azure filter", 400, `{"error":{"message":"The response was filtered","code":"content_filter","innererror":{}}}`, providers.Refused, "filtered"},
		{"groq size", 413, `{"error":{"message":"Request too large for model on tokens per minute (TPM)","type":"tokens","code":"rate_limit_exceeded"}}`, providers.TooLong, "TPM"},
		{"groq tool", 400, `{"error":{"message":"Failed to call a function.","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"<x>"}}`, providers.Cut, "Failed to call"},
		{"mistral validation", 422, `{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","x"],"msg":"Extra inputs"}]},"type":"invalid_request_error"}`, providers.BadRequest, "Extra inputs"},
		{"mistral key", 401, `{"message":"Unauthorized","request_id":"1"}`, providers.Auth, "Unauthorized"},
		{"mistral busy", 429, `{"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","code":"3505"}`, providers.RateLimited, "capacity"},
		{"mistral detail", 422, `{"detail":"no such thing"}`, providers.BadRequest, "no such thing"},
		{"xai key", 400, `{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***ef."}`, providers.Auth, "Incorrect API key"},
		{"xai credits", 403, `{"code":"The caller does not have permission","error":"Your team has either used all available credits or reached its monthly spending limit."}`, providers.Quota, "credits"},
		{"deepseek balance", 402, `{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}`, providers.Quota, "Balance"},
		{"openrouter credits", 402, `{"error":{"code":402,"message":"This request requires more credits"}}`, providers.Quota, "credits"},
		{"openrouter moderation", 403, `{"error":{"code":403,"message":"Your input was flagged","metadata":{"reasons":["violence"]}}}`, providers.Refused, "flagged"},
		{"ollama", 404, `{"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error"}}`, providers.BadRequest, "try pulling"},
		{"ollama text", 500, `{"error":"llama runner process has terminated"}`, providers.Overloaded, "terminated"},
		{"llama.cpp context", 400, `{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}`, providers.TooLong, "context size"},
		{"anthropic overloaded", 529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, providers.Overloaded, "Overloaded"},
		{"anthropic credit", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}`, providers.Quota, "credit balance"},
		{"anthropic long", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}`, providers.TooLong, "prompt is too long"},
		{"anthropic permission", 403, `{"type":"error","error":{"type":"permission_error","message":"no access"}}`, providers.Auth, "no access"},
		{"google key", 400, `[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]`, providers.Auth, "API key not valid"},
		{"google busy", 503, `{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}`, providers.Overloaded, "overloaded"},
		{"gateway page", 502, "<html><head><title>502 Bad\nGateway</title></head>…", providers.Overloaded, "(502 Bad Gateway)"},
		{"page without a title", 500, "<html>", providers.Overloaded, "a web page"},
		{"plain text", 429, "slow\r\n\tdown\x00", providers.RateLimited, "slow down"},
		{"nothing", 503, "", providers.Overloaded, "service unavailable"},
		{"strange JSON", 400, `["a"]`, providers.BadRequest, `["a"]`},
		{"null", 400, `{"error":null}`, providers.BadRequest, `{"error":null}`},
		{"conflict", 409, `{}`, providers.Overloaded, "conflict"},
		{"timeout", 408, ``, providers.Overloaded, "timeout"},
		{"not implemented", 501, ``, providers.BadRequest, "not implemented"},
		{"within a reply", 0, `{"error":{"message":"x","type":"server_error"}}`, providers.Overloaded, "x"},
		{"within a reply, by number", 200, `{"error":{"message":"x","code":429}}`, providers.RateLimited, "x"},
		{"within a reply, unknown", 0, `{"error":{"message":"x","code":"strange"}}`, providers.Other, "x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := providers.Failure(tt.status, nil, []byte(tt.body))
			if e.Kind != tt.want || e.Status != tt.status || !strings.Contains(e.Message, tt.says) {
				t.Errorf("got kind %s, status %d, message %q; want %s with %q", e.Kind, e.Status, e.Message, tt.want, tt.says)
			}
		})
	}
}

func TestFailureIsShort(t *testing.T) {
	e := providers.Failure(400, nil, []byte(`{"error":{"message":"`+strings.Repeat("ü", 9000)+`"}}`))
	if n := len([]rune(e.Message)); n > 501 {
		t.Errorf("got a message of %d characters, want at most 501", n)
	}
}

func FuzzFailure(f *testing.F) {
	f.Add(400, `{"error":{"message":["a"],"code":4.5,"type":null}}`)
	f.Add(0, `[[[]]]`)
	f.Add(200, "<title>\xff</title>")
	f.Fuzz(func(t *testing.T, status int, body string) {
		if e := providers.Failure(status, nil, []byte(body)); e.Kind == "" || strings.ContainsAny(e.Message, "\x00\n\r") {
			t.Errorf("got kind %q, message %q", e.Kind, e.Message)
		}
	})
}

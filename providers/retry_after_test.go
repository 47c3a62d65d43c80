package providers_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		header, value string
		want          time.Duration
	}{
		{"Retry-After", "7", 7 * time.Second},
		{"Retry-After", "0.25", 250 * time.Millisecond},
		{"Retry-After", " 2 ", 2 * time.Second},
		{"Retry-After", "-3", 0},
		{"Retry-After", "NaN", 0},
		{"Retry-After", "+Inf", 24 * time.Hour},
		{"Retry-After", "1e300", 24 * time.Hour},
		{"Retry-After", "soon", 0},
		{"Retry-After", "", 0},
		{"Retry-After", now.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		{"Retry-After", now.Add(-time.Hour).Format(http.TimeFormat), 0},
		{"retry-after-ms", "1500", 1500 * time.Millisecond},
		{"retry-after-ms", "0.5", 500 * time.Microsecond},
		{"retry-after-ms", "x", 0},
	}
	for _, tt := range tests {
		h := http.Header{}
		h.Set(tt.header, tt.value)
		if got := providers.RetryAfter(h, now); got != tt.want {
			t.Errorf("%s: %s: got %v, want %v", tt.header, tt.value, got, tt.want)
		}
	}
	both := http.Header{"Retry-After": {"2"}, "Retry-After-Ms": {"1500"}}
	if got := providers.RetryAfter(both, now); got != 1500*time.Millisecond {
		t.Errorf("got %v, want the milliseconds", got)
	}
}

// A vendor's own word on another attempt goes over what its status says.
func TestShouldRetry(t *testing.T) {
	for _, tt := range []struct {
		status int
		word   string
		want   providers.Kind
	}{
		{429, "false", providers.Quota},
		{503, "false", providers.Other},
		{503, "true", providers.Overloaded},
		{400, "true", providers.Overloaded},
		{401, "true", providers.Auth},
		{429, "perhaps", providers.RateLimited},
	} {
		e := providers.Failure(tt.status, http.Header{"X-Should-Retry": {tt.word}, "Retry-After": {"3"}}, []byte(`{}`))
		if e.Kind != tt.want || providers.Passing(e) != (tt.want == providers.Overloaded || tt.want == providers.RateLimited) {
			t.Errorf("status %d, x-should-retry %s: got %s, want %s", tt.status, tt.word, e.Kind, tt.want)
		}
	}
}

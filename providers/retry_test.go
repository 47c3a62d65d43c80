package providers_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func kinds() []providers.Kind {
	return []providers.Kind{
		providers.Auth, providers.RateLimited, providers.Overloaded, providers.Quota, providers.TooLong, providers.Refused, providers.BadRequest,
		providers.Cut, providers.TimedOut, providers.Canceled, providers.NoReply, providers.BadOutput, providers.Other,
	}
}

func TestPassing(t *testing.T) {
	passing := map[providers.Kind]bool{providers.RateLimited: true, providers.Overloaded: true, providers.Cut: true, providers.TimedOut: true}
	for _, kind := range kinds() {
		err := fmt.Errorf("turn 3: %w", &providers.Error{Kind: kind})
		if got := providers.Passing(err); got != passing[kind] {
			t.Errorf("%s: got passing %v, want %v", kind, got, passing[kind])
		}
	}
	for _, err := range []error{errors.New("unknown"), context.Canceled, nil} {
		if providers.Passing(err) {
			t.Errorf("%v: got passing, want not: nobody says that it is", err)
		}
	}
}

func TestRetryNext(t *testing.T) {
	r := providers.Retry{Attempts: 4, MinBackoff: time.Second, MaxBackoff: 5 * time.Second}
	busy := &providers.Error{Kind: providers.Overloaded}
	after := func(d time.Duration) error { return &providers.Error{Kind: providers.RateLimited, RetryAfter: d} }
	tests := []struct {
		name    string
		retry   providers.Retry
		attempt int
		err     error
		jitter  float64
		wait    time.Duration
		again   bool
	}{
		{"first, no jitter", r, 1, busy, 0, 500 * time.Millisecond, true},
		{"first, full jitter", r, 1, busy, 1, time.Second, true},
		{"doubles", r, 2, busy, 1, 2 * time.Second, true},
		{"doubles again", r, 3, busy, 1, 4 * time.Second, true},
		{"no attempt left", r, 4, busy, 1, 0, false},
		{"not passing", r, 1, &providers.Error{Kind: providers.Auth}, 1, 0, false},
		{"capped", providers.Retry{Attempts: 9, MinBackoff: time.Second, MaxBackoff: 5 * time.Second}, 8, busy, 1, 5 * time.Second, true},
		{"least above most", providers.Retry{Attempts: 9, MinBackoff: time.Minute, MaxBackoff: time.Second}, 1, busy, 1, time.Second, true},
		{"the vendor's wish", r, 1, after(3 * time.Second), 1, 3 * time.Second, true},
		{"a wish shorter than the wait", r, 3, after(time.Second), 1, 4 * time.Second, true},
		{"a wish that is too long", r, 1, after(6 * time.Second), 1, 0, false},
		{"defaults", providers.Retry{}, 1, busy, 1, time.Second, true},
		{"defaults end", providers.Retry{}, 3, busy, 1, 0, false},
		{"the other defaults", providers.Retry{Attempts: math.MaxInt}, math.MaxInt - 1, busy, 1, 30 * time.Second, true},
		{"no cap to speak of", providers.Retry{Attempts: 1000, MinBackoff: time.Second, MaxBackoff: math.MaxInt64}, 900, busy, 0, math.MaxInt64 / 2, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wait, again := tt.retry.Next(tt.attempt, tt.err, tt.jitter)
			if wait != tt.wait || again != tt.again {
				t.Errorf("got %v, %v; want %v, %v", wait, again, tt.wait, tt.again)
			}
		})
	}
}

// Whatever the policy: waits lie between half the cap and the cap, never shrink
// from attempt to attempt at the same jitter, and a vendor's wish is kept or
// there is no further attempt.
func TestRetryProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := providers.Retry{
			Attempts:   rapid.IntRange(1, 100).Draw(t, "attempts"),
			MinBackoff: time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "min")),
		}
		r.MaxBackoff = r.MinBackoff + time.Duration(rapid.Int64Range(0, int64(math.MaxInt64)-int64(time.Hour)).Draw(t, "more"))
		most := r.MaxBackoff
		if most == 0 { // stands for the default
			most = providers.DefaultRetry.MaxBackoff
		}
		jitter := rapid.Float64Range(0, 1).Draw(t, "jitter")
		failure := &providers.Error{
			Kind:       rapid.SampledFrom(kinds()).Draw(t, "kind"),
			RetryAfter: time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(t, "after")),
		}
		last := time.Duration(0)
		for attempt := 1; attempt <= r.Attempts; attempt++ {
			wait, again := r.Next(attempt, failure, jitter)
			want := attempt < r.Attempts && providers.Passing(failure) && failure.RetryAfter <= most
			if again != want {
				t.Fatalf("attempt %d: got again %v, want %v", attempt, again, want)
			}
			if !again && wait != 0 {
				t.Fatalf("attempt %d: got a wait of %v for nothing", attempt, wait)
			}
			if !again {
				continue
			}
			if wait < r.MinBackoff/2 || wait > most {
				t.Fatalf("attempt %d: got a wait of %v, want it from %v to %v", attempt, wait, r.MinBackoff/2, most)
			}
			if wait < last || wait < failure.RetryAfter {
				t.Fatalf("attempt %d: got a wait of %v after %v, the vendor's wish being %v", attempt, wait, last, failure.RetryAfter)
			}
			last = wait
		}
	})
}

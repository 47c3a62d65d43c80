package providers_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := func(l providers.Limits, n int) time.Duration {
			w := wire(providers.WireConfig{Limits: l})
			start := time.Now()
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					if _, err := call(t.Context(), w, "s", far{after: time.Second / 2, say: spoken("a")}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			return time.Since(start).Round(time.Second)
		}
		for name, tt := range map[string]struct {
			limits providers.Limits
			calls  int
			want   time.Duration
		}{
			"none":        {providers.Limits{}, 50, time.Second},
			"concurrency": {providers.Limits{Concurrency: 5}, 50, 10 * time.Second},
			"requests":    {providers.Limits{RequestsPerMinute: 30}, 33, 61 * time.Second}, // 3 at once, 30 in a minute
			"one request": {providers.Limits{RequestsPerMinute: 1}, 2, 61 * time.Second},
			// Each reads 10 and writes 50, at 10 a second: the last begins when 850 have come, 250 after the first 600.
			"tokens": {providers.Limits{TokensPerMinute: 600, Concurrency: 1}, 15, 26 * time.Second},
		} {
			if got := took(tt.limits, tt.calls); got != tt.want {
				t.Errorf("%s: %d calls took %v, want %v", name, tt.calls, got, tt.want)
			}
		}
	})
}

// A session that asks for much does not hold up another.
func TestLimitsAreFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wire(providers.WireConfig{Limits: providers.Limits{Concurrency: 1}})
		var mu sync.Mutex
		var order []string
		var wg sync.WaitGroup
		ask := func(session string, n int) {
			for i := range n {
				wg.Go(func() {
					if _, err := call(t.Context(), w, session, far{after: time.Second, say: spoken("a")}); err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					order = append(order, fmt.Sprint(session, i))
				})
				synctest.Wait()
			}
		}
		ask("a", 5)
		ask("b", 2)
		ask("c", 1)
		wg.Wait()
		want := []string{"a0", "a1", "b0", "c0", "a2", "b1", "a3", "a4"}
		if !slices.Equal(order, want) {
			t.Errorf("got %v, want %v", order, want)
		}
	})
}

// A deadline that cannot be kept is told at once, as what it is.
func TestLimitsBeforeADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wire(providers.WireConfig{Limits: providers.Limits{RequestsPerMinute: 1}})
		if _, err := call(t.Context(), w, "s", far{say: spoken("a")}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := call(ctx, w, "s", far{say: spoken("a")})
		wantKind(t, err, providers.RateLimited, "limits block")
	})
}

// Whoever gives up, wherever it stands, leaves its place to others, and never
// are there more calls than allowed.
func TestLimitsSurviveCancels(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			limits := providers.Limits{Concurrency: 1 + int(seed%3)}
			if seed%2 == 0 {
				limits.RequestsPerMinute, limits.TokensPerMinute = 120, 6000
			}
			w := wire(providers.WireConfig{Limits: limits})
			random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // not a secret
			var wg sync.WaitGroup
			for i := range 60 {
				session, patience := fmt.Sprint("s", random.IntN(4)), time.Duration(random.IntN(20))*time.Second
				after := time.Duration(random.IntN(3000)) * time.Millisecond
				wg.Go(func() {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if i%2 == 0 {
						time.AfterFunc(patience, cancel)
					}
					if _, err := call(ctx, w, session, far{after: after, say: spoken("a")}); err != nil && i%2 == 1 {
						t.Errorf("seed %d, call %d: %v", seed, i, err)
					}
				})
			}
			wg.Wait()
			start := time.Now()
			for range limits.Concurrency {
				wg.Go(func() {
					if _, err := call(t.Context(), w, "s", far{after: time.Second, say: spoken("a")}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if took := time.Since(start); limits.RequestsPerMinute == 0 && took != 2*time.Second {
				t.Errorf("seed %d: the last calls took %v, want all to have their place", seed, took)
			}
		})
	}
}

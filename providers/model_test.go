package providers_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func TestUsageAdd(t *testing.T) {
	a := providers.Usage{InputTokens: 1, CachedInputTokens: 2, OutputTokens: 3, ReasoningTokens: 4}
	b := providers.Usage{InputTokens: 10, CachedInputTokens: 20, OutputTokens: 30, ReasoningTokens: 40}
	want := providers.Usage{InputTokens: 11, CachedInputTokens: 22, OutputTokens: 33, ReasoningTokens: 44}
	if got := a.Add(b); got != want || got.Total() != 44 {
		t.Errorf("got %+v in all %d, want %+v in all 44", got, got.Total(), want)
	}
}

func TestPriceCost(t *testing.T) {
	price := providers.Price{Input: 2, CachedInput: 0.5, Output: 8}
	tests := []struct {
		usage providers.Usage
		want  float64
	}{
		{providers.Usage{}, 0},
		{providers.Usage{InputTokens: 1_000_000}, 2},
		{providers.Usage{InputTokens: 1_000_000, CachedInputTokens: 1_000_000}, 0.5},
		{providers.Usage{InputTokens: 1_000_000, CachedInputTokens: 500_000, OutputTokens: 250_000, ReasoningTokens: 200_000}, 1 + 0.25 + 2},
	}
	for _, tt := range tests {
		if got := price.Cost(tt.usage); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%+v: got %v USD, want %v", tt.usage, got, tt.want)
		}
	}
}

// Booking calls one by one costs as much as booking their sum.
func TestCostAddsUp(t *testing.T) {
	usage := rapid.Custom(func(t *rapid.T) providers.Usage {
		in := rapid.IntRange(0, 1_000_000).Draw(t, "in")
		return providers.Usage{InputTokens: in, CachedInputTokens: rapid.IntRange(0, in).Draw(t, "cached"), OutputTokens: rapid.IntRange(0, 1_000_000).Draw(t, "out")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := usage.Draw(t, "a"), usage.Draw(t, "b")
		p := providers.Price{Input: rapid.Float64Range(0, 100).Draw(t, "input"), CachedInput: rapid.Float64Range(0, 100).Draw(t, "cached"), Output: rapid.Float64Range(0, 100).Draw(t, "output")}
		if got, want := p.Cost(a)+p.Cost(b), p.Cost(a.Add(b)); math.Abs(got-want) > 1e-6 {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

package engine_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// mayBe fails when a condition on what a session has come to would be said to
// be never true.
func mayBe(t *testing.T, rt *rapid.T, src string, info engine.Info) {
	t.Helper()
	parts := []string{
		fmt.Sprintf("turns >= %d", info.Turns), fmt.Sprintf("calls >= %d", info.Calls), fmt.Sprintf("rounds >= %d", info.Rounds),
		fmt.Sprintf("usage.total_tokens >= %d", info.Usage.TotalTokens), fmt.Sprintf("usage.input_tokens >= %d", info.Usage.InputTokens),
		fmt.Sprintf("usage.output_tokens >= %d", info.Usage.OutputTokens), fmt.Sprintf("usage.cost >= %f", info.Usage.Cost-1e-6),
	}
	for _, name := range slices.Sorted(maps.Keys(info.Participants)) {
		if who := info.Participants[name]; who.Turns > 0 && !strings.ContainsAny(name, "[") {
			parts = append(parts, fmt.Sprintf("agents['%s'].turns >= %d", name, who.Turns), fmt.Sprintf("agents['%s'].tokens >= %d", name, who.Tokens))
		}
	}
	src = strings.Replace(src, "\n  stop = [", "\n  stop = [stop.reached, ", 1)
	src += fmt.Sprintf("stop \"reached\" { when = %q }\n", strings.Join(parts, " or "))
	cfg, ds := loadText(t, src)
	if cfg == nil || ds.HasErrors() {
		rt.Fatalf("%v\n%s", ds, src)
	}
	for _, d := range ds {
		if d.Address == "stop.reached" {
			rt.Fatalf("of what the session came to: %s\n%s", d.Detail, src)
		}
	}
}

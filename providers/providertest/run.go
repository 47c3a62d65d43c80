package providertest

import (
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is how long a model may take for what should happen at once. It is
// generous, since tests share machines.
const patience = 5 * time.Second

// suite is one part of the contract being tested.
type suite struct {
	t *testing.T
	h Harness
}

// Run holds a provider to the contract, one subtest for each part of it.
func Run(t *testing.T, h Harness) {
	t.Helper()
	parts := []struct {
		name string
		test func(*suite)
	}{
		{"text", (*suite).text},
		{"long text", (*suite).longText},
		{"usage", (*suite).usage},
		{"length", (*suite).length},
		{"tool calls", (*suite).toolCalls},
		{"structured", (*suite).structured},
		{"request is kept", (*suite).requestKept},
		{"returns at once", (*suite).atOnce},
		{"never ranged over", (*suite).neverRanged},
		{"early break", (*suite).earlyBreak},
		{"canceled before", (*suite).canceledBefore},
		{"canceled while waiting", (*suite).canceledWaiting},
		{"canceled in mid-stream", (*suite).canceledMidStream},
		{"concurrent", (*suite).concurrent},
		{"sessions", (*suite).sessions},
		{"sessions resume", (*suite).sessionsResume},
	}
	for _, part := range parts {
		run(t, h, part.name, part.test)
	}
	for _, kind := range h.Kinds {
		run(t, h, "fails with "+string(kind), func(s *suite) { s.failure(kind) })
	}
}

// run runs one part and sees that nothing of it is left.
func run(t *testing.T, h Harness, name string, test func(*suite)) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Run(name, func(t *testing.T) { test(&suite{t, h}) })
	if err := goleak.Find(before); err != nil {
		t.Errorf("%s: goroutines are left: %v", name, err)
	}
}

// within fails the test when something takes too long.
func within(t *testing.T, what string, start time.Time) {
	t.Helper()
	if took := time.Since(start); took > patience {
		t.Errorf("%s took %v, want it at once (below %v)", what, took, patience)
	}
}

// numbered are as many replies as asked for, which can be told apart.
func numbered(n int) []Reply {
	replies := make([]Reply, n)
	for i := range replies {
		replies[i].Text = fmt.Sprintf("This is reply number %d.", i+1)
	}
	return replies
}

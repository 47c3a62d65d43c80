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

// Run holds a provider to the contract, one subtest for each part of it.
func Run(t *testing.T, h Harness) {
	t.Helper()
	parts := []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"text", testText},
		{"long text", testLongText},
		{"usage", testUsage},
		{"length", testLength},
		{"tool calls", testToolCalls},
		{"structured", testStructured},
		{"request is kept", testRequestKept},
		{"returns at once", testAtOnce},
		{"never ranged over", testNeverRanged},
		{"early break", testEarlyBreak},
		{"canceled before", testCanceledBefore},
		{"canceled while waiting", testCanceledWaiting},
		{"canceled in mid-stream", testCanceledMidStream},
		{"concurrent", testConcurrent},
		{"sessions", testSessions},
		{"sessions resume", testSessionsResume},
	}
	for _, part := range parts {
		run(t, h, part.name, part.test)
	}
	for _, kind := range h.Kinds {
		run(t, h, "fails with "+string(kind), func(t *testing.T, h Harness) { testFailure(t, h, kind) })
	}
}

// run runs one part and sees that nothing of it is left.
func run(t *testing.T, h Harness, name string, test func(*testing.T, Harness)) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Run(name, func(t *testing.T) { test(t, h) })
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

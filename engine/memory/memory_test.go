package memory_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/journaltest"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) { journaltest.RunStore(t, &memory.Journal{}) }

func node(t *testing.T, c *memory.Cluster) *memory.Node {
	t.Helper()
	n := c.Node()
	t.Cleanup(n.Kill)
	return n
}

func TestNode(t *testing.T) { journaltest.RunStore(t, node(t, memory.NewCluster(0, 0))) }

func TestCluster(t *testing.T) {
	c := memory.NewCluster(time.Second, 100*time.Millisecond)
	journaltest.RunCluster(t, journaltest.Nodes{
		Open:  func(t *testing.T) engine.Store { t.Helper(); return node(t, c) },
		Kill:  func(s engine.Store) { s.(*memory.Node).Kill() }, //nolint:forcetypeassert // of Open
		Lease: time.Second,
	})
}

// A node that is paused longer than its lease has lost it when it wakes.
func TestPause(t *testing.T) {
	c := memory.NewCluster(200*time.Millisecond, 20*time.Millisecond)
	a, b := node(t, c), node(t, c)
	lost, err := a.Join(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Join(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := a.Claim(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	a.Pause()
	time.Sleep(400 * time.Millisecond)
	if err := b.Claim(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-lost:
		t.Error("a paused node notices something")
	default:
	}
	a.Wake()
	select {
	case <-lost:
	case <-time.After(5 * time.Second):
		t.Error("the lease is not lost")
	}
	if err := a.Append(t.Context(), "s", 0, []engine.Event{{Seq: 1, Session: "s", Data: &engine.Said{}}}); err == nil {
		t.Error("a former owner appends")
	}
}

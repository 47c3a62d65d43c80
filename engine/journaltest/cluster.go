package journaltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Nodes makes the nodes of a cluster's test.
type Nodes struct {
	// Open gives another node of the one store.
	Open func(t *testing.T) engine.Store
	// Kill ends a node without a word.
	Kill func(s engine.Store)
	// Lease is the nodes' lease.
	Lease time.Duration
}

// RunCluster tests what happens between nodes of a store that is empty.
func RunCluster(t *testing.T, n Nodes) {
	t.Helper()
	t.Run("nodes", func(t *testing.T) { nodes(t, n) })
	t.Run("claim", func(t *testing.T) { claims(t, n) })
	t.Run("take-over", func(t *testing.T) { takeOver(t, n) })
	t.Run("fence", func(t *testing.T) { fence(t, n) })
	t.Run("one owner", func(t *testing.T) { oneOwner(t, n) })
	t.Run("ask", func(t *testing.T) { ask(t, n) })
	t.Run("tell", func(t *testing.T) { tell(t, n) })
	t.Run("follow from afar", func(t *testing.T) { followAfar(t, n) })
}

// join opens a node that has joined.
func (n Nodes) join(t *testing.T, info string) engine.Store {
	t.Helper()
	s := n.Open(t)
	_, err := s.Cluster().Join(t.Context(), []byte(info))
	must(t, err)
	return s
}

func nodes(t *testing.T, n Nodes) {
	t.Helper()
	a, b := n.join(t, "a"), n.join(t, "b")
	if a.Cluster().Node() == b.Cluster().Node() {
		t.Error("two nodes have one name")
	}
	ctx, cancel := context.WithCancel(t.Context())
	var runs sync.WaitGroup
	defer runs.Wait()
	defer cancel()
	w := startWatch(ctx, a.Cluster().Nodes, &runs)
	w.until(t, "the nodes", func() bool { return w.begun && len(w.values) == 2 && w.values[b.Cluster().Node()] == "b" })
	c := n.join(t, "c")
	w.until(t, "a new node", func() bool { return w.values[c.Cluster().Node()] == "c" })
	must(t, c.Cluster().Leave(t.Context()))
	w.until(t, "a node's leave", func() bool { return len(w.values) == 2 })
	start := time.Now()
	n.Kill(b)
	w.until(t, "a node's death", func() bool { return len(w.values) == 1 })
	if took := time.Since(start); took > n.Lease+5*time.Second {
		t.Errorf("a node's death was seen after %s, its lease is %s", took, n.Lease)
	}
	must(t, a.Cluster().Leave(t.Context()))
}

func owns(t *testing.T, s engine.Store, session, want string) {
	t.Helper()
	got, err := s.Cluster().Owner(t.Context(), session)
	must(t, err)
	if got != want {
		t.Errorf("session %s is owned by %q, want %q", session, got, want)
	}
}

func claims(t *testing.T, n Nodes) {
	t.Helper()
	idle := n.Open(t)
	if err := idle.Cluster().Claim(t.Context(), "claim"); err == nil {
		t.Error("a node without a lease claims")
	}
	a, b := n.join(t, "a"), n.join(t, "b")
	owns(t, a, "claim", "")
	if err := a.Append(t.Context(), "claim", 0, events("claim", 1, 1)); err == nil {
		t.Error("a node appends to what it did not claim")
	}
	must(t, a.Cluster().Claim(t.Context(), "claim"))
	must(t, a.Cluster().Claim(t.Context(), "claim"))
	owns(t, b, "claim", a.Cluster().Node())
	wantError(t, "claim of what is owned", b.Cluster().Claim(t.Context(), "claim"), engine.ErrOwned)
	must(t, b.Cluster().Release(t.Context(), "claim"))
	owns(t, a, "claim", a.Cluster().Node())
	must(t, a.Append(t.Context(), "claim", 0, events("claim", 1, 2)))
	must(t, a.Cluster().Release(t.Context(), "claim"))
	owns(t, a, "claim", "")
	if err := a.Append(t.Context(), "claim", 2, events("claim", 3, 1)); err == nil {
		t.Error("a node appends to what it released")
	}
	must(t, b.Cluster().Claim(t.Context(), "claim"))
	must(t, b.Append(t.Context(), "claim", 2, events("claim", 3, 1)))
	count(t, numbers(t, a, "claim", 0), 1, 3)
	must(t, b.Cluster().Release(t.Context(), "claim"))
	must(t, a.Cluster().Claim(t.Context(), "claim"))
	must(t, a.Append(t.Context(), "claim", 3, events("claim", 4, 1)))
	must(t, a.Delete(t.Context(), "claim"))
	owns(t, b, "claim", "")
	must(t, a.Cluster().Leave(t.Context()))
	must(t, b.Cluster().Leave(t.Context()))
}

// takeOver has a node that dies; another goes on where it was.
func takeOver(t *testing.T, n Nodes) {
	t.Helper()
	a, b := n.join(t, "a"), n.join(t, "b")
	must(t, a.Cluster().Claim(t.Context(), "taken"))
	must(t, a.Append(t.Context(), "taken", 0, events("taken", 1, 3)))
	n.Kill(a)
	wantError(t, "claim while the lease holds", b.Cluster().Claim(t.Context(), "taken"), engine.ErrOwned)
	start := time.Now()
	for {
		err := b.Cluster().Claim(t.Context(), "taken")
		if err == nil {
			break
		}
		wantError(t, "claim", err, engine.ErrOwned)
		if time.Since(start) > n.Lease+5*time.Second {
			t.Fatalf("the dead node still owns its session after %s", time.Since(start))
		}
		time.Sleep(50 * time.Millisecond)
	}
	count(t, numbers(t, b, "taken", 0), 1, 3)
	must(t, b.Append(t.Context(), "taken", 3, events("taken", 4, 1)))
	owns(t, b, "taken", b.Cluster().Node())
	must(t, b.Cluster().Leave(t.Context()))
}

// fence has a former owner that still believes: its appends are refused from
// the first that followed.
func fence(t *testing.T, n Nodes) {
	t.Helper()
	a, b := n.join(t, "a"), n.join(t, "b")
	must(t, a.Cluster().Claim(t.Context(), "fence"))
	must(t, a.Append(t.Context(), "fence", 0, events("fence", 1, 3)))
	must(t, a.Cluster().Leave(t.Context()))
	_, err := a.Cluster().Join(t.Context(), []byte("a"))
	must(t, err)
	must(t, a.Cluster().Claim(t.Context(), "fence"))
	must(t, a.Append(t.Context(), "fence", 3, events("fence", 4, 1)))
	must(t, a.Cluster().Release(t.Context(), "fence"))
	must(t, b.Cluster().Claim(t.Context(), "fence"))
	must(t, b.Append(t.Context(), "fence", 4, events("fence", 5, 1)))
	wantError(t, "append of a former owner", a.Append(t.Context(), "fence", 4, events("fence", 5, 1)), engine.ErrConflict)
	wantError(t, "append of a former owner", a.Append(t.Context(), "fence", 5, events("fence", 6, 1)), engine.ErrConflict)
	count(t, numbers(t, a, "fence", 0), 1, 5)
	must(t, a.Cluster().Leave(t.Context()))
	must(t, b.Cluster().Leave(t.Context()))
}

// oneOwner has many that claim at once: one wins.
func oneOwner(t *testing.T, n Nodes) {
	t.Helper()
	var all []engine.Store
	for range 3 {
		all = append(all, n.join(t, "x"))
	}
	for i := range 20 {
		session := fmt.Sprintf("one%d", i)
		errs := make([]error, len(all))
		var runs sync.WaitGroup
		for k, s := range all {
			runs.Go(func() { errs[k] = s.Cluster().Claim(t.Context(), session) })
		}
		runs.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				wantError(t, "claim", err, engine.ErrOwned)
			}
		}
		if won != 1 {
			t.Errorf("session %s has %d owners", session, won)
		}
	}
	for _, s := range all {
		must(t, s.Cluster().Leave(t.Context()))
	}
}

func ask(t *testing.T, n Nodes) {
	t.Helper()
	a, b := n.Open(t).Cluster(), n.Open(t).Cluster()
	_, err := a.Ask(t.Context(), "ask", []byte("1"))
	wantError(t, "nobody answers", err, engine.ErrNotFound)
	stop, err := b.Answer("ask", func(_ context.Context, request []byte) []byte { return append([]byte("re "), request...) })
	must(t, err)
	var runs sync.WaitGroup
	for i := range 50 {
		runs.Go(func() {
			got, err := askSoon(t.Context(), a, "ask", fmt.Append(nil, i))
			if want := fmt.Sprintf("re %d", i); err != nil || string(got) != want {
				t.Errorf("got %q %v, want %q", got, err, want)
			}
		})
	}
	runs.Wait()
	got, err := b.Ask(t.Context(), "ask", []byte("self"))
	if err != nil || string(got) != "re self" {
		t.Errorf("got %q %v of itself", got, err)
	}
	stop()
	for late := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err = a.Ask(t.Context(), "ask", nil); errors.Is(err, engine.ErrNotFound) {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("after stop: got %v, want %v", err, engine.ErrNotFound)
		}
	}
}

// askSoon asks again while it is not known yet that somebody answers.
func askSoon(ctx context.Context, c engine.Cluster, session string, request []byte) ([]byte, error) {
	for range 200 {
		got, err := c.Ask(ctx, session, request)
		if !errors.Is(err, engine.ErrNotFound) {
			return got, err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, engine.ErrNotFound
}

func tell(t *testing.T, n Nodes) {
	t.Helper()
	a, b := n.Open(t).Cluster(), n.Open(t).Cluster()
	heard := make(chan string, 1000)
	stop, err := b.Listen("tell", func(m []byte) { heard <- string(m) })
	must(t, err)
	own, err := a.Listen("tell", func(m []byte) { heard <- "own " + string(m) })
	must(t, err)
	late := time.After(10 * time.Second)
	for got := ""; got == ""; {
		a.Tell("tell", []byte("first"))
		a.Tell("other", []byte("other"))
		select {
		case got = <-heard:
			if got != "first" {
				t.Errorf("heard %q", got)
			}
		case <-time.After(20 * time.Millisecond):
		case <-late:
			t.Fatal("nothing was heard")
		}
	}
	stop()
	own()
}

// followAfar has a reader on one node of what another node writes.
func followAfar(t *testing.T, n Nodes) {
	t.Helper()
	a, b := n.join(t, "a"), n.join(t, "b")
	const total = 200
	must(t, a.Cluster().Claim(t.Context(), "afar"))
	must(t, a.Append(t.Context(), "afar", 0, events("afar", 1, 1)))
	var reader sync.WaitGroup
	reader.Go(func() {
		next := uint64(1)
		for e, err := range b.Follow(t.Context(), "afar", 0) {
			if err != nil || e.Seq != next {
				t.Errorf("got event %d %v, want %d", e.Seq, err, next)
				return
			}
			next++
		}
		if next != total+1 {
			t.Errorf("the last event was %d, want %d", next-1, total)
		}
	})
	for i := 2; i < total; i++ {
		must(t, a.Append(t.Context(), "afar", uint64(i-1), events("afar", i, 1)))
	}
	must(t, a.Append(t.Context(), "afar", total-1, end("afar", total)))
	reader.Wait()
	must(t, a.Cluster().Leave(t.Context()))
	must(t, b.Cluster().Leave(t.Context()))
}

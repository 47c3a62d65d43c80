// Package journaltest holds the contracts that every journal, store and cluster
// must pass.
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

// Run tests a journal that is empty.
func Run(t *testing.T, j engine.Journal) {
	t.Helper()
	j = own(t, j)
	t.Run("append and read", func(t *testing.T) { appendAndRead(t, j) })
	t.Run("conflict", func(t *testing.T) { conflict(t, j) })
	t.Run("unknown session", func(t *testing.T) { unknown(t, j) })
	t.Run("follow", func(t *testing.T) { follow(t, j) })
	t.Run("follow an ended session", func(t *testing.T) { followEnded(t, j) })
	t.Run("leave", func(t *testing.T) { leave(t, j) })
	t.Run("many", func(t *testing.T) { many(t, j) })
	t.Run("wrong id", func(t *testing.T) { wrongID(t, j) })
	t.Run("the caller leaves", func(t *testing.T) { callerLeaves(t, j) })
	t.Run("two writers", func(t *testing.T) { twoWriters(t, j) })
}

// own makes this node the owner of what it appends to, where a journal wants
// that.
func own(t *testing.T, j engine.Journal) engine.Journal {
	t.Helper()
	s, ok := j.(engine.Store)
	if !ok || s.Cluster() == nil {
		return j
	}
	_, err := s.Cluster().Join(t.Context(), []byte("test"))
	must(t, err)
	return &owner{Journal: j, cluster: s.Cluster()}
}

// owner claims a session before the first append to it.
type owner struct {
	engine.Journal
	cluster engine.Cluster
	claimed sync.Map
}

func (o *owner) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	if _, ok := o.claimed.LoadOrStore(session, true); !ok {
		if err := o.cluster.Claim(ctx, session); err != nil {
			return err
		}
	}
	return o.Journal.Append(ctx, session, expect, events)
}

// events makes so many events of a session, from a number on.
func events(session string, first, n int) []engine.Event {
	list := make([]engine.Event, n)
	for i := range list {
		list[i] = engine.Event{
			Seq: uint64(first + i), Session: session, Time: time.Unix(int64(first+i), 0).UTC(),
			Data: &engine.Said{Sender: "a", Role: "assistant", Content: fmt.Sprintf("message %d", first+i)},
		}
	}
	return list
}

func end(session string, seq int) []engine.Event {
	return []engine.Event{{Seq: uint64(seq), Session: session, Time: time.Unix(int64(seq), 0).UTC(), Data: &engine.Ended{Outcome: engine.Achieved}}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// numbers reads a session and checks each event's content.
func numbers(t *testing.T, j engine.Journal, session string, after uint64) []uint64 {
	t.Helper()
	var list []uint64
	for e, err := range j.Read(t.Context(), session, after) {
		must(t, err)
		if d, ok := e.Data.(*engine.Said); ok && d.Content != fmt.Sprintf("message %d", e.Seq) {
			t.Errorf("event %d says %q", e.Seq, d.Content)
		}
		list = append(list, e.Seq)
	}
	return list
}

func count(t *testing.T, got []uint64, first, n int) {
	t.Helper()
	if len(got) != n {
		t.Fatalf("got %d events, want %d", len(got), n)
	}
	for i, seq := range got {
		if seq != uint64(first+i) {
			t.Fatalf("event %d has number %d, want %d", i, seq, first+i)
		}
	}
}

func appendAndRead(t *testing.T, j engine.Journal) {
	t.Helper()
	must(t, j.Append(t.Context(), "read", 0, events("read", 1, 3)))
	for i := 4; i <= 1000; i++ {
		must(t, j.Append(t.Context(), "read", uint64(i-1), events("read", i, 1)))
	}
	count(t, numbers(t, j, "read", 0), 1, 1000)
	count(t, numbers(t, j, "read", 1), 2, 999)
	count(t, numbers(t, j, "read", 998), 999, 2)
	count(t, numbers(t, j, "read", 1000), 1001, 0)
	count(t, numbers(t, j, "read", 5000), 5001, 0)
}

func conflict(t *testing.T, j engine.Journal) {
	t.Helper()
	must(t, j.Append(t.Context(), "conflict", 0, events("conflict", 1, 2)))
	for _, expect := range []uint64{0, 1, 3} {
		if err := j.Append(t.Context(), "conflict", expect, events("conflict", int(expect)+1, 1)); !errors.Is(err, engine.ErrConflict) { //nolint:gosec // small
			t.Errorf("append behind %d: got %v, want %v", expect, err, engine.ErrConflict)
		}
	}
	must(t, j.Append(t.Context(), "conflict", 2, events("conflict", 3, 1)))
	count(t, numbers(t, j, "conflict", 0), 1, 3)
}

func unknown(t *testing.T, j engine.Journal) {
	t.Helper()
	for _, seq := range []func(context.Context, string, uint64) func(func(engine.Event, error) bool){
		func(ctx context.Context, s string, n uint64) func(func(engine.Event, error) bool) {
			return j.Read(ctx, s, n)
		},
		func(ctx context.Context, s string, n uint64) func(func(engine.Event, error) bool) {
			return j.Follow(ctx, s, n)
		},
	} {
		var got error
		for _, err := range seq(t.Context(), "nobody", 0) {
			got = err
		}
		if !errors.Is(got, engine.ErrNotFound) {
			t.Errorf("got %v, want %v", got, engine.ErrNotFound)
		}
	}
}

// follow has readers that join at any time and read at any speed; each sees
// everything once.
func follow(t *testing.T, j engine.Journal) {
	t.Helper()
	const total = 2000
	must(t, j.Append(t.Context(), "follow", 0, events("follow", 1, 1)))
	var readers sync.WaitGroup
	for reader := range 8 {
		readers.Go(func() {
			after := uint64(reader * 100)
			next := after + 1
			for e, err := range j.Follow(t.Context(), "follow", after) {
				if err != nil {
					t.Errorf("reader %d: %v", reader, err)
					return
				}
				if e.Seq != next {
					t.Errorf("reader %d: got event %d, want %d", reader, e.Seq, next)
					return
				}
				next++
				if reader%2 == 1 && e.Seq%500 == 0 {
					time.Sleep(20 * time.Millisecond)
				}
			}
			if next != total+1 {
				t.Errorf("reader %d: the last event was %d, want %d", reader, next-1, total)
			}
		})
	}
	for i := 2; i < total; i++ {
		must(t, j.Append(t.Context(), "follow", uint64(i-1), events("follow", i, 1)))
	}
	must(t, j.Append(t.Context(), "follow", total-1, end("follow", total)))
	readers.Wait()
}

func followEnded(t *testing.T, j engine.Journal) {
	t.Helper()
	must(t, j.Append(t.Context(), "ended", 0, append(events("ended", 1, 1), end("ended", 2)...)))
	for after, want := range []int{2, 1, 0} {
		n := 0
		for _, err := range j.Follow(t.Context(), "ended", uint64(after)) { //nolint:gosec // small
			must(t, err)
			n++
		}
		if n != want {
			t.Errorf("behind %d: got %d events, want %d", after, n, want)
		}
	}
}

func leave(t *testing.T, j engine.Journal) {
	t.Helper()
	must(t, j.Append(t.Context(), "leave", 0, events("leave", 1, 3)))
	n := 0
	for _, err := range j.Follow(t.Context(), "leave", 0) {
		must(t, err)
		if n++; n == 2 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	for _, err := range j.Follow(ctx, "leave", 0) {
		must(t, err)
		if n++; n == 5 {
			cancel()
		}
	}
	cancel()
	if n != 5 {
		t.Errorf("got %d events, want 5", n)
	}
}

// many has sessions that are written at the same time.
func many(t *testing.T, j engine.Journal) {
	t.Helper()
	const sessions, each = 50, 40
	var writers sync.WaitGroup
	for i := range sessions {
		writers.Go(func() {
			session := fmt.Sprintf("many%d", i)
			for k := range each {
				if err := j.Append(t.Context(), session, uint64(2*k), events(session, 2*k+1, 2)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	for i := range sessions {
		count(t, numbers(t, j, fmt.Sprintf("many%d", i), 0), 1, 2*each)
	}
}

// wrongID has ids that would name more than one session.
func wrongID(t *testing.T, j engine.Journal) {
	t.Helper()
	for _, id := range []string{"", "a b", "*", "a.*", ">", "a.>", ".a", "a.", "a..b", "a\r\nb", "ä"} {
		if err := j.Append(t.Context(), id, 0, events("x", 1, 1)); err == nil {
			t.Errorf("append to %q: got no error", id)
		}
		for _, err := range j.Read(t.Context(), id, 0) {
			if err == nil {
				t.Errorf("read of %q gives an event", id)
			}
		}
	}
}

// callerLeaves has a context that has ended: what is stored is whole.
func callerLeaves(t *testing.T, j engine.Journal) {
	t.Helper()
	must(t, j.Append(t.Context(), "left", 0, events("left", 1, 1)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = j.Append(ctx, "left", 1, events("left", 2, 1)) // stored or not
	got := numbers(t, j, "left", 0)
	must(t, j.Append(t.Context(), "left", uint64(len(got)), events("left", len(got)+1, 1)))
	count(t, numbers(t, j, "left", 0), 1, len(got)+1)
}

// twoWriters append behind the same event: one succeeds each time.
func twoWriters(t *testing.T, j engine.Journal) {
	t.Helper()
	must(t, j.Append(t.Context(), "two", 0, events("two", 1, 1)))
	const rounds = 100
	won := 0
	for i := 1; i <= rounds; i++ {
		errs := make([]error, 2)
		var writers sync.WaitGroup
		for w := range errs {
			writers.Go(func() { errs[w] = j.Append(t.Context(), "two", uint64(i), events("two", i+1, 1)) })
		}
		writers.Wait()
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, engine.ErrConflict) {
				t.Fatal(err)
			}
		}
	}
	if won != rounds {
		t.Errorf("%d appends succeeded, want %d", won, rounds)
	}
	count(t, numbers(t, j, "two", 0), 1, rounds+1)
}

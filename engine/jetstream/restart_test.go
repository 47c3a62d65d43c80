package jetstream_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

// An embedded server that has given up storing is started again in the same
// process: appends fail meanwhile, what was acknowledged is there, and who
// follows a session or a table goes on.
func TestEmbeddedRestart(t *testing.T) {
	t.Parallel()
	j := open(t, t.TempDir(), jetstream.SyncAlways)
	defer j.Close()
	table, err := j.Table(t.Context(), "users")
	if err != nil {
		t.Fatal(err)
	}
	write(t, j, "s", 1, 5)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	events, keys := make(chan uint64, 16), make(chan string, 16)
	go func() {
		defer close(events)
		for e, err := range j.Follow(ctx, "s", 4) {
			if err != nil {
				t.Error(err)
				return
			}
			events <- e.Seq
		}
	}()
	go func() {
		defer close(keys)
		for e, err := range table.Watch(ctx) {
			if err != nil {
				t.Error(err)
				return
			}
			keys <- e.Key
		}
	}()
	<-keys   // what was there
	<-events // likewise
	for range 3 {
		n := length(t, j, "s")
		if err := jetstream.GiveUp(j); err != nil {
			t.Fatal(err)
		}
		if err := j.Append(t.Context(), "s", n, said("s", n+1)); err != nil && !errors.Is(err, engine.ErrJournal) {
			t.Errorf("append: got %v, want %v", err, engine.ErrJournal)
		}
		healthy(t, j)
	}
	n := length(t, j, "s")
	if n < 5 || n > 8 {
		t.Fatalf("the session has %d events", n)
	}
	write(t, j, "s", n+1, n+2)
	for want := uint64(6); want <= n+2; want++ {
		if got := <-events; got != want {
			t.Fatalf("the follower got event %d, want %d", got, want)
		}
	}
	if _, err := table.Put(t.Context(), "ann", nil); err != nil {
		t.Fatal(err)
	}
	if got := <-keys; got != "ann" {
		t.Errorf("the watcher got %q, want ann", got)
	}
	cancel()
	for range events {
	}
	for range keys {
	}
}

// The store may go away while a follower reads what was there.
func TestFollowBeginsDuringARestart(t *testing.T) {
	t.Parallel()
	j := open(t, t.TempDir(), jetstream.SyncAlways)
	defer j.Close()
	write(t, j, "s", 1, 5)
	want := uint64(1)
	for e, err := range j.Follow(t.Context(), "s", 0) {
		switch {
		case err != nil:
			t.Fatal(err)
		case e.Seq != want:
			t.Fatalf("the follower got event %d, want %d", e.Seq, want)
		case want == 1: // the follower still has to ask whether there is more
			if err := jetstream.GiveUp(j); err != nil {
				t.Fatal(err)
			}
		case want == 5:
			go func() {
				for j.Err() == nil && t.Context().Err() == nil { // until the follower finds nobody who answers
					time.Sleep(20 * time.Millisecond)
				}
				for j.Append(t.Context(), "s", 5, said("s", 6)) != nil && t.Context().Err() == nil {
					time.Sleep(20 * time.Millisecond)
				}
			}()
		}
		if want++; want > 6 {
			return
		}
	}
	t.Errorf("the follower ended before event %d", want)
}

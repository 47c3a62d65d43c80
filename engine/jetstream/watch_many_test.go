package jetstream_test

import (
	"context"
	"fmt"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

// A table with more records than a batch is read whole, in order and without
// what was removed, and its changes follow, those made meanwhile too.
func TestWatchMany(t *testing.T) {
	const n = 12_000
	j := open(t, t.TempDir(), jetstream.SyncInterval)
	defer j.Close()
	tab, err := j.Table(t.Context(), "many")
	if err != nil {
		t.Fatal(err)
	}
	var puts errgroup.Group
	puts.SetLimit(64)
	for i := range n {
		puts.Go(func() error {
			_, err := tab.Put(t.Context(), fmt.Sprintf("k%05d", i), fmt.Appendf(nil, "value %d", i))
			return err
		})
	}
	if err := puts.Wait(); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if err := tab.Delete(t.Context(), fmt.Sprintf("k%05d", i)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	values, last, begun := map[string]string{}, uint64(0), false
	for e, err := range tab.Watch(ctx) {
		switch {
		case err != nil:
			t.Fatal(err)
		case e.Key == "":
			begun = true
			if len(values) < n-100 {
				t.Fatalf("got %d records, want %d", len(values), n-100)
			}
			put(t, tab, "late", "and seen")
			continue
		case e.Revision <= last:
			t.Fatalf("revision %d behind %d", e.Revision, last)
		}
		if last = e.Revision; e.Deleted && !begun {
			t.Errorf("%s is removed, and given", e.Key)
		}
		if values[e.Key] = string(e.Value); len(values) == n/2 {
			put(t, tab, "k11999", "changed")
			put(t, tab, "meanwhile", "made")
		}
		if e.Key == "late" {
			break
		}
	}
	for key, want := range map[string]string{"k00100": "value 100", "k11999": "changed", "meanwhile": "made", "late": "and seen"} {
		if values[key] != want {
			t.Errorf("%s is %q, want %q", key, values[key], want)
		}
	}
	if _, there := values["k00099"]; there || len(values) != n-100+2 {
		t.Errorf("got %d records, want %d; k00099: %t", len(values), n-100+2, there)
	}
}

func put(t *testing.T, tab engine.Table, key, value string) {
	t.Helper()
	if _, err := tab.Put(t.Context(), key, []byte(value)); err != nil {
		t.Fatal(err)
	}
}

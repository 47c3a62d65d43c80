package jetstream_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
	"github.com/agentconnect-dev/agentconnect/engine/journaltest"
)

func open(tb testing.TB, dir string, sync jetstream.Sync) *jetstream.Journal {
	tb.Helper()
	j, err := jetstream.Open(tb.Context(), jetstream.Config{Dir: dir, Sync: sync, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	return j
}

func TestEmbeddedStore(t *testing.T) {
	for _, sync := range []jetstream.Sync{jetstream.SyncAlways, jetstream.SyncInterval} {
		t.Run(string(sync), func(t *testing.T) {
			j := open(t, t.TempDir(), sync)
			defer j.Close()
			journaltest.RunStore(t, j)
		})
	}
}

// Two processes on one folder would lose events: the second does not start.
func TestLocked(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, jetstream.SyncAlways)
	if _, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir}); !errors.Is(err, jetstream.ErrLocked) {
		t.Errorf("got %v, want %v", err, jetstream.ErrLocked)
	}
	j.Close()
	open(t, dir, jetstream.SyncAlways).Close()
}

package server

import (
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

// benchSessions is how many sessions are stored: AGENTCONNECT_BENCH_SESSIONS,
// or a number that is quickly made.
func benchSessions(b *testing.B) int {
	b.Helper()
	text := os.Getenv("AGENTCONNECT_BENCH_SESSIONS")
	if text == "" {
		return 2_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("AGENTCONNECT_BENCH_SESSIONS is %q, want a number", text)
	}
	return n
}

// BenchmarkOpenEmbedded is a start of a server on an embedded store with many
// sessions that rest: opening the store, reading the index, and the memory of
// both. For 100,000 or 1,000,000 of them set AGENTCONNECT_BENCH_SESSIONS.
func BenchmarkOpenEmbedded(b *testing.B) {
	n, dir := benchSessions(b), b.TempDir()
	cfg := jetstream.Config{Dir: dir, Sync: jetstream.SyncInterval, Logger: slog.New(slog.DiscardHandler)}
	j, err := jetstream.Open(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	storedDocs(b, j, n)
	j.Close()
	var store, index time.Duration
	for b.Loop() {
		before, start := heapInUse(), time.Now()
		j, err := jetstream.Open(b.Context(), cfg)
		if err != nil {
			b.Fatal(err)
		}
		opened := time.Now()
		eng := engine.New(engine.Config{Journal: j})
		s := benchServer(b, j, eng)
		store += opened.Sub(start)
		index += time.Since(opened)
		b.ReportMetric(float64(heapInUse()-before)/float64(n), "B/session")
		if total := s.index.talks("") + s.index.live(""); total != n {
			b.Fatalf("got %d sessions, want %d", total, n)
		}
		s.Close()
		eng.Close()
		j.Close()
	}
	b.ReportMetric(float64(store.Milliseconds())/float64(b.N), "store-ms")
	b.ReportMetric(float64(index.Milliseconds())/float64(b.N), "index-ms")
	b.ReportMetric(float64(n), "sessions")
}

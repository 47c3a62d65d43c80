package server

import (
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// storedDocs puts sessions that rest into a store, of a thousand owners.
func storedDocs(tb testing.TB, store engine.Store, n int) {
	tb.Helper()
	table, err := store.Table(tb.Context(), tableSessions)
	if err != nil {
		tb.Fatal(err)
	}
	var puts errgroup.Group
	puts.SetLimit(32) // a store that syncs or is far away takes many at once
	for i := range n {
		id := engine.NewID("session_")
		d := &doc{Agents: []docAgent{{ID: "primary_" + unique(id), Key: "primary", Provider: "scripted", Model: scriptedModel}}}
		d.head = docHead{
			owner: fmt.Sprint("owner", i%1000), template: "chat", sessionType: humanAgent, status: statusActive, created: now(),
			resting: true, wake: time.Now().Add(time.Hour),
		}
		value, err := d.encode()
		if err != nil {
			tb.Fatal(err)
		}
		puts.Go(func() error {
			_, err := table.Put(tb.Context(), id, value)
			return err
		})
	}
	if err := puts.Wait(); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkOpen is a start on 100,000 sessions that rest, and what each of them
// takes in memory.
func BenchmarkOpen(b *testing.B) {
	const n = 100_000
	store := &memory.Journal{}
	storedDocs(b, store, n)
	for b.Loop() {
		before := heapInUse()
		start := time.Now()
		eng := engine.New(engine.Config{Journal: store})
		s := benchServer(b, store, eng)
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms/open")
		b.ReportMetric(float64(heapInUse()-before)/n, "B/session")
		if total := s.index.talks("") + s.index.live(""); total != n {
			b.Fatalf("got %d sessions, want %d", total, n)
		}
		s.Close()
		eng.Close()
		runtime.KeepAlive(s)
	}
}

func benchServer(b *testing.B, store engine.Store, eng *engine.Engine) *Server {
	b.Helper()
	tokens, err := OpenTokens(TokenConfig{Dir: b.TempDir(), Secret: []byte(testSecret), TTL: testTTL, Issuer: testIssuer, Audience: testIssuer})
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Config{
		Engine: eng, Store: store, Hooks: NewHooks(nil), Users: testUsers(b), Tokens: tokens, Models: testModels(),
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkList is a page of an owner's sessions among 100,000 of a thousand
// owners.
func BenchmarkList(b *testing.B) {
	x := newIndex()
	for i := range 100_000 {
		x.put(engine.NewID("session_"), docHead{owner: fmt.Sprint("owner", i%1000), template: "chat", status: statusActive, created: now()}, 1)
	}
	b.ReportAllocs()
	for b.Loop() {
		if ids, total, more := x.list(listing{owner: "owner7", status: statusActive, limit: 50}); len(ids) != 50 || total != 100 || !more {
			b.Fatalf("got %d of %d", len(ids), total)
		}
	}
}

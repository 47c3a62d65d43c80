package engine_test

import (
	"log/slog"
	"sync"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// BenchmarkSessionsOnJournals runs 1,000 sessions of 20 turns at once on the
// journal in memory and on the embedded one, with either sync.
func BenchmarkSessionsOnJournals(b *testing.B) {
	const sessions, turns = 1000, 20
	journals := []struct {
		name string
		open func(*testing.B) (engine.Journal, func())
	}{
		{"memory", func(*testing.B) (engine.Journal, func()) { return &memory.Journal{}, func() {} }},
		{"embedded-interval", func(b *testing.B) (engine.Journal, func()) { b.Helper(); return embedded(b, jetstream.SyncInterval) }},
		{"embedded-always", func(b *testing.B) (engine.Journal, func()) { b.Helper(); return embedded(b, jetstream.SyncAlways) }},
	}
	t := twoAgents(b, turns)
	for _, j := range journals {
		b.Run(j.name, func(b *testing.B) {
			journal, stop := j.open(b)
			defer stop()
			for b.Loop() {
				e := engine.New(engine.Config{Journal: journal, Logger: quiet()})
				var wg sync.WaitGroup
				for range sessions {
					wg.Go(func() { run(b, e, t) })
				}
				wg.Wait()
				e.Close()
			}
			b.ReportMetric(float64(b.N*sessions*turns)/b.Elapsed().Seconds(), "turns/s")
		})
	}
}

func embedded(b *testing.B, sync jetstream.Sync) (*jetstream.Journal, func()) {
	b.Helper()
	j, err := jetstream.Open(b.Context(), jetstream.Config{Dir: b.TempDir(), Sync: sync, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	return j, j.Close
}

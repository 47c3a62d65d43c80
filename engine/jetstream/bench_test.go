package jetstream_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// stores are what is measured side by side.
func stores(b *testing.B, run func(b *testing.B, j engine.Store)) {
	b.Helper()
	b.Run("memory", func(b *testing.B) { run(b, &memory.Journal{}) })
	for _, sync := range []jetstream.Sync{jetstream.SyncInterval, jetstream.SyncAlways} {
		b.Run(string(sync), func(b *testing.B) {
			j := open(b, b.TempDir(), sync)
			defer j.Close()
			run(b, j)
		})
	}
}

// percentiles reports the middle and the slow end of what was measured.
func percentiles(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkAppend has one session, one append after the other; bare is an
// unfenced publish that is acknowledged by the same kind of server.
func BenchmarkAppend(b *testing.B) {
	stores(b, func(b *testing.B, j engine.Store) {
		b.Helper()
		took := make([]time.Duration, 0, b.N)
		for i := range b.N {
			list := said("s", uint64(i+1)) //nolint:gosec // small
			start := time.Now()
			if err := j.Append(b.Context(), "s", uint64(i), list); err != nil { //nolint:gosec // small
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
		percentiles(b, took)
	})
	b.Run("bare", func(b *testing.B) {
		nc, js := bare(b)
		defer nc.Close()
		took := make([]time.Duration, 0, b.N)
		data := make([]byte, 200)
		b.ResetTimer()
		for range b.N {
			start := time.Now()
			if _, err := js.Publish("bare.s", data); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
		percentiles(b, took)
	})
}

// bare is a NATS server with one stream, as its own client uses it.
func bare(b *testing.B) (*natsgo.Conn, natsgo.JetStreamContext) {
	b.Helper()
	s, err := natsserver.NewServer(&natsserver.Options{
		DontListen: true, NoSigs: true, JetStream: true, StoreDir: b.TempDir(), SyncInterval: time.Second, NoLog: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	s.Start()
	b.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		b.Fatal("not ready")
	}
	nc, err := natsgo.Connect("", natsgo.InProcessServer(s))
	if err != nil {
		b.Fatal(err)
	}
	js, err := nc.JetStream()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := js.AddStream(&natsgo.StreamConfig{Name: "bare", Subjects: []string{"bare.>"}}); err != nil {
		b.Fatal(err)
	}
	return nc, js
}

// BenchmarkSessions has 1,000 sessions that append at once.
func BenchmarkSessions(b *testing.B) {
	const sessions = 1000
	each := func(b *testing.B, write func(session string, seq uint64) error) {
		b.Helper()
		var left atomic.Int64
		left.Store(int64(b.N))
		var all sync.WaitGroup
		b.ResetTimer()
		for i := range sessions {
			all.Go(func() {
				session := "s" + strconv.Itoa(i)
				for seq := uint64(1); left.Add(-1) >= 0; seq++ {
					if err := write(session, seq); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	}
	stores(b, func(b *testing.B, j engine.Store) {
		b.Helper()
		each(b, func(session string, seq uint64) error {
			return j.Append(b.Context(), session, seq-1, said(session, seq))
		})
	})
	b.Run("bare", func(b *testing.B) {
		nc, js := bare(b)
		defer nc.Close()
		data := make([]byte, 200)
		each(b, func(session string, _ uint64) error {
			_, err := js.Publish("bare."+session, data)
			return err
		})
	})
}

// BenchmarkRead reads 200 events of one session, among many.
func BenchmarkRead(b *testing.B) {
	stores(b, func(b *testing.B, j engine.Store) {
		b.Helper()
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() { write(b, j, "s"+strconv.Itoa(i), 1, 200) })
		}
		all.Wait()
		b.ResetTimer()
		for i := range b.N {
			if n := length(b, j, "s"+strconv.Itoa(i%100)); n != 200 {
				b.Fatalf("got %d events", n)
			}
		}
	})
}

// stored is the number of sessions for the benchmarks of opening, which
// AGENTCONNECT_BENCH_SESSIONS changes.
func storedSessions(b *testing.B) int {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv("AGENTCONNECT_BENCH_SESSIONS"))
	if err != nil {
		return 20_000
	}
	return n
}

// BenchmarkOpen opens a journal with many sessions of ten events in one record
// and a record in a table for each, and reads the table: after a clean stop, and
// after a kill, which is a copy of the files taken while it ran.
func BenchmarkOpen(b *testing.B) {
	n := storedSessions(b)
	dir, killed := b.TempDir(), b.TempDir()
	j := open(b, dir, jetstream.SyncInterval)
	fill(b, j, n)
	if err := errors.Join(os.CopyFS(filepath.Join(killed, "journal"), os.DirFS(filepath.Join(dir, "journal")))); err != nil {
		b.Fatal(err)
	}
	j.Close()
	for _, of := range []struct{ name, dir string }{{"clean", dir}, {"killed", killed}} {
		b.Run(of.name, func(b *testing.B) {
			var opened, watched time.Duration
			for range b.N {
				start := time.Now()
				j := open(b, of.dir, jetstream.SyncAlways)
				opened += time.Since(start)
				start = time.Now()
				if got := count(b, j); got != n {
					b.Fatalf("the table has %d records, want %d", got, n)
				}
				watched += time.Since(start)
				b.ReportMetric(heap(), "heap-MB")
				j.Close()
			}
			b.ReportMetric(float64(opened.Milliseconds())/float64(b.N), "open-ms")
			b.ReportMetric(float64(watched.Milliseconds())/float64(b.N), "watch-ms")
			b.ReportMetric(float64(n), "sessions")
		})
	}
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

func fill(b *testing.B, j *jetstream.Journal, n int) {
	b.Helper()
	tab, err := j.Table(b.Context(), "sessions")
	if err != nil {
		b.Fatal(err)
	}
	doc := fmt.Appendf(nil, "%400d", 1)
	var next atomic.Int64
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				session := fmt.Sprintf("sess_%08d", i)
				var list []engine.Event
				for seq := range uint64(10) {
					list = append(list, said(session, seq+1)...)
				}
				_, err := tab.Put(b.Context(), session, doc)
				if err := errors.Join(err, j.Append(b.Context(), session, 0, list)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// count reads a table to its end.
func count(b *testing.B, j *jetstream.Journal) (n int) {
	b.Helper()
	tab, err := j.Table(b.Context(), "sessions")
	if err != nil {
		b.Fatal(err)
	}
	for e, err := range tab.Watch(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		if e.Key == "" {
			return n
		}
		n++
	}
	return n
}

// BenchmarkWatch is the reading of a table of 100,000 records of 600 bytes, as
// a server's start does.
func BenchmarkWatch(b *testing.B) {
	const n = 100_000
	j := open(b, b.TempDir(), jetstream.SyncInterval)
	defer j.Close()
	table, err := j.Table(b.Context(), "many")
	if err != nil {
		b.Fatal(err)
	}
	var fill errgroup.Group
	fill.SetLimit(32)
	value := make([]byte, 600)
	for i := range n {
		fill.Go(func() error {
			_, err := table.Update(b.Context(), strconv.Itoa(i), value, 0)
			return err
		})
	}
	if err := fill.Wait(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		got := 0
		for e, err := range table.Watch(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			if e.Key == "" {
				break
			}
			got++
		}
		if got != n {
			b.Fatalf("got %d records, want %d", got, n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/record")
}

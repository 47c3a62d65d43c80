package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// waitingTalk is a talk of two agents that a person joins after its turns.
func waitingTalk(tb testing.TB, turns int) *engine.Template {
	tb.Helper()
	path := write(tb, fmt.Sprintf(`
provider "scripted" "p" {
  reply {
    content = "I see it differently, for a reason that takes a sentence to tell."
    times   = 1000000
  }
}
agent "a" {
  provider = provider.p
}
agent "b" {
  provider = provider.p
}
human "h" {
}
pattern "round_robin" "talk" {
  participants = [agent.a, agent.b]
  max_turns    = %d
}
pattern "sequential" "then" {
  participants = [pattern.talk, human.h]
}
session "s" {
  type    = "agent_agent"
  pattern = pattern.then
  opening = "Begin."
}
`, turns))
	cfg, diags := specs.Load(path, specs.Options{})
	if diags.HasErrors() {
		tb.Fatal(diags)
	}
	return compile(tb, cfg, nil)
}

// BenchmarkWake wakes a session of 1,000 turns, from its log of the memory
// journal, which decodes nothing, and from its snapshot: B/snapshot is its size.
func BenchmarkWake(b *testing.B) {
	for _, turns := range []int{10, 1000} {
		t := waitingTalk(b, turns)
		for _, from := range []string{"log", "snapshot"} {
			b.Run(fmt.Sprintf("turns=%d/%s", turns, from), func(b *testing.B) {
				journal := &memory.Journal{}
				rested := make(chan struct{}, 1)
				c := engine.Config{Journal: journal, Passive: time.Millisecond, OnRest: func(engine.Rest) { rested <- struct{}{} }}
				table, err := journal.Table(b.Context(), "states")
				if err != nil {
					b.Fatal(err)
				}
				if from == "snapshot" {
					c.Snapshots = table
				}
				first := engine.New(c)
				if _, err := first.Start(b.Context(), t, engine.StartOptions{ID: "s"}); err != nil {
					b.Fatal(err)
				}
				<-rested
				first.Close()
				c.Passive = 0
				b.ReportAllocs()
				for b.Loop() {
					e := engine.New(c)
					if _, err := e.Wake(b.Context(), t, "s"); err != nil {
						b.Fatal(err)
					}
					e.Close()
				}
				if entry, err := table.Get(b.Context(), "s"); err == nil {
					b.ReportMetric(float64(len(entry.Value)), "B/snapshot")
				}
			})
		}
	}
}

// BenchmarkPassive shows what the engine keeps of a session that rests:
// held-B/op is memory for each, beside its log.
func BenchmarkPassive(b *testing.B) {
	t := template(b, chatOfMany, nil)
	journal := &discarding{}
	rested := make(chan struct{}, 1<<16)
	e := engine.New(engine.Config{Journal: journal, Passive: time.Microsecond, OnRest: func(engine.Rest) { rested <- struct{}{} }})
	defer e.Close()
	memoryOf := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) + float64(m.StackInuse)
	}
	before := memoryOf()
	n := 0
	for b.Loop() {
		if _, err := e.Start(b.Context(), t, engine.StartOptions{}); err != nil && !errors.Is(err, engine.ErrPassive) {
			b.Fatal(err)
		}
		<-rested
		n++
	}
	b.ReportMetric(max(0, memoryOf()-before)/float64(n), "held-B/op")
	if sessions, hubs := e.Held(); sessions+hubs > 0 {
		b.Errorf("the engine holds %d sessions and %d hubs", sessions, hubs)
	}
}

// discarding is a journal that keeps nothing.
type discarding struct{ memory.Journal }

func (*discarding) Append(context.Context, string, uint64, []engine.Event) error { return nil }

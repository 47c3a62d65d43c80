package engine_test

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// twoAgents is a round robin of two scripted agents.
func twoAgents(tb testing.TB, turns int) *engine.Template {
	tb.Helper()
	cfg := &specs.Config{
		Providers: []*specs.Provider{{Block: specs.Block{Name: "p"}, Kind: "scripted"}},
		Agents: []*specs.Agent{
			{Block: specs.Block{Name: "a"}, Models: []string{"p"}, Sees: "all", Memory: &specs.Memory{Keep: "last", Messages: 4}},
			{Block: specs.Block{Name: "b"}, Models: []string{"p"}, Sees: "all", Memory: &specs.Memory{Keep: "last", Messages: 4}},
		},
		Patterns: []*specs.Pattern{{
			Block: specs.Block{Name: "talk"}, Kind: "round_robin", OnError: "fail", Result: "last", MaxTurns: turns,
			Participants: []specs.Ref{{Kind: specs.RefAgent, Name: "a"}, {Kind: specs.RefAgent, Name: "b"}},
		}},
		Sessions: []*specs.Session{{
			Block: specs.Block{Name: "s"}, Type: "agent_agent", Pattern: "talk", Opening: "Begin.", OnBusy: "enqueue", Start: "auto",
		}},
	}
	models := providers.Registry{"p": {
		Settings: providers.Settings{Name: "p", Kind: "scripted", Model: "scripted", Price: &providers.Price{}},
		Model:    scripted.New(scripted.Config{Name: "p", Replies: []scripted.Reply{{Content: "I see it differently.", Times: 1 << 40}}}),
	}}
	t, diags := engine.Compile(cfg, "s", engine.Resources{Models: models})
	if diags.HasErrors() {
		tb.Fatalf("%+v", diags)
	}
	return t
}

// bareLoop is the least that two agents talking in turn can cost: the model
// and a list of what was said. It is the lower bound of the engine's overhead.
func bareLoop(ctx context.Context, m providers.Model, turns int) error {
	if p, ok := m.(providers.PerSession); ok {
		m = p.ForSession(nil)
	}
	said := []providers.Message{{Role: providers.User, Content: "Begin."}}
	for turn := range turns {
		req := &providers.Request{Model: "scripted", Agent: string(rune('a' + turn%2)), Messages: said[max(0, len(said)-4):]}
		text := ""
		for chunk, err := range m.Stream(ctx, req) {
			if err != nil {
				return err
			}
			text += chunk.Text
		}
		said = append(said, providers.Message{Role: providers.User, Content: text})
	}
	return nil
}

func run(tb testing.TB, e *engine.Engine, t *engine.Template) {
	tb.Helper()
	s, err := e.Start(context.Background(), t, engine.StartOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	<-s.Done()
	if err := s.Err(); err != nil {
		tb.Fatal(err)
	}
}

func BenchmarkTurn(b *testing.B) {
	b.Run("engine", func(b *testing.B) {
		t := twoAgents(b, b.N)
		e := engine.New(engine.Config{Journal: &memory.Journal{}})
		defer e.Close()
		b.ReportAllocs()
		b.ResetTimer()
		run(b, e, t)
	})
	b.Run("bare", func(b *testing.B) {
		m := scripted.New(scripted.Config{Name: "p", Replies: []scripted.Reply{{Content: "I see it differently.", Times: 1 << 40}}})
		b.ReportAllocs()
		b.ResetTimer()
		if err := bareLoop(context.Background(), m, b.N); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkGrowth shows whether a turn costs more when the session is longer:
// ns/op is for one session, turn-ns for one of its turns.
func BenchmarkGrowth(b *testing.B) {
	for _, turns := range []int{10, 100, 1000} {
		b.Run(strconv.Itoa(turns), func(b *testing.B) {
			t := twoAgents(b, turns)
			e := engine.New(engine.Config{Journal: &memory.Journal{}})
			defer e.Close()
			b.ResetTimer()
			for b.Loop() {
				run(b, e, t)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*turns), "turn-ns")
		})
	}
}

// BenchmarkSessions runs 1,000 sessions of 20 turns at once; beside them 1,000
// bare loops, each in its goroutine.
func BenchmarkSessions(b *testing.B) {
	const sessions, turns = 1000, 20
	rate := func(b *testing.B) {
		b.Helper()
		b.ReportMetric(float64(b.N*sessions*turns)/b.Elapsed().Seconds(), "turns/s")
	}
	b.Run("engine", func(b *testing.B) {
		t := twoAgents(b, turns)
		for b.Loop() {
			e := engine.New(engine.Config{Journal: &memory.Journal{}})
			var wg sync.WaitGroup
			for range sessions {
				wg.Go(func() { run(b, e, t) })
			}
			wg.Wait()
			e.Close()
		}
		rate(b)
	})
	b.Run("bare", func(b *testing.B) {
		m := scripted.New(scripted.Config{Name: "p", Replies: []scripted.Reply{{Content: "I see it differently.", Times: 1 << 40}}})
		for b.Loop() {
			var wg sync.WaitGroup
			for range sessions {
				wg.Go(func() {
					if err := bareLoop(context.Background(), m, turns); err != nil {
						b.Error(err)
					}
				})
			}
			wg.Wait()
		}
		rate(b)
	})
}

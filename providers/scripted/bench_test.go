package scripted_test

import (
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
)

// drain ranges over a reply as the engine does.
func drain(b *testing.B, m providers.Model, req *providers.Request) {
	b.Helper()
	for _, err := range m.Stream(b.Context(), req) {
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStream(b *testing.B) {
	always := func(*providers.Request, int) (bool, error) { return true, nil }
	short := "I see it the same way."
	long := strings.Repeat("I see it the same way, and more. ", 60)
	history := make([]providers.Message, 1000)
	for i := range history {
		history[i] = providers.Message{Role: providers.User, Content: long}
	}
	for _, bench := range []struct {
		name  string
		reply scripted.Reply
		with  []providers.Message
	}{
		{"short", scripted.Reply{Content: short, Times: 1 << 40}, history[:3]},
		{"long", scripted.Reply{Content: long, Times: 1 << 40}, history[:3]},
		{"when", scripted.Reply{Content: short, When: always}, history[:3]},
		{"history=1000", scripted.Reply{Content: short, Times: 1 << 40}, history},
		{"tool", scripted.Reply{ToolCalls: []scripted.ToolCall{{Name: "clock"}}, Times: 1 << 40}, history[:3]},
	} {
		b.Run(bench.name, func(b *testing.B) {
			m := scripted.New(scripted.Config{Name: "script", Replies: []scripted.Reply{bench.reply}})
			req := &providers.Request{Model: "scripted", Agent: "ada", System: "You are Ada.", Messages: bench.with}
			b.ReportAllocs()
			for b.Loop() {
				drain(b, m, req)
			}
		})
	}
}

// A walk through a long script, in which each reply is used once.
func BenchmarkWalk(b *testing.B) {
	replies := make([]scripted.Reply, 10_000)
	for i := range replies {
		replies[i].Content = "I see it the same way."
	}
	script := scripted.New(scripted.Config{Name: "script", Strict: true, Replies: replies})
	req := &providers.Request{Model: "scripted", Agent: "ada"}
	b.ReportAllocs()
	var m providers.Model
	for i := 0; b.Loop(); i++ {
		if i%len(replies) == 0 {
			m = script.ForSession(nil)
		}
		drain(b, m, req)
	}
}

func BenchmarkComposed(b *testing.B) {
	m := scripted.Simulate("fast")
	req := &providers.Request{
		Model: "fast-1", Agent: "optimist", System: "You are Optimist.\nPersonality: warm, concrete, brief.\nArgue for: Cities should ban private cars",
		Messages: []providers.Message{{Role: providers.User, Content: "The motion is: Cities should ban private cars. Begin."}},
	}
	b.ReportAllocs()
	for b.Loop() {
		drain(b, m, req)
	}
}

package specs

import (
	"strings"
	"testing"
)

// BenchmarkStopCondition is one stop condition; go is the same condition
// written by hand, as the lower bound.
func BenchmarkStopCondition(b *testing.B) {
	env := &Env{Turns: 12, Last: EnvMessage{Exists: true, Content: strings.Repeat("well, ", 40) + "I AGREE."}}
	e, ds := compileExpr(plainSource("turns >= 4 and last.content contains 'I AGREE'"), wantBool, &exprScope{})
	if len(ds) > 0 {
		b.Fatal(ds)
	}
	data, ds := compileExpr(plainSource("data.critic.score >= 8"), wantBool, testScope())
	if len(ds) > 0 {
		b.Fatal(ds)
	}
	env.Data = map[string]any{"critic": map[string]any{"score": 9.0}}
	for name, run := range map[string]func() bool{
		"expr": func() bool { ok, err := e.Bool(env); return ok && err == nil },
		"data": func() bool { ok, err := data.Bool(env); return ok && err == nil },
		"go":   func() bool { return env.Turns >= 4 && strings.Contains(env.Last.Content, "I AGREE") },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !run() {
					b.Fatal("got false, want true")
				}
			}
		})
	}
}

// BenchmarkCompileExpr is what an expression costs when a scenario is loaded.
func BenchmarkCompileExpr(b *testing.B) {
	src, scope := plainSource("turns >= 4 and last.content contains 'I AGREE'"), testScope()
	b.ReportAllocs()
	for b.Loop() {
		if _, ds := compileExpr(src, wantBool, scope); len(ds) > 0 {
			b.Fatal(ds)
		}
	}
}

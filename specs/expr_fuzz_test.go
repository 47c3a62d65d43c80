package specs

import (
	"testing"
	"time"
	"unicode/utf8"
)

// Any text compiles or is refused, soon and without a panic; what compiles
// runs, and every finding points into the text.
func FuzzExprCompile(f *testing.F) {
	for _, seed := range []string{
		"turns >= 4 and last.content contains 'I AGREE'", "data.critic.score >= 8", "any(messages, .turn > 1)",
		"reduce(messages, #acc + len(.content), 0) > 3", "let x = turns; x > 2", "agents['writer'].last.data.ok == true",
		"var.opts.depth > 1", "a ?: b", "1 < 2 < 3", "$env", "if turns > 1 { 1 } else { 2 }", "last.content[1:-1] == ''",
		"not (data.critic.score in [1, 2])", "groupBy(messages, .agent)", "sortBy(messages, .turn, 'desc')", "{a: 1}.a", "messages | filter(.turn > 1)",
		"::len('x')", "b'x' == b'y'", "toJSON(messages) matches '^.'", "(turns ?: 1) ?: 2", "1..3 | map(# * 2)",
	} {
		for want := range uint8(4) {
			f.Add(seed, want)
		}
	}
	env := &Env{
		Turns: 3, Last: EnvMessage{Exists: true, Content: "hello", Data: map[string]any{"ok": true}},
		Messages: []EnvMessage{{Content: "a", Agent: "writer"}, {Content: "b", Data: 3.0}},
		Agents:   map[string]EnvAgent{"writer": {Turns: 1}},
		Data:     map[string]any{"critic": map[string]any{"score": 8.0, "items": []any{map[string]any{"n": 1.0}}}},
	}
	f.Fuzz(func(t *testing.T, text string, want uint8) {
		if !utf8.ValidString(text) {
			return
		}
		start := time.Now()
		src := plainSource(text)
		e, ds := compileExpr(src, exprWant(want%4), testScope())
		if (e == nil) != ds.HasErrors() {
			t.Fatalf("got %v with %+v", e, ds)
		}
		for _, d := range ds {
			if d.Range.Start.Byte < 0 || d.Range.End.Byte > len(text) || d.Range.Start.Byte > d.Range.End.Byte {
				t.Errorf("got a finding at %+v, outside of %q", d.Range, text)
			}
		}
		if e != nil {
			for _, env := range []*Env{env, {}} {
				_, _ = e.Value(env) // must only return
				_ = e.Seen(env)
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q took %v", text, took)
		}
	})
}

package specs

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a session evaluates and stands there without its quotes is one finding,
// with the quotes as its fix where they are all that is missing.
func TestUnquotedExpressions(t *testing.T) {
	tests := []struct{ name, when, fix string }{
		{"a condition", `turns > 3`, `"turns > 3"`},
		{"several names are one finding", `turns > 3 && len(messages) > 2`, `"turns > 3 && len(messages) > 2"`},
		{"texts in it", `agents["a"].turns == 3`, `"agents['a'].turns == 3"`},
		{"beside a variable", `turns > var.most`, `"turns > var.most"`},
		{"a text that cannot stand in quotes", `last.content == "it's"`, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := "variable \"most\" { default = 3 }\nprovider \"scripted\" \"p\" {}\nagent \"a\" { provider = provider.p }\nstop \"x\" { when = " + tt.when + " }\nsession \"s\" {\n  agent = agent.a\n  stop = [stop.x]\n}"
			_, ds := loadText(t, text, Options{Version: "v0.2.0"})
			if len(ds) != 1 || ds[0].Code != codeUnknownName || ds[0].Range.Start.Line != 4 {
				t.Fatalf("got %v", ds)
			}
			got := ""
			if ds[0].Fix != nil {
				got = ds[0].Fix.Edits[0].NewText
			}
			if diff := cmp.Diff(tt.fix, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

package hcllang

import (
	"slices"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

func names() []Name {
	return []Name{
		{"agent", "writer", "agent", "Writes."},
		{"agent", "critic", "agent", ""},
		{"provider", "fast", "provider", ""},
		{"var", "topic", "variable", "What it is about."},
		{"local", "panel", "local", ""},
		{"human", "boss", "human", ""},
		{"stop", "done", "stop", ""},
		{"pattern", "talk", "pattern", ""},
		{"tool", "sign", "tool", ""},
	}
}

func TestComplete(t *testing.T) {
	l := New(specs.Language(), nil)
	tests := []struct {
		before    string
		want, not []string
	}{
		{"", []string{"agent", "session", "provider", "pattern"}, []string{"reply"}},
		{"age", []string{"agent", "agentconnect"}, []string{"session"}},
		{"agent \"x\" {\n  ", []string{"provider", "max_tokens", "output"}, []string{"agent"}},
		{"agent \"x\" {\n  max", []string{"max_tokens", "max_tool_calls"}, []string{"provider"}},
		{"agent \"x\" {\n  provider = provider.fast\n  ", []string{"max_tokens"}, []string{"provider"}},
		{"agent \"x\" {\n  provider = ", []string{"provider.fast", "var.topic"}, []string{"agent.writer"}},
		{"agent \"x\" {\n  provider = pro", []string{"provider.fast"}, []string{"agent.writer"}},
		{"agent \"x\" {\n  provider = provider.", []string{"provider.fast"}, []string{"agent.writer"}},
		{"agent \"x\" {\n  sees = ", []string{"all", "own"}, nil},
		{"pattern \"", []string{"round_robin", "handoff"}, []string{"openai"}},
		{"pattern \"ro", []string{"round_robin", "router"}, []string{"handoff"}},
		{"pattern \"loop\" \"x\" {\n ", []string{"max_iterations", "critic"}, []string{"route", "tie"}},
		{"pattern \"router\" \"x\" {\n ", []string{"route", "classifier"}, []string{"max_iterations"}},
		{"pattern \"round_robin\" \"x\" {\n participants = [", []string{"agent.writer", "human.boss", "pattern.talk"}, []string{"provider.fast"}},
		{"pattern \"round_robin\" \"x\" {\n participants = [agent.writer, agent.", []string{"agent.critic"}, []string{"human.boss"}},
		{"session \"x\" {\n  limits {\n    ", []string{"max_turns", "max_cost"}, []string{"opening"}},
		{"session \"x\" {\n  opening = \"About ${", []string{"var.topic", "file"}, []string{"agent.writer"}},
		{"session \"x\" {\n  opening = fi", []string{"file"}, nil},
		{"session \"x\" {\n  stop = [st", []string{"stop.done"}, nil},
		{"variable \"x\" {\n  type = ", []string{"string", "bool"}, nil},
		{"session \"x\" {\n  open_ended = t", []string{"true"}, nil},
		{"provider \"scripted\" \"x\" {\n  reply {\n    ", []string{"content", "when"}, nil},
		{"provider \"scripted\" \"x\" {\n  reply {\n    agent = agent.wr", []string{"agent.writer"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.before, func(t *testing.T) {
			found, err := l.Complete(t.Context(), []byte(tt.before), names())
			if err != nil {
				t.Fatal(err)
			}
			behind, err := l.Complete(t.Context(), []byte(scenario+tt.before), names())
			for i := range behind {
				behind[i].From, behind[i].To = behind[i].From-len(scenario), behind[i].To-len(scenario)
			}
			if err != nil || !slices.Equal(behind, found) {
				t.Errorf("got %v (%v) behind other blocks, want %v", behind, err, found)
			}
			var labels []string
			for _, c := range found {
				labels = append(labels, c.Label)
				if c.From > c.To || c.To > len(tt.before) {
					t.Errorf("%s replaces %d to %d of %d bytes", c.Label, c.From, c.To, len(tt.before))
				}
			}
			for _, w := range tt.want {
				if !slices.Contains(labels, w) {
					t.Errorf("got %q, want %q", labels, w)
				}
			}
			for _, w := range tt.not {
				if slices.Contains(labels, w) {
					t.Errorf("got %q, want no %q", labels, w)
				}
			}
		})
	}
}

const scenario = `agent "writer" {
  # note
  provider   = provider.fast
  max_tokens = 300
}
pattern "loop" "draft" {
  participants   = [agent.writer]
  max_iterations = 3
  until          = "last.content contains 'done'"
}
`

func TestHover(t *testing.T) {
	l := New(specs.Language(), nil)
	for at, want := range map[string]string{"max_tokens": "cap of one answer", "agent ": "participant", "max_iterations": "most passes", "provider  ": "Who answers"} {
		doc, span, err := l.Hover(t.Context(), "main.hcl", []byte(scenario), strings.Index(scenario, at)+1, names())
		if err != nil || !strings.Contains(doc, want) || span.To <= span.From {
			t.Errorf("at %q: got %q, %v, want %q", at, doc, err, want)
		}
	}
	if doc, _, err := l.Hover(t.Context(), "main.hcl", []byte(scenario), strings.Index(scenario, "note"), names()); doc != "" || err != nil {
		t.Errorf("in a comment: got %q, %v, want nothing", doc, err)
	}
}

func TestTokens(t *testing.T) {
	l := New(specs.Language(), nil)
	found, err := l.Tokens(t.Context(), "main.hcl", []byte(scenario))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, tok := range found {
		got[scenario[tok.From:tok.To]] = tok.Type
	}
	for text, want := range map[string]string{"agent": "keyword", `"loop"`: "class", "max_tokens": "property", "300": "number"} {
		if got[text] != want {
			t.Errorf("%s: got %q, want %q", text, got[text], want)
		}
	}
}

func TestSymbols(t *testing.T) {
	found, err := New(specs.Language(), nil).Symbols("main.hcl", []byte(scenario))
	if err != nil || len(found) != 2 || found[1].Name != `pattern "loop" "draft"` || len(found[1].Inside) != 3 {
		t.Errorf("got %+v, %v, want two blocks", found, err)
	}
}

package specs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const outlined = `variable "topic" { default = "sea" }
locals { style = "brief ${var.topic}" }
provider "scripted" "p" {
  reply {
    when = "agent == 'writer' and input contains var.topic"
    tool_call { name = "transfer_to_critic" }
    tool_call { name = "sign" }
  }
}
tool "sign" {
  input { type = object({}) }
  expr { result = "1" }
}
agent "writer" { provider = provider.p }
agent "critic" {
  provider     = provider["p"]
  instructions = local.style
  output { type = object({ score = number }) }
}
pattern "handoff" "talk" {
  participants = [agent.writer, agent.critic]
  allow        = { writer = ["critic"], "critic" = [agent.writer] }
  start        = "writer"
}
pattern "graph" "review" {
  node "draft" { run = agent.writer }
  edge {
    from = "draft"
    to   = "draft"
    when = "last.agent != 'critic'"
  }
}
pattern "selector" "pick" {
  participants = [agent.writer, agent.critic]
  rule         = "turns > 2 ? 'writer' : 'critic'"
}
stop "good" { when = "agents['critic'].turns > 1 and data.critic.score > 3 or last.content contains 'critic'" }
`

// All places that speak of a name are found, and each is that name, letter by
// letter.
func TestOutline(t *testing.T) {
	out := ReadOutline("a.hcl", Options{Overlay: map[string][]byte{"a.hcl": []byte(outlined)}, OverlayOnly: true})
	count := map[string]int{}
	for _, u := range out.Uses {
		count[u.Address]++
		name := u.Address[strings.LastIndexByte(u.Address, '.')+1:]
		if got := outlined[u.Range.Start.Byte:u.Range.End.Byte]; got != name {
			t.Errorf("%s: got %q at %d:%d", u.Address, got, u.Range.Start.Line, u.Range.Start.Column)
		}
	}
	want := map[string]int{
		"var.topic": 3, "local.style": 2, "provider.p": 3, "tool.sign": 2, "agent.writer": 9, "agent.critic": 10,
		"pattern.talk": 1, "pattern.review": 1, "pattern.review.node.draft": 3, "pattern.pick": 1, "stop.good": 1,
	}
	for address, n := range want {
		if count[address] != n {
			t.Errorf("%s: got %d places, want %d", address, count[address], n)
		}
	}
	if len(count) != len(want) {
		t.Errorf("got places of %v", count)
	}
	i := slices.IndexFunc(out.Symbols, func(s Symbol) bool { return s.Address == "pattern.review" })
	if i < 0 || out.Symbols[i].Kind != "graph" || !strings.HasSuffix(outlined[:out.Symbols[i].Range.End.Byte], "  }\n}") {
		t.Errorf("got symbol %+v, want the whole block", out.Symbols[i])
	}
}

func TestOutlineOfBrokenFiles(t *testing.T) {
	out := ReadOutline("a.hcl", Options{Overlay: map[string][]byte{"a.hcl": []byte(outlined + "agent \"x\" {\n provider = provider.\n")}, OverlayOnly: true})
	if !out.Incomplete || len(out.Symbols) < 10 {
		t.Errorf("got %d symbols, incomplete %v; want those before the error", len(out.Symbols), out.Incomplete)
	}
	for _, open := range []string{"stop \"s\" {\n  when = <<EOT\n", "stop \"s\" {\n  when = <<EOT\nturns", "stop \"s\" {\n  when = <<-EOT\n  é", "stop \"s\" {\n  when = \"turns > 1"} {
		files := map[string][]byte{"a.hcl": []byte(open)}
		if out := ReadOutline("a.hcl", Options{Overlay: files, OverlayOnly: true}); !out.Incomplete {
			t.Errorf("%q: got a whole outline", open)
		}
		if _, ds := Load("a.hcl", Options{Overlay: files, OverlayOnly: true}); !ds.HasErrors() {
			t.Errorf("%q: got no errors", open)
		}
	}
	two := map[string][]byte{"d/a.hcl": []byte("agent \"x\" {}\n"), "d/b.hcl": []byte("agent \"x\" {}\n")}
	if out := ReadOutline("d", Options{Overlay: two, OverlayOnly: true}); !out.Duplicates {
		t.Error("got no duplicates in two files with the same name")
	}
}

// A test file speaks of the names of its scenario.
func TestOutlineOfTests(t *testing.T) {
	test := `mock "p" {
  reply { agent = agent.writer }
}
mock_tool "sign" { result = 1 }
run "it ends" {
  session = "s"
  say     = ["hello", { text = "hi", from = "boss" }]
  expect {
    stop     = stop.good
    speakers = [agent.writer, "critic"]
  }
  assert "x" { condition = "agents['writer'].turns == 1 && stop == 'good'" }
}
`
	files := map[string][]byte{"d/a.hcl": []byte(strings.Replace(outlined, `expr { result = "1" }`, `http { url = "https://sign.example" }`, 1) + "human \"boss\" {}\nsession \"s\" { pattern = pattern.talk }\n"), "d/a.test.hcl": []byte(test)}
	out := ReadTestOutline("d/a.test.hcl", Options{Overlay: files, OverlayOnly: true})
	count := map[string]int{}
	for _, u := range out.Uses {
		if u.Range.Filename != "d/a.test.hcl" {
			continue
		}
		count[u.Address]++
		if got := test[u.Range.Start.Byte:u.Range.End.Byte]; got != u.Address[strings.LastIndexByte(u.Address, '.')+1:] {
			t.Errorf("%s: got %q", u.Address, got)
		}
	}
	want := map[string]int{"provider.p": 1, "agent.writer": 3, "tool.sign": 1, "session.s": 1, "human.boss": 1, "stop.good": 1, "agent.critic": 1}
	if fmt.Sprint(count) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", count, want)
	}
	if out.Scenario != "d" || len(out.Symbols) == 0 || out.Incomplete {
		t.Errorf("got scenario %q, %d symbols, incomplete %v", out.Scenario, len(out.Symbols), out.Incomplete)
	}
	if ds := CheckSuite("d/a.test.hcl", Options{Overlay: files, OverlayOnly: true}, nil); len(ds) != 0 {
		t.Errorf("got %v in a sound test file", ds)
	}
	files["d/a.test.hcl"] = []byte(strings.Replace(test, "agents['writer']", "agents['wrter']", 1))
	if ds := CheckSuite("d/a.test.hcl", Options{Overlay: files, OverlayOnly: true}, nil); len(ds) != 1 || ds[0].Code != codeExprParticipant {
		t.Errorf("got %v, want the participant that is not there", ds)
	}
}

func TestCompleteExpr(t *testing.T) {
	a := Analyze("a.hcl", Options{Overlay: map[string][]byte{"a.hcl": []byte(outlined + "locals { deep = { a = { b = 1 } } }\n")}, OverlayOnly: true})
	tests := []struct {
		before string
		place  ExprPlace
		want   []string // among the names
		not    []string
		cut    int
	}{
		{"tur", ExprPlace{}, []string{"turns", "len", "var"}, []string{"here", "input"}, 3},
		{"", ExprPlace{Here: true}, []string{"here", "not"}, nil, 0},
		{"inp", ExprPlace{Script: true}, []string{"input", "call", "agent"}, nil, 3},
		{"turns > 3 and last.con", ExprPlace{}, []string{"content", "agent", "exists"}, []string{"turns"}, 3},
		{"last?.", ExprPlace{}, []string{"content"}, nil, 0},
		{"data.", ExprPlace{}, []string{"critic"}, []string{"writer"}, 0},
		{"data.critic.s", ExprPlace{}, []string{"score"}, []string{"content"}, 1},
		{"agents['wr", ExprPlace{}, []string{"writer", "critic"}, nil, 2},
		{"agents['writer'].", ExprPlace{}, []string{"turns", "tokens", "last"}, nil, 0},
		{"agents['writer'].last.", ExprPlace{}, []string{"content"}, nil, 0},
		{"agents.writer.la", ExprPlace{}, []string{"last"}, nil, 2},
		{"last.agent == '", ExprPlace{}, []string{"writer", "user"}, nil, 0},
		{"last.role != 'as", ExprPlace{}, []string{"assistant"}, nil, 2},
		{"outcome == '", ExprPlace{}, []string{"exhausted"}, nil, 0},
		{"turns == 1 ? '", ExprPlace{Form: FormSpeaker}, []string{"critic"}, nil, 0},
		{"any(messages, .co", ExprPlace{}, []string{"content"}, nil, 2},
		{"find(messages, .turn == 1).", ExprPlace{}, []string{"content"}, nil, 0},
		{"len(filter(messages, .agent == 'a')) > 2 and us", ExprPlace{}, []string{"usage"}, nil, 2},
		{"any(messages, .content contains ')' and .ag", ExprPlace{}, []string{"agent"}, nil, 2},
		{"any(filter(messages, .content != ', ('), .co", ExprPlace{}, []string{"content"}, nil, 2},
		{`find(messages, .content contains 'it\'s (').`, ExprPlace{}, []string{"content"}, nil, 0},
		{"usage.", ExprPlace{}, []string{"cost", "total_tokens"}, nil, 0},
		{"var.", ExprPlace{}, []string{"topic"}, nil, 0},
		{"local.deep.", ExprPlace{}, []string{"a"}, nil, 0},
		{"local.deep.a.", ExprPlace{}, []string{"b"}, nil, 0},
		{"last.content contains 'I ag", ExprPlace{}, nil, []string{"agents"}, 4},
		{"a.b.c.", ExprPlace{}, nil, []string{"turns"}, 0},
		{"here.data.", ExprPlace{Here: true}, []string{"critic"}, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.before, func(t *testing.T) {
			items, cut := a.Names.Complete(tt.place, tt.before)
			var names []string
			for _, it := range items {
				names = append(names, it.Name)
			}
			for _, name := range tt.want {
				if !slices.Contains(names, name) {
					t.Errorf("got %q, want %q among them", names, name)
				}
			}
			for _, name := range tt.not {
				if slices.Contains(names, name) {
					t.Errorf("got %q, want no %q", names, name)
				}
			}
			if cut != tt.cut {
				t.Errorf("got %d bytes to replace, want %d", cut, tt.cut)
			}
		})
	}
}

func TestDescribeExpr(t *testing.T) {
	a := Analyze("a.hcl", Options{Overlay: map[string][]byte{"a.hcl": []byte(outlined)}, OverlayOnly: true})
	text := "last(messages).content == last.content and data.critic.score > 1"
	for _, tt := range []struct {
		at   int
		name string
		kind ExprItemKind
	}{
		{1, "last", ItemFunction},
		{7, "messages", ItemName},
		{17, "content", ItemField},
		{27, "last", ItemName},
		{strings.Index(text, "and"), "and", ItemOperator},
		{strings.Index(text, "score"), "score", ItemField},
		{strings.Index(text, "critic") + 2, "critic", ItemField},
	} {
		item, from, to, ok := a.Names.Describe(ExprPlace{}, text, tt.at)
		if !ok || item.Name != tt.name || item.Kind != tt.kind || text[from:to] != tt.name {
			t.Errorf("at %d: got %+v (%q), want %s %s", tt.at, item, text[from:to], tt.kind, tt.name)
		}
	}
	if _, _, _, ok := a.Names.Describe(ExprPlace{}, text, len(text)-1); ok {
		t.Error("got a description of a number")
	}
}

func TestExprTokens(t *testing.T) {
	text := "turns >= 4 and not any(messages, .content contains 'é') or data.x == true"
	got := map[string]ExprTokenKind{}
	end := 0
	for _, tok := range ExprTokens(text) {
		if tok.From < end || tok.To <= tok.From {
			t.Fatalf("got %+v after byte %d", tok, end)
		}
		got[text[tok.From:tok.To]], end = tok.Kind, tok.To
	}
	for piece, want := range map[string]ExprTokenKind{
		"turns": TokenName, ">=": TokenOperator, "4": TokenNumber, "and": TokenWord, "not": TokenWord, "any": TokenFunction, "content": TokenField,
		"contains": TokenWord, "'é'": TokenText, "x": TokenField, "true": TokenWord,
	} {
		if got[piece] != want {
			t.Errorf("%s: got %q, want %q", piece, got[piece], want)
		}
	}
	if got := ExprTokens("last.content == 'open"); got != nil {
		t.Errorf("got %v for a text that is not closed", got)
	}
}

// What completion offers is described, and what the language has is offered.
func TestExprDocs(t *testing.T) {
	for name := range functions() {
		if doc := functionDocs()[name]; doc.doc == "" || !strings.HasPrefix(doc.signature, name+"(") {
			t.Errorf("function %s: got %+v, want its signature and a sentence", name, doc)
		}
	}
	for name := range functionDocs() {
		if _, ok := functions()[name]; !ok {
			t.Errorf("%s is described and is no function", name)
		}
	}
	for name := range envNames() {
		if exprDocs()[name] == "" {
			t.Errorf("name %s is not described", name)
		}
	}
}

// Analyze finds what Load finds.
func TestAnalyzeIsLoad(t *testing.T) {
	for _, dir := range []string{"invalid", "valid"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.hcl"))
		if err != nil || len(files) == 0 {
			t.Fatal("no fixtures", err)
		}
		for _, name := range files {
			cfg, ds := Load(name, Options{AllowMissingEnv: true})
			a := Analyze(name, Options{AllowMissingEnv: true})
			if fmt.Sprint(ds) != fmt.Sprint(a.Diagnostics) && len(ds) != len(a.Diagnostics) || (cfg == nil) != (a.Config == nil) {
				t.Errorf("%s: got %d findings, Load has %d", name, len(a.Diagnostics), len(ds))
			}
		}
	}
}

func TestDescription(t *testing.T) {
	root := Language()
	if got := root.Block("pattern", "").Arg("max_iterations", "loop"); got == nil || !got.Required || got.Form != FormNumber {
		t.Errorf("got %+v, want the argument of loops", got)
	}
	if got := root.Block("pattern", "").Arg("max_iterations", "debate"); got != nil {
		t.Errorf("got %+v for a debate, want none", got)
	}
	if got := root.Block("stop", "").Arg("when", ""); !got.Form.IsExpression() || got.Takes == "" {
		t.Errorf("got %+v, want an expression", got)
	}
	if got := root.Block("provider", "").Block("reply", "openai"); got != nil {
		t.Error("got reply in a provider that is not scripted")
	}
}

// A text that cannot be parsed is refused before the parser sees it.

// The item at the top that a text ends in is found by its brackets.
func TestOpenItem(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "a = 1\n": 0, "a = 1\nb {\n": 6, "a = 1\nb {\n}\n": 0, "a = 1\n# b\nb \"": 10, "b {\n\n": 0, "a = 1\nb = <<E\nx\n": 6, "a = )\nb {\n": 0,
	} {
		if got := OpenItem(lex([]byte(text), syntaxConfig)); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

func TestParseSyntax(t *testing.T) {
	if f, err := ParseSyntax("a.hcl", []byte("agent \"x\" {\n  provider = \n"), nil); err != nil || f.File.Body == nil {
		t.Errorf("got %v, want what there is", err)
	}
	for _, text := range []string{strings.Repeat("[", 5000), "a = \xff"} {
		if _, err := ParseSyntax("a.hcl", []byte(text), nil); err == nil {
			t.Errorf("got no error for %.10q", text)
		}
	}
	if text, err := os.ReadFile("testdata/docs/language.md"); err == nil {
		_, _ = ParseSyntax("a.hcl", text, &Lexed{})
	}
}

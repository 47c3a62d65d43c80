package lsp

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creachadair/jrpc2"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sound is a scenario of two files, with names in every place that can have one.
func sound() map[string]string {
	return map[string]string{
		"main.hcl": `variable "topic" {
  type        = string
  description = "What they talk about"
  default     = "the sea 🌊"
}

agent "writer" {
  description  = "Writes drafts"
  provider     = provider.demo
  instructions = "Write about ${var.topic}."
  max_tokens   = 300
}

agent "critic" {
  provider   = provider.demo
  max_tokens = 300
  output {
    type = object({ score = number })
  }
}

pattern "handoff" "talk" {
  participants = [agent.writer, agent.critic]
  allow        = { writer = [agent.critic], critic = [agent.writer] }
  max_handoffs = 3
  max_turns    = 8
}

stop "good" {
  when = "data.critic.score >= 8 and agents['writer'].turns > 1"
}

session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin with ${var.topic}."
  stop    = [stop.good]
}
`,
		"script.hcl": `provider "scripted" "demo" {
  reply {
    when    = "agent == 'writer' and turns < 4"
    content = "A wave."
    tool_call {
      name = "transfer_to_critic"
    }
  }
}
`,
	}
}

// Findings follow what is typed: they are at the right characters, beyond
// characters of two units, and go when they are mended.
func TestFindings(t *testing.T) {
	for _, encodings := range [][]string{nil, {"utf-16"}, {"utf-32", "utf-8", "utf-16"}} {
		c := connect(t, files(t, sound()), encodings...)
		c.open("main.hcl")
		c.findings("main.hcl", none)
		c.edit("main.hcl", "data.critic.score >= 8", "last.content == '🌊' and data.critic.scor >= 8")
		ds := c.findings("main.hcl", func(ds []diagnostic) bool { return len(ds) == 1 })
		if got := c.covered("main.hcl", ds[0].Range); got != "scor" || ds[0].Severity != severityError || ds[0].CodeDescription == nil {
			t.Errorf("%q: got %+v about %q, want an error about scor", encodings, ds[0], got)
		}
		c.edit("main.hcl", ".scor ", ".score ")
		c.findings("main.hcl", none)
		c.edit("main.hcl", "agent \"critic\" {", "agent \"critc\" {")
		c.findings("main.hcl", func(ds []diagnostic) bool { return len(ds) > 1 })
	}
}

// What is wrong in a file that is not open is told, too, and so is what an open
// file makes wrong in another.
func TestFindingsOfOtherFiles(t *testing.T) {
	c := connect(t, files(t, sound()))
	c.open("main.hcl")
	c.open("script.hcl")
	c.findings("main.hcl", none)
	c.edit("script.hcl", `"demo"`, `"dem"`)
	ds := c.findings("main.hcl", func(ds []diagnostic) bool { return len(ds) == 2 })
	if got := c.covered("main.hcl", ds[0].Range); got != "provider.demo" {
		t.Errorf("got a finding about %q, want the reference", got)
	}
	c.edit("script.hcl", `"dem"`, `"demo"`)
	c.findings("main.hcl", none)
	c.note("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": c.uri("main.hcl")}})
	c.edit("script.hcl", "turns < 4", "turns < ")
	c.findings("script.hcl", func(ds []diagnostic) bool { return len(ds) == 1 })
}

func TestCompletion(t *testing.T) {
	c := connect(t, files(t, sound()))
	c.open("main.hcl")
	c.open("script.hcl")
	tests := []struct {
		file, old, typed string // | is the cursor
		want, not        []string
	}{
		{"main.hcl", "max_tokens   = 300\n", "max_tokens   = 300\n  tem|\n", []string{"temperature"}, []string{"provider", "max_tokens"}},
		{"main.hcl", "provider     = provider.demo", "provider     = |", []string{"provider.demo"}, []string{"agent.critic"}},
		{"main.hcl", "provider     = provider.demo", "provider     = provider.|", []string{"provider.demo"}, nil},
		{"main.hcl", "[agent.writer, agent.critic]", "[agent.writer, |]", []string{"agent.critic", "agent.writer"}, []string{"provider.demo"}},
		{"main.hcl", `type    = "agent_agent"`, `type    = "ag|"`, []string{"agent_agent", "human_agent"}, nil},
		{"main.hcl", "about ${var.topic}", "about ${var.|}", []string{"var.topic"}, []string{"agent.writer"}},
		{"main.hcl", "data.critic.score >= 8", "data.critic.sc| >= 8", []string{"score"}, []string{"turns"}},
		{"main.hcl", "data.critic.score >= 8", "data.| >= 8", []string{"critic"}, []string{"writer"}},
		{"main.hcl", "agents['writer']", "agents['|']", []string{"writer", "critic"}, []string{"user"}},
		{"main.hcl", "agents['writer'].turns", "agents['writer'].|", []string{"turns", "last"}, nil},
		{"main.hcl", "agents['writer'].turns > 1", "last.agent == '|'", []string{"writer", "user"}, nil},
		{"main.hcl", "agents['writer'].turns > 1", "us|", []string{"usage", "upper"}, []string{"input"}},
		{"main.hcl", "pattern \"handoff\" \"talk\"", "pattern \"ha|\" \"talk\"", []string{"handoff"}, []string{"loop"}},
		{"main.hcl", "  max_handoffs = 3\n", "  max_h|\n", []string{"max_handoffs"}, []string{"critic", "max_iterations"}},
		{"main.hcl", "session \"talk\" {", "to|\n\nsession \"talk\" {", []string{"tool"}, nil},
		{"main.hcl", "agent \"writer\" {", "agent \"writer\" { # no|", nil, []string{"tool"}},
		{"script.hcl", "agent == 'writer' and turns < 4", "inp|", []string{"input", "call"}, []string{"here"}},
		{"script.hcl", "transfer_to_critic", "transfer_to_|", []string{"transfer_to_critic"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			before := string(c.texts[tt.file].bytes)
			typed := strings.Replace(tt.typed, "|", "", 1)
			c.edit(tt.file, tt.old, typed)
			defer c.edit(tt.file, string(c.texts[tt.file].bytes), before)
			got := c.labels(tt.file, tt.typed)
			for _, w := range tt.want {
				if !slices.Contains(got, w) {
					t.Errorf("got %q, want %q", got, w)
				}
			}
			for _, w := range tt.not {
				if slices.Contains(got, w) {
					t.Errorf("got %q, want no %q", got, w)
				}
			}
		})
	}
}

// What completion offers replaces the word that is typed, to its end.
func TestCompletionEdits(t *testing.T) {
	tests := []struct{ old, typed, label, want string }{
		{"provider     = provider.demo", "provider     = provider.d|x", "provider.demo", "provider     = provider.demo"},
		{"data.critic.score >=", "data.critic.s|cor >=", "score", "data.critic.score >="},
		{"  max_handoffs = 3", "  max_h|", "max_handoffs", "  max_handoffs = "},
		{`type    = "agent_agent"`, `type    = "|"`, "agent_agent", `type    = "agent_agent"`},
		{`type    = "agent_agent"`, `type    = |`, "agent_agent", `type    = "agent_agent"`},
		{"agents['writer']", "agents['wr|']", "writer", "agents['writer']"},
		{"session \"talk\" {", "pa|\n\nsession \"talk\" {", "pattern", "pattern\n\nsession \"talk\" {"},
	}
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			c := connect(t, files(t, sound()))
			c.open("main.hcl")
			c.edit("main.hcl", tt.old, strings.Replace(tt.typed, "|", "", 1))
			var list completionList
			c.call("textDocument/completion", c.place("main.hcl", tt.typed), &list)
			i := slices.IndexFunc(list.Items, func(it completionItem) bool { return it.Label == tt.label })
			if i < 0 {
				t.Fatalf("got %d items, none is %s", len(list.Items), tt.label)
			}
			if got := c.apply("main.hcl", []textEdit{*list.Items[i].TextEdit}); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q in\n%s", list.Items[i].TextEdit.NewText, tt.want, got)
			}
		})
	}
}

func TestHover(t *testing.T) {
	c := connect(t, files(t, sound()))
	c.open("main.hcl")
	tests := []struct{ mark, want, covers string }{
		{"max_to|kens   = 300", "cap of one answer", "max_tokens   = 300"},
		{"pat|tern \"handoff\"", "speaks when", "pattern"},
		{"provider.de|mo", `provider "scripted" "demo"`, "demo"},
		{"[agent.wri|ter", "Writes drafts", "writer"},
		{"${var.to|pic}.\"\n  max", "What they talk about", "topic"},
		{"agents['wri|ter']", "Writes drafts", "writer"},
		{"data.critic.sc|ore", "number", "score"},
		{"age|nts['writer']", "participants by name", "agents"},
		{"stop    = [stop.go|od", "data.critic.score >= 8", "good"},
	}
	for _, tt := range tests {
		var h *hover
		c.call("textDocument/hover", c.place("main.hcl", tt.mark), &h)
		if h == nil || !strings.Contains(h.Contents.Value, tt.want) || c.covered("main.hcl", *h.Range) != tt.covers {
			t.Errorf("%s: got %+v, want %q about %q", tt.mark, h, tt.want, tt.covers)
		}
	}
	var h *hover
	c.call("textDocument/hover", c.place("main.hcl", "|\nagent \"writer\""), &h)
	if h != nil {
		t.Errorf("got %+v on an empty line, want nothing", h)
	}
}

func TestDefinitionAndReferences(t *testing.T) {
	c := connect(t, files(t, sound()))
	c.open("main.hcl")
	c.open("script.hcl")
	for mark, want := range map[string]string{
		"provider.de|mo": "script.hcl: demo", "stop.go|od": "main.hcl: good", "data.cri|tic.score": "main.hcl: critic",
		"allow        = { wri|ter": "main.hcl: writer", "Begin with ${var.top|ic}": "main.hcl: topic",
	} {
		var at []location
		c.call("textDocument/definition", c.place("main.hcl", mark), &at)
		if len(at) != 1 {
			t.Errorf("%s: got %v, want one place", mark, at)
			continue
		}
		name := at[0].URI[strings.LastIndexByte(at[0].URI, '/')+1:]
		if got := name + ": " + c.covered(name, at[0].Range); got != want {
			t.Errorf("%s: got %q, want %q", mark, got, want)
		}
	}
	for declared, want := range map[bool]int{true: 6, false: 5} {
		p := c.place("script.hcl", "agent == 'wri|ter'")
		p["context"] = map[string]any{"includeDeclaration": declared}
		var at []location
		c.call("textDocument/references", p, &at)
		for _, l := range at {
			if got := c.covered(l.URI[strings.LastIndexByte(l.URI, '/')+1:], l.Range); got != "writer" {
				t.Errorf("got a reference to %q, want writer", got)
			}
		}
		if len(at) != want {
			t.Errorf("with the declaration %v: got %d references, want %d", declared, len(at), want)
		}
	}
	var marks []highlight
	c.call("textDocument/documentHighlight", c.place("main.hcl", "agent.wri|ter"), &marks)
	if len(marks) != 5 {
		t.Errorf("got %d highlights, want the 5 of the file", len(marks))
	}
}

// After renaming, the scenario loads, and nothing has the old name.
func TestRename(t *testing.T) {
	for mark, name := range map[string]string{
		"agent \"wri|ter\"": "author", "agent \"critic|\"": "judge_2", "[stop.go|od]": "fine", "provider.de|mo": "played", "pattern.ta|lk": "chat",
		"variable \"top|ic\"": "matter",
	} {
		t.Run(mark, func(t *testing.T) {
			contents := sound()
			c := connect(t, files(t, contents))
			c.open("main.hcl")
			c.open("script.hcl")
			var ready prepared
			c.call("textDocument/prepareRename", c.place("main.hcl", mark), &ready)
			if got := c.covered("main.hcl", ready.Range); got != ready.Placeholder {
				t.Errorf("got %q with the placeholder %q", got, ready.Placeholder)
			}
			p := c.place("main.hcl", mark)
			p["newName"] = name
			var edit workspaceEdit
			c.call("textDocument/rename", p, &edit)
			for file := range contents {
				contents[file] = c.apply(file, edit.Changes[c.uri(file)])
			}
			if !strings.Contains(contents["main.hcl"], name) || ready.Placeholder != "talk" && strings.Contains(contents["main.hcl"], "\""+ready.Placeholder+"\"") {
				t.Errorf("got\n%s\nwant %s instead of %s", contents["main.hcl"], name, ready.Placeholder)
			}
			loads(t, contents)
		})
	}
}

func TestRenameRefused(t *testing.T) {
	c := connect(t, files(t, sound()))
	c.open("main.hcl")
	for name, want := range map[string]string{"critic": "already agent.critic", "talk": "already pattern.talk", "1x": "not a name", "user": "called user"} {
		p := c.place("main.hcl", "agent \"wri|ter\"")
		p["newName"] = name
		_, err := c.rpc.Call(t.Context(), "textDocument/rename", p)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("to %s: got %v, want %q", name, err, want)
		}
	}
	c.edit("main.hcl", "stop    = [stop.good]", "stop    = [stop.good")
	p := c.place("main.hcl", "agent \"wri|ter\"")
	p["newName"] = "fine"
	if _, err := c.rpc.Call(t.Context(), "textDocument/rename", p); err == nil || !strings.Contains(err.Error(), "syntax") {
		t.Errorf("with an error in the syntax: got %v, want that it is refused", err)
	}
}

func TestSymbols(t *testing.T) {
	c := connect(t, files(t, map[string]string{"a/main.hcl": sound()["main.hcl"], "a/script.hcl": sound()["script.hcl"], "b/other.hcl": "agent \"wrinkle\" {}\n"}))
	c.open("a/main.hcl")
	var tree []documentSymbol
	c.call("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": c.uri("a/main.hcl")}}, &tree)
	if len(tree) != 6 || tree[3].Name != `pattern "handoff" "talk"` || len(tree[3].Children) != 4 || tree[3].Kind != symbolOperator {
		t.Errorf("got %+v, want six blocks with what is in them", tree)
	}
	var found []workspaceSymbol
	c.call("workspace/symbol", map[string]any{"query": "wri"}, &found)
	var names []string
	for _, f := range found {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"agent.wrinkle", "agent.writer"}) {
		t.Errorf("got %q, want both agents", names)
	}
}

func TestFormatting(t *testing.T) {
	c := connect(t, files(t, sound()))
	c.open("main.hcl")
	var edits []textEdit
	doc := map[string]any{"textDocument": map[string]any{"uri": c.uri("main.hcl")}, "options": map[string]any{"tabSize": 2}}
	c.call("textDocument/formatting", doc, &edits)
	if len(edits) > 0 {
		t.Errorf("got %v for a formatted file, want nothing", edits)
	}
	want := string(c.texts["main.hcl"].bytes)
	c.edit("main.hcl", "  provider     = provider.demo", "      provider=provider.demo")
	c.edit("main.hcl", "  max_handoffs = 3", "max_handoffs =     3")
	c.call("textDocument/formatting", doc, &edits)
	if got := c.apply("main.hcl", edits); got != want {
		t.Errorf("got\n%s", got)
	}
	doc["range"] = textRange{position{0, 0}, position{12, 0}}
	c.call("textDocument/rangeFormatting", doc, &edits)
	if got := c.apply("main.hcl", edits); !strings.Contains(got, "  provider     = provider.demo") || !strings.Contains(got, "\nmax_handoffs =     3") {
		t.Errorf("got\n%s\nwant only the range to be formatted", got)
	}
	c.edit("main.hcl", "session \"talk\" {", "\n\n\n\nsession \"talk\" {")
	c.call("textDocument/formatting", doc, &edits)
	if got := c.apply("main.hcl", edits); got != want {
		t.Errorf("got\n%s\nwant no blank lines", got)
	}
	c.edit("main.hcl", "session \"talk\" {", "session \"talk {")
	if _, err := c.rpc.Call(t.Context(), "textDocument/formatting", doc); err == nil {
		t.Error("got no error for a file with an error in its syntax")
	}
}

func TestCodeActions(t *testing.T) {
	c := connect(t, files(t, sound()))
	c.open("main.hcl")
	c.findings("main.hcl", none)
	c.edit("main.hcl", "agent.writer, agent.critic]", "agent.writr, agent.critic]")
	c.edit("main.hcl", "  opening =", "  openning =")
	ds := c.findings("main.hcl", hasCode("AC2102"))
	var actions []codeAction
	c.call("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": c.uri("main.hcl")}, "range": ds[0].Range, "context": map[string]any{"diagnostics": ds},
	}, &actions)
	if len(actions) != 1 || actions[0].Kind != kindQuickFix || len(actions[0].Diagnostics) != 1 {
		t.Fatalf("got %+v, want the fix of one finding", actions)
	}
	if got := c.apply("main.hcl", actions[0].Edit.Changes[c.uri("main.hcl")]); !strings.Contains(got, "[agent.writer, agent.critic]") {
		t.Errorf("got\n%s", got)
	}
	c.call("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": c.uri("main.hcl")}, "range": textRange{}, "context": map[string]any{"diagnostics": ds, "only": []string{"source.fixAll"}},
	}, &actions)
	if len(actions) != 1 {
		t.Fatalf("got %+v, want one action for all", actions)
	}
	if got := c.apply("main.hcl", actions[0].Edit.Changes[c.uri("main.hcl")]); got != sound()["main.hcl"] {
		t.Errorf("got\n%s", got)
	}
}

func TestSemanticTokens(t *testing.T) {
	for _, encodings := range [][]string{nil, {"utf-8"}} {
		c := connect(t, files(t, sound()), encodings...)
		c.open("main.hcl")
		var tokens semanticTokens
		c.call("textDocument/semanticTokens/full", map[string]any{"textDocument": map[string]any{"uri": c.uri("main.hcl")}}, &tokens)
		got := map[string]string{}
		var at position
		last := position{-1, 0}
		for i := 0; i+4 < len(tokens.Data); i += 5 {
			if at.Line += tokens.Data[i]; tokens.Data[i] > 0 {
				at.Character = 0
			}
			at.Character += tokens.Data[i+1]
			if !later(at, last) {
				t.Fatalf("tokens overlap at %v", at)
			}
			end := position{at.Line, at.Character + tokens.Data[i+2]}
			last = position{end.Line, end.Character - 1}
			got[c.covered("main.hcl", textRange{at, end})] = tokenTypes()[tokens.Data[i+3]]
		}
		for text, want := range map[string]string{
			"agent": "keyword", "max_tokens": "property", "300": "number", "writer": "enumMember", "topic": "variable", "handoff": "",
			"data": "variable", "score": "property", ">=": "operator", "and": "keyword", "8": "number", "good": "enumMember",
		} {
			if got[text] != want {
				t.Errorf("%q: got %q for %q, want %q", encodings, got[text], text, want)
			}
		}
	}
}

// Files of a directory that are scenarios by themselves do not disturb each
// other; one that others import belongs to them.
func TestRoots(t *testing.T) {
	alone := "provider \"scripted\" \"p\" {}\nagent \"a\" {\n  provider = provider.p\n}\n"
	importing := "import {\n  from = \"./shared/p.hcl\"\n}\nagent \"a\" {\n  provider = provider.q\n}\n"
	c := connect(t, files(t, map[string]string{
		"one.hcl": alone, "two.hcl": alone, "three/main.hcl": importing, "three/shared/p.hcl": "provider \"scripted\" \"q\" {}\n",
	}))
	for _, name := range []string{"one.hcl", "two.hcl", "three/main.hcl", "three/shared/p.hcl"} {
		c.open(name)
		c.findings(name, none)
	}
	var at []location
	c.call("textDocument/definition", c.place("three/main.hcl", "provider.|q"), &at)
	if len(at) != 1 || at[0].URI != c.uri("three/shared/p.hcl") {
		t.Errorf("got %v, want the imported file", at)
	}
	c.call("textDocument/definition", c.place("three/main.hcl", "./sha|red/p.hcl"), &at)
	if len(at) != 1 || at[0].URI != c.uri("three/shared/p.hcl") {
		t.Errorf("got %v, want the imported file", at)
	}
	p := c.place("three/shared/p.hcl", "\"|q\"")
	c.call("textDocument/references", p, &at)
	if len(at) != 1 || at[0].URI != c.uri("three/main.hcl") {
		t.Errorf("got %v, want the use in the importing file", at)
	}
	c.openText("new.hcl", "agnt \"x\" {}\n") // beside the others, on no disk
	c.findings("new.hcl", hasCode("AC2101"))
}

func TestUnsavedText(t *testing.T) {
	c := connect(t, t.TempDir())
	c.note("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "untitled:Untitled-1", "version": 1, "text": "agent \"a\" {\n  provider = provider.\n}\n"}})
	var list completionList
	c.call("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": "untitled:Untitled-1"}, "position": position{0, 0}}, &list)
	if len(list.Items) == 0 {
		t.Error("got nothing for a text that no file has")
	}
	deadline := time.After(10 * time.Second)
	for {
		c.mu.Lock()
		p, ok := c.told["untitled:Untitled-1"]
		c.mu.Unlock()
		if ok && len(p.Diagnostics) > 0 {
			return
		}
		select {
		case <-c.news:
		case <-deadline:
			t.Fatal("got no findings about the text")
		}
	}
}

func TestVariableFiles(t *testing.T) {
	all := sound()
	all["agentconnect.vars.hcl"] = "topic = \"rain\"\n"
	c := connect(t, files(t, all))
	c.open("agentconnect.vars.hcl")
	c.edit("agentconnect.vars.hcl", "topic", "to")
	if got := c.labels("agentconnect.vars.hcl", "to| ="); !slices.Contains(got, "topic") {
		t.Errorf("got %q, want the variable", got)
	}
	c.findings("agentconnect.vars.hcl", func(ds []diagnostic) bool { return len(ds) == 1 && ds[0].Severity == severityWarning })
}

// The order of the protocol is kept: nothing before initialize, nothing but
// exit after shutdown.
func TestLifecycle(t *testing.T) {
	run := func(ask func(*jrpc2.Client)) error {
		fromClient, toServer := io.Pipe()
		fromServer, toClient := io.Pipe()
		rpc := jrpc2.NewClient(newStream(fromServer, toServer), nil)
		done := make(chan error, 1)
		go func() {
			done <- Serve(t.Context(), fromClient, toClient, Config{})
			_ = toClient.Close()
		}()
		ask(rpc)
		defer func() { _ = rpc.Close() }()
		select {
		case err := <-done:
			return err
		case <-time.After(10 * time.Second):
			t.Fatal("the server goes on")
			return nil
		}
	}
	code := func(err error) jrpc2.Code {
		e := &jrpc2.Error{}
		errors.As(err, &e)
		return e.Code
	}
	err := run(func(rpc *jrpc2.Client) {
		_, err := rpc.Call(t.Context(), "textDocument/hover", map[string]any{})
		if code(err) != codeNotReady {
			t.Errorf("before initialize: got %v", err)
		}
		_, _ = rpc.Call(t.Context(), "initialize", map[string]any{})
		if _, err = rpc.Call(t.Context(), "textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": "file:///x.hcl"}}); code(err) != jrpc2.InvalidParams {
			t.Errorf("about a file that is not open: got %v", err)
		}
		if _, err = rpc.Call(t.Context(), "textDocument/moo", nil); code(err) != jrpc2.MethodNotFound {
			t.Errorf("a method that is not there: got %v", err)
		}
		_ = rpc.Notify(t.Context(), "$/cancelRequest", map[string]any{"id": 77})
		_, _ = rpc.Call(t.Context(), "shutdown", nil)
		if _, err = rpc.Call(t.Context(), "textDocument/hover", map[string]any{}); code(err) != jrpc2.InvalidRequest {
			t.Errorf("after shutdown: got %v", err)
		}
		_ = rpc.Notify(t.Context(), "exit", nil)
	})
	if err != nil {
		t.Errorf("got %v, want an orderly end", err)
	}
	if err := run(func(rpc *jrpc2.Client) { _ = rpc.Notify(context.Background(), "exit", nil) }); !errors.Is(err, ErrNoShutdown) {
		t.Errorf("exit alone: got %v, want %v", err, ErrNoShutdown)
	}
}

// Frames that are no frames end the connection, and take no memory.
func TestStream(t *testing.T) {
	for _, in := range []string{
		"Content-Length: 99999999999\r\n\r\n", "Content-Length: -1\r\n\r\n", "\r\n\r\n", "Content-Length: x\r\n\r\n", strings.Repeat("x", 10_000), "Content-Length: 5\r\n\r\n{}",
	} {
		if _, err := newStream(strings.NewReader(in), io.Discard).Recv(); err == nil {
			t.Errorf("%.20q: got no error", in)
		}
	}
	got, err := newStream(strings.NewReader("Content-Type: a\r\ncontent-length: 2\r\n\r\n{}"), io.Discard).Recv()
	if string(got) != "{}" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

const testFile = `mock "demo" {
  reply {
    agent   = agent.writer
    content = "A wave."
  }
}

run "they agree" {
  expect {
    outcome  = "achieved"
    speakers = [agent.writer, "critic"]
  }
  assert "it is short" {
    condition = "agents['writer'].turns == 1 && len(speakers) < 4"
  }
}
`

// Test files have all that scenarios have, and take part in renaming.
func TestTestFiles(t *testing.T) {
	all := sound()
	all["main.test.hcl"] = testFile
	c := connect(t, files(t, all))
	c.open("main.hcl")
	c.open("main.test.hcl")
	c.findings("main.test.hcl", none)
	c.edit("main.test.hcl", "agents['writer']", "agents['wrier']")
	if ds := c.findings("main.test.hcl", hasCode("AC5007")); c.covered("main.test.hcl", ds[0].Range) != "'wrier'" {
		t.Errorf("got a finding about %q", c.covered("main.test.hcl", ds[0].Range))
	}
	for mark, want := range map[string]string{
		"agents['wri|er']": "writer", "outcome  = \"|ach": "exhausted", "mock \"|demo": "demo", "[agent.wr|iter": "agent.writer", "len(spe|akers)": "speakers",
		"  ex|pect {": "expect_error",
	} {
		if got := c.labels("main.test.hcl", mark); !slices.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", mark, got, want)
		}
	}
	c.edit("main.test.hcl", "agents['wrier']", "agents['writer']")
	c.findings("main.test.hcl", none)
	var at []location
	c.call("textDocument/definition", c.place("main.test.hcl", "mock \"de|mo"), &at)
	if len(at) != 1 || at[0].URI != c.uri("script.hcl") {
		t.Errorf("got %v, want the provider", at)
	}
	var h *hover
	c.call("textDocument/hover", c.place("main.test.hcl", "ass|ert \"it"), &h)
	if h == nil || !strings.Contains(h.Contents.Value, "must be true at the end") {
		t.Errorf("got %+v, want what assert is", h)
	}
	p := c.place("main.hcl", "agent \"wri|ter\"")
	p["newName"] = "poet"
	var edit workspaceEdit
	c.call("textDocument/rename", p, &edit)
	if got := c.apply("main.test.hcl", edit.Changes[c.uri("main.test.hcl")]); strings.Contains(got, "writer") || strings.Count(got, "poet") != 3 {
		t.Errorf("got\n%s\nwant poet instead of writer", got)
	}
	c.edit("main.hcl", "agent \"critic\"", "agent \"judge\"") // the test's scenario is another now
	c.findings("main.test.hcl", func(ds []diagnostic) bool { return len(ds) > 0 })
}

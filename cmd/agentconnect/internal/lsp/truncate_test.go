package lsp

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// Each example is typed again up to 1,000 places, and the editor asks there.
// Nothing fails, and where a name or a value can follow, something is offered.
func TestTruncatedExamples(t *testing.T) {
	dirs, err := filepath.Glob("../../../../examples/*/main.hcl")
	if err != nil || len(dirs) < 10 {
		t.Fatalf("got %d examples, %v", len(dirs), err)
	}
	t.Cleanup(Unhurried())
	for _, main := range dirs {
		t.Run(filepath.Base(filepath.Dir(main)), func(t *testing.T) {
			t.Parallel()
			name, err := filepath.Abs(main)
			if err != nil {
				t.Fatal(err)
			}
			whole, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s := newServer(t.Context(), Config{Log: testLog{t}})
			s.ready = true
			asked, answered := 0, 0
			for i := range truncations {
				cut := len(whole) * i / truncations
				s.open = map[string]*document{name: {uriOf(name), name, i, newText(whole[:cut], false)}}
				if i%4 == 0 { // names are looked for again when something was typed; here it is the same file
					s.clock++
				}
				expected, got := halfTyped(t, s, name, i%20 == 0)
				asked, answered = asked+expected, answered+min(got, expected)
			}
			if answered*100 < asked*99 {
				t.Errorf("got something at %d of %d places where something can follow", answered, asked)
			}
			t.Logf("something was offered at %d of %d places", answered, asked)
		})
	}
}

// halfTyped asks at the end of a text. It says whether something can follow
// there, as 1, and whether something was offered.
func halfTyped(t *testing.T, s *server, name string, everything bool) (expected, got int) {
	t.Helper()
	ctx, d := context.Background(), s.open[name]
	p := &placeParams{TextDocument: documentID{URI: d.uri}, Position: d.position(len(d.bytes))}
	list, err := s.complete(ctx, p)
	if err != nil {
		t.Fatalf("after %q: %v", tail(d.bytes), err)
	}
	for _, it := range list.Items {
		if it.Label == "" || it.TextEdit == nil || later(it.TextEdit.Range.Start, p.Position) || later(p.Position, it.TextEdit.Range.End) {
			t.Fatalf("after %q: got %+v", tail(d.bytes), it)
		}
	}
	if everything {
		ask(t, s, d, p)
	}
	if mayFollow(s, d.bytes) {
		expected = 1
		if len(list.Items) == 0 {
			t.Logf("nothing after %q", tail(d.bytes))
		}
	}
	return expected, min(len(list.Items), 1)
}

// ask asks all other questions.
func ask(t *testing.T, s *server, d *document, p *placeParams) {
	t.Helper()
	ctx, doc := context.Background(), &documentParams{TextDocument: documentID{URI: d.uri}}
	_, hoverErr := s.hover(ctx, p)
	_, defErr := s.definition(ctx, p)
	_, refErr := s.references(ctx, p)
	_, symErr := s.documentSymbols(ctx, doc)
	_, tokErr := s.semanticTokens(ctx, doc)
	_, _ = s.format(ctx, doc)
	for _, err := range []error{hoverErr, defErr, refErr, symErr, tokErr} {
		if err != nil {
			t.Errorf("after %q: %v", tail(d.bytes), err)
		}
	}
	found, names := s.analyze(s.root(d.path), s.options(s.root(d.path)), s.clock)
	if names == nil && len(found) == 0 {
		t.Errorf("after %q: got neither findings nor names", tail(d.bytes))
	}
}

// mayFollow says whether a block, an argument, a reference or a name of an
// expression can be written at the end of a text: at the beginning of a line
// of a block, after an equals sign of an argument that takes references or
// words, and in an expression after a dot.
func mayFollow(s *server, before []byte) bool {
	c := at(before, s.lexed.Tokens(before))
	doc, arg := c.describe(s.scenarioLang.docs)
	line := string(before[bytes.LastIndexByte(before, '\n')+1:])
	switch {
	case c.comment || doc == nil || c.label:
		return false
	case c.text:
		return arg != nil && arg.Form.IsExpression() && strings.HasSuffix(line, ".") && strings.HasSuffix(strings.TrimRight(line, "."), "last")
	case c.arg == "":
		return strings.TrimSpace(line) == "" && !doc.Free && len(c.blocks) > 0 && hasRoom(doc, c.blocks[len(c.blocks)-1].args)
	case arg == nil || c.template:
		return false
	default:
		return strings.HasSuffix(strings.TrimSpace(line), "=") && (arg.Form == specs.FormRef || len(arg.Enum) > 0) && !strings.Contains(line, "{")
	}
}

// hasRoom says whether a block takes more than the arguments that it has.
func hasRoom(doc *specs.BlockDoc, written []string) bool {
	return len(doc.Blocks) > 0 || slices.ContainsFunc(doc.Args, func(a specs.ArgDoc) bool { return a.Only == nil && !slices.Contains(written, a.Name) })
}

func tail(text []byte) string { return string(text[max(0, len(text)-80):]) }

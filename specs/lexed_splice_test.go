package specs

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// spliceText has all that expressions can be.
const spliceText = `# a comment
locals {
  a = [for k, v in { x = 1, "y" = 2, (local.b) = 3 } : "${k}-${v}" if v > 1]
  b = { for s in ["a"] : s => upper(s)... }
  c = local.a[*].b[0].c
  d = !true ? -1 : (2 + 3) * 4 % 5
  e = <<-EOT
    one ${local.d}
    %{ if local.d > 1 }two%{ else }three%{ endif }
    %{ for x in local.a ~} ${x} %{ endfor ~}
  EOT
  f = max(local.a...)
  g = local.a.*.b
  h = "${local.a}" /* within */
  i = local.b["x"].y
}

x = 1 # a file of variables has such
y = [
  2, # two
]

agent "ü" { description = "\u00fc 👩‍👩‍👧" }
// another
agent "b" {
  output {
    type = object({ a = number, b = optional(string, "}") })
  }
}
`

// pieces that change how a text is read, among others that do not.
func splicePieces() []string {
	return []string{
		"a", "b = 2", "x = 1\n", "y = ", "\n", "\r\n", "\r", "\"", "{", "}", "(", ")", "[", "]", "${", "%{", "~}", "/*", "*/", "/", "*", "#", "//",
		"<<EOT\n", "EOT\n", "EOT", "\n}\n", "agent \"n\" {\n}\n", "  max_tokens = 3\n", bom, "👩‍👩‍👧", "=", ",", "'", ";", "$", "\t", " ", "x{}\n", "\"${ ) }\"",
		"session \"s\" {\n  opening = \"Begin.\"\n", "import {\n", "%{ if true }",
	}
}

// What is made of the tokens and the tree of a text that was a little different
// is what the lexer and the parser make of the whole.
func TestSplices(t *testing.T) {
	texts := [][]byte{[]byte(spliceText)}
	names, err := filepath.Glob("../examples/*/*.hcl")
	if err != nil || len(names) == 0 {
		t.Fatalf("got %d examples and %v", len(names), err)
	}
	for i := 0; i < len(names); i += 3 {
		text, err := os.ReadFile(names[i])
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	var sum spliceSum
	for seed, text := range texts {
		rounds := 2
		if seed == 0 {
			rounds = 80
		}
		sum.edit(t, uint64(seed), text, rounds)
		if t.Failed() {
			return
		}
	}
	t.Logf("%+v of %d texts", sum, len(texts))
	if sum.spliced*8 < sum.edits || sum.broken == 0 || sum.mistaken == 0 {
		t.Errorf("got %+v, want many trees that are made from others, also of texts with mistakes", sum)
	}
}

// A file with a mistake is parsed whole only at first.
func TestNarrowed(t *testing.T) {
	const sound, mistake = "type = object({ a = number", "type = \n max_ object({ a = number"
	text := []byte(strings.Replace(spliceText, sound, mistake, 1))
	c := &Lexed{}
	checkSplice(t, c, text)
	at, from := bytes.Index(text, []byte(mistake)), bytes.Index(text, []byte("agent \"b\""))
	if got := c.file(text).parsed.wrong; got.from != from || got.to <= at || got.to > len(text) {
		t.Errorf("the mistake is in %v, want that to begin at %d, around %d", got, from, at)
	}
	next := bytes.Replace(text, []byte("max_"), []byte("max_t"), 1)
	checkSplice(t, c, next)
	if !shares(c.file(text).parsed, c.file(next).parsed) {
		t.Error("the next letter had all parsed again")
	}
}

type spliceSum struct{ edits, broken, spliced, mistaken int }

// edit changes a text again and again.
func (s *spliceSum) edit(t *testing.T, seed uint64, text []byte, rounds int) {
	t.Helper()
	draw := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same texts each time
	c, fresh := &Lexed{}, text
	for range rounds {
		checkSplice(t, c, text)
		if t.Failed() {
			return
		}
		s.count(c, c.file(text))
		if text = spliceEdit(draw, text); draw.IntN(3) == 0 || len(text) > 2*len(fresh)+1000 {
			text = fresh
		}
	}
}

// count notes what was made of a text.
func (s *spliceSum) count(c *Lexed, f *lexedFile) {
	if f.parsed == nil {
		return
	}
	s.edits++
	if len(f.parsed.found) > 0 {
		s.broken++
	}
	if slices.ContainsFunc(c.kept, func(o *lexedFile) bool { return o != f && o.parsed != nil && shares(o.parsed, f.parsed) }) {
		s.spliced++
		if len(f.parsed.found) > 0 {
			s.mistaken++
		}
	}
}

// shares says whether two trees have a block in common.
func shares(a, b *syntaxTree) bool {
	one, two := a.file.Body.(*hclsyntax.Body).Blocks, b.file.Body.(*hclsyntax.Body).Blocks //nolint:forcetypeassert // as the parser makes them
	return slices.ContainsFunc(one, func(block *hclsyntax.Block) bool { return slices.Contains(two, block) })
}

// spliceEdit writes something, takes something away, or writes something twice.
func spliceEdit(draw *rand.Rand, text []byte) []byte {
	at := draw.IntN(len(text) + 1)
	if draw.IntN(8) == 0 {
		at = min(len(text), draw.IntN(4)) // marks of the encoding stand there
	}
	end := min(len(text), at+draw.IntN(8))
	if draw.IntN(4) == 0 {
		end = min(len(text), at+draw.IntN(len(text)+1))
	}
	all := splicePieces()
	switch draw.IntN(6) {
	case 0:
		return slices.Concat(text[:at], text[end:])
	case 1:
		return slices.Concat(text[:end], text[at:])
	default:
		return slices.Concat(text[:at], []byte(all[draw.IntN(len(all))]), text[at:])
	}
}

// checkSplice compares what is kept of a text with what is made of it alone.
func checkSplice(t *testing.T, c *Lexed, text []byte) {
	t.Helper()
	if got, want := c.Tokens(text), lex(text, syntaxConfig); !reflect.DeepEqual(got, want) {
		i := 0
		for i < min(len(got), len(want))-1 && reflect.DeepEqual(got[i], want[i]) {
			i++
		}
		t.Fatalf("got %d tokens, want %d, and first %v instead of %v, for %q", len(got), len(want), got[i].Range, want[i].Range, text)
	}
	if invalidUTF8(text) >= 0 || excess(c.Tokens(text)) != nil {
		return // nobody parses that
	}
	got, want := c.tree("a.hcl", text), parseText("a.hcl", text)
	if !reflect.DeepEqual(got.found, want.found) {
		t.Fatalf("got %v, want %v, for %q", got.found, want.found, text)
	}
	if aligned := hclwrite.Format(text); len(want.found) == 0 && !bytes.Equal(c.aligned(text), aligned) {
		t.Fatalf("got the layout %q, want %q", c.aligned(text), aligned)
	}
	if own := got.copied("a.hcl"); own != nil && !reflect.DeepEqual(own.file, want.file) {
		t.Fatalf("got another copy for %q:\n%s", text, differ(own.file, want.file))
	}
	if !reflect.DeepEqual(got.file, want.file) {
		t.Fatalf("got another tree for %q (%v):\n%s", text, got.found, differ(got.file, want.file))
	}
}

// differ says where two trees are not the same.
func differ(got, want *hcl.File) string {
	a, b := got.Body.(*hclsyntax.Body), want.Body.(*hclsyntax.Body) //nolint:forcetypeassert // as the parser makes them
	switch {
	case a.SrcRange != b.SrcRange || a.EndRange != b.EndRange:
		return a.SrcRange.String() + " instead of " + b.SrcRange.String()
	case !bytes.Equal(got.Bytes, want.Bytes):
		return "other bytes"
	case len(a.Blocks) != len(b.Blocks) || len(a.Attributes) != len(b.Attributes):
		return "not as many blocks or arguments"
	}
	for i := range a.Blocks {
		if !reflect.DeepEqual(a.Blocks[i], b.Blocks[i]) {
			return "the block at " + b.Blocks[i].TypeRange.String()
		}
	}
	for name, attr := range b.Attributes {
		if !reflect.DeepEqual(a.Attributes[name], attr) {
			return "the argument at " + attr.SrcRange.String()
		}
	}
	return "something else"
}

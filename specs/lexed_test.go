package specs

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A text is lexed once for all who ask, and no more than some are kept.
func TestLexed(t *testing.T) {
	var c, none *Lexed = &Lexed{}, nil
	text := func(i int) []byte { return fmt.Appendf(nil, "agent \"a%d\" {\n}\n", i) }
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for i := range maxLexed + 3 {
				if got, want := c.Tokens(text(i)), none.Tokens(text(i)); !reflect.DeepEqual(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
			}
		})
	}
	work.Wait()
	if len(c.kept) != maxLexed {
		t.Errorf("got %d texts that are kept, want %d", len(c.kept), maxLexed)
	}
	last := maxLexed + 2
	if a, b := c.Tokens(text(last)), c.Tokens(text(last)); &a[0] != &b[0] {
		t.Error("the text of before was lexed again")
	}
	if a, b := none.Tokens(text(last)), none.Tokens(text(last)); &a[0] == &b[0] {
		t.Error("who keeps nothing gave the tokens of before")
	}
}

// What is kept does not change findings: they name the file that they are in.
func TestLexedFindings(t *testing.T) {
	deep := []byte("a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n")
	lexed := &Lexed{}
	for _, name := range []string{"one.hcl", "two.hcl"} {
		_, ds := Load(name, Options{Overlay: map[string][]byte{name: deep}, OverlayOnly: true, Lexed: lexed})
		if len(ds) != 1 || ds[0].Code != codeTooDeep || ds[0].Range == nil || ds[0].Range.Filename != name || ds[0].Range.Start.Line != 1 {
			t.Errorf("%s: got %v, want one finding about its depth, in it", name, ds)
		}
	}
}

// Outlines share the tree of a text, and loading, which changes its own, has
// another one.
func TestSharedTree(t *testing.T) {
	overlay := map[string][]byte{
		"main.hcl": []byte("import {\n  from = \"./a${\"b\"}.hcl\"\n}\nlocals {\n  x = \"${upper(\"a\")}b\"\n}\n"),
		"ab.hcl":   []byte("agent \"w\" {\n  description = \"${upper(\"a\")}b\"\n}\n"),
	}
	lexed := &Lexed{}
	opts := Options{Overlay: overlay, OverlayOnly: true, Lexed: lexed}
	first := ReadOutline("main.hcl", opts)
	tree := lexed.tree("ab.hcl", overlay["ab.hcl"])
	if len(first.Files) != 2 || len(first.Symbols) != 2 || first.Incomplete {
		t.Fatalf("got %+v, want two files and two names", first)
	}
	_, _ = Load("main.hcl", opts)
	if again := ReadOutline("main.hcl", opts); !reflect.DeepEqual(again, first) {
		t.Errorf("got %+v after loading, want %+v", again, first)
	}
	if lexed.tree("ab.hcl", overlay["ab.hcl"]) != tree {
		t.Error("the text of before was parsed again")
	}
	attr := tree.file.Body.(*hclsyntax.Body).Blocks[0].Body.Attributes["description"] //nolint:forcetypeassert // as written above
	for _, part := range attr.Expr.(*hclsyntax.TemplateExpr).Parts {                  //nolint:forcetypeassert // as written above
		if _, changed := part.(metered); changed {
			t.Error("loading changed the shared tree")
		}
	}
	if lexed.tree("other.hcl", overlay["ab.hcl"]) == tree {
		t.Error("a file of another name got the tree with the name of before")
	}
}

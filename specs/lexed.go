package specs

import (
	"bytes"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Lexed keeps the tokens and syntax trees of the files that were read last, for
// who reads the same texts several times, as an editor's server does. It may be
// used concurrently: a text that several ask for is lexed and parsed once. A nil
// Lexed keeps nothing.
type Lexed struct {
	mu   sync.Mutex   // guards kept, and the trees in it
	kept []*lexedFile // the one that was asked for last comes first
}

// maxLexed bounds the texts that are kept. The tokens take about 40 times the
// memory of their text, the tree as much again.
const maxLexed = 8

type lexedFile struct {
	text   []byte
	tokens func() hclsyntax.Tokens
	// tree is that of the file called name; nil until somebody asks for it.
	name string
	tree func() *syntaxTree
}

// A syntaxTree is what the parser makes of a file. Several read it at once, so
// that nobody may change it.
type syntaxTree struct {
	file  *hcl.File // nil where there is none
	found hcl.Diagnostics
}

// Tokens are those of a file's text, without a file name in their ranges.
// Neither they nor the text may be changed later.
func (c *Lexed) Tokens(text []byte) hclsyntax.Tokens {
	if c == nil {
		return lex(text, syntaxConfig)
	}
	c.mu.Lock()
	tokens := c.file(text).tokens
	c.mu.Unlock()
	return tokens()
}

// tree is that of a file whose text the guard let through. Of a text that is
// read by several names only the last one's is kept.
func (c *Lexed) tree(name string, text []byte) *syntaxTree {
	if c == nil {
		return parseText(name, text)
	}
	c.mu.Lock()
	f := c.file(text)
	if f.tree == nil || f.name != name {
		f.name, f.tree = name, sync.OnceValue(func() *syntaxTree { return parseText(name, text) })
	}
	tree := f.tree
	c.mu.Unlock()
	return tree()
}

// file is the entry of a text. The caller holds the mutex.
func (c *Lexed) file(text []byte) *lexedFile {
	i := slices.IndexFunc(c.kept, func(f *lexedFile) bool { return bytes.Equal(f.text, text) })
	if i < 0 {
		f := &lexedFile{text: text, tokens: sync.OnceValue(func() hclsyntax.Tokens { return lex(text, syntaxConfig) })}
		c.kept = slices.Insert(c.kept, 0, f)
		c.kept = c.kept[:min(len(c.kept), maxLexed)]
		return f
	}
	f := c.kept[i]
	copy(c.kept[1:i+1], c.kept[:i])
	c.kept[0] = f
	return f
}

// parseText parses a file that the guard let through.
func parseText(name string, text []byte) *syntaxTree {
	start := hcl.InitialPos
	if bytes.HasPrefix(text, []byte(bom)) {
		text, start.Byte = text[len(bom):], len(bom)
	}
	file, found := hclsyntax.ParseConfig(text, name, start)
	return &syntaxTree{file, found}
}

package specs

import (
	"bytes"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Lexed keeps the tokens of the files that were read last, for who reads the
// same texts several times, as an editor's server does. It may be used
// concurrently: a text that several ask for is lexed once. A nil Lexed keeps
// nothing.
type Lexed struct {
	mu   sync.Mutex   // guards kept
	kept []*lexedFile // the one that was asked for last comes first
}

// maxLexed bounds the texts that are kept. The tokens take about 40 times the
// memory of their text.
const maxLexed = 8

type lexedFile struct {
	text   []byte
	tokens func() hclsyntax.Tokens
}

// Tokens are those of a file's text, without a file name in their ranges.
// Neither they nor the text may be changed later.
func (c *Lexed) Tokens(text []byte) hclsyntax.Tokens {
	if c == nil {
		return lex(text, syntaxConfig)
	}
	return c.file(text).tokens()
}

func (c *Lexed) file(text []byte) *lexedFile {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.kept, func(f *lexedFile) bool { return bytes.Equal(f.text, text) })
	f := &lexedFile{text, sync.OnceValue(func() hclsyntax.Tokens { return lex(text, syntaxConfig) })}
	if i >= 0 {
		f = c.kept[i]
		c.kept = slices.Delete(c.kept, i, i+1)
	}
	c.kept = slices.Insert(c.kept, 0, f)
	c.kept = c.kept[:min(len(c.kept), maxLexed)]
	return f
}

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

	pieces Memo[[]byte] // how paragraphs are laid out
}

// maxLexed bounds the texts that are kept. The tokens take about 40 times the
// memory of their text, the tree as much again.
const maxLexed = 8

type lexedFile struct {
	text  []byte
	lexed func() *lexedText
	// done is what lexed gave; nil until then.
	done *lexedText
	// tree is that of the file called name; nil until somebody asks for it.
	// parsed is what it gave.
	name   string
	tree   func() *syntaxTree
	parsed *syntaxTree
}

// A lexedText is a text and its tokens, the last of which is its end.
type lexedText struct {
	text   []byte
	tokens hclsyntax.Tokens
}

// end is where the text ends.
func (t *lexedText) end() hcl.Range { return t.tokens[len(t.tokens)-1].Range }

// begin is the first token that is more than a comment within a line.
func (t *lexedText) begin() hcl.Range {
	for i := range t.tokens {
		if tok := &t.tokens[i]; tok.Type != hclsyntax.TokenComment || endsLine(tok) {
			return tok.Range
		}
	}
	return t.end()
}

// before are the tokens from one on as far as a byte.
func (t *lexedText) before(first, at int) hclsyntax.Tokens {
	end := first
	for end < len(t.tokens)-1 && t.tokens[end].Range.Start.Byte < at {
		end++
	}
	return t.tokens[first:end]
}

// Tokens are those of a file's text, without a file name in their ranges.
// Neither they nor the text may be changed later.
func (c *Lexed) Tokens(text []byte) hclsyntax.Tokens {
	if c == nil {
		return lex(text, syntaxConfig)
	}
	c.mu.Lock()
	lexed := c.file(text).lexed
	c.mu.Unlock()
	return lexed().tokens
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
		f.name, f.parsed, f.tree = name, nil, sync.OnceValue(func() *syntaxTree { return c.parse(f, name) })
	}
	tree := f.tree
	c.mu.Unlock()
	return tree()
}

// file is the entry of a text. The caller holds the mutex.
func (c *Lexed) file(text []byte) *lexedFile {
	i := slices.IndexFunc(c.kept, func(f *lexedFile) bool { return bytes.Equal(f.text, text) })
	if i < 0 {
		f := &lexedFile{text: text}
		f.lexed = sync.OnceValue(func() *lexedText { return c.lex(f) })
		c.kept = slices.Insert(c.kept, 0, f)
		c.kept = c.kept[:min(len(c.kept), maxLexed)]
		return f
	}
	f := c.kept[i]
	copy(c.kept[1:i+1], c.kept[:i])
	c.kept[0] = f
	return f
}

// lex gives the tokens of a text, as far as possible from those of the text that
// is most like it, as it was a letter ago.
func (c *Lexed) lex(f *lexedFile) *lexedText {
	c.mu.Lock()
	var was *lexedText
	if o := c.like(f, func(o *lexedFile) (span, bool) { return span{}, o.done != nil }); o != nil {
		was = o.done
	}
	c.mu.Unlock()
	out := &lexedText{text: f.text}
	if was != nil {
		out.tokens = relex(was.text, was.tokens, f.text)
	} else {
		out.tokens = lex(f.text, syntaxConfig)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f.done = out
	return out
}

// parse is lex for trees.
func (c *Lexed) parse(f *lexedFile, name string) *syntaxTree {
	text := f.lexed()
	var old *lexedText
	var was, out *syntaxTree
	c.mu.Lock()
	if o := c.like(f, func(o *lexedFile) (span, bool) { return o.wrong(name) }); o != nil {
		old, was = o.done, o.parsed
	}
	c.mu.Unlock()
	if old != nil {
		out = reparse(old, was, name, text)
	}
	if out == nil {
		out = parseText(name, f.text).narrowed(name, text)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.name == name {
		f.parsed = out
	}
	return out
}

// wrong is the part of a text that the trees of others cannot use; ok is false
// if there is no tree of that name.
func (f *lexedFile) wrong(name string) (part span, ok bool) {
	if f.name != name || f.parsed == nil || f.parsed.file == nil {
		return span{}, false
	}
	return f.parsed.wrong, true
}

// like is the one of the other texts that has most in common with a text,
// outside of a part of it. The caller holds the mutex.
func (c *Lexed) like(f *lexedFile, without func(*lexedFile) (span, bool)) *lexedFile {
	var best *lexedFile
	most := 0
	for _, o := range c.kept {
		part, ok := without(o)
		if o == f || !ok {
			continue
		}
		if start, end := alike(o.text, f.text, part); start+end > most {
			best, most = o, start+end
		}
	}
	return best
}

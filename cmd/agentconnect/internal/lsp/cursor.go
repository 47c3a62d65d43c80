package lsp

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// A block is a block around a place: its type, and its labels as far as they
// are written.
type block struct {
	typ    string
	labels []string
	// args are the arguments that are written in it.
	args []string
}

// A cursor is where a place is in a file, found by tokens alone, so that it is
// known in a file that is half typed, too.
type cursor struct {
	blocks []block // from the outside
	// arg is the argument whose value the place is in, or empty.
	arg string
	// key is the last key before an equals sign inside of an object.
	key string
	// text says that the place is in a string or heredoc that begins at start;
	// template says that it is in a ${} of one, comment in a comment.
	text, template, comment bool
	start                   int
	// label says that the string is a label of a block, the count of those
	// before it.
	label  bool
	before int
	// header is the type of the block whose label or header the place is in.
	header string
}

// A textPiece is a string or heredoc of a file without interpolation.
type textPiece struct {
	cursor
	from, to int
}

// frame kinds of the walk.
type frameKind int

const (
	frameBlock frameKind = iota
	frameBracket
	frameText
	frameTemplate
)

type frame struct {
	kind  frameKind
	start int
	plain bool // of texts: without interpolation
}

// A walk goes over the tokens of a file.
type walk struct {
	frames []frame
	blocks []block
	item   []string // the words of the block item so far
	equals bool     // the item has an equals sign
	key    string
	word   string
	pieces []textPiece
	last   hclsyntax.Token
}

// at finds out where the end of a text is, of which the tokens are known.
func at(before []byte, tokens hclsyntax.Tokens) cursor {
	w := walk{frames: []frame{{kind: frameBlock}}}
	w.run(tokens)
	c := w.cursor()
	// The lexer counts the end of the line to a comment; without that the
	// place is inside of it.
	c.comment = w.last.Type == hclsyntax.TokenComment && !strings.HasSuffix(string(before), "\n") && !strings.HasSuffix(string(w.last.Bytes), "*/")
	return c
}

// pieces are the strings of a file in order.
func pieces(tokens hclsyntax.Tokens) []textPiece {
	w := walk{frames: []frame{{kind: frameBlock}}}
	w.run(tokens)
	return w.pieces
}

func (w *walk) run(tokens hclsyntax.Tokens) {
	for _, t := range tokens {
		w.token(t)
		if t.Type != hclsyntax.TokenEOF {
			w.last = t
		}
	}
}

func (w *walk) top() *frame { return &w.frames[len(w.frames)-1] }

func (w *walk) push(f frame) { w.frames = append(w.frames, f) }

func (w *walk) pop() {
	if len(w.frames) > 1 {
		w.frames = w.frames[:len(w.frames)-1]
	}
}

func (w *walk) token(t hclsyntax.Token) {
	switch t.Type {
	case hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
		w.push(frame{frameText, t.Range.End.Byte, true})
	case hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
		w.closeText(t)
	case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		w.top().plain = false
		w.push(frame{kind: frameTemplate})
	case hclsyntax.TokenTemplateSeqEnd:
		w.pop()
	case hclsyntax.TokenOBrack, hclsyntax.TokenOParen:
		w.push(frame{kind: frameBracket})
	case hclsyntax.TokenCBrack, hclsyntax.TokenCParen:
		w.pop()
	case hclsyntax.TokenOBrace:
		w.openBrace()
	case hclsyntax.TokenCBrace:
		w.closeBrace()
	case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
		w.word = string(t.Bytes)
	case hclsyntax.TokenIdent:
		w.word = string(t.Bytes)
		if w.top().kind == frameBlock && !w.equals {
			w.item = append(w.item, w.word)
		}
	case hclsyntax.TokenEqual, hclsyntax.TokenColon:
		w.key = w.word
		if w.top().kind == frameBlock && !w.equals && len(w.item) > 0 {
			w.equals, w.key = true, ""
			if len(w.blocks) > 0 {
				b := &w.blocks[len(w.blocks)-1]
				b.args = append(b.args, w.item[0])
			}
		}
	case hclsyntax.TokenNewline:
		if w.top().kind == frameBlock {
			w.item, w.equals, w.key = nil, false, ""
		}
	default: // the others change nothing
	}
}

func (w *walk) closeText(t hclsyntax.Token) {
	f := *w.top()
	if f.kind != frameText {
		return
	}
	if f.plain {
		w.pieces = append(w.pieces, textPiece{w.cursor(), f.start, max(f.start, t.Range.Start.Byte)})
	}
	w.pop()
	if w.top().kind == frameBlock && !w.equals && t.Type == hclsyntax.TokenCQuote {
		label := ""
		if w.last.Type == hclsyntax.TokenQuotedLit {
			label = string(w.last.Bytes)
		}
		w.item = append(w.item, label)
	}
}

func (w *walk) openBrace() {
	if w.top().kind == frameBlock && !w.equals && len(w.item) > 0 {
		w.blocks = append(w.blocks, block{typ: w.item[0], labels: slices.Clone(w.item[1:])})
		w.push(frame{kind: frameBlock})
		w.item = nil
		return
	}
	w.push(frame{kind: frameBracket})
}

func (w *walk) closeBrace() {
	if len(w.frames) > 1 && w.top().kind == frameBlock && len(w.blocks) > 0 {
		w.blocks = w.blocks[:len(w.blocks)-1]
		w.item, w.equals, w.key = nil, false, ""
	}
	w.pop()
}

// cursor is the state of the walk.
func (w *walk) cursor() cursor {
	c := cursor{blocks: slices.Clone(w.blocks), key: w.key}
	if w.equals {
		c.arg = w.item[0]
	}
	switch f := w.top(); f.kind {
	case frameText:
		c.text, c.start = true, f.start
		c.label, c.before = !w.equals && len(w.item) > 0, max(len(w.item)-1, 0)
		if c.label {
			c.header = w.item[0]
		}
	case frameTemplate:
		c.template = true
	case frameBlock, frameBracket:
		c.template = slices.ContainsFunc(w.frames, func(f frame) bool { return f.kind == frameTemplate })
	}
	return c
}

// describe finds the block and the argument in the language; either may be nil.
func (c *cursor) describe(root *specs.BlockDoc) (*specs.BlockDoc, *specs.ArgDoc) {
	doc, kind := root, ""
	for i := range c.blocks {
		doc = doc.Block(c.blocks[i].typ, kind)
		if doc == nil {
			return nil, nil
		}
		if kind = ""; len(doc.Kinds) > 0 && len(c.blocks[i].labels) > 0 {
			kind = c.blocks[i].labels[0]
		}
	}
	if c.arg == "" {
		return doc, nil
	}
	return doc, doc.Arg(c.arg, kind)
}

// address is that of the block at the top, as references write it.
func (c *cursor) address() string {
	if len(c.blocks) == 0 || len(c.blocks[0].labels) == 0 {
		return ""
	}
	b := c.blocks[0]
	typ := b.typ
	if typ == "variable" {
		typ = "var"
	}
	return typ + "." + b.labels[len(b.labels)-1]
}

// place says where an expression stands.
func (c *cursor) place(arg *specs.ArgDoc) specs.ExprPlace {
	p := specs.ExprPlace{Address: c.address(), Form: arg.Form, Here: arg.Here}
	inner := c.blocks[len(c.blocks)-1]
	p.Script, p.Test = inner.typ == "reply" || inner.typ == "fail", inner.typ == "assert"
	p.Here = p.Here || inner.typ == "stop" // its scope may be written below
	return p
}

package specs

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// aligned is what hclwrite.Format makes of a text. A paragraph, which begins with
// an empty line outside of all brackets, is laid out as if it stood alone, so that
// only those are laid out that have not been before.
func (c *Lexed) aligned(text []byte) []byte {
	if c == nil {
		return hclwrite.Format(text)
	}
	tokens := c.Tokens(text)
	out := make([]byte, 0, len(text)+len(text)/8)
	w, from := cutter{}, 0
	for i := range tokens {
		end := tokens[i].Range.End.Byte
		if w.token(&tokens[i]) && tokens[i+1].Type == hclsyntax.TokenNewline && tokens[i+1].Range.Start.Byte == end {
			out, from = append(out, c.align(text[from:end])...), end
		}
	}
	return append(out, c.align(text[from:])...)
}

// align lays a piece of a text out.
func (c *Lexed) align(piece []byte) []byte {
	out, ok := c.pieces.Get(piece)
	if !ok {
		out = hclwrite.Format(piece)
		c.pieces.Put(piece, out)
	}
	return out
}

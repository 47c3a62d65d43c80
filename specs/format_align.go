package specs

import (
	"sync"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// maxAligned bounds the paragraphs that are remembered, in bytes.
const maxAligned = 512 << 10

// paragraphs remember how pieces of texts are laid out. Those that nobody has
// asked for since as many bytes are forgotten.
type paragraphs struct {
	mu          sync.Mutex
	now, before map[string]string
	size        int // of the pieces in now
}

// align lays a piece of a text out.
func (p *paragraphs) align(piece []byte) string {
	p.mu.Lock()
	out, ok := p.now[string(piece)]
	if !ok {
		if out, ok = p.before[string(piece)]; ok {
			p.add(string(piece), out)
		}
	}
	p.mu.Unlock()
	if ok {
		return out
	}
	out = string(hclwrite.Format(piece))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(string(piece), out)
	return out
}

// add remembers a piece. The caller holds the mutex.
func (p *paragraphs) add(piece, out string) {
	if p.size += len(piece); p.now == nil || p.size > maxAligned {
		p.before, p.now, p.size = p.now, map[string]string{}, len(piece)
	}
	p.now[piece] = out
}

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
			out, from = append(out, c.pieces.align(text[from:end])...), end
		}
	}
	return append(out, c.pieces.align(text[from:])...)
}

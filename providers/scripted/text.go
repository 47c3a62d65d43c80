package scripted

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/agentconnect-dev/agentconnect/providers"
)

const (
	bytesPerToken = 4 // a common rule of thumb for English text
	maxBytes      = math.MaxInt32

	defaultChunks = 32
	smallText     = 40 // bytes; shorter texts are not divided
	minPiece      = 20 // bytes, of a piece that is not the last
	maxOverrun    = 24 // bytes that a piece may grow to reach the end of a word
)

// tokens estimates how many tokens a number of bytes is.
func tokens(bytes int) int { return (bytes + bytesPerToken - 1) / bytesPerToken }

// inputSize is the size of a prompt in bytes.
func inputSize(req *providers.Request) int {
	n := len(req.System)
	for i := range req.Messages {
		m := &req.Messages[i]
		n += len(m.Content)
		for j := range m.ToolCalls {
			n += len(m.ToolCalls[j].Name) + len(m.ToolCalls[j].Arguments)
		}
	}
	return n
}

// size is what a tool call counts of the output, in bytes.
func (c *ToolCall) size() int { return len(c.Name) + len(c.Arguments) }

// stopAt is where the first of the stop sequences begins, or the text's end.
func stopAt(text string, stops []string) int {
	end := len(text)
	for _, stop := range stops {
		if stop == "" {
			continue
		}
		// It may reach beyond the earliest end found so far.
		if i := strings.Index(text[:min(len(text), end+len(stop)-1)], stop); i >= 0 {
			end = i
		}
	}
	return end
}

// boundary is the last place at or before n where a character begins.
func boundary(s string, n int) int {
	if n >= len(s) {
		return len(s)
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// pieceSize is the least size of a piece such that a text has at most chunks.
func pieceSize(text string, chunks int) int {
	if len(text) < smallText {
		return max(len(text), 1)
	}
	return max(minPiece, (len(text)+chunks-1)/chunks)
}

// pieceEnd is where the piece that begins at start ends: after its size, at the
// next end of a word if one is near.
func pieceEnd(text string, start, size int) int {
	end := start + size
	if end >= len(text) {
		return len(text)
	}
	near := text[end-1 : min(len(text), end+maxOverrun)]
	if i := strings.IndexByte(near, ' '); i >= 0 {
		return end + i
	}
	if end+maxOverrun >= len(text) {
		return len(text)
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return end
}

package specs

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// checkDomain adds what the domain checks find. What they say about blocks
// that are broken already would only be consequences.
func (l *loader) checkDomain(cfg *Config) {
	broken := l.ds.HasErrors()
	found := slices.DeleteFunc(check(cfg), func(d Diagnostic) bool {
		// What is mentioned is the branch of a conditional that was not taken.
		return l.isBroken(d.Address) || broken && (d.Code == codeUnused || d.Code == codeNoSession || d.Code == codeNeverThere) ||
			d.Code == codeUnused && l.mentioned[d.Address]
	})
	for _, d := range found {
		if d.Severity == SeverityError {
			l.breakAddress(d.Address)
		}
	}
	l.ds = append(l.ds, found...)
}

// isBroken says whether an error was found in the block at an address.
func (l *loader) isBroken(address string) bool {
	n := l.at(address)
	return n != nil && n.broken
}

func (l *loader) breakAddress(address string) { l.at(address).fail() }

// at is the block at an address, or nil.
func (l *loader) at(address string) *node {
	for i := range address {
		if address[i] == '.' {
			return l.names[nameSpace(address[:i])][address[i+1:]]
		}
	}
	return nil
}

// proveAll proves that the sessions stop. Sessions whose patterns are broken
// are left out: nothing is known of them.
func (l *loader) proveAll(cfg *Config) {
	sound, ix := *cfg, newIndex(cfg)
	sound.Sessions = slices.DeleteFunc(slices.Clone(cfg.Sessions), func(s *Session) bool { return !l.provable(ix, s) })
	found := prove(&sound)
	if len(sound.Sessions) < len(cfg.Sessions) { // a condition may be of use in one that is broken
		found = slices.DeleteFunc(found, func(d Diagnostic) bool { return d.Code == codeStopDead })
	}
	l.ds = append(l.ds, found...)
}

func (l *loader) provable(ix *index, s *Session) bool {
	if !s.Implicit && l.isBroken("session."+s.Name) {
		return false
	}
	who := ix.cast(s)
	for name := range who.patterns {
		if l.isBroken("pattern." + name) {
			return false
		}
	}
	return true
}

// docURL is where the codes are explained.
const docURL = "https://github.com/agentconnect-dev/agentconnect/blob/main/docs/errors.md#"

// finish sorts the findings and gives each its source.
func (l *loader) finish() Diagnostics {
	for _, v := range l.values {
		l.addValues(v)
	}
	for _, r := range l.hidden {
		l.hiddenRanges = append(l.hiddenRanges, l.rng(r))
	}
	for i := range l.ds {
		d := &l.ds[i]
		values := []SnippetValue{}
		if d.Snippet != nil {
			values = d.Snippet.Values
		}
		d.Snippet = l.snippet(d, values)
		if d.DocURL == "" {
			d.DocURL = docURL + strings.ToLower(d.Code)
		}
	}
	return slices.CompactFunc(l.ds.sorted(), sameFinding)
}

// sameFinding says whether two phases found the same.
func sameFinding(a, b Diagnostic) bool {
	return a.Code == b.Code && a.Detail == b.Detail && a.Address == b.Address && a.Range != nil && b.Range != nil && *a.Range == *b.Range
}

// hash identifies the texts and the values that are no secrets.
func (l *loader) hash(cfg *Config) string {
	h := sha256.New()
	for _, name := range slices.Sorted(keysOf(l.content)) {
		sum := sha256.Sum256(l.content[name])
		fmt.Fprintf(h, "file %q %x\n", name, sum)
	}
	for _, v := range cfg.Variables {
		fmt.Fprintf(h, "var %q %s\n", v.Name, v.Value)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A blockSpan is a block at the top of a file, for the context of a snippet.
// Those of a file are in order.
type blockSpan struct {
	from, to int
	title    string
}

func (l *loader) noteBlocks(body *hclsyntax.Body) {
	for _, b := range body.Blocks {
		r := b.Range()
		title := b.Type
		if len(b.Labels) > 0 {
			title += ` "` + strings.Join(b.Labels, `" "`) + `"`
		}
		l.spans[r.Filename] = append(l.spans[r.Filename], blockSpan{b.TypeRange.Start.Byte, r.End.Byte, title})
	}
}

// snippet is the source of a finding; nil where there is none to show.
func (l *loader) snippet(d *Diagnostic, values []SnippetValue) *Snippet {
	if d.Range == nil {
		return nil
	}
	f := l.sources[d.Range.Filename]
	if f == nil || l.isHidden(d.Range) {
		return nil
	}
	first := d.Range.Start
	last := max(d.Range.End.Line, first.Line)
	_, from := f.line(first.Line)
	text, at := f.line(last)
	end := min(at+len(text), from+maxSnippet)
	code := f.text[from:max(end, from)]
	s := &Snippet{
		Code: string(code), StartLine: first.Line, Values: values,
		HighlightStartOffset: clampInt(first.Byte-from, len(code)), HighlightEndOffset: clampInt(d.Range.End.Byte-from, len(code)),
	}
	s.Context = l.context(f.name, first.Byte)
	return s
}

// context is the title of the block around a place, or nil.
func (l *loader) context(file string, at int) *string {
	spans := l.spans[file]
	i, found := slices.BinarySearchFunc(spans, at, func(b blockSpan, at int) int { return cmp.Compare(b.from, at) })
	if !found {
		i--
	}
	if i < 0 || at >= spans[i].to {
		return nil
	}
	return &spans[i].title
}

// maxSnippet bounds the source that one finding carries, in bytes.
const maxSnippet = 4096

func clampInt(n, high int) int { return min(max(n, 0), high) }

// isHidden says whether a secret is written on the lines of a range.
func (l *loader) isHidden(r *Range) bool {
	return slices.ContainsFunc(l.hiddenRanges, func(h Range) bool {
		return h.Filename == r.Filename && h.Start.Line <= r.End.Line && r.Start.Line <= h.End.Line
	})
}

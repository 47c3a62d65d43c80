package lint

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/agentconnect-dev/agentconnect/specs"
)

const unusedIgnore = "unused-ignore"

// The comments that silence findings: on a line, or on the line above, and in a
// whole file.
const (
	ignoreLine = "agentconnect-lint-ignore:"
	ignoreFile = "agentconnect-lint-ignore-file:"
)

// An ignore is a comment that silences rules.
type ignore struct {
	rules []string
	used  []string
	// line is the one whose findings are meant; 0 for the whole file.
	line int
	// whole is the comment in bytes; alone says that it has its line to itself.
	whole [2]int
	alone bool
}

// findIgnores reads the comments of a file.
func (t *text) findIgnores() {
	for i, tok := range t.tokens {
		if tok.Type != hclsyntax.TokenComment {
			continue
		}
		rules, file, ok := parseIgnore(string(tok.Bytes))
		if !ok {
			continue
		}
		from := tok.Range.Start.Byte
		g := &ignore{rules: rules, whole: [2]int{from, tok.Range.End.Byte}}
		line := bytes.LastIndexByte(t.src[:from], '\n') + 1
		g.alone = len(bytes.TrimSpace(t.src[line:from])) == 0
		switch {
		case file:
		case g.alone:
			g.line = t.nextLine(i)
		default:
			g.line = tok.Range.Start.Line
		}
		t.ignores = append(t.ignores, g)
	}
}

// nextLine is the first line after a token with more than comments on it.
func (t *text) nextLine(i int) int {
	for _, tok := range t.tokens[i+1:] {
		if tok.Type != hclsyntax.TokenComment && tok.Type != hclsyntax.TokenNewline {
			return tok.Range.Start.Line
		}
	}
	return -1
}

// parseIgnore reads a comment: the names of rules, separated by commas, and
// after them anything.
func parseIgnore(comment string) (rules []string, file, ok bool) {
	words := strings.TrimSpace(strings.TrimLeft(strings.TrimSuffix(strings.TrimSpace(comment), "*/"), "#/* \t"))
	rest, ok := strings.CutPrefix(words, ignoreLine)
	if !ok {
		if rest, file = strings.CutPrefix(words, ignoreFile); !file {
			return nil, false, false
		}
	}
	for more := true; more; {
		var name string
		rest = strings.TrimSpace(rest)
		end := strings.IndexAny(rest, ", \t\n")
		if end < 0 {
			end = len(rest)
		}
		name, rest = rest[:end], strings.TrimSpace(rest[end:])
		if name != "" {
			rules = append(rules, name)
		}
		rest, more = strings.CutPrefix(rest, ",")
	}
	return rules, file, true
}

// silence drops the findings that comments say are meant.
func (p *pass) silence() {
	p.found = slices.DeleteFunc(p.found, func(d specs.Diagnostic) bool {
		if d.Range == nil {
			return false
		}
		t := p.text(d.Range.Filename)
		return t != nil && t.silenced(d)
	})
}

func (t *text) silenced(d specs.Diagnostic) bool {
	out := false
	for _, g := range t.ignores {
		if (g.line == 0 || g.line == d.Range.Start.Line) && slices.Contains(g.rules, d.Code) {
			g.used = append(g.used, d.Code)
			out = true
		}
	}
	return out
}

// unusedIgnores reports comments that silence nothing, as far as their rules
// were looked at.
func (p *pass) unusedIgnores(looked []Rule) {
	all := Rules()
	for _, t := range p.texts {
		for _, g := range t.ignores {
			var idle []string
			for _, name := range g.rules {
				switch {
				case !known(all, name):
					p.report("", t.at(g.whole[0], g.end(t)), "There is no rule %q, so the comment silences nothing.", name)
				case known(looked, name) && !slices.Contains(g.used, name):
					idle = append(idle, name)
				}
			}
			if len(idle) > 0 {
				p.idle(t, g, idle)
			}
		}
	}
}

// idle reports a comment for rules that find nothing there.
func (p *pass) idle(t *text, g *ignore, rules []string) {
	d := p.report("", t.at(g.whole[0], g.end(t)), "Nothing here is found by %s. Remove the name, or the comment.", strings.Join(rules, ", "))
	if len(rules) < len(g.rules) {
		d.Fix = g.without(t, rules)
		return
	}
	from, to := g.whole[0], g.end(t)
	if g.alone {
		from, to = bytes.LastIndexByte(t.src[:from], '\n')+1, g.whole[1]
	} else {
		from = len(bytes.TrimRight(t.src[:from], " \t"))
	}
	d.Fix = &specs.Fix{Message: "Remove the comment.", Edits: []specs.Edit{{Range: t.at(from, to)}}}
}

// without is the change that leaves rules out of the comment.
func (g *ignore) without(t *text, rules []string) *specs.Fix {
	comment := string(t.src[g.whole[0]:g.end(t)])
	from := strings.Index(comment, ":") + 1
	to := from
	var left []string
	for _, name := range g.rules {
		at := strings.Index(comment[to:], name)
		if to == from {
			from += at
		}
		to += at + len(name)
		if !slices.Contains(rules, name) {
			left = append(left, name)
		}
	}
	return &specs.Fix{
		Message: "Remove " + strings.Join(rules, ", ") + ".",
		Edits:   []specs.Edit{{Range: t.at(g.whole[0]+from, g.whole[0]+to), NewText: strings.Join(left, ", ")}},
	}
}

// end is where the comment ends, without the end of its line.
func (g *ignore) end(t *text) int {
	return g.whole[0] + len(bytes.TrimRight(t.src[g.whole[0]:g.whole[1]], "\r\n"))
}

package lint

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// docURL is where the rules are explained.
const docURL = "https://github.com/agentconnect-dev/agentconnect/blob/main/docs/lint.md#"

// Check looks at a scenario that was loaded. The findings are sorted by file
// and position; the code of each is the name of its rule. An error says that
// the options name a rule that there is not.
func Check(cfg *specs.Config, opts Options) (specs.Diagnostics, error) {
	rules, err := opts.chosen()
	if err != nil {
		return nil, err
	}
	p := newPass(cfg)
	p.tests = opts.Tests
	for _, rule := range rules {
		if rule.check != nil {
			p.rule = rule
			rule.check(p)
		}
	}
	p.silence()
	for _, rule := range rules {
		if rule.Name == unusedIgnore {
			p.rule = rule
			p.unusedIgnores(rules)
		}
	}
	slices.SortStableFunc(p.found, inOrder)
	return p.found, nil
}

// inOrder compares findings by file and position.
func inOrder(a, b specs.Diagnostic) int {
	if a.Range == nil || b.Range == nil {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Code, b.Code))
	}
	return cmp.Or(cmp.Compare(a.Range.Filename, b.Range.Filename), cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte), cmp.Compare(a.Code, b.Code))
}

func place(d specs.Diagnostic) int {
	if d.Range == nil {
		return 0
	}
	return 1
}

// A pass is one look at one scenario.
type pass struct {
	cfg   *specs.Config
	texts []*text
	tests [][]byte
	casts map[string]specs.Cast // by session
	rule  Rule
	found specs.Diagnostics
}

func newPass(cfg *specs.Config) *pass {
	p := &pass{cfg: cfg, casts: map[string]specs.Cast{}}
	for source, src := range cfg.Sources {
		if name := cfg.Filename(source); src != nil && slices.Contains(cfg.Files, name) {
			p.texts = append(p.texts, newText(name, src))
		}
	}
	slices.SortFunc(p.texts, func(a, b *text) int { return strings.Compare(a.name, b.name) })
	for _, s := range cfg.Sessions {
		p.casts[s.Name] = cfg.Cast(s)
	}
	return p
}

// report adds a finding of the rule at work, for more to be set before the
// next one.
func (p *pass) report(address string, at specs.Range, format string, args ...any) *specs.Diagnostic {
	d := specs.Diagnostic{
		Severity: p.rule.Severity, Code: p.rule.Name, Summary: p.rule.Summary, Detail: fmt.Sprintf(format, args...),
		Address: address, DocURL: docURL + p.rule.Name,
	}
	if at.Filename != "" {
		d.Range = &at
		d.Snippet = p.snippet(at)
	}
	p.found = append(p.found, d)
	return &p.found[len(p.found)-1]
}

// snippet are the source lines of a range; nil where they are not known.
func (p *pass) snippet(at specs.Range) *specs.Snippet {
	t := p.text(at.Filename)
	if t == nil || at.Start.Byte < 0 || at.Start.Byte > at.End.Byte || at.End.Byte > len(t.src) {
		return nil
	}
	from, to := bytes.LastIndexByte(t.src[:at.Start.Byte], '\n')+1, len(t.src)
	if i := bytes.IndexByte(t.src[at.End.Byte:], '\n'); i >= 0 {
		to = at.End.Byte + i
	}
	return &specs.Snippet{
		Code: string(t.src[from:to]), StartLine: at.Start.Line, Values: []specs.SnippetValue{},
		HighlightStartOffset: at.Start.Byte - from, HighlightEndOffset: at.End.Byte - from,
	}
}

// text is the file of a name, nil for what is none of the scenario's.
func (p *pass) text(name string) *text {
	for _, t := range p.texts {
		if t.name == name {
			return t
		}
	}
	return nil
}

func find[T any](list []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i]
	}
	return nil
}

func (p *pass) agent(name string) *specs.Agent {
	return find(p.cfg.Agents, func(a *specs.Agent) bool { return a.Name == name })
}

func (p *pass) pattern(name string) *specs.Pattern {
	return find(p.cfg.Patterns, func(x *specs.Pattern) bool { return x.Name == name })
}

func (p *pass) stop(name string) *specs.Stop {
	return find(p.cfg.Stops, func(x *specs.Stop) bool { return x.Name == name })
}

// where is where to point for a session, which may not be written.
func where(s *specs.Session) specs.Range {
	if s.Implicit {
		return specs.Range{}
	}
	return s.Range
}

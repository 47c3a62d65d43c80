package lint

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/agentconnect-dev/agentconnect/specs"
)

func textRules() []Rule {
	return []Rule{
		{
			Name: "name-style", Severity: specs.SeverityWarning, Summary: "Unusual name", check: nameStyle, Fixable: true,
			Explanation: "Names are lower case with `_` between words, 64 letters at most. A name with `-` or a letter beyond English has to be written `agents['a-b']` in conditions, and vendors see it in another spelling where a tool is named after it. The fix renames it everywhere in the scenario, unless the new name is taken, or the old one stands elsewhere, too, or in a test beside it, where an editor can rename it. Variables and sessions are named from outside, so that they are left to you.",
		},
		{
			Name: "comment-style", Severity: specs.SeverityWarning, Summary: "Comment with //", check: commentStyle, Fixable: true,
			Explanation: "Comments of a line begin with `#`, as everywhere in HCL.",
		},
		{
			Name: unusedIgnore, Severity: specs.SeverityWarning, Summary: "Comment silences nothing", Fixable: true,
			Explanation: "A comment `agentconnect-lint-ignore` names a rule that there is not, or one that finds nothing there any more.",
		},
	}
}

func commentStyle(p *pass) {
	for _, t := range p.texts {
		for _, tok := range t.tokens {
			if tok.Type != hclsyntax.TokenComment || !bytes.HasPrefix(tok.Bytes, []byte("//")) {
				continue
			}
			at := t.at(tok.Range.Start.Byte, tok.Range.Start.Byte+2)
			d := p.report("", at, "Write # instead of //.")
			d.Fix = &specs.Fix{Message: "Write #.", Edits: []specs.Edit{{Range: at, NewText: "#"}}}
		}
	}
}

var goodName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,63}$`)

// nameStyle looks at the names of blocks at the top of files, of locals, and of
// nodes and routes.
func nameStyle(p *pass) {
	outline := p.outline()
	taken := map[string]bool{}
	for _, s := range outline.Symbols {
		taken[s.Address] = true
	}
	for _, s := range outline.Symbols {
		if goodName.MatchString(s.Name) {
			continue
		}
		d := p.report(s.Address, s.NameRange, "Names are lower case letters of English, digits and _, 64 at most.")
		better := restyled(s.Name)
		address := strings.TrimSuffix(s.Address, s.Name) + better
		if goodName.MatchString(better) && !taken[address] && p.renamable(s, better, outline) {
			taken[address] = true
			d.Detail += " Rename it: " + better + "."
			d.Fix = rename(s, better, outline)
		}
	}
}

func rename(s specs.Symbol, name string, outline *specs.Outline) *specs.Fix {
	fix := &specs.Fix{Message: "Rename it to " + name + "."}
	for _, u := range outline.Uses {
		if u.Address == s.Address {
			fix.Edits = append(fix.Edits, specs.Edit{Range: u.Range, NewText: name})
		}
	}
	return fix
}

// renamable says whether a new name is free and every mention of the old one is
// known.
func (p *pass) renamable(s specs.Symbol, name string, outline *specs.Outline) bool {
	if outline.Incomplete || outline.Duplicates || name == "user" || s.Block == "variable" || s.Block == "session" {
		return false
	}
	for _, other := range outline.Symbols {
		if other.Name == name && other.Block != "variable" && other.Block != "locals" {
			return false
		}
	}
	uses, mentions := 0, 0
	for _, u := range outline.Uses {
		if u.Address == s.Address {
			uses++
		}
	}
	for _, t := range p.texts {
		mentions += t.mentions(s.Name)
	}
	for _, src := range p.tests {
		if (&text{src: src}).mentions(s.Name) > 0 {
			return false
		}
	}
	return uses == mentions
}

// mentions is how often a name stands in the file as a word of its own, or in
// the name of a tool that is made of it: transfer_to_x, x__search.
func (t *text) mentions(name string) int {
	count := 0
	for at := 0; ; {
		i := bytes.Index(t.src[at:], []byte(name))
		if i < 0 {
			return count
		}
		before, after := t.src[:at+i], t.src[at+i+len(name):]
		begins := len(before) == 0 || !inName(before[len(before)-1]) || bytes.HasSuffix(before, []byte("transfer_to_"))
		ends := len(after) == 0 || !inName(after[0]) || bytes.HasPrefix(after, []byte("__"))
		if begins && ends {
			count++
		}
		at += i + len(name)
	}
}

// inName says whether a byte may be part of a name.
func inName(c byte) bool {
	return c == '_' || c == '-' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// outline is that of the scenario, with the names that diagnostics use.
func (p *pass) outline() *specs.Outline {
	overlay := map[string][]byte{}
	for name, src := range p.cfg.Sources {
		if src != nil {
			overlay[name] = src
		}
	}
	path := "."
	if p.cfg.Root != "" {
		path = p.cfg.Root
	}
	out := specs.ReadOutline(path, specs.Options{Overlay: overlay, OverlayOnly: true, WorkDir: p.cfg.Dir})
	for i := range out.Symbols {
		out.Symbols[i].NameRange.Filename = p.cfg.Filename(out.Symbols[i].NameRange.Filename)
	}
	for i := range out.Uses {
		out.Uses[i].Range.Filename = p.cfg.Filename(out.Uses[i].Range.Filename)
	}
	return out
}

// restyled is a name in the usual style: fetchNews, fetch-news and Fetch_News
// become fetch_news.
func restyled(name string) string {
	var out strings.Builder
	lower := false
	for _, c := range name {
		upper := c >= 'A' && c <= 'Z'
		if upper && lower {
			out.WriteByte('_')
		}
		lower = c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if c == '-' {
			c = '_'
		}
		out.WriteRune(c)
	}
	return strings.ToLower(out.String())
}

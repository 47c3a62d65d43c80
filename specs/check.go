package specs

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// check finds what several values or blocks say together and no single one
// says alone: bounds, combinations, places where only some participants fit,
// and blocks that nothing uses.
func check(cfg *Config) Diagnostics {
	c := newDomain(cfg)
	for _, p := range cfg.Providers {
		c.provider(p)
	}
	for _, a := range cfg.Agents {
		c.agent(a)
	}
	for _, h := range cfg.Humans {
		c.human(h)
	}
	for _, t := range cfg.Tools {
		c.tool(t)
	}
	for _, p := range cfg.Patterns {
		c.pattern(p)
	}
	for _, s := range cfg.Stops {
		c.stop(s)
	}
	for _, s := range cfg.Sessions {
		c.session(s)
	}
	c.strangers()
	c.unused()
	return c.ds
}

// A domain looks at one configuration and collects findings.
type domain struct {
	*index
	ds    Diagnostics
	hints int
	// shortest are the turns that patterns take at least, as far as computed.
	shortest map[string]int
	// members are the participants' names by pattern, as far as asked for.
	members map[*Pattern][]string
}

func newDomain(cfg *Config) *domain {
	return &domain{index: newIndex(cfg), shortest: map[string]int{}, members: map[*Pattern][]string{}}
}

// report adds a finding; the code says its severity and summary.
func (c *domain) report(code, address string, at Range, format string, args ...any) *Diagnostic {
	row := checkCodes()[code]
	d := Diagnostic{
		Severity: row.severity, Code: code, Summary: row.summary,
		Detail: fmt.Sprintf(format, args...), Address: address,
	}
	if at != (Range{}) {
		d.Range = &at
	}
	c.ds = append(c.ds, d)
	return &c.ds[len(c.ds)-1]
}

// twice reports names that a list has more than once.
func (c *domain) twice(address, what string, names []string, at func(i int) Range) {
	seen := map[string]bool{}
	for i, name := range names {
		if seen[name] {
			c.report(codeTwice, address, at(i), "%s is in %s more than once; remove one of them.", name, what)
		}
		seen[name] = true
	}
}

// web checks that a text is the address of a web service.
// Placeholders stand for parts of a path or query.
func (c *domain) web(address, text string, at Range) {
	if text == "" {
		return
	}
	u, err := url.Parse(placeholder().ReplaceAllString(text, "x"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		c.report(codeAddress, address, at, "An address is like https://example.com/path; it is %q.", text)
	}
}

// everyAt is the same range for each element of a list.
func everyAt(r Range) func(int) Range { return func(int) Range { return r } }

// meant is a hint at what was probably meant. A scenario full of wrong names
// gets none from some point on, since comparing takes time.
func (c *domain) meant(name string, candidates []string) string {
	if c.hints++; c.hints > maxHints || len(candidates) > 1000 {
		return ""
	}
	return meant(name, candidates)
}

// meant is a hint at the candidate that was probably meant, with a space
// before it, or else the candidates.
func meant(name string, candidates []string) string {
	if best := closest(name, candidates); best != "" {
		return fmt.Sprintf(" Did you mean %q?", best)
	}
	if len(candidates) == 0 {
		return ""
	}
	return " Known are: " + listed(candidates) + "."
}

// listed joins sorted names, not too many of them.
func listed(names []string) string {
	const most = 12
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

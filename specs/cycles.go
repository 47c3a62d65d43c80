package specs

import (
	"slices"
	"strings"
)

// A dependency is a use of one block by another of its kind.
type dependency struct {
	from, to string
	at       Range
}

// checkCycles reports patterns that take part in themselves and stops that are
// combined of themselves, each circle once and with every step of it.
func (l *loader) checkCycles(cfg *Config) {
	patterns := map[string][]dependency{}
	for _, p := range cfg.Patterns {
		for _, role := range p.roles() {
			if role.Kind == RefPattern {
				patterns[p.Name] = append(patterns[p.Name], dependency{p.Name, role.Name, role.Range})
			}
		}
	}
	stops := map[string][]dependency{}
	for _, s := range cfg.Stops {
		if s.Combine == nil {
			continue
		}
		for _, name := range s.Combine.Of {
			stops[s.Name] = append(stops[s.Name], dependency{s.Name, name, s.Arg(s.Combine.arg())})
		}
	}
	l.cycles("pattern", codePatternCycle, patterns)
	l.cycles("stop", codeStopCycle, stops)
}

// arg is the argument that lists the parts of a combination.
func (c *Combine) arg() string {
	if c.Op == "at_least" {
		return "of"
	}
	return c.Op
}

func (l *loader) cycles(kind, code string, links map[string][]dependency) {
	state := map[string]int{}
	var walk func(name string, trail []dependency)
	walk = func(name string, trail []dependency) {
		switch state[name] {
		case visited:
			return
		case visiting:
			if start := slices.IndexFunc(trail, func(s dependency) bool { return s.from == name }); start >= 0 {
				l.cycle(kind, code, trail[start:])
			}
			return
		}
		state[name] = visiting
		for _, step := range links[name] {
			walk(step.to, append(slices.Clip(trail), step))
		}
		state[name] = visited
	}
	for _, name := range slices.Sorted(keysOf(links)) {
		walk(name, nil)
	}
}

func (l *loader) cycle(kind, code string, cycle []dependency) {
	var steps []string
	for _, step := range cycle {
		steps = append(steps, kind+"."+step.from)
		l.breakAddress(kind + "." + step.from)
	}
	first := cycle[0]
	n := l.names[nameSpace(kind)][first.from]
	word := "takes part in itself"
	if kind == "stop" {
		word = "is combined of itself"
	}
	row := l.codes[code]
	d := Diagnostic{
		Severity: row.severity, Code: code, Summary: row.summary, Address: n.address, Range: &first.at,
		Detail: steps[0] + " " + word + ": " + strings.Join(append(steps, steps[0]), " → ") + ".",
	}
	for _, step := range cycle {
		d.Related = append(d.Related, Related{kind + "." + step.from + " uses " + kind + "." + step.to, step.at})
	}
	l.ds = append(l.ds, d)
}

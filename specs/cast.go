package specs

import (
	"maps"
	"slices"
)

// Cast is everybody and everything that a session can reach, by name, sorted:
// who takes part in its pattern and those inside of it, who judges its stops,
// and who takes its last turn.
type Cast struct {
	Agents, Humans, Patterns []string
	// Stops are the session's and what they are combined of.
	Stops []string
}

// Cast says what a session of the scenario can reach.
func (c *Config) Cast(s *Session) Cast {
	ix := newIndex(c)
	who := ix.cast(s)
	out := Cast{
		Agents: slices.Sorted(maps.Keys(who.agents)), Humans: slices.Sorted(maps.Keys(who.humans)), Patterns: slices.Sorted(maps.Keys(who.patterns)),
	}
	for _, stop := range ix.stopsOf(s) {
		out.Stops = append(out.Stops, stop.Name)
	}
	slices.Sort(out.Stops)
	return out
}

package trial

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
)

// Coverage is what the runs of a report have exercised of their scenarios.
type Coverage struct {
	// Percent is how much of all points has happened, rounded down.
	Percent int `json:"percent"`
	Covered int `json:"covered"`
	Of      int `json:"of"`
	// Scenarios are in the order of their first run.
	Scenarios []*ScenarioCoverage `json:"scenarios"`
}

// ScenarioCoverage is that of one scenario.
type ScenarioCoverage struct {
	// Scenario is its path.
	Scenario string `json:"scenario"`
	// Sessions are those that were run; Untested are the names of the others.
	Sessions []SessionCoverage `json:"sessions"`
	Untested []string          `json:"untested"`
}

// SessionCoverage is that of a session block.
type SessionCoverage struct {
	*engine.Coverage
	Summary []engine.Share `json:"summary"`
}

// measure counts what the run has exercised. A log that does not fit the scenario,
// as that of a recorded session may not, counts nothing.
func (c *check) measure(t *engine.Template) {
	if !c.o.Cover {
		return
	}
	one := engine.NewCoverage(t)
	if one.Add(c.ctx, t, sequence(c.r.Events)) == nil {
		c.r.coverage = one
	}
}

// cover puts together what the runs have exercised.
func cover(r *Report) *Coverage {
	out := &Coverage{Scenarios: []*ScenarioCoverage{}}
	for _, f := range r.Files {
		for _, run := range f.Results {
			if len(run.sessions) == 0 {
				continue
			}
			s := out.scenario(run)
			if run.coverage != nil {
				s.session(run.Session).Merge(run.coverage)
			}
		}
	}
	out.sum()
	return out
}

// scenario is the scenario of a run.
func (c *Coverage) scenario(run *Result) *ScenarioCoverage {
	for _, s := range c.Scenarios {
		if s.Scenario == run.scenario {
			return s
		}
	}
	s := &ScenarioCoverage{Scenario: run.scenario, Sessions: []SessionCoverage{}, Untested: slices.Clone(run.sessions)}
	c.Scenarios = append(c.Scenarios, s)
	return s
}

func (s *ScenarioCoverage) session(name string) *engine.Coverage {
	for i := range s.Sessions {
		if s.Sessions[i].Session == name {
			return s.Sessions[i].Coverage
		}
	}
	c := &engine.Coverage{Session: name}
	s.Sessions = append(s.Sessions, SessionCoverage{Coverage: c})
	s.Untested = slices.DeleteFunc(s.Untested, func(other string) bool { return other == name })
	return c
}

func (c *Coverage) sum() {
	for _, s := range c.Scenarios {
		for i := range s.Sessions {
			s.Sessions[i].Summary = s.Sessions[i].Coverage.Summary()
			for _, share := range s.Sessions[i].Summary {
				c.Covered, c.Of = c.Covered+share.Covered, c.Of+share.Of
			}
		}
	}
	c.Percent = percent(c.Covered, c.Of)
}

func percent(part, of int) int {
	if of == 0 {
		return 0
	}
	return part * 100 / of
}

// Cover writes what was exercised, and what not.
func (t *Text) Cover(c *Coverage) {
	for _, s := range c.Scenarios {
		for i := range s.Sessions {
			t.session(s, &s.Sessions[i])
		}
		for _, name := range s.Untested {
			t.blank()
			t.printf("%s  %s session.%s\n", t.Theme.Bold("coverage"), s.Scenario, name)
			t.printf("  %s\n", t.Theme.Warn("no run of it"))
		}
	}
	if len(c.Scenarios) > 1 {
		t.blank()
		t.printf("%s  %d%% of all, %d of %d\n", t.Theme.Bold("coverage"), c.Percent, c.Covered, c.Of)
	}
}

func (t *Text) session(s *ScenarioCoverage, c *SessionCoverage) {
	covered, of := 0, 0
	var parts []string
	for _, share := range c.Summary {
		covered, of = covered+share.Covered, of+share.Of
		parts = append(parts, fmt.Sprintf("%ss %d/%d", share.Kind, share.Covered, share.Of))
	}
	t.blank()
	t.printf("%s  %s session.%s: %d%%, %d of %d in %s\n", t.Theme.Bold("coverage"), s.Scenario, c.Session, percent(covered, of), covered, of, screen.Plural(c.Sessions, "session"))
	t.printf("  %s\n", strings.Join(parts, ", "))
	missing := c.Missing()
	if len(missing) == 0 {
		return
	}
	t.printf("%s\n", "  not exercised:")
	wide := 0
	for i := range missing {
		wide = max(wide, len(missing[i].Kind))
	}
	for i := range missing {
		p := &missing[i]
		line := fmt.Sprintf("    %-*s  %s", wide, p.Kind, p.Name)
		if p.What != "" {
			line += ": " + p.What
		}
		line = screen.Line(line)
		if p.File != "" {
			line += t.Theme.Dim(fmt.Sprintf("  %s:%d", p.File, p.Line))
		}
		t.printf("%s\n", line)
	}
}

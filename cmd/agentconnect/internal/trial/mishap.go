package trial

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// mishap is an error that a run may expect.
type mishap struct {
	code, ref, text string
	finding         *specs.Diagnostic // of the scenario; nil for what went wrong in a session
	expected        bool
}

// found is a finding of the scenario.
func found(d *specs.Diagnostic) mishap {
	return mishap{code: d.Code, ref: d.Address, text: d.Summary + ". " + d.Detail, finding: d}
}

// mishaps are what went wrong in the session.
func (c *check) mishaps(end *ending) {
	for i := range end.events {
		e := &end.events[i]
		switch d := e.Data.(type) {
		case *engine.ModelFailed:
			c.errors = append(c.errors, mishap{code: string(d.Kind), ref: "provider." + d.Provider, text: d.Message})
		case *engine.TurnFailed:
			c.errors = append(c.errors, mishap{code: string(d.Kind), ref: c.address(e.Agent), text: d.Message})
		case *engine.ToolFailed:
			c.errors = append(c.errors, mishap{ref: "tool." + d.Tool, text: d.Error})
		case *engine.Ended:
			if d.Outcome == engine.Failed {
				c.errors = append(c.errors, mishap{code: string(d.Reason.ErrorKind), ref: "session." + c.trial.Session, text: d.Reason.Text})
			}
		}
	}
}

// address is that of a participant.
func (c *check) address(name string) string {
	if slices.ContainsFunc(c.trial.Config.Humans, func(h *specs.Human) bool { return h.Name == name }) {
		return "human." + name
	}
	return "agent." + name
}

// expectErrors compares what went wrong with what was to go wrong.
func (c *check) expectErrors() {
	for _, want := range c.trial.Errors {
		met := false
		for i := range c.errors {
			if m := &c.errors[i]; m.fits(want) {
				met, m.expected = true, true
			}
		}
		if !met {
			c.fail(specs.FailNoError, want.Range, nil, "%s", c.noError(want))
		}
	}
	for i := range c.errors {
		m := &c.errors[i]
		if m.finding != nil && m.finding.Severity == specs.SeverityError && !m.expected {
			c.r.Findings = append(c.r.Findings, *m.finding)
		}
	}
}

func (m *mishap) fits(want specs.ExpectedError) bool {
	return (want.Code == "" || want.Code == m.code) && (want.Ref == "" || want.Ref == m.ref) &&
		(want.Contains == "" || strings.Contains(strings.ToLower(m.text), strings.ToLower(want.Contains)))
}

func (c *check) noError(want specs.ExpectedError) string {
	var parts []string
	for _, p := range []struct{ name, text string }{{"code", want.Code}, {"contains", want.Contains}, {"ref", want.Ref}} {
		if p.text != "" {
			parts = append(parts, fmt.Sprintf("%s = %q", p.name, p.text))
		}
	}
	out := "Nothing went wrong that fits " + strings.Join(parts, ", ") + "."
	if len(c.errors) == 0 {
		return out + " There was no error at all."
	}
	out += " There were:"
	for i, m := range c.errors {
		if i == maxNoErrors {
			return out + fmt.Sprintf("\n  and %d more", len(c.errors)-i)
		}
		out += "\n  " + strings.Join(nonEmpty(m.code, m.ref, shorten(m.text)), "  ")
	}
	return out
}

// maxNoErrors is how many other errors are listed.
const maxNoErrors = 8

func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

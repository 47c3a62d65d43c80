package trial

import (
	"fmt"
	"slices"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// unasked tells of decisions that nobody asked for.
func (c *check) unasked(end *ending) {
	for i, a := range c.trial.Approvals {
		if i < len(end.decided) && end.decided[i] == 0 {
			c.fail(specs.FailUnasked, a.Range, nil, "%s", unaskedText(c.trial.Approvals[:i], a))
		}
	}
}

func unaskedText(before []specs.TrialApproval, a specs.TrialApproval) string {
	for _, b := range before {
		if b.Tool == a.Tool && b.Times == 0 {
			return fmt.Sprintf("The approve block in line %d decides about all calls of tool.%s: give it times, or remove this one.", b.Range.Start.Line, a.Tool)
		}
	}
	return fmt.Sprintf("No call of tool.%s waited for this decision: remove it, or see why the tool was not called.", a.Tool)
}

// maxUnused is how many answers that are left over a run tells of.
const maxUnused = 3

// unused tells of what the run's own mocks have and nobody asked for. Those at
// the top of the file serve several runs, and what has a condition is a rule for
// whoever may ask: both may be left over.
func (c *check) unused() {
	var list []specs.Diagnostic
	add := func(at specs.Range, format string, args ...any) {
		list = append(list, c.trial.Failure(specs.FailUnused, at, nil, format, args...))
	}
	for _, w := range c.watches {
		if c.trial.Owned[w.provider.Name] {
			w.unused(c.trial.Mocked[w.provider.Name], add)
		}
	}
	for _, m := range c.toolMocks {
		m.unused(add)
	}
	if more := len(list) - maxUnused; more > 0 {
		list = list[:maxUnused]
		list[maxUnused-1].Detail += fmt.Sprintf("\nThere is more: %s.", screen.Plural(more, "answer"))
	}
	c.r.Findings = append(c.r.Findings, list...)
}

// unused adds what of a tool's mocks no call came to.
func (m *toolMock) unused(add func(specs.Range, string, ...any)) {
	switch {
	case len(m.mocks) == 0 || !m.mocks[0].Owned: // all of a tool stand in one place
		return
	case !slices.ContainsFunc(m.used, func(n int) bool { return n > 0 }):
		add(m.mocks[0].Range, "No call of tool.%s came to an answer in this run: remove the mock, or see why the tool was not called.", m.spec.Name)
		return
	}
	for i, mock := range m.mocks {
		if m.used[i] == 0 && mock.When == nil {
			add(mock.Range, "Calls of tool.%s were answered, and none by this answer: remove it, or give those before it times.", m.spec.Name)
		}
	}
}

// unused adds what of a mock was never due.
func (w *watch) unused(header specs.Range, add func(specs.Range, string, ...any)) {
	if w.calls == 0 {
		add(header, "Nobody asked provider.%s in this run: remove the mock, or see why its agents did not speak.", w.provider.Name)
		return
	}
	for i, r := range w.provider.Script.Replies {
		if w.replies[i] == 0 && r.When == nil {
			add(r.Range, "The session was over, and no call had come to this reply: remove it, or see why it was not asked for.")
		}
	}
	for i, f := range w.provider.Script.Fails {
		if w.fails[i] == 0 && f.When == nil {
			add(f.Range, "No call came to this failure: remove it, or see why it was not due.")
		}
	}
}

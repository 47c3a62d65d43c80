package trial

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/tools"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// check is one run while it is carried out.
type check struct {
	ctx   context.Context //nolint:containedctx // of one call of Run
	o     *Options
	pool  *tools.Pool
	suite *specs.Suite
	trial *specs.Trial
	r     *Result

	missing missing
	// errors are what went wrong, which expect_error may expect.
	errors []mishap
	// told says that the cause of all errors has been told.
	told bool
}

// mishap is an error that a run may expect.
type mishap struct {
	code, ref, text string
	finding         *specs.Diagnostic // of the scenario; nil for what went wrong in a session
	expected        bool
}

func (c *check) fail(code specs.FailureCode, at specs.Range, values []specs.SnippetValue, format string, args ...any) {
	c.r.Findings = append(c.r.Findings, c.trial.Failure(code, at, values, format, args...))
}

// loaded goes on with a scenario that was loaded, with findings.
func (c *check) loaded(ds specs.Diagnostics) {
	own := false
	for i := range ds {
		d := &ds[i]
		if c.trial.IsOwn(d) {
			own = own || d.Severity == specs.SeverityError
			c.r.Findings = append(c.r.Findings, *d)
			continue
		}
		c.errors = append(c.errors, mishap{code: d.Code, ref: d.Address, text: d.Summary + ". " + d.Detail, finding: d})
	}
	if own { // what follows would only be consequences
		return
	}
	if c.trial.Config != nil {
		c.carryOut()
	}
	if !c.told {
		c.expectErrors()
	}
}

// carryOut does what the run's command says.
func (c *check) carryOut() {
	c.r.cfg, c.r.Session = c.trial.Config, c.trial.Session
	switch {
	case c.trial.Command == "validate":
		c.validate()
	case c.trial.Session == "":
		c.fail(specs.FailSession, specs.Range{}, nil, "The scenario has no session: add a session block, or leave exactly one agent or pattern.")
	case c.trial.Command == "plan":
		c.plan()
	default:
		c.perform()
	}
}

// validate adds what compiling the sessions finds.
func (c *check) validate() {
	for _, s := range c.trial.Config.Sessions {
		_, ds := engine.Compile(c.trial.Config, s.Name, engine.Resources{Models: c.models()})
		c.compiled(ds)
	}
}

func (c *check) compiled(ds specs.Diagnostics) {
	for i := range ds {
		d := &ds[i]
		c.errors = append(c.errors, mishap{code: d.Code, ref: d.Address, text: d.Summary + ". " + d.Detail, finding: d})
	}
}

// template compiles the session on its mocks.
func (c *check) template() *engine.Template {
	callable, err := c.tools()
	if err != nil {
		c.errors = append(c.errors, mishap{text: err.Error()})
		return nil
	}
	t, ds := engine.Compile(c.trial.Config, c.trial.Session, engine.Resources{Models: c.models(), Tools: callable})
	c.compiled(ds)
	if ds.HasErrors() {
		return nil
	}
	c.r.template = t
	return t
}

// perform runs the session, or a recorded one again.
func (c *check) perform() {
	t := c.template()
	if t == nil {
		return
	}
	var end *ending
	if c.trial.Replay != "" {
		end = c.replay(t)
	} else {
		end = c.rehearse(t)
	}
	if end == nil {
		return
	}
	c.r.Events, c.r.Ended, c.r.Lasted = end.events, end.ended, end.lasted
	c.r.Usage, c.r.Turns, c.r.Calls = end.env.Usage, end.env.Turns, end.env.Calls
	c.mishaps(end)
	c.missingMocks()
	c.noReplies()
	if c.r.Failed() && (end.ended == nil || end.ended.Outcome == engine.Failed) {
		c.told = true
		return // what follows would only be consequences
	}
	c.unsaid(end)
	if end.unfinished != "" {
		c.fail(specs.FailUnfinished, specs.Range{}, nil, "The session did not end: %s.", end.unfinished)
	}
	c.expect(end)
	c.asserts(end)
	c.failedSession(end)
	c.snapshot(end)
}

// mishaps are what went wrong in the session.
func (c *check) mishaps(end *ending) {
	for i := range end.events {
		e := &end.events[i]
		switch d := e.Data.(type) {
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

func (c *check) missingMocks() {
	c.missing.mu.Lock()
	defer c.missing.mu.Unlock()
	for _, address := range slices.Sorted(maps.Keys(c.missing.names)) {
		c.fail(specs.FailNoMock, specs.Range{}, nil, "%s", c.missing.names[address])
	}
}

// maxNoReplies is how many calls without a reply a run tells of.
const maxNoReplies = 3

// noReplies tells of calls for which a mock of the run had no reply, with the
// candidates.
func (c *check) noReplies() {
	told := 0
	for i := range c.r.Events {
		e := &c.r.Events[i]
		d, ok := e.Data.(*engine.ModelFailed)
		if !ok || d.Kind != providers.NoReply {
			continue
		}
		at, mocked := c.trial.Mocked[d.Provider]
		if !mocked || told == maxNoReplies {
			continue
		}
		told++
		c.fail(specs.FailNoReply, at, nil, "%s", noReplyText(d))
	}
}

// noReplyText lays out what a scripted model says of a call that nothing fits.
func noReplyText(d *engine.ModelFailed) string {
	text := d.Message
	if _, rest, ok := strings.Cut(text, "no_reply: "); ok {
		text = rest
	}
	parts := strings.SplitN(text, "; ", 2)
	out := "The mock of provider." + d.Provider + " was asked: " + parts[0] + "."
	if len(parts) < 2 {
		return out
	}
	tried, advice, _ := strings.Cut(parts[1], "; ")
	if list, ok := strings.CutPrefix(tried, "tried "); ok {
		out += " The candidates:"
		for candidate := range strings.SplitSeq(list, "), ") {
			out += "\n  " + strings.TrimSuffix(candidate, ")") + ")"
		}
	} else {
		out += " " + upperFirst(tried) + "."
	}
	if advice != "" {
		out += "\n" + upperFirst(advice) + "."
	}
	return out
}

// failedSession fails the run of a session that failed without being expected
// to.
func (c *check) failedSession(end *ending) {
	if end.ended == nil || end.ended.Outcome != engine.Failed || len(c.trial.Errors) > 0 || c.r.Failed() {
		return
	}
	if e := c.trial.Expect; e != nil && (e.Outcome == string(engine.Failed) || e.Stop != "") {
		return
	}
	for i := range c.errors { // they are told here, once
		c.errors[i].expected = true
	}
	c.fail(specs.FailSession, specs.Range{}, nil, "The session failed: %s: %s.\nIf that is meant, write expect { outcome = \"failed\" }.", end.ended.Reason.Stop, strings.TrimSuffix(end.ended.Reason.Text, "."))
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

func upperFirst(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

package trial

import (
	"context"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/tools"
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
	// watches and toolMocks know what of the mocks was used.
	watches   []*watch
	toolMocks []*toolMock
	// errors are what went wrong, which expect_error may expect.
	errors []mishap
	// told says that the cause of all errors has been told.
	told bool
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
		c.errors = append(c.errors, found(d))
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
	c.r.Session = c.trial.Session
	for _, s := range c.trial.Config.Sessions {
		c.r.sessions = append(c.r.sessions, s.Name)
	}
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
		c.errors = append(c.errors, found(&ds[i]))
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
	c.measure(t)
	c.r.Usage, c.r.Turns, c.r.Calls = end.env.Usage, end.env.Turns, end.env.Calls
	c.mishaps(end)
	c.missingMocks()
	c.noReplies()
	if c.r.Failed() && (end.ended == nil || end.ended.Outcome == engine.Failed) {
		c.told = true
		return // what follows would only be consequences
	}
	c.unsaid(end)
	c.unasked(end)
	if end.unfinished != "" {
		c.fail(specs.FailUnfinished, specs.Range{}, nil, "The session did not end: %s.", end.unfinished)
	}
	c.expect(end)
	c.asserts(end)
	c.failedSession(end)
	if !c.r.Failed() { // else it would only be a consequence
		c.unused()
	}
	c.snapshot(end)
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

func upperFirst(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

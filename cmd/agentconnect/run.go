package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// runOptions are the flags of run.
type runOptions struct {
	path     string
	vars     assignments
	session  string
	input    []string
	simulate bool
	record   string
	maxTurns int
	timeout  time.Duration
	allow    []string
	json     bool
	deltas   bool
	quiet    bool
}

func newRun(a *app) *cobra.Command {
	o := &runOptions{}
	cmd := &cobra.Command{
		Use:   "run FILE|DIR",
		Short: "Run a session of a scenario",
		Long: `Run a session of a scenario: a file, or a directory whose *.hcl files belong together.

On a terminal the speakers appear as they speak, in colour, and a table at the end says
how it ended, why, and what it took. Elsewhere each message is a line "name: text".

A session with a person in it talks with you on the terminal. Where standard input is
not a terminal, each of its lines is a message, and its end is the end of what you say.
--input gives messages instead. A session of agents that has no opening takes its first
message from --input, from standard input as a whole, or asks for it.

Ctrl-C stops the session and shows the summary; pressed twice it ends the program.

Status: 0 when the session achieved its end or you stopped it; 1 when it ended exhausted,
blocked, failed or expired (--allow forgives), or when the scenario has errors; 2 when
the call or the environment is wrong, such as a missing key.`,
		Example: `  agentconnect run examples/debate
  agentconnect run debate.hcl -var motion="Cats are better than dogs"
  agentconnect run debate.hcl --simulate --max-turns 6
  agentconnect run support/ --session triage --input "My invoice is wrong" --quiet
  agentconnect run review.hcl --input - < change.diff
  agentconnect run debate.hcl -json | jq -r 'select(.type == "message.said") | .data.content'
  agentconnect run debate.hcl --record debate.ndjson --allow exhausted`,
		Args:              onePath,
		ValidArgsFunction: files,
		RunE: func(_ *cobra.Command, args []string) error {
			o.path = args[0]
			return a.run(o)
		},
	}
	o.flags(cmd)
	return cmd
}

func (o *runOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	o.vars.flags(f)
	f.StringVar(&o.session, "session", "", "the session to run, where there are several")
	f.StringArrayVar(&o.input, "input", nil, "a message of the person's side instead of standard input; may be repeated; - is all of standard input")
	f.BoolVar(&o.simulate, "simulate", false, "let the scripted provider answer for every provider: no key, no network")
	f.StringVar(&o.record, "record", "", "write all events to a file, one JSON object a line")
	f.IntVar(&o.maxTurns, "max-turns", 0, "end after so many turns, if the scenario allows more")
	f.DurationVar(&o.timeout, "timeout", 0, "end after this time, such as 90s, if the scenario allows more")
	f.StringSliceVar(&o.allow, "allow", nil, "outcomes that count as success: exhausted, blocked, failed, expired")
	f.BoolVar(&o.json, "json", false, "print the events, one JSON object a line")
	f.BoolVar(&o.deltas, "deltas", false, "with --json: text as it is generated, too")
	f.BoolVar(&o.quiet, "quiet", false, "print the result only")
	register(cmd, "session", completeSessions)
	register(cmd, "var", completeVariables)
	register(cmd, "allow", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return failures(), cobra.ShellCompDirectiveNoFileComp
	})
}

// failures are the outcomes that --allow forgives.
func failures() []string {
	return []string{string(engine.Exhausted), string(engine.Blocked), string(engine.Failed), string(engine.Expired)}
}

func onePath(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		return nil
	case 0:
		return usageError("name the scenario: %s FILE|DIR", cmd.CommandPath())
	default:
		return usageError("%s takes one FILE or DIR, not %d: %s", cmd.CommandPath(), len(args), strings.Join(args, " "))
	}
}

// check finds flags that contradict each other.
func (o *runOptions) check() error {
	switch {
	case o.json && o.quiet:
		return usageError("--json prints all events and --quiet the result only: choose one")
	case o.deltas && !o.json:
		return usageError("--deltas goes with --json")
	case o.maxTurns < 0:
		return usageError("--max-turns %d: want 1 or more", o.maxTurns)
	case o.timeout < 0:
		return usageError("--timeout %s: want a time above zero", o.timeout)
	}
	for _, name := range o.allow {
		if !slices.Contains(failures(), name) {
			return usageError("--allow %s: want one of %s", name, strings.Join(failures(), ", "))
		}
	}
	for _, text := range o.input {
		if len(text) > maxMessage {
			return usageError("--input: it is longer than a message may be, %d KiB", maxMessage>>10)
		}
	}
	return nil
}

// run does what the run command does.
func (a *app) run(o *runOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	cfg, spec, err := a.open(o)
	if err != nil {
		return err
	}
	template, ds, err := compile(cfg, spec.Name, o.simulate)
	a.report(ds)
	switch {
	case err != nil:
		return err
	case ds.HasErrors():
		return silent(statusFailed)
	case a.halt.ctx.Err() != nil:
		return silent(statusInterrupted)
	}
	rec, err := openRecord(a.halt, o.record)
	if err != nil {
		return err
	}
	said, err := a.listen(o, spec, template)
	if err != nil {
		rec.discard()
		return err
	}
	defer said.lines.close()
	return a.converse(o, cfg, template, said, rec)
}

// open loads the scenario and finds the session.
func (a *app) open(o *runOptions) (*specs.Config, *specs.Session, error) {
	cfg, ds, err := load(o.path, o.vars.list, o.simulate)
	if err != nil {
		return nil, nil, err
	}
	a.report(ds)
	if ds.HasErrors() {
		return nil, nil, silent(statusOfErrors(ds))
	}
	spec, err := choose(cfg, o.session)
	if err != nil {
		return nil, nil, err
	}
	cfg, spec = tighten(cfg, spec, o)
	return cfg, spec, nil
}

// report prints findings.
func (a *app) report(ds specs.Diagnostics) {
	if len(ds) == 0 {
		return
	}
	opts := specs.RenderOptions{Color: a.con.theme(a.con.errTTY).Color, Width: a.con.width(a.con.errTTY)}
	_ = ds.WriteText(a.con.err, opts) // nobody is left to hear that it failed
	fmt.Fprintln(a.con.err)
}

// converse starts the session and follows it to its end.
func (a *app) converse(o *runOptions, cfg *specs.Config, t *engine.Template, said *person, rec *record) error {
	eng := engine.New(engine.Config{Journal: &memory.Journal{}, Logger: slog.New(slog.NewTextHandler(a.con.err, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	defer eng.Close()
	ctx := context.Background() // the session ends by a stop, not by this
	session, err := eng.Start(ctx, t, engine.StartOptions{Opening: said.opening})
	if err != nil {
		rec.discard()
		return &exitError{statusFailed, err.Error()}
	}
	c := &conversation{halt: a.halt, session: session, record: rec, lines: said.lines, deltas: o.deltas}
	terminal := a.display(o, cfg, c, said)
	if said.start != "" {
		c.fail(c.say(ctx, "", said.start))
	}
	err = c.run()
	c.desk.close()
	if terminal != nil {
		terminal.Close()
	}
	err = firstError(err, rec.finish())
	return firstError(a.finish(o, cfg, c, err), statusError(c, o))
}

// display chooses how the session is shown.
func (a *app) display(o *runOptions, cfg *specs.Config, c *conversation, said *person) *screen.Terminal {
	switch {
	case o.quiet:
		c.show = nothing{}
	case o.json:
		c.show = newNDJSON(a.con.out)
	case !a.con.outTTY:
		c.show = screen.NewPlain(a.con.out, a.con.err, a.con.theme(false))
	default:
		c.deltas = true
		terminal := screen.NewTerminal(screen.Config{
			Out: a.con.out, Theme: a.con.theme(true), Size: a.con.size, Structured: structured(cfg), Composed: o.simulate,
		})
		c.show = terminal
		if said.present {
			c.desk = newDesk(a.con, terminal, cfg)
		}
		return terminal
	}
	return nil
}

// structured are the agents that answer in JSON.
func structured(cfg *specs.Config) map[string]bool {
	m := map[string]bool{}
	for _, agent := range cfg.Agents {
		m[agent.Name] = agent.Output != nil
	}
	return m
}

// finish says how the session ended.
func (a *app) finish(o *runOptions, cfg *specs.Config, c *conversation, err error) error {
	ended := c.tally.Ended
	switch {
	case err != nil && isSilent(err):
		return err
	case o.json:
		return err
	case o.quiet && ended == nil:
		return err
	case o.quiet:
		return firstError(err, a.printResult(ended))
	}
	theme := a.con.theme(a.con.outTTY)
	if !a.con.outTTY {
		fmt.Fprintln(a.con.out)
	}
	own := slices.ContainsFunc(cfg.Sessions, func(s *specs.Session) bool { return s.Name == c.tally.Template && s.Result != nil })
	return firstError(err, outputError(c.tally.WriteSummary(a.con.out, theme, a.con.width(a.con.outTTY), own)))
}

// printResult prints what --quiet prints: the result, and on the other output
// why there may be nothing to be content with.
func (a *app) printResult(ended *engine.Ended) error {
	if ended.Outcome != engine.Achieved {
		fmt.Fprintf(a.con.err, "%s: %s\n", ended.Outcome, screen.Line(ended.Reason.Text))
	}
	text := screen.ResultText(ended.Result, a.con.outTTY)
	if text == "" {
		return nil
	}
	if a.con.outTTY {
		text = screen.Clean(text)
	}
	_, err := io.WriteString(a.con.out, strings.TrimSuffix(text, "\n")+"\n")
	return outputError(err)
}

// statusError is the session's outcome as an error, nil when it is a success.
func statusError(c *conversation, o *runOptions) error {
	if c.tally.Ended == nil {
		return silent(statusFailed)
	}
	if status := statusOfOutcome(c.tally.Ended.Outcome, o.allow); status != statusOK {
		return silent(status)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// person is how the person's side of a session speaks.
type person struct {
	opening string // the session's first message
	start   string // said once the session exists
	lines   *lines // further messages, nil when there are none
	present bool   // at the terminal, to be asked
}

// listen decides where messages of the person's side come from.
func (a *app) listen(o *runOptions, spec *specs.Session, t *engine.Template) (*person, error) {
	p := &person{present: a.con.inTTY && a.con.outTTY && !o.json && !o.quiet && len(o.input) == 0}
	input, err := a.expand(o.input)
	if err != nil {
		return nil, err
	}
	chat := spec.Type == "human_agent"
	people := chat || slices.ContainsFunc(t.Participants, func(p engine.Participant) bool { return p.Kind == "human" })
	switch {
	case len(input) > 0:
		p.lines = given(input)
	case people && !p.present:
		if p.lines, err = linesOf(a.con.in); err != nil {
			return nil, err
		}
	}
	if chat {
		return p, nil
	}
	if err := a.first(p, spec, people); err != nil {
		p.lines.close()
		return nil, err
	}
	return p, nil
}

// expand replaces an input of - by all of standard input.
func (a *app) expand(input []string) ([]string, error) {
	out := slices.Clone(input)
	for i, text := range out {
		if text == "-" {
			all, err := readAll(a.halt.ctx, a.con.in)
			if err != nil {
				return nil, err
			}
			out[i] = all
		}
	}
	return out, nil
}

// first finds the message that a session of agents begins with, if it needs one
// or is given one.
func (a *app) first(p *person, spec *specs.Session, people bool) error {
	waits := spec.Start == "on_message" && spec.Opening != ""
	var text string
	var err error
	switch {
	case p.lines != nil && (spec.Opening == "" || waits || !people):
		text, err = p.lines.first(a.halt.ctx)
	case spec.Opening != "" && !waits:
		return nil
	case a.con.inTTY:
		text, err = a.askFirst()
	default:
		text, err = readAll(a.halt.ctx, a.con.in)
	}
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(text) == "":
		return usageError("session %q begins with a message: give it by --input TEXT or on standard input", spec.Name)
	case waits:
		p.start = text
	default:
		p.opening = text
	}
	return nil
}

// askFirst asks the person at the terminal for a line.
func (a *app) askFirst() (string, error) {
	fmt.Fprint(a.con.err, "First message: ")
	typed, err := linesOf(a.con.in)
	if err != nil {
		return "", err
	}
	defer typed.close()
	text, err := typed.first(a.halt.ctx)
	if err != nil {
		fmt.Fprintln(a.con.err)
	}
	return text, err
}


package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// runOptions are the flags of run.
type runOptions struct {
	path     string
	vars     assignments
	session  string
	input    []string
	simulate bool
	record   string
	calls    callOptions
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

A tool with approval = "always" is called when you allow it: you see what the call would do.
Where nobody is at a terminal it is not allowed, and the model is told.

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
  agentconnect run debate.hcl --record debate.ndjson --allow exhausted
  agentconnect run debate.hcl --record-calls debate.cassette
  agentconnect run debate.hcl --replay-calls debate.cassette`,
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
	f.StringVar(&o.session, "session", "", "run the session `NAME`, where there are several")
	f.StringArrayVar(&o.input, "input", nil, "say `TEXT` for the person's side instead of reading standard input; may be repeated; - is all of standard input")
	f.BoolVar(&o.simulate, "simulate", false, "let the scripted provider answer for every provider: no key, no network")
	f.StringVar(&o.record, "record", "", "write all events to `FILE`, one JSON object a line")
	o.calls.flags(f)
	f.IntVar(&o.maxTurns, "max-turns", 0, "end after `N` turns, if the scenario allows more")
	f.DurationVar(&o.timeout, "timeout", 0, "end after `TIME`, such as 90s, if the scenario allows more")
	f.StringSliceVar(&o.allow, "allow", nil, "count `OUTCOME` as success; may be repeated: exhausted, blocked, failed, expired")
	jsonFlag(cmd, &o.json, "the events, one JSON object a line")
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
	return o.calls.check(o.simulate)
}

// run does what the run command does.
func (a *app) run(o *runOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	calls, err := a.openCalls(&o.calls)
	if err != nil {
		return err
	}
	return calls.finish(a.runSession(o))
}

// runSession runs the session that is meant.
func (a *app) runSession(o *runOptions) error {
	cfg, spec, err := a.open(o)
	if err != nil {
		return err
	}
	template, ds, err := a.vendors.compile(cfg, spec.Name, o.simulate)
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

package main

import (
	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// consoleOptions are the flags of console.
type consoleOptions struct {
	sessionsOptions

	replayed replayOptions // the scenario, its session block and its variables
	record   string
}

func newConsole(a *app) *cobra.Command {
	o := &consoleOptions{}
	cmd := &cobra.Command{
		Use:   "console [FILE|DIR]",
		Short: "Try out expressions of a scenario, and conditions on a recorded session",
		Long: `Try out expressions of a scenario, and conditions on a recorded session. The scenario is
the one in the working directory unless another is named.

What is typed is an HCL expression, as arguments have them: var.motion, agent.writer,
length(local.names). A name of a block shows the block with the values of its arguments,
but no secrets. Behind :when it is an expression of a running session, as stops have them:
turns >= 4 and last.content contains 'AGREED'. With --record these are what is typed, and
they see the session as it was behind the event that :at chooses, at first the last one.

A text with an open bracket goes on in the next line, and so does one behind Alt-Enter; an
empty line ends it. :help lists the commands. Ctrl-D leaves.

Where standard input is not a terminal it is read to its end. Status: 0 when all could be
evaluated; 1 when something could not, or the scenario has errors; 2 for a wrong call.`,
		Example: `  agentconnect console examples/debate
  agentconnect console debate.hcl --record talk.jsonl
  echo 'length(var.motion)' | agentconnect console debate.hcl -var motion="Cats or dogs?"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError("name one scenario: %s [FILE|DIR]", cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: files,
		RunE: func(_ *cobra.Command, args []string) error {
			o.replayed.scenario = pathOf(args)
			return a.console(o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.record, "record", "", "try conditions on a recorded session: `FILE` of \"run --record\" or \"sessions export\", or SESSION, the id of one of a server")
	f.StringVar(&o.replayed.session, "session", "", "which session block the record is of, if it has another name now")
	o.replayed.vars.flags(f)
	o.place.flags(f, false)
	return cmd
}

// console does what the console command does.
func (a *app) console(o *consoleOptions) error {
	r := &repl{a: a, o: o}
	if err := r.open(); err != nil {
		return err
	}
	defer r.close()
	if a.con.inTTY && a.con.outTTY {
		return r.converse()
	}
	return r.readAll()
}

// evaluator loads the scenario; findings are printed.
func (a *app) evaluator(path string, vars []specs.VarInput) (*specs.Evaluator, *specs.Config, error) {
	if err := there(path); err != nil {
		return nil, nil, err
	}
	e, cfg, ds := specs.NewEvaluator(path, specs.Options{Vars: vars, AllowMissingEnv: true, Version: thisBuild().Version})
	a.report(ds)
	if ds.HasErrors() {
		return nil, nil, silent(statusOfErrors(ds))
	}
	return e, cfg, nil
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// measuredPart is which part of the states are looked at for what can be taken at
// most.
const measuredPart = 5

// exploreOptions are the flags of explore.
type exploreOptions struct {
	vars    assignments
	session string
	depth   int
	states  int
	memory  int
	says    int
	texts   []string
	write   string
	form    formatFlags
}

func newExplore(a *app) *cobra.Command {
	o := &exploreOptions{}
	cmd := &cobra.Command{
		Use:   "explore [FILE|DIR]",
		Short: "Try every way in which sessions could go",
		Long: `Run the sessions of a scenario in every way that models, tools and persons could choose:
who is named next, what is handed over to whom, which tool is called, what is voted and
what is accepted, texts that conditions look for and texts that they do not, answers of
the wrong form, and calls that fail. No model and no tool is called, no time passes, and
no key is needed. Without a FILE it is the directory.

Found are sessions in which nobody does anything any more, patterns that go on without
anybody's turn, paths that take more than the certificate of plan says, participants that
can never speak, and stop conditions that can never be true. The last two are certain only
when every path was followed and a session does not wait for ever more messages.

States that differ by nothing that could matter are one. --states, --depth and --memory
bound the search, and it says which of them cut it off. What is taken at most is searched
for in a fifth of the states. Ctrl-C ends the search, and what was found until then is
told.

--write writes a test file for agentconnect test: a run block with its mocks for each way
in which a session ends, and for each finding a run that fails until it is mended.

Status: 0 when nothing is found, 1 when something is or the scenario has errors, 2 when
the call is wrong, 130 when it was interrupted.`,
		Example: `  agentconnect explore debate.hcl
  agentconnect explore scenarios/support --session triage --states 100000
  agentconnect explore . --write explored.test.hcl && agentconnect test explored.test.hcl
  agentconnect explore debate.hcl -json | jq '.sessions[].findings'`,
		Args:              atMostOnePath,
		ValidArgsFunction: files,
		RunE: func(_ *cobra.Command, args []string) error {
			if o.depth < 1 || o.states < 1 || o.memory < 1 || o.says < 1 {
				return usageError("--depth, --states, --memory and --says are above zero")
			}
			return a.explore(o, pathOf(args))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.vars.flags(f)
	f.StringVar(&o.session, "session", "", "explore the session `NAME` only")
	f.IntVar(&o.depth, "depth", 200, "follow a path for `N` choices at most")
	f.IntVar(&o.states, "states", 100_000, "look at `N` states of a session at most")
	f.IntVar(&o.memory, "memory", 1024, "stop when the program takes about `N` MiB of memory")
	f.IntVar(&o.says, "says", 2, "let persons say `N` messages in sessions that wait for them")
	f.StringArrayVar(&o.texts, "text", nil, "also try the answer `TEXT`; may be repeated")
	f.StringVar(&o.write, "write", "", "write a test file `FILE`, or - for standard output")
	o.form.register(cmd)
	register(cmd, "session", completeSessions)
	register(cmd, "var", completeVariables)
	return cmd
}

// explore does what the explore command does.
func (a *app) explore(o *exploreOptions, path string) error {
	format, err := o.form.chosen()
	if err != nil {
		return err
	}
	suite, err := newExploredSuite(o, path)
	if err != nil {
		return err
	}
	cfg, sessions, err := a.sound(path, o.vars.list, o.session)
	if err != nil {
		return err
	}
	callable, err := a.vendors.toolsOf(cfg)
	if err != nil {
		return err
	}
	list, found := make([]*explored, 0, len(sessions)), 0
	for _, s := range sessions {
		if a.halt.ctx.Err() != nil {
			break
		}
		x, err := a.exploreSession(o, cfg, s, callable)
		if err != nil {
			return err
		}
		list = append(list, x)
		found += len(x.Findings)
		suite.add(x)
	}
	if err := suite.write(a); err != nil {
		return err
	}
	if err := a.showExplored(o, format, list, found); err != nil {
		return outputError(err)
	}
	switch {
	case a.halt.ctx.Err() != nil:
		if len(list) < len(sessions) {
			fmt.Fprintf(a.con.err, "Interrupted: %d of %s not explored.\n", len(sessions)-len(list), screen.Plural(len(sessions), "session"))
		}
		return silent(statusInterrupted)
	case found > 0:
		return silent(statusFailed)
	default:
		return nil
	}
}

// showExplored writes what was found.
func (a *app) showExplored(o *exploreOptions, format string, list []*explored, found int) error {
	switch {
	case format == "json":
		return a.document(map[string]any{"sessions": list, "found": found, "interrupted": a.halt.ctx.Err() != nil})
	case format != "text":
		return a.writeFindings(format, exploredDiagnostics(list))
	case o.write != "-":
		return writeEach(a, list, (*planWriter).explored)
	default:
		return nil
	}
}

// exploreSession explores one session of a scenario.
func (a *app) exploreSession(o *exploreOptions, cfg *specs.Config, s *specs.Session, callable map[string][]engine.Tool) (*explored, error) {
	t, ds := engine.Compile(cfg, s.Name, engine.Resources{Models: priced(cfg), Tools: callable})
	if a.report(ds); ds.HasErrors() {
		return nil, silent(statusFailed)
	}
	opts := engine.ExploreOptions{
		Depth: o.depth, States: o.states, Measured: max(1, o.states/measuredPart), Memory: int64(o.memory) << 20, Says: o.says, Texts: o.texts, Certificate: specs.Certify(cfg, s.Name),
	}
	shown := a.progress("session." + s.Name)
	opts.Progress = func(p engine.ExploreProgress) {
		shown.show(func() string {
			return fmt.Sprintf("%s, %s open, %s", screen.Plural(p.States, "state"), screen.Plural(p.Open, "choice"), screen.Plural(p.Findings, "finding"))
		})
	}
	r, err := engine.Explore(a.halt.ctx, t, opts)
	shown.done()
	if err != nil && a.halt.ctx.Err() == nil {
		return nil, fmt.Errorf("session.%s: %w", s.Name, err)
	}
	return newExplored(cfg, s, t, &opts, r)
}

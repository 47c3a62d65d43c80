package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/specs/chart"
)

// graphOptions are the flags of graph.
type graphOptions struct {
	vars    assignments
	session string
	format  string
	output  string
	turns   bool
}

func newGraph(a *app) *cobra.Command {
	o := &graphOptions{}
	cmd := &cobra.Command{
		Use:   "graph [FILE|DIR]",
		Short: "Draw what a session does, and what bounds it",
		Long: `Draw the control graph of a session: who takes which step after which other, what bounds
each way back, how often each step and each way is taken at most, and with how many calls.
Each pattern is a drawing of its own. Nothing is called. Without a FILE it is the
directory.

The formats are mermaid, dot (Graphviz) and svg, a picture that needs no other program.`,
		Example: `  agentconnect graph debate.hcl
  agentconnect graph debate.hcl --format svg -o debate.svg
  agentconnect graph support/ --session triage --turns --format dot | dot -Tpng > triage.png`,
		Args:              atMostOnePath,
		ValidArgsFunction: files,
		RunE:              func(_ *cobra.Command, args []string) error { return a.graph(o, pathOf(args)) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.vars.flags(f)
	f.StringVar(&o.session, "session", "", "draw the session `NAME`, where there are several")
	f.StringVar(&o.format, "format", "mermaid", "write `FORMAT`: mermaid, dot or svg")
	f.StringVarP(&o.output, "output", "o", "-", "write to `FILE`; - is standard output")
	f.BoolVar(&o.turns, "turns", false, "draw the course of each agent's turn, too: calls, retries, tools")
	register(cmd, "session", completeSessions)
	register(cmd, "var", completeVariables)
	register(cmd, "format", cobra.FixedCompletions([]string{"mermaid", "dot", "svg"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// graph does what the graph command does.
func (a *app) graph(o *graphOptions, path string) error {
	write := map[string]func(*chart.Chart) string{"mermaid": (*chart.Chart).Mermaid, "dot": (*chart.Chart).DOT, "svg": (*chart.Chart).SVG}[o.format]
	if write == nil {
		return usageError("--format %s: want mermaid, dot or svg", o.format)
	}
	cfg, sessions, err := a.sound(path, o.vars.list, o.session)
	if err != nil {
		return err
	}
	if len(sessions) > 1 {
		if _, err := choose(cfg, o.session); err != nil {
			return err
		}
	}
	text := write(chart.Of(cfg, sessions[0].Name, chart.Options{Turns: o.turns}))
	err = a.writeOutput("--output", o.output, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if o.output == "-" {
		return outputError(err)
	}
	return err
}

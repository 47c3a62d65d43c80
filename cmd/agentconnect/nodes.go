package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
)

func newNodes(a *app) *cobra.Command {
	o := &sessionsOptions{}
	cmd := &cobra.Command{
		Use:   "nodes",
		Short: "Show the servers that share a journal, and what each runs",
		Long: `Show the servers that share a journal, and how many sessions each runs. A server with the
embedded journal is alone.`,
		Example: `  agentconnect nodes
  agentconnect nodes -json | jq '.[].running'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return a.onSessions(o, func(s control.Sessions) error { return a.nodes(s, o.json) })
		},
	}
	o.place.flags(cmd.Flags(), false)
	jsonFlag(cmd, &o.json, "a JSON array")
	return cmd
}

func (a *app) nodes(s control.Sessions, asJSON bool) error {
	list, err := s.Nodes(a.halt.ctx)
	if err != nil {
		return a.refused(err)
	}
	if asJSON {
		return outputError(a.document(list))
	}
	rows := newTable("NODE", "LISTENS ON", "VERSION", "RUNS", "WAITING", "")
	for _, n := range list {
		self := ""
		if n.Self {
			self = "this one"
		}
		rows.add(n.Node, n.Listen, n.Version, strconv.Itoa(n.Running), strconv.Itoa(n.Waiting), self)
	}
	return outputError(rows.write(a.con.out, a.con.theme(a.con.outTTY)))
}

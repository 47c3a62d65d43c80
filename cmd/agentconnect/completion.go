package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/control"
	"github.com/agentconnect-dev/agentconnect/server"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// register completes a flag. That the flag is not there is a mistake of ours,
// which the tests of completion find.
func register(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(flag, complete)
}

// completeSessions completes the names of the sessions of the scenario that is
// named already.
func completeSessions(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, s := range peek(args).Sessions {
		if strings.HasPrefix(s.Name, prefix) {
			names = append(names, cobra.CompletionWithDesc(s.Name, s.Description))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeVariables completes the names of its variables.
func completeVariables(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, v := range peek(args).Variables {
		if strings.HasPrefix(v.Name, prefix) {
			names = append(names, cobra.CompletionWithDesc(v.Name+"=", v.Description))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeTime bounds how long a completion looks for sessions.
const completeTime = time.Second

// completeStored completes the ids of sessions, where a server runs that can be
// asked.
func (a *app) completeStored(o *sessionsOptions) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		ctx, cancel := context.WithTimeout(a.halt.ctx, completeTime)
		defer cancel()
		set, err := o.place.load()
		if err != nil {
			return nil, directive
		}
		remote, err := control.Dial(ctx, controlPath(set))
		if err != nil {
			return nil, directive
		}
		defer remote.Close()
		list, _, err := remote.Target().Sessions.List(ctx, server.Filter{Limit: pageSize})
		if err != nil {
			return nil, directive
		}
		var ids []string
		for i := range list {
			if s := &list[i]; strings.HasPrefix(s.ID, prefix) {
				ids = append(ids, cobra.CompletionWithDesc(s.ID, s.Template+", "+s.Status))
			}
		}
		return ids, directive
	}
}

// peek loads a scenario that may well be broken; then there is nothing in it.
func peek(args []string) *specs.Config {
	if len(args) == 0 {
		return &specs.Config{}
	}
	cfg, _, err := load(args[0], nil, true)
	if err != nil || cfg == nil {
		return &specs.Config{}
	}
	return cfg
}

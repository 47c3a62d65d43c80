package main

import (
	"strings"

	"github.com/spf13/cobra"

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

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// app is what the commands share.
type app struct {
	halt *halt
	con  *stdio
	// vendors are the models that the process has made.
	vendors *vendors
}

// execute runs a command line and gives the status to end with.
func execute(h *halt, con *stdio, args []string) int {
	a := &app{halt: h, con: con, vendors: newVendors()}
	defer a.vendors.close()
	root := newRoot(a)
	root.SetArgs(longFlags(root, args))
	err := root.ExecuteContext(h.ctx)
	if err != nil && err.Error() != "" {
		con.fail(err.Error())
	}
	return statusOf(err)
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "agentconnect",
		Short: "Check, run and serve conversations of AI agents, written down in HCL",
		Long: `AgentConnect runs scenarios: HCL files that say which agents talk, in which order,
and when it is enough. It checks them, proves that they end, runs them on the terminal,
and serves them to clients.

Long flags may be written with one dash or two: -var and --var are the same.`,
		Example: `  agentconnect run scenario.hcl
  agentconnect validate scenarios/
  agentconnect serve scenarios/
  agentconnect help run`,
		Args:          noCommand,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.con.in)
	root.SetOut(a.con.out)
	root.SetErr(a.con.err)
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().BoolVar(&a.con.noColor, "no-color", false, "no colours (also by NO_COLOR)")
	root.AddCommand(
		newInit(a), newRun(a), newTest(a), newValidate(a), newFmt(a), newLint(a), newPlan(a), newExplore(a), newGraph(a), newServe(a), newChat(a), newSessions(a), newExplain(a), newConsole(a), newLSP(a), newNodes(a), newBackup(a), newRestore(a),
		newUsers(a), newProviders(a), newModels(a), newConfig(a), newVersion(a),
	)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// noCommand reports what is not a command, and what was probably meant.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil {
		return usageError("%q is not a command. To run the scenario:\n  agentconnect run %s", args[0], args[0])
	}
	message := fmt.Sprintf("there is no command %q", args[0])
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	if near := nearest(args[0], names); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	return usageError("%s\n\"agentconnect help\" lists the commands.", message)
}

// flagError explains what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	message := err.Error()
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		message = fmt.Sprintf("there is no flag --%s", unknown.GetSpecifiedName())
		if near := nearest(unknown.GetSpecifiedName(), flagNames(cmd)); near != "" {
			message += fmt.Sprintf("; did you mean --%s?", near)
		}
	}
	return usageError("%s\n\"%s --help\" lists the flags.", message, cmd.CommandPath())
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// nearest is the name that was probably meant, or empty.
func nearest(name string, names []string) string {
	best, least := "", max(len(name)/2, 2)+1
	for _, n := range names {
		if d := levenshtein.Distance(name, n, nil); d < least {
			best, least = n, d
		}
	}
	return best
}

// files completes scenario files and directories.
func files(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"hcl", "json"}, cobra.ShellCompDirectiveFilterFileExt
}

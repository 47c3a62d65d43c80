package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

// lintOptions are the flags of lint.
type lintOptions struct {
	vars  assignments
	form  formatFlags
	rules lint.Options
	fix   bool
	list  bool
}

func newLint(a *app) *cobra.Command {
	o := &lintOptions{}
	cmd := &cobra.Command{
		Use:   "lint [FILE|DIR]...",
		Short: "Look at sound scenarios for what people regret later",
		Long: `Look at scenarios that validate has nothing against for what people regret later: answers
without a cap, tools that do not say what they do, conditions that wait for words that
nobody was told to say. Each finding has the name of its rule; --list shows them all.
Without a path it is the directory.

A comment says that a finding is meant, on its line or on the one above:

  # agentconnect-lint-ignore: missing-max-tokens because the vendor caps it

--fix mends what can be mended without changing what the scenario does, and formats the
files that it changes.

Status: 0 without findings, 1 with findings or errors, 2 when a path or a rule is not
there.`,
		Example: `  agentconnect lint scenarios/support
  agentconnect lint --fix scenarios/*/
  agentconnect lint --rule no-budget --rule missing-max-tokens debate.hcl
  agentconnect lint --disable name-style --format sarif debate.hcl > lint.sarif`,
		ValidArgsFunction: files,
		RunE: func(_ *cobra.Command, args []string) error {
			if o.list {
				return a.lintRules()
			}
			return a.lint(o, args)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.vars.flags(f)
	f.BoolVar(&o.fix, "fix", false, "mend what can be mended, and show the rest")
	f.StringSliceVar(&o.rules.Only, "rule", nil, "look at the rule `NAME` alone; more may be given")
	f.StringSliceVar(&o.rules.Disable, "disable", nil, "leave out the rule `NAME`; more may be given")
	f.BoolVar(&o.list, "list", false, "list the rules")
	o.form.register(cmd)
	register(cmd, "var", completeVariables)
	for _, flag := range []string{"rule", "disable"} {
		register(cmd, flag, completeRules)
	}
	return cmd
}

func completeRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, r := range lint.Rules() {
		names = append(names, r.Name+"\t"+r.Summary)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// lint does what the lint command does.
func (a *app) lint(o *lintOptions, paths []string) error {
	format, err := o.form.chosen()
	if err != nil {
		return err
	}
	if err := o.rules.Validate(); err != nil {
		return usageError("%v", err)
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	status := statusOK
	var all specs.Diagnostics
	for _, path := range paths {
		if a.halt.ctx.Err() != nil {
			return silent(statusInterrupted)
		}
		ds, err := a.lintPath(o, path)
		if err != nil {
			status = max(status, statusOf(err))
			ds = unreadable(err)
		}
		if len(ds) > 0 {
			status = max(status, statusFailed)
		}
		all = append(all, ds...)
	}
	if err := a.showLint(format, all, len(paths)); err != nil {
		return err
	}
	if status != statusOK {
		return silent(status)
	}
	return nil
}

// showLint writes the findings.
func (a *app) showLint(format string, ds specs.Diagnostics, paths int) error {
	if format != "text" {
		return a.writeFindings(format, ds)
	}
	if len(ds) == 0 {
		_, err := fmt.Fprintf(a.con.out, "%s: %s without findings\n", a.con.theme(a.con.outTTY).Good("Success"), screen.Plural(paths, "path"))
		return outputError(err)
	}
	if err := ds.WriteText(a.con.out, a.con.rendering(a.con.outTTY)); err != nil {
		return outputError(err)
	}
	_, err := fmt.Fprintf(a.con.out, "\n%s\n", counted(ds))
	return outputError(err)
}

// lintPath looks at one scenario, after mending it where that is wanted. Of one
// with errors only they are told.
func (a *app) lintPath(o *lintOptions, path string) (specs.Diagnostics, error) {
	cfg, ds, err := load(path, o.vars.list, true)
	if err != nil {
		return nil, err
	}
	if ds.HasErrors() {
		return withSource(ds), nil
	}
	found, err := lint.Check(cfg, o.rulesFor(cfg))
	if err != nil {
		return nil, err
	}
	if o.fix {
		return a.mend(o, path, found)
	}
	return found, nil
}

// rulesFor are the rules with the tests that are beside a scenario.
func (o *lintOptions) rulesFor(cfg *specs.Config) lint.Options {
	rules := o.rules
	rules.Tests = testsBeside(cfg)
	return rules
}

// testsBeside are the texts of the test files in a scenario's directories, as far
// as they can be read.
func testsBeside(cfg *specs.Config) [][]byte {
	var out [][]byte
	looked := map[string]bool{}
	for _, name := range cfg.Files {
		dir := filepath.Dir(name)
		if looked[dir] {
			continue
		}
		looked[dir] = true
		for _, test := range testsIn(dir) {
			if text, _, err := readSource(test); err == nil {
				out = append(out, text)
			}
		}
	}
	return out
}

// lintRules lists the rules.
func (a *app) lintRules() error {
	t := newTable("RULE", "SEVERITY", "FIX", "FINDING")
	for _, r := range lint.Rules() {
		fix := ""
		if r.Fixable {
			fix = "yes"
		}
		t.add(r.Name, string(r.Severity), fix, r.Summary)
	}
	return outputError(t.write(a.con.out, a.con.theme(a.con.outTTY)))
}

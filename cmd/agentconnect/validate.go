package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

func newValidate(a *app) *cobra.Command {
	var vars assignments
	var form formatFlags
	cmd := &cobra.Command{
		Use:   "validate FILE|DIR...",
		Short: "Check scenarios without running them",
		Long: `Check scenarios: the syntax, every name and type, every condition, and that each
session ends. All findings are listed, at the exact characters. No key is needed.
A test file, *.test.hcl, is checked with its scenario, and not run.

Status: 0 without errors, 1 with errors, 2 when a path is not there.`,
		Example: `  agentconnect validate debate.hcl
  agentconnect validate scenarios/support scenarios/sales
  agentconnect validate -json debate.hcl > findings.json
  agentconnect validate --format github scenarios/*/`,
		Args:              somePaths,
		ValidArgsFunction: files,
		RunE: func(_ *cobra.Command, args []string) error {
			format, err := form.chosen()
			if err != nil {
				return err
			}
			if format != "text" {
				return a.validateFor(format, args, vars.list)
			}
			return a.validate(args, vars.list)
		},
	}
	cmd.Flags().SortFlags = false
	vars.flags(cmd.Flags())
	form.register(cmd)
	return cmd
}

func somePaths(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError("name what to check: %s FILE|DIR...", cmd.CommandPath())
	}
	return nil
}

// validate checks paths one after the other.
func (a *app) validate(paths []string, vars []specs.VarInput) error {
	status := statusOK
	for _, path := range paths {
		if a.halt.ctx.Err() != nil {
			return silent(statusInterrupted)
		}
		cfg, ds, err := checked(path, vars)
		if err != nil {
			a.con.fail(err.Error())
			status = max(status, statusOf(err))
			continue
		}
		a.report(ds)
		status = max(status, statusOfErrors(ds))
		if !ds.HasErrors() {
			a.success(path, cfg, len(ds))
		} else {
			fmt.Fprintf(a.con.err, "%s: %s\n", path, counted(ds))
		}
	}
	if status != statusOK {
		return silent(status)
	}
	return nil
}

// validateFor checks paths and writes the findings of all of them in a format
// for other programs.
func (a *app) validateFor(format string, paths []string, vars []specs.VarInput) error {
	status := statusOK
	var all specs.Diagnostics
	for _, path := range paths {
		_, ds, err := checked(path, vars)
		if err != nil {
			status = max(status, statusOf(err))
			ds = unreadable(err)
		}
		all = append(all, ds...)
		status = max(status, statusOfErrors(ds))
	}
	if err := a.writeFindings(format, withSource(all)); err != nil {
		return err
	}
	if status != statusOK {
		return silent(status)
	}
	return nil
}

// unreadable is the finding for a path that cannot be read at all.
func unreadable(err error) specs.Diagnostics {
	return specs.Diagnostics{{Severity: specs.SeverityError, Code: "AC1001", Summary: "Cannot read file", Detail: err.Error()}}
}

// checked loads a scenario and compiles its sessions. For a test file there is no
// configuration.
func checked(path string, vars []specs.VarInput) (*specs.Config, specs.Diagnostics, error) {
	if specs.IsTest(path) {
		ds, err := checkedTest(path, vars)
		return nil, ds, err
	}
	cfg, ds, err := load(path, vars, true)
	if err != nil || cfg == nil {
		return nil, ds, err
	}
	for _, s := range cfg.Sessions {
		_, found := engine.Compile(cfg, s.Name, engine.Resources{Models: simulated(cfg)})
		ds = append(ds, found...)
	}
	return cfg, ds, nil
}

// success says that a scenario is sound, and what is in it.
func (a *app) success(path string, cfg *specs.Config, warnings int) {
	theme := a.con.theme(a.con.outTTY)
	with := ""
	if warnings > 0 {
		with = " with " + screen.Plural(warnings, "warning")
	}
	if cfg == nil {
		fmt.Fprintf(a.con.out, "%s%s: %s: %s\n", theme.Good("Success"), with, path, screen.Plural(runsOf(path), "run"))
		return
	}
	parts := []string{
		screen.Plural(len(cfg.Agents), "agent"), screen.Plural(len(cfg.Patterns), "pattern"), screen.Plural(len(cfg.Stops), "stop"), screen.Plural(len(cfg.Sessions), "session"),
	}
	_, _ = io.WriteString(a.con.out, fmt.Sprintf("%s%s: %s: %s\n", theme.Good("Success"), with, path, strings.Join(parts, ", ")))
}

// counted says how many findings there are.
func counted(ds specs.Diagnostics) string {
	r := ds.Report()
	s := screen.Plural(r.ErrorCount, "error")
	if r.WarningCount > 0 {
		s += ", " + screen.Plural(r.WarningCount, "warning")
	}
	return s
}

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
		Use:   "validate [FILE|DIR]...",
		Short: "Check scenarios without running them",
		Long: `Check scenarios: the syntax, every name and type, every condition, and that each
session ends. All findings are listed, at the exact characters. No key is needed.
Without a path it is the directory. A test file, *.test.hcl, is checked with its scenario,
and not run; with a directory the test files in it are.

Status: 0 without errors, 1 with errors, 2 when a path is not there.`,
		Example: `  agentconnect validate debate.hcl
  agentconnect validate scenarios/support scenarios/sales
  agentconnect validate -json debate.hcl > findings.json
  agentconnect validate --format github scenarios/*/`,
		ValidArgsFunction: files,
		RunE: func(_ *cobra.Command, args []string) error {
			format, err := form.chosen()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				args = []string{"."}
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

// validate checks paths one after the other.
func (a *app) validate(paths []string, vars []specs.VarInput) error {
	status := statusOK
	for _, path := range paths {
		if a.halt.ctx.Err() != nil {
			return silent(statusInterrupted)
		}
		found, ds, err := a.validated(path, vars)
		if err != nil {
			a.con.fail(err.Error())
			status = max(status, statusOf(err))
			continue
		}
		a.report(ds)
		status = max(status, statusOfErrors(ds))
		if a.halt.ctx.Err() != nil {
			return silent(statusInterrupted)
		}
		if !ds.HasErrors() {
			a.success(path, found, len(ds))
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
		_, ds, err := a.validated(path, vars)
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

// checked loads a scenario and compiles its sessions.
func checked(path string, vars []specs.VarInput) (*specs.Config, specs.Diagnostics, error) {
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
func (a *app) success(path string, s *sound, warnings int) {
	theme := a.con.theme(a.con.outTTY)
	with := ""
	if warnings > 0 {
		with = " with " + screen.Plural(warnings, "warning")
	}
	var parts []string
	if cfg := s.cfg; cfg != nil {
		parts = []string{
			screen.Plural(len(cfg.Agents), "agent"), screen.Plural(len(cfg.Patterns), "pattern"), screen.Plural(len(cfg.Stops), "stop"), screen.Plural(len(cfg.Sessions), "session"),
		}
	}
	if s.runs > 0 {
		parts = append(parts, screen.Plural(s.runs, "run"))
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

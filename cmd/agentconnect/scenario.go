package main

import (
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// open loads the scenario and finds the session.
func (a *app) open(o *runOptions) (*specs.Config, *specs.Session, error) {
	cfg, ds, err := load(o.path, o.vars.list, o.simulate)
	if err != nil {
		return nil, nil, err
	}
	a.report(ds)
	if ds.HasErrors() {
		return nil, nil, silent(statusOfErrors(ds))
	}
	spec, err := choose(cfg, o.session)
	if err != nil {
		return nil, nil, err
	}
	cfg, spec = tighten(cfg, spec, o)
	return cfg, spec, nil
}

// report prints findings.
func (a *app) report(ds specs.Diagnostics) {
	if len(ds) == 0 {
		return
	}
	ds = withSource(ds)
	_ = ds.WriteText(a.con.err, a.con.rendering(a.con.errTTY)) // nobody is left to hear that it failed
	fmt.Fprintln(a.con.err)
}

// load reads the scenario at a path. What is not there is about usage, not
// about the scenario.
func load(path string, vars []specs.VarInput, lenient bool) (*specs.Config, specs.Diagnostics, error) {
	if err := there(path); err != nil {
		return nil, nil, err
	}
	cfg, ds := specs.Load(path, specs.Options{Vars: vars, AllowMissingEnv: lenient, Version: thisBuild().Version})
	return cfg, ds, nil
}

// there is an error when nothing is at a path.
func there(path string) error {
	if _, err := os.Stat(path); err != nil {
		return usageError("%s", missing(path, err))
	}
	return nil
}

func missing(path string, err error) string {
	if os.IsNotExist(err) {
		return fmt.Sprintf("there is no file or directory %s", path)
	}
	return err.Error()
}

// codeUnknownVar is that of a -var for a variable that is not declared.
const codeUnknownVar = "AC4101"

// statusOfErrors is the status for findings: when all errors are in the flags,
// it is usage.
func statusOfErrors(ds specs.Diagnostics) int {
	status := statusOK
	for _, d := range ds {
		switch {
		case d.Severity != specs.SeverityError:
		case d.Code == codeUnknownVar && d.Range == nil:
			status = statusUsage
		default:
			return statusFailed
		}
	}
	return status
}

// choose finds the session that is meant.
func choose(cfg *specs.Config, name string) (*specs.Session, error) {
	names := make([]string, len(cfg.Sessions))
	for i, s := range cfg.Sessions {
		names[i] = s.Name
		if s.Name == name {
			return s, nil
		}
	}
	switch {
	case len(names) == 0:
		return nil, &exitError{statusFailed, "the scenario has no session: add a session block, or leave exactly one agent or pattern"}
	case name == "" && len(names) == 1:
		return cfg.Sessions[0], nil
	case name == "":
		return nil, usageError("the scenario has several sessions; choose one by --session:\n%s", sessionList(cfg))
	}
	message := fmt.Sprintf("the scenario has no session %q", name)
	if near := nearest(name, names); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return nil, usageError("%s\n%s", message, sessionList(cfg))
}

func sessionList(cfg *specs.Config) string {
	lines := make([]string, len(cfg.Sessions))
	for i, s := range cfg.Sessions {
		lines[i] = "  " + s.Name
		if s.Description != "" {
			lines[i] += "  " + s.Description
		}
	}
	return strings.Join(lines, "\n")
}

// tighten gives a scenario in which a session has narrower limits. Limits
// cannot be widened: the proof that the session ends is that of the file.
func tighten(cfg *specs.Config, s *specs.Session, o *runOptions) (*specs.Config, *specs.Session) {
	if o.maxTurns == 0 && o.timeout == 0 {
		return cfg, s
	}
	tight := *s
	tight.Args = map[string]specs.Range{}
	maps.Copy(tight.Args, s.Args)
	if n := o.maxTurns; n > 0 && (s.Limits.MaxTurns == 0 || n < s.Limits.MaxTurns) {
		tight.Limits.MaxTurns = n
		tight.Args["limits.max_turns"] = specs.Range{Filename: "--max-turns"}
	}
	if d := o.timeout; d > 0 && (s.Limits.Timeout == 0 || d < s.Limits.Timeout) {
		tight.Limits.Timeout = d
		tight.Args["limits.timeout"] = specs.Range{Filename: "--timeout"}
	}
	narrow := *cfg
	narrow.Sessions = make([]*specs.Session, len(cfg.Sessions))
	for i, other := range cfg.Sessions {
		narrow.Sessions[i] = other
		if other == s {
			narrow.Sessions[i] = &tight
		}
	}
	return &narrow, &tight
}

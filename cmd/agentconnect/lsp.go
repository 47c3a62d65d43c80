package main

import (
	"errors"
	"fmt"

	"github.com/muesli/cancelreader"
	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lsp"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
	"github.com/agentconnect-dev/agentconnect/specs/lint"
)

func newLSP(a *app) *cobra.Command {
	stdio := false
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Serve an editor by the Language Server Protocol",
		Long: `Serve an editor by the Language Server Protocol, on standard input and output: findings
while a scenario is typed, completion, documentation, definitions, references, renaming,
symbols, formatting, fixes and colours, inside of conditions, too.

The editor starts it. docs/editors.md says how to set up VS Code, Neovim, Helix and Zed.`,
		Example: `  agentconnect lsp`,
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return a.lsp() },
	}
	cmd.Flags().BoolVar(&stdio, "stdio", true, "speak on standard input and output, as it always does")
	return cmd
}

// lsp serves one editor until that says exit.
func (a *app) lsp() error {
	in, err := cancelable(a.con.in)
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	defer in.Close() //nolint:errcheck // read-only
	defer lsp.Unhurried()()
	err = lsp.Serve(a.halt.ctx, cancelled{in}, a.con.out, lsp.Config{Version: thisBuild().Version, Check: looked, Log: a.con.err})
	if errors.Is(err, lsp.ErrNoShutdown) {
		return silent(statusFailed)
	}
	return err
}

// cancelled is an input whose Close ends a read that waits.
type cancelled struct{ cancelreader.CancelReader }

// Close ends a read.
func (c cancelled) Close() error {
	if !c.Cancel() {
		return errors.New("the read cannot be ended")
	}
	return nil
}

// looked are the findings about a sound scenario: of compiling its sessions,
// and of the linter.
func looked(cfg *specs.Config) specs.Diagnostics {
	var ds specs.Diagnostics
	for _, s := range cfg.Sessions {
		_, found := engine.Compile(cfg, s.Name, engine.Resources{Models: simulated(cfg)})
		ds = append(ds, found...)
	}
	if found, err := lint.Check(cfg, lint.Options{Tests: testsBeside(cfg)}); err == nil {
		ds = append(ds, found...)
	}
	return ds
}

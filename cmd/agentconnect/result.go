package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// finish says how the session ended.
func (a *app) finish(o *runOptions, cfg *specs.Config, c *conversation, err error) error {
	ended := c.tally.Ended
	switch {
	case err != nil && isSilent(err):
		return err
	case o.json:
		return err
	case o.quiet && ended == nil:
		return err
	case o.quiet:
		return firstError(err, a.printResult(ended))
	}
	theme := a.con.theme(a.con.outTTY)
	if !a.con.outTTY {
		fmt.Fprintln(a.con.out)
	}
	own := slices.ContainsFunc(cfg.Sessions, func(s *specs.Session) bool { return s.Name == c.tally.Template && s.Result != nil })
	return firstError(err, outputError(c.tally.WriteSummary(a.con.out, theme, a.con.width(a.con.outTTY), own)))
}

// printResult prints what --quiet prints: the result, and on the other output
// why there may be nothing to be content with.
func (a *app) printResult(ended *engine.Ended) error {
	if ended.Outcome != engine.Achieved {
		fmt.Fprintf(a.con.err, "%s: %s\n", ended.Outcome, screen.Line(ended.Reason.Text))
	}
	text := screen.ResultText(ended.Result, a.con.outTTY)
	if text == "" {
		return nil
	}
	if a.con.outTTY {
		text = screen.Clean(text)
	}
	_, err := io.WriteString(a.con.out, strings.TrimSuffix(text, "\n")+"\n")
	return outputError(err)
}

// statusError is the session's outcome as an error, nil when it is a success.
func statusError(c *conversation, o *runOptions) error {
	if c.tally.Ended == nil {
		return silent(statusFailed)
	}
	if status := statusOfOutcome(c.tally.Ended.Outcome, o.allow); status != statusOK {
		return silent(status)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

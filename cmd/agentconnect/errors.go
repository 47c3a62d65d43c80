package main

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// The statuses with which the program ends.
const (
	statusOK          = 0
	statusFailed      = 1 // errors in the scenario, a session that failed
	statusUsage       = 2 // usage or environment
	statusInterrupted = 130
)

// exitError is an error that decides the status. An empty message says that
// everything has been said.
type exitError struct {
	status  int
	message string
}

// Error is what is printed.
func (e *exitError) Error() string { return e.message }

// usageError is about how the program was called, or what it was called in.
func usageError(format string, args ...any) error {
	return &exitError{statusUsage, fmt.Sprintf(format, args...)}
}

// silent ends with a status without a further word.
func silent(status int) error { return &exitError{status: status} }

// statusOf is the status for an error. What cobra finds is usage.
func statusOf(err error) int {
	if err == nil {
		return statusOK
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.status
	}
	return statusUsage
}

// statusOfOutcome is the status of a session that has ended. Allowed outcomes
// count as success.
func statusOfOutcome(o engine.Outcome, allowed []string) int {
	if o == engine.Achieved || o == engine.Cancelled || slices.Contains(allowed, string(o)) {
		return statusOK
	}
	return statusFailed
}

// isSilent says that an error has been explained, or cannot be.
func isSilent(err error) bool {
	e, ok := errors.AsType[*exitError](err)
	return ok && e.message == ""
}

// outputError is for an output that cannot be written. That its reader has gone
// needs no words.
func outputError(err error) error {
	switch {
	case err == nil:
		return nil
	case isGone(err):
		return silent(statusUsage)
	default:
		return usageError("standard output: %v", err)
	}
}

// isGone says that nobody reads the output any more.
func isGone(err error) bool { return errors.Is(err, syscall.EPIPE) }

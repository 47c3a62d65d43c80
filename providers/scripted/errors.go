package scripted

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// maxExcerpt bounds a label or a message in the text of an error, in bytes.
const maxExcerpt = 80

// conditionError is a condition that could not be evaluated.
type conditionError struct {
	label string
	call  int
	err   error
}

func (e *conditionError) Error() string {
	return fmt.Sprintf("%s: the condition cannot be evaluated at call %d: %v", e.label, e.call, e.err)
}

func (e *conditionError) Unwrap() error { return e.err }

// fault is an error of the script itself.
func (s *script) fault(err error, mark string) error {
	e := &providers.Error{Kind: providers.Other, Provider: s.name, Vendor: vendor, Mark: mark, Err: err}
	if _, ok := errors.AsType[*NoReplyError](err); ok {
		e.Kind = providers.NoReply
	}
	return e
}

// failure is the error of a scripted failure.
func (s *script) failure(f *fail) *providers.Error {
	e := &providers.Error{
		Kind: f.Kind, Provider: s.name, Vendor: vendor, Status: status(f.Kind), RetryAfter: f.RetryAfter,
		Message: "the script makes this call fail (" + f.Label + ")", Mark: f.mark,
	}
	if f.Usage != nil {
		e.Usage = *f.Usage
	}
	return e
}

// status is what a vendor would answer over HTTP, or 0.
func status(k providers.Kind) int {
	switch k {
	case providers.RateLimited, providers.Quota:
		return 429
	case providers.Overloaded:
		return 503
	case providers.Auth:
		return 401
	case providers.BadRequest, providers.TooLong:
		return 400
	default:
		return 0
	}
}

// canceled is the error of a call that the caller gave up.
func (t *turn) canceled(ctx context.Context, used providers.Usage) error {
	return &providers.Error{
		Kind: providers.Canceled, Provider: t.script.name, Vendor: vendor,
		Usage: used, Mark: t.mark, Err: context.Cause(ctx),
	}
}

// excerpt is the beginning of a text, on one line.
func excerpt(s string) string {
	if len(s) > maxExcerpt {
		s = s[:boundary(s, maxExcerpt)] + "…"
	}
	return strings.Join(strings.Fields(s), " ")
}

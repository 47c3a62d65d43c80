package scripted

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// Bounds of the text that says what was tried.
const (
	maxTried   = 8  // replies
	maxExcerpt = 80 // bytes of a label or a message
)

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

// nothingLeftError is a strict script without a fitting reply.
type nothingLeftError struct{ text string }

func (e *nothingLeftError) Error() string { return e.text }

// fault is an error of the script itself.
func (s *script) fault(err error, mark string) error {
	e := &providers.Error{Kind: providers.Other, Provider: s.name, Vendor: vendor, Mark: mark, Err: err}
	if _, ok := errors.AsType[*nothingLeftError](err); ok {
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

// nothingLeft says which replies were tried and why each did not fit: those
// that may still be used first, since a mistake is likely to be there.
func (w *walk) nothingLeft(s *script, req *providers.Request) error {
	var b strings.Builder
	fmt.Fprintf(&b, "no reply is left at call %d", w.calls)
	if req.Agent != "" {
		fmt.Fprintf(&b, " by agent %q", excerpt(req.Agent))
	}
	if n := len(req.Messages); n > 0 {
		fmt.Fprintf(&b, " (last message: %q)", excerpt(req.Messages[n-1].Content))
	}
	if len(s.replies) == 0 {
		b.WriteString("; the script has no reply at all")
	} else {
		b.WriteString("; tried ")
		b.WriteString(strings.Join(w.tried(s, req), ", "))
	}
	b.WriteString("; add a reply, raise times, or set strict = false")
	return &nothingLeftError{b.String()}
}

func (w *walk) tried(s *script, req *providers.Request) []string {
	var open, spent []string
	for i := range s.replies {
		r := &s.replies[i]
		why := "its condition does not hold"
		switch {
		case !r.isFor(req):
			why = "for agent " + strconv.Quote(excerpt(r.Agent))
		case w.usedUp(r, i) && r.times == 1:
			spent = append(spent, excerpt(r.Label)+" (used)")
			continue
		case w.usedUp(r, i):
			spent = append(spent, fmt.Sprintf("%s (used %d times)", excerpt(r.Label), r.times))
			continue
		}
		open = append(open, excerpt(r.Label)+" ("+why+")")
	}
	all := append(open, spent...)
	if len(all) > maxTried {
		more := len(all) - maxTried
		all = append(all[:maxTried], fmt.Sprintf("and %d more", more))
	}
	return all
}

// excerpt is the beginning of a text, on one line.
func excerpt(s string) string {
	if len(s) > maxExcerpt {
		s = s[:boundary(s, maxExcerpt)] + "…"
	}
	return strings.Join(strings.Fields(s), " ")
}

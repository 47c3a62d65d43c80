package providers

import (
	"errors"
	"fmt"
	"time"
)

// Kind says how a call failed, in the terms on which retry and fallback decide.
type Kind string

// The kinds of failure.
const (
	Auth        Kind = "auth"        // no key, or one that the vendor refuses
	RateLimited Kind = "rate_limit"  // too many requests or tokens for now
	Overloaded  Kind = "overloaded"  // the vendor is busy or broken for now
	Quota       Kind = "quota"       // credit is used up; waiting does not help
	TooLong     Kind = "too_long"    // the prompt exceeds the model's window
	Refused     Kind = "refusal"     // the vendor declines to answer this
	BadRequest  Kind = "bad_request" // the vendor does not understand the request
	Cut         Kind = "cut"         // the stream ended without a proper end
	TimedOut    Kind = "timeout"     // no answer within the configured time
	Canceled    Kind = "canceled"    // the caller gave up
	NoReply     Kind = "no_reply"    // a strict script has no reply left
	BadOutput   Kind = "bad_output"  // the answer does not satisfy the schema
	Other       Kind = "other"       // anything else
)

// Error is how a call to a model fails. Its text never holds a secret.
type Error struct {
	Kind Kind
	// Provider is the provider block's name, Vendor its kind.
	Provider, Vendor string
	// Status is the HTTP status, or 0.
	Status int
	// RetryAfter is the vendor's wish, or 0.
	RetryAfter time.Duration
	// Message says what happened, for a person.
	Message string
	// Usage is what the failed call is known to have used.
	Usage Usage
	// Mark is as in [Chunk].
	Mark string
	// Err is the cause, if any.
	Err error
}

// Error says which provider failed, how, and why.
func (e *Error) Error() string {
	s := string(e.Kind)
	if e.Provider != "" {
		s = fmt.Sprintf("provider %q: %s", e.Provider, s)
	}
	if e.Status != 0 {
		s += fmt.Sprintf(" (status %d)", e.Status)
	}
	switch {
	case e.Message != "":
		s += ": " + e.Message
	case e.Err != nil:
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first [Error] in err's chain, or [Other].
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Other
}

package server

import (
	"fmt"
	"strings"
)

// An operatorError is an answer with its cause.
type operatorError struct {
	detail string
	cause  error
}

// Error tells both.
func (e *operatorError) Error() string { return e.detail + ": " + e.cause.Error() }

// Unwrap gives the cause.
func (e *operatorError) Unwrap() error { return e.cause }

// locText is a place in a request as a person reads it: agents.pro.model.
func locText(loc []any) string {
	var words []string
	for _, l := range loc {
		if l != "body" {
			words = append(words, fmt.Sprint(l))
		}
	}
	if len(words) == 0 {
		return "request"
	}
	return strings.Join(words, ".")
}

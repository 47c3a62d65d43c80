package providers_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/agentconnect-dev/agentconnect/providers"
)

func TestErrorText(t *testing.T) {
	cause := errors.New("connection reset")
	tests := []struct {
		err  providers.Error
		want string
	}{
		{providers.Error{Kind: providers.Other}, "other"},
		{providers.Error{Kind: providers.Cut, Err: cause}, "cut: connection reset"},
		{providers.Error{Kind: providers.Cut, Provider: "fast", Err: cause, Message: "the stream broke off"}, `provider "fast": cut: the stream broke off`},
		{providers.Error{Kind: providers.RateLimited, Provider: "fast", Vendor: "groq", Status: 429}, `provider "fast": rate_limit (status 429)`},
		{providers.Error{Kind: providers.Auth, Status: 401, Message: "set GROQ_API_KEY"}, "auth (status 401): set GROQ_API_KEY"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	inner := &providers.Error{Kind: providers.Quota}
	tests := []struct {
		err  error
		want providers.Kind
	}{
		{inner, providers.Quota},
		{fmt.Errorf("turn 3: %w", inner), providers.Quota},
		{errors.Join(errors.New("first"), inner), providers.Quota},
		{&providers.Error{Kind: providers.TimedOut, Err: inner}, providers.TimedOut},
		{errors.New("strange"), providers.Other},
		{context.Canceled, providers.Other},
		{nil, providers.Other},
	}
	for _, tt := range tests {
		if got := providers.KindOf(tt.err); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestErrorUnwrap(t *testing.T) {
	err := error(&providers.Error{Kind: providers.Canceled, Err: context.DeadlineExceeded})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want its cause to be found", err)
	}
}

package providers

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
)

// After breakAfter failures in a row that are the vendor's, calls fail at once
// for breakFor; then one call tries.
const (
	breakAfter = 8
	breakFor   = 10 * time.Second
)

// breaker spares a vendor that is down further calls, and their callers the
// wait for what will fail.
type breaker struct {
	steps *gobreaker.TwoStepCircuitBreaker[struct{}]
	until atomic.Int64 // when it lets a call through again, in Unix nanoseconds
}

func newBreaker(name string) *breaker {
	b := &breaker{}
	b.steps = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name: name, Timeout: breakFor,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakAfter },
		IsSuccessful: func(err error) bool { return !isDown(err) },
		IsExcluded:   func(err error) bool { return KindOf(err) == Canceled },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				b.until.Store(time.Now().Add(breakFor).UnixNano())
			}
		},
	})
	return b
}

// isDown says whether a failure is a sign that the vendor is down. One that
// limits rates or refuses is not.
func isDown(err error) bool {
	switch KindOf(err) {
	case Overloaded, TimedOut, Cut:
		return true
	default:
		return false
	}
}

// allow lets a call through; done must be told how it went.
func (b *breaker) allow() (done func(error), err error) {
	done, err = b.steps.Allow()
	switch {
	case errors.Is(err, gobreaker.ErrOpenState):
		wait := max(time.Millisecond, time.Until(time.Unix(0, b.until.Load())))
		return nil, &Error{
			Kind: Overloaded, RetryAfter: wait,
			Message: fmt.Sprintf("not called, since the last %d calls failed; it is tried again in %s", breakAfter, wait.Round(time.Second)),
		}
	case err != nil:
		return nil, &Error{Kind: Overloaded, RetryAfter: time.Second, Message: "not called, since calls failed and one is trying whether it works again"}
	}
	return done, nil
}

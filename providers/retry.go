package providers

import (
	"errors"
	"time"
)

// Retry is a policy for calls that failed for a passing reason. Zero fields
// stand for those of [DefaultRetry].
type Retry struct {
	// Attempts is the number of calls at most, the first included.
	Attempts int
	// MinBackoff is the wait before the second attempt; it doubles from there
	// up to MaxBackoff.
	MinBackoff, MaxBackoff time.Duration
}

// DefaultRetry is used where a scenario says nothing.
var DefaultRetry = Retry{Attempts: 3, MinBackoff: time.Second, MaxBackoff: 30 * time.Second} //nolint:gochecknoglobals // a constant in all but type

// Next says whether to try again after attempt (from 1) failed with err, and
// how long to wait. It keeps no state and may be called concurrently. Jitter,
// from 0 to 1, spreads the wait over its upper half, so that callers who failed
// together do not return together. A vendor's RetryAfter is kept, unless it is
// longer than MaxBackoff: then another attempt is pointless.
func (r Retry) Next(attempt int, err error, jitter float64) (wait time.Duration, again bool) {
	r = r.filled()
	if attempt >= r.Attempts || !Passing(err) {
		return 0, false
	}
	wait = r.MinBackoff
	for range attempt - 1 {
		if wait > r.MaxBackoff/2 { // doubled, it would exceed the most, or overflow
			wait = r.MaxBackoff
			break
		}
		if wait *= 2; wait <= 0 {
			break
		}
	}
	wait = min(wait, r.MaxBackoff)
	wait = min(wait, wait/2+time.Duration(jitter*float64(wait/2))) // a float rounds what is long
	if e, ok := errors.AsType[*Error](err); ok && e.RetryAfter > 0 {
		if e.RetryAfter > r.MaxBackoff {
			return 0, false
		}
		wait = max(wait, e.RetryAfter)
	}
	return wait, true
}

func (r Retry) filled() Retry {
	if r.Attempts == 0 {
		r.Attempts = DefaultRetry.Attempts
	}
	if r.MinBackoff == 0 {
		r.MinBackoff = DefaultRetry.MinBackoff
	}
	if r.MaxBackoff == 0 {
		r.MaxBackoff = max(r.MinBackoff, DefaultRetry.MaxBackoff)
	}
	return r
}

// Passing says whether a failure may be gone at the next attempt.
func Passing(err error) bool {
	switch KindOf(err) {
	case RateLimited, Overloaded, Cut, TimedOut:
		return true
	default:
		return false
	}
}

package providers

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds a vendor's wish; what is longer is as good as never.
const maxRetryAfter = 24 * time.Hour

// RetryAfter is how long a vendor asks to wait, or 0: the header
// retry-after-ms in milliseconds, or Retry-After in seconds or as a date.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	if ms, ok := number(h.Get("Retry-After-Ms")); ok {
		return waitOf(ms * float64(time.Millisecond))
	}
	after := h.Get("Retry-After")
	if seconds, ok := number(after); ok {
		return waitOf(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(after); err == nil {
		return waitOf(float64(at.Sub(now)))
	}
	return 0
}

func number(text string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return n, err == nil && !math.IsNaN(n)
}

func waitOf(nanoseconds float64) time.Duration {
	return time.Duration(max(0, min(nanoseconds, float64(maxRetryAfter))))
}

// shouldRetry applies the header x-should-retry, the vendor's own word on
// whether another attempt makes sense.
func shouldRetry(e *Error, h http.Header) {
	switch strings.ToLower(h.Get("X-Should-Retry")) {
	case "false":
		if e.Kind == RateLimited {
			e.Kind = Quota
		} else if Passing(e) {
			e.Kind = Other
		}
		e.RetryAfter = 0
	case "true":
		if e.Kind == BadRequest || e.Kind == Other {
			e.Kind = Overloaded
		}
	}
}

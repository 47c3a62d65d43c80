package server

import (
	"container/list"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// maxBuckets bounds the buckets that are remembered, about 200 bytes each.
const maxBuckets = 1 << 16

// limiter counts requests in token buckets that hold a minute's quota. It is
// safe for concurrent use, and forgets what no longer matters.
type limiter struct {
	quotas map[class]quota // unlisted classes are unlimited
	most   int             // buckets

	mu      sync.Mutex // guards what follows
	buckets map[bucketKey]*list.Element
	used    *list.List // of *bucket, the last used in front
}

// quota is a minute's requests, and the time in which one more is allowed.
type quota struct {
	limit int
	every time.Duration
}

type bucketKey struct {
	class class
	key   string
}

// bucket is the time at which it will be full again, which says all: the
// tokens that it lacks are what comes in until then.
type bucket struct {
	bucketKey
	full time.Time
}

// verdict is what a limiter says about a request.
type verdict struct {
	OK               bool
	Limit, Remaining int           // requests; Limit 0 is no limit
	Reset            time.Duration // until the bucket is full
	RetryAfter       time.Duration // until the next is allowed; 0 when this one is
}

func newLimiter(l Limits) *limiter {
	lim := &limiter{quotas: map[class]quota{}, most: maxBuckets, buckets: map[bucketKey]*list.Element{}, used: list.New()}
	if l.Disabled {
		return lim
	}
	for c, n := range map[class]int{
		classLogin: l.Login, classVerify: l.Verify, classSessionCreate: l.SessionCreate, classSessionQuery: l.SessionQuery,
		classQuery: l.Query, classAgent: l.Agent, classMessage: l.Message,
	} {
		if n > 0 && n <= int(time.Minute) {
			lim.quotas[c] = quota{n, time.Minute / time.Duration(n)}
		}
	}
	return lim
}

// allow takes a token from a bucket, if there is one.
func (l *limiter) allow(c class, key string) verdict {
	q, limited := l.quotas[c]
	if !limited {
		return verdict{OK: true}
	}
	whole := q.every * time.Duration(q.limit) // a bucket from empty to full
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(bucketKey{c, key}, now)
	missing := max(b.full.Sub(now), 0)
	if wait := missing + q.every - whole; wait > 0 {
		return verdict{Limit: q.limit, Reset: missing, RetryAfter: wait}
	}
	missing += q.every
	b.full = now.Add(missing)
	return verdict{OK: true, Limit: q.limit, Remaining: int((whole - missing) / q.every), Reset: missing}
}

// bucket finds a bucket or makes a full one. Buckets that are full by now are
// forgotten, and in need the one that was used longest ago.
func (l *limiter) bucket(key bucketKey, now time.Time) *bucket {
	if e := l.buckets[key]; e != nil {
		l.used.MoveToFront(e)
		return e.Value.(*bucket) //nolint:forcetypeassert // nothing else is in the list
	}
	for e := l.used.Back(); e != nil; e = l.used.Back() {
		b := e.Value.(*bucket) //nolint:forcetypeassert // nothing else is in the list
		if len(l.buckets) < l.most && b.full.After(now) {
			break
		}
		l.used.Remove(e)
		delete(l.buckets, b.bucketKey)
	}
	b := &bucket{bucketKey: key, full: now}
	l.buckets[key] = l.used.PushFront(b)
	return b
}

// show puts a verdict into the headers of an answer.
func (v verdict) show(h http.Header) {
	if v.Limit == 0 {
		return
	}
	h.Set("RateLimit-Limit", strconv.Itoa(v.Limit))
	h.Set("RateLimit-Remaining", strconv.Itoa(v.Remaining))
	h.Set("RateLimit-Reset", seconds(v.Reset))
}

// err is nil when the request is allowed.
func (v verdict) err() error {
	if v.OK {
		return nil
	}
	return &apiError{
		status: http.StatusTooManyRequests, code: "RATE_LIMITED", retryAfter: v.RetryAfter,
		detail: "too many requests; the next is allowed in " + seconds(v.RetryAfter) + " s",
	}
}

package server

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimiterTellsExactly(t *testing.T) {
	for _, n := range []int{1, 5, 7, 10, 11, 20, 22, 42, 60, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { tellsExactly(t, n) })
		})
	}
}

// tellsExactly empties a bucket, waits as long as it is told, and fills it.
func tellsExactly(t *testing.T, n int) {
	t.Helper()
	l := newLimiter(Limits{Query: n})
	for i := 1; i <= n; i++ {
		v := l.allow(classQuery, "ann")
		if !v.OK || v.Limit != n || v.Remaining != n-i || v.RetryAfter != 0 {
			t.Fatalf("request %d: got %+v, want remaining %d", i, v, n-i)
		}
		if got, want := seconds(v.Reset), fmt.Sprint((i*60+n-1)/n); got != want {
			t.Errorf("request %d: got reset %s, want %s", i, got, want)
		}
	}
	v := l.allow(classQuery, "ann")
	if v.OK || v.Remaining != 0 || v.RetryAfter <= 0 || v.RetryAfter > time.Minute/time.Duration(n) {
		t.Fatalf("empty: got %+v", v)
	}
	time.Sleep(v.RetryAfter - 1)
	if l.allow(classQuery, "ann").OK {
		t.Errorf("allowed a nanosecond before Retry-After")
	}
	time.Sleep(time.Nanosecond)
	if got := l.allow(classQuery, "ann"); !got.OK || got.Remaining != 0 {
		t.Errorf("after Retry-After: got %+v", got)
	}
	time.Sleep(time.Minute)
	if got := l.allow(classQuery, "ann"); !got.OK || got.Remaining != n-1 {
		t.Errorf("a minute later: got %+v, want remaining %d", got, n-1)
	}
}

func TestLimiterKeepsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{Login: 1, Verify: 1})
		for _, key := range []string{"a", "b"} {
			for _, c := range []class{classLogin, classVerify} {
				if !l.allow(c, key).OK {
					t.Errorf("%s of %s: refused the first", c, key)
				}
				if l.allow(c, key).OK {
					t.Errorf("%s of %s: allowed the second", c, key)
				}
			}
		}
	})
}

func TestLimiterUnlimited(t *testing.T) {
	for name, l := range map[string]*limiter{"none": newLimiter(Limits{Login: 1}), "disabled": newLimiter(Limits{Login: 1, Query: 1, Disabled: true})} {
		for range 1000 {
			if v := l.allow(classQuery, "ann"); v != (verdict{OK: true}) {
				t.Fatalf("%s: got %+v", name, v)
			}
		}
		if len(l.buckets) != 0 {
			t.Errorf("%s: it remembers %d", name, len(l.buckets))
		}
	}
}

// Whatever comes, no stretch of time gets more than the bucket and what comes
// in meanwhile.
func TestLimiterNeverGivesMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 10
		l := newLimiter(Limits{Query: n})
		random := rand.New(rand.NewPCG(1, 2))
		var allowed []time.Time
		for range 3000 {
			time.Sleep(time.Duration(random.Int64N(int64(4 * time.Second))))
			if l.allow(classQuery, "ann").OK {
				allowed = append(allowed, time.Now())
			}
		}
		for i := range allowed {
			for k := i; k < len(allowed); k++ {
				took := allowed[k].Sub(allowed[i])
				if took > 3*time.Minute {
					break
				}
				if most := n + int(took/(time.Minute/n)); k-i+1 > most {
					t.Fatalf("%d in %s, want at most %d", k-i+1, took, most)
				}
			}
		}
	})
}

func TestLimiterForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{Query: 2})
		l.most = 100
		for i := range 1000 {
			l.allow(classQuery, fmt.Sprint(i))
			if len(l.buckets) > l.most || len(l.buckets) != l.used.Len() {
				t.Fatalf("after %d keys: %d buckets, %d in order", i+1, len(l.buckets), l.used.Len())
			}
		}
		if v := l.allow(classQuery, "999"); v.Remaining != 0 {
			t.Errorf("the last key was forgotten: %+v", v)
		}
		time.Sleep(time.Minute)
		l.allow(classQuery, "new")
		if len(l.buckets) != 1 {
			t.Errorf("full buckets stay: %d", len(l.buckets))
		}
	})
}

func TestVerdictHeaders(t *testing.T) {
	h := http.Header{}
	verdict{OK: true, Limit: 10, Remaining: 3, Reset: 41_000_000_001}.show(h)
	for key, want := range map[string]string{"RateLimit-Limit": "10", "RateLimit-Remaining": "3", "RateLimit-Reset": "42"} {
		if got := h.Get(key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	none := http.Header{}
	if (verdict{OK: true}).show(none); len(none) != 0 {
		t.Errorf("without a limit: got %v", none)
	}
}

func BenchmarkLimiter(b *testing.B) {
	l := newLimiter(Limits{Query: 60})
	keys := make([]string, 1000)
	for i := range keys {
		keys[i] = fmt.Sprint("user ", i)
	}
	b.ReportAllocs()
	for i := range b.N {
		l.allow(classQuery, keys[i%len(keys)])
	}
}

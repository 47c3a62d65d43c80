package engine

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// watch is the time that a call takes by the clock of a rehearsal, with all that
// it waits.
type watch struct {
	call   *call
	cancel context.CancelCauseFunc

	mu     sync.Mutex // guards what follows: a tool may have goroutines of its own
	began  time.Time
	passed time.Duration
	limits []deadline
	pauses []pause
}

// pause is what had come of a reply when it began to wait.
type pause struct {
	at       time.Duration
	received int64
}

// wait is a [providers.Waiter].
func (w *watch) wait(_ context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	received := w.call.received.Load()
	w.pauses = append(w.pauses, pause{w.passed, received})
	until := w.passed + min(d, math.MaxInt64-w.passed)
	var over *deadline
	for i := range w.limits {
		l := &w.limits[i]
		if until > l.after && (over == nil || l.after < over.after) && (!l.first || received == 0) {
			over = l
		}
	}
	if over == nil {
		w.passed = until
		return nil
	}
	w.passed = max(w.passed, over.after)
	w.limits = nil // who goes on all the same is not cancelled again
	w.cancel(over.why)
	return over.why
}

// limit cancels the call when it takes longer from now on.
func (w *watch) limit(d time.Duration, first bool, why error) {
	if d > 0 {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.limits = append(w.limits, deadline{after: w.passed + min(d, math.MaxInt64-w.passed), first: first, why: why})
	}
}

func (w *watch) elapsed() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.passed
}

// watched gives a call a clock. Cancel ends its context.
func (g *stage) watched(ctx context.Context, cancel context.CancelCauseFunc, c *call) (context.Context, *watch) {
	w := &watch{call: c, cancel: cancel, began: g.at}
	return providers.WithWaiter(ctx, w.wait), w
}

// progress makes of each call in flight what has come of it by now.
func (g *stage) progress() {
	for _, c := range g.s.calls {
		if c.watch == nil {
			continue
		}
		for _, p := range c.watch.pauses {
			if !c.watch.began.Add(p.at).After(g.at) {
				c.received.Store(p.received)
			}
		}
	}
}

// call makes a call; its reply comes when it is due.
func (g *stage) call(c *call) {
	r := g.reply(c)
	r.call = c
	g.later(c.watch.elapsed(), r, c)
}

// reply reads a reply to its end.
func (g *stage) reply(c *call) (r *reply) {
	defer func() {
		if p := recover(); p != nil {
			r = &reply{err: g.s.panicked(p)}
		}
		c.cancel(nil)
	}()
	g.s.offer(c)
	listed := c.watch.elapsed()
	for _, d := range deadlinesOf(&c.link.entry.Settings) {
		c.watch.limit(d.after, d.first, d.why)
	}
	defer deadlines(c)() // what really takes time is bounded too
	r = g.s.read(c)
	r.took = c.watch.elapsed() - listed
	return r
}

// tool calls a tool; its result comes when it is due.
func (g *stage) tool(c *call, ts toolStart) {
	ctx, cancel := context.WithCancelCause(c.ctx)
	defer cancel(nil)
	ctx, w := g.watched(ctx, cancel, c)
	timeout := cmp.Or(ts.tool.Timeout, defaultToolTimeout)
	w.limit(timeout, false, fmt.Errorf("no result within %s", timeout))
	r := g.s.useTool(ctx, ts)
	g.later(w.elapsed(), r, c)
}

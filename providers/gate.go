package providers

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxWaiting bounds the calls that wait for a provider.
const maxWaiting = 10_000

// Limits bound what a provider is asked by all sessions together; 0 is no
// bound.
type Limits struct {
	RequestsPerMinute, TokensPerMinute, Concurrency int
}

// gate lets calls pass as its limits allow. Calls of one session pass in their
// order, sessions by turns: one that asks for much does not hold up another.
// At most one call at a time stands at the door, waiting for the rates.
type gate struct {
	requests, tokens *rate.Limiter // nil: no bound
	most             int           // calls at the same time; 0: no bound

	mu      sync.Mutex
	inside  int
	door    bool // taken
	waiting int
	queues  map[string]*queue
	turns   []*queue // of the queues that are not empty, whose turn is next
}

// queue are the calls of one session.
type queue struct {
	session string
	calls   []chan struct{} // each closed when its call is admitted
}

func newGate(l Limits) *gate {
	g := &gate{most: l.Concurrency, queues: map[string]*queue{}}
	if n := l.RequestsPerMinute; n > 0 {
		g.requests = rate.NewLimiter(rate.Limit(float64(n)/60), max(1, n/10))
	}
	if n := l.TokensPerMinute; n > 0 {
		g.tokens = rate.NewLimiter(rate.Limit(float64(n)/60), n)
	}
	return g
}

// enter waits until a call may be made that reads about so many tokens. Whoever
// has entered must leave.
func (g *gate) enter(ctx context.Context, session string, tokens int) error {
	if g.open() {
		return nil
	}
	admitted, err := g.line(session)
	if err != nil {
		return err
	}
	select {
	case <-admitted:
	case <-ctx.Done():
		g.giveUp(session, admitted)
		return ctx.Err()
	}
	if !g.paced() {
		return nil
	}
	err = g.pace(ctx, tokens)
	g.mu.Lock()
	g.door = false
	if err != nil {
		g.inside--
	}
	g.admit()
	g.mu.Unlock()
	return err
}

// leave makes room for another call and charges what this one used beyond what
// it was expected to.
func (g *gate) leave(extra int) {
	if g.tokens != nil && extra > 0 {
		g.tokens.ReserveN(time.Now(), min(extra, g.tokens.Burst()))
	}
	if g.open() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.admit()
}

// open says that there are no limits.
func (g *gate) open() bool { return g.most == 0 && !g.paced() }

func (g *gate) paced() bool { return g.requests != nil || g.tokens != nil }

// pace waits for the rates.
func (g *gate) pace(ctx context.Context, tokens int) error {
	var err error
	if g.requests != nil {
		err = g.requests.Wait(ctx)
	}
	if err == nil && g.tokens != nil && tokens > 0 {
		err = g.tokens.WaitN(ctx, min(tokens, g.tokens.Burst()))
	}
	if err != nil && ctx.Err() == nil { // the limiter knows that it would take too long
		return &Error{Kind: RateLimited, Message: "the provider's limits block leaves no room for this call before its deadline"}
	}
	return err
}

// line puts a call at the end of its session's queue.
func (g *gate) line(session string) (chan struct{}, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting >= maxWaiting {
		return nil, &Error{Kind: Overloaded, Message: fmt.Sprintf("%d calls wait for this provider already: its limits block allows too few for this load", maxWaiting)}
	}
	q := g.queues[session]
	if q == nil {
		q = &queue{session: session}
		g.queues[session] = q
		g.turns = append(g.turns, q)
	}
	admitted := make(chan struct{})
	q.calls = append(q.calls, admitted)
	g.waiting++
	g.admit()
	return admitted, nil
}

// admit lets in whom there is room for. Callers hold mu.
func (g *gate) admit() {
	for len(g.turns) > 0 && !g.door && (g.most == 0 || g.inside < g.most) {
		q := g.turns[0]
		g.turns = g.turns[1:]
		admitted := q.calls[0]
		q.calls = q.calls[1:]
		if len(q.calls) > 0 {
			g.turns = append(g.turns, q)
		} else {
			delete(g.queues, q.session)
		}
		g.waiting--
		g.inside++
		g.door = g.paced()
		close(admitted)
	}
}

// giveUp takes a call out of its queue, or out of the gate if it was let in
// meanwhile.
func (g *gate) giveUp(session string, call chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-call:
		g.inside--
		g.door = false
		g.admit()
		return
	default:
	}
	q := g.queues[session]
	i := slices.Index(q.calls, call)
	q.calls = slices.Delete(q.calls, i, i+1)
	g.waiting--
	if len(q.calls) > 0 {
		return
	}
	delete(g.queues, session)
	i = slices.Index(g.turns, q)
	g.turns = slices.Delete(g.turns, i, i+1)
}

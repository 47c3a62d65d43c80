package jetstream

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// lease is this node's. It holds until a time of the monotonic clock, counted
// from when the last renewal that succeeded was sent: the server's own count
// began later, so no other node sees it end before.
type lease struct {
	mu     sync.Mutex
	until  time.Time
	held   bool
	lost   chan struct{}
	cancel context.CancelFunc
	runs   sync.WaitGroup
}

// holds says whether the lease holds at this moment.
func (l *lease) holds() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held && time.Now().Before(l.until)
}

// end stops renewing.
func (l *lease) end() {
	l.mu.Lock()
	l.held = false
	if l.cancel != nil {
		l.cancel()
	}
	l.mu.Unlock()
	l.runs.Wait()
}

// lose tells that the lease is over.
func (l *lease) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held {
		l.held = false
		close(l.lost)
	}
}

// Join implements [engine.Cluster]. A node that lost its lease may join again;
// what it owned it must claim again.
func (c *cluster) Join(ctx context.Context, info []byte) (<-chan struct{}, error) {
	l := &c.lease
	if l.holds() {
		return nil, errors.New("the node has joined already")
	}
	l.end()
	c.owned.clear()
	sent := time.Now()
	revision, err := c.renew(ctx, info, nil)
	if err != nil {
		return nil, err
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.mu.Lock()
	l.until, l.held, l.lost, l.cancel = sent.Add(c.j.cfg.Lease), true, make(chan struct{}), cancel
	lost := l.lost
	l.mu.Unlock()
	l.runs.Go(func() { c.keep(life, info, revision) })
	return lost, nil
}

// renew stores the lease for its time; with a revision, only if it is still the
// one that was stored last.
func (c *cluster) renew(ctx context.Context, info []byte, revision *uint64) (uint64, error) {
	if err := engine.CheckRecord(c.j.node, info); err != nil {
		return 0, err
	}
	m := nats.NewMsg(c.nodes.subject(c.j.node))
	m.Data = info
	m.Header.Set(headerTTL, c.j.cfg.Lease.String())
	return c.nodes.send(ctx, m, revision)
}

// keep renews the lease until it ends.
func (c *cluster) keep(ctx context.Context, info []byte, revision uint64) {
	defer c.lease.lose() // no harm after Leave
	tick := time.NewTicker(c.j.cfg.Renew)
	defer tick.Stop()
	for {
		c.lease.mu.Lock()
		left := time.Until(c.lease.until)
		c.lease.mu.Unlock()
		if left <= 0 {
			c.j.cfg.Logger.Error("this node's lease is lost: it could not be renewed in time")
			return
		}
		select {
		case <-tick.C:
		case <-time.After(left):
			continue
		case <-ctx.Done():
			return
		}
		sent := time.Now()
		try, cancel := context.WithTimeout(ctx, left)
		next, err := c.renew(try, info, &revision)
		if isConflict(err) { // it is over, or a renewal came late that was given up
			next, err = c.again(try, info)
		}
		cancel()
		switch {
		case isConflict(err):
			c.j.cfg.Logger.Error("this node's lease is lost: it was over before it was renewed")
			return
		case err == nil:
			revision = next
			c.lease.mu.Lock()
			c.lease.until = sent.Add(c.j.cfg.Lease)
			c.lease.mu.Unlock()
		}
	}
}

// again renews a lease that has another revision than the one known, unless it
// is over. Nobody else writes to it.
func (c *cluster) again(ctx context.Context, info []byte) (uint64, error) {
	e, err := c.nodes.get(ctx, c.j.node)
	if err != nil {
		return 0, err
	}
	if e.Revision == 0 || e.Deleted {
		return 0, engine.ErrConflict
	}
	return c.renew(ctx, info, &e.Revision)
}

// Leave implements [engine.Cluster].
func (c *cluster) Leave(ctx context.Context) error {
	c.lease.end()
	c.owned.clear()
	return c.nodes.Delete(ctx, c.j.node)
}

// Nodes implements [engine.Cluster].
func (c *cluster) Nodes(ctx context.Context) iter.Seq2[engine.Entry, error] {
	return func(yield func(engine.Entry, error) bool) {
		known := map[string]string{}
		for e, err := range c.nodes.watch(ctx, min(lookEvery, c.j.cfg.Renew)) {
			if err == nil && e.Key != "" && !news(known, &e) {
				continue
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// news says whether an entry is more than a lease that was renewed.
func news(known map[string]string, e *engine.Entry) bool {
	info, ok := known[e.Key]
	switch {
	case e.Deleted:
		delete(known, e.Key)
		return ok
	case ok && info == string(e.Value):
		return false
	default:
		known[e.Key] = string(e.Value)
		return true
	}
}

// owned are the epochs of the sessions that this node owns.
type owned struct {
	mu sync.Mutex
	by map[string]uint64
}

func (o *owned) clear() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.by)
}

func (o *owned) set(session string, epoch uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.by[session] = epoch
}

func (o *owned) remove(session string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.by, session)
}

package memory

import (
	"context"
	"slices"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// answerer answers for a session on a node.
type answerer struct {
	n  *Node
	fn func(context.Context, []byte) []byte
}

// listener hears what is told about a session on a node.
type listener struct {
	n  *Node
	fn func([]byte)
}

// Ask implements [engine.Cluster].
func (n *Node) Ask(ctx context.Context, session string, request []byte) ([]byte, error) {
	if err := n.ready(ctx); err != nil {
		return nil, err
	}
	n.c.mu.Lock()
	list := n.c.asked[session]
	n.c.mu.Unlock()
	if len(list) == 0 {
		return nil, engine.ErrNotFound
	}
	a := list[len(list)-1]
	answered := make(chan []byte, 1)
	a.n.runs.Go(func() {
		if a.n.ready(ctx) == nil {
			answered <- a.fn(ctx, slices.Clone(request))
		}
	})
	select {
	case b := <-answered:
		return b, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-a.n.life.Done():
		return nil, engine.ErrNotFound
	}
}

// Answer implements [engine.Cluster].
func (n *Node) Answer(session string, fn func(context.Context, []byte) []byte) (func(), error) {
	a := &answerer{n, fn}
	n.c.mu.Lock()
	defer n.c.mu.Unlock()
	n.c.asked[session] = append(slices.Clone(n.c.asked[session]), a)
	return func() {
		n.c.mu.Lock()
		defer n.c.mu.Unlock()
		n.c.asked[session] = without(n.c.asked[session], func(o *answerer) bool { return o == a })
	}, nil
}

// Tell implements [engine.Cluster]. A node that is paused misses it.
func (n *Node) Tell(session string, message []byte) {
	n.c.mu.Lock()
	list := n.c.heard[session]
	n.c.mu.Unlock()
	for _, l := range list {
		if l.n != n && l.n.listens() {
			l.fn(slices.Clone(message))
		}
	}
}

// listens says whether the node is neither paused nor dead.
func (n *Node) listens() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case <-n.awake:
		return n.life.Err() == nil
	default:
		return false
	}
}

// Listen implements [engine.Cluster].
func (n *Node) Listen(session string, fn func([]byte)) (func(), error) {
	l := &listener{n, fn}
	n.c.mu.Lock()
	defer n.c.mu.Unlock()
	n.c.heard[session] = append(slices.Clone(n.c.heard[session]), l)
	return func() {
		n.c.mu.Lock()
		defer n.c.mu.Unlock()
		n.c.heard[session] = without(n.c.heard[session], func(o *listener) bool { return o == l })
	}, nil
}

// hangUp ends all that a dead node answers and hears.
func (c *Cluster) hangUp(n *Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s, list := range c.asked {
		c.asked[s] = without(list, func(a *answerer) bool { return a.n == n })
	}
	for s, list := range c.heard {
		c.heard[s] = without(list, func(l *listener) bool { return l.n == n })
	}
}

// without is a copy of a list without some of it.
func without[T any](list []T, is func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), is)
}

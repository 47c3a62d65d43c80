package memory

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Node implements [engine.Cluster].
func (n *Node) Node() string { return n.name }

// Join implements [engine.Cluster].
func (n *Node) Join(ctx context.Context, info []byte) (<-chan struct{}, error) { //nolint:contextcheck // the lease lives as long as the node
	if err := n.ready(ctx); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lost != nil {
		return nil, errJoined
	}
	if _, err := n.c.nodes.Put(ctx, n.name, info); err != nil {
		return nil, err
	}
	clear(n.epochs)
	n.until, n.lost = time.Now().Add(n.c.lease), make(chan struct{})
	life, stop := context.WithCancel(n.life)
	n.stop = stop
	lost := n.lost
	n.expiry = time.AfterFunc(n.c.lease, func() { n.c.expire(n.life, n.name) })
	n.runs.Go(func() { n.keep(life) })
	return lost, nil
}

// keep renews the lease, and loses it when it was not renewed in time.
func (n *Node) keep(life context.Context) {
	tick := time.NewTicker(n.c.renew)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-life.Done():
			return
		}
		if n.ready(life) != nil {
			return
		}
		n.mu.Lock()
		over := time.Now().After(n.until)
		if !over {
			n.until = time.Now().Add(n.c.lease)
			n.expiry.Reset(n.c.lease)
		} else if n.lost != nil {
			close(n.lost)
			n.lost = nil
			n.stop()
		}
		n.mu.Unlock()
		if over {
			return
		}
	}
}

// Leave implements [engine.Cluster].
func (n *Node) Leave(ctx context.Context) error {
	if err := n.ready(ctx); err != nil {
		return err
	}
	n.mu.Lock()
	if n.lost != nil {
		n.stop()
		n.expiry.Stop()
		n.lost = nil
	}
	clear(n.epochs)
	n.mu.Unlock()
	return n.c.nodes.Delete(ctx, n.name)
}

// Nodes implements [engine.Cluster].
func (n *Node) Nodes(ctx context.Context) iter.Seq2[engine.Entry, error] {
	return guarded(ctx, n, n.c.nodes.Watch(ctx))
}

// Claim implements [engine.Cluster].
func (n *Node) Claim(ctx context.Context, session string) error {
	if err := n.ready(ctx); err != nil {
		return err
	}
	n.mu.Lock()
	leased := n.lost != nil && time.Now().Before(n.until)
	n.mu.Unlock()
	if !leased {
		return fmt.Errorf("node %s has no lease: %w", n.name, engine.ErrJournal)
	}
	n.c.mu.Lock()
	now := n.c.owners[session]
	if now.node != "" && now.node != n.name && n.c.leased(ctx, now.node) {
		n.c.mu.Unlock()
		return engine.ErrOwned
	}
	next := owner{n.name, now.epoch + 1}
	n.c.owners[session] = next
	n.c.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.epochs[session] = next.epoch
	return nil
}

// Release implements [engine.Cluster].
func (n *Node) Release(ctx context.Context, session string) error {
	if err := n.ready(ctx); err != nil {
		return err
	}
	n.mu.Lock()
	delete(n.epochs, session)
	n.mu.Unlock()
	n.c.mu.Lock()
	defer n.c.mu.Unlock()
	if now := n.c.owners[session]; now.node == n.name {
		n.c.owners[session] = owner{epoch: now.epoch}
	}
	return nil
}

// Owner implements [engine.Cluster].
func (n *Node) Owner(ctx context.Context, session string) (string, error) {
	if err := n.ready(ctx); err != nil {
		return "", err
	}
	n.c.mu.Lock()
	defer n.c.mu.Unlock()
	return n.c.owners[session].node, nil
}

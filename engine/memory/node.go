package memory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Node is an [engine.Store]: one node's view of a [Cluster].
type Node struct {
	c    *Cluster
	name string
	life context.Context //nolint:containedctx // the node's life
	kill context.CancelFunc
	runs sync.WaitGroup

	mu     sync.Mutex
	awake  chan struct{} // closed while the node is not paused
	epochs map[string]uint64
	until  time.Time     // the end of the lease
	lost   chan struct{} // nil without a lease
	stop   context.CancelFunc
	expiry *time.Timer // takes the lease away, as a store does, whatever becomes of the node
}

// Pause stops the node as a signal stops a process: its calls wait and its
// lease is not renewed.
func (n *Node) Pause() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.awake = make(chan struct{})
}

// Wake ends a pause.
func (n *Node) Wake() {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case <-n.awake:
	default:
		close(n.awake)
	}
}

// Kill ends the node without a word: its lease runs out.
func (n *Node) Kill() {
	n.kill()
	n.Wake()
	n.runs.Wait()
	n.c.hangUp(n)
}

// ready waits while the node is paused and says whether it lives.
func (n *Node) ready(ctx context.Context) error {
	n.mu.Lock()
	awake := n.awake
	n.mu.Unlock()
	select {
	case <-awake:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if n.life.Err() != nil {
		return fmt.Errorf("node %s is dead: %w", n.name, engine.ErrJournal)
	}
	return nil
}

// Append implements [engine.Journal].
func (n *Node) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	if err := n.ready(ctx); err != nil {
		return err
	}
	if err := engine.CheckRecord(session, nil); err != nil {
		return err
	}
	n.mu.Lock()
	epoch, ok := n.epochs[session]
	ok = ok && n.lost != nil && time.Now().Before(n.until)
	n.mu.Unlock()
	if !ok || !n.c.may(session, epoch) {
		return fmt.Errorf("session %s is not owned by node %s: %w", session, n.name, engine.ErrConflict)
	}
	return n.c.store.Append(ctx, session, expect, events)
}

// Read implements [engine.Journal].
func (n *Node) Read(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return guarded(ctx, n, n.c.store.Read(ctx, session, after))
}

// Follow implements [engine.Journal].
func (n *Node) Follow(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return guarded(ctx, n, n.c.store.Follow(ctx, session, after))
}

// guarded is a sequence that waits while the node is paused and ends with it.
func guarded[T any](ctx context.Context, n *Node, seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range seq {
			if dead := n.ready(ctx); dead != nil {
				if ctx.Err() == nil {
					yield(*new(T), dead)
				}
				return
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// Mark implements [engine.Marker].
func (n *Node) Mark(ctx context.Context, session string) (engine.Mark, error) {
	if err := n.ready(ctx); err != nil {
		return engine.Mark{}, err
	}
	return n.c.store.Mark(ctx, session)
}

// ReadFrom implements [engine.Marker].
func (n *Node) ReadFrom(ctx context.Context, session string, m engine.Mark) iter.Seq2[engine.Event, error] {
	return guarded(ctx, n, n.c.store.ReadFrom(ctx, session, m))
}

// Delete implements [engine.Store].
func (n *Node) Delete(ctx context.Context, session string) error {
	if err := n.ready(ctx); err != nil {
		return err
	}
	n.c.mu.Lock()
	delete(n.c.owners, session)
	delete(n.c.epochs, session)
	n.c.mu.Unlock()
	return n.c.store.Delete(ctx, session)
}

// Table implements [engine.Store].
func (n *Node) Table(ctx context.Context, name string) (engine.Table, error) {
	if err := n.ready(ctx); err != nil {
		return nil, err
	}
	t, err := n.c.store.tables.open(name)
	if err != nil {
		return nil, err
	}
	return &view{n, t}, nil
}

// Err implements [engine.Store].
func (n *Node) Err() error {
	if n.life.Err() != nil {
		return engine.ErrJournal
	}
	return nil
}

// Cluster implements [engine.Store].
func (n *Node) Cluster() engine.Cluster { return n }

// view is a node's view of a table.
type view struct {
	n *Node
	t *table
}

func (v *view) Get(ctx context.Context, key string) (engine.Entry, error) {
	if err := v.n.ready(ctx); err != nil {
		return engine.Entry{}, err
	}
	return v.t.Get(ctx, key)
}

func (v *view) Put(ctx context.Context, key string, value []byte) (uint64, error) {
	if err := v.n.ready(ctx); err != nil {
		return 0, err
	}
	return v.t.Put(ctx, key, value)
}

func (v *view) Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if err := v.n.ready(ctx); err != nil {
		return 0, err
	}
	return v.t.Update(ctx, key, value, revision)
}

func (v *view) Delete(ctx context.Context, key string) error {
	if err := v.n.ready(ctx); err != nil {
		return err
	}
	return v.t.Delete(ctx, key)
}

func (v *view) Remove(ctx context.Context, key string, revision uint64) error {
	if err := v.n.ready(ctx); err != nil {
		return err
	}
	return v.t.Remove(ctx, key, revision)
}

func (v *view) Watch(ctx context.Context) iter.Seq2[engine.Entry, error] {
	return guarded(ctx, v.n, v.t.Watch(ctx))
}

var errJoined = errors.New("the node has joined already")

var (
	_ engine.Store   = (*Node)(nil)
	_ engine.Marker  = (*Node)(nil)
	_ engine.Cluster = (*Node)(nil)
)

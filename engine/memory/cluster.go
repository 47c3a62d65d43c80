package memory

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Cluster is one store in memory with several nodes, for tests.
type Cluster struct {
	lease, renew time.Duration
	store        Journal
	nodes        *table

	mu     sync.Mutex
	made   int
	owners map[string]owner
	epochs map[string]uint64 // of who appended to a session last
	asked  map[string][]*answerer
	heard  map[string][]*listener
}

// owner is who owns a session, in which epoch.
type owner struct {
	node  string
	epoch uint64
}

// NewCluster makes a store without nodes. A zero time is [engine.LeaseTime] or
// [engine.RenewTime].
func NewCluster(lease, renew time.Duration) *Cluster {
	if lease == 0 {
		lease = engine.LeaseTime
	}
	if renew == 0 {
		renew = engine.RenewTime
	}
	return &Cluster{
		lease: lease, renew: renew, nodes: newTable(), owners: map[string]owner{}, epochs: map[string]uint64{},
		asked: map[string][]*answerer{}, heard: map[string][]*listener{},
	}
}

// Node adds a node to the cluster. Close it, or kill it.
func (c *Cluster) Node() *Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	n := &Node{c: c, name: fmt.Sprintf("node%d", c.made), epochs: map[string]uint64{}, awake: make(chan struct{})}
	n.life, n.kill = context.WithCancel(context.Background())
	close(n.awake)
	return n
}

// leased says whether a node's lease holds.
func (c *Cluster) leased(ctx context.Context, node string) bool {
	e, err := c.nodes.Get(ctx, node)
	return err == nil && !e.Deleted
}

// expire ends a node's lease.
func (c *Cluster) expire(ctx context.Context, node string) {
	_ = c.nodes.Delete(ctx, node) // a table in memory never fails
}

// may says whether a node's append is let through, and makes it the last that
// appended.
func (c *Cluster) may(session string, epoch uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch < c.epochs[session] {
		return false
	}
	c.epochs[session] = epoch
	return true
}

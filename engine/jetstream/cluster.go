package jetstream

import (
	"context"
	"errors"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// The journal's own tables.
const (
	tableNodes  = "nodes"  // nodes whose lease holds, by name
	tableOwners = "owners" // who owns a session, in which epoch
)

func isConflict(err error) bool { return errors.Is(err, engine.ErrConflict) }

// cluster is an [engine.Cluster] over NATS.
type cluster struct {
	j      *Journal
	nodes  *table
	owners *table
	lease  lease
	owned  owned
	line   line
}

func newCluster(ctx context.Context, j *Journal) (*cluster, error) {
	c := &cluster{j: j}
	var err error
	if c.nodes, err = j.table(ctx, tableNodes, j.cfg.Lease); err != nil {
		return nil, err
	}
	if c.owners, err = j.table(ctx, tableOwners, 0); err != nil {
		return nil, err
	}
	c.owned.by = map[string]uint64{}
	c.line.start()
	return c, nil
}

// Node implements [engine.Cluster].
func (c *cluster) Node() string { return c.j.node }

func (c *cluster) close() {
	c.lease.end()
	c.line.stop()
}

var _ engine.Cluster = (*cluster)(nil)

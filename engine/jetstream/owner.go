package jetstream

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// claims is how often a claim is tried while others write the same record.
const claims = 10

// owner is who runs a session; node is empty when nobody does.
type owner struct {
	epoch    uint64
	node     string
	revision uint64
}

func (o owner) encode() []byte { return fmt.Appendf(nil, "%d %s", o.epoch, o.node) }

// Claim implements [engine.Cluster].
func (c *cluster) Claim(ctx context.Context, session string) error {
	if err := checkSession(session); err != nil {
		return err
	}
	if !c.lease.holds() {
		return fmt.Errorf("session %s: this node has no lease: %w", session, engine.ErrJournal)
	}
	for range claims {
		now, err := c.owner(ctx, session)
		if err != nil {
			return err
		}
		if err := c.free(ctx, now); err != nil {
			return err
		}
		next := owner{epoch: now.epoch + 1, node: c.j.node}
		_, err = c.owners.Update(ctx, session, next.encode(), now.revision)
		if isConflict(err) {
			continue
		}
		if err != nil {
			return err
		}
		c.j.forget(session) // others may have written to it
		c.owned.set(session, next.epoch)
		return nil
	}
	return fmt.Errorf("session %s: %w", session, engine.ErrOwned)
}

// free is nil when a session can be claimed from its owner.
func (c *cluster) free(ctx context.Context, now owner) error {
	if now.node == "" || now.node == c.j.node {
		return nil
	}
	e, err := c.nodes.get(ctx, now.node)
	if err != nil {
		return err
	}
	if e.Revision != 0 && !e.Deleted {
		return engine.ErrOwned
	}
	return nil
}

func (c *cluster) owner(ctx context.Context, session string) (owner, error) {
	e, err := c.owners.get(ctx, session)
	if err != nil || e.Revision == 0 || e.Deleted {
		return owner{}, err
	}
	epoch, node, _ := strings.Cut(string(e.Value), " ")
	n, err := strconv.ParseUint(epoch, 10, 64)
	if err != nil {
		return owner{}, fmt.Errorf("owner of session %s: %w: %w", session, engine.ErrDamaged, err)
	}
	return owner{n, node, e.Revision}, nil
}

// Release implements [engine.Cluster].
func (c *cluster) Release(ctx context.Context, session string) error {
	if err := checkSession(session); err != nil {
		return err
	}
	c.owned.remove(session)
	c.j.forget(session)
	now, err := c.owner(ctx, session)
	if err != nil || now.node != c.j.node {
		return err
	}
	_, err = c.owners.Update(ctx, session, owner{epoch: now.epoch}.encode(), now.revision)
	if isConflict(err) {
		return nil // it is another's
	}
	return err
}

// Owner implements [engine.Cluster].
func (c *cluster) Owner(ctx context.Context, session string) (string, error) {
	if err := checkSession(session); err != nil {
		return "", err
	}
	o, err := c.owner(ctx, session)
	return o.node, err
}

// epoch is that in which this node may append to a session.
func (c *cluster) epoch(session string) (uint64, error) {
	c.owned.mu.Lock()
	epoch, ok := c.owned.by[session]
	c.owned.mu.Unlock()
	switch {
	case !ok:
		return 0, fmt.Errorf("session %s is not claimed by this node: %w", session, engine.ErrConflict)
	case !c.lease.holds():
		return 0, fmt.Errorf("session %s: this node's lease is lost: %w", session, engine.ErrConflict)
	default:
		return epoch, nil
	}
}

// drop forgets who owned a session that was deleted.
func (c *cluster) drop(ctx context.Context, session string) error {
	c.owned.remove(session)
	return c.owners.Delete(ctx, session)
}

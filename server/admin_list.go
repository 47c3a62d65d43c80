package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Bounds of lists for operators.
const (
	adminPage       = 50
	maxAdminPage    = 1000
	maxNodeSessions = 100
)

// List gives sessions, newest first; next is the cursor of the list that
// follows, empty on the last.
func (a *Admin) List(ctx context.Context, f Filter) (list []SessionSummary, next string, err error) {
	limit := cmp.Or(f.Limit, adminPage)
	if limit < 1 || limit > maxAdminPage {
		return nil, "", fmt.Errorf("limit %d: it is from 1 to %d", limit, maxAdminPage)
	}
	ids, _, more := a.s.index.list(listing{owner: f.Owner, template: f.Template, status: f.Status, before: f.Cursor, limit: limit})
	if more {
		next = ids[len(ids)-1]
	}
	for _, id := range ids {
		d, err := a.s.docOf(ctx, id)
		if errors.Is(err, errNotFound) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return nil, "", fmt.Errorf("session %s: %w", id, err)
		}
		one, err := a.summary(ctx, id, d)
		if err != nil {
			return nil, "", err
		}
		list = append(list, one)
	}
	return list, next, nil
}

// Nodes are the processes that serve the store now, by name, with the sessions
// that they own.
func (a *Admin) Nodes(ctx context.Context) ([]NodeSummary, error) {
	c := a.s.cfg.Store.Cluster()
	nodes := map[string]*NodeSummary{}
	if c == nil {
		nodes[""] = &NodeSummary{Listen: a.s.cfg.Node.Listen, Version: a.s.cfg.Node.Version, Self: true}
	} else if err := joinedNodes(ctx, c, nodes); err != nil {
		return nil, err
	}
	for _, e := range a.s.index.entries() {
		h := a.s.index.head(e)
		if !h.alive() || c != nil && h.resting { // nobody owns one that rests
			continue
		}
		owner := ""
		if c != nil {
			var err error
			if owner, err = c.Owner(ctx, e.id); err != nil {
				return nil, err
			}
		}
		if n := nodes[owner]; n != nil {
			n.count(e.id, &h)
		}
	}
	list := make([]NodeSummary, 0, len(nodes))
	for _, n := range nodes {
		list = append(list, *n)
	}
	slices.SortFunc(list, func(a, b NodeSummary) int { return strings.Compare(a.Node, b.Node) })
	return list, nil
}

func joinedNodes(ctx context.Context, c engine.Cluster, nodes map[string]*NodeSummary) error {
	for e, err := range c.Nodes(ctx) {
		if err != nil || e.Key == "" {
			return err
		}
		if e.Deleted {
			delete(nodes, e.Key)
			continue
		}
		var info Node
		_ = json.Unmarshal(e.Value, &info) // another version may say other things
		nodes[e.Key] = &NodeSummary{Node: e.Key, Listen: info.Listen, Version: info.Version, Self: e.Key == c.Node()}
	}
	return context.Cause(ctx)
}

func (n *NodeSummary) count(id string, h *docHead) {
	if h.resting || h.status == statusPaused {
		n.Waiting++
		return
	}
	n.Running++
	if len(n.Sessions) < maxNodeSessions {
		n.Sessions = append(n.Sessions, id)
	}
}

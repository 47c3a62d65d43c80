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
	ids, err := a.newest(ctx, f, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(ids) > limit {
		ids, next = ids[:limit], ids[limit-1]
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

// newest are the ids of the newest sessions that a filter chooses. Ids sort by
// time.
func (a *Admin) newest(ctx context.Context, f Filter, most int) ([]string, error) {
	var ids []string
	newestFirst := func(x, y string) int { return strings.Compare(y, x) }
	err := a.s.eachHead(ctx, func(id string, h *docHead) error {
		if !f.chooses(h) || f.Cursor != "" && id >= f.Cursor {
			return nil
		}
		ids = append(ids, id)
		if len(ids) >= 2*most {
			slices.SortFunc(ids, newestFirst)
			ids = ids[:most]
		}
		return nil
	})
	slices.SortFunc(ids, newestFirst)
	return ids[:min(most, len(ids))], err
}

func (f *Filter) chooses(h *docHead) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return !h.deleted && is(f.Owner, h.owner) && is(f.Status, h.status) && is(f.Template, h.template)
}

// eachHead gives the head of every stored session. A record that cannot be read
// is left out.
func (s *Server) eachHead(ctx context.Context, do func(id string, h *docHead) error) error {
	table, err := s.cfg.Store.Table(ctx, tableSessions)
	if err != nil {
		return err
	}
	for e, err := range table.Watch(ctx) {
		if err != nil || e.Key == "" {
			return err
		}
		if e.Deleted {
			continue
		}
		h, err := decodeHead(e.Value)
		if err != nil {
			s.log.WarnContext(ctx, "record of a session is left out", "session", e.Key, "error", err)
			continue
		}
		if err := do(e.Key, &h); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
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
	err := a.s.eachHead(ctx, func(id string, h *docHead) error {
		if !h.ended.IsZero() || h.deleted {
			return nil
		}
		owner := ""
		if c != nil {
			var err error
			if owner, err = c.Owner(ctx, id); err != nil {
				return err
			}
		}
		if n := nodes[owner]; n != nil {
			n.count(id, h)
		}
		return nil
	})
	list := make([]NodeSummary, 0, len(nodes))
	for _, n := range nodes {
		list = append(list, *n)
	}
	slices.SortFunc(list, func(a, b NodeSummary) int { return strings.Compare(a.Node, b.Node) })
	return list, err
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

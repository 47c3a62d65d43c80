package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// agentList is a page of agents, oldest first.
type agentList struct {
	Agents         []AgentStatus `json:"agents"`
	Timestamp      string        `json:"timestamp"`
	TotalCount     int           `json:"total_count"`      // after the filters, before paging
	UserOwnedCount int           `json:"user_owned_count"` // of those, the caller's own
	NextCursor     *string       `json:"next_cursor"`      // null on the last page
}

// agentFilter is what a list of agents is asked for.
type agentFilter struct {
	capability, status string
	limit              int
	after              cursor
}

// cursor is a place in the list of agents, which is in the order of their
// creation. The zero cursor is before all.
type cursor struct {
	nanos int64
	id    string
}

func (s *Server) listAgents(w http.ResponseWriter, r *http.Request) error {
	filter, err := readFilter(r)
	if err != nil {
		return err
	}
	p := caller(r)
	owner := p.Name
	if p.admin() {
		owner = ""
	}
	known := s.census()
	out := agentList{Agents: []AgentStatus{}, Timestamp: timestamp(time.Now())}
	var last cursor
	all, err := s.agentsOf(r.Context(), owner)
	if err != nil {
		return err
	}
	for _, a := range all {
		if filter.capability != "" && !slices.Contains(a.capabilities, filter.capability) {
			continue
		}
		status, err := known.status(r.Context(), a)
		if err != nil {
			return err
		}
		if filter.status != "" && status.Status != filter.status {
			continue
		}
		out.TotalCount++
		if a.owner == p.Name {
			out.UserOwnedCount++
		}
		switch {
		case !a.cursor().after(filter.after):
		case len(out.Agents) < filter.limit:
			out.Agents, last = append(out.Agents, status), a.cursor()
		case out.NextCursor == nil:
			text := last.String()
			out.NextCursor = &text
		}
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// agentsOf gives an owner's agents, oldest first; an empty owner is everybody.
func (s *Server) agentsOf(ctx context.Context, owner string) ([]*agentRecord, error) {
	list := s.registered.of(owner)
	ids, _, _ := s.index.list(listing{owner: owner})
	for _, id := range ids {
		rec, err := s.lookup(ctx, id)
		switch {
		case errors.Is(err, engine.ErrNotFound): // it was removed meanwhile
		case err != nil:
			return nil, err
		case !rec.direct: // the agents of a talk are somewhere else already
			list = append(list, rec.remaining()...)
		}
	}
	slices.SortFunc(list, func(a, b *agentRecord) int {
		return cmp.Or(a.created.Compare(b.created), strings.Compare(a.id, b.id))
	})
	return list, nil
}

func readFilter(r *http.Request) (agentFilter, error) {
	q := r.URL.Query()
	f := agentFilter{capability: q.Get("capability"), status: q.Get("status")}
	var err error
	if f.limit, err = pageSize(q.Get("limit")); err != nil {
		return f, err
	}
	states := []string{"active", "inactive", "cooldown", "error"}
	if f.status != "" && !slices.Contains(states, f.status) {
		return f, invalid(fieldError{Loc: []any{"query", "status"}, Type: "enum", Msg: "must be " + orList(states)})
	}
	if text := q.Get("cursor"); text != "" {
		var ok bool
		if f.after, ok = parseCursor(text); !ok {
			return f, invalid(fieldError{Loc: []any{"query", "cursor"}, Type: "cursor", Msg: "must be the next_cursor of an answer before"})
		}
	}
	return f, nil
}

func (a *agentRecord) cursor() cursor { return cursor{a.created.UnixNano(), a.id} }

func (c cursor) after(d cursor) bool {
	if c.nanos != d.nanos {
		return c.nanos > d.nanos
	}
	return c.id > d.id
}

func (c cursor) String() string { return strconv.FormatInt(c.nanos, 36) + "." + c.id }

func parseCursor(text string) (cursor, bool) {
	nanos, id, ok := strings.Cut(text, ".")
	n, err := strconv.ParseInt(nanos, 36, 64)
	return cursor{n, id}, ok && err == nil
}

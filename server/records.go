package server

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// record is a session as the server knows it. What does not change after its
// creation is read without a lock.
type record struct {
	id, owner, template, sessionType string
	created                          time.Time
	session                          *engine.Session
	plan                             *plan          // what it was started from
	agents                           []*agentRecord // in the order of the request or the template
	metadata                         map[string]any
	direct                           bool // a talk of two agents by REST; it does not count in the cap
	forkedFrom                       string
	frames                           *stream

	mu      sync.Mutex // guards what follows
	deleted bool
	endedAt time.Time
}

// agentRecord is an agent of a session, or one that was registered by itself.
type agentRecord struct {
	id, key, name, owner         string
	provider, model, personality string
	capabilities, modes          []string
	metadata                     map[string]any
	created                      time.Time
	session                      *record // nil for a registered one
}

// records finds sessions and agents. It is safe for concurrent use.
type records struct {
	mu       sync.RWMutex
	sessions map[string]*record
	agents   map[string]*agentRecord
	open     map[string]map[*record]struct{} // by owner, those that count in the cap and may live
}

func newRecords() *records {
	return &records{sessions: map[string]*record{}, agents: map[string]*agentRecord{}, open: map[string]map[*record]struct{}{}}
}

func (rs *records) add(r *record) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.sessions[r.id] = r
	if !r.direct {
		if rs.open[r.owner] == nil {
			rs.open[r.owner] = map[*record]struct{}{}
		}
		rs.open[r.owner][r] = struct{}{}
	}
	for _, a := range r.agents {
		if rs.agents[a.id] == nil { // those of a direct talk are somewhere else already
			rs.agents[a.id] = a
		}
	}
}

// register adds an agent without a session, unless its owner has as many as
// most already.
func (rs *records) register(a *agentRecord, most int) bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	n := 0
	for _, other := range rs.agents {
		if other.session == nil && other.owner == a.owner {
			n++
		}
	}
	if n >= most {
		return false
	}
	rs.agents[a.id] = a
	return true
}

func (rs *records) session(id string) *record {
	rs.mu.RLock()
	defer rs.mu.RUnlock()
	return rs.sessions[id]
}

func (rs *records) agent(id string) *agentRecord {
	rs.mu.RLock()
	defer rs.mu.RUnlock()
	return rs.agents[id]
}

// take removes a session; false says that it was gone already.
func (rs *records) take(r *record) bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.sessions[r.id] != r {
		return false
	}
	delete(rs.sessions, r.id)
	rs.close(r)
	for _, a := range r.agents {
		if rs.agents[a.id] == a {
			delete(rs.agents, a.id)
		}
	}
	return true
}

func (rs *records) close(r *record) {
	delete(rs.open[r.owner], r)
	if len(rs.open[r.owner]) == 0 {
		delete(rs.open, r.owner)
	}
}

func (rs *records) removeAgent(id string) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	delete(rs.agents, id)
}

// of gives an owner's sessions, oldest first; an empty owner is everybody.
func (rs *records) of(owner string) []*record {
	rs.mu.RLock()
	defer rs.mu.RUnlock()
	var list []*record
	for _, r := range rs.sessions {
		if owner == "" || r.owner == owner {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b *record) int { return strings.Compare(a.id, b.id) })
	return list
}

// agentsOf gives an owner's agents, oldest first; an empty owner is everybody.
func (rs *records) agentsOf(owner string) []*agentRecord {
	rs.mu.RLock()
	defer rs.mu.RUnlock()
	var list []*agentRecord
	for _, a := range rs.agents {
		if owner == "" || a.owner == owner {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b *agentRecord) int {
		if c := a.created.Compare(b.created); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	return list
}

// live counts an owner's sessions that have not ended, direct talks aside.
func (rs *records) live(owner string) int {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for r := range rs.open[owner] {
		if ended(r) {
			rs.close(r)
		}
	}
	return len(rs.open[owner])
}

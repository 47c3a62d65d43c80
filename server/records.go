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
	agents                           []*agentRecord // in the order of the request or the template
	metadata                         map[string]any
	direct                           bool // a talk of two agents by REST; it does not count in the cap
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
}

func newRecords() *records {
	return &records{sessions: map[string]*record{}, agents: map[string]*agentRecord{}}
}

func (rs *records) add(r *record) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.sessions[r.id] = r
	for _, a := range r.agents {
		rs.agents[a.id] = a
	}
}

func (rs *records) addAgent(a *agentRecord) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.agents[a.id] = a
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

func (rs *records) remove(id string) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r := rs.sessions[id]
	if r == nil {
		return
	}
	delete(rs.sessions, id)
	for _, a := range r.agents {
		delete(rs.agents, a.id)
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

// live counts an owner's sessions that have not ended.
func (rs *records) live(owner string) int {
	n := 0
	for _, r := range rs.of(owner) {
		select {
		case <-r.session.Done():
		default:
			if !r.direct {
				n++
			}
		}
	}
	return n
}

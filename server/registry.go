package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// The bounds of registered agents.
const (
	maxRegistered    = 1000    // of one person
	maxRegisteredAll = 100_000 // of all
	// registeredLife is how long an agent stays that nobody writes to, and
	// usedEvery how exactly it is known when somebody last did.
	registeredLife = 90 * 24 * time.Hour
	usedEvery      = 24 * time.Hour
	registrySweep  = time.Hour
)

// registry has the agents that were registered by themselves: in a table of the
// store, and in memory as they are there. It is safe for concurrent use.
type registry struct {
	table engine.Table
	log   *slog.Logger
	busy  func(id string) bool // says whether an agent has talks

	mu     sync.Mutex // guards what follows
	byID   map[string]registered
	counts map[string]int // by owner, with those that are being stored
	total  int
}

// registered is an agent as it is in the store.
type registered struct {
	agent    *agentRecord
	used     time.Time
	revision uint64
}

// registeredDoc is its record.
type registeredDoc struct {
	docAgent
	Owner   string    `json:"owner"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"used"` // when somebody last wrote to it, about
}

func newRegistry(table engine.Table, log *slog.Logger) *registry {
	return &registry{
		table: table, log: log, byID: map[string]registered{}, counts: map[string]int{},
		busy: func(string) bool { return false },
	}
}

// add stores a new agent, unless there are as many as there may be.
func (r *registry) add(ctx context.Context, a *agentRecord) error {
	if !r.reserve(a.owner) {
		return errAgentLimit
	}
	revision, err := r.store(ctx, a, a.created, 0)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.release(a.owner)
	if err == nil {
		r.take(registered{a, a.created, revision})
	}
	return err
}

func (r *registry) reserve(owner string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts[owner] >= maxRegistered || r.total >= maxRegisteredAll {
		return false
	}
	r.counts[owner]++
	r.total++
	return true
}

func (r *registry) release(owner string) {
	r.total--
	if r.counts[owner]--; r.counts[owner] <= 0 {
		delete(r.counts, owner)
	}
}

func (r *registry) store(ctx context.Context, a *agentRecord, used time.Time, revision uint64) (uint64, error) {
	text, err := json.Marshal(registeredDoc{
		docAgent: docAgent{
			ID: a.id, Key: a.key, Name: a.name, Provider: a.provider, Model: a.model, Personality: a.personality,
			Capabilities: a.capabilities, Modes: a.modes, Metadata: a.metadata,
		},
		Owner: a.owner, Created: a.created, Used: used,
	})
	if err != nil {
		return 0, err
	}
	revision, err = r.table.Update(ctx, a.id, text, revision)
	if err != nil {
		return 0, fmt.Errorf("agent %s: %w", a.id, err)
	}
	return revision, nil
}

// agent gives a registered agent, or nil.
func (r *registry) agent(id string) *agentRecord {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byID[id].agent
}

// of gives an owner's agents; an empty owner is everybody.
func (r *registry) of(owner string) []*agentRecord {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*agentRecord
	for _, one := range r.byID {
		if owner == "" || one.agent.owner == owner {
			list = append(list, one.agent)
		}
	}
	slices.SortFunc(list, func(a, b *agentRecord) int { return a.created.Compare(b.created) })
	return list
}

// remove removes an agent for good.
func (r *registry) remove(ctx context.Context, id string) error {
	if r.agent(id) == nil {
		return nil
	}
	if err := r.table.Delete(ctx, id); err != nil {
		return fmt.Errorf("agent %s: %w", id, err)
	}
	r.forget(id)
	return nil
}

// note takes note of an agent, unless something newer is known.
func (r *registry) note(one registered) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.take(one)
}

func (r *registry) take(one registered) {
	old, known := r.byID[one.agent.id]
	if old.revision >= one.revision {
		return
	}
	if !known {
		r.counts[one.agent.owner]++
		r.total++
	}
	r.byID[one.agent.id] = one
}

func (r *registry) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, known := r.byID[id]; known {
		delete(r.byID, id)
		r.release(old.agent.owner)
	}
}

// follow keeps memory as the table is, until the context ends.
func (r *registry) follow(ctx context.Context) {
	followTable(ctx, r.table, func(e *engine.Entry, err error) {
		switch {
		case err != nil:
			r.log.WarnContext(ctx, "registered agents cannot be followed", "error", err)
		case e.Key == "":
		case e.Deleted:
			r.forget(e.Key)
		default:
			r.learn(ctx, e)
		}
	})
}

func (r *registry) learn(ctx context.Context, e *engine.Entry) {
	var d registeredDoc
	if err := json.Unmarshal(e.Value, &d); err != nil || d.ID != e.Key || d.Owner == "" {
		r.log.ErrorContext(ctx, "a registered agent cannot be read and is passed over", "record", e.Key, "error", err)
		return
	}
	r.note(registered{d.record(d.Owner, d.Created), d.Used, e.Revision})
}

// sweep takes note of which agents are used and removes those that have not
// been for long, until the context ends.
func (r *registry) sweep(ctx context.Context) {
	for pause(ctx, registrySweep) {
		if err := r.tend(ctx, time.Now()); err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "registered agents cannot be looked after", "error", err)
		}
	}
}

func (r *registry) tend(ctx context.Context, now time.Time) error {
	r.mu.Lock()
	var due []registered
	for _, one := range r.byID {
		if !now.Before(one.used.Add(usedEvery)) {
			due = append(due, one)
		}
	}
	r.mu.Unlock()
	for _, one := range due {
		var err error
		switch {
		case r.busy(one.agent.id):
			if one.revision, err = r.store(ctx, one.agent, now, one.revision); err == nil {
				one.used = now
				r.note(one)
			}
		case !now.Before(one.used.Add(registeredLife)):
			if err = r.table.Remove(ctx, one.agent.id, one.revision); err == nil {
				r.forget(one.agent.id)
			}
		}
		if err != nil && !errors.Is(err, engine.ErrConflict) { // another node looks after it, too
			return err
		}
	}
	return nil
}

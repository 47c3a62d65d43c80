package server

import (
	"context"
	"strings"
	"sync"
	"time"
	"weak"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// record is a session that is being used here. What does not change after its
// creation is read without a lock. There is at most one of a session, as long
// as anybody has it.
type record struct {
	s                                *Server
	entry                            *entry
	id, owner, template, sessionType string
	created                          time.Time
	agents                           []*agentRecord // in the order of the request or the template
	metadata                         map[string]any
	direct                           bool // a talk of two agents by REST; it does not count in the cap
	frames                           *stream
	seat                             chan struct{} // has room for who decides where it runs
	pen                              chan struct{} // has room for who changes the doc

	mu      sync.Mutex // guards what follows
	doc     *doc       // never changed, but replaced
	rev     uint64     // the doc's revision
	plan    *plan      // what it was started from; nil until it is needed
	session *engine.Session
	rest    *engine.Rest // how the session went to rest
	quit    func()       // nobody asks here any more
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

// newRecord is the session of a doc.
func (s *Server) newRecord(id string, d *doc, rev uint64) *record {
	h := &d.head
	rec := &record{
		s: s, id: id, owner: h.owner, template: h.template, sessionType: h.sessionType, created: h.created, metadata: d.Metadata,
		direct: h.direct, seat: make(chan struct{}, 1), pen: make(chan struct{}, 1), doc: d, rev: rev,
	}
	for i := range d.Agents {
		a := d.Agents[i].record(h.owner, h.created)
		a.session = rec
		rec.agents = append(rec.agents, a)
	}
	rec.frames = newStream(s, rec)
	return rec
}

// record is a stored agent as it is used.
func (a *docAgent) record(owner string, created time.Time) *agentRecord {
	return &agentRecord{
		id: a.ID, key: a.Key, name: a.Name, owner: owner, provider: a.Provider, model: a.Model, personality: a.Personality,
		capabilities: a.Capabilities, modes: a.Modes, metadata: a.Metadata, created: created,
	}
}

// head is what the index knows of the session.
func (r *record) head() docHead { return r.s.index.head(r.entry) }

// gone says whether the session was deleted.
func (r *record) gone() bool { return r.head().deleted }

// ended says whether nothing happens in a session any more.
func ended(r *record) bool { h := r.head(); return !h.ended.IsZero() }

// stored is the doc as it was last read or written.
func (r *record) stored() (*doc, uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.doc, r.rev
}

func (r *record) keep(d *doc, rev uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rev >= r.rev {
		r.doc, r.rev = d, rev
	}
}

// here is the session if it lives here, or nil.
func (r *record) here() *engine.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.session
}

// running is the session if it lives here and takes commands, or nil.
func (r *record) running() *engine.Session {
	session := r.here()
	if session == nil {
		return nil
	}
	select {
	case <-session.Done():
		return nil
	default:
		return session
	}
}

// seq is the last event that is known of; there may be more while the session
// lives on another node.
func (r *record) seq() uint64 {
	d, _ := r.stored()
	if session := r.here(); session != nil {
		return max(session.Head(), d.Seq)
	}
	return d.Seq
}

// over is why a session that lives no more takes no orders.
func (r *record) over() error {
	if r.broken() == brokenLog {
		return engine.ErrDamaged
	}
	return engine.ErrEnded
}

// bereft says whether a session should have a log, which is not there.
func (r *record) bereft() bool {
	h := r.head()
	return r.broken() == brokenLog || h.alive() && r.seq() > 0
}

// broken is why a session cannot go on though its log has no end, or empty.
func (r *record) broken() string {
	d, _ := r.stored()
	return d.Broken
}

// recentRecords is how many records are kept that nobody uses.
const recentRecords = 1024

// recent keeps the last records that were read, so that they need not be read
// for each request.
type recent struct {
	mu   sync.Mutex
	ring [recentRecords]*record
	next int
}

func (c *recent) add(r *record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ring[c.next] = r
	c.next = (c.next + 1) % len(c.ring)
}

// lookup finds a session.
func (s *Server) lookup(ctx context.Context, id string) (*record, error) {
	e := s.index.entry(id)
	if e == nil {
		var err error
		if e, err = s.unheard(ctx, id); err != nil {
			return nil, err
		}
	}
	if rec := s.index.used(e); rec != nil {
		return rec, nil
	}
	d, rev, err := s.readDoc(ctx, id)
	if err != nil {
		return nil, err
	}
	rec := s.index.use(e, s.newRecord(id, d, rev))
	s.recent.add(rec)
	return rec, nil
}

// unheard finds a session that another node has just made, of which the index
// has not heard yet.
func (s *Server) unheard(ctx context.Context, id string) (*entry, error) {
	if s.cluster == nil || !strings.HasPrefix(id, sessionPrefix) || engine.CheckRecord(id, nil) != nil {
		return nil, engine.ErrNotFound
	}
	kept, err := s.docs.Get(ctx, id)
	if err != nil {
		return nil, storeError(err)
	}
	s.learn(&kept) //nolint:contextcheck // what others follow outlives the request
	if e := s.index.entry(id); e != nil {
		return e, nil
	}
	return nil, engine.ErrNotFound
}

// used is the session's record if somebody has it, or nil.
func (x *index) used(e *entry) *record {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return e.rec.Value()
}

// use makes a record the session's, unless there is one.
func (x *index) use(e *entry, rec *record) *record {
	x.mu.Lock()
	defer x.mu.Unlock()
	if other := e.rec.Value(); other != nil {
		return other
	}
	rec.entry, e.rec = e, weak.Make(rec)
	return rec
}

// enlist makes a session of a record known, which is held from then on. It
// takes the place that was reserved for it.
func (x *index) enlist(rec *record, h docHead) {
	x.mu.Lock()
	defer x.mu.Unlock()
	rec.entry = x.add(rec.id, h, 0)
	rec.entry.rec, rec.entry.held = weak.Make(rec), true
	x.owner(h.owner).places(h.direct).starting--
}

// unlist undoes enlist.
func (x *index) unlist(e *entry) {
	x.mu.Lock()
	x.owner(e.head.owner).places(e.head.direct).starting++
	x.mu.Unlock()
	x.remove(e)
}

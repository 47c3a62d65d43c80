package server

import (
	"cmp"
	"slices"
	"sync"
	"time"
	"weak"
)

// entry is what stays in memory of a session. It is guarded by its index, but
// for what never changes.
type entry struct {
	id   string
	head docHead
	rev  uint64
	// held says that what the head tells is newer than what the table does: the
	// session runs here, or its doc is still to be written.
	held bool
	rec  weak.Pointer[record] // while somebody uses it
	due  int64                // guarded by the agenda
}

// alive says whether something can still happen in a session.
func (h *docHead) alive() bool { return h.ended.IsZero() && !h.deleted }

// runs says whether some node should run a session now.
func (h *docHead) runs() bool { return h.alive() && !h.resting }

// index knows every session of the store. It is safe for concurrent use.
type index struct {
	mu      sync.RWMutex // guards what follows
	all     map[string]*entry
	owners  map[string]*owned // by owner; the empty one is everybody
	running map[*entry]struct{}
	names   map[string]string // owners and templates, each kept once
}

// owned are the sessions of an owner.
type owned struct {
	list    []*entry // by id, which is by age
	jumbled bool     // list is not in order
	live    places   // direct talks aside
	talks   places   // direct talks
}

// places are sessions that count in a cap.
type places struct {
	taken    int // by sessions that may go on
	starting int // by sessions to come
}

func newIndex() *index {
	return &index{all: map[string]*entry{}, owners: map[string]*owned{"": {}}, running: map[*entry]struct{}{}, names: map[string]string{}}
}

func (x *index) entry(id string) *entry {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.all[id]
}

func (x *index) head(e *entry) docHead {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return e.head
}

// put takes in what this server has written of a session.
func (x *index) put(id string, h docHead, rev uint64) *entry {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.all[id]
	if e == nil {
		return x.add(id, h, rev)
	}
	if e.held && !e.head.ended.IsZero() && h.ended.IsZero() { // it ended meanwhile
		h.ended, h.status = e.head.ended, e.head.status
	}
	x.change(e, h)
	e.rev = max(e.rev, rev)
	return e
}

// seen takes in what the table says of a session. It says whether that is news.
func (x *index) seen(id string, h docHead, rev uint64) (e *entry, news bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e = x.all[id]
	switch {
	case e == nil:
		return x.add(id, h, rev), true
	case rev <= e.rev:
		return e, false
	case e.held:
		if !h.deleted || e.head.deleted {
			return e, false
		}
		kept := e.head
		kept.deleted = true
		x.change(e, kept)
		return e, true
	}
	x.change(e, h)
	e.rev = rev
	return e, true
}

// alter changes the head of a session that is held here.
func (x *index) alter(e *entry, change func(*docHead)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	h := e.head
	change(&h)
	x.change(e, h)
	e.held = true
}

// hold says whether what is known here is newer than the table.
func (x *index) hold(e *entry, held bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e.held = held
}

func (x *index) add(id string, h docHead, rev uint64) *entry {
	h.owner, h.template, h.sessionType, h.status = x.name(h.owner), x.name(h.template), x.name(h.sessionType), x.name(h.status)
	e := &entry{id: id, head: h, rev: rev}
	x.all[id] = e
	x.owner(h.owner).add(e)
	x.owners[""].add(e)
	x.count(e, 1)
	return e
}

func (x *index) change(e *entry, h docHead) {
	x.count(e, -1)
	h.owner, h.template, h.sessionType, h.status = e.head.owner, e.head.template, e.head.sessionType, x.name(h.status)
	e.head = h
	x.count(e, 1)
}

// remove forgets a session.
func (x *index) remove(e *entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.all[e.id] != e {
		return
	}
	x.count(e, -1)
	delete(x.all, e.id)
	x.owners[""].remove(e)
	if o := x.owner(e.head.owner); o != x.owners[""] {
		o.remove(e)
	}
	x.tidy(e.head.owner)
}

// count counts a session in or out.
func (x *index) count(e *entry, n int) {
	delete(x.running, e)
	if !e.head.alive() {
		return
	}
	if n > 0 && e.head.runs() {
		x.running[e] = struct{}{}
	}
	for _, o := range []*owned{x.owner(e.head.owner), x.owners[""]} {
		o.places(e.head.direct).taken += n
	}
}

func (x *index) owner(name string) *owned {
	o := x.owners[name]
	if o == nil {
		o = &owned{}
		x.owners[name] = o
	}
	return o
}

// tidy forgets an owner of nothing.
func (x *index) tidy(name string) {
	if o := x.owners[name]; name != "" && o != nil && len(o.list) == 0 && o.live.starting+o.talks.starting == 0 {
		delete(x.owners, name)
		delete(x.names, name)
	}
}

// name is a text of which there is one copy.
func (x *index) name(text string) string {
	if kept, ok := x.names[text]; ok {
		return kept
	}
	text = string([]byte(text)) // it may be a part of a long line
	x.names[text] = text
	return text
}

func (o *owned) places(direct bool) *places {
	if direct {
		return &o.talks
	}
	return &o.live
}

func (o *owned) add(e *entry) {
	o.jumbled = o.jumbled || len(o.list) > 0 && o.list[len(o.list)-1].id > e.id
	o.list = append(o.list, e)
}

func (o *owned) remove(e *entry) {
	o.sort()
	if i, found := slices.BinarySearchFunc(o.list, e, byID); found {
		o.list = slices.Delete(o.list, i, i+1)
	}
}

func (o *owned) sort() {
	if o.jumbled {
		slices.SortFunc(o.list, byID)
		o.jumbled = false
	}
}

func byID(a, b *entry) int { return cmp.Compare(a.id, b.id) }

// over is when a session's retention begins.
func (h *docHead) over() time.Time {
	if h.ended.IsZero() {
		return h.created
	}
	return h.ended
}

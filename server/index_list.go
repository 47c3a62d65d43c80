package server

import "slices"

// listing is what a list of sessions is asked for.
type listing struct {
	owner            string // empty: everybody
	template, status string // empty: any
	before           string // the id that the page before ended with, or empty
	limit            int    // 0: all
}

func (l *listing) fits(h *docHead) bool {
	return !h.deleted && (l.template == "" || h.template == l.template) && (l.status == "" || h.status == l.status)
}

// list gives the ids of a page, newest first, how many sessions fit on all
// pages, and whether there are more behind this one.
func (x *index) list(l listing) (ids []string, total int, more bool) {
	o, unlock := x.read(l.owner)
	defer unlock()
	if o == nil {
		return nil, 0, false
	}
	for _, e := range slices.Backward(o.list) {
		if !l.fits(&e.head) {
			continue
		}
		total++
		switch {
		case l.before != "" && e.id >= l.before:
		case l.limit == 0 || len(ids) < l.limit:
			ids = append(ids, e.id)
		default:
			more = true
		}
	}
	return ids, total, more
}

// talksOf are the direct talks of an owner that may go on.
func (x *index) talksOf(owner string) (ids []string) {
	o, unlock := x.read(owner)
	defer unlock()
	if o == nil {
		return nil
	}
	for _, e := range o.list {
		if e.head.direct && !e.head.deleted {
			ids = append(ids, e.id)
		}
	}
	return ids
}

// read locks the index for reading; the owner's list is in order.
func (x *index) read(owner string) (o *owned, unlock func()) {
	x.mu.RLock()
	if o = x.owners[owner]; o == nil || !o.jumbled {
		return o, x.mu.RUnlock
	}
	x.mu.RUnlock()
	x.mu.Lock()
	if o = x.owners[owner]; o != nil {
		o.sort()
	}
	return o, x.mu.Unlock
}

// has says whether somebody owns a session.
func (x *index) has(owner string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	o := x.owners[owner]
	return o != nil && len(o.list) > 0
}

// live counts an owner's sessions that may go on, direct talks aside.
func (x *index) live(owner string) int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if o := x.owners[owner]; o != nil {
		return o.live.taken
	}
	return 0
}

// talks counts an owner's direct talks that may go on.
func (x *index) talks(owner string) int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if o := x.owners[owner]; o != nil {
		return o.talks.taken
	}
	return 0
}

// reserve takes a place for a session that is to come, if there is one left of
// most. Enlist fills it, and release gives it back.
func (x *index) reserve(owner string, direct bool, most int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	p := x.owner(owner).places(direct)
	if p.taken+p.starting >= most {
		return false
	}
	p.starting++
	return true
}

func (x *index) release(owner string, direct bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.owner(owner).places(direct).starting--
	x.tidy(owner)
}

// adrift are the sessions that some node should run, in no order.
func (x *index) adrift() []*entry {
	x.mu.RLock()
	defer x.mu.RUnlock()
	list := make([]*entry, 0, len(x.running))
	for e := range x.running {
		list = append(list, e)
	}
	return list
}

// entries are all sessions, by age.
func (x *index) entries() []*entry {
	o, unlock := x.read("")
	defer unlock()
	return slices.Clone(o.list)
}

package server

import (
	"time"
)

// item is a piece of output that waits in a queue.
type item struct {
	wire []byte
	seq  uint64 // of the event that it shows, 0 for none
	said *shown // set for a person's message
	kind itemKind
}

type itemKind uint8

const (
	itemFrame itemKind = iota
	itemPing           // a ping frame, with the protocol's own
	itemPong           // the protocol's answer to a ping
	itemClose          // the last one
)

// push adds to the queue, or cuts the connection when it is full.
func (f *follower) push(it item) {
	if f.full(&it) {
		f.cut()
		return
	}
	f.items = append(f.items, it)
	f.size += f.cost(&it)
}

func (f *follower) full(it *item) bool {
	waiting := len(f.items) + f.taken
	return waiting >= f.frames || waiting > 0 && f.size+f.weight+f.cost(it) > f.bytes
}

// cost is what an item counts in the queue: its bytes, but at most a quarter of
// the bound, so that a single large frame, which all share, does not cut a
// reader off.
func (f *follower) cost(it *item) int { return min(len(it.wire), f.bytes/4) }

// cut closes a reader that is too slow. What it has not taken it can ask for
// again.
func (f *follower) cut() {
	f.items, f.size, f.own = nil, 0, nil
	f.close(closeSlow, "too slow; come back with ?after= and the last seq that you saw")
}

// take takes what can be written, at most all there is. What was taken before
// counts as written.
func (f *follower) take(spare []item) []item {
	f.taken, f.weight = 0, 0
	n := len(f.items)
	if f.saying {
		for n = 0; n < len(f.items) && f.items[n].said == nil; n++ {
		}
	}
	if f.room != nil {
		select {
		case f.room <- struct{}{}:
		default:
		}
	}
	var batch []item
	if n == len(f.items) {
		batch, f.items = f.items, spare[:0]
	} else {
		batch = append(spare[:0], f.items[:n]...)
		rest := copy(f.items, f.items[n:])
		clear(f.items[rest:])
		f.items = f.items[:rest]
	}
	for i := range batch {
		f.weight += f.cost(&batch[i])
	}
	f.taken = n
	f.size -= f.weight
	return batch
}

// shut closes the connection once what is queued has been written, unless that
// takes too long. Codes of our own come with an error frame.
func (f *follower) shut(code int, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.code == 0 {
		f.close(code, text)
	}
}

func (f *follower) close(code int, text string) {
	f.code, f.closeBy = code, time.Now().Add(closeTime)
	it := item{kind: itemClose}
	if code >= closeGeneric && text != "" {
		it.wire = wireText(errorFrame(closeName(code), text, nil).encode())
	}
	it.wire = append(it.wire, closeMessage(code, text)...)
	f.items = append(f.items, it)
	f.size += f.cost(&it)
	for _, o := range f.own {
		f.settle(o)
	}
	f.own = nil
	f.line.hurry(f.closeBy)
	f.line.wake()
	f.freed()
}

// freed wakes who waits for room.
func (f *follower) freed() {
	if f.room != nil {
		select {
		case f.room <- struct{}{}:
		default:
		}
	}
}

// owes says whether own texts wait for their acknowledgement.
func (f *follower) owes() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.own) > 0
}

// gone says that the connection is lost: nothing more can be written.
func (f *follower) gone() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.code == 0 {
		f.code = closeGeneric
	}
	f.items, f.size, f.own = nil, 0, nil
	f.freed()
}

// closed says whether nothing will be sent any more.
func (f *follower) closed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.code != 0
}

// wait waits until the queue is half empty and has room for so many bytes;
// false says that the follower has closed.
func (f *follower) wait(need int, over <-chan struct{}) bool {
	for {
		f.mu.Lock()
		open := f.code == 0
		waiting := len(f.items) + f.taken
		free := waiting == 0 || waiting < f.frames/2 && f.size+f.weight+min(need, f.bytes/4) <= f.bytes/2
		if open && !free && f.room == nil {
			f.room = make(chan struct{}, 1)
		}
		if !open || free {
			f.room = nil
			f.mu.Unlock()
			return open
		}
		room := f.room
		f.mu.Unlock()
		select {
		case <-room:
		case <-over:
			return false
		}
	}
}

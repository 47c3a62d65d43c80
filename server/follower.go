package server

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// line is the connection below a follower.
type line interface {
	// wake sees that the queue is written. It does not block; the follower's
	// lock is held.
	wake()
	// hurry gives what is being written a deadline.
	hurry(time.Time)
}

// follower is somebody who watches a session: a bounded queue before a
// connection. Locks are taken in the order stream, follower.
type follower struct {
	line          line
	level         int
	deltas        bool
	web           bool // a WebSocket, which answers pings
	echo          bool // own texts come back, besides their acknowledgement
	frames, bytes int  // bounds of the queue
	user, address string
	expires       time.Time
	heard         atomic.Int64 // when something last came, Unix milliseconds

	// What follows is guarded by the registry's lock.

	nextPing, pinged int64 // Unix milliseconds

	// What follows is guarded by the stream's lock.

	attached bool
	index    int // among the stream's followers

	mu      sync.Mutex // guards what follows
	items   []item
	size    int           // bytes in items
	taken   int           // items that are being written
	weight  int           // their bytes
	pos     uint64        // the last event that was given or passed over
	own     []ownText     // accepted and not acknowledged yet
	saying  bool          // an own text is on its way into the log
	code    int           // of the close, 0 while open
	closeBy time.Time     // when a closing connection is cut
	room    chan struct{} // set while history waits for room
}

// ownText is an own message that is to be acknowledged in its place.
type ownText struct {
	seq       uint64
	ack       Frame
	duplicate bool
}

// feed gives an event's frame, nil when it is not shown; events that were given
// before are passed over.
func (f *follower) feed(seq uint64, sh *shown) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.code != 0 || seq <= f.pos {
		return
	}
	f.pos = seq
	if sh != nil && sh.level <= f.level {
		it := item{wire: sh.wire(f.level), seq: seq}
		if sh.said {
			it.said = sh
		}
		f.push(it)
	}
	for len(f.own) > 0 && f.own[0].seq <= seq && f.code == 0 {
		f.settle(f.own[0])
		f.own = f.own[1:]
		if len(f.own) == 0 {
			f.own = nil
		}
	}
	f.line.wake()
}

// settle puts an acknowledgement where its message stands in the queue: in its
// place, or behind all that came up to it.
func (f *follower) settle(o ownText) {
	at := len(f.items)
	for i := len(f.items) - 1; i >= 0; i-- {
		it := &f.items[i]
		if it.seq == o.seq && it.said != nil && !f.echo && !o.duplicate {
			f.replace(it, o)
			return
		}
		if it.seq > o.seq || it.kind == itemClose {
			at = i
		} else if it.seq != 0 {
			break
		}
	}
	it := item{wire: wireText(o.ack.encode())}
	if f.code == 0 && f.full(&it) {
		f.cut()
		return
	}
	f.items = slices.Insert(f.items, at, it)
	f.size += f.cost(&it)
}

// replace lets an acknowledgement stand for the message.
func (f *follower) replace(it *item, o ownText) {
	o.ack.Timestamp, o.ack.Metadata["prev"] = it.said.stamp, it.said.prev[f.level]
	ack := item{wire: wireText(o.ack.encode()), seq: o.seq}
	f.size += f.cost(&ack) - f.cost(it)
	*it = ack
}

// send queues a frame that is for this follower alone.
func (f *follower) send(fr *Frame) { f.sendItem(item{wire: wireText(fr.encode())}) }

func (f *follower) sendItem(it item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.code != 0 {
		return
	}
	f.push(it)
	f.line.wake()
}

// sendDelta queues live text, unless the queue is half full: the finished
// message replaces it.
func (f *follower) sendDelta(wire []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.code != 0 || len(f.items)+f.taken >= f.frames/2 || f.size+f.weight+len(wire) > f.bytes/2 {
		return
	}
	f.push(item{wire: wire})
	f.line.wake()
}

// begin says that an own text goes into the log now. Until said is called no
// person's message leaves the queue: it could be this one.
func (f *follower) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.saying = true
}

// refuse ends begin: nothing came into the log.
func (f *follower) refuse() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.saying = false
	f.line.wake()
}

// said ends begin: the text is in the log. The stream's lock is held; it says
// up to where the follower has been given everything. The answer is whether
// the acknowledgement has to wait for the text to come by.
func (f *follower) said(o ownText, upTo uint64) (waits bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.saying = false
	f.pos = max(f.pos, upTo)
	switch {
	case f.code != 0:
		if len(f.items) > 0 { // the close is not out yet
			f.settle(o)
		}
	case o.seq > f.pos:
		f.own = append(f.own, o)
		waits = true
	default:
		f.settle(o)
	}
	f.line.wake()
	return waits
}

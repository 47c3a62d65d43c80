package server

import (
	"sync"
	"sync/atomic"
	"time"
)

// The codes with which a WebSocket closes, besides closeDeleted.
const (
	closeNormal      = 1000
	closeDraining    = 1001
	closeNotUTF8     = 1007
	closeTooBig      = 1009
	closeSlow        = 1013
	closeGeneric     = 4000
	closeNoSession   = 4001
	closeAuth        = 4003
	closeRateLimited = 4004
)

// closeTime is how long a closing connection has to take what is left and to
// close its side.
const closeTime = 2 * time.Second

// line is the connection below a follower.
type line interface {
	// wake sees that the queue is written. It does not block; the follower's
	// lock is held.
	wake()
	// hurry gives what is being written a deadline.
	hurry(time.Time)
}

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

// push adds to the queue, or cuts the connection when it is full.
func (f *follower) push(it item) {
	if waiting := len(f.items) + f.taken; waiting >= f.frames || waiting > 0 && f.size+f.weight+len(it.wire) > f.bytes {
		f.cut()
		return
	}
	f.items = append(f.items, it)
	f.size += len(it.wire)
}

// cut closes a reader that is too slow. What it has not taken it can ask for
// again.
func (f *follower) cut() {
	f.items, f.size, f.own = nil, 0, nil
	f.close(closeSlow, "too slow; come back with ?after= and the last seq that you saw")
}

// settle puts an acknowledgement where its message stands in the queue: in its
// place, or behind all that came up to it.
func (f *follower) settle(o ownText) {
	at := len(f.items) // behind the last item up to the message
	for i := len(f.items) - 1; i >= 0; i-- {
		it := &f.items[i]
		if it.seq == o.seq && it.said != nil && !f.echo && !o.duplicate {
			f.replace(it, o)
			return
		}
		if it.seq > o.seq {
			at = i
		} else if it.seq != 0 {
			break
		}
	}
	it := item{wire: wireText(o.ack.encode())}
	f.push(it)
	if n := len(f.items) - 1; f.code == 0 && at < n {
		copy(f.items[at+1:], f.items[at:n])
		f.items[at] = it
	}
}

// replace lets an acknowledgement stand for the message.
func (f *follower) replace(it *item, o ownText) {
	o.ack.Timestamp, o.ack.Metadata["prev"] = it.said.stamp, it.said.prev[f.level]
	wire := wireText(o.ack.encode())
	f.size += len(wire) - len(it.wire)
	*it = item{wire: wire, seq: o.seq}
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
	case o.seq > f.pos:
		f.own = append(f.own, o)
		waits = true
	default:
		f.settle(o)
	}
	f.line.wake()
	return waits
}

// take takes what can be written, at most all there is. What was taken before
// counts as written.
func (f *follower) take(spare []item) []item {
	f.taken, f.weight = 0, 0
	n := len(f.items)
	if f.saying && f.code == 0 {
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
		f.weight += len(batch[i].wire)
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
	if code >= closeGeneric && text != "" {
		fr := errorFrame(closeName(code), text, nil)
		f.items = append(f.items, item{wire: wireText(fr.encode())})
	}
	f.items = append(f.items, item{kind: itemClose, wire: closeMessage(code, text)})
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
		free := waiting == 0 || waiting < f.frames/2 && f.size+f.weight+need <= f.bytes/2
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

// errorFrame tells one client what is wrong.
func errorFrame(code, text string, details map[string]any) *Frame {
	f := &Frame{Type: frameError, Content: text, Timestamp: timestamp(time.Now()), Metadata: map[string]any{"code": code}}
	if details != nil {
		f.Metadata["details"] = details
	}
	return f
}

// closeName is the code of the error frame before a close.
func closeName(code int) string {
	switch code {
	case closeNoSession:
		return "INVALID_SESSION"
	case closeDeleted:
		return "SESSION_EXPIRED"
	case closeAuth:
		return "AUTHENTICATION_FAILED"
	case closeRateLimited:
		return "RATE_LIMITED"
	default:
		return "ERROR"
	}
}

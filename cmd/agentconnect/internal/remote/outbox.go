package remote

import (
	"crypto/rand"
	"sync"
	"time"
)

// maxWaiting bounds the messages that are not acknowledged.
const maxWaiting = 64

// outbox holds what is to be said, in order. Its first message is sent, and the
// next only when that is settled: so it is plain what an error is about, and
// the order stays. A message keeps its id until it is acknowledged, so that
// the server takes it once however often it is sent. It is safe for concurrent
// use.
type outbox struct {
	wake chan struct{} // has room for one: there is something to do

	mu     sync.Mutex // guards what follows
	list   []outgoing
	sent   bool // the first one, on this connection
	notYet time.Time
}

type outgoing struct{ id, text string }

func (b *outbox) add(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.list) >= maxWaiting {
		return false
	}
	b.list = append(b.list, outgoing{rand.Text(), text})
	b.nudge()
	return true
}

func (b *outbox) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.list)
}

func (b *outbox) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// again says that there is a new connection, on which nothing was sent.
func (b *outbox) again() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = false
	b.nudge()
}

// next is what to send now, if there is something, or how long to wait for it.
func (b *outbox) next() (m outgoing, wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.list) == 0 || b.sent {
		return outgoing{}, 0, false
	}
	if wait = time.Until(b.notYet); wait > 0 {
		return outgoing{}, wait, false
	}
	b.sent = true
	return b.list[0], 0, true
}

// has finds a message that is not acknowledged.
func (b *outbox) has(id string) (outgoing, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.list {
		if m.id == id {
			return m, true
		}
	}
	return outgoing{}, false
}

// settle takes the first message out if it is the one of the id.
func (b *outbox) settle(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.list) > 0 && b.list[0].id == id {
		b.list, b.sent = b.list[1:], false
		b.nudge()
	}
}

// refuse takes out the message that was sent.
func (b *outbox) refuse() (text string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.sent || len(b.list) == 0 {
		return "", false
	}
	text = b.list[0].text
	b.list, b.sent = b.list[1:], false
	b.nudge()
	return text, true
}

// delay says that the message that was sent is to be sent again later.
func (b *outbox) delay(d time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.sent || len(b.list) == 0 {
		return false
	}
	b.sent, b.notYet = false, time.Now().Add(d)
	b.nudge()
	return true
}

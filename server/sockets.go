package server

import (
	"sync"
	"time"
)

// caps bound the connections that stay: WebSockets and streams of events.
type caps struct{ all, user, address int }

func defaultCaps() caps { return caps{all: 1 << 16, user: 1 << 14, address: 1 << 14} }

// writeSize is how much is joined into one write, in bytes.
const writeSize = 64 << 10

// sockets are all connections that stay. One goroutine looks after them: it
// pings, and closes those that are silent or whose tokens have expired.
type sockets struct {
	s    *Server
	bufs sync.Pool // of *output
	caps caps

	mu       sync.Mutex // guards what follows
	all      map[*follower]struct{}
	count    int            // places that are taken, also by those who are not in all yet
	users    map[string]int // places by user
	addrs    map[string]int // places by address
	closed   bool
	sweeping bool
}

// output is what a writer needs while it writes.
type output struct {
	buf   []byte
	spare []item
}

func newSockets(s *Server) *sockets {
	so := &sockets{s: s, caps: defaultCaps(), all: map[*follower]struct{}{}, users: map[string]int{}, addrs: map[string]int{}}
	so.bufs.New = func() any { return new(output) }
	return so
}

// take takes a place for a connection, if there is one.
func (so *sockets) take(user, addr string) bool {
	so.mu.Lock()
	defer so.mu.Unlock()
	if so.count >= so.caps.all || user != "" && so.users[user] >= so.caps.user || so.addrs[addr] >= so.caps.address {
		return false
	}
	so.count++
	so.users[user]++
	so.addrs[addr]++
	return true
}

func (so *sockets) free(user, addr string) {
	so.mu.Lock()
	defer so.mu.Unlock()
	so.count--
	less(so.users, user)
	less(so.addrs, addr)
}

func less(m map[string]int, key string) {
	if m[key]--; m[key] <= 0 {
		delete(m, key)
	}
}

// put looks after a connection from now on, and runs what it needs. False says
// that the server is closed.
func (so *sockets) put(f *follower, run ...func()) bool {
	so.mu.Lock()
	defer so.mu.Unlock()
	if so.closed {
		return false
	}
	now := time.Now()
	f.heard.Store(now.UnixMilli())
	f.nextPing = now.Add(so.s.cfg.WS.PingInterval).UnixMilli()
	so.all[f] = struct{}{}
	if !so.s.admits(f.user) { // disabled since its token was looked at
		f.shut(closeAuth, "the account is disabled")
	}
	for _, fn := range run {
		so.s.wg.Go(fn)
	}
	if !so.sweeping {
		so.sweeping = true
		so.s.wg.Go(so.sweep)
	}
	return true
}

// remove forgets a connection and gives its place back.
func (so *sockets) remove(f *follower) {
	so.mu.Lock()
	delete(so.all, f)
	so.mu.Unlock()
	so.free(f.user, f.address)
}

// list are all connections.
func (so *sockets) list() []*follower {
	so.mu.Lock()
	defer so.mu.Unlock()
	list := make([]*follower, 0, len(so.all))
	for f := range so.all {
		list = append(list, f)
	}
	return list
}

func (so *sockets) len() int {
	so.mu.Lock()
	defer so.mu.Unlock()
	return len(so.all)
}

// changed closes the connections of a user who is disabled or gone.
func (so *sockets) changed(u User) {
	if u.Active {
		return
	}
	for _, f := range so.list() {
		if f.user == u.Name {
			f.shut(closeAuth, "the account is disabled")
		}
	}
}

// close closes all connections; none is taken after it.
func (so *sockets) close() {
	so.mu.Lock()
	so.closed = true
	so.mu.Unlock()
	for _, f := range so.list() {
		f.shut(closeDraining, "the server is shutting down")
	}
}

// sweep looks after the connections as long as there are any.
func (so *sockets) sweep() {
	ws := &so.s.cfg.WS
	every := min(max(min(ws.PingInterval, ws.PongTimeout)/10, 5*time.Millisecond), time.Second)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			if !so.tend(now) {
				return
			}
		case <-so.s.ctx.Done():
			return
		}
	}
}

// tend looks at each connection once; false says that there are none.
func (so *sockets) tend(now time.Time) bool {
	so.mu.Lock()
	defer so.mu.Unlock()
	if len(so.all) == 0 {
		so.sweeping = false
		return false
	}
	ms, ws := now.UnixMilli(), &so.s.cfg.WS
	ping := item{}
	for f := range so.all {
		switch {
		case !f.expires.IsZero() && !now.Before(f.expires):
			f.shut(closeAuth, "the token has expired")
		case f.web && f.silent(ms, ws.PongTimeout):
			f.shut(closeGeneric, "nothing was heard since the last ping")
		case ms >= f.nextPing:
			if !so.s.admits(f.user) {
				f.shut(closeAuth, "the account is disabled")
				continue
			}
			if ping.wire == nil {
				ping = so.s.ping(true)
			}
			f.pingedAt(ms, ws.PingInterval)
			f.sendItem(ping)
		}
	}
	return true
}

// silent says whether a ping has been without any answer for so long.
func (f *follower) silent(now int64, timeout time.Duration) bool {
	return f.pinged > 0 && f.heard.Load() < f.pinged && now-f.pinged >= timeout.Milliseconds()
}

// pingedAt takes note of a ping; of several without an answer the first counts.
func (f *follower) pingedAt(now int64, interval time.Duration) {
	if f.heard.Load() >= f.pinged {
		f.pinged = now
	}
	f.nextPing = now + interval.Milliseconds()
}

// admits says whether a user may still be here: not one that was disabled.
func (s *Server) admits(name string) bool {
	user, local := s.cfg.Users.user(name)
	return !local || user.Active
}

// ping is a ping frame, on demand with the protocol's own ping behind it.
func (s *Server) ping(protocol bool) item {
	f := Frame{Type: framePing, Timestamp: s.clock.stamp()}
	it := item{kind: itemPing, wire: wireText(f.encode())}
	if protocol {
		it.wire = append(it.wire, wireControl(opPing, nil)...)
	}
	return it
}

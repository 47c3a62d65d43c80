package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const (
	soakSessions = 100
	soakTexts    = 40
)

// viewer reads a session to its end, over as many connections as it takes.
type viewer struct {
	ts    *testServer
	t     *testing.T
	id    string
	cut   bool // it drops connections without a word
	slow  bool // it stalls now and then
	last  uint64
	seen  []uint64
	drops int
}

func (v *viewer) run() {
	for {
		c, err := v.ts.tryDial(v.t, fmt.Sprintf("/ws/%s?after=%d", v.id, v.last), http.Header{"Authorization": {"Bearer " + v.ts.token(v.t, ann)}})
		if err != nil {
			v.t.Errorf("%s: %v", v.id, err)
			return
		}
		c.last = v.last
		over := v.watch(c)
		_ = c.ws.NetConn().Close()
		if over {
			return
		}
		v.drops++
	}
}

// watch reads one connection; true says that the session has ended.
func (v *viewer) watch(c *socket) bool {
	for {
		if v.slow && rand.IntN(6) == 0 {
			time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
		}
		f, err := c.read()
		if e, ok := errors.AsType[*websocket.CloseError](err); ok && e.Code == closeNormal {
			return true
		}
		if err != nil { // cut off as too slow: again
			return false
		}
		c.prove(f)
		if f.Metadata["prev"] != nil {
			v.seen = append(v.seen, f.seq())
			v.last = f.seq()
		}
		if v.cut && rand.IntN(8) == 0 {
			return false
		}
	}
}

// 300 sockets watch 100 sessions: a third talk, a third are cut again and
// again, a third are slow. Everybody sees everything once, and nothing is left
// behind.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	ts := newTestServer(t, func(c *Config) {
		c.WS.QueueFrames, c.WS.QueueBytes = 24, 16<<10
		c.WS.PingInterval = time.Second
		c.Sessions.MaxPerUser = 10 * soakSessions
	})
	soak(t, ts, 5) // what is made once is made
	forget(t, ts)
	goroutines, heap := runtime.NumGoroutine(), heapInUse()
	drops := soak(t, ts, soakSessions)
	forget(t, ts)
	eventually(t, "the goroutines are back to where they were", func() bool { return runtime.NumGoroutine() <= goroutines+5 })
	if grown := heapInUse() - heap; grown > 8<<20 {
		t.Errorf("the heap has grown by %d KiB", grown>>10)
	}
	if drops < soakSessions {
		t.Errorf("only %d connections were cut", drops)
	}
	t.Logf("%d connections were cut and came back", drops)
}

// heapInUse is what is reachable, in bytes.
func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // it fits
}

// forget drops all that is kept of sessions that have ended.
func forget(t *testing.T, ts *testServer) {
	t.Helper()
	ts.client.CloseIdleConnections()
	eventually(t, "all sockets are gone", func() bool { return ts.sockets.len() == 0 })
	eventually(t, "all sessions are stored", func() bool { return len(ts.seats.list()) == 0 })
	past := time.Now().Add(-2 * ts.cfg.Sessions.Retention)
	for _, e := range ts.index.entries() {
		ts.index.alter(e, func(h *docHead) { h.ended = past })
		ts.agenda.soon(e)
	}
	eventually(t, "no session is left", func() bool { return len(ts.index.entries()) == 0 })
}

func soak(t *testing.T, ts *testServer, sessions int) (drops int) {
	t.Helper()
	var wg sync.WaitGroup
	viewers := make([]*viewer, 0, 2*sessions)
	for range sessions {
		id := ts.createChat(t, ann)
		cut, slow := &viewer{ts: ts, t: t, id: id, cut: true}, &viewer{ts: ts, t: t, id: id, slow: true}
		viewers = append(viewers, cut, slow)
		wg.Go(cut.run)
		wg.Go(slow.run)
		wg.Go(func() { talk(t, ts, id) })
	}
	wg.Wait()
	for i := 0; i < len(viewers); i += 2 {
		a, b := viewers[i], viewers[i+1]
		if !slices.Equal(a.seen, b.seen) || len(a.seen) < soakTexts+2 {
			t.Errorf("%s: seen\n%v\n%v", a.id, a.seen, b.seen)
		}
		drops += a.drops + b.drops
	}
	return drops
}

// talk says some texts, each until it is acknowledged, and ends the session.
func talk(t *testing.T, ts *testServer, id string) {
	t.Helper()
	c := ts.open(t, ann, id, "")
	for i := range soakTexts {
		text := fmt.Sprint("text ", i, strings.Repeat(" and more", rand.IntN(100)))
		c.send(map[string]any{"type": "text", "content": text, "metadata": map[string]any{"client_id": fmt.Sprint(i)}})
		if ack := c.untilEvent("ack"); ack.Metadata["duplicate"] != nil {
			t.Errorf("duplicate %+v", ack)
		}
	}
	c.send(map[string]any{"type": "stop"})
	if code, _ := c.closed(); code != closeNormal {
		t.Errorf("%s: the talker was closed with %d", id, code)
	}
	_ = c.ws.Close()
}

// What a client sends is never more than its own problem.
func TestMutatedFramesDoNoHarm(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	seeds := []string{
		`{"type":"text","content":"hello","sender":"user_ann","metadata":{"client_id":"a","list":[1,{"x":null}]}}`,
		`{"type":"system","metadata":{"command":"pause"}}`, `{"type":"system","metadata":{"command":"resume"}}`, `{"type":"ping","content":"x"}`,
	}
	c := ts.open(t, ann, id, "")
	for i := range 1000 {
		data := []byte(seeds[i%len(seeds)])
		for range 1 + rand.IntN(4) {
			at := rand.IntN(len(data))
			switch rand.IntN(3) {
			case 0:
				data[at] = byte(rand.IntN(256))
			case 1:
				data = slices.Delete(data, at, min(len(data), at+1+rand.IntN(3)))
			default:
				data = slices.Insert(data, at, data[rand.IntN(len(data))])
			}
			if len(data) == 0 {
				data = []byte("{}")
			}
		}
		if c.ws.WriteMessage(1+rand.IntN(2), data) == nil && c.ws.WriteMessage(1, []byte(`{"type":"ping"}`)) == nil {
			if code := pongOrClose(c); code == 0 {
				continue
			} else if code != closeNotUTF8 {
				t.Fatalf("%q: closed with %d", data, code)
			}
		}
		_ = c.ws.Close()
		c = ts.open(t, ann, id, fmt.Sprint("?after=", c.last))
	}
	c.send(map[string]any{"type": "system", "metadata": map[string]any{"command": "resume"}})
	c.say("still here")
	c.untilEvent("ack")
	c.untilType(frameResponse)
	for _, word := range []string{"panic", "level=ERROR"} {
		if strings.Contains(ts.log.String(), word) {
			t.Errorf("the log has %s", word)
		}
	}
}

// pongOrClose reads up to a pong, or gives the code of the close.
func pongOrClose(c *socket) int {
	for {
		f, err := c.read()
		if e, ok := errors.AsType[*websocket.CloseError](err); ok {
			return e.Code
		}
		if err != nil {
			return -1
		}
		if f.Metadata["prev"] != nil {
			c.last = f.seq()
		}
		if f.event() == "pong" {
			return 0
		}
	}
}

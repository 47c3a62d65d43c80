package server

import (
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// watchers are clients that know when each frame came.
type watchers struct {
	began time.Time
	came  [][]time.Duration // by client and frame, since began; read after close
	conns []net.Conn
	wg    sync.WaitGroup
}

func newWatchers(b *testing.B, n, frames int, addr, path, token string) *watchers {
	b.Helper()
	w := &watchers{began: time.Now(), came: make([][]time.Duration, n)}
	for i := range n {
		conn, r, err := rawDial(addr, path, token, 4<<10)
		if err != nil {
			b.Fatal(err)
		}
		w.conns = append(w.conns, conn)
		w.came[i] = make([]time.Duration, 0, frames)
		w.wg.Go(func() {
			var size [8]byte
			for len(w.came[i]) < frames && skipFrames(r, size[:]) == nil {
				w.came[i] = append(w.came[i], time.Since(w.began))
			}
		})
	}
	return w
}

// report waits until all frames have come and reports how long they took from
// when they were sent; skip are frames that came before the first.
func (w *watchers) report(b *testing.B, sent []time.Duration, skip int) {
	b.Helper()
	w.wg.Wait()
	for _, c := range w.conns {
		_ = c.Close()
	}
	all := make([]time.Duration, 0, len(w.came)*len(sent))
	for i, came := range w.came {
		if len(came) != skip+len(sent) {
			b.Fatalf("client %d got %d frames, want %d", i, len(came), skip+len(sent))
		}
		for k, at := range came[skip:] {
			all = append(all, at-sent[k])
		}
	}
	slices.Sort(all)
	b.ReportMetric(quantile(all, 0.5), "p50-ms")
	b.ReportMetric(quantile(all, 0.99), "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkBroadcast sends 20 messages a second to 1,000 sockets, each b.N of
// them, and measures from the sending to the arrival at each.
func BenchmarkBroadcast(b *testing.B) {
	const sockets, perSecond = 1000, 20
	text := strings.Repeat("x", 60)
	files(b, 2*sockets+500)
	send := func(b *testing.B, w *watchers, n int, do func()) []time.Duration {
		b.Helper()
		sent := make([]time.Duration, n)
		tick := time.NewTicker(time.Second / perSecond)
		defer tick.Stop()
		for i := range n {
			<-tick.C
			sent[i] = time.Since(w.began)
			do()
		}
		return sent
	}
	b.Run("server", func(b *testing.B) {
		ts := newTestServer(b, nil)
		id := ts.createChat(b, ann)
		token := ts.token(b, ann)
		ts.as(b, ann, 200, "POST", "/chat/sessions/"+id+"/pause", nil)
		const before = 4 // ping, started, paused, live
		n := max(b.N, 1)
		w := newWatchers(b, sockets, before+n, strings.TrimPrefix(ts.url, "http://"), "/ws/"+id, token)
		rec := ts.record(b, id)
		time.Sleep(300 * time.Millisecond) // until all are live
		w.report(b, send(b, w, n, func() {
			if _, err := rec.here().Say(b.Context(), engine.Message{Content: text}); err != nil {
				b.Error(err)
			}
		}), before)
	})
	b.Run("bare", func(b *testing.B) {
		h, addr := newBare(b)
		n := max(b.N, 1)
		w := newWatchers(b, sockets, n, addr, "/", "x")
		h.wait(sockets)
		frame := Frame{Type: frameText, Content: text, Sender: "user_ann", Timestamp: timestamp(time.Now()), Metadata: map[string]any{"role": "user", "seq": 1, "prev": 0}}
		data := frame.encode()
		w.report(b, send(b, w, n, func() {
			for _, c := range h.conns {
				if err := c.WriteMessage(websocket.TextMessage, data); err != nil {
					b.Error(err)
				}
			}
		}), 0)
	})
}

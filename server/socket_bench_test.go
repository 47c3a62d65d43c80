package server

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// rawDial is a client that costs next to nothing: a connection after its
// handshake, and what has been read of it.
func rawDial(addr, path, token string, buffer int) (net.Conn, *bufio.Reader, error) {
	c, err := net.Dial("tcp", addr) //nolint:noctx // it is loopback
	if err != nil {
		return nil, nil, err
	}
	key := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef"))
	_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nAuthorization: Bearer %s\r\n\r\n", path, key, token)
	r := bufio.NewReaderSize(c, buffer)
	first := true
	for line := ""; err == nil && line != "\r\n"; first = false {
		if line, err = r.ReadString('\n'); err == nil && first && !strings.HasPrefix(line, "HTTP/1.1 101 ") {
			err = errors.New(line)
		}
	}
	if err != nil {
		_ = c.Close()
		return nil, nil, err
	}
	return c, r, nil
}

// skipFrames reads frames of a server and gives the number of each read.
func skipFrames(r *bufio.Reader, size []byte) error {
	if _, err := io.ReadFull(r, size[:2]); err != nil {
		return err
	}
	n := int(size[1])
	switch n {
	case 126:
		if _, err := io.ReadFull(r, size[:2]); err != nil {
			return err
		}
		n = int(size[0])<<8 | int(size[1])
	case 127:
		if _, err := io.ReadFull(r, size[:8]); err != nil {
			return err
		}
		n = int(size[5])<<16 | int(size[6])<<8 | int(size[7])
	}
	_, err := r.Discard(n)
	return err
}

// bare is the least that gorilla needs: a hub of connections whose handler
// reads until they close.
type bare struct {
	mu    sync.Mutex
	conns []*websocket.Conn
	up    websocket.Upgrader
	each  func(*websocket.Conn)
	wg    sync.WaitGroup
}

func (h *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := h.up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	h.wg.Add(1)
	defer h.wg.Done()
	h.mu.Lock()
	h.conns = append(h.conns, c)
	h.mu.Unlock()
	if h.each != nil {
		h.each(c)
	}
	for {
		if _, _, err := c.ReadMessage(); err != nil {
			_ = c.Close()
			return
		}
	}
}

// wait waits until all that have connected are known.
func (h *bare) wait(n int) {
	for {
		h.mu.Lock()
		known := len(h.conns)
		h.mu.Unlock()
		if known >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func newBare(b *testing.B) (*bare, string) {
	b.Helper()
	h := &bare{}
	srv := httptest.NewServer(h)
	b.Cleanup(func() {
		h.mu.Lock()
		for _, c := range h.conns {
			_ = c.Close()
		}
		h.mu.Unlock()
		h.wg.Wait()
		srv.Close()
	})
	return h, strings.TrimPrefix(srv.URL, "http://")
}

// files raises the limit of open files, or skips.
func files(b *testing.B, need uint64) {
	b.Helper()
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		b.Skipf("the limit of open files cannot be read: %v", err)
	}
	if l.Cur >= need {
		return
	}
	l.Cur, l.Max = max(l.Cur, need), max(l.Max, need)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		b.Skipf("%d open files are needed, and the limit cannot be raised: %v", need, err)
	}
}

// inUse is what heap and stacks take, in bytes.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse) //nolint:gosec // it fits
}

// crowdVar says to TestClientsInTheirOwnProcess what to open.
const crowdVar = "AGENTCONNECT_TEST_CROWD"

// TestClientsInTheirOwnProcess is run by benchmarks: it opens sockets, says so,
// and keeps them until its input ends.
func TestClientsInTheirOwnProcess(t *testing.T) {
	var n int
	var addr, path, token string
	if _, err := fmt.Sscan(os.Getenv(crowdVar), &n, &addr, &path, &token); err != nil {
		t.Skip("it is a part of a benchmark")
	}
	for range n {
		c, _, err := rawDial(addr, path, token, 512)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
	}
	_, _ = fmt.Println("open")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// elsewhere opens sockets in another process, whose memory and files are its
// own.
func elsewhere(b *testing.B, n int, addr, path, token string) (leave func()) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestClientsInTheirOwnProcess$") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s %s %s", crowdVar, n, addr, path, token))
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); line != "open\n" {
		b.Fatalf("the clients say %q: %v", line, err)
	}
	return func() {
		_ = in.Close()
		_, _ = io.Copy(io.Discard, lines)
		_ = cmd.Wait()
	}
}

// BenchmarkIdleSocket measures what 10,000 idle sockets take at the server.
func BenchmarkIdleSocket(b *testing.B) {
	const sockets = 10_000
	files(b, sockets+500)
	measure := func(b *testing.B, addr, path, token string) {
		b.Helper()
		for b.Loop() {
			before := inUse()
			leave := elsewhere(b, sockets, addr, path, token)
			time.Sleep(300 * time.Millisecond) // until all writers are done
			b.ReportMetric(float64(inUse()-before)/sockets, "B/socket")
			leave()
		}
		b.ReportMetric(0, "ns/op")
	}
	b.Run("server", func(b *testing.B) {
		ts := newTestServer(b, nil)
		id := ts.createChat(b, ann)
		measure(b, strings.TrimPrefix(ts.url, "http://"), "/ws/"+id, ts.token(b, ann))
		eventually(b, "all are gone", func() bool { return ts.sockets.len() == 0 })
	})
	b.Run("bare", func(b *testing.B) {
		_, addr := newBare(b)
		measure(b, addr, "/", "x")
	})
}

// crowd are clients that count what they get.
type crowd struct {
	counts []atomic.Int64
	conns  []net.Conn
	wg     sync.WaitGroup
}

func newCrowd(b *testing.B, n int, addr, path, token string) *crowd {
	b.Helper()
	c := &crowd{counts: make([]atomic.Int64, n)}
	for i := range n {
		conn, r, err := rawDial(addr, path, token, 32<<10)
		if err != nil {
			b.Fatal(err)
		}
		c.conns = append(c.conns, conn)
		c.wg.Go(func() {
			var size [8]byte
			for skipFrames(r, size[:]) == nil {
				c.counts[i].Add(1)
			}
		})
	}
	return c
}

// wait waits until everybody has so many.
func (c *crowd) wait(n int64) {
	for i := range c.counts {
		for c.counts[i].Load() < n {
			time.Sleep(100 * time.Microsecond)
		}
	}
}

func (c *crowd) close() {
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.wg.Wait()
}

// BenchmarkFanOut sends events of 200 bytes to 1,000 sockets as fast as they
// take them.
func BenchmarkFanOut(b *testing.B) {
	const sockets, window = 1000, 400
	text := strings.Repeat("x", 60)
	files(b, 2*sockets+500)
	report := func(b *testing.B, n int, began time.Time) { // the last frame is waited for
		b.Helper()
		b.ReportMetric(float64(n)*sockets/time.Since(began).Seconds(), "frames/s")
	}
	b.Run("server", func(b *testing.B) {
		ts := newTestServer(b, nil)
		id := ts.createChat(b, ann)
		rec := ts.record(b, id)
		if err := rec.here().Pause(b.Context(), ann); err != nil {
			b.Fatal(err)
		}
		crowd := newCrowd(b, sockets, strings.TrimPrefix(ts.url, "http://"), "/ws/"+id, ts.token(b, ann))
		crowd.wait(4) // ping, started, paused, live
		n, began := 0, time.Now()
		for b.Loop() {
			if _, err := rec.here().Say(b.Context(), engine.Message{Content: text}); err != nil {
				b.Fatal(err)
			}
			if n++; n%(window/2) == 0 {
				crowd.wait(int64(4 + n - window/2))
			}
		}
		crowd.wait(int64(4 + n))
		report(b, n, began)
		crowd.close()
	})
	frame := Frame{Type: frameText, Content: text, Sender: "user_ann", Timestamp: timestamp(time.Now()), Metadata: map[string]any{"role": "user", "seq": 1, "prev": 0}}
	data := frame.encode()
	for _, prepared := range []bool{false, true} {
		b.Run(map[bool]string{false: "bare", true: "bare-prepared"}[prepared], func(b *testing.B) {
			h, addr := newBare(b)
			crowd := newCrowd(b, sockets, addr, "/", "x")
			h.wait(sockets)
			n, began := 0, time.Now()
			for b.Loop() {
				m, err := websocket.NewPreparedMessage(websocket.TextMessage, data)
				if err != nil {
					b.Fatal(err)
				}
				for _, c := range h.conns {
					if prepared {
						err = c.WritePreparedMessage(m)
					} else {
						err = c.WriteMessage(websocket.TextMessage, data)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
				if n++; n%(window/2) == 0 {
					crowd.wait(int64(n - window/2))
				}
			}
			crowd.wait(int64(n))
			report(b, n, began)
			crowd.close()
		})
	}
}

func quantile(list []time.Duration, q float64) float64 {
	slices.Sort(list)
	return float64(list[int(float64(len(list)-1)*q)].Microseconds()) / 1000
}

// atRate begins n things at a rate and gives how long each took.
func atRate(n, perSecond int, do func()) []time.Duration {
	took := make([]time.Duration, n)
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for i := range n {
		<-tick.C
		wg.Go(func() {
			began := time.Now()
			do()
			took[i] = time.Since(began)
		})
	}
	wg.Wait()
	return took
}

// BenchmarkFirstResponse begins 200 sessions a second, and measures from the
// request to the first response on the socket. Beside it: a request that is
// answered with a constant, and a socket that says one.
func BenchmarkFirstResponse(b *testing.B) {
	const rate = 200
	files(b, 4096)
	run := func(b *testing.B, do func()) {
		b.Helper()
		n := max(b.N, 1)
		took := atRate(n, rate, do)
		b.ReportMetric(quantile(took, 0.5), "p50-ms")
		b.ReportMetric(quantile(took, 0.99), "p99-ms")
		b.ReportMetric(0, "ns/op")
	}
	post := func(client *http.Client, url, token, body string) (string, error) {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			return "", err
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		w, err := client.Do(r)
		if err != nil {
			return "", err
		}
		defer func() { _ = w.Body.Close() }()
		var out struct {
			ID string `json:"session_id"`
		}
		err = json.NewDecoder(w.Body).Decode(&out)
		return out.ID, err
	}
	first := func(url, token, kind string) error {
		ws, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http"), http.Header{"Authorization": {"Bearer " + token}})
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		defer func() { _ = ws.Close() }()
		for {
			var f Frame
			if err := ws.ReadJSON(&f); err != nil || f.Type == kind {
				return err
			}
		}
	}
	b.Run("server", func(b *testing.B) {
		ts := newTestServer(b, func(c *Config) { c.Sessions.MaxPerUser = 1 << 20 })
		token := ts.token(b, ann)
		body := `{"session_type":"agent_agent","agents":{"a":{"provider":"scripted"},"b":{"provider":"other"}},"metadata":{"opening":"Begin."}}`
		run(b, func() {
			id, err := post(ts.client, ts.url+"/chat/sessions/create", token, body)
			if err == nil {
				err = first(ts.url+"/ws/"+id, token, frameResponse)
			}
			if err != nil {
				b.Error(err)
			}
		})
	})
	b.Run("bare", func(b *testing.B) {
		h, addr := newBare(b)
		h.each = func(c *websocket.Conn) { _ = c.WriteJSON(Frame{Type: frameResponse, Content: "hello"}) }
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var body map[string]any
			_ = json.NewDecoder(r.Body).Decode(&body)
			writeJSON(w, http.StatusOK, map[string]string{"session_id": "x"})
		}))
		defer api.Close()
		run(b, func() {
			_, err := post(api.Client(), api.URL, "x", `{"session_type":"agent_agent"}`)
			if err == nil {
				err = first("http://"+addr, "x", frameResponse)
			}
			if err != nil {
				b.Error(err)
			}
		})
	})
}

// BenchmarkUpgrade opens and closes sockets, with the check of a token.
func BenchmarkUpgrade(b *testing.B) {
	run := func(b *testing.B, addr, path, token string) {
		b.Helper()
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				c, _, err := rawDial(addr, path, token, 512)
				if err != nil {
					b.Error(err)
					return
				}
				if tcp, ok := c.(*net.TCPConn); ok {
					_ = tcp.SetLinger(0) // leaves no port behind
				}
				_ = c.Close()
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "upgrades/s")
	}
	b.Run("server", func(b *testing.B) {
		ts := newTestServer(b, nil)
		run(b, strings.TrimPrefix(ts.url, "http://"), "/ws/"+ts.createChat(b, ann), ts.token(b, ann))
	})
	b.Run("bare", func(b *testing.B) {
		_, addr := newBare(b)
		run(b, addr, "/", "x")
	})
}

// BenchmarkEcho measures a ping frame and its answer, on 1,000 sockets that
// send 5,000 a second together.
func BenchmarkEcho(b *testing.B) {
	const sockets, perSecond = 1000, 5000
	files(b, 2*sockets+500)
	run := func(b *testing.B, url, token, want string) {
		b.Helper()
		free := make(chan *websocket.Conn, sockets)
		for range sockets {
			ws, resp, err := websocket.DefaultDialer.Dial(url, http.Header{"Authorization": {"Bearer " + token}})
			if err != nil {
				b.Fatal(err)
			}
			_ = resp.Body.Close()
			defer func() { _ = ws.Close() }()
			free <- ws
		}
		took := atRate(max(b.N, 1), perSecond, func() {
			ws := <-free
			_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`))
			for {
				_, data, err := ws.ReadMessage()
				if err != nil {
					b.Error(err)
					return
				}
				if bytes.Contains(data, []byte(want)) {
					break
				}
			}
			free <- ws
		})
		b.ReportMetric(quantile(took, 0.5), "p50-ms")
		b.ReportMetric(quantile(took, 0.99), "p99-ms")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("server", func(b *testing.B) {
		ts := newTestServer(b, nil)
		run(b, "ws"+strings.TrimPrefix(ts.url, "http")+"/ws/"+ts.createChat(b, ann), ts.token(b, ann), `"pong"`)
	})
	b.Run("bare", func(b *testing.B) {
		up := websocket.Upgrader{}
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := up.Upgrade(w, r, nil)
			if err != nil {
				return
			}
			defer func() { _ = c.Close() }()
			for {
				kind, data, err := c.ReadMessage()
				if err != nil || c.WriteMessage(kind, data) != nil {
					return
				}
			}
		}))
		defer srv.Close()
		run(b, "ws"+strings.TrimPrefix(srv.URL, "http"), "x", `"ping"`)
	})
}

package remote

import (
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
	"github.com/agentconnect-dev/agentconnect/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const annPassword = "correct horse 1"

// realServer serves the contract on a port of its own.
func realServer(t *testing.T, change func(*server.Config, *server.TokenConfig)) *url.URL {
	t.Helper()
	journal := &memory.Journal{}
	log := slog.New(slog.DiscardHandler)
	hooks := server.NewHooks(nil)
	eng := engine.New(hooks.Wire(engine.Config{Journal: journal, Logger: log}))
	t.Cleanup(eng.Close)
	dir := t.TempDir()
	users, err := server.OpenUsers(t.Context(), server.UsersConfig{Store: journal, Logger: log})
	if err == nil {
		t.Cleanup(users.Close)
		err = users.Add("ann", "user", annPassword)
	}
	if err != nil {
		t.Fatal(err)
	}
	tc := server.TokenConfig{Dir: dir}
	cfg := server.Config{
		Engine: eng, Store: journal, Hooks: hooks, Users: users, Logger: log, Limits: server.Limits{Disabled: true},
		Models: providers.Registry{"scripted": {
			Settings: providers.Settings{Name: "scripted", Kind: "scripted", Model: "scripted", Price: &providers.Price{}}, Model: scripted.Simulate("scripted"),
		}},
		ProviderList: []server.ProviderInfo{{Key: "scripted", Name: "Scripted", DefaultModel: "scripted", IsAvailable: true}},
	}
	if change != nil {
		change(&cfg, &tc)
	}
	if cfg.Tokens, err = server.OpenTokens(tc); err != nil {
		t.Fatal(err)
	}
	s, err := server.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		web.Close()
	})
	u, err := url.Parse(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// client is ann's, logged in.
func client(t *testing.T, at *url.URL) *Client {
	t.Helper()
	c := NewClient(at, "")
	t.Cleanup(c.Close)
	if err := c.Login(t.Context(), "ann", annPassword); err != nil {
		t.Fatal(err)
	}
	return c
}

// wire stands between a client and a server, and can be cut.
type wire struct {
	t      *testing.T
	target string
	addr   string
	wg     sync.WaitGroup

	mu    sync.Mutex
	l     net.Listener
	conns map[net.Conn]bool
}

func newWire(t *testing.T, target *url.URL) *wire {
	t.Helper()
	w := &wire{t: t, target: target.Host, addr: "127.0.0.1:0", conns: map[net.Conn]bool{}}
	w.open()
	t.Cleanup(func() {
		w.shut()
		w.wg.Wait()
	})
	return w
}

func (w *wire) url() *url.URL { return &url.URL{Scheme: "http", Host: w.addr} }

// open takes connections, at the same place as before.
func (w *wire) open() {
	w.t.Helper()
	var l net.Listener
	var err error
	for range 100 { // somebody else may use the port for a moment
		if l, err = new(net.ListenConfig).Listen(w.t.Context(), "tcp", w.addr); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.l, w.addr = l, l.Addr().String()
	w.mu.Unlock()
	w.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.wg.Go(func() { w.carry(c) })
		}
	})
}

func (w *wire) carry(c net.Conn) {
	up, err := new(net.Dialer).DialContext(w.t.Context(), "tcp", w.target)
	if err != nil {
		_ = c.Close()
		return
	}
	w.mu.Lock()
	w.conns[c], w.conns[up] = true, true
	w.mu.Unlock()
	var wg sync.WaitGroup
	pipe := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_ = to.Close()
		_ = from.Close()
	}
	wg.Go(func() { pipe(c, up) })
	wg.Go(func() { pipe(up, c) })
	wg.Wait()
	w.mu.Lock()
	delete(w.conns, c)
	delete(w.conns, up)
	w.mu.Unlock()
}

// cut ends all connections without a goodbye.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = c.Close()
	}
}

// shut cuts, and takes no connections.
func (w *wire) shut() {
	w.mu.Lock()
	_ = w.l.Close()
	w.mu.Unlock()
	w.cut()
}

// collect reads updates until the condition holds, or time is up.
func collect(t *testing.T, talk *Talk, until func(Update) bool) []Update {
	t.Helper()
	var all []Update
	limit := time.After(20 * time.Second)
	for {
		select {
		case u, ok := <-talk.Updates():
			if !ok {
				return all
			}
			all = append(all, u)
			if until != nil && until(u) {
				return all
			}
		case <-limit:
			t.Fatalf("no end after %d updates: %s", len(all), shown(all))
		}
	}
}

func shown(all []Update) string {
	text, _ := json.Marshal(all)
	return string(text)
}

// statusServer answers everything with one status and body.
func statusServer(t *testing.T, status int, body string) *url.URL {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(web.Close)
	u, err := url.Parse(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

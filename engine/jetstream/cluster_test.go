package jetstream_test

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
	"github.com/agentconnect-dev/agentconnect/engine/journaltest"
)

// nats is a cluster of NATS servers in this process.
type nats struct {
	servers []*server.Server
	options []*server.Options
}

// startNATS starts servers that know each other and are ready to store.
func startNATS(tb testing.TB, n int, change func(*server.Options)) *nats {
	tb.Helper()
	c := &nats{}
	dir := tb.TempDir()
	var routes []*url.URL
	ports := freePorts(tb, 2*n)
	for i := range n {
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", ports[n+i])})
	}
	for i := range n {
		o := &server.Options{
			ServerName: fmt.Sprintf("n%d", i), Host: "127.0.0.1", Port: ports[i], NoSigs: true, JetStream: true,
			StoreDir: filepath.Join(dir, fmt.Sprint(i)), MaxPayload: 9 << 20, JetStreamMaxStore: 4 << 30, JetStreamMaxMemory: 64 << 20,
			NoLog: true,
		}
		if n > 1 {
			o.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: ports[n+i]}
			o.Routes = routes
		}
		if change != nil {
			change(o)
		}
		c.options = append(c.options, o)
		c.servers = append(c.servers, nil)
	}
	for i := range n {
		c.start(tb, i)
	}
	tb.Cleanup(c.stop)
	c.ready(tb)
	return c
}

func freePorts(tb testing.TB, n int) []int {
	tb.Helper()
	ports := make([]int, n)
	for i := range ports {
		l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		ports[i] = l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // it listens on TCP
	}
	return ports
}

// start starts one server, again when it was stopped.
func (c *nats) start(tb testing.TB, i int) {
	tb.Helper()
	s, err := server.NewServer(c.options[i].Clone())
	if err != nil {
		tb.Fatal(err)
	}
	s.Start()
	c.servers[i] = s
}

func (c *nats) stopOne(i int) {
	if s := c.servers[i]; s != nil {
		s.Shutdown()
		s.WaitForShutdown()
		c.servers[i] = nil
	}
}

func (c *nats) stop() {
	for i := range c.servers {
		c.stopOne(i)
	}
}

// ready waits for a leader of all.
func (c *nats) ready(tb testing.TB) {
	tb.Helper()
	for late := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		ok, leaders := true, 0
		for _, s := range c.servers {
			ok = ok && s.ReadyForConnections(10*time.Second)
			if s.JetStreamIsLeader() {
				leaders++
			}
			ok = ok && (len(c.servers) == 1 || s.JetStreamIsCurrent())
		}
		if ok && (len(c.servers) == 1 || leaders == 1) {
			return
		}
		if time.Now().After(late) {
			tb.Fatal("the NATS cluster is not ready")
		}
	}
}

// url names all servers.
func (c *nats) url() string {
	var list []string
	for _, o := range c.options {
		list = append(list, fmt.Sprintf("nats://127.0.0.1:%d", o.Port))
	}
	return strings.Join(list, ",")
}

// config is that of a node with a short lease.
func (c *nats) config() jetstream.Config {
	return jetstream.Config{
		URL: c.url(), Replicas: len(c.options), Lease: 2 * time.Second, Renew: 200 * time.Millisecond,
		Logger: slog.New(slog.DiscardHandler),
	}
}

func (c *nats) open(tb testing.TB) *jetstream.Journal {
	tb.Helper()
	j, err := jetstream.Open(tb.Context(), c.config())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(j.Close)
	return j
}

func TestExternalStore(t *testing.T) {
	journaltest.RunStore(t, startNATS(t, 1, nil).open(t))
}

func TestReplicatedStore(t *testing.T) {
	journaltest.RunStore(t, startNATS(t, 3, nil).open(t))
}

func TestCluster(t *testing.T) {
	c := startNATS(t, 3, nil)
	journaltest.RunCluster(t, journaltest.Nodes{
		Open:  func(t *testing.T) engine.Store { t.Helper(); return c.open(t) },
		Kill:  func(s engine.Store) { s.(*jetstream.Journal).Close() }, //nolint:forcetypeassert // of open
		Lease: 2 * time.Second,
	})
}

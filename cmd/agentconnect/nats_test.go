//go:build unix

package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// natsServer is a NATS server that is a process.
type natsServer struct {
	*process
	t       *testing.T
	name    string
	address string
	file    string // its configuration
	env     []string
	in      io.Closer       // ends it, should the tests be gone
	logs    strings.Builder // of those that have ended
}

// newNATS is a server that is not started yet.
func newNATS(t *testing.T, name, address, config string, env ...string) *natsServer {
	t.Helper()
	file := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	n := &natsServer{t: t, name: name, address: address, file: file, env: env}
	t.Cleanup(func() { // once, so that it comes after the end of its clients
		if n.process != nil {
			n.die()
		}
		if t.Failed() {
			t.Logf("the log of the NATS server %s:\n%s", name, lastLines(n.logs.String(), 60))
		}
	})
	return n
}

// start starts it, again when it was killed.
func (n *natsServer) start() {
	n.t.Helper()
	self, err := os.Executable()
	if err != nil {
		n.t.Fatal(err)
	}
	cmd := exec.CommandContext(n.t.Context(), self)
	cmd.Args = []string{natsProgram, n.file}
	cmd.Env = append(append(os.Environ(), "GORACE="+raceOptions), n.env...)
	cmd.Cancel = func() error { return os.ErrProcessDone } // the clean-up ends it, after its clients
	in, err := cmd.StdinPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	log, err := cmd.StderrPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	p := &process{t: n.t, cmd: cmd}
	p.collect(log)
	n.process, n.in = p, in
	p.waitFor("Server is ready")
}

// die kills it, as a loss of its machine would.
func (n *natsServer) die() {
	n.t.Helper()
	n.kill()
	_ = n.cmd.Wait()
	_ = n.in.Close()
	n.logs.WriteString(n.output())
	n.process = nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, "connect to route") })
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// natsCluster are the three servers of docs/operations.md, on this machine.
type natsCluster struct {
	t       *testing.T
	servers []*natsServer
	dir     string // with cert.pem and key.pem
	pool    *x509.CertPool
	nc      *nats.Conn
	js      jetstream.JetStream
}

// natsPassword is that of the account of the tests.
const natsPassword = "a-password-of-tests"

// startCluster starts them with the configuration that the documentation
// shows.
func startCluster(t *testing.T) *natsCluster {
	t.Helper()
	c := &natsCluster{t: t, dir: t.TempDir()}
	c.pool = selfSigned(t, c.dir, 1)
	shown := documented(t, "conf", "nats.conf")
	clients, routes := make([]string, 3), make([]string, 3)
	for i := range clients {
		clients[i], routes[i] = freeAddress(t), freeAddress(t)
	}
	for i, address := range clients {
		config := strings.NewReplacer(
			"0.0.0.0:4222", address, "0.0.0.0:6222", routes[i],
			"nats-1.example.org:6222", routes[0], "nats-2.example.org:6222", routes[1], "nats-3.example.org:6222", routes[2],
			"/var/lib/nats", t.TempDir(), "/etc/nats/server.pem", filepath.Join(c.dir, "cert.pem"), "/etc/nats/server.key", filepath.Join(c.dir, "key.pem"),
			"/etc/nats/ca.pem", filepath.Join(c.dir, "cert.pem"),
		).Replace(shown)
		name := fmt.Sprint("nats-", i+1)
		n := newNATS(t, name, address, config, "NATS_NAME="+name, "NATS_PASSWORD="+natsPassword)
		n.start()
		c.servers = append(c.servers, n)
	}
	c.connect()
	return c
}

// url names all servers, with the password.
func (c *natsCluster) url() string {
	list := make([]string, len(c.servers))
	for i, n := range c.servers {
		list[i] = "tls://agentconnect:" + natsPassword + "@" + n.address
	}
	return strings.Join(list, ",")
}

// connect waits until the cluster stores.
func (c *natsCluster) connect() {
	c.t.Helper()
	var err error
	c.nc, err = nats.Connect(c.url(), nats.Secure(&tls.Config{RootCAs: c.pool, MinVersion: tls.VersionTLS12}), nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.ReconnectJitter(0, 0), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err == nil {
		c.js, err = jetstream.New(c.nc, jetstream.WithDefaultTimeout(2*time.Second))
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(c.nc.Close)
	for end := time.Now().Add(2 * patience); ; time.Sleep(100 * time.Millisecond) {
		_, err := c.js.CreateStream(c.t.Context(), jetstream.StreamConfig{Name: "READY", Subjects: []string{"ready"}, Replicas: 3})
		if err == nil {
			break
		}
		if time.Now().After(end) {
			c.t.Fatal("the NATS cluster does not store: ", err)
		}
	}
	if err := c.js.DeleteStream(c.t.Context(), "READY"); err != nil {
		c.t.Fatal(err)
	}
}

// leader is the server that leads most streams of sessions.
func (c *natsCluster) leader() (n *natsServer, streams []string) {
	c.t.Helper()
	leads := map[string][]string{}
	c.eachStream(func(info *jetstream.StreamInfo) {
		if strings.HasPrefix(info.Config.Name, "EV") {
			leads[info.Cluster.Leader] = append(leads[info.Cluster.Leader], info.Config.Name)
		}
	})
	for _, one := range c.servers {
		if len(leads[one.name]) > len(streams) {
			n, streams = one, leads[one.name]
		}
	}
	if n == nil {
		c.t.Fatalf("no stream has a leader: %v", leads)
	}
	return n, streams
}

// whole waits until every server has all of every stream.
func (c *natsCluster) whole() {
	c.t.Helper()
	var behind []string
	for end := time.Now().Add(2 * patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		behind = nil
		c.eachStream(func(info *jetstream.StreamInfo) {
			for _, r := range info.Cluster.Replicas {
				if info.Cluster.Leader == "" || !r.Current || r.Offline {
					behind = append(behind, info.Config.Name+" on "+r.Name)
				}
			}
		})
		if len(behind) == 0 {
			return
		}
	}
	c.t.Fatalf("the cluster is not whole: %v", behind)
}

func (c *natsCluster) eachStream(do func(*jetstream.StreamInfo)) {
	c.t.Helper()
	list := c.js.ListStreams(c.t.Context())
	for info := range list.Info() {
		if info.Cluster != nil {
			do(info)
		}
	}
}

// documented is a block of docs/operations.md in a language that begins with a
// comment.
func documented(t *testing.T, language, begin string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := bytes.Cut(text, []byte("```"+language+"\n# "+begin))
	block, _, closed := bytes.Cut(rest, []byte("\n```"))
	if !found || !closed {
		t.Fatalf("docs/operations.md has no block of %s that begins with %s", language, begin)
	}
	return "# " + begin + string(block) + "\n"
}

package jetstream_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/jetstream"
)

// joined is a node of a cluster that has its lease.
func (c *nats) joined(tb testing.TB, change func(*jetstream.Config)) (*jetstream.Journal, <-chan struct{}) {
	tb.Helper()
	cfg := c.config()
	cfg.Lease, cfg.Renew = 30*time.Second, time.Second
	if change != nil {
		change(&cfg)
	}
	j, err := jetstream.Open(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(j.Close)
	lost, err := j.Cluster().Join(tb.Context(), []byte("x"))
	if err != nil {
		tb.Fatal(err)
	}
	return j, lost
}

// leader is the server that leads a session's stream.
func (c *nats) leader(tb testing.TB, j *jetstream.Journal, session string) int {
	tb.Helper()
	name, err := jetstream.Leader(tb.Context(), j, session)
	if err != nil {
		tb.Fatal(err)
	}
	for i, o := range c.options {
		if o.ServerName == name {
			return i
		}
	}
	tb.Fatalf("no server %q", name)
	return 0
}

// The leader of streams is stopped while sessions append and are followed:
// nothing is lost, doubled or out of order, and no append fails.
func TestLeaderDies(t *testing.T) {
	c := startNATS(t, 3, nil)
	j, _ := c.joined(t, func(cfg *jetstream.Config) { cfg.Retry = time.Minute })
	const sessions, total = 8, 60
	for i := range sessions {
		if err := j.Cluster().Claim(t.Context(), fmt.Sprintf("s%d", i)); err != nil {
			t.Fatal(err)
		}
		write(t, j, fmt.Sprintf("s%d", i), 1, 1)
	}
	var all sync.WaitGroup
	for i := range sessions {
		session := fmt.Sprintf("s%d", i)
		all.Go(func() {
			for seq := uint64(2); seq <= total; seq++ {
				if err := j.Append(t.Context(), session, seq-1, said(session, seq)); err != nil {
					t.Errorf("%s: %v", session, err)
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
			defer cancel()
			next := uint64(1)
			for e, err := range j.Follow(ctx, session, 0) {
				if err != nil || e.Seq != next {
					t.Errorf("%s: got event %d %v, want %d", session, e.Seq, err, next)
					return
				}
				if next++; next > total {
					return
				}
			}
			t.Errorf("%s: the last event heard is %d", session, next-1)
		})
	}
	time.Sleep(200 * time.Millisecond)
	c.stopOne(c.leader(t, j, "s0"))
	all.Wait()
	for i := range sessions {
		if n := length(t, j, fmt.Sprintf("s%d", i)); n != total {
			t.Errorf("session %d has %d events, want %d", i, n, total)
		}
	}
}

// Without a majority appends fail within their bound and change nothing; they
// work again when the servers are back.
func TestQuorumLost(t *testing.T) {
	c := startNATS(t, 3, nil)
	j, _ := c.joined(t, func(cfg *jetstream.Config) { cfg.Retry = 2 * time.Second })
	if err := j.Cluster().Claim(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	write(t, j, "s", 1, 5)
	c.stopOne(1)
	c.stopOne(2)
	start := time.Now()
	if err := j.Append(t.Context(), "s", 5, said("s", 6)); !errors.Is(err, engine.ErrJournal) {
		t.Errorf("got %v, want %v", err, engine.ErrJournal)
	}
	if took := time.Since(start); took > 6*time.Second {
		t.Errorf("the append failed after %s", took)
	}
	if !errors.Is(j.Err(), engine.ErrJournal) {
		t.Errorf("the store says %v", j.Err())
	}
	c.start(t, 1)
	c.start(t, 2)
	c.ready(t)
	healthy(t, j)
	n := length(t, j, "s")
	if n != 5 && n != 6 { // not acknowledged: there or not
		t.Fatalf("the session has %d events", n)
	}
	write(t, j, "s", n+1, n+3)
	if got := length(t, j, "s"); got != n+3 {
		t.Errorf("the session has %d events, want %d", got, n+3)
	}
}

// A node whose lease could not be renewed in time has lost it, appends nothing
// more, and may join again.
func TestLeaseLost(t *testing.T) {
	c := startNATS(t, 1, nil)
	j, lost := c.joined(t, func(cfg *jetstream.Config) {
		cfg.Lease, cfg.Renew, cfg.Retry = 2*time.Second, 200*time.Millisecond, 500*time.Millisecond
	})
	if err := j.Cluster().Claim(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	write(t, j, "s", 1, 2)
	c.stopOne(0)
	start := time.Now()
	select {
	case <-lost:
	case <-time.After(10 * time.Second):
		t.Fatal("the lease is not lost")
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("the lease of 2 s was lost after %s", took)
	}
	if err := j.Append(t.Context(), "s", 2, said("s", 3)); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("append without a lease: got %v, want %v", err, engine.ErrConflict)
	}
	c.start(t, 0)
	c.ready(t)
	healthy(t, j)
	if _, err := j.Cluster().Join(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := j.Cluster().Claim(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	write(t, j, "s", 3, 4)
}

// An append whose acknowledgement was lost is stored once, however often it is
// sent.
func TestAmbiguous(t *testing.T) {
	j := open(t, t.TempDir(), jetstream.SyncInterval)
	defer j.Close()
	write(t, j, "s", 1, 3)
	if err := jetstream.SendTwice(t.Context(), j, "s", said("s", 4)); err != nil {
		t.Fatal(err)
	}
	if n := length(t, j, "s"); n != 4 {
		t.Errorf("got %d events, want 4", n)
	}
	write(t, j, "s", 5, 6)
}

// A node that takes a question, and what looks whether it is there, and then
// goes without a word is not waited for.
func TestAskOfTheSilent(t *testing.T) {
	c := startNATS(t, 1, nil)
	j := c.open(t)
	silent, err := natsgo.Connect(c.url())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if _, err := silent.Subscribe("cmd.s", func(*natsgo.Msg) {}); err != nil {
		t.Fatal(err)
	}
	if err := silent.Flush(); err != nil {
		t.Fatal(err)
	}
	asked := make(chan error, 1)
	go func() {
		_, err := j.Cluster().Ask(t.Context(), "s", nil)
		asked <- err
	}()
	select {
	case err := <-asked:
		t.Fatalf("got %v while somebody is there", err)
	case <-time.After(1500 * time.Millisecond): // a probe is lost, too
	}
	silent.Close()
	select {
	case err := <-asked:
		if err == nil || errors.Is(err, engine.ErrNotFound) {
			t.Errorf("got %v, it is not known what became of the question", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the question waits for nobody")
	}
}

func TestServerRefused(t *testing.T) {
	c := startNATS(t, 1, func(o *server.Options) { o.MaxPayload = 1 << 20 })
	if _, err := jetstream.Open(t.Context(), c.config()); err == nil || !strings.Contains(err.Error(), "max_payload") {
		t.Errorf("small payload: got %v", err)
	}
	c = startNATS(t, 1, func(o *server.Options) { o.JetStream = false })
	if _, err := jetstream.Open(t.Context(), c.config()); err == nil || !strings.Contains(err.Error(), "JetStream") {
		t.Errorf("no JetStream: got %v", err)
	}
	c = startNATS(t, 1, func(o *server.Options) { o.Username, o.Password = "me", "hunter2" })
	cfg := c.config()
	cfg.URL = strings.Replace(cfg.URL, "://", "://me:geheim@", 1)
	if _, err := jetstream.Open(t.Context(), cfg); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("wrong password: got %v", err)
	}
	cfg.URL = "nats://me:geheim@127.0.0.1:1"
	if _, err := jetstream.Open(t.Context(), cfg); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("nobody there: got %v", err)
	}
	c = startNATS(t, 1, nil)
	cfg = c.config()
	cfg.Replicas = 3
	if _, err := jetstream.Open(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "replicas") {
		t.Errorf("too many replicas: got %v", err)
	}
}

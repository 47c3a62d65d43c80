package server

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// Lease times of tests.
const (
	testLease = 400 * time.Millisecond
	testRenew = 60 * time.Millisecond
)

// clustered are servers that share a store.
func clustered(tb testing.TB, n int, passive time.Duration, change ...func(*Config)) (servers []*testServer, nodes []*memory.Node) {
	tb.Helper()
	c := memory.NewCluster(testLease, testRenew)
	for range n {
		node := c.Node()
		tb.Cleanup(node.Kill)
		nodes = append(nodes, node)
		servers = append(servers, serveOn(tb, node, passive, change...))
	}
	for _, ts := range servers {
		eventually(tb, "the nodes see each other", func() bool {
			ts.nodes.mu.RLock()
			defer ts.nodes.mu.RUnlock()
			return len(ts.nodes.names) == n
		})
	}
	return servers, nodes
}

// known waits until all servers know a session.
func known(tb testing.TB, id string, servers ...*testServer) {
	tb.Helper()
	for _, ts := range servers {
		eventually(tb, "the session is known", func() bool { return ts.index.entry(id) != nil })
	}
}

// Any node takes commands for a session and shows what happens in it.
func TestCommandsToAnyNode(t *testing.T) {
	servers, _ := clustered(t, 3, 0)
	id, _ := servers[0].create(t, ann, chatBody)
	known(t, id, servers...)
	watchers := make([]*socket, len(servers))
	for i, ts := range servers {
		watchers[i] = ts.open(t, ann, id, "")
		watchers[i].untilEvent("live")
	}
	for i, ts := range servers {
		ts.post(t, id, fmt.Sprint("to node ", i))
		for _, w := range watchers {
			w.untilType(frameResponse)
		}
	}
	for _, ts := range servers {
		got := ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
		check(t, got, statusActive, "status")
		ts.as(t, bob, 403, "GET", "/chat/sessions/"+id, nil)
		ts.as(t, bob, 403, "POST", "/chat/sessions/"+id+"/stop", nil)
	}
	servers[1].as(t, ann, 200, "POST", "/chat/sessions/"+id+"/pause", nil)
	servers[2].as(t, ann, 200, "POST", "/chat/sessions/"+id+"/resume", nil)
	watchers[1].send(map[string]any{"type": frameStop})
	for _, w := range watchers {
		w.untilType(frameStop)
	}
	for _, ts := range servers {
		eventually(t, "the end is known", func() bool { return ts.status(t, id) == statusStopped })
		check(t, ts.as(t, ann, 409, "POST", "/chat/sessions/"+id+"/messages", `{"content":"x"}`), "SESSION_ENDED", "code")
	}
	servers[2].as(t, ann, 204, "DELETE", "/chat/sessions/"+id, nil)
	for _, ts := range servers {
		eventually(t, "it is deleted", func() bool {
			w, _ := ts.do(t, "GET", "/chat/sessions/"+id, ts.token(t, ann), nil)
			return w.StatusCode == 404
		})
	}
}

// A session that lives elsewhere is deleted from any node.
func TestDeleteElsewhere(t *testing.T) {
	servers, _ := clustered(t, 2, 0)
	id, _ := servers[0].create(t, ann, chatBody)
	known(t, id, servers...)
	c := servers[0].open(t, ann, id, "")
	c.untilEvent("live")
	servers[1].as(t, ann, 204, "DELETE", "/chat/sessions/"+id, nil)
	c.wantClose(closeDeleted)
	servers[0].as(t, ann, 404, "GET", "/chat/sessions/"+id, nil)
}

// Live text comes to those who follow on another node.
func TestDeltasFromAnotherNode(t *testing.T) {
	servers, _ := clustered(t, 2, 0)
	id, _ := servers[0].create(t, ann, chatBody)
	known(t, id, servers...)
	c := servers[1].open(t, ann, id, "?detail=deltas")
	c.untilEvent("live")
	servers[0].post(t, id, "say something longer, please")
	c.until("live text", func(f Frame) bool { return f.event() == "delta" })
	c.untilType(frameResponse)
}

// Sessions of a node that dies go on elsewhere: what was cut short is made
// again, and whoever follows on a node that lives misses nothing.
func TestNodeDies(t *testing.T) {
	servers, nodes := clustered(t, 3, 0, slow(t, "300ms", "enqueue", "1h"))
	ids := make([]string, 6)
	var watchers []*socket
	for i := range ids {
		ids[i], _ = servers[0].create(t, ann, map[string]any{"template": "slow"})
		known(t, ids[i], servers...)
		w := servers[1].open(t, ann, ids[i], "")
		w.untilEvent("live")
		watchers = append(watchers, w)
		servers[0].post(t, ids[i], "think")
	}
	nodes[0].Kill()
	var wg sync.WaitGroup
	for i, w := range watchers {
		wg.Go(func() {
			w.untilType(frameResponse)
			servers[1+i%2].post(t, ids[i], "and again")
			w.untilType(frameResponse)
		})
	}
	wg.Wait()
	for _, id := range ids {
		servers[2].answers(t, id, 2)
	}
}

// A node that lost its lease lets go; its sessions go on elsewhere, and it
// shows them and takes commands for them when it is back.
func TestLeaseIsLost(t *testing.T) {
	servers, nodes := clustered(t, 2, 0)
	id, _ := servers[0].create(t, ann, chatBody)
	known(t, id, servers...)
	w := servers[0].open(t, ann, id, "")
	w.untilEvent("live")
	servers[1].post(t, id, "one")
	w.untilType(frameResponse)
	nodes[0].Pause()
	eventually(t, "the other has it", func() bool { return servers[1].seats.of(id) != nil })
	servers[1].post(t, id, "two")
	servers[1].answers(t, id, 2)
	nodes[0].Wake()
	w.untilType(frameResponse)
	eventually(t, "the first lets go", func() bool { return servers[0].seats.of(id) == nil })
	servers[0].post(t, id, "three")
	w.untilType(frameResponse)
	servers[0].answers(t, id, 3)
}

// A node that is drained hands its sessions over at once.
func TestHandOver(t *testing.T) {
	c := memory.NewCluster(time.Hour, time.Minute)
	one, two := c.Node(), c.Node()
	t.Cleanup(one.Kill)
	t.Cleanup(two.Kill)
	a, b := serveOn(t, one, 0, slow(t, "200ms", "enqueue", "1h")), serveOn(t, two, 0, slow(t, "200ms", "enqueue", "1h"))
	var ids []string
	for range 5 {
		id, _ := a.create(t, ann, map[string]any{"template": "slow"})
		known(t, id, b)
		ids = append(ids, id)
		a.post(t, id, "think")
	}
	w := b.open(t, ann, ids[0], "")
	w.untilEvent("live")
	if err := a.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.crash()
	w.untilType(frameResponse)
	for _, id := range ids {
		b.answers(t, id, 1)
		b.post(t, id, "more")
		b.answers(t, id, 2)
	}
}

// Sessions that rest are woken where a command arrives, and the cap counts
// those of all nodes.
func TestRestOnSeveralNodes(t *testing.T) {
	servers, _ := clustered(t, 2, 30*time.Millisecond, func(c *Config) { c.Sessions.MaxPerUser = 2 })
	id, _ := servers[0].create(t, ann, chatBody)
	known(t, id, servers...)
	w := servers[0].open(t, ann, id, "")
	w.untilEvent("live")
	for i := range 6 {
		eventually(t, "it rests", func() bool { return servers[0].head(id).resting && servers[1].head(id).resting })
		servers[i%2].post(t, id, fmt.Sprint("message ", i))
		w.untilType(frameResponse)
	}
	servers[1].create(t, ann, chatBody)
	for _, ts := range servers {
		eventually(t, "both count", func() bool { return ts.index.live(ann) == 2 })
		check(t, ts.as(t, ann, 429, "POST", "/chat/sessions/create", chatBody), "SESSION_LIMIT", "code")
		check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 2, "total_count")
	}
}

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// What a client of a cluster bears before it goes to another node.
const (
	clusterDial  = 3 * time.Second
	clusterQuiet = 8 * time.Second // without a frame
)

// clusterClient follows one session through whichever node there is, to its
// end. A crashSession checks what it is told.
type clusterClient struct {
	crashSession
	nodes []string // addresses
	at    int      // the node that it is connected to

	mu     sync.Mutex  // guards what follows, for who watches
	told   []time.Time // when the answers were stored
	over   bool
	why    string
	closes map[int]int // codes with which connections ended
}

// follow takes part in the session over as many connections as it takes.
func (c *clusterClient) follow(ctx context.Context) {
	dialer := websocket.Dialer{HandshakeTimeout: clusterDial}
	for ; !c.ended && c.problem == "" && pausing(ctx); c.at++ {
		u := fmt.Sprintf("ws://%s/ws/%s?after=%d", c.nodes[c.at%len(c.nodes)], c.id, c.seq)
		ws, w, err := dialer.DialContext(ctx, u, http.Header{"Authorization": {"Bearer " + c.load.token}})
		if w != nil {
			_ = w.Body.Close()
		}
		if err != nil {
			continue
		}
		stop := context.AfterFunc(ctx, func() { _ = ws.Close() })
		c.note(c.read(ws))
		stop()
		_ = ws.Close()
	}
	if !c.ended {
		c.fail("it did not end; its last frame is %d", c.seq)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.why = c.problem
}

// read takes what comes over one connection.
func (c *clusterClient) read(ws *websocket.Conn) error {
	for !c.ended && c.problem == "" {
		_ = ws.SetReadDeadline(time.Now().Add(clusterQuiet))
		_, text, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		var f crashFrame
		if err := json.Unmarshal(text, &f); err != nil {
			c.fail("%s is no frame: %v", text, err)
		}
		c.take(&f)
		c.mu.Lock()
		if f.Type == "response" {
			c.told = append(c.told, f.Timestamp)
		}
		c.over = c.ended
		c.mu.Unlock()
	}
	return nil
}

func (c *clusterClient) note(err error) {
	if websocket.IsCloseError(err, 4000, 4001, 4002, 4003, 4004) {
		c.fail("closed: %v", err)
	}
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.closes[closed.Code]++
	}
}

// trouble is what must not have happened to a client that has given up.
func (c *clusterClient) trouble() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// next is the first answer that was stored after a time, and the last before.
func (c *clusterClient) next(after time.Time) (before, next time.Time, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, at := range c.told {
		if at.After(after) {
			return before, at, c.over
		}
		before = at
	}
	return before, time.Time{}, c.over
}

// clusterLoad are the sessions of a cluster and their clients.
type clusterLoad struct {
	t       *testing.T
	clients []*clusterClient
	done    sync.WaitGroup
}

// begin makes sessions of a template, in turns on the nodes, and has them
// followed from then on.
func (l *clusterLoad) begin(ctx context.Context, n int, kind, token string, nodes []string) {
	l.t.Helper()
	for i := range n {
		load := &crashLoad{address: nodes[i%len(nodes)], token: token}
		l.clients = append(l.clients, &clusterClient{
			crashSession: crashSession{load: load, kind: kind}, nodes: nodes, at: i, closes: map[int]int{},
		})
	}
	var made sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i, c := range l.clients {
		made.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c.create(ctx, fmt.Sprint("client-", i))
		})
	}
	made.Wait()
	for _, c := range l.clients {
		if c.id == "" {
			l.t.Fatalf("a session was not made: %s", c.problem)
		}
		l.done.Go(func() { c.follow(ctx) })
	}
}

// goOn waits until each session has an answer that was stored after a time. It
// gives the longest time between two answers.
func (l *clusterLoad) goOn(what string, after time.Time, within time.Duration) (gap time.Duration) {
	l.t.Helper()
	var left []string
	var took time.Duration
	for end := after.Add(within + time.Second); ; time.Sleep(100 * time.Millisecond) { // what is stored in time may be told a little later
		left, took, gap = nil, 0, 0
		for _, c := range l.clients {
			before, next, over := c.next(after)
			switch {
			case next.IsZero() && over:
			case next.IsZero():
				left = append(left, c.id+" "+c.trouble())
			default:
				took = max(took, next.Sub(after))
				if !before.IsZero() {
					gap = max(gap, next.Sub(before))
				}
			}
		}
		if len(left) == 0 || time.Now().After(end) {
			break
		}
	}
	if len(left) > 0 {
		l.t.Fatalf("%s: %d sessions have not gone on within %s: %v", what, len(left), within, left[:min(3, len(left))])
	}
	l.t.Logf("%s: the last session went on after %s; the longest wait for an answer was %s", what, took.Round(time.Millisecond), gap.Round(time.Millisecond))
	if took > within {
		l.t.Errorf("%s: a session went on after %s, want %s", what, took, within)
	}
	return gap
}

// running says how many sessions have not ended.
func (l *clusterLoad) running() (n int) {
	for _, c := range l.clients {
		if _, _, over := c.next(time.Time{}); !over {
			n++
		}
	}
	return n
}

// closed is how many connections were ended with a code.
func (l *clusterLoad) closed(code int) (n int) {
	for _, c := range l.clients {
		c.mu.Lock()
		n += c.closes[code]
		c.mu.Unlock()
	}
	return n
}

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// crashRetry is how long a client waits before it tries again.
const crashRetry = 20 * time.Millisecond

// crashFrame is what matters of a frame.
type crashFrame struct {
	Type      string    `json:"type"`
	Content   string    `json:"content"`
	Timestamp time.Time `json:"timestamp"`
	Metadata  struct {
		Event    string `json:"event"`
		Code     string `json:"code"`
		ClientID string `json:"client_id"`
		Seq      uint64 `json:"seq"`
		Prev     uint64 `json:"prev"`
	} `json:"metadata"`
}

func (f *crashFrame) line() string {
	return fmt.Sprintf("%d %s %q %s", f.Metadata.Seq, f.Type, f.Content, f.Metadata.ClientID)
}

// crashSession is a session as one client sees it.
type crashSession struct {
	load     *crashLoad
	kind, id string

	seq     uint64   // of the last frame
	frames  []string // all that have a seq, in order
	sent    int      // messages that were sent
	acked   int      // those of them that were acknowledged
	answers int
	ended   bool
	problem string // what must not happen
}

func (c *crashSession) fail(format string, args ...any) {
	if c.problem == "" {
		c.problem = fmt.Sprintf(format, args...)
	}
}

// create begins the session, as often as it takes; the key makes it one.
func (c *crashSession) create(ctx context.Context, key string) {
	for c.id == "" && c.problem == "" && pausing(ctx) {
		body := `{"template":"` + c.kind + `"}`
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.load.address+"/chat/sessions/create", strings.NewReader(body))
		if err != nil {
			c.fail("%v", err)
			return
		}
		r.Header.Set("Authorization", "Bearer "+c.load.token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", key)
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			continue // it is being killed, or started
		}
		var answer struct {
			ID     string `json:"session_id"`
			Detail string `json:"detail"`
		}
		err = json.NewDecoder(w.Body).Decode(&answer)
		_ = w.Body.Close()
		switch {
		case w.StatusCode == http.StatusOK && err == nil:
			c.id = answer.ID
		case w.StatusCode == http.StatusServiceUnavailable, err != nil:
		default:
			c.fail("create: %s %s", w.Status, answer.Detail)
		}
	}
}

// follow takes part in the session until its end, over as many connections as
// it takes.
func (c *crashSession) follow(ctx context.Context) {
	for !c.ended && c.problem == "" && pausing(ctx) {
		u := fmt.Sprintf("ws://%s/ws/%s?after=%d", c.load.address, c.id, c.seq)
		ws, w, err := websocket.DefaultDialer.DialContext(ctx, u, http.Header{"Authorization": {"Bearer " + c.load.token}})
		if w != nil {
			_ = w.Body.Close()
		}
		if err != nil {
			continue
		}
		c.sent = c.acked // what was not acknowledged is sent again
		stop := context.AfterFunc(ctx, func() { _ = ws.Close() })
		c.read(ws)
		stop()
		_ = ws.Close()
	}
	if !c.ended {
		c.fail("it did not end; %d of its messages were acknowledged, and its last frames are\n%s", c.acked, strings.Join(c.frames[max(0, len(c.frames)-5):], "\n"))
	}
}

func pausing(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(crashRetry):
		return true
	}
}

// read takes what comes over one connection, and says what there is to say.
func (c *crashSession) read(ws *websocket.Conn) {
	for !c.ended && c.problem == "" {
		_ = ws.SetReadDeadline(time.Now().Add(patience))
		_, text, err := ws.ReadMessage()
		if websocket.IsCloseError(err, 4000, 4001, 4002, 4003, 4004) {
			c.fail("closed: %v", err)
		}
		if err != nil {
			return
		}
		var f crashFrame
		if err := json.Unmarshal(text, &f); err != nil {
			c.fail("%s is no frame: %v", text, err)
		}
		c.take(&f)
		if !c.say(ws) {
			return
		}
	}
}

func (c *crashSession) take(f *crashFrame) {
	m := &f.Metadata
	switch {
	case f.Type == "info" && m.Event == "ack":
		c.acknowledged(f)
	case f.Type == "error" && m.Code != "STORE_UNAVAILABLE" && m.Code != "DRAINING" && m.Code != "SESSION_ENDED":
		c.fail("error frame %s: %s", m.Code, f.Content)
	case m.Seq > 0:
		c.advance(f)
	}
}

// acknowledged takes note of an acknowledgement, which stands for the text
// unless that has come before.
func (c *crashSession) acknowledged(f *crashFrame) {
	n := 0
	if _, err := fmt.Sscanf(f.Metadata.ClientID, "m%d", &n); err != nil || n < c.acked || n >= c.sent {
		c.fail("an acknowledgement of %q, while %d of %d have one", f.Metadata.ClientID, c.acked, c.sent)
		return
	}
	c.acked = n + 1
	f.Type, f.Content = "text", c.text(n)
	if f.Metadata.Seq > c.seq {
		c.advance(f)
	} else if line := f.line(); !slices.Contains(c.frames, line) {
		c.fail("acknowledged as %s, which was not told", line)
	}
}

// advance takes a frame of the log, which must follow the one before.
func (c *crashSession) advance(f *crashFrame) {
	m := &f.Metadata
	switch {
	case m.Seq <= c.seq:
		c.fail("frame %d comes again, after %d", m.Seq, c.seq)
	case m.Prev != c.seq:
		c.fail("frame %d comes after %d, and the last one here is %d", m.Seq, m.Prev, c.seq)
	}
	c.seq = m.Seq
	c.frames = append(c.frames, f.line())
	c.ended = f.Type == "stop"
	if f.Type == "response" {
		c.answers++
	}
}

func (c *crashSession) text(n int) string { return fmt.Sprintf("Question %d of %s.", n, c.id) }

// say sends what the person says: at the desk one question after the other, at
// the board several at once and then that it is over.
func (c *crashSession) say(ws *websocket.Conn) bool {
	var err error
	switch {
	case c.seq == 0, c.ended:
	case c.kind == "desk" && c.sent == c.acked && c.sent <= c.answers:
		err = c.send(ws)
	case c.kind == "board" && c.acked == 8:
		err = ws.WriteJSON(map[string]string{"type": "stop"})
	case c.kind == "board":
		for c.sent < min(c.acked+2, 8) && err == nil {
			err = c.send(ws)
		}
	}
	return err == nil
}

func (c *crashSession) send(ws *websocket.Conn) error {
	n := c.sent
	c.sent++
	return ws.WriteJSON(map[string]any{"type": "text", "content": c.text(n), "metadata": map[string]string{"client_id": fmt.Sprintf("m%d", n)}})
}

package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// socket is a client's end of a WebSocket.
type socket struct {
	t    testing.TB
	ws   *websocket.Conn
	resp *http.Response
	last uint64 // the last seq, for prove
}

// patience is how long a test waits for a frame.
const patience = 10 * time.Second

// dial connects to a path with a token in the header.
func (ts *testServer) dial(tb testing.TB, path, token string) *socket {
	tb.Helper()
	h := http.Header{}
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	c, err := ts.tryDial(tb, path, h)
	if err != nil {
		tb.Fatalf("dial %s: %v", path, err)
	}
	return c
}

func (ts *testServer) tryDial(tb testing.TB, path string, h http.Header, protocols ...string) (*socket, error) {
	tb.Helper()
	d := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: patience, ReadBufferSize: 1024, WriteBufferSize: 1024}
	ws, resp, err := d.Dial("ws"+strings.TrimPrefix(ts.url, "http")+path, h)
	c := &socket{t: tb, ws: ws, resp: resp}
	if err != nil {
		return c, err
	}
	tb.Cleanup(func() { _ = ws.Close() })
	return c, nil
}

// open connects a person to a session.
func (ts *testServer) open(tb testing.TB, name, session, query string) *socket {
	tb.Helper()
	return ts.dial(tb, "/ws/"+session+query, ts.token(tb, name))
}

// read gives the next frame, or how the connection ended.
func (c *socket) read() (Frame, error) { return c.readWithin(patience) }

func (c *socket) readWithin(d time.Duration) (Frame, error) {
	var f Frame
	_ = c.ws.SetReadDeadline(time.Now().Add(d))
	kind, data, err := c.ws.ReadMessage()
	if err != nil {
		return f, err
	}
	if kind != websocket.TextMessage {
		return f, fmt.Errorf("message of kind %d", kind)
	}
	return f, json.Unmarshal(data, &f)
}

// next gives the next frame and proves that none is missing before it.
func (c *socket) next() Frame {
	c.t.Helper()
	f, err := c.read()
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	c.prove(f)
	return f
}

// prove checks that nothing was missed: each stored frame names the one before
// it. An acknowledgement counts when it stands for the text.
func (c *socket) prove(f Frame) {
	c.t.Helper()
	if f.Timestamp == "" || f.Type == "" {
		c.t.Errorf("frame without type or timestamp: %+v", f)
	}
	prev, stored := f.Metadata["prev"]
	if !stored {
		return
	}
	seq := f.seq()
	if got := uint64(prev.(float64)); c.last > 0 && got != c.last {
		c.t.Errorf("frame %d follows %d, but the last seen is %d: %+v", seq, got, c.last, f)
	}
	if seq <= c.last {
		c.t.Errorf("seq %d after %d: %+v", seq, c.last, f)
	}
	c.last = seq
}

func (f *Frame) seq() uint64 {
	n, _ := f.Metadata["seq"].(float64)
	return uint64(n)
}

func (f *Frame) event() string {
	s, _ := f.Metadata["event"].(string)
	return s
}

// until reads up to the first frame that a condition holds for.
func (c *socket) until(what string, holds func(Frame) bool) Frame {
	c.t.Helper()
	var seen []string
	for {
		f, err := c.read()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v; seen:\n%s", what, err, strings.Join(seen, "\n"))
		}
		c.prove(f)
		if holds(f) {
			return f
		}
		seen = append(seen, fmt.Sprintf("%+v", f))
	}
}

func (c *socket) untilType(kind string) Frame {
	c.t.Helper()
	return c.until(kind, func(f Frame) bool { return f.Type == kind })
}

func (c *socket) untilEvent(event string) Frame {
	c.t.Helper()
	return c.until(event, func(f Frame) bool { return f.event() == event })
}

func (c *socket) send(v any) {
	c.t.Helper()
	if err := c.ws.WriteJSON(v); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

func (c *socket) say(text string) {
	c.t.Helper()
	c.send(map[string]any{"type": "text", "content": text})
}

// closed reads to the end and gives the code of the close and the frames
// before it.
func (c *socket) closed() (int, []Frame) {
	c.t.Helper()
	var frames []Frame
	for {
		f, err := c.read()
		if e, ok := errors.AsType[*websocket.CloseError](err); ok {
			return e.Code, frames
		}
		if err != nil {
			c.t.Fatalf("waiting for the close: %v; seen %+v", err, frames)
		}
		c.prove(f)
		frames = append(frames, f)
	}
}

func (c *socket) wantClose(code int) []Frame {
	c.t.Helper()
	got, frames := c.closed()
	if got != code {
		c.t.Errorf("closed with %d, want %d", got, code)
	}
	return frames
}

// post starts a session from a body and gives its id and the whole answer.
func (ts *testServer) create(tb testing.TB, name string, body any) (string, map[string]any) {
	tb.Helper()
	out := ts.as(tb, name, http.StatusOK, "POST", "/chat/sessions/create", body)
	id, _ := out["session_id"].(string)
	return id, out
}

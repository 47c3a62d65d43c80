package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestSocketPathsAndTokens(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	token := ts.token(t, ann)
	for _, path := range []string{"/ws/", "/chat/ws/", "/api/ws/", "/api/chat/ws/"} {
		c := ts.dial(t, path+id, token)
		if f := c.next(); f.Type != framePing {
			t.Errorf("%s: the first frame is %+v, want a ping", path, f)
		}
		c.untilEvent("live")
	}
	byQuery, err := ts.tryDial(t, "/ws/"+id+"?token="+url.QueryEscape(token), nil)
	if err != nil {
		t.Fatal(err)
	}
	byQuery.untilEvent("live")
	if got := byQuery.ws.Subprotocol(); got != "" {
		t.Errorf("subprotocol %q, want none", got)
	}
	byProtocol, err := ts.tryDial(t, "/ws/"+id, nil, "agentconnect.v1", "bearer."+token)
	if err != nil {
		t.Fatal(err)
	}
	byProtocol.untilEvent("live")
	if got := byProtocol.ws.Subprotocol(); got != "agentconnect.v1" {
		t.Errorf("subprotocol %q, want agentconnect.v1", got)
	}
	eventually(t, "the log shows the request", func() bool { return strings.Contains(ts.log.String(), "token=redacted") })
	if strings.Contains(ts.log.String(), token) {
		t.Error("a token is in the log")
	}
}

func TestSocketIsRefusedWithACode(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	for name, c := range map[string]struct {
		path, token string
		code        int
		frame       string
	}{
		"no token":      {"/ws/" + id, "", closeAuth, "AUTHENTICATION_FAILED"},
		"bad token":     {"/ws/" + id, "x.y.z", closeAuth, "AUTHENTICATION_FAILED"},
		"two tokens":    {"/ws/" + id + "?token=other", ts.token(t, ann), closeAuth, "AUTHENTICATION_FAILED"},
		"unknown":       {"/ws/session_none", ts.token(t, ann), closeNoSession, "INVALID_SESSION"},
		"not theirs":    {"/ws/" + id, ts.token(t, bob), closeNoSession, "INVALID_SESSION"},
		"bad after":     {"/ws/" + id + "?after=-1", ts.token(t, ann), closeGeneric, "ERROR"},
		"bad detail":    {"/ws/" + id + "?detail=all", ts.token(t, ann), closeGeneric, "ERROR"},
		"no such admin": {"/ws/" + id, ts.token(t, root), closeNoSession, "INVALID_SESSION"},
	} {
		t.Run(name, func(t *testing.T) {
			s := ts.dial(t, c.path, c.token)
			frames := s.wantClose(c.code)
			if len(frames) != 1 || frames[0].Type != frameError || frames[0].Metadata["code"] != c.frame {
				t.Errorf("frames before the close: %+v, want one error %s", frames, c.frame)
			}
		})
	}
	eventually(t, "no socket is left", func() bool { return ts.sockets.len() == 0 })
}

func TestSocketOrigin(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	for origin, ok := range map[string]bool{
		"http://localhost:3000": true, "http://127.0.0.1:5173": true, "": true,
		"http://evil.example": false, "null": false, "http://localhost.evil.example": false,
	} {
		h := http.Header{"Authorization": {"Bearer " + ts.token(t, ann)}}
		if origin != "" {
			h.Set("Origin", origin)
		}
		c, err := ts.tryDial(t, "/ws/"+id, h)
		switch {
		case ok && err != nil:
			t.Errorf("origin %q: %v", origin, err)
		case !ok && err == nil:
			t.Errorf("origin %q was let in", origin)
		case !ok && c.resp.StatusCode != http.StatusForbidden:
			t.Errorf("origin %q: status %d, want 403", origin, c.resp.StatusCode)
		}
		if c.resp != nil {
			_ = c.resp.Body.Close()
		}
	}
}

func TestSocketFlood(t *testing.T) {
	ts := newTestServer(t, nil)
	ts.sockets.caps = caps{all: 100, user: 2, address: 100}
	id := ts.createChat(t, ann)
	one, _ := ts.open(t, ann, id, ""), ts.open(t, ann, id, "")
	h := http.Header{"Authorization": {"Bearer " + ts.token(t, ann)}}
	c, err := ts.tryDial(t, "/ws/"+id, h)
	if err == nil || c.resp.StatusCode != http.StatusTooManyRequests || c.resp.Header.Get("Retry-After") == "" {
		t.Fatalf("the third socket of two: %v %+v, want 429 with Retry-After", err, c.resp)
	}
	_ = c.resp.Body.Close()
	_ = one.ws.Close()
	eventually(t, "its place is free again", func() bool {
		again, err := ts.tryDial(t, "/ws/"+id, h)
		_ = again.resp.Body.Close()
		return err == nil
	})
}

func TestStrangersAreLimitedByAddress(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Limits = Limits{Query: 3} })
	refused := 0
	for range 5 {
		c, err := ts.tryDial(t, "/ws/session_x", nil)
		if err != nil {
			if c.resp.StatusCode != http.StatusTooManyRequests {
				t.Fatalf("status %d, want 429", c.resp.StatusCode)
			}
			refused++
			_ = c.resp.Body.Close()
			continue
		}
		c.wantClose(closeAuth)
	}
	if refused != 2 {
		t.Errorf("%d of 5 were refused, want 2", refused)
	}
}

func TestNoHandshake(t *testing.T) {
	ts := newTestServer(t, nil)
	w, body := ts.do(t, "GET", "/ws/"+ts.createChat(t, ann), ts.token(t, ann), nil)
	if w.StatusCode != http.StatusBadRequest || body["code"] != "INVALID_HANDSHAKE" || body["timestamp"] == nil {
		t.Errorf("got %d %v, want 400 in the shape of errors", w.StatusCode, body)
	}
}

func TestTokenExpiresWhileConnected(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.WS.PingInterval = 50 * time.Millisecond })
	id := ts.createChat(t, ann)
	c := ts.open(t, ann, id, "")
	c.untilEvent("live")
	ts.sockets.mu.Lock()
	for f := range ts.sockets.all {
		f.expires = time.Now()
	}
	ts.sockets.mu.Unlock()
	frames := c.wantClose(closeAuth)
	if n := len(frames); n == 0 || frames[n-1].Metadata["code"] != "AUTHENTICATION_FAILED" {
		t.Errorf("frames before the close: %+v, want an error at the end", frames)
	}
}

func TestDisabledWhileConnected(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.WS.PingInterval = 30 * time.Millisecond })
	c := ts.open(t, ann, ts.createChat(t, ann), "")
	c.untilEvent("live")
	if err := ts.users.Disable(ann); err != nil {
		t.Fatal(err)
	}
	c.wantClose(closeAuth)
}

func TestDrain(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	var all []*socket
	for range 5 {
		c := ts.open(t, ann, id, "")
		c.untilEvent("live")
		all = append(all, c)
	}
	token := ts.token(t, ann)
	done := make(chan error, 1)
	go func() { done <- ts.Drain(t.Context()) }()
	for _, c := range all {
		c.wantClose(closeDraining)
	}
	if err := <-done; err != nil {
		t.Errorf("drain: %v", err)
	}
	ts.dial(t, "/ws/"+id, token).wantClose(closeDraining)
	if w, _ := ts.do(t, "GET", "/chat/sessions/"+id+"/events", token, nil); w.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("events while draining: %d, want 503", w.StatusCode)
	}
}

func TestCloseEndsSockets(t *testing.T) {
	ts := newTestServer(t, nil)
	c := ts.open(t, ann, ts.createChat(t, ann), "")
	c.untilEvent("live")
	go ts.Close()
	c.wantClose(closeDraining)
}

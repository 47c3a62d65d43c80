package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The bounds of a connection.
const (
	handshakeTime = 20 * time.Second
	pingEvery     = 25 * time.Second
	silence       = 70 * time.Second // without anything at all: it is lost
	writeTime     = 10 * time.Second
	maxFrame      = 8 << 20 // bytes
	storeWait     = 5 * time.Second
)

// connect follows the session over one connection, until it ends; lived says
// whether all that was stored has come.
func (t *Talk) connect(ctx context.Context) (lived bool, err error) {
	ws, err := t.dial(ctx)
	if err != nil {
		return false, err
	}
	t.box.again()
	over, done := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { t.write(over, ws) })
	defer wg.Wait()
	defer done()
	return t.read(ctx, ws)
}

func (t *Talk) dial(ctx context.Context) (*websocket.Conn, error) {
	u := t.c.base.JoinPath("ws", url.PathEscape(t.cfg.Session))
	u.Scheme = "ws" + strings.TrimPrefix(u.Scheme, "http")
	q := url.Values{"after": {strconv.FormatUint(t.seq, 10)}}
	if t.cfg.Detail != "" {
		q.Set("detail", t.cfg.Detail)
	}
	u.RawQuery = q.Encode()
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshakeTime, Subprotocols: []string{"agentconnect.v1"}}
	header := http.Header{"Authorization": {"Bearer " + t.c.bearer()}}
	ws, w, err := dialer.DialContext(ctx, u.String(), header)
	if err == nil {
		return ws, nil
	}
	if w == nil || !errors.Is(err, websocket.ErrBadHandshake) {
		return nil, fmt.Errorf("%s cannot be reached: %w", t.c.base, err)
	}
	defer w.Body.Close()                                     //nolint:errcheck // it was only read from
	text, _ := io.ReadAll(io.LimitReader(w.Body, maxAnswer)) // what there is of it
	return nil, failure(w, text)
}

// read takes what comes.
func (t *Talk) read(ctx context.Context, ws *websocket.Conn) (lived bool, err error) {
	ws.SetReadLimit(maxFrame)
	alive := func() { _ = ws.SetReadDeadline(time.Now().Add(silence)) } // a closed one fails by itself
	alive()
	ws.SetPongHandler(func(string) error { alive(); return nil })
	answer := ws.PingHandler()
	ws.SetPingHandler(func(data string) error { alive(); return answer(data) })
	for {
		_, text, err := ws.ReadMessage()
		if err != nil {
			return lived, t.closed(ctx, err)
		}
		alive()
		f := &Frame{Raw: text}
		if err := json.Unmarshal(text, f); err != nil {
			return lived, fmt.Errorf("%s sent what is no frame: %w", t.c.base, err)
		}
		lived = lived || f.Metadata.Event == "live" && f.Type == "system"
		if err := t.take(ctx, f); err != nil {
			return lived, err
		}
	}
}

// closed is why a connection ended. A message that it was closed for is not
// sent again.
func (t *Talk) closed(ctx context.Context, err error) error {
	if websocket.IsCloseError(err, closeTooBig, closeNotUTF8) {
		if text, ok := t.box.refuse(); ok {
			t.tell(ctx, Update{Refused: text, Why: errors.New("the server does not take messages of this size")})
		}
	}
	return err
}

// write sends messages and pings, and at the end a goodbye.
func (t *Talk) write(ctx context.Context, ws *websocket.Conn) {
	defer ws.Close() //nolint:errcheck // what is lost is sent again
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	var later <-chan time.Time
	for {
		m, wait, ok := t.box.next()
		if ok {
			frame := map[string]any{"type": "text", "content": m.text, "metadata": map[string]string{"client_id": m.id}}
			_ = ws.SetWriteDeadline(time.Now().Add(writeTime))
			if ws.WriteJSON(frame) != nil {
				return
			}
			continue
		}
		if later = nil; wait > 0 {
			later = time.After(wait)
		}
		select {
		case <-t.box.wake:
		case <-later:
		case <-ping.C:
			if ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime)) != nil {
				return
			}
		case <-ctx.Done():
			bye := websocket.FormatCloseMessage(closeNormal, "")
			_ = ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // it may be gone
			return
		}
	}
}

// take passes a frame on, unless it was there before.
func (t *Talk) take(ctx context.Context, f *Frame) error {
	m := &f.Metadata
	switch {
	case f.Type == "info" && m.Event == "ack":
		return t.acknowledged(ctx, f)
	case f.Type == "error":
		t.refused(ctx, f)
		return nil
	case f.Type == "system" && m.Event == "recovered" && m.Seq == 0:
		t.jump = true
	case f.Type == "system" && m.Event == "live" && m.Seq == 0:
		t.gaps = 0
		t.tell(ctx, Update{Live: true})
		return nil
	case m.Seq > 0:
		if fresh, err := t.advance(f); err != nil || !fresh {
			return err
		}
		t.ended = t.ended || f.Type == "stop"
		if own, ok := t.box.has(m.ClientID); ok && f.Type == "text" && own.text == f.Content {
			t.tell(ctx, Update{Own: f})
			return nil
		}
	}
	t.tell(ctx, Update{Frame: f})
	return nil
}

// advance notes a frame of the log. It is not fresh when it was seen before; it
// is an error when one before it was not.
func (t *Talk) advance(f *Frame) (fresh bool, err error) {
	m := &f.Metadata
	if m.Seq <= t.seq {
		return false, nil
	}
	if m.Prev > t.seq && !t.jump {
		return false, fmt.Errorf("%w: %d comes after %d, and the last one here is %d", errGap, m.Seq, m.Prev, t.seq)
	}
	t.seq, t.jump = m.Seq, false
	return true, nil
}

// acknowledged settles an own message, and shows it unless it has come by
// already.
func (t *Talk) acknowledged(ctx context.Context, f *Frame) error {
	m, ours := t.box.has(f.Metadata.ClientID)
	if !ours {
		return nil
	}
	fresh, err := t.advance(f)
	if err != nil {
		return err
	}
	if fresh {
		f.Type, f.Content, f.Metadata.Role = "text", m.text, "user"
		t.tell(ctx, Update{Own: f})
	}
	t.box.settle(m.id)
	return nil
}

// refused takes an error, which is about the message that was sent last, or
// about the connection, which then closes.
func (t *Talk) refused(ctx context.Context, f *Frame) {
	why := &Error{Code: f.Metadata.Code, Detail: f.Content}
	switch f.Metadata.Code {
	case "INVALID_SESSION", "SESSION_EXPIRED", "AUTHENTICATION_FAILED", "ERROR":
		return
	case "RATE_LIMITED":
		wait := time.Duration(f.Metadata.Details.RetryAfter * float64(time.Second))
		if wait = min(max(wait, time.Second), time.Minute); t.box.delay(wait) {
			t.tell(ctx, Update{Delayed: true, Wait: wait})
		}
		return
	case "STORE_UNAVAILABLE", "DRAINING":
		t.box.delay(storeWait)
		return
	}
	if text, ok := t.box.refuse(); ok {
		t.tell(ctx, Update{Refused: text, Why: why})
		return
	}
	t.tell(ctx, Update{Frame: f})
}

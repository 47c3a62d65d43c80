package server

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// Each of 200 connections is cut without a word at some moment of a
// conversation; what they saw together is the conversation.
func TestAbruptReconnectsLoseAndDoubleNothing(t *testing.T) {
	for _, detail := range []string{"messages", "turns"} {
		t.Run(detail, func(t *testing.T) {
			ts := newTestServer(t, nil)
			id := ts.createChat(t, ann)
			var seen []uint64
			texts := map[string]int{}
			var last uint64
			pending := ""
			for n := range 200 {
				c := ts.open(t, ann, id, fmt.Sprintf("?after=%d&detail=%s", last, detail))
				c.last = last
				if pending == "" {
					pending = fmt.Sprintf("text-%d", n)
				}
				c.send(map[string]any{"type": "text", "content": pending, "metadata": map[string]any{"client_id": pending}})
				for range rand.IntN(10) {
					f, err := c.readWithin(20 * time.Millisecond)
					if err != nil {
						break // there is no more for now
					}
					c.prove(f)
					if f.Metadata["prev"] != nil {
						seen = append(seen, f.seq())
						if f.Type == frameText {
							texts[f.Content]++
						}
						if f.event() == "ack" {
							texts[pending]++
						}
					}
					if f.event() == "ack" && f.Metadata["client_id"] == pending {
						pending = "answered"
					}
				}
				if pending == "answered" {
					pending = ""
				}
				last = c.last
				_ = c.ws.NetConn().Close()
			}
			final := ts.open(t, ann, id, fmt.Sprintf("?after=%d&detail=%s", last, detail))
			final.last = last
			ts.as(t, ann, http.StatusOK, "POST", "/chat/sessions/"+id+"/stop", nil)
			for _, f := range final.wantClose(closeNormal) {
				if f.Metadata["prev"] != nil {
					seen = append(seen, f.seq())
					if f.Type == frameText {
						texts[f.Content]++
					}
				}
			}
			var want []uint64
			for _, f := range ts.open(t, ann, id, "?detail="+detail).wantClose(closeNormal) {
				if f.Metadata["prev"] != nil {
					want = append(want, f.seq())
				}
			}
			if !slices.Equal(seen, want) {
				t.Errorf("seen %d frames, want %d:\n%v\n%v", len(seen), len(want), seen, want)
			}
			for text, n := range texts {
				if n != 1 {
					t.Errorf("%s was seen %d times", text, n)
				}
			}
		})
	}
}

func TestAfterSkipsWhatWasSeen(t *testing.T) {
	ts := newTestServer(t, withScenario(t, duoHCL))
	id, _ := ts.create(t, ann, map[string]any{"template": "duo"})
	a := ts.open(t, ann, id, "?detail=turns")
	a.untilEvent("live")
	a.say("begin")
	all := a.wantClose(closeNormal)
	for _, level := range []string{"", "&detail=turns"} {
		for _, f := range all {
			after := f.seq()
			c := ts.open(t, ann, id, fmt.Sprintf("?after=%d%s", after, level))
			for _, g := range c.wantClose(closeNormal) {
				if g.Metadata["prev"] != nil && g.seq() <= after {
					t.Errorf("after=%d gave %d", after, g.seq())
				}
			}
		}
	}
	ahead := ts.open(t, ann, id, "?after=100000")
	if frames := ahead.wantClose(closeNormal); len(frames) != 1 {
		t.Errorf("after the future: %+v, want a ping alone", frames)
	}
}

// Many sockets come while the session speaks; all see the same.
func TestJoinWhileLive(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	speak := ts.open(t, ann, id, "")
	speak.untilEvent("live")
	const joiners = 60
	var wg sync.WaitGroup
	seqs := make([][]uint64, joiners)
	for i := range joiners {
		c := ts.open(t, ann, id, []string{"", "?detail=turns", "?detail=deltas"}[i%3])
		wg.Go(func() {
			for {
				f, err := c.read()
				if err != nil {
					return
				}
				c.prove(f)
				if f.Metadata["prev"] != nil && levelOfFrame(&f) == 0 {
					seqs[i] = append(seqs[i], f.seq())
				}
			}
		})
		speak.say(fmt.Sprint("text ", i))
	}
	speak.until("all answers", func(f Frame) bool {
		return f.Type == frameResponse && strings.Contains(fmt.Sprint(f.Metadata["turn"]), "60")
	})
	speak.send(map[string]any{"type": "stop"})
	wg.Wait()
	for i, got := range seqs {
		if !slices.Equal(got, seqs[0]) {
			t.Errorf("socket %d saw\n%v\nthe first\n%v", i, got, seqs[0])
		}
	}
	if len(seqs[0]) < 2*joiners {
		t.Errorf("%d frames, want at least %d", len(seqs[0]), 2*joiners)
	}
}

// levelOfFrame is 1 for what only turns and deltas show.
func levelOfFrame(f *Frame) int {
	if f.Type == frameInfo {
		return 1
	}
	return 0
}

// cutJournal has forgotten a session's first events.
type cutJournal struct {
	engine.Store
	oldest atomic.Uint64
}

func (j *cutJournal) Read(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	oldest := j.oldest.Load()
	if oldest > 0 {
		after = max(after, oldest-1)
	}
	return j.Store.Read(ctx, session, after)
}

func TestWhatIsNotRetainedIsSaid(t *testing.T) {
	var cut *cutJournal
	ts := newTestServer(t, func(c *Config) {
		cut = &cutJournal{Store: c.Store}
		c.Store = cut
	})
	id := ts.createChat(t, ann)
	a := ts.open(t, ann, id, "")
	for range 3 {
		a.say("more")
		a.untilType(frameResponse)
	}
	_ = a.ws.Close()
	eventually(t, "the socket is gone", func() bool { return ts.sockets.len() == 0 })
	cut.oldest.Store(10)
	b := ts.open(t, ann, id, "?after=4")
	f := b.next()
	if f.Type != frameSystem || f.event() != "recovered" || f.Metadata["recovered"] != false || f.Metadata["oldest_seq"] != 10.0 {
		t.Errorf("the first frame is %+v, want recovered:false with oldest_seq 10", f)
	}
	if f := b.next(); f.Type != framePing {
		t.Errorf("then %+v, want the ping", f)
	}
	b.untilEvent("live")
	c := ts.open(t, ann, id, "?after=9")
	if f := c.next(); f.Type != framePing {
		t.Errorf("nothing is missing after 9, but got %+v", f)
	}
}

// A reader that takes nothing is closed, and the others do not notice.
func TestSlowReaderIsClosed(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.WS.QueueFrames, c.WS.QueueBytes = 1000, 64<<10 })
	id := ts.createChat(t, ann)
	h := http.Header{"Authorization": {"Bearer " + ts.token(t, ann)}}
	d := websocket.Dialer{ReadBufferSize: 256, NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(64 << 10)
		}
		return c, err
	}}
	ws, resp, err := d.Dial("ws"+strings.TrimPrefix(ts.url, "http")+"/ws/"+id, h)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	stalled := &socket{t: t, ws: ws}
	stalled.untilEvent("live")
	last := stalled.last
	fast := ts.open(t, ann, id, "")
	fast.untilEvent("live")
	fast.send(map[string]any{"type": "system", "metadata": map[string]any{"command": "pause"}}) // texts are enough
	text := strings.Repeat("long ", 8000)
	deadline := time.Now().Add(patience)
	for ts.sockets.len() > 1 {
		if time.Now().After(deadline) {
			t.Fatal("the stalled reader was not closed")
		}
		fast.say(text)
		fast.untilEvent("ack")
	}
	fast.send(map[string]any{"type": "ping"})
	fast.untilEvent("pong")
	for {
		f, err := stalled.read()
		if err != nil {
			if e, ok := err.(*websocket.CloseError); ok && e.Code != closeSlow && e.Code != websocket.CloseAbnormalClosure { //nolint:errorlint // not wrapped
				t.Errorf("closed with %d, want 1013 or a bare end", e.Code)
			}
			break
		}
		stalled.prove(f)
		last = stalled.last
	}
	_ = ws.Close()
	again := ts.open(t, ann, id, fmt.Sprintf("?after=%d", last))
	again.last = last
	again.untilEvent("live")
	if again.last <= last {
		t.Error("nothing came after the last seq that the slow reader saw")
	}
}

// A long history does not overflow the queue of who asks for it.
func TestLongHistoryIsReadAtTheReadersSpeed(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.WS.QueueFrames, c.WS.QueueBytes = 16, 32<<10 })
	id := ts.createChat(t, ann)
	a := ts.open(t, ann, id, "")
	a.untilEvent("live")
	for i := range 700 {
		a.say(fmt.Sprint("text ", i, strings.Repeat(".", 300)))
		a.untilType(frameResponse)
	}
	for _, query := range []string{"", "?detail=turns", fmt.Sprintf("?after=%d", a.last-600)} {
		b := ts.open(t, ann, id, query)
		time.Sleep(50 * time.Millisecond)
		b.untilEvent("live")
		if b.last < a.last {
			t.Errorf("%s: live at %d, want %d", query, b.last, a.last)
		}
	}
	rec := ts.record(t, id)
	rec.frames.mu.Lock()
	defer rec.frames.mu.Unlock()
	if len(rec.frames.marks) < 3 {
		t.Errorf("%d marks in %d events", len(rec.frames.marks), rec.here().Head())
	}
}

func TestFrameLargerThanTheQueueGetsThrough(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.WS.QueueBytes = 8 << 10 })
	id := ts.createChat(t, ann)
	a, b := ts.open(t, ann, id, ""), ts.open(t, ann, id, "")
	a.untilEvent("live")
	text := strings.Repeat("x", 100<<10)
	a.say(text)
	a.untilType(frameResponse)
	_ = b.ws.Close()
	c := ts.open(t, ann, id, "")
	if f := c.untilType(frameText); f.Content != text {
		t.Errorf("got %d bytes, want %d", len(f.Content), len(text))
	}
}

func TestTooLargeAndNotUTF8(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	a := ts.open(t, ann, id, "")
	a.say(strings.Repeat("x", 255<<10))
	a.untilEvent("ack")
	if err := a.ws.WriteMessage(1, bytes.Repeat([]byte("x"), 256<<10+1)); err != nil {
		t.Fatal(err)
	}
	a.wantClose(closeTooBig)
	b := ts.open(t, ann, id, "")
	if err := b.ws.WriteMessage(1, []byte("{\"type\":\"text\",\"content\":\"\xff\"}")); err != nil {
		t.Fatal(err)
	}
	b.wantClose(closeNotUTF8)
	c := ts.open(t, ann, id, "")
	w, err := c.ws.NextWriter(1) // in many fragments
	if err != nil {
		t.Fatal(err)
	}
	for range 300 {
		if _, err := w.Write(bytes.Repeat([]byte("y"), 1<<10)); err != nil {
			break
		}
	}
	_ = w.Close()
	c.wantClose(closeTooBig)
}

func TestSilentSocketIsClosed(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.WS.PingInterval, c.WS.PongTimeout = 60*time.Millisecond, 100*time.Millisecond })
	id := ts.createChat(t, ann)
	alive := ts.open(t, ann, id, "")
	pings := 0
	deadline := time.Now().Add(700 * time.Millisecond)
	protocol := 0
	alive.ws.SetPingHandler(func(data string) error {
		protocol++
		return alive.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	})
	dead := ts.open(t, ann, id, "")
	dead.ws.SetPingHandler(func(string) error { return nil })
	chatty := ts.open(t, ann, id, "")
	chatty.ws.SetPingHandler(func(string) error { return nil })
	over := make(chan int, 1)
	go func() {
		for {
			if _, _, err := dead.ws.ReadMessage(); err != nil {
				e, _ := err.(*websocket.CloseError) //nolint:errorlint // not wrapped
				if e == nil {
					over <- 0
				} else {
					over <- e.Code
				}
				return
			}
		}
	}()
	for time.Now().Before(deadline) {
		if f := alive.next(); f.Type == framePing {
			pings++
			chatty.send(map[string]any{"type": "ping"})
		}
	}
	if pings < 4 || protocol < 4 {
		t.Errorf("%d ping frames and %d protocol pings in 700 ms, want about 11", pings, protocol)
	}
	select {
	case code := <-over:
		if code != closeGeneric {
			t.Errorf("the silent one was closed with %d", code)
		}
	case <-time.After(patience):
		t.Error("the silent one lives")
	}
	chatty.send(map[string]any{"type": "ping"})
	chatty.untilEvent("pong")
}

func TestCloseIsAnsweredWhileAModelIsCalled(t *testing.T) {
	ts := newTestServer(t, slow(t, "30s", "enqueue", "1h"))
	id, _ := ts.create(t, ann, map[string]any{"template": "slow"})
	a := ts.open(t, ann, id, "")
	a.untilEvent("live")
	a.say("think")
	a.untilEvent("ack")
	for code, want := range map[int]int{websocket.CloseNormalClosure: 1000, websocket.CloseGoingAway: 1001, 4321: 4321, websocket.CloseNoStatusReceived: 1005} {
		c := ts.open(t, ann, id, "")
		c.untilEvent("live")
		began := time.Now()
		if err := c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "bye"), time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		c.wantClose(want)
		if took := time.Since(began); took > 500*time.Millisecond {
			t.Errorf("the close was answered after %s", took)
		}
	}
	if err := a.ws.WriteControl(websocket.PingMessage, []byte("data"), time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	pong := make(chan string, 1)
	a.ws.SetPongHandler(func(s string) error { pong <- s; return nil })
	a.send(map[string]any{"type": "ping"})
	a.untilEvent("pong")
	if got := <-pong; got != "data" {
		t.Errorf("pong %q, want data", got)
	}
}

func TestDetail(t *testing.T) {
	ts := newTestServer(t, slow(t, "200ms", "enqueue", "1h")) // so that all watch before it speaks
	id, _ := ts.create(t, ann, map[string]any{"template": "slow"})
	plain, turns, deltas := ts.open(t, ann, id, ""), ts.open(t, ann, id, "?detail=turns"), ts.open(t, ann, id, "?detail=deltas")
	for _, c := range []*socket{plain, turns, deltas} {
		c.untilEvent("live")
	}
	plain.say("tell me a story")
	for {
		if f := plain.next(); f.Type == frameResponse {
			break
		} else if f.Type == frameInfo && f.event() != "ack" {
			t.Errorf("without detail: %+v", f)
		}
	}
	started := turns.untilEvent("turn_started")
	if started.Type != frameInfo || started.Metadata["turn"] != 1.0 || started.seq() == 0 || started.Metadata["agent_id"] == nil {
		t.Errorf("got %+v, want the start of turn 1", started)
	}
	if f := turns.until("the response and no deltas", func(f Frame) bool { return f.Type == frameResponse || f.event() == "delta" }); f.Type != frameResponse {
		t.Errorf("deltas came without being asked for: %+v", f)
	}
	deltas.untilEvent("turn_started")
	var text strings.Builder
	response := deltas.until("the response", func(f Frame) bool {
		if f.event() == "delta" {
			text.WriteString(f.Content)
			if f.Metadata["seq"] != nil || f.Metadata["turn"] != 1.0 || f.Type != frameInfo {
				t.Errorf("delta %+v, want turn 1 and no seq", f)
			}
		}
		return f.Type == frameResponse
	})
	if text.String() != response.Content {
		t.Errorf("the deltas say %q, the message %q", text.String(), response.Content)
	}
	again := ts.open(t, ann, id, "?detail=deltas")
	again.until("live", func(f Frame) bool {
		if f.event() == "delta" {
			t.Errorf("a delta was replayed: %+v", f)
		}
		return f.event() == "live"
	})
}

// lateJournal lets others see what is stored before the session that stored it
// knows.
type lateJournal struct {
	engine.Store
	late atomic.Bool
}

func (j *lateJournal) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	err := j.Store.Append(ctx, session, expect, events)
	if j.late.Load() {
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

func TestComingBackBeforeTheSessionKnows(t *testing.T) {
	journal := &lateJournal{}
	ts := newTestServer(t, func(c *Config) {
		journal.Store = c.Store
		c.Store = journal
		c.Engine = engine.New(c.Hooks.Wire(engine.Config{Journal: journal}))
		t.Cleanup(c.Engine.Close)
	})
	id := ts.createChat(t, ann)
	a := ts.open(t, ann, id, "")
	a.untilEvent("live")
	journal.late.Store(true)
	a.send(map[string]any{"type": "system", "metadata": map[string]any{"command": "pause"}})
	paused := a.untilEvent("paused")
	b := ts.open(t, ann, id, fmt.Sprint("?after=", paused.seq()))
	b.until("live", func(f Frame) bool {
		if f.Metadata["prev"] != nil {
			t.Errorf("again: %+v", f)
		}
		return f.event() == "live"
	})
}

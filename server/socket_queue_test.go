package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// deafLine is a connection that writes only when a test takes.
type deafLine struct{}

func (deafLine) wake()           {}
func (deafLine) hurry(time.Time) {}

func deaf(echo bool) *follower {
	return &follower{line: deafLine{}, frames: 100, bytes: 1 << 20, echo: echo}
}

func saidFrame(seq, prev uint64, who string) *shown {
	f := Frame{Type: frameText, Content: who, Timestamp: fmt.Sprint("t", seq), Metadata: map[string]any{"seq": seq}}
	if who == "agent" {
		f.Type = frameResponse
	}
	return &shown{seq: seq, said: who != "agent", stamp: f.Timestamp, prev: [levels]uint64{prev, prev}, body: f.encode()}
}

func ackOf(seq uint64) ownText {
	return ownText{seq: seq, ack: Frame{Type: frameInfo, Timestamp: "now", Metadata: map[string]any{"event": "ack", "seq": seq}}}
}

// drain takes all and writes it short: text 3, ack 3, …
func drainLine(t *testing.T, f *follower) string {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []string
	for _, it := range f.take(nil) {
		if it.kind == itemClose {
			list = append(list, "close")
			continue
		}
		var fr Frame
		if err := json.Unmarshal(payload(it.wire), &fr); err != nil {
			t.Fatal(err)
		}
		what := fr.Type
		if fr.event() == "ack" {
			what = "ack"
		}
		list = append(list, fmt.Sprint(what, " ", fr.seq()))
	}
	return strings.Join(list, ", ")
}

func TestAcknowledgementStandsWhereItsTextStands(t *testing.T) {
	dup := ackOf(2)
	dup.duplicate = true
	for name, c := range map[string]struct {
		echo bool
		do   func(f *follower)
		want string
	}{
		"the text comes first": {false, func(f *follower) {
			f.begin()
			f.feed(2, saidFrame(2, 1, "me"))
			f.feed(3, saidFrame(3, 2, "agent"))
			f.said(ackOf(2), 0)
		}, "ack 2, response 3"},
		"the receipt comes first": {false, func(f *follower) {
			f.begin()
			f.said(ackOf(2), 0)
			f.feed(2, saidFrame(2, 1, "me"))
			f.feed(3, saidFrame(3, 2, "agent"))
		}, "ack 2, response 3"},
		"others speak before and after": {false, func(f *follower) {
			f.begin()
			f.feed(2, saidFrame(2, 1, "other"))
			f.feed(3, saidFrame(3, 2, "me"))
			f.feed(4, saidFrame(4, 3, "other"))
			f.said(ackOf(3), 0)
		}, "text 2, ack 3, text 4"},
		"with echo": {true, func(f *follower) {
			f.begin()
			f.feed(2, saidFrame(2, 1, "me"))
			f.feed(3, saidFrame(3, 2, "agent"))
			f.said(ackOf(2), 0)
		}, "text 2, ack 2, response 3"},
		"duplicate": {false, func(f *follower) {
			f.begin()
			f.feed(2, saidFrame(2, 1, "me"))
			f.feed(3, saidFrame(3, 2, "agent"))
			f.said(dup, 0)
		}, "text 2, ack 2, response 3"},
		"of an event that is not shown": {false, func(f *follower) {
			f.begin()
			f.said(ackOf(2), 0)
			f.feed(2, nil)
			f.feed(4, saidFrame(4, 1, "agent"))
		}, "ack 2, response 4"},
		"of an event that is long past": {false, func(f *follower) {
			f.feed(4, saidFrame(4, 1, "agent"))
			f.begin()
			f.said(ackOf(3), 7)
		}, "ack 3, response 4"},
	} {
		t.Run(name, func(t *testing.T) {
			f := deaf(c.echo)
			c.do(f)
			if got := drainLine(t, f); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if f.size != 0 {
				t.Errorf("%d bytes are left in an empty queue", f.size)
			}
		})
	}
}

func TestCloseWaitsForTheAcknowledgement(t *testing.T) {
	for _, echo := range []bool{false, true} {
		f := deaf(echo)
		f.begin()
		f.feed(2, saidFrame(2, 1, "me"))
		f.feed(3, saidFrame(3, 2, "agent"))
		f.shut(closeNormal, "")
		if got := drainLine(t, f); got != "" {
			t.Errorf("%s left before the acknowledgement", got)
		}
		f.said(ackOf(2), 3)
		want := "ack 2, response 3, close"
		if echo {
			want = "text 2, " + want
		}
		if got := drainLine(t, f); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f := deaf(false)
	f.begin()
	f.shut(closeGeneric, "over")
	f.said(ackOf(2), 0)
	if got := drainLine(t, f); got != "ack 2, close" {
		t.Errorf("got %s, want the acknowledgement and the close", got)
	}
	f = deaf(false)
	f.begin()
	f.said(ackOf(2), 0)
	f.shut(closeDraining, "over")
	if got := drainLine(t, f); got != "ack 2, close" {
		t.Errorf("got %s, want the acknowledgement and the close", got)
	}
}

func TestALargeFrameCountsAQuarter(t *testing.T) {
	f := deaf(false)
	f.bytes = 1000
	big := saidFrame(1, 0, strings.Repeat("x", 5000))
	f.feed(1, big)
	f.feed(2, saidFrame(2, 1, "agent"))
	if f.code != 0 {
		t.Errorf("cut off by one large frame: %d", f.code)
	}
	for seq := range uint64(10) {
		f.feed(seq+3, saidFrame(seq+3, seq+2, strings.Repeat("y", 5000)))
	}
	if f.code != closeSlow {
		t.Error("ten large frames fit into the queue")
	}
}

func TestNoTextLeavesWhileAnOwnOneIsOnItsWay(t *testing.T) {
	f := deaf(false)
	f.begin()
	f.feed(1, saidFrame(1, 0, "agent"))
	f.feed(2, saidFrame(2, 1, "me"))
	f.feed(3, saidFrame(3, 2, "agent"))
	if got := drainLine(t, f); got != "response 1" {
		t.Errorf("got %s, want response 1", got)
	}
	f.refuse()
	if got := drainLine(t, f); got != "text 2, response 3" {
		t.Errorf("got %s, want the rest", got)
	}
}

func TestQueueIsBounded(t *testing.T) {
	f := deaf(false)
	f.frames = 3
	for seq := range uint64(5) {
		f.feed(seq+1, saidFrame(seq+1, seq, "agent"))
	}
	if got := drainLine(t, f); f.code != closeSlow || got != "close" {
		t.Errorf("code %d, queue %s, want 1013 and the close alone", f.code, got)
	}
	g := deaf(false)
	g.frames = 3
	g.feed(1, saidFrame(1, 0, "agent"))
	g.feed(2, saidFrame(2, 1, "agent"))
	drainLine(t, g) // is being written, and counts until the next is taken
	g.feed(3, saidFrame(3, 2, "agent"))
	g.feed(4, saidFrame(4, 3, "agent"))
	if g.code != closeSlow {
		t.Error("what is being written does not count")
	}
	h := deaf(false)
	h.frames = 4
	for range 10 {
		h.sendDelta(wireText([]byte(`{}`)))
	}
	if len(h.items) != 2 || h.code != 0 {
		t.Errorf("%d deltas in a queue of 4, want half of it", len(h.items))
	}
}

func TestFeedIsInOrderAndOnce(t *testing.T) {
	f := deaf(false)
	for _, seq := range []uint64{1, 2, 2, 1, 5, 4, 6} {
		f.feed(seq, saidFrame(seq, seq-1, "agent"))
	}
	if got := drainLine(t, f); got != "response 1, response 2, response 5, response 6" {
		t.Errorf("got %s", got)
	}
}

func TestOneEncodingForAllOfALevel(t *testing.T) {
	same := &shown{seq: 3, prev: [levels]uint64{2, 2}, body: []byte(`{"metadata":{"seq":3}}`)}
	if a, b := same.wire(0), same.wire(1); &a[0] != &b[0] {
		t.Error("two encodings though prev is the same")
	}
	differ := &shown{seq: 3, prev: [levels]uint64{1, 2}, body: []byte(`{"metadata":{"seq":3}}`)}
	if a, b := string(payload(differ.wire(0))), string(payload(differ.wire(1))); a != `{"metadata":{"seq":3,"prev":1}}` || b != `{"metadata":{"seq":3,"prev":2}}` {
		t.Errorf("got %s and %s", a, b)
	}
	if a, b := differ.wire(0), differ.wire(0); &a[0] != &b[0] {
		t.Error("encoded twice")
	}
}

func TestWireSizes(t *testing.T) {
	for _, n := range []int{2, 125, 126, 65535, 65536, 1 << 20} {
		text := []byte(strings.Repeat("x", n))
		if got := payload(wireText(text)); len(got) != n {
			t.Errorf("%d bytes came out as %d", n, len(got))
		}
	}
	if got := closeMessage(4000, strings.Repeat("é", 200)); len(got) > 127 || !utf8.Valid(got[4:]) {
		t.Errorf("a close of %d bytes", len(got))
	}
}

func TestStampsNeverRepeat(t *testing.T) {
	var c clock
	last := ""
	for range 10000 {
		s := c.stamp()
		if s <= last {
			t.Fatalf("%s after %s", s, last)
		}
		last = s
	}
}

// Each type of event that is shown has a frame with what every frame has.
func TestEveryShownEventHasItsFrame(t *testing.T) {
	rec := &record{owner: ann, agents: []*agentRecord{{id: "one_1", key: "one", provider: "p", model: "m"}}}
	p := projector{rec: rec}
	reason := &engine.Reason{Stop: "stop.x", Text: "because"}
	for i, d := range []engine.Data{
		&engine.Started{}, &engine.Paused{By: "user_ann"}, &engine.Paused{Reason: reason}, &engine.Resumed{By: "user_ann"},
		&engine.Finalizing{Outcome: engine.Exhausted, Reason: *reason}, &engine.Ended{Outcome: engine.Achieved, Reason: *reason},
		&engine.CooledDown{}, &engine.Recovered{}, &engine.TurnStarted{}, &engine.TurnFinished{}, &engine.TurnFailed{Kind: "cut"},
		&engine.ToolRequested{Tool: "t", CallID: "c", Arguments: json.RawMessage(`{"a":1}`)}, &engine.ToolFinished{Tool: "t"}, &engine.ToolFailed{Tool: "t"},
		&engine.ModelRetried{}, &engine.ModelFellBack{From: "a", To: "b"}, &engine.StopFired{Action: "end", Reason: *reason},
		&engine.Said{Sender: "one", Role: "assistant", Content: "x", Simulated: true}, &engine.Said{Sender: "user", Role: "user", Content: "x", Metadata: map[string]any{"prev": "mine", "seq": "mine"}},
		&engine.Said{Role: "system", Content: "x"},
	} {
		e := engine.Event{Seq: uint64(i + 1), Time: time.Unix(int64(i), 0), Agent: "one", Turn: 1, Data: d}
		sh := p.next(&e, true)
		if sh == nil {
			t.Errorf("%T is not shown", d)
			continue
		}
		var f Frame
		if err := json.Unmarshal(sh.json(0), &f); err != nil {
			t.Errorf("%T: %v: %s", d, err, sh.json(0))
			continue
		}
		if f.Type == "" || f.Timestamp == "" || f.seq() != uint64(i+1) || f.Metadata["role"] == nil {
			t.Errorf("%T: %+v", d, f)
		}
		if n := strings.Count(string(sh.json(0)), `"prev":`); n != 1 {
			t.Errorf("%T has prev %d times: %s", d, n, sh.json(0))
		}
	}
	broken := engine.Event{Seq: 99, Agent: "one", Data: &engine.ToolRequested{Tool: "t", Arguments: json.RawMessage(`{`)}}
	if sh := p.next(&broken, true); !json.Valid(sh.json(1)) {
		t.Errorf("broken arguments make a broken frame: %s", sh.json(1))
	}
}

func FuzzDecodeFrame(f *testing.F) {
	for _, seed := range []string{
		`{"type":"text","content":"hi","metadata":{"client_id":"a","x":[1]}}`, `{"type":"ping","content":7}`, `{"type":"stop"}`,
		`{"type":"system","metadata":{"command":"pause"}}`, `{"type":"text","content":"x","sender":"user_ann","receiver":"a"}`, `{`, `null`, `[]`, `{"type":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, problem := decodeFrame(data)
		switch {
		case problem != nil:
			if problem.code != "INVALID_MESSAGE" || problem.text == "" {
				t.Errorf("%q: %+v", data, problem)
			}
		case in == nil:
			t.Errorf("%q: neither a frame nor a problem", data)
		case in.kind == frameText && in.content == "":
			t.Errorf("%q: a text without content", data)
		case in.kind != frameText && in.kind != framePing && in.kind != frameStop && in.kind != frameSystem:
			t.Errorf("%q: type %q", data, in.kind)
		}
	})
}

package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// duoHCL is a short talk of two agents that waits for a person to begin it.
const duoHCL = `
provider "scripted" "fast" {
  reply {
    content = "hello from one"
    usage {
      input_tokens  = 7
      output_tokens = 3
    }
  }
  reply { content = "hello from two" }
  reply { content = "again" }
  reply { content = "last" }
}
agent "one" {
  provider = provider.fast
}
agent "two" {
  provider = provider.fast
}
pattern "round_robin" "talk" {
  participants = [agent.one, agent.two]
  max_rounds   = 2
}
session "duo" {
  pattern = pattern.talk
  type    = "agent_agent"
}
`

// slowHCL is a chat whose agent thinks for a long time.
const slowHCL = `
provider "scripted" "slow" {
  reply {
    when    = "true"
    content = "at last, a long answer in several pieces"
    delay   = "%s"
  }
}
agent "thinker" {
  provider = provider.slow
}
pattern "chat" "talk" {
  participants = [agent.thinker]
}
session "slow" {
  pattern    = pattern.talk
  type       = "human_agent"
  open_ended = true
  on_busy    = "%s"
  lifetime   = "%s"
  limits {
    max_turns = 100
  }
}
`

func slow(tb testing.TB, delay, onBusy, lifetime string) func(*Config) {
	tb.Helper()
	return withScenario(tb, fmt.Sprintf(slowHCL, delay, onBusy, lifetime))
}

func TestConversation(t *testing.T) {
	ts := newTestServer(t, nil)
	id, out := ts.create(t, ann, chatBody)
	agent, _ := at(out, "agents", "primary", "agent_id").(string)
	c := ts.open(t, ann, id, "")
	if f := c.next(); f.Type != framePing {
		t.Errorf("first frame %+v, want a ping", f)
	}
	if f := c.next(); f.event() != "started" || f.Type != frameSystem || f.Metadata["prev"] != 0.0 {
		t.Errorf("got %+v, want a notice of the start that follows 0", f)
	}
	live := c.next()
	if live.event() != "live" || live.Metadata["head"] != float64(c.last) || live.Metadata["seq"] != nil {
		t.Errorf("got %+v, want live with the head %d and without a seq", live, c.last)
	}
	c.send(map[string]any{
		"type": "text", "content": "Hello!", "sender": "user_ann", "receiver": agent, "timestamp": "2020-01-01T00:00:00Z",
		"metadata": map[string]any{"client_id": "m1", "mood": "good"},
	})
	ack := c.next()
	if ack.Type != frameInfo || ack.event() != "ack" || ack.Metadata["client_id"] != "m1" || ack.seq() == 0 {
		t.Fatalf("got %+v, want an acknowledgement", ack)
	}
	if ack.Metadata["prev"] == nil {
		t.Error("the acknowledgement of an own text has no prev, but stands for it")
	}
	got := c.next()
	if got.Type != frameResponse || got.Sender != agent || got.Content == "" {
		t.Errorf("got %+v, want a response of %s", got, agent)
	}
	check(t, got.Metadata, "assistant", "role")
	check(t, got.Metadata, "scripted", "provider")
	check(t, got.Metadata, scriptedModel, "model")
	check(t, got.Metadata, 1, "turn")
	if in, _ := at(got.Metadata, "usage", "input_tokens").(float64); in <= 0 {
		t.Errorf("usage %v, want tokens", got.Metadata["usage"])
	}
	other := ts.open(t, ann, id, "")
	text := other.untilType(frameText)
	if text.Sender != "user_ann" || text.Receiver != agent || text.Content != "Hello!" || text.seq() != ack.seq() {
		t.Errorf("got %+v, want the text as it was sent", text)
	}
	check(t, text.Metadata, "user", "role")
	check(t, text.Metadata, "m1", "client_id")
	check(t, text.Metadata, "good", "mood")
	if text.Timestamp != ack.Timestamp {
		t.Errorf("the text is of %s, its acknowledgement of %s", text.Timestamp, ack.Timestamp)
	}
}

func TestTextReachesTheOtherSocketsOnly(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	a, b := ts.open(t, ann, id, ""), ts.open(t, ann, id, "")
	a.untilEvent("live")
	b.untilEvent("live")
	a.say("from a")
	if f := a.until("the response", func(f Frame) bool { return f.Type == frameResponse || f.Type == frameText }); f.Type == frameText {
		t.Errorf("the sender got its own text: %+v", f)
	}
	if f := b.untilType(frameText); f.Content != "from a" {
		t.Errorf("the other socket got %+v", f)
	}
	b.untilType(frameResponse)
	ts.as(t, ann, http.StatusAccepted, "POST", "/chat/sessions/"+id+"/messages", map[string]any{"content": "by rest"})
	for _, c := range []*socket{a, b} {
		if f := c.untilType(frameText); f.Content != "by rest" {
			t.Errorf("got %+v, want the text by REST", f)
		}
	}
}

func TestDuplicateTextIsAcceptedOnce(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	text := map[string]any{"type": "text", "content": "once", "metadata": map[string]any{"client_id": "x"}}
	a := ts.open(t, ann, id, "")
	a.untilEvent("live")
	a.send(text)
	first := a.untilEvent("ack")
	if first.Metadata["duplicate"] != nil {
		t.Errorf("the first is a duplicate: %+v", first)
	}
	a.send(text)
	second := a.untilEvent("ack")
	if second.Metadata["duplicate"] != true || second.seq() != first.seq() || second.Metadata["client_id"] != "x" {
		t.Errorf("got %+v, want the first acknowledgement %d again", second, first.seq())
	}
	_ = a.ws.Close()
	b := ts.open(t, ann, id, fmt.Sprintf("?after=%d", first.seq()-1))
	b.send(text)
	seen := 0
	ack := b.until("the acknowledgement", func(f Frame) bool {
		if f.Type == frameText {
			seen++
		}
		return f.event() == "ack"
	})
	if ack.seq() != first.seq() || seen != 1 {
		t.Errorf("ack %+v after %d texts, want %d after the text", ack, seen, first.seq())
	}
	ts.as(t, ann, http.StatusOK, "POST", "/chat/sessions/"+id+"/stop", nil)
	texts := 0
	for _, f := range b.wantClose(closeNormal) {
		if f.Type == frameText {
			texts++
		}
	}
	if texts != 0 {
		t.Errorf("the text was said %d times more", texts)
	}
}

func TestAgentsBeginWithTheFirstText(t *testing.T) {
	ts := newTestServer(t, withScenario(t, duoHCL))
	id, out := ts.create(t, ann, map[string]any{"template": "duo"})
	one, _ := at(out, "agents", "one", "agent_id").(string)
	two, _ := at(out, "agents", "two", "agent_id").(string)
	a, b := ts.open(t, ann, id, ""), ts.open(t, ann, id, "")
	if f := a.until("live", func(f Frame) bool { return f.event() == "live" || f.seq() > 0 }); f.event() != "live" {
		t.Fatalf("before the first text: %+v", f)
	}
	b.untilEvent("live")
	a.send(map[string]any{"type": "text", "content": "begin", "metadata": map[string]any{"client_id": "c"}})
	if f := b.untilType(frameText); f.Content != "begin" {
		t.Errorf("the other socket got %+v", f)
	}
	frames := a.wantClose(closeNormal)
	text := slices.IndexFunc(frames, func(f Frame) bool { return f.Type == frameText })
	ack := slices.IndexFunc(frames, func(f Frame) bool { return f.event() == "ack" })
	if text < 0 || ack < 0 || frames[ack].seq() != frames[text].seq() || frames[ack].Metadata["prev"] != nil {
		t.Fatalf("got %+v, want the text and its acknowledgement", frames)
	}
	var senders []string
	for _, f := range frames {
		if f.Type == frameResponse {
			senders = append(senders, f.Sender)
		}
	}
	if want := []string{one, two, one, two}; fmt.Sprint(senders) != fmt.Sprint(want) {
		t.Errorf("responses of %v, want %v", senders, want)
	}
	for _, f := range frames {
		if f.Content == "hello from one" {
			check(t, f.Metadata, 7, "usage", "input_tokens")
			check(t, f.Metadata, 3, "usage", "output_tokens")
			check(t, f.Metadata, "fast", "provider")
		}
	}
	stop := frames[len(frames)-1]
	if stop.Type != frameStop {
		t.Fatalf("the last frame is %+v, want stop", stop)
	}
	check(t, stop.Metadata, "achieved", "outcome")
	check(t, stop.Metadata, "pattern", "stop")
	if reason, _ := stop.Metadata["reason"].(string); reason == "" || stop.seq() == 0 {
		t.Errorf("stop %+v, want a reason and a seq", stop)
	}
}

func TestStoredTimestampsIncrease(t *testing.T) {
	ts := newTestServer(t, withScenario(t, duoHCL))
	id, _ := ts.create(t, ann, map[string]any{"template": "duo"})
	a := ts.open(t, ann, id, "?detail=turns")
	a.say("begin")
	last := ""
	for _, f := range a.wantClose(closeNormal) {
		if f.Metadata["prev"] == nil {
			continue
		}
		if f.Timestamp <= last || !strings.HasSuffix(f.Timestamp, "Z") || len(f.Timestamp) != len("2006-01-02T15:04:05.000000Z") {
			t.Errorf("timestamp %s after %s", f.Timestamp, last)
		}
		last = f.Timestamp
	}
}

func TestStopBySocket(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	a, b := ts.open(t, ann, id, ""), ts.open(t, ann, id, "")
	a.untilEvent("live")
	b.untilEvent("live")
	a.send(map[string]any{"type": "stop"})
	for _, c := range []*socket{a, b} {
		frames := c.wantClose(closeNormal)
		if len(frames) != 1 || frames[0].Type != frameStop {
			t.Fatalf("before the close: %+v, want one stop", frames)
		}
		check(t, frames[0].Metadata, "cancelled", "outcome")
		check(t, frames[0].Metadata, "person", "stop")
	}
	frames := ts.open(t, ann, id, "").wantClose(closeNormal)
	stops := 0
	for _, f := range frames {
		if f.event() == "live" {
			t.Error("live on a session that has ended")
		}
		if f.Type == frameStop {
			stops++
		}
	}
	if stops != 1 {
		t.Errorf("%d stop frames in the log, want 1", stops)
	}
	rest := ts.open(t, ann, id, fmt.Sprintf("?after=%d", frames[len(frames)-1].seq())).wantClose(closeNormal)
	if len(rest) != 1 || rest[0].Type != framePing {
		t.Errorf("after the end: %+v, want a ping alone", rest)
	}
}

func TestPauseAndResumeBySocket(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	a := ts.open(t, ann, id, "")
	a.untilEvent("live")
	command := func(c string) {
		a.send(map[string]any{"type": "system", "metadata": map[string]any{"command": c}})
	}
	command("pause")
	if f := a.next(); f.event() != "paused" || f.Type != frameSystem || f.Metadata["by"] != "user_ann" {
		t.Errorf("got %+v, want paused by user_ann", f)
	}
	command("pause") // is harmless
	a.say("wait for it")
	a.untilEvent("ack")
	if got := ts.as(t, ann, http.StatusOK, "GET", "/chat/sessions/"+id, nil)["status"]; got != "paused" {
		t.Errorf("status %v, want paused", got)
	}
	command("resume")
	if f := a.next(); f.event() != "resumed" {
		t.Errorf("got %+v, want resumed and no answer before", f)
	}
	a.untilType(frameResponse)
}

func TestBadFramesLeaveTheSocketOpen(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	a, b := ts.open(t, ann, id, ""), ts.open(t, ann, id, "")
	a.untilEvent("live")
	b.untilEvent("live")
	for text, code := range map[string]string{
		`{`: "INVALID_MESSAGE", `[]`: "INVALID_MESSAGE", `null`: "INVALID_MESSAGE", `{}`: "INVALID_MESSAGE", `7`: "INVALID_MESSAGE",
		`{"type":7}`: "INVALID_MESSAGE", `{"type":"response","content":"x"}`: "INVALID_MESSAGE",
		`{"type":"text"}`: "INVALID_MESSAGE", `{"type":"text","content":""}`: "INVALID_MESSAGE",
		`{"type":"text","content":{"a":1}}`:                                                         "INVALID_MESSAGE",
		`{"type":"text","content":"x","metadata":[]}`:                                               "INVALID_MESSAGE",
		`{"type":"text","content":"x","metadata":{"client_id":7}}`:                                  "INVALID_MESSAGE",
		`{"type":"text","content":"x","sender":"user_bob"}`:                                         "INVALID_SENDER",
		`{"type":"stop","sender":"user_bob"}`:                                                       "INVALID_SENDER",
		`{"type":"text","content":"x","receiver":"nobody"}`:                                         "INVALID_RECEIVER",
		`{"type":"text","content":"x","sender":[]}`:                                                 "INVALID_MESSAGE",
		`{"type":"system"}`:                                                                         "INVALID_MESSAGE",
		`{"type":"system","metadata":{"command":"explode"}}`:                                        "INVALID_MESSAGE",
		`{"type":"text","content":"x","metadata":{"client_id":""}}`:                                 "INVALID_MESSAGE",
		`{"type":"cooldown"}`:                                                                       "INVALID_MESSAGE",
		`{"type":"text","content":"x","metadata":{"client_id":"` + strings.Repeat("x", 300) + `"}}`: "INVALID_MESSAGE",
	} {
		if err := a.ws.WriteMessage(1, []byte(text)); err != nil {
			t.Fatal(err)
		}
		f := a.next()
		if f.Type != frameError || f.Metadata["code"] != code || f.Content == "" {
			t.Errorf("%s: got %+v, want error %s", text, f, code)
		}
	}
	if err := a.ws.WriteMessage(2, []byte(`{"type":"text","content":"x"}`)); err != nil {
		t.Fatal(err)
	}
	if f := a.next(); f.Metadata["code"] != "INVALID_MESSAGE" {
		t.Errorf("binary: got %+v", f)
	}
	a.say("fine")
	a.untilType(frameResponse)
	b.until("the text, and no error before", func(f Frame) bool {
		if f.Type == frameError {
			t.Errorf("another socket got %+v", f)
		}
		return f.Type == frameText
	})
}

func TestPingIsAnswered(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Limits = Limits{Message: 2} })
	a := ts.open(t, ann, ts.createChat(t, ann), "")
	a.untilEvent("live")
	for _, content := range []any{"", "x", nil, 7, map[string]any{"a": 1}} { // more than the limit of messages
		a.send(map[string]any{"type": "ping", "content": content})
		if f := a.next(); f.Type != frameInfo || f.event() != "pong" {
			t.Errorf("got %+v, want a pong", f)
		}
	}
}

func TestMessagesAreLimited(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Limits = Limits{Message: 2, Query: 1000, SessionQuery: 1000, SessionCreate: 1000} })
	id := ts.createChat(t, ann)
	a := ts.open(t, ann, id, "")
	a.untilEvent("live")
	for range 2 {
		a.say("within the limit")
		a.untilEvent("ack")
	}
	for range maxRefused {
		a.say("more")
	}
	acks, refused := 0, 0
	for _, f := range a.wantClose(closeRateLimited) {
		switch {
		case f.event() == "ack":
			acks++
		case f.Metadata["code"] == "RATE_LIMITED":
			refused++
			if after, _ := at(f.Metadata, "details", "retry_after").(float64); after < 1 && refused < maxRefused {
				t.Errorf("refused without retry_after: %+v", f)
			}
		}
	}
	if acks != 0 || refused != maxRefused {
		t.Errorf("%d more accepted and %d refused, want 0 and %d", acks, refused, maxRefused)
	}
	w, _ := ts.do(t, "POST", "/chat/sessions/"+id+"/messages", ts.token(t, ann), map[string]any{"content": "x"})
	if w.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a message by REST: %d, want 429 of the same bucket", w.StatusCode)
	}
}

func TestDeletedSessionClosesSockets(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	a := ts.open(t, ann, id, "")
	a.untilEvent("live")
	ts.as(t, ann, http.StatusNoContent, "DELETE", "/chat/sessions/"+id, nil)
	frames := a.wantClose(closeDeleted)
	if len(frames) != 1 || frames[0].Type != frameStop || frames[0].Metadata["outcome"] != "cancelled" {
		t.Errorf("before the close: %+v, want the stop", frames)
	}
	ts.open(t, ann, id, "").wantClose(closeNoSession)
	ts.open(t, bob, id, "").wantClose(closeNoSession)
}

func TestLifetimeEndsWithItsCode(t *testing.T) {
	ts := newTestServer(t, slow(t, "1ms", "enqueue", "300ms"))
	id, _ := ts.create(t, ann, map[string]any{"template": "slow"})
	frames := ts.open(t, ann, id, "").wantClose(closeDeleted)
	last := frames[len(frames)-1]
	if last.Type != frameStop || last.Metadata["outcome"] != "expired" || last.Metadata["stop"] != "lifetime" {
		t.Errorf("the last frame is %+v, want stop of an expired session", last)
	}
}

func TestBusyIsAnError(t *testing.T) {
	ts := newTestServer(t, slow(t, "5s", "reject", "1h"))
	id, _ := ts.create(t, ann, map[string]any{"template": "slow"})
	a := ts.open(t, ann, id, "")
	a.untilEvent("live")
	a.say("think")
	a.untilEvent("ack")
	a.say("hurry")
	if f := a.next(); f.Type != frameError || f.Metadata["code"] != "SESSION_BUSY" {
		t.Errorf("got %+v, want SESSION_BUSY", f)
	}
}

func TestEngineThatClosesTellsSockets(t *testing.T) {
	ts := newTestServer(t, nil)
	a := ts.open(t, ann, ts.createChat(t, ann), "")
	a.untilEvent("live")
	ts.engine.Close()
	a.wantClose(closeDraining)
}

func TestCooldownFrame(t *testing.T) {
	rec := &record{owner: ann, agents: []*agentRecord{{id: "one_1", key: "one"}}}
	p := projector{rec: rec}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	e := engine.Event{Seq: 9, Time: now, Agent: "one", Turn: 3, Data: &engine.CooledDown{Until: now.Add(1500 * time.Millisecond), Limit: "limits.tokens_per_minute"}}
	f := p.frame(&e)
	if f.Type != frameCooldown || f.Sender != "one_1" || !strings.Contains(f.Content, "tokens_per_minute") {
		t.Errorf("got %+v", f)
	}
	if f.Metadata["agent_id"] != "one_1" || f.Metadata["cooldown_remaining"] != 1.5 || f.Metadata["cooldown_until"] != "2026-01-02T03:04:06.500000Z" {
		t.Errorf("metadata %+v", f.Metadata)
	}
}

func TestVendorsWordsStayInside(t *testing.T) {
	rec := &record{owner: ann}
	p := projector{rec: rec}
	secret := "key sk-123 is wrong"
	for _, d := range []engine.Data{
		&engine.Ended{Outcome: engine.Failed, Reason: engine.Reason{Stop: "error", Text: secret, ErrorKind: "auth"}},
		&engine.Paused{Reason: &engine.Reason{Text: secret, ErrorKind: "auth"}},
		&engine.TurnFailed{Kind: "auth", Message: secret}, &engine.ToolFailed{Tool: "t", Error: secret},
		&engine.ModelRetried{Kind: "auth", Message: secret},
	} {
		e := engine.Event{Seq: 1, Data: d}
		if text := string(p.frame(&e).encode()); strings.Contains(text, "sk-123") {
			t.Errorf("%T shows the vendor's words: %s", d, text)
		}
	}
}

package server

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// eventsHCL is a talk in which a call is tried again, a provider is changed, a
// stop fires and a last turn is taken.
const eventsHCL = `
provider "scripted" "shaky" {
  retry {
    attempts    = 2
    min_backoff = "1ms"
    max_backoff = "2ms"
  }
  fail {
    kind = "overloaded"
    when = "true"
  }
}
provider "scripted" "sure" {
  reply { content = "one" }
  reply { content = "bye" }
}
agent "a" {
  models = [provider.shaky, provider.sure]
}
agent "b" {
  provider = provider.sure
}
pattern "round_robin" "talk" {
  participants = [agent.a, agent.b]
  max_rounds   = 9
}
stop "one" {
  when   = "last.content == 'one'"
  action = "finalize"
}
session "events" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  stop    = [stop.one]
  finalize {
    agent  = agent.b
    prompt = "Sum up."
  }
}
`

// What happens within turns comes over a real socket when it is asked for, and
// not otherwise; what everybody sees comes either way.
func TestDetailOfEveryKind(t *testing.T) {
	ts := newTestServer(t, withScenario(t, eventsHCL))
	id, created := ts.create(t, ann, map[string]any{"template": "events"})
	agent := agentID(created, "a")
	frames := ts.open(t, ann, id, "?detail=turns").wantClose(closeNormal)
	find := func(event string) Frame {
		t.Helper()
		for _, f := range frames {
			if f.event() == event {
				return f
			}
		}
		t.Fatalf("there is no %s in %+v", event, frames)
		return Frame{}
	}
	for event, want := range map[string]map[string]any{
		"turn_started":    {"agent_id": agent, "turn": 1.0},
		"model_retried":   {"agent_id": agent, "kind": "overloaded", "turn": 1.0},
		"model_fell_back": {"from": "shaky", "to": "sure"},
		"turn_finished":   {"agent_id": agent},
		"stop_fired":      {"stop": "stop.one", "action": "finalize", "outcome": "achieved"},
	} {
		f := find(event)
		if f.Type != frameInfo || f.seq() == 0 || f.Metadata["prev"] == nil {
			t.Errorf("%s: %+v, want an info with seq and prev", event, f)
		}
		for key, value := range want {
			check(t, f.Metadata, value, key)
		}
	}
	last := find("finalizing")
	if last.Type != frameSystem || last.Metadata["stop"] != "stop.one" || last.Metadata["outcome"] != "achieved" {
		t.Errorf("got %+v, want the notice of the last turn", last)
	}
	for _, f := range ts.open(t, ann, id, "").wantClose(closeNormal) {
		if f.Type == frameInfo {
			t.Errorf("without detail: %+v", f)
		}
		if f.event() == "finalizing" && f.seq() != last.seq() {
			t.Errorf("finalizing has the seq %d without detail and %d with it", f.seq(), last.seq())
		}
	}
}

// toolJournal tells of a call of a tool where its log has a change of provider,
// and of its end where the turn has ended.
type toolJournal struct {
	engine.Store
	on atomic.Bool
}

func (j *toolJournal) Read(ctx context.Context, session string, after uint64) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for e, err := range j.Store.Read(ctx, session, after) {
			if j.on.Load() {
				switch e.Data.(type) {
				case *engine.ModelFellBack:
					e.Data = &engine.ToolRequested{Tool: "search", CallID: "c1", Arguments: json.RawMessage(`{"q":"x"}`)}
				case *engine.TurnFinished:
					e.Data = &engine.ToolFailed{Tool: "search", CallID: "c1", Error: "the key sk-123 is wrong"}
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func TestToolsOverASocket(t *testing.T) {
	var j *toolJournal
	change := withScenario(t, eventsHCL)
	ts := newTestServer(t, func(c *Config) {
		change(c)
		j = &toolJournal{Store: c.Store}
		c.Store = j
	})
	id, created := ts.create(t, ann, map[string]any{"template": "events"})
	agent := agentID(created, "a")
	ts.open(t, ann, id, "").wantClose(closeNormal)
	j.on.Store(true)
	c := ts.open(t, ann, id, "?detail=turns")
	f := c.untilEvent("tool_called")
	if f.Type != frameInfo || f.Metadata["agent_id"] != agent || f.Metadata["tool"] != "search" || f.Metadata["call_id"] != "c1" || at(f.Metadata, "arguments", "q") != "x" {
		t.Errorf("got %+v, want the call of the tool", f)
	}
	if f = c.untilEvent("tool_failed"); f.Metadata["call_id"] != "c1" || strings.Contains(fmt.Sprint(f), "sk-123") {
		t.Errorf("got %+v, want the failure without what the tool said", f)
	}
	for _, f := range ts.open(t, ann, id, "").wantClose(closeNormal) {
		if strings.HasPrefix(f.event(), "tool_") {
			t.Errorf("without detail: %+v", f)
		}
	}
}

// coolHCL is a talk whose agent soon has used its tokens of the minute.
const coolHCL = `
provider "scripted" "p" {
  reply {
    content = "x"
    when    = "true"
    usage {
      input_tokens  = 50
      output_tokens = 50
    }
  }
}
agent "a" {
  provider = provider.p
  limits {
    tokens_per_minute = 150
  }
}
pattern "round_robin" "talk" {
  participants = [agent.a]
  max_turns    = 9
}
session "cool" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
}
`

// A cooldown is told on the socket, and by the agent's status.
func TestCooldownOverASocket(t *testing.T) {
	ts := newTestServer(t, withScenario(t, coolHCL))
	id, created := ts.create(t, ann, map[string]any{"template": "cool"})
	agent := agentID(created, "a")
	f := ts.open(t, ann, id, "").untilType(frameCooldown)
	left, _ := f.Metadata["cooldown_remaining"].(float64)
	until, err := time.Parse(time.RFC3339Nano, fmt.Sprint(f.Metadata["cooldown_until"]))
	if f.Metadata["agent_id"] != agent || f.seq() == 0 || left <= 0 || left > 60 || err != nil || time.Until(until) <= 0 {
		t.Errorf("got %+v, want the agent with the seconds left and until when: %v", f, err)
	}
	status := ts.as(t, ann, http.StatusOK, "GET", "/agents/status/"+agent, nil)
	check(t, status, "cooldown", "status")
	check(t, status, f.Metadata["cooldown_until"], "metadata", "cooldown_until")
	list := ts.as(t, ann, http.StatusOK, "GET", "/agents/list?status=cooldown", nil)
	check(t, list, 1, "total_count")
	ts.as(t, ann, http.StatusOK, "POST", "/chat/sessions/"+id+"/stop", nil)
}

// Who is disabled loses sockets and streams at once, not at the next ping, and
// the token is refused from then on, until it is enabled again.
func TestDisabledIsDisconnectedAtOnce(t *testing.T) {
	ts := newTestServer(t, nil) // pings come every 30 s
	id := ts.createChat(t, ann)
	token := ts.token(t, ann)
	socket, stream := ts.open(t, ann, id, ""), ts.events(t, ann, id, "")
	socket.untilEvent("live")
	other := ts.open(t, bob, ts.createChat(t, bob), "")
	other.untilEvent("live")
	began := time.Now()
	if err := ts.users.Disable(ann); err != nil {
		t.Fatal(err)
	}
	frames := socket.wantClose(closeAuth)
	if n := len(frames); n == 0 || frames[n-1].Metadata["code"] != "AUTHENTICATION_FAILED" {
		t.Errorf("before the close: %+v, want an error", frames)
	}
	for ok := true; ok; {
		_, _, ok = stream.next()
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	ts.dial(t, "/ws/"+id, token).wantClose(closeAuth)
	w, body := ts.do(t, "GET", "/chat/sessions/"+id, token, nil)
	isError(t, "with the token", w, body, http.StatusUnauthorized, "INVALID_TOKEN")
	other.send(map[string]any{"type": "ping"})
	other.untilEvent("pong")
	if err := ts.users.Enable(ann); err != nil {
		t.Fatal(err)
	}
	ts.as(t, ann, http.StatusOK, "GET", "/chat/sessions/"+id, nil)
}

// A token that runs out closes its socket when it says, by the clock.
func TestTokenRunsOutWhileConnected(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.WS.PingInterval = 100 * time.Millisecond
		var err error
		if c.Tokens, err = OpenTokens(TokenConfig{Secret: []byte(testSecret), TTL: 2 * time.Second}); err != nil {
			t.Fatal(err)
		}
	})
	c := ts.open(t, ann, ts.createChat(t, ann), "")
	c.untilEvent("live")
	frames := c.wantClose(closeAuth)
	if n := len(frames); n == 0 || frames[n-1].Metadata["code"] != "AUTHENTICATION_FAILED" {
		t.Errorf("before the close: %+v, want an error", frames)
	}
	if w, _ := ts.do(t, "GET", "/chat/sessions", ts.token(t, ann), nil); w.StatusCode != http.StatusUnauthorized || w.Header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("the token by REST: got %d, WWW-Authenticate %q", w.StatusCode, w.Header.Get("WWW-Authenticate"))
	}
}

// There are bounds for connections of all, of a user and of an address; over
// them the upgrade is refused with 429, and a place that is given back is free.
func TestConnectionCaps(t *testing.T) {
	for name, most := range map[string]caps{
		"all": {all: 2, user: 100, address: 100}, "user": {all: 100, user: 2, address: 100}, "address": {all: 100, user: 100, address: 2},
	} {
		t.Run(name, func(t *testing.T) {
			ts := newTestServer(t, nil)
			ts.sockets.caps = most
			id, his := ts.createChat(t, ann), ts.createChat(t, bob)
			one := ts.open(t, ann, id, "")
			ts.open(t, ann, id, "")
			dial := func(name, session string) int {
				c, err := ts.tryDial(t, "/ws/"+session, http.Header{"Authorization": {"Bearer " + ts.token(t, name)}})
				_ = c.resp.Body.Close()
				if err != nil && c.resp.Header.Get("Retry-After") == "" {
					t.Errorf("refused without Retry-After")
				}
				if err == nil {
					_ = c.ws.Close()
				}
				return c.resp.StatusCode
			}
			if got := dial(ann, id); got != http.StatusTooManyRequests {
				t.Errorf("the third: got %d, want 429", got)
			}
			if w, _ := ts.do(t, "GET", "/chat/sessions/"+id+"/events", ts.token(t, ann), nil); w.StatusCode != http.StatusTooManyRequests {
				t.Errorf("a stream: got %d, want 429", w.StatusCode)
			}
			want := map[bool]int{true: http.StatusSwitchingProtocols, false: http.StatusTooManyRequests}[name == "user"]
			if got := dial(bob, his); got != want {
				t.Errorf("somebody else: got %d, want %d", got, want)
			}
			_ = one.ws.Close()
			eventually(t, "the place is free", func() bool { return dial(ann, id) == http.StatusSwitchingProtocols })
		})
	}
}

// Refused upgrades carry the headers of limits, as other answers do.
func TestHeadersOfARefusedUpgrade(t *testing.T) {
	ts := newTestServer(t, limited(Limits{Query: 2}))
	for i := range 3 {
		c, err := ts.tryDial(t, "/ws/session_x", nil)
		if i < 2 {
			if err != nil {
				t.Fatal(err)
			}
			if h := c.resp.Header; h.Get("RateLimit-Limit") != "2" || h.Get("RateLimit-Remaining") != fmt.Sprint(1-i) || h.Get("X-Request-ID") == "" {
				t.Errorf("upgrade %d has the headers %v", i, h)
			}
			c.wantClose(closeAuth)
			continue
		}
		if err == nil {
			t.Fatal("the third stranger was not refused")
		}
		_ = c.resp.Body.Close()
		h := c.resp.Header
		if c.resp.StatusCode != http.StatusTooManyRequests || h.Get("RateLimit-Limit") != "2" || h.Get("RateLimit-Remaining") != "0" ||
			h.Get("RateLimit-Reset") == "" || h.Get("Retry-After") == "" {
			t.Errorf("got %d with %v", c.resp.StatusCode, h)
		}
	}
}

// Messages by REST and over sockets are one quota of a user, and pings none.
func TestMessageLimitIsShared(t *testing.T) {
	ts := newTestServer(t, limited(Limits{Message: 4, SessionCreate: 100}))
	one, two := ts.createChat(t, ann), ts.createChat(t, ann)
	a, b := ts.open(t, ann, one, ""), ts.open(t, ann, two, "")
	a.untilEvent("live")
	b.untilEvent("live")
	for range 10 {
		a.send(map[string]any{"type": "ping"})
		a.untilEvent("pong")
	}
	a.say("1")
	a.untilEvent("ack")
	b.say("2")
	b.untilEvent("ack")
	for i := range 2 {
		w, _ := ts.do(t, "POST", "/chat/sessions/"+one+"/messages", ts.token(t, ann), `{"content":"3"}`)
		hasQuota(t, "a message by REST", w, 4, 1-i)
		if w.StatusCode != http.StatusAccepted {
			t.Errorf("got %d, want 202", w.StatusCode)
		}
	}
	w, body := ts.do(t, "POST", "/chat/sessions/"+two+"/messages", ts.token(t, ann), `{"content":"5"}`)
	isError(t, "over it, by REST", w, body, http.StatusTooManyRequests, "RATE_LIMITED")
	hasQuota(t, "over it, by REST", w, 4, 0)
	b.say("6")
	f := b.until("the refusal", func(f Frame) bool { return f.Metadata["code"] == "RATE_LIMITED" })
	if after, _ := at(f.Metadata, "details", "retry_after").(float64); after < 1 || after > 15 {
		t.Errorf("retry after %v s, want 1 to 15", after)
	}
	ts.as(t, bob, http.StatusAccepted, "POST", "/chat/sessions/"+ts.createChat(t, bob)+"/messages", `{"content":"his"}`)
}

// Operations on agents have a quota of their own, whichever they are, and it is
// told on good answers.
func TestAgentLimitIsOneClass(t *testing.T) {
	ts := newTestServer(t, limited(Limits{SessionCreate: 100}))
	id := ts.register(t, ann, "one")
	for i, path := range []string{"/agents/list", "/agents/status/" + id, "/agents/" + id + "/capabilities", "/api/agents/list"} {
		w, _ := ts.do(t, "GET", path, ts.token(t, ann), nil)
		hasQuota(t, path, w, 20, 18-i)
	}
	w, _ := ts.do(t, "GET", "/chat/sessions", ts.token(t, ann), nil)
	hasQuota(t, "another class", w, 60, 59)
}

// The frame that is too large, and the text that is none, each have their code;
// a close of the client's is answered.
func TestCodesOfCloses(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	large := ts.open(t, ann, id, "")
	large.untilEvent("live")
	_ = large.ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"text","content":"`+strings.Repeat("x", 256<<10)+`"}`))
	large.wantClose(websocket.CloseMessageTooBig)
	fits := ts.open(t, ann, id, "")
	fits.untilEvent("live")
	fits.say(strings.Repeat("x", 255<<10))
	fits.untilEvent("ack")
	broken := ts.open(t, ann, id, "")
	broken.untilEvent("live")
	_ = broken.ws.WriteMessage(websocket.TextMessage, []byte("{\"type\":\"text\",\"content\":\"\xff\"}"))
	broken.wantClose(websocket.CloseInvalidFramePayloadData)
	bye := ts.open(t, ann, id, "")
	bye.untilEvent("live")
	_ = bye.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	bye.wantClose(websocket.CloseNormalClosure)
	ts.open(t, ann, id, "?detail=everything").wantClose(closeGeneric)
	ts.open(t, ann, id, "?after=yesterday").wantClose(closeGeneric)
	ts.open(t, ann, "session_none", "").wantClose(closeNoSession)
	ts.open(t, bob, id, "").wantClose(closeNoSession)
	ts.dial(t, "/ws/"+id, "").wantClose(closeAuth)
}

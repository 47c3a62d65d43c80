package server

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// tell lets an agent write to another.
func (ts *testServer) tell(tb testing.TB, name, from, to, text string) map[string]any {
	tb.Helper()
	return ts.as(tb, name, 200, "POST", "/agents/"+from+"/message", map[string]any{"receiver_id": to, "content": text, "message_type": "text"})
}

// frames are what a session shows, by type.
func (ts *testServer) frames(tb testing.TB, name, session, kind string) []map[string]any {
	tb.Helper()
	var list []map[string]any
	all, _ := ts.as(tb, name, 200, "GET", "/chat/sessions/"+session+"/messages", nil)["messages"].([]any)
	for _, f := range all {
		if f := f.(map[string]any); f["type"] == kind {
			list = append(list, f)
		}
	}
	return list
}

// Both in one session: the message enters that session.
func TestMessageWithinASession(t *testing.T) {
	ts := newTestServer(t, nil)
	id, created := ts.create(t, ann, duoBody)
	zeta, alpha := agentID(created, "zeta"), agentID(created, "alpha")
	sent := ts.tell(t, ann, zeta, alpha, "what do you think?")
	check(t, sent, "sent", "status")
	check(t, sent, id, "session_id")
	check(t, sent, zeta, "sender")
	check(t, sent, alpha, "receiver")
	timeIn(t, sent["timestamp"])
	if mid, _ := sent["message_id"].(string); !strings.HasPrefix(mid, id+".") {
		t.Errorf("message_id: got %q", mid)
	}
	texts := ts.frames(t, ann, id, frameText)
	if len(texts) != 1 {
		t.Fatalf("got %v", texts)
	}
	check(t, texts[0], zeta, "sender")
	check(t, texts[0], alpha, "receiver")
	check(t, texts[0], "what do you think?", "content")
	check(t, texts[0], sent["timestamp"], "timestamp")
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 1, "total_count")
}

// Otherwise a direct session of the two is opened, and used again.
func TestDirectMessage(t *testing.T) {
	ts := newTestServer(t, nil)
	one, two := ts.register(t, ann, "One"), ts.register(t, ann, "Two")
	first := ts.tell(t, ann, one, two, "are you there?")
	id, _ := first["session_id"].(string)
	session := ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
	check(t, session, "direct", "template")
	check(t, session, "agent_agent", "session_type")
	check(t, session, one, "agents", "one", "agent_id")
	check(t, session, two, "agents", "two", "agent_id")
	eventually(t, "the receiver answers", func() bool { return len(ts.frames(t, ann, id, frameResponse)) == 1 })
	answer := ts.frames(t, ann, id, frameResponse)[0]
	check(t, answer, two, "sender")

	// The other way round it is the same talk.
	check(t, ts.tell(t, ann, two, one, "and you?"), id, "session_id")
	eventually(t, "the other answers", func() bool { return len(ts.frames(t, ann, id, frameResponse)) == 2 })
	check(t, ts.frames(t, ann, id, frameResponse)[1], one, "sender")
	status := ts.as(t, ann, 200, "GET", "/agents/status/"+one, nil)
	check(t, status, 1, "metadata", "active_conversations")
	check(t, status, 2, "message_count") // what it asked and what it answered
	// It can be watched.
	c := ts.open(t, ann, id, "")
	if f := c.untilType(frameResponse); f.Sender != two {
		t.Errorf("on the socket: got an answer of %s, want %s", f.Sender, two)
	}
	// It is there for its owner only.
	ts.as(t, bob, 403, "GET", "/chat/sessions/"+id, nil)

	// stop ends it; the next message opens another.
	stopped := ts.as(t, ann, 200, "POST", "/agents/"+one+"/message", map[string]any{"receiver_id": two, "message_type": "stop"})
	check(t, stopped, "stopped", "status")
	check(t, stopped, id, "session_id")
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil), "cancelled", "outcome")
	check(t, ts.as(t, ann, 409, "POST", "/agents/"+one+"/message", map[string]any{"receiver_id": two, "message_type": "stop"}), "SESSION_ENDED", "code")
	if again := ts.tell(t, ann, one, two, "once more")["session_id"]; again == id {
		t.Error("the message went into a talk that had ended")
	}
	// With an agent its talks go.
	ts.as(t, ann, 200, "DELETE", "/agents/"+two, nil)
	ts.as(t, ann, 404, "POST", "/agents/"+one+"/message", map[string]any{"receiver_id": two, "content": "x", "message_type": "text"})
	check(t, ts.as(t, ann, 200, "GET", "/agents/status/"+one, nil), 0, "metadata", "active_conversations")
}

// Agents of different sessions, whose scenarios have providers of their own
// and even the same names, talk too; deleting the talk leaves them alone.
func TestDirectMessageOfSessionAgents(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Templates = []Scenario{testScenario(t, twinHCL("left", "I am the left one")), testScenario(t, twinHCL("right", "I am the right one"))}
		c.Sessions.MaxPerUser = 2
	})
	_, left := ts.create(t, ann, `{"template":"left"}`)
	_, right := ts.create(t, ann, `{"template":"right"}`)
	a, b := agentID(left, "twin"), agentID(right, "twin")
	id, _ := ts.tell(t, ann, a, b, "who are you?")["session_id"].(string) // beyond the cap
	eventually(t, "an answer", func() bool { return len(ts.frames(t, ann, id, frameResponse)) == 1 })
	answer := ts.frames(t, ann, id, frameResponse)[0]
	check(t, answer, b, "sender")
	check(t, answer, "I am the right one", "content")
	check(t, answer, "own", "metadata", "provider")
	check(t, ts.as(t, ann, 200, "GET", "/agents/status/"+a, nil), 2, "metadata", "active_conversations")
	ts.as(t, ann, 204, "DELETE", "/chat/sessions/"+id, nil)
	check(t, ts.as(t, ann, 200, "GET", "/agents/status/"+a, nil), 1, "metadata", "active_conversations")
	if again := ts.tell(t, ann, b, a, "and you?")["session_id"]; again == id {
		t.Error("the message went into a talk that was deleted")
	}
}

func twinHCL(name, answer string) string {
	return fmt.Sprintf(`
provider "scripted" "own" {
  reply {
    content = %q
    when    = "true"
  }
}
agent "twin" { provider = provider.own }
session %q {
  agent      = agent.twin
  open_ended = true
}
`, answer, name)
}

// structured_data is shown to the model as JSON.
func TestStructuredData(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Templates = []Scenario{testScenario(t, `
provider "scripted" "reader" {
  reply {
    content = "I see it"
    when    = "input contains 'lucky' && input contains '[7,{'"
  }
}
agent "reader" { provider = provider.reader }
session "reading" {
  agent      = agent.reader
  open_ended = true
}`)}
	})
	_, created := ts.create(t, ann, `{"template":"reading"}`)
	reader, one := agentID(created, "reader"), ts.register(t, ann, "one")
	sent := ts.as(t, ann, 200, "POST", "/agents/"+one+"/message",
		`{"receiver_id":"`+reader+`","message_type":"response","structured_data":{"lucky":[7,{"x":null}]},"metadata":{"k":"v"}}`)
	id, _ := sent["session_id"].(string)
	eventually(t, "an answer", func() bool { return len(ts.frames(t, ann, id, frameResponse)) == 1 })
	check(t, ts.frames(t, ann, id, frameResponse)[0], "I see it", "content")
	said := ts.frames(t, ann, id, frameText)[0]
	check(t, said, "v", "metadata", "k")
	check(t, said, "response", "metadata", "message_type")
	check(t, said, map[string]any{"lucky": []any{7.0, map[string]any{"x": nil}}}, "metadata", "structured_data")
}

// A repeat with the same client_id is accepted once.
func TestAgentMessageRepeated(t *testing.T) {
	ts := newTestServer(t, nil)
	one, two := ts.register(t, ann, "one"), ts.register(t, ann, "two")
	body := map[string]any{"receiver_id": two, "content": "x", "message_type": "text", "metadata": map[string]any{"client_id": "c1"}}
	first := ts.as(t, ann, 200, "POST", "/agents/"+one+"/message", body)
	again := ts.as(t, ann, 200, "POST", "/agents/"+one+"/message", body)
	check(t, again, first["message_id"], "message_id")
	check(t, again, first["timestamp"], "timestamp")
}

// A person may write to an agent of a session by the person's own id.
func TestMessageOfAPerson(t *testing.T) {
	ts := newTestServer(t, nil)
	id, created := ts.create(t, ann, chatBody)
	sent := ts.tell(t, ann, "user_ann", agentID(created, "primary"), "hello")
	check(t, sent, id, "session_id")
	check(t, sent, "user_ann", "sender")
	check(t, ts.frames(t, ann, id, frameText)[0], "user_ann", "sender")
	ts.as(t, ann, 422, "POST", "/agents/user_ann/message", map[string]any{"receiver_id": ts.register(t, ann, "one"), "content": "x", "message_type": "text"})
	ts.as(t, bob, 403, "POST", "/agents/user_ann/message", map[string]any{"receiver_id": agentID(created, "primary"), "content": "x", "message_type": "text"})
}

func TestAgentMessageRefusals(t *testing.T) {
	ts := newTestServer(t, nil)
	one, two := ts.register(t, ann, "one"), ts.register(t, ann, "two")
	session, created := ts.create(t, ann, duoBody)
	for name, tt := range map[string]struct {
		from, body string
		want       int
		loc        []any
	}{
		"no JSON":       {one, `{"receiver_id":`, 400, nil},
		"no receiver":   {one, `{"content":"x","message_type":"text"}`, 422, []any{"body", "receiver_id"}},
		"no type":       {one, `{"content":"x","receiver_id":"` + two + `"}`, 422, []any{"body", "message_type"}},
		"unknown type":  {one, `{"content":"x","message_type":"shout","receiver_id":"` + two + `"}`, 422, []any{"body", "message_type"}},
		"ping":          {one, `{"content":"x","message_type":"ping","receiver_id":"` + two + `"}`, 422, []any{"body", "message_type"}},
		"system":        {one, `{"content":"x","message_type":"system","receiver_id":"` + two + `"}`, 422, []any{"body", "message_type"}},
		"no content":    {one, `{"message_type":"text","receiver_id":"` + two + `"}`, 422, []any{"body", "content"}},
		"nothing":       {one, `{"message_type":"info","receiver_id":"` + two + `"}`, 422, []any{"body", "content"}},
		"content":       {one, `{"content":7,"message_type":"text","receiver_id":"` + two + `"}`, 422, []any{"body", "content"}},
		"itself":        {one, `{"content":"x","message_type":"text","receiver_id":"` + one + `"}`, 422, []any{"body", "receiver_id"}},
		"a person":      {one, `{"content":"x","message_type":"text","receiver_id":"user_ann"}`, 422, []any{"body", "receiver_id"}},
		"unknown":       {one, `{"content":"x","message_type":"text","receiver_id":"x"}`, 404, nil},
		"a user":        {one, `{"content":"x","message_type":"text","receiver_id":"user_bob"}`, 403, nil},
		"no sender":     {"x", `{"content":"x","message_type":"text","receiver_id":"` + two + `"}`, 404, nil},
		"long":          {one, `{"content":"` + strings.Repeat("x", maxContent+1) + `","message_type":"text","receiver_id":"` + two + `"}`, 422, []any{"body", "content"}},
		"long together": {one, `{"content":"` + strings.Repeat("x", maxContent-2) + `","structured_data":[1],"message_type":"text","receiver_id":"` + two + `"}`, 422, []any{"body", "content"}},
		"huge":          {one, `{"content":"` + strings.Repeat("x", maxBody) + `"}`, 413, nil},
	} {
		got := ts.as(t, ann, tt.want, "POST", "/agents/"+tt.from+"/message", tt.body)
		if tt.loc != nil && !equalJSON(at(got, "errors", 0, "loc"), tt.loc) {
			t.Errorf("%s: got %v, want %v", name, at(got, "errors", 0, "loc"), tt.loc)
		}
	}
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+session+"/stop", nil)
	over := ts.as(t, ann, 409, "POST", "/agents/"+agentID(created, "zeta")+"/message",
		map[string]any{"receiver_id": agentID(created, "alpha"), "content": "x", "message_type": "text"})
	check(t, over, "SESSION_ENDED", "code")
}

// Who writes at the same time writes into the same talk.
func TestDirectMessagesConcurrently(t *testing.T) {
	ts := newTestServer(t, nil)
	one, two := ts.register(t, ann, "one"), ts.register(t, ann, "two")
	token := ts.token(t, ann)
	var wg sync.WaitGroup
	var mu sync.Mutex
	sessions := map[any]bool{}
	for i := range 16 {
		wg.Go(func() {
			from, to := one, two
			if i%2 == 1 {
				from, to = two, one
			}
			w, got := ts.do(t, "POST", "/agents/"+from+"/message", token, map[string]any{"receiver_id": to, "content": "x", "message_type": "text"})
			mu.Lock()
			defer mu.Unlock()
			if sessions[got["session_id"]] = true; w.StatusCode != http.StatusOK {
				t.Errorf("got %d %v", w.StatusCode, got)
			}
		})
	}
	wg.Wait()
	if len(sessions) != 1 {
		t.Errorf("got the talks %v, want one", sessions)
	}
}

// Many talks of one person are bounded, though they do not count in the cap.
func TestTooManyTalks(t *testing.T) {
	ts := newTestServer(t, nil)
	one, two := ts.register(t, ann, "one"), ts.register(t, ann, "two")
	id, _ := ts.tell(t, ann, one, two, "x")["session_id"].(string)
	for i := range maxTalks - 1 {
		ts.index.put(fmt.Sprint("session_", i), docHead{owner: ann, direct: true, created: now()}, 1)
	}
	three := ts.register(t, ann, "three")
	got := ts.as(t, ann, 429, "POST", "/agents/"+one+"/message", map[string]any{"receiver_id": three, "content": "x", "message_type": "text"})
	check(t, got, "SESSION_LIMIT", "code")
	ts.tell(t, ann, two, one, "this one is open")
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/stop", nil)
	ts.tell(t, ann, one, three, "there is room again")
	if n := ts.index.talks(ann); n != maxTalks {
		t.Errorf("%d talks go on, want %d", n, maxTalks)
	}
}

// Of requests at the same time that each open a talk, no more are let through
// than there is room for.
func TestTooManyTalksConcurrently(t *testing.T) {
	ts := newTestServer(t, nil)
	const room = 2
	for i := range maxTalks - room {
		ts.index.put(fmt.Sprint("session_", i), docHead{owner: ann, direct: true, created: now()}, 1)
	}
	one, token := ts.register(t, ann, "one"), ts.token(t, ann)
	var others []string
	for i := range 8 {
		others = append(others, ts.register(t, ann, fmt.Sprint("other ", i)))
	}
	var wg sync.WaitGroup
	var opened, refused atomic.Int32
	for _, to := range others {
		wg.Go(func() {
			w, got := ts.do(t, "POST", "/agents/"+one+"/message", token, map[string]any{"receiver_id": to, "content": "x", "message_type": "text"})
			switch w.StatusCode {
			case http.StatusOK:
				opened.Add(1)
			case http.StatusTooManyRequests:
				refused.Add(1)
			default:
				t.Errorf("got %d %v", w.StatusCode, got)
			}
		})
	}
	wg.Wait()
	if opened.Load() != room || refused.Load() != int32(len(others)-room) || ts.index.talks(ann) != maxTalks {
		t.Errorf("%d were opened and %d refused, and %d go on; want %d of %d", opened.Load(), refused.Load(), ts.index.talks(ann), room, len(others))
	}
}

func agentSeeds(to string) []string {
	return []string{
		`{"receiver_id":"` + to + `","content":"hello","message_type":"text","structured_data":{"a":[1,2,{"b":null}]},"metadata":{"client_id":"c"}}`,
		`{"receiver_id":"` + to + `","message_type":"stop"}`,
		`{"name":"x","provider":"scripted","capabilities":["a"],"interaction_modes":["agent_to_agent"],"metadata":{"a":{}},"model":"m","personality":"p"}`,
		`{"model":"chat","messages":[{"role":"system","content":"s"},{"role":"assistant","content":"a"},{"role":"user","content":[{"type":"text","text":"u"}]}],"stream_options":{"include_usage":true},"variables":{}}`,
	}
}

// A thousand broken bodies of agents and completions give answers of the
// contract and stop nothing.
func TestMutatedAgentBodies(t *testing.T) {
	ts := newTestServer(t, nil)
	one, two := ts.register(t, ann, "one"), ts.register(t, ann, "two")
	r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same mutations each time
	seen := map[int]int{}
	seeds, paths := agentSeeds(two), []string{"/agents/" + one + "/message", "/agents/" + one + "/message", "/agents/register", "/v1/chat/completions"}
	for i := range 1000 {
		body := mutated(r, seeds[i%len(seeds)])
		w, got := ts.do(t, "POST", paths[i%len(seeds)], ts.token(t, ann), body)
		switch seen[w.StatusCode]++; w.StatusCode {
		case 200, 400, 403, 404, 409, 422, 429:
		default:
			t.Errorf("%q: got %d %v", body, w.StatusCode, got)
		}
	}
	if seen[200] < 20 || seen[400] < 100 || seen[422] < 100 {
		t.Errorf("got the statuses %v, want some of each", seen)
	}
	ts.register(t, ann, "still there")
}

func FuzzAgentBodies(f *testing.F) {
	for _, s := range agentSeeds("x") {
		f.Add([]byte(s))
	}
	ts := newTestServer(f, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		var raw json.RawMessage
		if decodeJSON(body, &raw) != nil {
			return
		}
		_, message := readAgentMessage(raw)
		_, agent := ts.readAgent(raw)
		_, completion := ts.readCompletion(raw)
		for _, err := range []error{message, agent, completion} {
			if err != nil && public(err).status != 422 && public(err).status != 404 {
				t.Errorf("%q: got %v, want what is not valid to be 422", body, err)
			}
		}
	})
}

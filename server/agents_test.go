package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// agentID is the id of an agent of a session by its key.
func agentID(created map[string]any, key string) string {
	id, _ := at(created, "agents", key, "agent_id").(string)
	return id
}

// register makes an agent without a session.
func (ts *testServer) register(tb testing.TB, name, agent string) string {
	tb.Helper()
	id, _ := ts.as(tb, name, 200, "POST", "/agents/register", map[string]any{"name": agent, "provider": "scripted"})["agent_id"].(string)
	return id
}

func TestAgentStatus(t *testing.T) {
	ts := newTestServer(t, nil)
	id, created := ts.create(t, ann, `{"session_type":"human_agent","agents":{"primary":{"provider":"scripted","model":"scripted-2","capabilities":["a","b"],"metadata":{"x":1,"provider":"mine"}}}}`)
	agent := agentID(created, "primary")
	before := ts.as(t, ann, 200, "GET", "/agents/status/"+agent, nil)
	check(t, before, agent, "agent_id")
	check(t, before, "ai", "agent_type")
	check(t, before, "primary", "name")
	check(t, before, "active", "status")
	check(t, before, []any{"a", "b"}, "capabilities")
	check(t, before, []any{"human_to_agent"}, "interaction_modes")
	check(t, before, "user_ann", "owner_id")
	check(t, before, false, "is_running")
	check(t, before, 0, "message_count")
	check(t, before, map[string]any{"provider": "scripted", "model": "scripted-2", "cooldown_until": nil, "active_conversations": 1.0, "x": 1.0}, "metadata")
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"hello"}`)
	var after map[string]any
	eventually(t, "the agent has answered", func() bool {
		after = ts.as(t, ann, 200, "GET", "/agents/status/"+agent, nil)
		return at(after, "message_count") == 1.0
	})
	if a, b := timeIn(t, before["last_active"]), timeIn(t, after["last_active"]); !b.After(a) {
		t.Errorf("last_active: got %v, then %v", a, b)
	}
	// The time is that of what it did, not of the question.
	again := ts.as(t, ann, 200, "GET", "/api/agents/status/"+agent, nil)
	check(t, again, after["last_active"], "last_active")
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/stop", nil)
	over := ts.as(t, ann, 200, "GET", "/agents/status/"+agent, nil)
	check(t, over, "inactive", "status")
	check(t, over, 0, "metadata", "active_conversations")
	ts.as(t, ann, 204, "DELETE", "/chat/sessions/"+id, nil)
	ts.as(t, ann, 404, "GET", "/agents/status/"+agent, nil)
}

func timeIn(t *testing.T, v any) time.Time {
	t.Helper()
	text, _ := v.(string)
	at, err := time.Parse("2006-01-02T15:04:05.000000Z", text)
	if err != nil {
		t.Errorf("timestamp: %v", err)
	}
	return at
}

// statesHCL has an agent that takes its time, one that must wait, and one whose
// model fails.
const statesHCL = `
provider "scripted" "slow" {
  reply {
    content = "at last"
    delay   = "1h"
    when    = "true"
  }
}
provider "scripted" "chatty" {
  reply {
    content = "many words"
    when    = "true"
    usage {
      input_tokens  = 100
      output_tokens = 100
    }
  }
}
provider "scripted" "broken" {
  fail {
    call = 1
    kind = "refusal"
  }
}
agent "sloth" { provider = provider.slow }
agent "talker" {
  provider = provider.chatty
  limits { tokens_per_hour = 150 }
}
agent "ill" { provider = provider.broken }
session "slow" {
  agent      = agent.sloth
  open_ended = true
}
session "talk" {
  agent      = agent.talker
  open_ended = true
}
session "fails" {
  agent      = agent.ill
  open_ended = true
}
`

func TestAgentStates(t *testing.T) {
	ts := newTestServer(t, withScenario(t, statesHCL))
	say := func(template, key, text string) (agent, session string) {
		session, created := ts.create(t, ann, map[string]any{"template": template})
		ts.as(t, ann, 202, "POST", "/chat/sessions/"+session+"/messages", map[string]any{"content": text})
		return agentID(created, key), session
	}
	sloth, _ := say("slow", "sloth", "are you there?")
	eventually(t, "a turn is under way", func() bool {
		return ts.as(t, ann, 200, "GET", "/agents/status/"+sloth, nil)["is_running"] == true
	})
	check(t, ts.as(t, ann, 200, "GET", "/agents/status/"+sloth, nil), "active", "status")

	talker, session := say("talk", "talker", "one")
	eventually(t, "the first answer", func() bool {
		return at(ts.as(t, ann, 200, "GET", "/agents/status/"+talker, nil), "message_count") == 1.0
	})
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+session+"/messages", `{"content":"two"}`)
	var status map[string]any
	eventually(t, "a cooldown", func() bool {
		status = ts.as(t, ann, 200, "GET", "/agents/status/"+talker, nil)
		return status["status"] == "cooldown"
	})
	if until := timeIn(t, at(status, "metadata", "cooldown_until")); !until.After(time.Now()) {
		t.Errorf("cooldown_until: got %v, want a time to come", until)
	}
	check(t, ts.as(t, ann, 200, "GET", "/agents/list?status=cooldown", nil), talker, "agents", 0, "agent_id")

	ill, _ := say("fails", "ill", "how are you?")
	eventually(t, "the session fails", func() bool {
		return ts.as(t, ann, 200, "GET", "/agents/status/"+ill, nil)["status"] == "error"
	})
}

func TestPersonStatus(t *testing.T) {
	ts := newTestServer(t, nil)
	none := ts.as(t, ann, 200, "GET", "/agents/status/user_ann", nil)
	check(t, none, "inactive", "status")
	timeIn(t, none["last_active"])
	id := ts.createChat(t, ann)
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"hello"}`)
	got := ts.as(t, ann, 200, "GET", "/agents/status/user_ann", nil)
	check(t, got, "human", "agent_type")
	check(t, got, "ann", "name")
	check(t, got, "active", "status")
	check(t, got, 1, "message_count")
	check(t, got, []any{}, "capabilities")
	check(t, got, map[string]any{"provider": nil, "model": nil, "cooldown_until": nil, "active_conversations": 1.0}, "metadata")
	can := ts.as(t, ann, 200, "GET", "/agents/user_ann/capabilities", nil)
	check(t, can, "human", "agent_type")
	check(t, can, "", "personality")
	ts.as(t, bob, 403, "GET", "/agents/status/user_ann", nil)
	ts.as(t, bob, 403, "GET", "/agents/status/user_nobody", nil) // no different
	check(t, ts.as(t, root, 200, "GET", "/agents/status/user_ann", nil), 1, "message_count")
	ts.as(t, root, 404, "GET", "/agents/status/user_nobody", nil)
	ts.as(t, ann, 409, "DELETE", "/agents/user_ann", nil)
	ts.as(t, bob, 403, "DELETE", "/agents/user_ann", nil)
}

func TestListAgents(t *testing.T) {
	ts := newTestServer(t, nil)
	empty := ts.as(t, bob, 200, "GET", "/agents/list", nil)
	check(t, empty, []any{}, "agents")
	check(t, empty, 0, "total_count")
	check(t, empty, 0, "user_owned_count")
	check(t, empty, nil, "next_cursor")
	var want []string
	for i := range 5 {
		capability := []string{"even", "odd"}[i%2]
		got := ts.as(t, ann, 200, "POST", "/agents/register", map[string]any{"name": fmt.Sprint("agent ", i), "provider": "scripted", "capabilities": []string{capability, "all"}})
		want = append(want, got["agent_id"].(string))
	}
	bobs := ts.register(t, bob, "his")
	ids := func(list map[string]any) (ids []string) {
		for _, a := range list["agents"].([]any) {
			ids = append(ids, a.(map[string]any)["agent_id"].(string))
		}
		return ids
	}
	var got []string
	for cursor := ""; ; {
		page := ts.as(t, ann, 200, "GET", "/agents/list?limit=2&cursor="+cursor, nil)
		check(t, page, 5, "total_count")
		check(t, page, 5, "user_owned_count")
		got = append(got, ids(page)...)
		next, more := page["next_cursor"].(string)
		if !more {
			break
		}
		cursor = next
	}
	if !slices.Equal(got, want) {
		t.Errorf("by pages: got %v, want %v", got, want)
	}
	odd := ts.as(t, ann, 200, "GET", "/agents/list?capability=odd&status=active", nil)
	if got := ids(odd); !slices.Equal(got, []string{want[1], want[3]}) {
		t.Errorf("odd ones: got %v", got)
	}
	check(t, odd, 2, "total_count")
	check(t, ts.as(t, ann, 200, "GET", "/agents/list?capability=Odd", nil), 0, "total_count")
	check(t, ts.as(t, ann, 200, "GET", "/agents/list?status=inactive", nil), 0, "total_count")
	all := ts.as(t, root, 200, "GET", "/agents/list", nil)
	check(t, all, 6, "total_count")
	check(t, all, 0, "user_owned_count")
	if !slices.Contains(ids(all), bobs) {
		t.Error("an admin does not see all")
	}
	for _, query := range []string{"status=asleep", "limit=0", "limit=x", "limit=100000", "cursor=x", "cursor=.", "cursor=%00.a"} {
		bad := ts.as(t, ann, 422, "GET", "/agents/list?"+query, nil)
		name, _, _ := strings.Cut(query, "=")
		check(t, bad, []any{"query", name}, "errors", 0, "loc")
	}
}

func TestRegisterAgent(t *testing.T) {
	ts := newTestServer(t, nil)
	got := ts.as(t, ann, 200, "POST", "/agents/register", `{"name":"Über Héro 9","provider":"other"}`)
	check(t, got, "registered", "status")
	check(t, got, "Über Héro 9", "name")
	check(t, got, "other", "provider")
	check(t, got, scriptedModel, "model")
	check(t, got, []any{"conversation"}, "capabilities")
	check(t, got, []any{"human_to_agent", "agent_to_agent"}, "interaction_modes")
	check(t, got, "user_ann", "owner_id")
	id := got["agent_id"].(string)
	if !strings.HasPrefix(id, "ber_h_ro_9_") || len(id) < len("ber_h_ro_9_")+20 {
		t.Errorf("agent_id: got %s", id)
	}
	full := ts.as(t, ann, 200, "POST", "/agents/register", map[string]any{
		"name": "full", "provider": "scripted", "model": "own", "capabilities": []string{}, "interaction_modes": []string{"agent_to_agent"},
		"personality": "calm", "metadata": map[string]any{"a": []any{1.0}},
	})
	check(t, full, "own", "model")
	check(t, full, []any{}, "capabilities")
	check(t, full, []any{"agent_to_agent"}, "interaction_modes")
	can := ts.as(t, ann, 200, "GET", "/agents/"+full["agent_id"].(string)+"/capabilities", nil)
	check(t, can, "calm", "personality")
	check(t, can, "ai", "agent_type")
	check(t, can, []any{}, "capabilities")
	status := ts.as(t, ann, 200, "GET", "/agents/status/"+full["agent_id"].(string), nil)
	check(t, status, []any{1.0}, "metadata", "a")
	check(t, status, 0, "metadata", "active_conversations")

	gone := ts.as(t, ann, 200, "DELETE", "/agents/"+id, nil)
	check(t, gone, "unregistered", "status")
	check(t, gone, id, "agent_id")
	ts.as(t, ann, 404, "DELETE", "/agents/"+id, nil)
	ts.as(t, ann, 404, "GET", "/agents/status/"+id, nil)
}

func TestRegisterAgentRefusals(t *testing.T) {
	ts := newTestServer(t, nil)
	for name, tt := range map[string]struct {
		body string
		want int
		loc  []any
	}{
		"no JSON":        {`{`, 400, nil},
		"no object":      {`[]`, 422, []any{"body"}},
		"no name":        {`{"provider":"scripted"}`, 422, []any{"body", "name"}},
		"long name":      {`{"provider":"scripted","name":"` + strings.Repeat("x", 65) + `"}`, 422, []any{"body", "name"}},
		"no provider":    {`{"name":"x"}`, 422, []any{"body", "provider"}},
		"other provider": {`{"name":"x","provider":"absent"}`, 422, []any{"body", "provider"}},
		"mode":           {`{"name":"x","provider":"scripted","interaction_modes":["a"]}`, 422, []any{"body", "interaction_modes", 0.0}},
		"capabilities":   {`{"name":"x","provider":"scripted","capabilities":"a"}`, 422, []any{"body", "capabilities"}},
		"metadata":       {`{"name":"x","provider":"scripted","metadata":{"x":"` + strings.Repeat("x", 17<<10) + `"}}`, 422, []any{"body", "metadata"}},
	} {
		got := ts.as(t, ann, tt.want, "POST", "/agents/register", tt.body)
		if tt.loc != nil && !equalJSON(at(got, "errors", 0, "loc"), tt.loc) {
			t.Errorf("%s: got %v, want %v", name, at(got, "errors", 0, "loc"), tt.loc)
		}
	}
	unknown := ts.as(t, ann, 422, "POST", "/agents/register", `{"name":"x","provider":"nope"}`)
	if msg, _ := at(unknown, "errors", 0, "msg").(string); !strings.Contains(msg, "scripted, other") {
		t.Errorf("got %q, want the providers that there are", msg)
	}
	w, _ := ts.do(t, "POST", "/agents/register", ts.token(t, ann), `x`, "Content-Type", "text/plain")
	if w.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("got %d, want 415", w.StatusCode)
	}
}

func equalJSON(a any, b []any) bool {
	list, _ := a.([]any)
	return slices.Equal(list, b)
}

// An agent that is a part of a live session stays.
func TestUnregisterAgentOfASession(t *testing.T) {
	ts := newTestServer(t, nil)
	id, created := ts.create(t, ann, chatBody)
	agent := agentID(created, "primary")
	check(t, ts.as(t, ann, 409, "DELETE", "/agents/"+agent, nil), "AGENT_IN_SESSION", "code")
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/stop", nil)
	ts.as(t, ann, 200, "DELETE", "/agents/"+agent, nil)
	ts.as(t, ann, 404, "GET", "/agents/status/"+agent, nil)
	ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
}

func TestTooManyAgents(t *testing.T) {
	ts := newTestServer(t, nil)
	for i := range maxRegistered {
		if err := ts.registered.add(t.Context(), &agentRecord{id: fmt.Sprint("a_", i), owner: ann, created: time.Now()}); err != nil {
			t.Fatalf("agent %d: %v", i, err)
		}
	}
	check(t, ts.as(t, ann, 429, "POST", "/agents/register", `{"name":"x","provider":"scripted"}`), "AGENT_LIMIT", "code")
	ts.register(t, bob, "his")
	ts.as(t, ann, 200, "DELETE", "/agents/a_7", nil)
	ts.register(t, ann, "hers")
}

// Every route about agents is tried by somebody else and leaves no trace; an
// admin may look.
func TestForeignAgents(t *testing.T) {
	ts := newTestServer(t, nil)
	mine := ts.register(t, ann, "mine")
	_, created := ts.create(t, ann, chatBody)
	his := ts.register(t, bob, "his")
	walked := 0
	for _, rt := range ts.agentRoutes() {
		if !strings.Contains(rt.path, "{agent_id}") {
			continue
		}
		walked++
		for _, id := range []string{mine, agentID(created, "primary"), "nobody_x", "user_ann", "%00"} {
			var body any
			if rt.method == "POST" {
				body = map[string]any{"receiver_id": his, "content": "hello", "message_type": "text"}
			}
			want, admin := 403, 403
			if id == "nobody_x" || id == "%00" {
				want, admin = 404, 404
			} else if rt.method == "GET" {
				admin = 200
			}
			for _, prefix := range []string{"", "/api"} {
				path := prefix + strings.Replace(rt.path, "{agent_id}", id, 1)
				ts.as(t, bob, want, rt.method, path, body)
				ts.as(t, root, admin, rt.method, path, body)
				if w, _ := ts.do(t, rt.method, path, "", body); w.StatusCode != 401 {
					t.Errorf("%s %s without a token: got %d, want 401", rt.method, path, w.StatusCode)
				}
			}
		}
	}
	if walked != 4 {
		t.Errorf("walked %d routes with an id, want 4", walked)
	}
	// Nor can one write to others.
	for id, want := range map[string]int{mine: 403, "nobody_x": 404, "user_ann": 403, "user_bob": 422} {
		ts.as(t, bob, want, "POST", "/agents/"+his+"/message", map[string]any{"receiver_id": id, "content": "hello", "message_type": "text"})
	}
	check(t, ts.as(t, ann, 200, "GET", "/agents/status/"+mine, nil), 0, "message_count")
	check(t, ts.as(t, bob, 200, "GET", "/agents/list", nil), 1, "total_count")
	check(t, ts.as(t, bob, 200, "GET", "/chat/sessions", nil), 0, "total_count")
}

func TestAgentLimit(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Limits = Limits{Agent: 3} })
	for range 3 {
		ts.as(t, ann, 200, "GET", "/agents/list", nil)
	}
	w, got := ts.do(t, "GET", "/agents/list", ts.token(t, ann), nil)
	check(t, got, "RATE_LIMITED", "code")
	if w.StatusCode != 429 || w.Header.Get("Retry-After") == "" || w.Header.Get("Ratelimit-Limit") != "3" {
		t.Errorf("got %d with %v", w.StatusCode, w.Header)
	}
	ts.as(t, bob, 200, "GET", "/agents/list", nil)
}

// Many agents come and go while they are listed.
func TestAgentsConcurrently(t *testing.T) {
	ts := newTestServer(t, nil)
	token := ts.token(t, ann)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				_, got := ts.do(t, "POST", "/agents/register", token, `{"name":"x","provider":"scripted"}`)
				id, _ := got["agent_id"].(string)
				if w, _ := ts.do(t, "GET", "/agents/list", token, nil); w.StatusCode != 200 {
					t.Errorf("list: got %d", w.StatusCode)
				}
				if w, _ := ts.do(t, "DELETE", "/agents/"+id, token, nil); w.StatusCode != 200 {
					t.Errorf("delete: got %d", w.StatusCode)
				}
			}
		})
	}
	wg.Wait()
	check(t, ts.as(t, ann, 200, "GET", "/agents/list", nil), 0, "total_count")
}

package server

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
)

const (
	chatBody = `{"session_type":"human_agent","agents":{"primary":{"provider":"scripted"}}}`
	duoBody  = `{"session_type":"agent_agent","agents":{"zeta":{"provider":"scripted"},"alpha":{"provider":"other"}}}`
)

// Every name in it is a session whose script ends it at once.
const debateHCL = `
variable "motion" {
  type        = string
  description = "What is debated"
  default     = "Cities should ban private cars"
  validation {
    condition     = length(var.motion) > 10
    error_message = "The motion must be a full sentence."
  }
}
variable "turns" {
  type    = number
  default = 4
}
variable "key" {
  type      = string
  sensitive = true
  default   = "s3cret-default"
}
provider "scripted" "fast" {
  model = "fast-1"
  reply {
    when    = "turns == 2"
    content = "I AGREE"
  }
}
provider "scripted" "slow" {
  api_key = var.key
}
agent "pro" {
  provider     = provider.fast
  capabilities = ["debate"]
  personality  = "warm"
  instructions = "Argue for: ${var.motion}"
  metadata     = { side = "left" }
}
agent "con" {
  provider = provider.fast
  model    = "con-model"
}
agent "bystander" {
  provider = provider.slow
}
pattern "round_robin" "exchange" {
  participants = [agent.pro, agent.con]
}
stop "agreed" {
  when = "last.content contains 'I AGREE'"
}
session "debate" {
  description = "Two sides"
  type        = "agent_agent"
  pattern     = pattern.exchange
  opening     = "The motion is: ${var.motion}"
  stop        = [stop.agreed]
  limits {
    max_turns = var.turns
    timeout   = "5m"
  }
}
session "waiting" {
  type     = "agent_agent"
  pattern  = pattern.exchange
  lifetime = "2h"
  limits {
    max_turns = 4
  }
}
session "aside" {
  agent      = agent.bystander
  open_ended = true
}
`

func withScenario(tb testing.TB, text string) func(*Config) {
	tb.Helper()
	sc := testScenario(tb, text)
	return func(c *Config) { c.Templates = []Scenario{sc} }
}

func TestCreateFromRequestAlone(t *testing.T) {
	ts := newTestServer(t, nil)
	body := `{"session_type":"human_agent","agents":{"primary":{"provider":"scripted","model":"mine","capabilities":["talk"],"personality":"dry","metadata":{"a":[1]}}},
	  "interaction_modes":["human_to_agent"],"metadata":{"title":"x"},"unknown_field":1}`
	got := ts.as(t, ann, 200, "POST", "/api/chat/sessions/create", body)
	id, _ := got["session_id"].(string)
	if !regexp.MustCompile(`^session_[0-9a-z]{30,}$`).MatchString(id) {
		t.Errorf("session_id: got %q", id)
	}
	check(t, got, "system", "type")
	check(t, got, "active", "status")
	check(t, got, "human_agent", "session_type")
	check(t, got, "chat", "template")
	check(t, got, map[string]any{"title": "x"}, "metadata")
	check(t, got, "scripted", "agents", "primary", "provider")
	check(t, got, "mine", "agents", "primary", "model")
	check(t, got, []any{"talk"}, "agents", "primary", "capabilities")
	check(t, got, "dry", "agents", "primary", "personality")
	check(t, got, "active", "agents", "primary", "status")
	check(t, got, map[string]any{"a": []any{1.0}}, "agents", "primary", "metadata")
	agent, _ := at(got, "agents", "primary", "agent_id").(string)
	if !regexp.MustCompile(`^primary_[0-9a-z]{30,}$`).MatchString(agent) {
		t.Errorf("agent_id: got %q", agent)
	}
	created, _ := got["created_at"].(string)
	if _, err := time.Parse("2006-01-02T15:04:05.000000Z", created); err != nil {
		t.Errorf("created_at: got %q: %v", created, err)
	}
	if again := ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil); again["created_at"] != created || at(again, "agents", "primary", "agent_id") != agent {
		t.Errorf("GET: got %v, want what POST gave: %v", again, got)
	}
}

func TestDefaultsOfAnAgent(t *testing.T) {
	ts := newTestServer(t, nil)
	got := ts.as(t, ann, 200, "POST", "/chat/sessions/create", chatBody)
	check(t, got, scriptedModel, "agents", "primary", "model")
	check(t, got, []any{"conversation"}, "agents", "primary", "capabilities")
	for _, absent := range []string{"personality", "metadata"} {
		check(t, got, nil, "agents", "primary", absent)
	}
	for _, absent := range []string{"metadata", "outcome", "stop"} {
		if _, there := got[absent]; there {
			t.Errorf("%s: got %v, want it to be absent", absent, got[absent])
		}
	}
}

func TestAgentsKeepTheOrderOfTheRequest(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	for _, tt := range []struct {
		body string
		want []string
	}{
		{duoBody, []string{"zeta", "alpha"}},
		{`{"session_type":"agent_agent","agents":{"c":{"provider":"scripted"},"a":{"provider":"scripted"},"b":{"provider":"scripted"}}}`, []string{"c", "a", "b"}},
		{`{"template":"waiting","agents":{"con":{"personality":"x"}}}`, []string{"pro", "con"}},
	} {
		w, _ := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann), tt.body)
		text, _ := io.ReadAll(w.Body)
		var raw struct{ Agents json.RawMessage }
		if err := json.Unmarshal(text, &raw); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		o, err := members(raw.Agents)
		if err != nil {
			t.Fatalf("%s: %v", raw.Agents, err)
		}
		var keys []string
		for _, m := range o {
			keys = append(keys, m.key)
		}
		if !slices.Equal(keys, tt.want) {
			t.Errorf("%s: got the order %v, want %v", tt.body, keys, tt.want)
		}
	}
}

// A session of two agents with an opening starts by itself; it runs to the
// bound of its template.
func TestSessionRunsToItsEnd(t *testing.T) {
	ts := newTestServer(t, nil)
	body := strings.Replace(duoBody, `{"session_type"`, `{"metadata":{"opening":"Discuss."},"session_type"`, 1)
	id, _ := ts.as(t, ann, 200, "POST", "/chat/sessions/create", body)["session_id"].(string)
	var got map[string]any
	eventually(t, "it stops", func() bool {
		got = ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
		return got["status"] == "stopped"
	})
	check(t, got, "exhausted", "outcome")
	check(t, got, "limits.max_turns", "stop")
	check(t, got, "inactive", "agents", "zeta", "status")
	for _, count := range []string{"input_tokens", "output_tokens"} {
		if n, _ := at(got, "usage", count).(float64); n <= 0 {
			t.Errorf("usage.%s: got %v, want more than 0", count, n)
		}
	}
	check(t, got, 0, "usage", "cost")
	if seq, _ := got["seq"].(float64); seq < 40 {
		t.Errorf("seq: got %v, want the number of the last event", seq)
	}
}

func TestWithoutOpeningItWaitsForAPerson(t *testing.T) {
	ts := newTestServer(t, nil)
	got := ts.as(t, ann, 200, "POST", "/chat/sessions/create", duoBody)
	check(t, got, "initializing", "status")
	id, _ := got["session_id"].(string)
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"Begin."}`)
	eventually(t, "it runs to its end", func() bool {
		return ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)["status"] == "stopped"
	})
}

func TestStatusFollowsTheOutcome(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	id, _ := ts.as(t, ann, 200, "POST", "/chat/sessions/create", `{"template":"debate"}`)["session_id"].(string)
	var got map[string]any
	eventually(t, "it ends", func() bool {
		got = ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
		return got["outcome"] != nil
	})
	check(t, got, "completed", "status")
	check(t, got, "achieved", "outcome")
	check(t, got, "stop.agreed", "stop")
	check(t, got, "debate", "template")
	for outcome, want := range map[engine.Outcome]string{
		engine.Achieved: "completed", engine.Exhausted: "stopped", engine.Blocked: "stopped", engine.Cancelled: "stopped",
		engine.Failed: "failed", engine.Expired: "expired",
	} {
		if got := statusOfOutcome(outcome); got != want {
			t.Errorf("%s: got %s, want %s", outcome, got, want)
		}
	}
}

func TestCreateRefusals(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	long := strings.Repeat("x", 17<<10)
	for _, tt := range []struct {
		body string
		want int
		loc  string // of the first error, joined
		msg  string // a part of it
	}{
		{`{`, 400, "", ""},
		{``, 400, "", ""},
		{`[]`, 422, "body", "object"},
		{`null`, 422, "body", "object"},
		{`{"agents":{"a":{"provider":"scripted"}}}`, 422, "body.session_type", "given"},
		{`{"session_type":"group","agents":{"a":{"provider":"scripted"}}}`, 422, "body.session_type", `"human_agent" or "agent_agent"`},
		{`{"session_type":7,"agents":{"a":{"provider":"scripted"}}}`, 422, "body.session_type", "string"},
		{`{"session_type":"human_agent"}`, 422, "body.agents", "given"},
		{`{"session_type":"human_agent","agents":{}}`, 422, "body.agents", "exactly 1"},
		{`{"session_type":"human_agent","agents":[]}`, 422, "body.agents", "object"},
		{`{"session_type":"human_agent","agents":{"a":{"provider":"scripted"},"b":{"provider":"scripted"}}}`, 422, "body.agents", "exactly 1"},
		{`{"session_type":"agent_agent","agents":{"a":{"provider":"scripted"}}}`, 422, "body.agents", "2 agents or more"},
		{`{"session_type":"human_agent","agents":{"a":7}}`, 422, "body.agents.a", "object"},
		{`{"session_type":"human_agent","agents":{"a":{}}}`, 422, "body.agents.a.provider", "given"},
		{`{"session_type":"human_agent","agents":{"primary":{"provider":"nobody"}}}`, 422, "body.agents.primary.provider", "there are: scripted, other"},
		{`{"session_type":"human_agent","agents":{"primary":{"provider":"absent"}}}`, 422, "body.agents.primary.provider", "not set up"},
		{`{"session_type":"human_agent","agents":{"a":{"provider":"scripted","model":1}}}`, 422, "body.agents.a.model", "string"},
		{`{"session_type":"human_agent","agents":{"a":{"provider":"scripted","capabilities":"x"}}}`, 422, "body.agents.a.capabilities", "list"},
		{`{"session_type":"human_agent","agents":{"a":{"provider":"scripted","capabilities":["x",2]}}}`, 422, "body.agents.a.capabilities.1", "string"},
		{`{"session_type":"human_agent","agents":{"a":{"provider":"scripted","personality":"` + long + `"}}}`, 422, "body.agents.a.personality", "at most"},
		{`{"session_type":"human_agent","agents":{"a":{"provider":"scripted","metadata":[]}}}`, 422, "body.agents.a.metadata", "object"},
		{`{"session_type":"human_agent","agents":{"user":{"provider":"scripted"}}}`, 422, "body.agents.user", "key"},
		{`{"session_type":"human_agent","agents":{"a b/c":{"provider":"scripted"}}}`, 422, "body.agents.a b/c", "key"},
		{`{"session_type":"agent_agent","agents":{"a":{"provider":"scripted"},"a":{"provider":"scripted"}}}`, 422, "body.agents.a", "twice"},
		{strings.Replace(chatBody, "{", `{"interaction_modes":["shout"],`, 1), 422, "body.interaction_modes.0", "human_to_agent"},
		{strings.Replace(chatBody, "{", `{"metadata":{"x":"`+long+`"},`, 1), 422, "body.metadata", "16384"},
		{strings.Replace(chatBody, "{", `{"metadata":"x",`, 1), 422, "body.metadata", "object"},
		{strings.Replace(duoBody, "{", `{"metadata":{"opening":5},`, 1), 422, "body.metadata.opening", "string"},
		{strings.Replace(chatBody, "{", `{"variables":{"x":1},`, 1), 422, "body.variables", "template"},
		{`{"template":"nope"}`, 422, "body.template", "there are: debate, waiting, aside, chat, conversation"},
		{`{"template":"debate","session_type":"human_agent"}`, 422, "body.session_type", "agent_agent"},
		{`{"template":"debate","agents":{"judge":{"model":"x"}}}`, 422, "body.agents.judge", "pro, con"},
		{`{"template":"debate","agents":{"bystander":{"model":"x"}}}`, 422, "body.agents.bystander", "pro, con"},
		{`{"template":"debate","agents":{"pro":{"provider":"nope"}}}`, 422, "body.agents.pro.provider", "there are: fast, slow, scripted, other"},
		{`{"template":"debate","agents":{"pro":{"capabilities":["x"]}}}`, 422, "body.agents.pro.capabilities", "keeps"},
		{`{"template":"debate","variables":{"nope":1}}`, 422, "body.variables.nope", "there are: motion, turns, key"},
		{`{"template":"debate","variables":[]}`, 422, "body.variables", "object"},
		{`{"template":"debate","variables":{"motion":"short"}}`, 422, "body.variables.motion", "The motion must be a full sentence."},
		{`{"template":"debate","variables":{"motion":["a"]}}`, 422, "body.variables.motion", "string"},
		{`{"template":"debate","variables":{"turns":"many"}}`, 422, "body.variables.turns", "number"},
		{`{"template":"debate","variables":{"turns":0}}`, 422, "body.variables", "max_turns"},
		{`{"template":"debate","variables":{"turns":5,"turns":6}}`, 422, "body.variables.turns", "twice"},
	} {
		w, got := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann), tt.body)
		name := brief(tt.body)
		if w.StatusCode != tt.want {
			t.Errorf("%s: got %d %v, want %d", name, w.StatusCode, got, tt.want)
			continue
		}
		if tt.want != 422 {
			continue
		}
		check(t, got, "VALIDATION_ERROR", "code")
		loc := joined(at(got, "errors", 0, "loc"))
		msg, _ := at(got, "errors", 0, "msg").(string)
		if loc != tt.loc || !strings.Contains(msg, tt.msg) {
			t.Errorf("%s: got %s: %q, want %s with %q", name, loc, msg, tt.loc, tt.msg)
		}
	}
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 0, "total_count")
}

func joined(loc any) string {
	list, _ := loc.([]any)
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ".")
}

// All that is wrong is told at once.
func TestCreateTellsEverything(t *testing.T) {
	ts := newTestServer(t, nil)
	_, got := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann),
		`{"session_type":"human_agent","agents":{"a":{"provider":1,"model":2,"metadata":3}},"metadata":4}`)
	errs, _ := got["errors"].([]any)
	if len(errs) != 4 {
		t.Errorf("got %d errors, want 4: %v", len(errs), errs)
	}
}

func TestOverrides(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	got := ts.as(t, ann, 200, "POST", "/chat/sessions/create",
		`{"template":"waiting","agents":{"pro":{"provider":"other","personality":"cold","metadata":{"k":1}},"con":{"model":"big"}}}`)
	check(t, got, "other", "agents", "pro", "provider")
	check(t, got, scriptedModel, "agents", "pro", "model") // the provider's default
	check(t, got, "cold", "agents", "pro", "personality")
	check(t, got, []any{"debate"}, "agents", "pro", "capabilities")
	check(t, got, map[string]any{"k": 1.0}, "agents", "pro", "metadata")
	check(t, got, "fast", "agents", "con", "provider")
	check(t, got, "big", "agents", "con", "model")

	plain := ts.as(t, ann, 200, "POST", "/chat/sessions/create", `{"template":"waiting","session_type":"agent_agent"}`)
	check(t, plain, "fast", "agents", "pro", "provider")
	check(t, plain, "fast-1", "agents", "pro", "model")
	check(t, plain, "warm", "agents", "pro", "personality")
	check(t, plain, "con-model", "agents", "con", "model")
	check(t, plain, map[string]any{"side": "left"}, "agents", "pro", "metadata")
}

// Values reach the scenario; a sensitive one reaches no answer and no log.
func TestVariables(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	w, got := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann),
		`{"template":"debate","variables":{"motion":"Tea ${is} better than coffee","turns":2,"key":"s3cret-of-ann"}}`)
	if w.StatusCode != 200 {
		t.Fatalf("got %d %v, want 200", w.StatusCode, got)
	}
	id, _ := got["session_id"].(string)
	eventually(t, "it ends", func() bool {
		got = ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
		return got["outcome"] != nil
	})
	check(t, got, "limits.max_turns", "stop") // two turns instead of four
	var log strings.Builder
	for e, err := range ts.journal.Read(t.Context(), id, 0) {
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(e)
		log.Write(text)
	}
	if !strings.Contains(log.String(), "The motion is: Tea ${is} better than coffee") {
		t.Errorf("the opening lacks the motion: %s", log.String())
	}
	w, refused := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann), `{"template":"debate","variables":{"key":["s3cret-of-ann"]}}`)
	if w.StatusCode != 422 {
		t.Errorf("got %d, want 422", w.StatusCode)
	}
	for what, text := range map[string]string{"log": log.String(), "answer": fmt.Sprint(got), "refusal": fmt.Sprint(refused), "server's log": ts.log.String()} {
		if strings.Contains(text, "s3cret") {
			t.Errorf("the %s shows the secret: %s", what, text)
		}
	}
}

func TestDeleteSession(t *testing.T) {
	ts := newTestServer(t, nil)
	for _, tt := range []struct {
		headers []string
		want    int
		body    bool
	}{
		{nil, 204, false},
		{[]string{"Prefer", "return=representation"}, 200, true},
		{[]string{"Prefer", "respond-async, RETURN=representation"}, 200, true},
		{[]string{"Prefer", "return=minimal"}, 204, false},
	} {
		id := ts.createChat(t, ann)
		rec := ts.record(t, id)
		got := ts.as(t, ann, tt.want, "DELETE", "/chat/sessions/"+id, nil, tt.headers...)
		if tt.body {
			check(t, got, "success", "status")
			if text, _ := got["message"].(string); text == "" {
				t.Errorf("message: got none")
			}
		}
		v, err := ts.look(t.Context(), rec, false)
		if err != nil || v.outcome != string(engine.Cancelled) || v.stop != "person" {
			t.Errorf("got %+v, %v, want it to be cancelled by a person", v, err)
		}
		ts.as(t, ann, 404, "GET", "/chat/sessions/"+id, nil)
		ts.as(t, ann, 404, "DELETE", "/chat/sessions/"+id, nil)
		ts.as(t, ann, 404, "POST", "/chat/sessions/"+id+"/messages", `{"content":"x"}`)
		if n := logLength(t, ts, id); n == 0 {
			t.Errorf("the log is gone before the retention time is over")
		}
	}
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 0, "total_count")
}

// An ended session is deleted as well.
func TestDeleteEndedSession(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/stop", nil)
	ts.as(t, ann, 204, "DELETE", "/chat/sessions/"+id, nil)
	ts.as(t, ann, 404, "GET", "/chat/sessions/"+id, nil)
}

func logLength(tb testing.TB, ts *testServer, id string) (n int) {
	tb.Helper()
	for _, err := range ts.journal.Read(tb.Context(), id, 0) {
		if err != nil {
			return 0
		}
		n++
	}
	return n
}

func TestRetention(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Sessions.Retention = 300 * time.Millisecond })
	kept, ended, deleted := ts.createChat(t, ann), ts.createChat(t, ann), ts.createChat(t, ann)
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+ended+"/stop", nil)
	ts.as(t, ann, 204, "DELETE", "/chat/sessions/"+deleted, nil)
	for _, id := range []string{ended, deleted} {
		eventually(t, "the log is removed", func() bool { return logLength(t, ts, id) == 0 })
		ts.as(t, ann, 404, "GET", "/chat/sessions/"+id, nil)
	}
	if logLength(t, ts, kept) == 0 {
		t.Errorf("a live session was removed")
	}
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 1, "total_count")
}

func TestSessionLimit(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Sessions.MaxPerUser = 3 })
	var wg sync.WaitGroup
	codes := make(chan int, 12)
	for range cap(codes) {
		wg.Go(func() {
			w, _ := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann), chatBody)
			codes <- w.StatusCode
		})
	}
	wg.Wait()
	close(codes)
	made := 0
	for c := range codes {
		if c == 200 {
			made++
		} else if c != 429 {
			t.Errorf("got %d, want 200 or 429", c)
		}
	}
	if made != 3 {
		t.Errorf("%d sessions were made at once, want 3", made)
	}
	w, got := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann), chatBody)
	check(t, got, "SESSION_LIMIT", "code")
	if w.StatusCode != 429 || w.Header.Get("Retry-After") != "" {
		t.Errorf("got %d with Retry-After %q, want 429 without", w.StatusCode, w.Header.Get("Retry-After"))
	}
	ts.createChat(t, bob) // others have places of their own
	list, _ := ts.as(t, ann, 200, "GET", "/chat/sessions", nil)["sessions"].([]any)
	first, _ := at(list, 0, "session_id").(string)
	second, _ := at(list, 1, "session_id").(string)
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+first+"/stop", nil)
	ts.createChat(t, ann) // an ended one frees its place at once
	ts.as(t, ann, 204, "DELETE", "/chat/sessions/"+second, nil)
	ts.createChat(t, ann)
	ts.as(t, ann, 429, "POST", "/chat/sessions/create", chatBody)
}

func TestPauseResumeStop(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	post := func(what string, want int) map[string]any {
		t.Helper()
		return ts.as(t, ann, want, "POST", "/chat/sessions/"+id+"/"+what, nil)
	}
	for range 2 {
		check(t, post("pause", 200), "paused", "status")
	}
	seq := ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"Are you there?"}`)["seq"]
	time.Sleep(50 * time.Millisecond)
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil), seq, "seq") // accepted, and it waits
	for range 2 {
		check(t, post("resume", 200), "active", "status")
	}
	eventually(t, "the message is answered", func() bool {
		got := ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
		n, _ := at(got, "usage", "output_tokens").(float64)
		return n > 0
	})
	check(t, post("stop", 200), "stopped", "status")
	for _, what := range []string{"pause", "resume", "stop"} {
		check(t, post(what, 409), "SESSION_ENDED", "code")
	}
	got := ts.as(t, ann, 409, "POST", "/chat/sessions/"+id+"/messages", `{"content":"x"}`)
	check(t, got, "SESSION_ENDED", "code")
}

func TestLifetimes(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		withScenario(t, debateHCL)(c)
		c.Sessions.Lifetime, c.Sessions.IdleTimeout = 90*time.Minute, 20*time.Minute
	})
	for name, want := range map[string][2]string{"debate": {"1h30m0s", "20m0s"}, "waiting": {"2h0m0s", "20m0s"}, "chat": {"1h30m0s", "20m0s"}} {
		got := ts.as(t, ann, 200, "GET", "/templates/"+name, nil)
		check(t, got, want[0], "limits", "lifetime")
		check(t, got, want[1], "limits", "idle_timeout")
	}
}

func TestSessionExpires(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Sessions.Lifetime = 50 * time.Millisecond })
	id := ts.createChat(t, ann)
	var got map[string]any
	eventually(t, "it expires", func() bool {
		got = ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
		return got["status"] == "expired"
	})
	check(t, got, "expired", "outcome")
	check(t, got, "lifetime", "stop")
}

package server

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// log are a session's events as JSON, up to the end.
func (ts *testServer) storedLog(t *testing.T, id string) []string {
	t.Helper()
	var list []string
	for e, err := range ts.journal.Read(t.Context(), id, 0) {
		if errors.Is(err, engine.ErrNotFound) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(text))
	}
	return list
}

// said waits until so many agents' words are shown, and gives their texts.
func (ts *testServer) replies(t *testing.T, name, id string, n int) []map[string]any {
	t.Helper()
	var list []map[string]any
	for range 200 {
		list = ts.frames(t, name, id, frameResponse)
		if len(list) >= n {
			return list
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s: got %d replies, want %d", id, len(list), n)
	return nil
}

func TestForkGoesOnAndLeavesTheOriginal(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"first"}`)
	ts.replies(t, ann, id, 1)
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"second"}`)
	ts.replies(t, ann, id, 2)
	at := 0
	for i, line := range ts.storedLog(t, id) {
		if strings.Contains(line, `"second"`) {
			at = i // the event before it
			break
		}
	}
	before, look := ts.storedLog(t, id), ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)

	got := ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/fork", map[string]any{"at": at, "say": "other"}, "Idempotency-Key", "k1")
	copied, _ := got["session_id"].(string)
	check(t, got, id, "forked_from")
	check(t, got, humanAgent, "session_type")
	if copied == id {
		t.Fatal("the copy has the original's id")
	}
	again := ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/fork", map[string]any{"at": at, "say": "other"}, "Idempotency-Key", "k1")
	check(t, again, copied, "session_id")
	replies := ts.replies(t, ann, copied, 2)
	if len(replies) != 2 {
		t.Errorf("the copy has %d replies, want 2", len(replies))
	}
	texts := strings.Join(ts.storedLog(t, copied), "\n")
	if !strings.Contains(texts, `"first"`) || !strings.Contains(texts, `"other"`) || strings.Contains(texts, `"second"`) {
		t.Errorf("the copy's log is\n%s", texts)
	}
	if diff := cmp.Diff(before, ts.storedLog(t, id)); diff != "" {
		t.Errorf("the original has changed (-want +got)\n%s", diff)
	}
	after := ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
	if diff := cmp.Diff(look, after); diff != "" {
		t.Errorf("the original looks otherwise (-want +got)\n%s", diff)
	}
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 2, "total_count")
	own, _ := look["agents"].(map[string]any)["primary"].(map[string]any)
	theirs, _ := got["agents"].(map[string]any)["primary"].(map[string]any)
	if own["agent_id"] == theirs["agent_id"] {
		t.Error("the copy has the original's agent")
	}
}

func TestForkWithOtherThings(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Templates, c.Connect = []Scenario{testScenario(t, debateHCL)}, testScripts
	})
	id, _ := ts.create(t, ann, map[string]any{"template": "debate", "variables": map[string]any{"key": "planted-secret-2211"}})
	got := ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/fork", map[string]any{
		"at": 1, "variables": map[string]any{"motion": "Tea is better than coffee."}, "metadata": map[string]any{"why": "to see"},
		"agents": map[string]any{"con": map[string]any{"model": "fast-9"}},
	})
	agent, _ := got["agents"].(map[string]any)["con"].(map[string]any)
	if agent["model"] != "fast-9" {
		t.Errorf("the agent is %v", agent)
	}
	check(t, got, "to see", "metadata", "why")
	copied, _ := got["session_id"].(string)
	d, err := ts.docOf(t.Context(), copied)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ts.planOf(t.Context(), copied, d)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.config.Agents[0].Instructions; !strings.Contains(got, "Tea is better") {
		t.Errorf("instructions are %q", got)
	}
	if got := p.config.Providers[1].APIKey.Reveal(); got != "planted-secret-2211" {
		t.Errorf("the secret of the original is %q in the copy", got)
	}
	// The copy of a copy keeps what was other in the first.
	second := ts.as(t, ann, 200, "POST", "/chat/sessions/"+copied+"/fork", `{"at":1}`)
	check(t, second, copied, "forked_from")
	again, _ := second["agents"].(map[string]any)["con"].(map[string]any)
	if again["model"] != "fast-9" {
		t.Errorf("the agent of the second copy is %v", again)
	}
	wholeStoreHasNot(t, ts, "planted-secret-2211")
}

func TestForkRefusals(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Templates, c.Connect = []Scenario{testScenario(t, debateHCL)}, testScripts
		c.Sessions.MaxPerUser = 2
	})
	id, _ := ts.create(t, ann, map[string]any{"template": "debate"})
	path := "/chat/sessions/" + id + "/fork"
	for body, loc := range map[string]string{
		`{"at":"x"}`:                          "body at",
		`{"at":1.5}`:                          "body at",
		`{"at":-1}`:                           "body at",
		`{"at":0}`:                            "body at",
		`{"at":99999}`:                        "body at",
		`{"say":7}`:                           "body say",
		`{"say":""}`:                          "body say",
		`{"variables":{"nope":1}}`:            "body variables nope",
		`{"variables":{"motion":"short"}}`:    "body variables motion",
		`{"variables":{"turns":"many"}}`:      "body variables turns",
		`{"agents":{"nope":{"model":"m"}}}`:   "body agents nope",
		`{"agents":{"pro":{"provider":"z"}}}`: "body agents pro provider",
		`{"metadata":[]}`:                     "body metadata",
		`[]`:                                  "body",
	} {
		got := ts.as(t, ann, 422, "POST", path, body)
		errs, _ := got["errors"].([]any)
		if len(errs) == 0 {
			t.Errorf("%s: got %v", body, got)
			continue
		}
		first, _ := errs[0].(map[string]any)
		var words []string
		for _, w := range first["loc"].([]any) {
			words = append(words, w.(string))
		}
		if strings.Join(words, " ") != loc {
			t.Errorf("%s: loc is %v, want %s", body, words, loc)
		}
	}
	ts.as(t, bob, 403, "POST", path, `{}`)
	ts.as(t, ann, 404, "POST", "/chat/sessions/session_nope/fork", `{}`)
	ts.createChat(t, ann)
	ts.createChat(t, ann)
	check(t, ts.as(t, ann, 429, "POST", path, `{"at":1}`), "SESSION_LIMIT", "code")
}

func TestForkOfAnEndedSession(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"first"}`)
	ts.replies(t, ann, id, 1)
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/stop", nil)
	got := ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/fork", `{"say":"and then?"}`)
	check(t, got, statusActive, "status")
	copied, _ := got["session_id"].(string)
	ts.replies(t, ann, copied, 2)
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil), statusStopped, "status")
	ts.as(t, ann, 204, "DELETE", "/chat/sessions/"+id, nil)
	ts.as(t, ann, 404, "POST", "/chat/sessions/"+id+"/fork", `{}`)
}

func TestForkOfATalk(t *testing.T) {
	ts := newTestServer(t, nil)
	one, two := ts.register(t, ann, "one"), ts.register(t, ann, "two")
	sent := ts.tell(t, ann, one, two, "hello")
	id, _ := sent["session_id"].(string)
	ts.replies(t, ann, id, 1)
	ts.as(t, ann, 422, "POST", "/chat/sessions/"+id+"/fork", `{"agents":{"one":{"model":"m"}}}`)
	got := ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/fork", `{"say":"and then?"}`)
	copied, _ := got["session_id"].(string)
	ts.replies(t, ann, copied, 2)
	if live, talks := ts.index.live(ann), ts.index.talks(ann); live != 1 || talks != 1 {
		t.Errorf("%d sessions and %d talks count, want the copy among the sessions", live, talks)
	}
	if next := ts.tell(t, ann, one, two, "again"); next["session_id"] != id {
		t.Errorf("the talk goes on in %v, want the original", next["session_id"])
	}
	if _, err := ts.engine.Session(copied); err != nil && err != engine.ErrNotFound { //nolint:errorlint // the very one
		t.Error(err)
	}
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
)

// brokenJournal fails, or panics, when it is told to.
type brokenJournal struct {
	engine.Store
	fail, panics atomic.Bool
}

func (j *brokenJournal) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	switch {
	case j.panics.Load():
		panic("a mistake in the journal")
	case j.fail.Load():
		return errors.New("disk /secret/place is full")
	default:
		return j.Store.Append(ctx, session, expect, events)
	}
}

func newBrokenServer(t *testing.T) (*testServer, *brokenJournal) {
	t.Helper()
	j := &brokenJournal{}
	ts := newTestServer(t, func(c *Config) {
		j.Store = c.Store
		eng := engine.New(c.Hooks.Wire(engine.Config{Journal: j, Logger: c.Logger}))
		t.Cleanup(eng.Close)
		c.Engine, c.Store = eng, j
	})
	return ts, j
}

// A session that cannot be stored takes nothing and goes on when the store is
// back; the error tells nobody what is inside, and nothing half-made is left.
func TestJournalFails(t *testing.T) {
	ts, j := newBrokenServer(t)
	id, other := ts.createChat(t, ann), ts.createChat(t, ann)
	j.fail.Store(true)
	for path, body := range map[string]any{"/chat/sessions/create": chatBody, "/chat/sessions/" + id + "/messages": `{"content":"x"}`} {
		w, got := ts.do(t, "POST", path, ts.token(t, ann), body)
		if w.StatusCode != 503 || w.Header.Get("Retry-After") == "" {
			t.Errorf("%s: got %d with Retry-After %q, want 503 with one", path, w.StatusCode, w.Header.Get("Retry-After"))
		}
		if detail, _ := got["detail"].(string); strings.Contains(detail, "secret") {
			t.Errorf("%s: the answer shows the cause: %s", path, detail)
		}
	}
	j.fail.Store(false)
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil), "active", "status")
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"x"}`)
	ts.as(t, ann, 204, "DELETE", "/chat/sessions/"+id, nil)
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+other+"/messages", `{"content":"x"}`)
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 1, "total_count")
}

// A panic ends its session alone, and the log names the session.
func TestSessionPanics(t *testing.T) {
	ts, j := newBrokenServer(t)
	id, other := ts.createChat(t, ann), ts.createChat(t, ann)
	j.panics.Store(true)
	w, got := ts.do(t, "POST", "/chat/sessions/"+id+"/messages", ts.token(t, ann), `{"content":"x"}`)
	if detail, _ := got["detail"].(string); w.StatusCode != 500 || !strings.Contains(detail, w.Header.Get("X-Request-ID")) {
		t.Errorf("got %d %v, want 500 with the id of the request", w.StatusCode, got)
	}
	j.panics.Store(false)
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil), "failed", "status")
	if log := ts.log.String(); !strings.Contains(log, "session panicked") || !strings.Contains(log, id) {
		t.Errorf("the log does not name the session: %s", log)
	}
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+other+"/messages", `{"content":"x"}`)
}

func TestEngineCloses(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	ts.engine.Close()
	check(t, ts.as(t, ann, 503, "POST", "/chat/sessions/create", chatBody), "DRAINING", "code")
	check(t, ts.as(t, ann, 503, "POST", "/chat/sessions/"+id+"/messages", `{"content":"x"}`), "DRAINING", "code")
	check(t, ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil), "active", "status") // its log goes on elsewhere
}

func TestLimitsOfSessions(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Limits = Limits{} })
	var id string
	for i := range 6 {
		w, got := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann), chatBody)
		if i < 5 {
			id, _ = got["session_id"].(string)
			continue
		}
		if w.StatusCode != 429 || w.Header.Get("Retry-After") == "" {
			t.Errorf("the sixth session within a minute: got %d with Retry-After %q", w.StatusCode, w.Header.Get("Retry-After"))
		}
	}
	for i := range 11 {
		w, _ := ts.do(t, "GET", "/chat/sessions/"+id, ts.token(t, ann), nil)
		if want := map[bool]int{true: 200, false: 429}[i < 10]; w.StatusCode != want {
			t.Errorf("query %d of a session: got %d, want %d", i+1, w.StatusCode, want)
		}
	}
	ts.as(t, ann, 200, "GET", "/chat/sessions", nil) // another class
	ts.createChat(t, bob)                            // another person
}

// Metadata comes back as it was given, up to 16 KiB.
func TestMetadataIsEchoed(t *testing.T) {
	ts := newTestServer(t, nil)
	for _, metadata := range []string{
		`{}`, `{"deep":{"list":[1,null,"x"]},"n":12345678901234567890}`, `{"x":"` + strings.Repeat("x", 16<<10-8) + `"}`,
	} {
		body := strings.Replace(chatBody, "{", `{"metadata":`+metadata+`,`, 1)
		w, _ := ts.do(t, "POST", "/chat/sessions/create", ts.token(t, ann), body)
		var got struct{ Metadata json.RawMessage }
		if err := json.NewDecoder(w.Body).Decode(&got); err != nil || string(got.Metadata) != metadata {
			t.Errorf("got %s, %v, want %s", brief(string(got.Metadata)), err, brief(metadata))
		}
	}
}

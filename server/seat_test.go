package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// serveOn is a server on a store, whose sessions rest after a time; 0 is never.
func serveOn(tb testing.TB, store engine.Store, passive time.Duration, change ...func(*Config)) *testServer {
	tb.Helper()
	return newTestServer(tb, func(c *Config) {
		c.Store, c.Hooks, c.Connect = store, NewHooks(nil), testScripts
		c.Engine = engine.New(c.Hooks.Wire(engine.Config{Journal: store, Logger: c.Logger, Passive: passive}))
		tb.Cleanup(c.Engine.Close)
		for _, fn := range change {
			fn(c)
		}
	})
}

// crash stops a server without a drain.
func (ts *testServer) crash() {
	ts.Close()
	ts.cfg.Engine.Close()
}

// status is what a server says of a session's state.
func (ts *testServer) status(tb testing.TB, id string) string {
	tb.Helper()
	text, _ := ts.as(tb, ann, 200, "GET", "/chat/sessions/"+id, nil)["status"].(string)
	return text
}

func (ts *testServer) post(tb testing.TB, id, content string) {
	tb.Helper()
	ts.as(tb, ann, 202, "POST", "/chat/sessions/"+id+"/messages", map[string]any{"content": content})
}

// answers waits until an agent has answered so many times.
func (ts *testServer) answers(tb testing.TB, id string, want int) {
	tb.Helper()
	eventually(tb, fmt.Sprintf("%d answers in %s", want, id), func() bool {
		return ts.count(tb, id, frameResponse) == want
	})
}

func (ts *testServer) count(tb testing.TB, id, kind string) (n int) {
	tb.Helper()
	list, _ := ts.as(tb, ann, 200, "GET", "/chat/sessions/"+id+"/messages", nil)["messages"].([]any)
	for _, m := range list {
		if at(m, "type") == kind {
			n++
		}
	}
	return n
}

// What ran, waited, was paused and had ended is so again after a restart, and
// what was cut short is made again once.
func TestRestart(t *testing.T) {
	for _, how := range []string{"crash", "drain"} {
		t.Run(how, func(t *testing.T) { testRestart(t, how == "drain") })
	}
}

func testRestart(t *testing.T, drain bool) {
	t.Helper()
	store := &memory.Journal{}
	one := serveOn(t, store, 0, slow(t, "200ms", "enqueue", "1h"))
	waits, paused, ended := one.createChat(t, ann), one.createChat(t, ann), one.createChat(t, ann)
	gone := one.createChat(t, ann)
	busy, _ := one.create(t, ann, map[string]any{"template": "slow"})
	one.post(t, waits, "hello")
	one.answers(t, waits, 1)
	one.as(t, ann, 200, "POST", "/chat/sessions/"+paused+"/pause", nil)
	one.as(t, ann, 200, "POST", "/chat/sessions/"+ended+"/stop", nil)
	one.as(t, ann, 204, "DELETE", "/chat/sessions/"+gone, nil)
	before := one.as(t, ann, 200, "GET", "/chat/sessions/"+ended, nil)
	one.post(t, busy, "think")
	if drain {
		if err := one.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	one.crash()

	two := serveOn(t, store, 0)
	check(t, two.as(t, ann, 200, "GET", "/chat/sessions", nil), 4, "total_count")
	two.answers(t, busy, 1)
	eventually(t, "all that lives is here", func() bool { return len(two.seats.list()) == 3 })
	for id, want := range map[string]string{waits: statusActive, paused: statusPaused, ended: statusStopped, busy: statusActive} {
		if got := two.status(t, id); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	two.as(t, ann, 404, "GET", "/chat/sessions/"+gone, nil)
	after := two.as(t, ann, 200, "GET", "/chat/sessions/"+ended, nil)
	for _, key := range []string{"seq", "outcome", "stop", "created_at", "template"} {
		check(t, after, before[key], key)
	}
	two.as(t, ann, 200, "GET", "/agents/status/"+agentID(after, "primary"), nil)
	two.post(t, waits, "still there?")
	two.answers(t, waits, 2)
	two.as(t, ann, 200, "POST", "/chat/sessions/"+paused+"/resume", nil)
	two.post(t, paused, "go on")
	two.answers(t, paused, 1)
}

// A session that rests costs no seat, is woken by a command, and those who
// follow it miss nothing.
func TestRest(t *testing.T) {
	ts := serveOn(t, &memory.Journal{}, 30*time.Millisecond)
	id := ts.createChat(t, ann)
	c := ts.open(t, ann, id, "")
	c.untilEvent("live")
	for n := 1; n <= 3; n++ {
		eventually(t, "it rests", func() bool { return len(ts.seats.list()) == 0 })
		if got := ts.status(t, id); got != statusActive {
			t.Errorf("at rest: got %s", got)
		}
		c.say(fmt.Sprint("message ", n))
		c.untilType(frameResponse)
		check(t, ts.as(t, ann, 200, "GET", "/chat/sessions", nil), 1, "total_count")
	}
	ts.answers(t, id, 3)
	eventually(t, "it rests", func() bool { return len(ts.seats.list()) == 0 })
	c.send(map[string]any{"type": frameStop})
	c.wantClose(closeNormal)
}

// A session that rests is woken when its time is over, also after a restart.
func TestOverdueWake(t *testing.T) {
	store := &memory.Journal{}
	one := serveOn(t, store, 20*time.Millisecond, slow(t, "1ms", "enqueue", "700ms"))
	id, _ := one.create(t, ann, map[string]any{"template": "slow"})
	eventually(t, "it rests", func() bool { return one.head(id).resting })
	other, _ := one.create(t, ann, map[string]any{"template": "slow"})
	eventually(t, "the first has expired", func() bool { return one.status(t, id) == statusExpired })
	one.crash()
	time.Sleep(700 * time.Millisecond)
	two := serveOn(t, store, 20*time.Millisecond)
	eventually(t, "the other has expired", func() bool { return two.status(t, other) == statusExpired })
}

func (ts *testServer) head(id string) docHead { return ts.index.head(ts.index.entry(id)) }

// Sessions of a restarted server count in the cap, and go when their retention
// is over, logs and all.
func TestCapAndRetentionOverARestart(t *testing.T) {
	store := &memory.Journal{}
	set := func(c *Config) { c.Sessions.MaxPerUser, c.Sessions.Retention = 2, time.Second }
	one := serveOn(t, store, 0, set)
	live, ended := one.createChat(t, ann), one.createChat(t, ann)
	check(t, one.as(t, ann, 429, "POST", "/chat/sessions/create", chatBody), "SESSION_LIMIT", "code")
	one.crash()
	two := serveOn(t, store, 0, set)
	check(t, two.as(t, ann, 429, "POST", "/chat/sessions/create", chatBody), "SESSION_LIMIT", "code")
	two.as(t, ann, 200, "POST", "/chat/sessions/"+ended+"/stop", nil)
	two.as(t, ann, 200, "POST", "/chat/sessions/create", chatBody)
	two.crash()
	three := serveOn(t, store, 0, set)
	eventually(t, "the ended one is removed", func() bool { return three.index.entry(ended) == nil })
	for e, err := range store.Read(t.Context(), ended, 0) {
		if err == nil {
			t.Errorf("event %d is still there", e.Seq)
		}
	}
	three.as(t, ann, 404, "GET", "/chat/sessions/"+ended, nil)
	three.as(t, ann, 200, "GET", "/chat/sessions/"+live, nil)
}

// What a crash leaves between a doc and its log is put right.
func TestHalfMadeSessions(t *testing.T) {
	store := &memory.Journal{}
	one := serveOn(t, store, 0)
	stays, empty, ended := one.createChat(t, ann), one.createChat(t, ann), one.createChat(t, ann)
	one.crash()
	one.rewrite(t, empty, func(d *doc) { d.Seq = 0 })
	if err := store.Delete(t.Context(), empty); err != nil {
		t.Fatal(err)
	}
	end := engine.Event{Session: ended, Time: now().Add(time.Second), Data: &engine.Ended{Outcome: engine.Achieved, Reason: engine.Reason{Stop: "pattern"}}}
	mark, err := store.Mark(t.Context(), ended)
	if err != nil {
		t.Fatal(err)
	}
	end.Seq = mark.Seq + 1
	if err := store.Append(t.Context(), ended, mark.Seq, []engine.Event{end}); err != nil {
		t.Fatal(err)
	}
	two := serveOn(t, store, 0)
	eventually(t, "what has no log is gone", func() bool { return two.index.entry(empty) == nil })
	eventually(t, "what has ended is known to", func() bool { return two.status(t, ended) == statusCompleted })
	got := two.as(t, ann, 200, "GET", "/chat/sessions/"+ended, nil)
	check(t, got, "pattern", "stop")
	check(t, got, int(end.Seq), "seq")
	two.post(t, stays, "x")
}

// rewrite changes what is stored of a session behind a server's back.
func (ts *testServer) rewrite(tb testing.TB, id string, change func(*doc)) {
	tb.Helper()
	d, rev, err := ts.readDoc(tb.Context(), id)
	if err != nil {
		tb.Fatal(err)
	}
	change(d)
	value, err := d.encode()
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := ts.docs.Update(tb.Context(), id, value, rev); err != nil {
		tb.Fatal(err)
	}
}

// A session whose template is another one now can be read and does not go on.
func TestBrokenSessions(t *testing.T) {
	store := &memory.Journal{}
	one := serveOn(t, store, 0, slow(t, "1ms", "enqueue", "1h"))
	id, _ := one.create(t, ann, map[string]any{"template": "slow"})
	one.post(t, id, "hello")
	one.answers(t, id, 1)
	one.crash()
	one.rewrite(t, id, func(d *doc) { d.Blueprint.Hash = "another" })
	two := serveOn(t, store, 0)
	eventually(t, "it has failed", func() bool { return two.status(t, id) == statusFailed })
	check(t, two.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil), brokenTemplate, "stop")
	two.answers(t, id, 1)
	check(t, two.as(t, ann, 409, "POST", "/chat/sessions/"+id+"/messages", `{"content":"x"}`), "SESSION_ENDED", "code")
	c := two.open(t, ann, id, "")
	frames := c.wantClose(closeGeneric)
	if len(frames) < 4 {
		t.Errorf("got %d frames before the close", len(frames))
	}
}

// A session whose provider is not there now takes nothing and is not over: it
// goes on where, or when, its provider is there. It can be deleted meanwhile.
func TestTemplateUnavailable(t *testing.T) {
	store := &memory.Journal{}
	one := serveOn(t, store, 0, slow(t, "1ms", "enqueue", "1h"))
	id, _ := one.create(t, ann, map[string]any{"template": "slow"})
	other, _ := one.create(t, ann, map[string]any{"template": "slow"})
	one.post(t, id, "hello")
	one.answers(t, id, 1)
	one.crash()

	two := serveOn(t, store, 0, func(c *Config) { c.Connect = nil })
	check(t, two.as(t, ann, 503, "POST", "/chat/sessions/"+id+"/messages", `{"content":"x"}`), "TEMPLATE_UNAVAILABLE", "code")
	eventually(t, "the log says why", func() bool { return strings.Contains(two.log.String(), "not to be had here now") })
	two.answers(t, id, 1)
	if got := two.status(t, id); got != statusActive {
		t.Errorf("without its provider it is %s", got)
	}
	two.as(t, ann, 204, "DELETE", "/chat/sessions/"+other, nil)
	two.as(t, ann, 404, "GET", "/chat/sessions/"+other, nil)
	two.crash()

	three := serveOn(t, store, 0)
	three.post(t, id, "again")
	three.answers(t, id, 2)
	three.as(t, ann, 404, "GET", "/chat/sessions/"+other, nil)
}

// The talk of two agents goes on after a restart, and on another node.
func TestTalkOverARestart(t *testing.T) {
	store := &memory.Journal{}
	one := serveOn(t, store, 0)
	a, b := one.register(t, ann, "one"), one.register(t, ann, "two")
	id := one.tell(t, ann, a, b, "hello")["session_id"]
	one.crash()
	two := serveOn(t, store, 0)
	check(t, two.tell(t, ann, b, a, "still there?"), id, "session_id")
	two.as(t, ann, 200, "DELETE", "/agents/"+a, nil)
	two.as(t, ann, 404, "GET", "/chat/sessions/"+id.(string), nil)
}

// While the store is away nothing is taken and nothing half-made; what was let
// go of goes on when it is back.
func TestStoreIsAway(t *testing.T) {
	c := memory.NewCluster(time.Hour, time.Minute)
	node := c.Node()
	t.Cleanup(node.Kill)
	store := &awayStore{Store: node}
	ts := serveOn(t, store, 0)
	id := ts.createChat(t, ann)
	store.away.Store(true)
	for _, path := range []string{"/chat/sessions/create", "/chat/sessions/" + id + "/messages"} {
		body := any(chatBody)
		if path != "/chat/sessions/create" {
			body = `{"content":"x"}`
		}
		w, got := ts.do(t, "POST", path, ts.token(t, ann), body)
		if w.StatusCode != http.StatusServiceUnavailable || w.Header.Get("Retry-After") == "" || at(got, "code") != "STORE_UNAVAILABLE" {
			t.Errorf("%s: got %d %v", path, w.StatusCode, got)
		}
	}
	if w, _ := ts.do(t, "GET", "/readyz", "", nil); w.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz: got %d", w.StatusCode)
	}
	store.away.Store(false)
	eventually(t, "it is resumed", func() bool { rec := ts.seats.of(id); return rec != nil && rec.running() != nil })
	ts.post(t, id, "back again")
	ts.answers(t, id, 1)
	eventually(t, "nothing half-made is left", func() bool { return len(ts.index.entries()) == 1 })
	ts.as(t, ann, 200, "GET", "/readyz", nil)
}

// awayStore is a store that cannot be written for a while.
type awayStore struct {
	engine.Store
	away atomic.Bool
}

var errAway = errors.New("the disk is full")

func (s *awayStore) Err() error {
	if s.away.Load() {
		return errAway
	}
	return s.Store.Err()
}

func (s *awayStore) Append(ctx context.Context, session string, expect uint64, events []engine.Event) error {
	if s.away.Load() {
		return errAway
	}
	return s.Store.Append(ctx, session, expect, events)
}

func (s *awayStore) Table(ctx context.Context, name string) (engine.Table, error) {
	t, err := s.Store.Table(ctx, name)
	return &awayTable{t, s}, err
}

type awayTable struct {
	engine.Table
	s *awayStore
}

func (t *awayTable) Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if t.s.away.Load() {
		return 0, errAway
	}
	return t.Table.Update(ctx, key, value, revision)
}

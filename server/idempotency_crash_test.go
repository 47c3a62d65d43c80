package server

import (
	"encoding/json"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine/memory"
)

// undone makes the first answers of a store what they were before the work was
// over, by a node that has died since.
func undone(tb testing.TB, store *memory.Journal) {
	tb.Helper()
	table, err := store.Table(tb.Context(), tableAnswers)
	if err != nil {
		tb.Fatal(err)
	}
	n := 0
	for e, err := range table.Watch(tb.Context()) {
		if err != nil || e.Key == "" {
			break
		}
		var f firstAnswer
		if err := json.Unmarshal(e.Value, &f); err != nil {
			tb.Fatal(err)
		}
		f.Node, f.Done, f.Code, f.Body = "dead", false, 0, nil
		text, err := json.Marshal(f)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := table.Put(tb.Context(), e.Key, text); err != nil {
			tb.Fatal(err)
		}
		n++
	}
	if n == 0 {
		tb.Fatal("no answers are kept")
	}
}

// A process that dies between its work and keeping the answer does not have it
// done twice: a repeat finds the session, the copy and the message.
func TestIdempotentOverACrash(t *testing.T) {
	store := &memory.Journal{}
	one := serveOn(t, store, 0)
	post := func(ts *testServer, path, body string, want int) map[string]any {
		return ts.as(t, ann, want, "POST", path, body, "Idempotency-Key", "k")
	}
	made := post(one, "/chat/sessions/create", chatBody, 200)
	id, _ := made["session_id"].(string)
	said := post(one, "/chat/sessions/"+id+"/messages", `{"content":"hello"}`, 202)
	one.answers(t, id, 1)
	copied := post(one, "/chat/sessions/"+id+"/fork", `{}`, 200)
	one.crash()
	undone(t, store)

	two := serveOn(t, store, 0)
	check(t, post(two, "/chat/sessions/create", chatBody, 200), id, "session_id")
	check(t, post(two, "/chat/sessions/"+id+"/messages", `{"content":"hello"}`, 202), said["message_id"], "message_id")
	check(t, post(two, "/chat/sessions/"+id+"/fork", `{}`, 200), copied["session_id"], "session_id")
	check(t, two.as(t, ann, 200, "GET", "/chat/sessions", nil), 2, "total_count")
	if got := two.count(t, id, frameText); got != 1 {
		t.Errorf("the message is there %d times", got)
	}
}

// A session that the dead process left without its first event is made anew.
func TestIdempotentAfterHalfAStart(t *testing.T) {
	store := &memory.Journal{}
	one := serveOn(t, store, 0)
	first := one.as(t, ann, 200, "POST", "/chat/sessions/create", chatBody, "Idempotency-Key", "k")
	id, _ := first["session_id"].(string)
	one.crash()
	one.rewrite(t, id, func(d *doc) { d.Seq = 0 })
	if err := store.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	undone(t, store)
	two := serveOn(t, store, 0)
	again := two.as(t, ann, 200, "POST", "/chat/sessions/create", chatBody, "Idempotency-Key", "k")
	two.post(t, again["session_id"].(string), "hello")
	eventually(t, "there is one", func() bool {
		return at(two.as(t, ann, 200, "GET", "/chat/sessions", nil), "total_count") == 1.0
	})
}

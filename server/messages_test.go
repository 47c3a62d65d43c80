package server

import (
	"errors"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/engine"
)

func TestPostMessage(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	path := "/chat/sessions/" + id + "/messages"
	got := ts.as(t, ann, 202, "POST", path, `{"content":"Good morning","metadata":{"mood":"calm"}}`)
	check(t, got, "accepted", "status")
	seq, _ := got["seq"].(float64)
	said := eventAt(t, ts, id, uint64(seq))
	if d, ok := said.Data.(*engine.Said); !ok || d.Content != "Good morning" || d.Metadata["mood"] != "calm" || d.Sender != "user" {
		t.Errorf("event %v: got %+v, want the message", seq, said.Data)
	}
	check(t, got, said.ID(), "message_id")
	check(t, got, timestamp(said.Time), "timestamp")
	for _, tt := range []struct {
		body string
		want int
		loc  string
	}{
		{`{}`, 422, "body.content"},
		{`{"content":""}`, 422, "body.content"},
		{`{"content":5}`, 422, "body.content"},
		{`{"content":"` + strings.Repeat("x", 256<<10+1) + `"}`, 422, "body.content"},
		{`{"content":"x","metadata":[]}`, 422, "body.metadata"},
		{`{"content":"x","metadata":{"x":"` + strings.Repeat("x", 16<<10) + `"}}`, 422, "body.metadata"},
		{`"hello"`, 422, "body"},
		{`{"content"`, 400, ""},
		{`{"content":"` + strings.Repeat("x", 1<<20) + `"}`, 413, ""},
	} {
		w, got := ts.do(t, "POST", path, ts.token(t, ann), tt.body)
		if w.StatusCode != tt.want || tt.loc != "" && joined(at(got, "errors", 0, "loc")) != tt.loc {
			t.Errorf("%s: got %d %v, want %d at %s", brief(tt.body), w.StatusCode, got, tt.want, tt.loc)
		}
	}
	if w, _ := ts.do(t, "POST", path, ts.token(t, ann), `content=x`, "Content-Type", "application/x-www-form-urlencoded"); w.StatusCode != 415 {
		t.Errorf("a form: got %d, want 415", w.StatusCode)
	}
}

func eventAt(tb testing.TB, ts *testServer, id string, seq uint64) engine.Event {
	tb.Helper()
	for e, err := range ts.journal.Read(tb.Context(), id, seq-1) {
		if err != nil {
			tb.Fatal(err)
		}
		return e
	}
	tb.Fatalf("session %s has no event %d", id, seq)
	return engine.Event{}
}

// A client id makes a repeat harmless, with or without an Idempotency-Key.
func TestMessageWithClientID(t *testing.T) {
	ts := newTestServer(t, nil)
	path := "/chat/sessions/" + ts.createChat(t, ann) + "/messages"
	body := `{"content":"once","metadata":{"client_id":"c1"}}`
	first := ts.as(t, ann, 202, "POST", path, body)
	check(t, ts.as(t, ann, 202, "POST", path, body), first["message_id"], "message_id")
}

func TestSayAddressesAndShowsData(t *testing.T) {
	ts := newTestServer(t, withScenario(t, debateHCL))
	id, _ := ts.as(t, ann, 200, "POST", "/chat/sessions/create", `{"template":"waiting"}`)["session_id"].(string)
	rec := ts.record(t, id)
	p := principal{Name: ann}
	_, err := ts.say(t.Context(), rec, p, incoming{Content: "x", Receiver: "nobody"})
	if !errors.Is(err, engine.ErrUnknownParticipant) {
		t.Errorf("a receiver of nowhere: got %v", err)
	}
	receipt, err := ts.say(t.Context(), rec, p, incoming{
		Content: "Look", Receiver: rec.agents[1].id, Metadata: map[string]any{"k": "v"}, Structured: map[string]any{"n": 7},
	})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := eventAt(t, ts, id, receipt.Seq).Data.(*engine.Said)
	if d == nil || d.Receiver != "con" || !strings.HasSuffix(d.Content, `{"n":7}`) || d.Metadata["structured_data"] == nil || d.Metadata["k"] != "v" {
		t.Errorf("got %+v, want it for con, with the data in the text and beside it", d)
	}
}

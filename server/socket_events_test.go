package server

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// events is a client's end of server-sent events.
type events struct {
	t     testing.TB
	resp  *http.Response
	lines *bufio.Scanner
	pings int
}

func (ts *testServer) events(tb testing.TB, name, session, query string, headers ...string) *events {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, ts.url+"/chat/sessions/"+session+"/events"+query, nil)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+ts.token(tb, name))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := ts.client.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = w.Body.Close() })
	lines := bufio.NewScanner(w.Body)
	lines.Buffer(nil, 1<<20)
	return &events{t: tb, resp: w, lines: lines}
}

// next gives the next event: its id, which is 0 without one, and its frame.
func (e *events) next() (id uint64, f Frame, ok bool) {
	e.t.Helper()
	for e.lines.Scan() {
		line := e.lines.Text()
		if text, is := strings.CutPrefix(line, "id: "); is {
			id, _ = strconv.ParseUint(text, 10, 64)
		}
		if text, is := strings.CutPrefix(line, "data: "); is {
			if err := json.Unmarshal([]byte(text), &f); err != nil {
				e.t.Fatalf("event %q: %v", text, err)
			}
			return id, f, true
		}
		if line == ": ping" {
			e.pings++
		}
	}
	return 0, f, false
}

func TestEventsAreTheFramesOfTheSocket(t *testing.T) {
	ts := newTestServer(t, withScenario(t, duoHCL))
	id, _ := ts.create(t, ann, map[string]any{"template": "duo"})
	sse := ts.events(t, ann, id, "?detail=turns")
	if got := sse.resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("content type %q", got)
	}
	if _, f, _ := sse.next(); f.event() != "live" {
		t.Errorf("got %+v, want live", f)
	}
	a := ts.open(t, ann, id, "?detail=turns")
	a.untilEvent("live")
	a.say("begin")
	want := stored(a.wantClose(closeNormal))
	var got []Frame
	for {
		n, f, ok := sse.next()
		if !ok {
			break
		}
		if n != f.seq() {
			t.Errorf("id %d of a frame with seq %d", n, f.seq())
		}
		got = append(got, f)
	}
	if g, w := fmt.Sprint(stored(got)), fmt.Sprint(want); g != w {
		t.Errorf("events:\n%s\nsocket:\n%s", g, w)
	}
	if sse.pings == 0 {
		t.Error("no ping came")
	}
	half := want[len(want)/2].seq()
	for _, again := range []*events{
		ts.events(t, ann, id, "?detail=turns", "Last-Event-ID", strconv.FormatUint(half, 10)),
		ts.events(t, ann, id, fmt.Sprintf("?detail=turns&after=%d", half)),
	} {
		if n, _, _ := again.next(); n != want[len(want)/2+1].seq() {
			t.Errorf("after %d came %d, want %d", half, n, want[len(want)/2+1].seq())
		}
	}
	over := ts.events(t, ann, id, "", "Last-Event-ID", strconv.FormatUint(want[len(want)-1].seq(), 10))
	if over.resp.StatusCode != http.StatusNoContent {
		t.Errorf("after the end: %d, want 204", over.resp.StatusCode)
	}
}

func stored(frames []Frame) []Frame {
	return slices.DeleteFunc(slices.Clone(frames), func(f Frame) bool { return f.Metadata["prev"] == nil })
}

func TestEventsEnd(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.WS.PingInterval = 30 * time.Millisecond })
	id := ts.createChat(t, ann)
	sse := ts.events(t, ann, id, "")
	sse.next()
	eventually(t, "it is one of the connections", func() bool { return ts.sockets.len() == 1 })
	time.Sleep(100 * time.Millisecond)
	ts.sockets.mu.Lock()
	for f := range ts.sockets.all {
		f.expires = time.Now()
	}
	ts.sockets.mu.Unlock()
	var last Frame
	for {
		_, f, ok := sse.next()
		if !ok {
			break
		}
		last = f
	}
	if last.Type != frameError || last.Metadata["code"] != "AUTHENTICATION_FAILED" {
		t.Errorf("the last event is %+v, want an error", last)
	}
	if sse.pings < 2 {
		t.Errorf("%d pings, want some", sse.pings)
	}
	eventually(t, "the connection is gone", func() bool { return ts.sockets.len() == 0 })
	w, body := ts.do(t, "GET", "/chat/sessions/"+id+"/events", ts.token(t, ann), nil, "Last-Event-ID", "x")
	if w.StatusCode != http.StatusUnprocessableEntity || at(body, "errors", 0, "loc", 1) != "Last-Event-ID" {
		t.Errorf("a bad Last-Event-ID: %d %v", w.StatusCode, body)
	}
	for who, want := range map[string]int{bob: http.StatusForbidden, ann: http.StatusOK} {
		w, _ := ts.do(t, "HEAD", "/chat/sessions/"+id+"/events", ts.token(t, who), nil)
		if w.StatusCode != want {
			t.Errorf("HEAD of %s: %d, want %d", who, w.StatusCode, want)
		}
	}
	if got := ts.events(t, ann, "session_none", "").resp.StatusCode; got != http.StatusNotFound {
		t.Errorf("an unknown session: %d", got)
	}
	if got := ts.events(t, bob, id, "").resp.StatusCode; got != http.StatusForbidden {
		t.Errorf("somebody else's session: %d", got)
	}
}

func TestHistoryInPages(t *testing.T) {
	ts := newTestServer(t, withScenario(t, duoHCL))
	id, _ := ts.create(t, ann, map[string]any{"template": "duo"})
	path := "/chat/sessions/" + id + "/messages"
	empty := ts.as(t, ann, http.StatusOK, "GET", path+"?after=0", nil)
	if list, ok := empty["messages"].([]any); !ok || len(list) != 0 {
		t.Errorf("before anything: %v, want an empty list", empty)
	}
	a := ts.open(t, ann, id, "")
	a.say("begin")
	want := stored(a.wantClose(closeNormal))
	for _, limit := range []int{1, 2, 1000} {
		var got []Frame
		after := 0.0
		for {
			page := ts.as(t, ann, http.StatusOK, "GET", fmt.Sprintf("%s?after=%d&limit=%d", path, int(after), limit), nil)
			text, _ := json.Marshal(page["messages"])
			var frames []Frame
			if err := json.Unmarshal(text, &frames); err != nil {
				t.Fatal(err)
			}
			if len(frames) > limit {
				t.Errorf("%d frames in a page of %d", len(frames), limit)
			}
			after, _ = page["next_after"].(float64)
			if len(frames) == 0 {
				break
			}
			got = append(got, frames...)
		}
		if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
			t.Errorf("pages of %d:\n%s\nsocket:\n%s", limit, g, w)
		}
	}
	for query, name := range map[string]string{"?after=x": "after", "?limit=0": "limit", "?limit=1001": "limit", "?detail=x": "detail"} {
		w, body := ts.do(t, "GET", path+query, ts.token(t, ann), nil)
		if w.StatusCode != http.StatusUnprocessableEntity || at(body, "errors", 0, "loc", 1) != name {
			t.Errorf("%s: %d %v", query, w.StatusCode, body)
		}
	}
	if w, _ := ts.do(t, "GET", path, ts.token(t, bob), nil); w.StatusCode != http.StatusForbidden {
		t.Errorf("bob reads ann's: %d", w.StatusCode)
	}
}

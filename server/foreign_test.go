package server

import (
	"strings"
	"testing"
)

// Nobody reads or changes what is not theirs: every route about sessions is
// tried by another person, and by an administrator, and leaves no trace.
func TestForeignSessions(t *testing.T) {
	ts := newTestServer(t, nil)
	id := ts.createChat(t, ann)
	before := ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
	walked := 0
	for _, rt := range ts.sessionRoutes() {
		if !strings.Contains(rt.path, "{session_id}") {
			continue
		}
		walked++
		for _, prefix := range []string{"", "/api"} {
			for _, tt := range []struct {
				name, id string
				want     int
			}{{bob, id, 403}, {root, id, 403}, {bob, "session_nope", 404}, {bob, "%00", 404}, {ann, id + "x", 404}} {
				var body any
				if rt.method == "POST" {
					body = `{"content":"hello"}`
				}
				path := prefix + strings.Replace(rt.path, "{session_id}", tt.id, 1)
				w, got := ts.do(t, rt.method, path, ts.token(t, tt.name), body)
				if w.StatusCode != tt.want {
					t.Errorf("%s %s as %s: got %d %v, want %d", rt.method, path, tt.name, w.StatusCode, got, tt.want)
				}
				check(t, got, map[int]string{403: "FORBIDDEN", 404: "NOT_FOUND"}[tt.want], "code")
			}
			w, _ := ts.do(t, rt.method, prefix+strings.Replace(rt.path, "{session_id}", id, 1), "", nil)
			if w.StatusCode != 401 {
				t.Errorf("%s %s without a token: got %d, want 401", rt.method, rt.path, w.StatusCode)
			}
		}
	}
	if walked != 8 {
		t.Errorf("walked %d routes with an id, want 8", walked)
	}
	after := ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)
	if before["seq"] != after["seq"] || before["status"] != after["status"] {
		t.Errorf("got %v, want what it was: %v", after, before)
	}
	for _, name := range []string{bob, root} {
		check(t, ts.as(t, name, 200, "GET", "/chat/sessions", nil), 0, "total_count")
	}
	if session, err := ts.ownedBy(t.Context(), principal{Name: bob}, id); session != nil || err == nil {
		t.Errorf("ownedBy: got %v, %v", session, err)
	}
}

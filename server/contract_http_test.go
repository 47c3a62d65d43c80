package server

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// filled puts something into the variables of a path.
func filled(path string) string {
	for _, name := range []string{"{session_id}", "{agent_id}", "{name}", "{id}"} {
		path = strings.ReplaceAll(path, name, "none")
	}
	return path
}

// Every route is there under both of its paths: whatever it answers, it is not
// that there is no such path or method.
func TestEveryRouteTwice(t *testing.T) {
	ts := newTestServer(t, nil)
	for _, rt := range ts.allRoutes() {
		for _, prefix := range []string{"", "/api"} {
			w, plain := ts.do(t, rt.method, prefix+filled(rt.path), "", nil)
			if w.StatusCode == http.StatusNotFound || w.StatusCode == http.StatusMethodNotAllowed {
				t.Errorf("%s %s%s: got %d %v", rt.method, prefix, rt.path, w.StatusCode, plain)
			}
			if w.Header.Get("X-Request-ID") == "" {
				t.Errorf("%s %s%s: no X-Request-ID", rt.method, prefix, rt.path)
			}
		}
	}
}

// Every route but those that the contract names needs a token, and says so in
// one way.
func TestEveryRouteNeedsAToken(t *testing.T) {
	ts := newTestServer(t, nil)
	public := map[string]bool{
		"/auth/login": true, "/": true, "/healthz": true, "/readyz": true, "/metrics": true, "/docs": true,
		"/openapi.json": true, "/asyncapi.json": true, "/console/": true,
		"/ws/{session_id}": true, "/chat/ws/{session_id}": true, // refused by the code of a close
	}
	walked := 0
	for _, rt := range ts.allRoutes() {
		if public[rt.path] {
			if w, _ := ts.do(t, rt.method, filled(rt.path), "", nil); w.StatusCode == http.StatusUnauthorized {
				t.Errorf("%s %s: got 401 without a token", rt.method, rt.path)
			}
			continue
		}
		walked++
		for _, token := range []string{"", signed(t, map[string]any{"exp": 1}), signed(t, map[string]any{"type": "refresh"})} {
			w, body := ts.do(t, rt.method, filled(rt.path), token, nil)
			if w.StatusCode != http.StatusUnauthorized || w.Header.Get("WWW-Authenticate") != "Bearer" || body["detail"] == nil || body["timestamp"] == nil {
				t.Errorf("%s %s: got %d %v with WWW-Authenticate %q", rt.method, rt.path, w.StatusCode, body, w.Header.Get("WWW-Authenticate"))
			}
		}
	}
	if walked < 20 {
		t.Errorf("walked %d routes", walked)
	}
}

// Each check comes before the next: what is wrong in several ways is refused
// for the first of them.
func TestOrderOfChecks(t *testing.T) {
	ts := newTestServer(t, limited(Limits{SessionCreate: 2, Message: 3}))
	his := ts.createChat(t, bob)
	path := "/chat/sessions/" + his + "/messages"
	large := strings.Repeat("x", maxBody+1)
	for _, tt := range []struct {
		what, path, token, body string
		status                  int
	}{
		{"no token, a body that is too large", path, "", large, 401},
		{"a body that is too large, somebody else's session", path, ts.token(t, ann), large, 413},
		{"no JSON, somebody else's session", path, ts.token(t, ann), "{", 400},
		{"somebody else's session, an invalid message", path, ts.token(t, ann), "{}", 403},
		{"over the limit, and all the rest", path, ts.token(t, ann), large, 429},
	} {
		if w, body := ts.do(t, "POST", tt.path, tt.token, tt.body); w.StatusCode != tt.status {
			t.Errorf("%s: got %d %v, want %d", tt.what, w.StatusCode, body["code"], tt.status)
		}
	}
	for i, want := range []int{401, 401, 429} {
		if w, _ := ts.do(t, "POST", "/chat/sessions/create", "", large); w.StatusCode != want {
			t.Errorf("stranger %d: got %d, want %d", i, w.StatusCode, want)
		}
	}
	if w, _ := ts.do(t, "OPTIONS", "/chat/sessions/create", "", nil, "Origin", "http://localhost:1", "Access-Control-Request-Method", "POST"); w.StatusCode != 204 {
		t.Errorf("a preflight of a stranger over the limit: got %d, want 204", w.StatusCode)
	}
}

// Each status of the contract is answered where it belongs, in one shape, with
// the headers that go with it.
func TestStatusCodes(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Limits = Limits{Verify: 1, SessionCreate: 100, SessionQuery: 100, Query: 100, Agent: 100, Message: 100}
	})
	token, mine, his := ts.token(t, ann), ts.createChat(t, ann), ts.createChat(t, bob)
	ended := ts.createChat(t, ann)
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+ended+"/stop", nil)
	ts.as(t, ann, 200, "POST", "/auth/verify", nil)
	for _, tt := range []struct {
		method, path, token, body string
		headers                   []string
		status                    int
		code                      string
		with                      []string // headers that are there
	}{
		{"POST", "/chat/sessions/create", token, `{"`, nil, 400, "INVALID_BODY", nil},
		{"GET", "/chat/sessions", "", "", nil, 401, "NOT_AUTHENTICATED", []string{"WWW-Authenticate"}},
		{"GET", "/chat/sessions", "nonsense", "", nil, 401, "MALFORMED_TOKEN", []string{"WWW-Authenticate"}},
		{"GET", "/chat/sessions", signed(t, map[string]any{"exp": 1}), "", nil, 401, "TOKEN_EXPIRED", []string{"WWW-Authenticate"}},
		{"GET", "/chat/sessions/" + his, token, "", nil, 403, "FORBIDDEN", nil},
		{"DELETE", "/chat/sessions/" + his, token, "", nil, 403, "FORBIDDEN", nil},
		{"GET", "/chat/sessions/session_none", token, "", nil, 404, "NOT_FOUND", nil},
		{"GET", "/no/such/path", token, "", nil, 404, "NOT_FOUND", nil},
		{"PUT", "/chat/sessions/create", token, `{}`, nil, 405, "METHOD_NOT_ALLOWED", []string{"Allow"}},
		{"POST", "/chat/sessions/" + ended + "/messages", token, `{"content":"x"}`, nil, 409, "SESSION_ENDED", nil},
		{"POST", "/chat/sessions/" + ended + "/pause", token, "", nil, 409, "SESSION_ENDED", nil},
		{"POST", "/chat/sessions/" + mine + "/messages", token, `{"content":"` + strings.Repeat("x", maxBody) + `"}`, nil, 413, "BODY_TOO_LARGE", nil},
		{"POST", "/chat/sessions/create", token, `{}`, []string{"Content-Type", "text/xml"}, 415, "UNSUPPORTED_MEDIA_TYPE", nil},
		{"POST", "/chat/sessions/" + mine + "/messages", token, `{}`, nil, 422, "VALIDATION_ERROR", nil},
		{"POST", "/auth/verify", token, "", nil, 429, "RATE_LIMITED", []string{"Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}},
	} {
		var body any
		if tt.body != "" {
			body = tt.body
		}
		w, got := ts.do(t, tt.method, tt.path, tt.token, body, tt.headers...)
		isError(t, tt.method+" "+tt.path, w, got, tt.status, tt.code)
		for _, name := range tt.with {
			if w.Header.Get(name) == "" {
				t.Errorf("%d %s: there is no %s", tt.status, tt.code, name)
			}
		}
	}
	ts.draining.Store(true)
	w, got := ts.do(t, "POST", "/chat/sessions/create", token, "{}")
	isError(t, "draining", w, got, 503, "DRAINING")
	if n, err := strconv.Atoi(w.Header.Get("Retry-After")); err != nil || n < 1 {
		t.Errorf("draining: Retry-After %q", w.Header.Get("Retry-After"))
	}
}

// The limits are those of the contract where nothing else is configured.
func TestDefaultLimits(t *testing.T) {
	ts := newTestServer(t, limited(Limits{}))
	id := ts.createChat(t, ann)
	for _, tt := range []struct {
		method, path, body string
		limit              int
	}{
		{"POST", "/auth/verify", "", 10},
		{"POST", "/chat/sessions/create", chatBody, 5},
		{"GET", "/chat/sessions/" + id, "", 10},
		{"GET", "/chat/sessions", "", 60},
		{"GET", "/agents/list", "", 20},
		{"POST", "/chat/sessions/" + id + "/messages", `{"content":"x"}`, 60},
	} {
		var body any
		if tt.body != "" {
			body = tt.body
		}
		w, _ := ts.do(t, tt.method, tt.path, ts.token(t, ann), body)
		if got := w.Header.Get("RateLimit-Limit"); got != strconv.Itoa(tt.limit) || w.StatusCode >= 400 {
			t.Errorf("%s %s: got %d with the limit %q, want %d", tt.method, tt.path, w.StatusCode, got, tt.limit)
		}
	}
	w, _ := ts.login(t, ann, annPassword)
	if got := w.Header.Get("RateLimit-Limit"); got != "10" {
		t.Errorf("login: got the limit %q, want 10", got)
	}
}

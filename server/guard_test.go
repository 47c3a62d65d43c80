package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/providers"
)

// withRoutes is a test server whose only routes are these.
func withRoutes(t *testing.T, routes ...route) *testServer {
	t.Helper()
	ts := newTestServer(t, nil)
	m := mux.NewRouter()
	for _, r := range routes {
		m.Handle(r.path, ts.guarded(r)).Methods(r.methods()...)
	}
	m.MethodNotAllowedHandler = ts.plain(ts.wrongMethod(m))
	h := httptest.NewServer(ts.outer(m))
	t.Cleanup(h.Close)
	ts.url = h.URL
	return ts
}

func get(path string, handle func(http.ResponseWriter, *http.Request) error) route {
	return route{method: "GET", path: path, public: true, handle: handle}
}

// isError checks the one shape of all errors.
func isError(t *testing.T, what string, w *answered, body map[string]any, status int, code string) {
	t.Helper()
	if w.StatusCode != status || body["code"] != code {
		t.Errorf("%s: got %d %v, want %d %s", what, w.StatusCode, body, status, code)
		return
	}
	timestampOf(t, body)
	if detail, _ := body["detail"].(string); detail == "" || w.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: got %q as %s", what, detail, w.Header.Get("Content-Type"))
	}
	if id := w.Header.Get("X-Request-ID"); !strings.HasPrefix(id, "req_") {
		t.Errorf("%s: got request id %q", what, id)
	}
	if _, has := body["errors"]; has != (status == 422 && code == "VALIDATION_ERROR") {
		t.Errorf("%s: got %v", what, body)
	}
}

func TestErrorsHaveOneShape(t *testing.T) {
	ts := newTestServer(t, nil)
	token := ts.token(t, ann)
	for _, tt := range []struct {
		method, path, token string
		body                any
		status              int
		code                string
	}{
		{"GET", "/nowhere", "", nil, 404, "NOT_FOUND"},
		{"GET", "/api/nowhere", token, nil, 404, "NOT_FOUND"},
		{"GET", "//auth/login", "", nil, 404, "NOT_FOUND"},
		{"GET", "/auth/login", "", nil, 405, "METHOD_NOT_ALLOWED"},
		{"DELETE", "/api/auth/verify", "", nil, 405, "METHOD_NOT_ALLOWED"},
		{"PATCH", "/chat/sessions/create", token, "{}", 405, "METHOD_NOT_ALLOWED"},
		{"POST", "/chat/sessions/create", "", "{}", 401, "NOT_AUTHENTICATED"},
		{"POST", "/chat/sessions/create", token, "{", 400, "INVALID_BODY"},
		{"POST", "/chat/sessions/create", token, "{}", 422, "VALIDATION_ERROR"},
		{"POST", "/chat/sessions/create", token, `"` + strings.Repeat("x", maxBody) + `"`, 413, "BODY_TOO_LARGE"},
		{"POST", "/chat/sessions/create", "", strings.Repeat("x", maxBody+1), 401, "NOT_AUTHENTICATED"},
		{"GET", "/chat/sessions/session_x", token, nil, 404, "NOT_FOUND"},
	} {
		w, body := ts.do(t, tt.method, tt.path, tt.token, tt.body)
		isError(t, tt.method+" "+tt.path, w, body, tt.status, tt.code)
	}
	w, body := ts.do(t, "POST", "/chat/sessions/create", token, "{}", "Content-Type", "text/plain")
	isError(t, "text/plain", w, body, 415, "UNSUPPORTED_MEDIA_TYPE")
}

// A body without a length is counted as it comes.
func TestLongBodyWithoutLength(t *testing.T) {
	ts := newTestServer(t, nil)
	for path, mediaType := range map[string]string{"/auth/login": form[1], "/chat/sessions/create": "application/json"} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", ts.url+path, io.MultiReader(strings.NewReader(strings.Repeat(" ", maxBody)), strings.NewReader("{}")))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", mediaType)
		r.Header.Set("Authorization", "Bearer "+ts.token(t, ann))
		w, err := ts.client.Do(r)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		_ = w.Body.Close()
		if w.StatusCode != 413 {
			t.Errorf("%s: got %d", path, w.StatusCode)
		}
	}
}

func TestMethods(t *testing.T) {
	ts := newTestServer(t, nil)
	token := ts.token(t, ann)
	w, body := ts.do(t, "GET", "/auth/login", "", nil)
	isError(t, "GET", w, body, 405, "METHOD_NOT_ALLOWED")
	if got := w.Header.Get("Allow"); got != "OPTIONS, POST" {
		t.Errorf("Allow: got %q", got)
	}
	w, _ = ts.do(t, "OPTIONS", "/chat/sessions", "", nil)
	if got := w.Header.Get("Allow"); w.StatusCode != 204 || got != "GET, HEAD, OPTIONS" {
		t.Errorf("OPTIONS: got %d, Allow %q", w.StatusCode, got)
	}
	w, body = ts.do(t, "OPTIONS", "/nowhere", "", nil)
	isError(t, "OPTIONS nowhere", w, body, 404, "NOT_FOUND")
	want, _ := ts.do(t, "GET", "/chat/sessions", token, nil)
	w, _ = ts.do(t, "HEAD", "/chat/sessions", token, nil)
	if text, _ := io.ReadAll(w.Body); w.StatusCode != 200 || len(text) != 0 || w.Header.Get("Content-Type") != want.Header.Get("Content-Type") || w.ContentLength != want.ContentLength {
		t.Errorf("HEAD: got %d with %d bytes of %d, GET has %d", w.StatusCode, len(text), w.ContentLength, want.ContentLength)
	}
	if w, _ = ts.do(t, "HEAD", "/chat/sessions", "", nil); w.StatusCode != 401 {
		t.Errorf("HEAD without a token: got %d", w.StatusCode)
	}
}

// Who asks for the head alone does not wait for the end of a stream.
func TestHeadOfAStream(t *testing.T) {
	ts := withRoutes(t, get("/stream", func(w http.ResponseWriter, r *http.Request) error {
		w.WriteHeader(http.StatusOK)
		select {
		case <-r.Context().Done():
			return nil
		case <-time.After(time.Minute):
			return errors.New("it went on")
		}
	}))
	if w, _ := ts.do(t, "HEAD", "/stream", "", nil); w.StatusCode != 200 {
		t.Errorf("got %d", w.StatusCode)
	}
}

func TestInternalErrorsStayInside(t *testing.T) {
	secret := "postgres://user:hunter2@db"
	ts := withRoutes(t,
		get("/error", func(http.ResponseWriter, *http.Request) error { return errors.New(secret) }),
		get("/panic", func(http.ResponseWriter, *http.Request) error { panic(secret) }),
		get("/nil", func(http.ResponseWriter, *http.Request) error {
			var none *record
			return errors.New(none.id)
		}),
		get("/vendor", func(http.ResponseWriter, *http.Request) error {
			return &providers.Error{Kind: providers.Auth, Message: secret}
		}),
		get("/fine", func(w http.ResponseWriter, _ *http.Request) error { writeJSON(w, 200, "fine"); return nil }),
	)
	for _, path := range []string{"/error", "/panic", "/nil", "/vendor"} {
		w, body := ts.do(t, "GET", path, "", nil)
		isError(t, path, w, body, 500, "INTERNAL_ERROR")
		id := w.Header.Get("X-Request-ID")
		if text := fmt.Sprint(body, w.Header); strings.Contains(text, "hunter2") || !strings.Contains(body["detail"].(string), id) {
			t.Errorf("%s: got %s", path, text)
		}
		if !strings.Contains(ts.log.String(), "request="+id+" ") {
			t.Errorf("%s: the log has nothing about %s", path, id)
		}
	}
	if w, _ := ts.do(t, "GET", "/fine", "", nil); w.StatusCode != 200 {
		t.Errorf("afterwards: got %d", w.StatusCode)
	}
}

// A panic after the head cuts the answer off, so that nobody takes it for
// whole.
func TestPanicAfterTheHead(t *testing.T) {
	ts := withRoutes(t,
		get("/half", func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = w.Write([]byte(strings.Repeat("x", 100_000)))
			panic("half")
		}),
		get("/late", func(w http.ResponseWriter, _ *http.Request) error {
			writeJSON(w, 200, "done")
			return errors.New("too late")
		}),
	)
	r, _ := http.NewRequestWithContext(t.Context(), "GET", ts.url+"/half", nil)
	w, err := ts.client.Do(r)
	if err == nil {
		_, err = io.ReadAll(w.Body)
		_ = w.Body.Close()
	}
	if err == nil {
		t.Errorf("half an answer looks whole")
	}
	if w, _ := ts.do(t, "GET", "/late", "", nil); w.StatusCode != 200 {
		t.Errorf("got %d", w.StatusCode)
	}
	if log := ts.log.String(); !strings.Contains(log, "panic=half") || !strings.Contains(log, "too late") {
		t.Errorf("got the log %s", log)
	}
}

func TestKindsOfErrors(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		code   string
		retry  bool
	}{
		{engine.ErrNotFound, 404, "NOT_FOUND", false},
		{fmt.Errorf("x: %w", engine.ErrEnded), 409, "SESSION_ENDED", false},
		{engine.ErrBusy, 409, "SESSION_BUSY", false},
		{engine.ErrClosed, 503, "DRAINING", true},
		{engine.ErrConflict, 503, "STORE_UNAVAILABLE", true},
		{engine.ErrUnknownParticipant, 422, "UNKNOWN_PARTICIPANT", false},
		{context.DeadlineExceeded, 503, "STORE_UNAVAILABLE", true},
		{engine.ErrDamaged, 409, "SESSION_DAMAGED", false},
		{&http.MaxBytesError{Limit: 1}, 413, "BODY_TOO_LARGE", false},
		{&providers.Error{Kind: providers.RateLimited, RetryAfter: time.Minute}, 503, "PROVIDER_UNAVAILABLE", true},
		{&providers.Error{Kind: providers.Quota}, 500, "INTERNAL_ERROR", false},
		{fmt.Errorf("x: %w", errForbidden), 403, "FORBIDDEN", false},
		{invalid(fieldError{}), 422, "VALIDATION_ERROR", false},
		{errors.New("x"), 500, "INTERNAL_ERROR", false},
	} {
		e := public(tt.err)
		if e.status != tt.status || e.code != tt.code || (e.retryAfter > 0) != tt.retry {
			t.Errorf("%v: got %d %s, retry after %s", tt.err, e.status, e.code, e.retryAfter)
		}
	}
	if got := public(&providers.Error{Kind: providers.RateLimited, RetryAfter: time.Minute}).retryAfter; got != time.Minute {
		t.Errorf("the vendor's wish: got %s", got)
	}
	if errProvider.cause != nil || errProvider.retryAfter != drainWait {
		t.Errorf("a shared answer was changed")
	}
}

func hasQuota(t *testing.T, what string, w *answered, limit, remaining int) {
	t.Helper()
	got := [2]string{w.Header.Get("RateLimit-Limit"), w.Header.Get("RateLimit-Remaining")}
	if want := [2]string{strconv.Itoa(limit), strconv.Itoa(remaining)}; got != want {
		t.Errorf("%s (%d): got limit and remaining %v, want %v", what, w.StatusCode, got, want)
	}
	if n, err := strconv.Atoi(w.Header.Get("RateLimit-Reset")); err != nil || n < 1 || n > 60 {
		t.Errorf("%s: got reset %q", what, w.Header.Get("RateLimit-Reset"))
	}
}

func TestLoginLimit(t *testing.T) {
	ts := newTestServer(t, limited(Limits{}, "127.0.0.1/32"))
	for i := range 10 { // good ones, bad ones and nonsense alike
		w, _ := ts.login(t, []string{ann, "nobody", ""}[i%3], annPassword)
		if w.StatusCode != []int{200, 401, 422}[i%3] {
			t.Fatalf("login %d: got %d", i, w.StatusCode)
		}
		hasQuota(t, "login", w, 10, 9-i)
		if w.Header.Get("Retry-After") != "" {
			t.Errorf("Retry-After on an answer of %d", w.StatusCode)
		}
	}
	w, body := ts.login(t, ann, annPassword, "Authorization", "Bearer "+ts.token(t, ann)) // a token does not help
	isError(t, "the eleventh", w, body, 429, "RATE_LIMITED")
	hasQuota(t, "the eleventh", w, 10, 0)
	if n, err := strconv.Atoi(w.Header.Get("Retry-After")); err != nil || n < 1 || n > 6 {
		t.Errorf("got Retry-After %q", w.Header.Get("Retry-After"))
	}
	if w, _ := ts.login(t, ann, annPassword, "X-Forwarded-For", "203.0.113.7"); w.StatusCode != 200 {
		t.Errorf("from elsewhere: got %d", w.StatusCode)
	}
	if w, _ := ts.do(t, "POST", "/auth/verify", ts.token(t, ann), nil); w.StatusCode != 200 {
		t.Errorf("another class: got %d", w.StatusCode)
	}
}

func TestForwardedForIsNotBelieved(t *testing.T) {
	ts := newTestServer(t, limited(Limits{Login: 2}))
	for i, want := range []int{401, 401, 429} {
		if w, _ := ts.login(t, ann, "wrong", "X-Forwarded-For", fmt.Sprint("203.0.113.", i)); w.StatusCode != want {
			t.Errorf("login %d: got %d, want %d", i, w.StatusCode, want)
		}
	}
}

// Users have buckets of their own; requests without a valid token are counted
// against their address, and refused before the token is spoken of.
func TestLimitsOfUsersAndAddresses(t *testing.T) {
	ts := newTestServer(t, limited(Limits{Verify: 3}))
	verify := func(token string, status, remaining int) {
		t.Helper()
		w, _ := ts.do(t, "POST", "/auth/verify", token, nil)
		if w.StatusCode != status {
			t.Errorf("got %d, want %d", w.StatusCode, status)
		}
		hasQuota(t, "verify", w, 3, remaining)
	}
	verify(ts.token(t, ann), 200, 2)
	verify(ts.token(t, bob), 200, 2)
	verify("", 401, 2)
	verify("nonsense", 422, 1)
	verify(signed(t, map[string]any{"exp": 1}), 401, 0)
	verify("", 429, 0)
	verify("nonsense", 429, 0)
	verify(ts.token(t, ann), 200, 1)
	verify(ts.token(t, ann), 200, 0)
	verify(ts.token(t, ann), 429, 0)
	verify(ts.token(t, bob), 200, 1)
}

func TestLimitsByClass(t *testing.T) {
	ts := newTestServer(t, limited(Limits{}))
	first, second := ts.createChat(t, ann), ts.createChat(t, ann)
	for _, tt := range []struct {
		method, path string
		limit, left  int
	}{
		{"POST", "/chat/sessions/create", 5, 2},
		{"GET", "/chat/sessions/" + first, 10, 9},
		{"GET", "/api/chat/sessions/" + first, 10, 8},
		{"GET", "/chat/sessions/" + second, 10, 9},
		{"GET", "/chat/sessions/session_none", 10, 9},
		{"GET", "/chat/sessions/session_nothing", 10, 8}, // what is not there does not count by itself
		{"GET", "/chat/sessions", 60, 59},
		{"GET", "/templates", 60, 58},
		{"GET", "/chat/providers", 60, 57},
	} {
		w, _ := ts.do(t, tt.method, tt.path, ts.token(t, ann), nil)
		hasQuota(t, tt.path, w, tt.limit, tt.left)
	}
}

func TestCORS(t *testing.T) {
	ts := newTestServer(t, limited(Limits{Login: 1, Verify: 1}))
	const origin = "http://localhost:3000"
	for range 3 { // never limited, never authenticated
		for _, path := range []string{"/auth/login", "/api/chat/sessions/create", "/chat/sessions/x", "/nowhere"} {
			w, _ := ts.do(t, "OPTIONS", path, "", nil, "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization")
			h := w.Header
			if w.StatusCode != 204 || h.Get("Access-Control-Allow-Origin") != origin || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "DELETE") ||
				h.Get("Access-Control-Allow-Headers") != "Authorization, Content-Type, Idempotency-Key, Prefer, Last-Event-ID" || h.Get("RateLimit-Limit") != "" {
				t.Errorf("preflight of %s: got %d %v", path, w.StatusCode, h)
			}
		}
	}
	login := func() (*answered, map[string]any) { return ts.login(t, ann, "wrong", "Origin", origin) }
	for what, ask := range map[string]func() (*answered, map[string]any){
		"401 or 429": login, "429 or 401": login,
		"422": func() (*answered, map[string]any) {
			return ts.do(t, "POST", "/auth/verify", "x", nil, "Origin", origin)
		},
		"404": func() (*answered, map[string]any) { return ts.do(t, "GET", "/nowhere", "", nil, "Origin", origin) },
		"405": func() (*answered, map[string]any) {
			return ts.do(t, "GET", "/auth/login", "", nil, "Origin", origin)
		},
		"200": func() (*answered, map[string]any) {
			return ts.do(t, "GET", "/templates", ts.token(t, ann), nil, "Origin", origin)
		},
		"plain OPTIONS": func() (*answered, map[string]any) {
			return ts.do(t, "OPTIONS", "/templates", "", nil, "Origin", origin)
		},
	} {
		w, _ := ask()
		exposed := w.Header.Get("Access-Control-Expose-Headers")
		if w.Header.Get("Access-Control-Allow-Origin") != origin || !strings.Contains(strings.Join(w.Header.Values("Vary"), ","), "Origin") {
			t.Errorf("%s: got %d %v", what, w.StatusCode, w.Header)
		}
		for _, name := range []string{"Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "X-Request-ID"} {
			if !strings.Contains(exposed, name) {
				t.Errorf("%s: %s is not exposed", what, name)
			}
		}
	}
	for _, other := range []string{"https://evil.example", "null"} {
		w, _ := ts.do(t, "OPTIONS", "/auth/login", "", nil, "Origin", other, "Access-Control-Request-Method", "POST")
		if w.StatusCode != 204 || w.Header.Get("Access-Control-Allow-Origin") != "" || w.Header.Get("Access-Control-Allow-Headers") != "" {
			t.Errorf("preflight from %s: got %d %v", other, w.StatusCode, w.Header)
		}
	}
	if _, err := New(Config{CORSOrigins: []string{"example.com"}}); err == nil {
		t.Errorf("an origin without a scheme was taken")
	}
}

// A panic has the headers of CORS too.
func TestCORSOnPanic(t *testing.T) {
	ts := withRoutes(t, get("/panic", func(http.ResponseWriter, *http.Request) error { panic("x") }))
	w, _ := ts.do(t, "GET", "/panic", "", nil, "Origin", "http://127.0.0.1:1")
	if w.StatusCode != 500 || w.Header.Get("Access-Control-Allow-Origin") != "http://127.0.0.1:1" {
		t.Errorf("got %d %v", w.StatusCode, w.Header)
	}
}

func TestAccessLog(t *testing.T) {
	ts := newTestServer(t, nil)
	token := ts.token(t, ann)
	const secret = "SeCrEtSeCrEt"
	ts.do(t, "GET", "/chat/sessions?limit=7&token="+secret+"&x="+secret+"&access_token="+secret, token, nil)
	ts.do(t, "GET", "/nowhere?%74oken="+secret+"&%zz="+secret, secret, nil)
	ts.login(t, ann, secret)
	ts.login(t, ann, annPassword)
	w, _ := ts.do(t, "GET", "/nowhere/"+strings.Repeat("x", 5000)+"%0Arequest=forged", "", nil)
	eventually(t, "the last line", func() bool { return strings.Contains(ts.log.String(), w.Header.Get("X-Request-ID")) })
	log := ts.log.String()
	for _, hidden := range []string{secret, token, token[len(token)-20:], annPassword, plus(annPassword), "\nrequest=forged"} {
		if strings.Contains(log, hidden) {
			t.Errorf("%q is in the log:\n%s", hidden, log)
		}
	}
	want := regexp.MustCompile(`msg=request request=req_\w+ method=GET path=/chat/sessions status=200 bytes=\d+ took=\S+ address=127\.0\.0\.1 query="?limit=7&token=redacted&x=redacted&access_token=redacted"? user=ann`)
	if !want.MatchString(log) {
		t.Errorf("got the log %s", log)
	}
	for line := range strings.Lines(log) {
		if len(line) > 2*maxLogged {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func plus(text string) string { return strings.ReplaceAll(text, " ", "+") }

func TestRequestIDs(t *testing.T) {
	ts := newTestServer(t, nil)
	seen := map[string]bool{}
	for range 3 {
		w, _ := ts.do(t, "GET", "/nowhere", "", nil, "X-Request-ID", "mine")
		id := w.Header.Get("X-Request-ID")
		if id == "" || id == "mine" || seen[id] {
			t.Errorf("got %q", id)
		}
		seen[id] = true
	}
}

func TestDraining(t *testing.T) {
	ts := newTestServer(t, nil)
	token := ts.token(t, ann)
	ts.draining.Store(true)
	w, body := ts.do(t, "POST", "/chat/sessions/create", token, "{}")
	isError(t, "create", w, body, 503, "DRAINING")
	if w.Header.Get("Retry-After") == "" {
		t.Errorf("no Retry-After")
	}
	w, body = ts.do(t, "POST", "/chat/sessions/create", "", "{}")
	isError(t, "create without a token", w, body, 401, "NOT_AUTHENTICATED")
	for method, path := range map[string]string{"GET": "/chat/sessions", "POST": "/auth/verify"} {
		if w, _ := ts.do(t, method, path, token, nil); w.StatusCode != 200 {
			t.Errorf("%s: got %d", path, w.StatusCode)
		}
	}
}

// What upgrades and streams need gets through.
func TestRecorder(t *testing.T) {
	ts := withRoutes(t,
		get("/hijack", func(w http.ResponseWriter, _ *http.Request) error {
			c, rw, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			fmt.Fprint(rw, "HTTP/1.1 101 Switching Protocols\r\n\r\nhello\n")
			if err := rw.Flush(); err != nil {
				return err
			}
			return errors.New("after the hijack")
		}),
		get("/flush", func(w http.ResponseWriter, r *http.Request) error {
			w.(http.Flusher).Flush()
			if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
				return err
			}
			fmt.Fprint(w, "one\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return nil
		}),
	)
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(ts.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	fmt.Fprint(c, "GET /hijack HTTP/1.1\r\nHost: x\r\n\r\n")
	if text, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(text), "hello\n") {
		t.Errorf("got %q, %v", text, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, "GET", ts.url+"/flush", nil)
	w, err := ts.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	if line, err := bufio.NewReader(w.Body).ReadString('\n'); err != nil || line != "one\n" {
		t.Errorf("got %q, %v", line, err)
	}
	cancel()
	eventually(t, "both lines in the log", func() bool {
		log := ts.log.String()
		return strings.Contains(log, "path=/hijack status=101") && strings.Contains(log, "path=/flush status=200")
	})
}

// A client that goes away in the middle of its body disturbs nobody.
func TestBodyThatBreaksOff(t *testing.T) {
	ts := newTestServer(t, nil)
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(ts.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "POST /chat/sessions/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", ts.token(t, ann))
	_ = c.Close()
	eventually(t, "the line of the request", func() bool { return strings.Contains(ts.log.String(), "path=/chat/sessions/create status=400") })
}

// The root is public in all the ways that it is written.
func TestRoots(t *testing.T) {
	ts := newTestServer(t, nil)
	for _, path := range []string{"/", "/api", "/api/"} {
		if w, body := ts.do(t, "GET", path, "", nil, "Accept", "application/json"); w.StatusCode != 200 || body == nil {
			t.Errorf("%s: got %d", path, w.StatusCode)
		}
	}
}

package server

import (
	"context"
	"errors"
	"html/template"
	"io"
	"iter"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/agentconnect-dev/agentconnect/engine"
)

func TestLanding(t *testing.T) {
	ts := newTestServer(t, nil)
	for _, path := range []string{"/", "/api", "/api/"} {
		w, got := ts.do(t, "GET", path, "", nil)
		check(t, got, "healthy", "status")
		check(t, got, "agentconnect", "service")
		check(t, got, "test", "version")
		if w.StatusCode != 200 || w.Header.Get("Vary") == "" {
			t.Errorf("%s: got %d with Vary %q", path, w.StatusCode, w.Header.Get("Vary"))
		}
	}
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for path, want := range map[string]string{"/": "/console/", "/api/": "/api/console/", "/console/": "/docs", "/api/console/": "/api/docs"} {
		w, _ := ts.do(t, "GET", path, "", nil, "Accept", browser)
		if got := w.Header.Get("Location"); w.StatusCode != http.StatusFound || got != want {
			t.Errorf("%s in a browser: got %d to %q, want %q", path, w.StatusCode, got, want)
		}
	}
	for _, accept := range []string{"application/json", "*/*", "text/html;q=0", "text/plain"} {
		if w, _ := ts.do(t, "GET", "/", "", nil, "Accept", accept); w.StatusCode != 200 {
			t.Errorf("Accept %s: got %d", accept, w.StatusCode)
		}
	}
	if w, _ := ts.do(t, "GET", "/docs", "", nil, "Accept", browser); w.StatusCode != 200 {
		t.Errorf("where browsers end: got %d", w.StatusCode)
	}
}

func TestHealth(t *testing.T) {
	ts := newTestServer(t, nil)
	_, got := ts.do(t, "GET", "/healthz", "", nil)
	check(t, got, "alive", "status")
	_, got = ts.do(t, "GET", "/readyz", "", nil)
	check(t, got, "ready", "status")
	ts.draining.Store(true)
	w, got := ts.do(t, "GET", "/readyz", "", nil)
	check(t, got, "DRAINING", "code")
	if w.StatusCode != 503 || w.Header.Get("Retry-After") == "" {
		t.Errorf("draining: got %d with %v", w.StatusCode, w.Header)
	}
	if w, _ := ts.do(t, "GET", "/healthz", "", nil); w.StatusCode != 200 {
		t.Errorf("a process that drains lives; got %d", w.StatusCode)
	}
}

// lostJournal is a journal that cannot be read.
type lostJournal struct{ engine.Store }

func (lostJournal) Read(context.Context, string, uint64) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		yield(engine.Event{}, errors.New("the disk at /secret is gone"))
	}
}

func TestNotReadyWithoutStore(t *testing.T) {
	ts := newTestServer(t, func(c *Config) { c.Store = lostJournal{c.Store} })
	w, got := ts.do(t, "GET", "/readyz", "", nil)
	check(t, got, "STORE_UNAVAILABLE", "code")
	if text, _ := io.ReadAll(w.Body); strings.Contains(string(text), "secret") {
		t.Errorf("got %s", text)
	}
}

func TestMetricsAreForThisMachine(t *testing.T) {
	ts := newTestServer(t, nil)
	if w, _ := ts.do(t, "GET", "/metrics", "", nil); w.StatusCode != 200 {
		t.Errorf("from here: got %d", w.StatusCode)
	}
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-IP"} {
		w, got := ts.do(t, "GET", "/metrics", "", nil, header, "127.0.0.1")
		if w.StatusCode != 403 || got["code"] != "FORBIDDEN" {
			t.Errorf("passed on (%s): got %d %v", header, w.StatusCode, got)
		}
	}
	for addr, want := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true, "10.0.0.1:80": false, "": false} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.RemoteAddr = addr; fromHere(r) != want {
			t.Errorf("%q: got %v, want %v", addr, !want, want)
		}
	}
	open := newTestServer(t, func(c *Config) { c.MetricsForAll = true })
	if w, _ := open.do(t, "GET", "/metrics", "", nil, "X-Forwarded-For", "8.8.8.8"); w.StatusCode != 200 {
		t.Errorf("for all: got %d", w.StatusCode)
	}
}

// figures are the lines of /metrics by name and labels.
func (ts *testServer) figures(tb testing.TB) map[string]string {
	tb.Helper()
	w, _ := ts.do(tb, "GET", "/metrics", "", nil)
	text, _ := io.ReadAll(w.Body)
	all := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if i := strings.LastIndexByte(strings.TrimSpace(line), ' '); i > 0 && line[0] != '#' {
			all[line[:i]] = strings.TrimSpace(line[i+1:])
		}
	}
	return all
}

func TestMetrics(t *testing.T) {
	ts := newTestServer(t, func(c *Config) {
		c.Limits = Limits{Query: 1000, Agent: 1, SessionCreate: 1000, SessionQuery: 1000, Message: 2, Login: 1000, Verify: 1000}
	})
	id := ts.createChat(t, ann)
	c := ts.open(t, ann, id, "")
	c.say("hello")
	c.untilType(frameResponse)
	c.say("and again")
	c.untilType(frameResponse)
	c.say("too much")
	c.until("a refusal", func(f Frame) bool { return f.Metadata["code"] == "RATE_LIMITED" })
	ts.as(t, ann, 200, "GET", "/agents/list", nil)
	ts.as(t, ann, 429, "GET", "/agents/list", nil)
	ts.as(t, ann, 404, "GET", "/chat/sessions/session_x", nil)
	ts.as(t, ann, 404, "GET", "/nowhere", nil)
	got := ts.figures(t)
	for name, want := range map[string]string{
		`agentconnect_sessions_live`:                                                                      "1",
		`agentconnect_sessions_created_total`:                                                             "1",
		`agentconnect_sockets`:                                                                            "1",
		`agentconnect_turns_total{result="finished"}`:                                                     "2",
		`agentconnect_model_calls_total{provider="scripted",result="answered"}`:                           "2",
		`agentconnect_frames_total{direction="in"}`:                                                       "3",
		`agentconnect_refusals_total{class="agent"}`:                                                      "1",
		`agentconnect_refusals_total{class="message"}`:                                                    "1",
		`agentconnect_http_requests_total{method="POST",route="/chat/sessions/create",status="200"}`:      "1",
		`agentconnect_http_requests_total{method="GET",route="/agents/list",status="429"}`:                "1",
		`agentconnect_http_requests_total{method="GET",route="/chat/sessions/{session_id}",status="404"}`: "1",
		`agentconnect_http_requests_total{method="GET",route="/ws/{session_id}",status="101"}`:            "1",
		`agentconnect_http_requests_total{method="other",route="none",status="404"}`:                      "1",
		`agentconnect_http_request_duration_seconds_count{route="/chat/sessions/create"}`:                 "1",
		`agentconnect_build_info{version="test"}`:                                                         "1",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %s", name, got[name], want)
		}
	}
	for _, name := range []string{
		`agentconnect_model_tokens_total{direction="input",provider="scripted"}`, `agentconnect_model_tokens_total{direction="output",provider="scripted"}`,
		`agentconnect_frames_total{direction="out"}`, `go_goroutines`, `process_open_fds`,
	} {
		if got[name] == "" || got[name] == "0" {
			t.Errorf("%s: got %q", name, got[name])
		}
	}
	c.send(map[string]any{"type": "stop"}) // over the limit as well
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/stop", nil)
	eventually(t, "the socket is closed", func() bool { return ts.figures(t)["agentconnect_sockets"] == "0" })
	got = ts.figures(t)
	if live, ended := got["agentconnect_sessions_live"], got[`agentconnect_sessions_ended_total{outcome="cancelled"}`]; live != "0" || ended != "1" {
		t.Errorf("got %s live and %s cancelled", live, ended)
	}
	// No label names anybody.
	for name := range got {
		if strings.Contains(name, id) || strings.Contains(name, "ann") && !strings.Contains(name, "channel") {
			t.Errorf("%s names somebody", name)
		}
	}
	w, _ := ts.do(t, "GET", "/metrics", "", nil)
	problems, err := promlint.New(w.Body).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("got the problems %v, %v", problems, err)
	}
}

// Anything a client writes into a path or a method leads to one label.
func TestMetricsAreBounded(t *testing.T) {
	ts := newTestServer(t, nil)
	ts.figures(t)
	before := len(ts.figures(t))
	for i := range 50 {
		ts.do(t, "GET", "/x"+strings.Repeat("y", i), "", nil)
		ts.do(t, "M"+strings.Repeat("X", i), "/healthz", "", nil)
		ts.do(t, "GET", "/chat/sessions/session_"+strings.Repeat("z", i), ts.token(t, ann), nil)
	}
	if after := len(ts.figures(t)); after > before+40 { // one histogram and a few counters
		t.Errorf("%d lines became %d", before, after)
	}
}

func TestDocsPage(t *testing.T) {
	ts := newTestServer(t, nil)
	w, _ := ts.do(t, "GET", "/docs", "", nil)
	text, _ := io.ReadAll(w.Body)
	page := string(text)
	if kind := w.Header.Get("Content-Type"); w.StatusCode != 200 || kind != "text/html; charset=utf-8" {
		t.Fatalf("got %d as %s", w.StatusCode, kind)
	}
	for _, o := range operations() {
		_, path, _ := strings.Cut(o.route, " ")
		if !strings.Contains(page, "<code>"+path+"</code>") || !strings.Contains(page, template.HTMLEscapeString(o.summary)) {
			t.Errorf("the page does not tell of %s", o.route)
		}
	}
	// It needs nothing from elsewhere, and its policy allows nothing else.
	if found := regexp.MustCompile(`(?i)(src|href)\s*=\s*"?[a-z]*:?//`).FindString(page); found != "" {
		t.Errorf("the page loads %s", found)
	}
	policy := w.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("got the policy %q", policy)
	}
	for tag, directive := range map[string]string{"style": "style-src", "script": "script-src"} {
		_, rest, _ := strings.Cut(page, "<"+tag+">")
		inner, _, ok := strings.Cut(rest, "</"+tag+">")
		if !ok || !strings.Contains(policy, directive+" "+sourceHash([]byte(inner))) {
			t.Errorf("the policy %q does not allow the page's own %s", policy, tag)
		}
	}
	// Links lead somewhere.
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			t.Errorf("#%s leads nowhere", m[1])
		}
	}
}

// Every operation is answered well at least once, as it is described; each
// answer is compared with the description on its way.
func TestEveryOperation(t *testing.T) {
	d, err := theDescription()
	if err != nil {
		t.Fatal(err)
	}
	ts := newTestServer(t, withScenario(t, debateHCL))
	form := "application/x-www-form-urlencoded"
	ts.do(t, "POST", "/auth/login", "", "username=ann&password="+strings.ReplaceAll(annPassword, " ", "+"), "Content-Type", form)
	ts.as(t, ann, 200, "POST", "/auth/verify", nil)
	id, created := ts.create(t, ann, chatBody)
	agent, one, two := agentID(created, "primary"), ts.register(t, ann, "one"), ts.register(t, ann, "two")
	ts.as(t, ann, 202, "POST", "/chat/sessions/"+id+"/messages", `{"content":"hello"}`)
	ts.tell(t, ann, one, two, "hello")
	for _, path := range []string{
		"/chat/sessions", "/chat/sessions/" + id, "/chat/sessions/" + id + "/messages", "/agents/list", "/agents/status/" + agent,
		"/agents/" + agent + "/capabilities", "/templates", "/templates/debate", "/chat/providers", "/v1/models",
		"/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json", "/docs",
	} {
		ts.as(t, ann, 200, "GET", path, nil)
	}
	ts.as(t, ann, 302, "GET", "/", nil, "Accept", "text/html")
	ts.as(t, ann, 302, "GET", "/console/", nil)
	for _, verb := range []string{"pause", "resume", "stop"} {
		ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/"+verb, nil)
	}
	ts.as(t, ann, 200, "POST", "/chat/sessions/"+id+"/fork", `{}`)
	head := ts.as(t, ann, 200, "GET", "/chat/sessions/"+id, nil)["seq"]
	w, _ := ts.do(t, "GET", "/chat/sessions/"+id+"/events?after=0", ts.token(t, ann), nil)
	if w.StatusCode != 200 {
		t.Errorf("events: got %d", w.StatusCode)
	}
	ts.as(t, ann, 204, "GET", "/chat/sessions/"+id+"/events?after="+seqText(head), nil)
	ts.as(t, ann, 200, "POST", "/v1/chat/completions", ask("chat", said("user", "hello")))
	ts.as(t, ann, 200, "DELETE", "/agents/"+one, nil)
	ts.as(t, ann, 200, "DELETE", "/chat/sessions/"+id, nil, "Prefer", "return=representation")
	ts.as(t, ann, 204, "DELETE", "/chat/sessions/"+ts.createChat(t, ann), nil)
	allowTicket(t)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range operations() {
		for _, a := range o.answers {
			seen := o.route + " " + answerStatus(a)
			streams := a.status == 101 || slices.ContainsFunc(a.bodies, func(m media) bool { return m.kind == "text/event-stream" })
			if !d.seen[seen] && !streams {
				t.Errorf("%s was never seen", seen)
			}
		}
	}
}

func answerStatus(a answer) string { return strconv.Itoa(a.status) }

func seqText(v any) string {
	n, _ := v.(float64)
	return strconv.Itoa(int(n))
}

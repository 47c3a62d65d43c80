package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine"
	"github.com/agentconnect-dev/agentconnect/engine/memory"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// The people of every test server.
const (
	ann, annPassword         = "ann", "correct horse 1"
	bob, bobPassword         = "bob", "battery staple 2"
	root, rootPassword       = "root", "an admin's password 3"
	testSecret               = "0123456789abcdef0123456789abcdef"
	testIssuer               = "agentconnect"
	testTTL                  = 30 * time.Minute
	scriptedModel            = "scripted-1"
	maxTestBody        int64 = 8 << 20
)

// testServer is a server behind a real listener.
type testServer struct {
	*Server
	url     string
	journal *memory.Journal
	engine  *engine.Engine
	users   *Users
	log     *syncBuffer
	http    *httptest.Server
	client  *http.Client

	mu     sync.Mutex
	tokens map[string]string
}

// syncBuffer is a log that can be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// newTestServer serves the contract on a port of its own until the test ends.
// Rate limits are off unless change switches them on; the built-in scripted
// provider is the only one.
func newTestServer(tb testing.TB, change func(*Config)) *testServer {
	tb.Helper()
	ts := &testServer{journal: &memory.Journal{}, log: &syncBuffer{}, tokens: map[string]string{}}
	log := slog.New(slog.NewTextHandler(ts.log, nil))
	metrics := NewMetrics()
	hooks := NewHooks(metrics)
	ts.engine = engine.New(hooks.Wire(engine.Config{Journal: ts.journal, Logger: log}))
	tb.Cleanup(ts.engine.Close)
	ts.users = testUsers(tb)
	tokens, err := OpenTokens(TokenConfig{Dir: tb.TempDir(), Secret: []byte(testSecret), TTL: testTTL, Issuer: testIssuer, Audience: testIssuer})
	if err != nil {
		tb.Fatalf("tokens: %v", err)
	}
	cfg := Config{
		Engine: ts.engine, Hooks: hooks, Store: ts.journal, Users: ts.users, Tokens: tokens, Logger: log,
		Models: testModels(), ProviderList: testProviders(), Limits: Limits{Disabled: true}, Version: "test",
		Metrics: metrics,
	}
	if change != nil {
		change(&cfg)
	}
	if ts.Server, err = New(cfg); err != nil {
		tb.Fatalf("server: %v", err)
	}
	ts.http = httptest.NewServer(ts.Server)
	ts.url, ts.client = ts.http.URL, ts.http.Client()
	ts.conform(tb)
	ts.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	tb.Cleanup(func() {
		ts.Close()
		ts.client.CloseIdleConnections()
		ts.http.Close()
	})
	return ts
}

func testModels() providers.Registry {
	models := providers.Registry{}
	for _, name := range []string{"scripted", "other"} {
		models[name] = providers.Entry{
			Settings: providers.Settings{Name: name, Kind: "scripted", Model: scriptedModel, Price: &providers.Price{}},
			Model:    scripted.Simulate(name),
		}
	}
	return models
}

func testProviders() []ProviderInfo {
	return []ProviderInfo{
		{Key: "scripted", Name: "Scripted", Models: []string{scriptedModel, "scripted-2"}, DefaultModel: scriptedModel, IsAvailable: true},
		{Key: "other", Name: "Other", Models: []string{scriptedModel}, DefaultModel: scriptedModel, IsAvailable: true},
		{Key: "absent", Name: "Absent", Models: []string{"absent-1"}, DefaultModel: "absent-1"},
	}
}

// testScenario is a scenario whose providers are scripted.
func testScenario(tb testing.TB, text string) Scenario {
	tb.Helper()
	dir := tb.TempDir()
	load := func(vars []specs.VarInput) (*specs.Config, specs.Diagnostics) {
		return specs.Load("main.hcl", specs.Options{
			Vars: vars, Overlay: map[string][]byte{"main.hcl": []byte(text)}, WorkDir: dir,
			Env: func(string) (string, bool) { return "", false },
		})
	}
	cfg, ds := load(nil)
	if ds.HasErrors() {
		var b strings.Builder
		_ = ds.WriteText(&b, specs.RenderOptions{})
		tb.Fatalf("scenario: %s", b.String())
	}
	return Scenario{Config: cfg, Load: load, Models: testScripts}
}

func testScripts(cfg *specs.Config) (providers.Registry, error) {
	models := providers.Registry{}
	for _, p := range cfg.Providers {
		model := p.Model
		if model == "" {
			model = scriptedModel
		}
		models[p.Name] = providers.Entry{
			Settings: providers.Settings{Name: p.Name, Kind: p.Kind, Model: model, Price: &providers.Price{}},
			Model:    scripted.New(scripted.FromProvider(p)),
		}
	}
	return models, nil
}

// testUsers are ann and bob, and the administrator root. Their passwords are
// hashed at the least cost.
func testUsers(tb testing.TB) *Users {
	tb.Helper()
	users, err := openUsers(tb.Context(), UsersConfig{Store: &memory.Journal{}}, hashCost{memory: 8, passes: 1, threads: 1})
	if err != nil {
		tb.Fatalf("users: %v", err)
	}
	tb.Cleanup(users.Close)
	for _, u := range []struct{ name, role, password string }{
		{ann, roleUser, annPassword}, {bob, roleUser, bobPassword}, {root, roleAdmin, rootPassword},
	} {
		if err := users.Add(u.name, u.role, u.password); err != nil {
			tb.Fatalf("user %s: %v", u.name, err)
		}
	}
	return users
}

// token is a person's valid token.
func (ts *testServer) token(tb testing.TB, name string) string {
	tb.Helper()
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if token := ts.tokens[name]; token != "" {
		return token
	}
	password := map[string]string{ann: annPassword, bob: bobPassword, root: rootPassword}[name]
	user, err := ts.users.Check(name, password)
	if err != nil {
		tb.Fatalf("user %s: %v", name, err)
	}
	token, _, err := ts.cfg.Tokens.Issue(user)
	if err != nil {
		tb.Fatalf("token of %s: %v", name, err)
	}
	ts.tokens[name] = token
	return token
}

// answered is the answer to a request, read to its end.
type answered struct {
	StatusCode int
	Header     http.Header
	Body       io.Reader
	// ContentLength is that of the header, -1 when there was none.
	ContentLength int64
}

// do sends a request; body is nil, a string as it is, or a value as JSON. The
// answer's JSON object, if it is one, comes beside the answer.
func (ts *testServer) do(tb testing.TB, method, path, token string, body any, headers ...string) (*answered, map[string]any) {
	tb.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			tb.Fatalf("body: %v", err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, ts.url+path, reader)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, path, err)
	}
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := ts.client.Do(r)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = w.Body.Close() }() // it was read
	text, err := io.ReadAll(io.LimitReader(w.Body, maxTestBody))
	if err != nil {
		tb.Fatalf("%s %s: %v", method, path, err)
	}
	var object map[string]any
	_ = json.Unmarshal(text, &object) // nil when it is none
	return &answered{w.StatusCode, w.Header, bytes.NewReader(text), w.ContentLength}, object
}

// as is do with a person's token and a wanted status.
func (ts *testServer) as(tb testing.TB, name string, want int, method, path string, body any, headers ...string) map[string]any {
	tb.Helper()
	w, object := ts.do(tb, method, path, ts.token(tb, name), body, headers...)
	if w.StatusCode != want {
		text, _ := io.ReadAll(w.Body)
		tb.Fatalf("%s %s as %s: got %d %s, want %d", method, path, name, w.StatusCode, text, want)
	}
	return object
}

// createChat makes a human_agent session and returns its id.
func (ts *testServer) createChat(tb testing.TB, name string) string {
	tb.Helper()
	body := `{"session_type":"human_agent","agents":{"primary":{"provider":"scripted"}}}`
	id, _ := ts.as(tb, name, http.StatusOK, "POST", "/chat/sessions/create", body)["session_id"].(string)
	return id
}

// eventually waits until a condition holds, at most ten seconds.
func eventually(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	tb.Fatalf("not within ten seconds: %s", what)
}

// at is the value at a path of keys and indexes in decoded JSON, or nil.
func at(v any, path ...any) any {
	for _, step := range path {
		switch k := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			list, _ := v.([]any)
			if k >= len(list) {
				return nil
			}
			v = list[k]
		}
	}
	return v
}

// check compares a value of decoded JSON.
func check(tb testing.TB, v, want any, path ...any) {
	tb.Helper()
	if n, ok := want.(int); ok {
		want = float64(n)
	}
	if got := at(v, path...); !reflect.DeepEqual(got, want) {
		tb.Errorf("%v: got %#v, want %#v", path, got, want)
	}
}

// record finds a session in the server.
func (ts *testServer) record(tb testing.TB, id string) *record {
	tb.Helper()
	rec, err := ts.lookup(tb.Context(), id)
	if err != nil {
		tb.Fatalf("session %s: %v", id, err)
	}
	return rec
}

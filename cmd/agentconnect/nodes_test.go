//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// pair are two servers on one NATS server, to which they come by TLS and a file
// of credentials.
type pair struct {
	nats     *natsServer
	env      []string
	one, two *served
}

func startPair(t *testing.T, env ...string) *pair {
	t.Helper()
	forgetConnections(t)
	dir := t.TempDir()
	selfSigned(t, dir, 1)
	address := freeAddress(t)
	p := &pair{nats: newNATS(t, "nats", address, operated(t, dir, address))}
	p.nats.start()
	p.env = append(unlimited(),
		"AGENTCONNECT_JOURNAL_URL=tls://"+address, "AGENTCONNECT_JOURNAL_REPLICAS=1", "AGENTCONNECT_JOURNAL_CREDENTIALS="+filepath.Join(dir, "user.creds"),
		"AGENTCONNECT_JOURNAL_TLS_CA="+filepath.Join(dir, "cert.pem"), "AGENTCONNECT_AUTH_SECRET="+strings.Repeat("s", 32))
	p.env = append(p.env, env...)
	p.one, p.two = runServer(t, p.command(t)), runServer(t, p.command(t))
	return p
}

func (p *pair) command(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := command(t, lasting, "serve", "talk.hcl", "--listen", "127.0.0.1:0", "--data-dir", "data")
	cmd.Env = append(cmd.Env, p.env...)
	return cmd
}

// operated is the configuration of a NATS server whose accounts an operator
// signs. It writes user.creds.
func operated(t *testing.T, dir, address string) string {
	t.Helper()
	operator, operatorKey := keyPair(t, nkeys.CreateOperator)
	account, accountKey := keyPair(t, nkeys.CreateAccount)
	user, userKey := keyPair(t, nkeys.CreateUser)
	_, systemKey := keyPair(t, nkeys.CreateAccount)
	claims := jwt.NewAccountClaims(accountKey)
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{DiskStorage: -1, MemoryStorage: -1, Streams: -1, Consumer: -1}
	signed := func(c jwt.Claims, by nkeys.KeyPair) string {
		text, err := c.Encode(by)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	creds, err := jwt.FormatUserConfig(signed(jwt.NewUserClaims(userKey), account), seed)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "user.creds"), creds, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`
listen: %q
max_payload: 9MB
jetstream { store_dir: %q, sync_interval: always }
tls { cert_file: %q, key_file: %q }
operator: %q
resolver: MEMORY
system_account: %s
resolver_preload { %s: %q, %s: %q }
`, address, filepath.Join(dir, "store"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"),
		signed(jwt.NewOperatorClaims(operatorKey), operator), systemKey, systemKey, signed(jwt.NewAccountClaims(systemKey), operator),
		accountKey, signed(claims, operator))
}

func keyPair(t *testing.T, create func() (nkeys.KeyPair, error)) (pair nkeys.KeyPair, public string) {
	t.Helper()
	pair, err := create()
	if err == nil {
		public, err = pair.PublicKey()
	}
	if err != nil {
		t.Fatal(err)
	}
	return pair, public
}

// ids are the sessions of a list.
func (s *served) ids(token string) []string {
	s.t.Helper()
	_, answer := s.call("GET", "/chat/sessions", token, "")
	list, _ := answer["sessions"].([]any)
	ids := make([]string, 0, len(list))
	for _, one := range list {
		one, _ := one.(map[string]any)
		id, _ := one["session_id"].(string)
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// A session takes commands through each node, at once when another one has made
// it, and a change of its state is seen on each.
func TestCommandsThroughEitherNode(t *testing.T) {
	p := startPair(t)
	token := p.one.token("admin", p.one.password())
	id := p.one.begin(token, "tour")
	here, there := p.one.socket(token, id), p.two.socket(token, id)
	await(t, there, "system", "live")
	ask(t, here, "Why?")
	await(t, there, "response", "")
	if err := there.WriteJSON(map[string]string{"type": "text", "content": "And why else?"}); err != nil {
		t.Fatal(err)
	}
	await(t, there, "info", "ack")
	await(t, there, "response", "")
	await(t, here, "response", "")
	if status, answer := p.two.call("POST", "/chat/sessions/"+id+"/messages", token, `{"content":"Once more."}`); status/100 != 2 {
		t.Errorf("a message by REST: %d %v", status, answer)
	}
	await(t, here, "response", "")
	for _, step := range []struct {
		by, seen *served
		do, want string
	}{{p.two, p.one, "pause", "paused"}, {p.one, p.two, "resume", "active"}, {p.two, p.one, "stop", "stopped"}} {
		if status, answer := step.by.call("POST", "/chat/sessions/"+id+"/"+step.do, token, "{}"); status/100 != 2 {
			t.Errorf("%s: %d %v", step.do, status, answer)
		}
		step.seen.becomes(token, id, step.want)
	}
	want := strings.Join(p.one.transcript(token, id), "\n")
	if got := strings.Join(p.two.transcript(token, id), "\n"); got != want || answers(strings.Split(got, "\n")) != 3 {
		t.Errorf("one node has\n%s\nthe other\n%s", want, got)
	}
	if status, out := p.two.run("", "backup", "copy", "--data-dir", "data"); status != statusOK {
		t.Fatalf("backup: %d %s", status, out)
	}
	if status, out := p.two.run("", "restore", "copy", "--data-dir", "embedded"); status != statusOK || !strings.Contains(out, "restored 1 session") {
		t.Errorf("restore: %d %s", status, out)
	}
	if status, out := p.two.run("", "sessions", "replay", id, "--data-dir", "embedded"); status != statusOK {
		t.Errorf("replay of what was restored: %d %s", status, out)
	}
}

// Lists, caps, users and first answers are those of all nodes.
func TestWhatNodesShare(t *testing.T) {
	p := startPair(t, "AGENTCONNECT_SESSIONS_MAX_PER_USER=4")
	p.one.password()
	if status, out := p.one.run("pass of ann\n", "users", "add", "ann", "--password-stdin", "--data-dir", "data"); status != statusOK {
		t.Fatalf("users add: %d %s", status, out)
	}
	var token string
	p.two.waitUntil("ann on the other node", func() bool {
		token = p.two.tokenIf("ann", "pass of ann")
		return token != ""
	})
	repeated := make([]string, 8)
	var wg sync.WaitGroup
	for i := range repeated { // at both nodes at once
		wg.Go(func() { repeated[i] = []*served{p.one, p.two}[i%2].beginOnce(token, "tour", "the-same-key") })
	}
	wg.Wait()
	if n := len(slices.Compact(slices.Sorted(slices.Values(repeated)))); n != 1 || repeated[0] == "" {
		t.Errorf("one key made %d sessions: %v", n, repeated)
	}
	ids := []string{repeated[0], p.one.begin(token, "tour"), p.two.begin(token, "tour"), p.one.begin(token, "tour")}
	slices.Sort(ids)
	for _, s := range []*served{p.one, p.two} {
		s.waitUntil("all sessions in the list", func() bool { return slices.Equal(s.ids(token), ids) })
		status, answer := s.call("POST", "/chat/sessions/create", token, `{"template":"tour"}`)
		if status != http.StatusTooManyRequests || answer["code"] != "SESSION_LIMIT" {
			t.Errorf("a session above the cap: %d %v", status, answer)
		}
	}
	if status, out := p.two.run("", "users", "disable", "ann", "--data-dir", "data"); status != statusOK {
		t.Fatalf("users disable: %d %s", status, out)
	}
	p.one.waitUntil("ann is gone on the other node", func() bool {
		status, _ := p.one.call("GET", "/chat/sessions", token, "")
		return status == http.StatusUnauthorized
	})
}

// tokenIf logs in, if there is such a user.
func (s *served) tokenIf(user, password string) string {
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/auth/login", strings.NewReader("username="+user+"&password="+strings.ReplaceAll(password, " ", "+")))
	if err != nil {
		return ""
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return ""
	}
	defer w.Body.Close() //nolint:errcheck // it was only read from
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	_ = json.NewDecoder(w.Body).Decode(&answer) // no token then
	return answer.AccessToken
}

// beginOnce makes a session with an idempotency key.
func (s *served) beginOnce(token, template, key string) string {
	c := crashSession{load: &crashLoad{address: strings.TrimPrefix(s.url, "http://"), token: token}, kind: template}
	c.create(s.t.Context(), key)
	if c.problem != "" {
		s.t.Error(c.problem)
	}
	return c.id
}

// ready is the status of readiness.
func (s *served) ready() int {
	status, _ := s.call("GET", "/readyz", "", "")
	return status
}

// Clients are told that the store is away, and everything goes on when it is
// back.
func TestStoreGoesAway(t *testing.T) {
	p := startPair(t)
	token := p.one.token("admin", p.one.password())
	talk, tour := p.one.begin(token, "talk"), p.two.begin(token, "tour")
	ws := p.two.socket(token, tour)
	ask(t, ws, "Why?")
	await(t, p.one.socket(token, talk), "response", "")
	p.nats.die()
	for _, s := range []*served{p.one, p.two} {
		s.waitUntil("not ready", func() bool { return s.ready() == http.StatusServiceUnavailable })
		if status, _ := s.call("GET", "/healthz", "", ""); status != http.StatusOK {
			t.Errorf("healthz: %d", status)
		}
	}
	if err := ws.WriteJSON(map[string]string{"type": "text", "content": "And why else?", "client_id": "x"}); err != nil {
		t.Fatal(err)
	}
	status, answer := p.one.call("POST", "/chat/sessions/create", token, `{"template":"tour"}`)
	if status != http.StatusServiceUnavailable || answer["code"] != "STORE_UNAVAILABLE" {
		t.Errorf("create: %d %v", status, answer)
	}
	_ = ws.SetReadDeadline(time.Now().Add(2 * patience))
	if code := awaitError(t, ws); code != "STORE_UNAVAILABLE" {
		t.Errorf("the socket was told %s", code)
	}
	p.nats.start()
	for _, s := range []*served{p.one, p.two} {
		s.waitUntil("ready", func() bool { return s.ready() == http.StatusOK })
	}
	p.two.becomes(token, talk, "completed")
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	if err := ws.WriteJSON(map[string]string{"type": "text", "content": "And why else?"}); err != nil {
		t.Fatal(err)
	}
	await(t, ws, "response", "")
	if got := answers(p.one.transcript(token, talk)); got != 20 {
		t.Errorf("the talk has %d answers, want 20", got)
	}
}

// awaitError reads frames until an error comes.
func awaitError(t *testing.T, ws interface{ ReadMessage() (int, []byte, error) }) string {
	t.Helper()
	for {
		_, text, err := ws.ReadMessage()
		if err != nil {
			t.Fatalf("no error frame: %v", err)
		}
		var f crashFrame
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		if f.Type == "error" {
			return f.Metadata.Code
		}
	}
}

// A server that does not find its store says so, and ends.
func TestServeWithoutItsStore(t *testing.T) {
	address := freeAddress(t)
	cmd := command(t, lasting, "serve", "talk.hcl", "--listen", "127.0.0.1:0", "--data-dir", "data")
	cmd.Env = append(cmd.Env, "AGENTCONNECT_JOURNAL_URL=nats://me:hunter2@"+address, "AGENTCONNECT_AUTH_SECRET="+strings.Repeat("s", 32))
	start := time.Now()
	out, _ := cmd.CombinedOutput()
	if status := cmd.ProcessState.ExitCode(); status != statusUsage {
		t.Errorf("got status %d, want %d", status, statusUsage)
	}
	if text := string(out); !strings.Contains(text, "journal.url") || !strings.Contains(text, address) || strings.Contains(text, "hunter2") {
		t.Errorf("got %s", text)
	}
	if took := time.Since(start); took > patience {
		t.Errorf("it took %s", took)
	}
}

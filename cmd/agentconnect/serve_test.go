//go:build unix

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// touring is a scenario with a person, whose agent always answers the same.
const touring = `
variable "topic" { type = string }
provider "scripted" "script" {
  reply {
    times   = 1000
    content = "You are welcome."
  }
}
agent "guide" {
  provider     = provider.script
  instructions = "Talk about ${var.topic}."
}
session "tour" {
  type  = "human_agent"
  agent = agent.guide
}
`

// served is a running server process.
type served struct {
	*process
	log *process // its standard error
	url string
	dir string
}

// startServer starts a server in a directory with a scenario. It listens on a
// free port unless the arguments say otherwise.
func startServer(t *testing.T, scenario string, args ...string) *served {
	t.Helper()
	cmd := command(t, scenario, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	return runServer(t, cmd)
}

func runServer(t *testing.T, cmd *exec.Cmd) *served {
	t.Helper()
	s := &served{process: &process{t: t, cmd: cmd}, log: &process{t: t, cmd: cmd}, dir: cmd.Dir}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Cancel = func() error { return os.ErrProcessDone } // the clean-up ends it in good order
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.collect(out)
	s.log.collect(errs)
	t.Cleanup(func() {
		if cmd.ProcessState == nil { // it runs; its end shows what it leaves behind
			s.signal(syscall.SIGTERM)
			s.stops(statusOK)
		}
		if t.Failed() {
			t.Logf("the server's log:\n%s", s.log.output())
		}
	})
	s.waitUntil("Serving on", func() bool { return strings.Contains(s.output(), "\n") })
	s.url = strings.TrimSpace(strings.TrimPrefix(s.output(), "Serving on "))
	return s
}

// stops waits for the end of the server.
func (s *served) stops(want int) {
	s.t.Helper()
	timer := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	defer timer.Stop()
	s.log.read.Wait()
	s.ends(want)
}

// password is that of the first user.
func (s *served) password() string {
	s.t.Helper()
	s.log.waitFor("not shown again")
	s.log.waitUntil("password", func() bool { return passwordLine.MatchString(s.log.output()) })
	return passwordLine.FindStringSubmatch(s.log.output())[1]
}

var passwordLine = regexp.MustCompile(`(?m)^  (\S{20,})\n`)

// token logs in.
func (s *served) token(user, password string) string {
	s.t.Helper()
	form := url.Values{"username": {user}, "password": {password}}.Encode()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/auth/login", strings.NewReader(form))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer w.Body.Close() //nolint:errcheck // it was only read from
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(w.Body).Decode(&answer); err != nil || w.StatusCode != http.StatusOK {
		s.t.Fatalf("login of %s: %s, %v", user, w.Status, err)
	}
	return answer.AccessToken
}

// call sends a request and gives the status and the answer.
func (s *served) call(method, path, token, body string) (int, map[string]any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer w.Body.Close() //nolint:errcheck // it was only read from
	var answer map[string]any
	if err := json.NewDecoder(w.Body).Decode(&answer); err != nil {
		s.t.Fatalf("%s %s: %s: %v", method, path, w.Status, err)
	}
	return w.StatusCode, answer
}

// create makes a session of the scenario and gives its id.
func (s *served) create(token, topic string) string {
	s.t.Helper()
	status, answer := s.call("POST", "/chat/sessions/create", token, `{"template":"tour","variables":{"topic":"`+topic+`"}}`)
	id, ok := answer["session_id"].(string)
	if status != http.StatusOK || !ok {
		s.t.Fatalf("create: %d %v", status, answer)
	}
	return id
}

// socket connects to a session.
func (s *served) socket(token, session string) *websocket.Conn {
	s.t.Helper()
	ws, w, err := websocket.DefaultDialer.Dial(strings.Replace(s.url, "http", "ws", 1)+"/ws/"+session, http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		s.t.Fatal(err)
	}
	_ = w.Body.Close()
	s.t.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	return ws
}

// run runs another command in the server's directory.
func (s *served) run(stdin string, args ...string) (status int, out string) {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.CommandContext(s.t.Context(), self)
	cmd.Args = append([]string{"agentconnect"}, args...)
	cmd.Dir, cmd.Stdin = s.dir, strings.NewReader(stdin)
	text, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(text)
}

// forgetConnections closes those that the tests' client keeps.
func forgetConnections(t *testing.T) {
	t.Helper()
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
}

// The first start makes a user and says its password once; a second process
// is refused; SIGTERM tells the clients, gives everything back, and the next
// start goes on with the same users and keys.
func TestServeFromStartToEnd(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, touring, "talk.hcl", "--data-dir", "data")
	password := s.password()
	token := s.token("admin", password)
	session := s.create(token, "bridges")
	ws := s.socket(token, session)

	for path, want := range map[string]os.FileMode{"data": 0o700, "data/control.sock": 0o600, "data/store": 0o700, "data/signing_keys.json": 0o600, "data/lock": 0o600} {
		if info, err := os.Stat(filepath.Join(s.dir, path)); err != nil {
			t.Error(err)
		} else if info.Mode().Perm() != want {
			t.Errorf("%s: got mode %v, want %v", path, info.Mode().Perm(), want)
		}
	}
	status, out := s.run("", "serve", "--listen", "127.0.0.1:0", "--data-dir", "data")
	if want := "is used by process"; status != statusUsage || !strings.Contains(out, want) {
		t.Errorf("a second process: got %d %q, want %d and %q", status, out, statusUsage, want)
	}

	s.signal(syscall.SIGTERM)
	var err error
	for err == nil {
		_, _, err = ws.ReadMessage()
	}
	if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("the socket ended with %v, want 1001", err)
	}
	s.stops(statusOK)
	if strings.Count(s.log.output(), password) != 1 {
		t.Error("the password is in the log more than once")
	}
	if _, err := os.Stat(filepath.Join(s.dir, "data/control.sock")); !os.IsNotExist(err) {
		t.Errorf("the control socket is still there: %v", err)
	}

	again := command(t, touring, "serve", "--listen", "127.0.0.1:0", "--data-dir", "data")
	again.Dir = s.dir
	next := runServer(t, again)
	if status, _ := next.call("GET", "/templates", token, ""); status != http.StatusOK {
		t.Errorf("a token of the server before: got %d", status)
	}
	if out := next.log.output(); strings.Contains(out, "not shown again") {
		t.Errorf("a user was made again: %s", out)
	}
	next.signal(os.Interrupt)
	next.stops(statusOK)
}

// The lock of a process that was killed does not keep others out, nor does its
// socket.
func TestServeAfterKill(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, touring, "--data-dir", "data")
	s.password()
	s.signal(syscall.SIGKILL)
	_ = s.cmd.Wait()
	if status, out := s.run("pass\n", "users", "add", "ann", "--password-stdin", "--data-dir", "data"); status != statusOK || out != "added ann\n" {
		t.Errorf("users on the store: got %d %q", status, out)
	}
	again := command(t, touring, "serve", "--listen", "127.0.0.1:0", "--data-dir", "data")
	again.Dir = s.dir
	next := runServer(t, again)
	next.token("ann", "pass")
	if status, out := next.run("", "users", "disable", "ann", "--data-dir", "data"); status != statusOK || out != "disabled ann\n" {
		t.Errorf("users on the server: got %d %q", status, out)
	}
}

// SIGHUP loads the scenarios again. One that is broken is reported, and the old
// one stays.
func TestServeReload(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, touring, "talk.hcl")
	token := s.token("admin", s.password())
	running := s.create(token, "bridges")
	names := func() string {
		_, answer := s.call("GET", "/templates", token, "")
		list, _ := answer["templates"].([]any)
		var out []string
		for _, one := range list {
			out = append(out, one.(map[string]any)["name"].(string))
		}
		return strings.Join(out, " ")
	}
	if got := names(); got != "tour chat conversation" {
		t.Fatalf("got templates %q", got)
	}
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(s.dir, "talk.hcl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.ReplaceAll(touring, "agent.guide", "agent.guid"))
	s.create(token, "a file that is being edited")
	s.signal(syscall.SIGHUP)
	s.log.waitFor("the old ones stay")
	if out := s.log.output(); !strings.Contains(out, "Did you mean") || !strings.Contains(out, "talk.hcl:15") {
		t.Errorf("the log does not say what is wrong:\n%s", out)
	}
	if got := names(); got != "tour chat conversation" {
		t.Errorf("after a broken one: got templates %q", got)
	}
	write(strings.ReplaceAll(touring, `"tour"`, `"walk"`))
	s.signal(syscall.SIGHUP)
	s.log.waitFor("the scenarios were loaded again")
	if got := names(); got != "walk chat conversation" {
		t.Errorf("after a sound one: got templates %q", got)
	}
	if status, answer := s.call("GET", "/chat/sessions/"+running, token, ""); status != http.StatusOK || answer["status"] != "active" || answer["template"] != "tour" {
		t.Errorf("the running session: got %d %v", status, answer)
	}
}

// The second Ctrl-C ends a server that waits for a request.
func TestServeStopsAtOnce(t *testing.T) {
	forgetConnections(t)
	s := startServer(t, touring, "talk.hcl")
	s.password()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // it may be closed already
	if _, err := io.WriteString(c, "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nContent-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err != nil { // the server waits for the body now
		t.Fatal(err)
	}
	s.signal(os.Interrupt)
	s.log.waitFor("stopping")
	s.signal(os.Interrupt)
	s.stops(statusInterrupted)
	if _, err := os.Stat(filepath.Join(s.dir, "agentconnect-data/control.sock")); !os.IsNotExist(err) {
		t.Errorf("the control socket is still there: %v", err)
	}
}

// What the file says is what the server does.
func TestServeConfigured(t *testing.T) {
	forgetConnections(t)
	cmd := command(t, touring, "serve", "--listen", "127.0.0.1:0")
	text := `
scenarios: [talk.hcl]
data_dir: here
auth: {secret_file: secret, token_ttl: 10m}
limits: {query_per_minute: 2}
server: {cors_origins: ["https://app.example.org"]}
log: {format: text, level: warn}
`
	for name, text := range map[string]string{"agentconnect.yaml": text, "secret": strings.Repeat("s", 32) + "\n"} {
		if err := os.WriteFile(filepath.Join(cmd.Dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := runServer(t, cmd)
	token := s.token("admin", s.password())
	for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		if status, _ := s.call("GET", "/templates", token, ""); status != want {
			t.Errorf("request %d: got %d, want %d", i, status, want)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, "here/signing_keys.json")); !os.IsNotExist(err) {
		t.Errorf("a key was generated beside the configured one: %v", err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://app.example.org")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close() //nolint:errcheck // it was only read from
	if got := w.Header.Get("Access-Control-Allow-Origin"); got != "https://app.example.org" {
		t.Errorf("got allowed origin %q", got)
	}
	if out := s.log.output(); strings.Contains(out, "level=INFO") {
		t.Errorf("log.level has no effect:\n%s", out)
	}
}

// The certificate is replaced on SIGHUP, unless the new one is broken.
func TestServeTLS(t *testing.T) {
	cmd := command(t, touring, "serve", "--listen", "127.0.0.1:0")
	pool := selfSigned(t, cmd.Dir, 1)
	cmd.Env = append(cmd.Env, "AGENTCONNECT_SERVER_TLS_CERT=cert.pem", "AGENTCONNECT_SERVER_TLS_KEY=key.pem")
	s := runServer(t, cmd)
	if !strings.HasPrefix(s.url, "https://") {
		t.Fatalf("got %s, want https", s.url)
	}
	serial := func(pool *x509.CertPool) int64 {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
		defer transport.CloseIdleConnections()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		w, err := (&http.Client{Transport: transport}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close() //nolint:errcheck // it was only read from
		return w.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(pool); got != 1 {
		t.Errorf("got certificate %d, want 1", got)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "key.pem"), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGHUP)
	s.log.waitFor("the certificate was not loaded again")
	if got := serial(pool); got != 1 {
		t.Errorf("after a broken one: got certificate %d, want 1", got)
	}
	next := selfSigned(t, s.dir, 2)
	before := strings.Count(s.log.output(), "the scenarios were loaded again")
	s.signal(syscall.SIGHUP)
	s.log.waitUntil("loaded again", func() bool { return strings.Count(s.log.output(), "the scenarios were loaded again") > before })
	if got := serial(next); got != 2 {
		t.Errorf("after another: got certificate %d, want 2", got)
	}
}

// selfSigned writes cert.pem and key.pem.
func selfSigned(t *testing.T, dir string, serial int64) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "agentconnect test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return pool
}
